//! Tests that hold for everything at once: every operation, every table, every statement.

mod audited;
mod bodies;
mod cancellation;
mod catalog;
mod golden;
mod headers;
mod probe;
mod replays;
mod safe;
mod statements;
pub mod things;
mod versions;
mod walk;

pub use headers::by_https;
