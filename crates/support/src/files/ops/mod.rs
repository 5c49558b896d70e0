//! One use case a file.

pub mod download;
pub mod upload;
