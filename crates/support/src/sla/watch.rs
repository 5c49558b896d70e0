//! Finds deadlines that are near or past, once each, and tells.

use chrono::TimeDelta;
use db::{Mode, TenantTx, outbox::Event};
use kernel::{AppResult, TicketId};
use serde_json::json;
use web::AppState;

/// A deadline is near or past: entity is the ticket, payload `{clock, state, due_at}`.
pub const DEADLINE: &str = "ticket.deadline";

/// Looks at all organizations.
pub const WATCH_JOB: &str = "sla.watch";

/// What was missed for longer than this, while the product did not run, is old news.
const STALE: TimeDelta = TimeDelta::days(1);

/// Runs the job [`WATCH_JOB`].
pub async fn watch(state: &AppState) -> AppResult<()> {
    for organization in db::platform::list(&state.db).await?.iter().filter(|each| each.status == "active") {
        let mut tx = TenantTx::system(&state.db, organization.tenant(), Mode::Write).await?;
        if mark(&mut tx).await? {
            tx.commit().await?;
        }
    }
    Ok(())
}

/// Marks what is near (a quarter of the time is left) or past; whether there was any.
async fn mark(tx: &mut TenantTx) -> AppResult<bool> {
    let (organization, now) = (tx.organization(), tx.now());
    let marked = sqlx::query!(
        r#"insert into sla_marks (organization_id, ticket_id, clock, state, due_at, noted_at)
           select $1, t.id, c.clock, case when c.due_at < $2 then 'breached' else 'at_risk' end, c.due_at, $2
             from tickets t
            cross join lateral (values ('first_response', t.first_response_due_at, t.first_response_at is null),
                                       ('resolution', t.resolution_due_at, true)) c (clock, due_at, runs)
            where t.organization_id = $1 and t.deleted_at is null and t.status_category in ('new', 'open', 'pending', 'on_hold')
              and c.runs and c.due_at - (c.due_at - t.created_at) / 4 <= $2
           on conflict do nothing
           returning ticket_id as "ticket_id: TicketId", clock, state, due_at"#,
        organization as _,
        now
    )
    .fetch_all(&mut **tx)
    .await?;
    for row in &marked {
        if row.due_at > now - STALE {
            let payload = json!({ "clock": row.clock, "state": row.state, "due_at": row.due_at });
            tx.emit(Event { topic: DEADLINE, entity: row.ticket_id.0, payload });
        }
    }
    Ok(!marked.is_empty())
}
