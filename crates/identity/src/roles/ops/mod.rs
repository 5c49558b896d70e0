//! Use cases of roles.

pub mod read;
pub mod write;
