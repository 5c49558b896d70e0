//! Tests that hold for everything at once: every operation, every table, every statement.

mod cancellation;
mod catalog;
mod golden;
mod things;
mod walk;
