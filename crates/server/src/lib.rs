//! The composition root: everything is put together here, for the binary and for the tests.

pub mod compose;
