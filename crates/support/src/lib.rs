//! support

pub mod content;
