//! How people and the product talk: mail in and out.

pub mod mail;

use db::worker::Registry;
use web::{AppState, Routes};

/// Adds the routes of this context.
pub fn routes(_table: &mut Routes) {}

/// Adds the jobs and subscriptions of this context.
pub fn jobs(_registry: &mut Registry, _state: &AppState) {}
