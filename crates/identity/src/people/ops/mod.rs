//! One use case a file.

pub mod create;
pub mod get;
pub mod list;
pub mod lockout;
pub mod update;
