//! One use case a file.

pub mod callback;
pub mod identities;
pub mod start;
