//! One use case a file.

pub mod create;
pub mod get;
pub mod list;
pub mod update;
