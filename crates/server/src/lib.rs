//! The composition root: everything is put together here, for the binary and for the tests.

pub mod archive;
mod backup;
pub mod boot;
pub mod cli;
pub mod compose;
pub mod config;
mod console;
pub mod demo;
pub mod failure;
pub mod health;
pub mod housekeeping;
pub mod keys;
pub mod listen;
pub mod observe;
mod operators;
pub mod organizations;
pub mod pages;
mod secret;
pub mod serve;
mod signals;
pub mod storage;
