//! One use case a file.

pub mod checkpoints;
pub mod export;
pub mod get;
pub mod list;
