//! One use case a file.

pub mod impersonate;
pub mod invite;
pub mod login;
pub mod logout;
pub mod me;
pub mod operator;
pub mod refresh;
