//! Which targets apply, and the deadlines that follow from them.

use db::TenantTx;
use kernel::{AppResult, OrganizationId, SlaPolicyId};
use sqlx::PgConnection;

use crate::{
    Priority,
    sla::{
        model::{Targets, default_minutes},
        store::{self, Fields},
    },
};

/// The targets of a priority. They cannot change until the transaction ends, so a ticket that is
/// written with them is right. Ask before locking a ticket: writers of policies lock tickets after
/// what this waits for.
pub async fn targets_for(
    tx: &mut PgConnection,
    organization: OrganizationId,
    priority: Priority,
) -> AppResult<Targets> {
    store::share_lock(tx, organization).await?;
    Ok(store::targets(tx, organization, priority).await?)
}

/// Gives the open tickets of a priority the targets that apply now. Under the SLA lock.
pub async fn recompute(tx: &mut TenantTx, priority: Priority) -> AppResult<()> {
    let (organization, now) = (tx.organization(), tx.now());
    let targets = store::targets(tx, organization, priority).await?;
    Ok(store::apply(tx, organization, priority, &targets, now).await?)
}

/// Writes the shipped policies for priorities that have none, active or not; how many.
pub async fn sla_defaults(tx: &mut TenantTx) -> AppResult<usize> {
    let (organization, now) = (tx.organization(), tx.now());
    store::lock(tx, organization).await?;
    let mut written = 0;
    for (priority, name) in
        [(Priority::Urgent, "Urgent"), (Priority::High, "High"), (Priority::Medium, "Medium"), (Priority::Low, "Low")]
    {
        let (response_time, resolution_time) = default_minutes(priority);
        let fields = Fields { name: name.to_owned(), priority, resolution_time, response_time, is_active: true };
        let id: SlaPolicyId = tx.id();
        if store::insert_first(tx, organization, id, &fields, now).await? {
            recompute(tx, priority).await?;
            tx.audit_change("sla_policy.created", ("sla_policy", Some(id.0)), &(), &fields);
            written += 1;
        }
    }
    Ok(written)
}
