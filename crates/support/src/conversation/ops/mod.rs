//! One use case a file.

pub mod list;
pub mod post;
pub mod retry;
pub mod take_back;
