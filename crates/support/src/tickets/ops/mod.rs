//! One use case a file.

pub mod assign;
pub mod bulk;
pub mod counts;
pub mod create;
pub mod get;
pub mod history;
pub mod input;
pub mod list;
pub mod remove;
pub mod statistics;
pub mod status;
pub mod tags;
pub mod update;
pub mod watchers;
