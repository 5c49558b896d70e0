//! One use case a file.

pub mod create;
pub mod get;
pub mod invite;
pub mod list;
pub mod lockout;
pub mod remove;
pub mod sessions;
pub mod update;
