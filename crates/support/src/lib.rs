//! Tickets and everything around them: conversation, customers, SLA, files.

pub mod content;
pub mod conversation;
pub mod customers;
pub(crate) mod drafts;
pub mod facade;
pub mod files;
pub mod notifications;
mod priority;
pub mod sla;
pub mod statuses;
pub mod tickets;

use chrono::TimeDelta;
use db::{TenantTx, worker::Registry};
use kernel::AppResult;
use web::{AppState, Routes};

pub use priority::{Priority, UnknownPriority};

/// How long what was deleted can be restored.
const RESTORE_WINDOW: TimeDelta = TimeDelta::days(30);

/// Adds the routes of this context.
pub fn routes(table: &mut Routes) {
    table.add(conversation::routes());
    table.add(customers::routes());
    table.add(drafts::routes());
    table.add(files::routes());
    table.add(notifications::routes());
    table.add(tickets::routes());
    table.add(sla::routes());
    table.add(statuses::routes());
}

/// Adds the jobs and subscriptions of this context.
pub fn jobs(registry: &mut Registry, state: &AppState) {
    conversation::jobs(registry, state);
    customers::jobs(registry, state);
    notifications::jobs(registry, state);
    sla::jobs(registry, state);
    tickets::jobs(registry, state);
}

/// Writes what every organization starts with; again is harmless and overwrites nothing.
pub async fn provision(tx: &mut TenantTx) -> AppResult<()> {
    statuses::provision_statuses(tx).await?;
    sla::sla_defaults(tx).await?;
    Ok(())
}
