//! One use case a file.

pub mod avatar;
pub mod create;
pub mod get;
pub mod invite;
pub mod list;
pub mod lockout;
pub mod me;
pub mod remove;
pub mod sessions;
pub mod update;
