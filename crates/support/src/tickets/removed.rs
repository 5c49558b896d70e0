//! Open tickets of somebody who was removed from the staff: nobody has them any more.

use db::{Mode, TenantTx, jobs::ClaimedJob, outbox::Delivered};
use kernel::{Actor, AppError, AppResult, UserId};
use web::{AppState, Ref};

use super::{
    change::{Changes, apply},
    store::{self, Lock},
};

/// Tickets in one transaction.
const BATCH: i64 = 100;

/// Takes the open tickets back, with a line in each history; those that are done keep the name.
pub async fn take_back(state: &AppState, job: &ClaimedJob) -> AppResult<()> {
    let delivered: Delivered =
        serde_json::from_value(job.payload.clone()).map_err(|error| AppError::Internal(error.into()))?;
    let user = UserId(delivered.entity_id);
    loop {
        let mut tx = TenantTx::system(&state.db, job.organization, Mode::Write).await?;
        let organization = tx.organization();
        let person = identity::facade::find_user(&mut tx, organization, user).await?;
        // Somebody who was brought back meanwhile keeps what is left.
        let Some(person) = person.filter(|person| !person.is_active) else { return Ok(()) };
        let tickets = store::open_of_assignee(&mut tx, organization, user, BATCH).await?;
        let is_last = i64::try_from(tickets.len()).unwrap_or(BATCH) < BATCH;
        let actor = Actor::system(organization);
        for ticket in tickets {
            let Some(row) = store::find(&mut tx, &actor, &Ref::Id(ticket), Lock::ForUpdate).await? else { continue };
            if row.assignee_id != Some(user) {
                continue;
            }
            let reason = Some(format!("{} was removed from the staff.", person.name));
            apply(&mut tx, &actor, &row, Changes { assignee: Some(None), reason, ..Changes::default() }).await?;
        }
        tx.commit().await?;
        if is_last {
            return Ok(());
        }
    }
}
