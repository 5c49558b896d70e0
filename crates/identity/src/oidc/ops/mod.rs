//! One use case a file.

pub mod callback;
pub mod complete;
pub mod identities;
pub mod start;
