//! One use case a file.

pub mod impersonate;
pub mod list;
pub mod login;
pub mod logout;
pub mod me;
pub mod operator;
pub mod password;
pub mod refresh;
