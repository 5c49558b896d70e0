//! Tests that hold for everything at once: every operation, every table, every statement.

mod catalog;
mod golden;
