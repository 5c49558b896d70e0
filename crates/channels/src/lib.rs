//! channels

pub mod mail;
