//! Tests that hold for everything at once: every operation, every table, every statement.

mod audited;
mod bodies;
mod cancellation;
mod catalog;
mod golden;
mod probe;
mod statements;
mod things;
mod walk;
