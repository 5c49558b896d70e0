//! Tests that hold for everything at once: every operation, every table, every statement.

mod absent;
mod audited;
mod bodies;
mod calls;
mod cancellation;
mod catalog;
mod golden;
mod headers;
mod matrix;
mod probe;
mod replays;
mod safe;
mod statements;
pub mod things;
mod versions;
mod walk;

pub use headers::by_https;
