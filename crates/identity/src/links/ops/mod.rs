//! One use case a file.

pub mod confirm;
pub mod register;
pub mod reset;
