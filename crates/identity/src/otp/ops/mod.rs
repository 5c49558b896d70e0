//! Use cases of the second factor.

pub mod own;
pub mod reset;
