//! Tests that hold for everything at once: every operation, every table, every statement.

mod bodies;
mod cancellation;
mod catalog;
mod golden;
mod probe;
mod statements;
pub mod things;
mod walk;
