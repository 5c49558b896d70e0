//! How people and the product talk: mail in and out.

pub mod intake;
pub mod mail;
pub mod mailboxes;
pub mod outgoing;
pub mod templates;

use db::{TenantTx, worker::Registry};
use kernel::AppResult;
use web::{AppState, Routes};

/// Adds the routes of this context.
pub fn routes(table: &mut Routes) {
    table.add(mailboxes::routes());
    table.add(outgoing::routes());
    table.add(intake::routes());
    table.add(templates::routes());
}

/// Writes what every organization starts with; again is harmless and overwrites nothing.
pub async fn provision(tx: &mut TenantTx, slug: &str, base_domain: &str, organization_name: &str) -> AppResult<()> {
    mailboxes::provision(tx, slug, base_domain, organization_name).await?;
    templates::provision(tx).await
}

/// Adds the jobs and subscriptions of this context.
pub fn jobs(registry: &mut Registry, state: &AppState, mailer: &outgoing::Mailer) {
    outgoing::jobs(registry, state, mailer);
    intake::jobs(registry, state);
}
