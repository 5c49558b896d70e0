//! What is cleared away and looked after by the clock: every night, every ten minutes what moves and
//! deletions left, and keys that are replaced every month.

use chrono::TimeDelta;
use db::{Mode, TenantTx, schedule::Schedule, worker::Registry};
use identity::domains;
use web::AppState;

use crate::{archive::exports, keys, organizations};

/// How long the feed, its ticks, and what has ended are kept.
const KEPT: TimeDelta = TimeDelta::days(14);

/// How long people find in their list what they were told.
const NOTIFICATIONS_KEPT: TimeDelta = TimeDelta::days(90);

/// Everything that runs by the clock.
pub const SCHEDULES: &[Schedule] = &[
    Schedule { name: "prune", cron: "17 3 * * *", kind: "platform.prune" },
    Schedule { name: "audit-checkpoints", cron: "7 * * * *", kind: identity::audit::CHECKPOINTS_JOB },
    Schedule { name: "domains", cron: "41 4 * * *", kind: domains::CHECK },
    Schedule { name: "rotate-keys", cron: "41 3 1 * *", kind: "platform.rotate_keys" },
    Schedule { name: "sla", cron: "* * * * *", kind: support::sla::WATCH_JOB },
    Schedule { name: "organizations", cron: "*/10 * * * *", kind: "platform.organizations" },
];

/// Adds the schedules and their jobs.
pub fn jobs(registry: &mut Registry, state: &AppState) {
    for schedule in state.schedules {
        registry.schedule(*schedule);
    }
    let all = state.clone();
    registry.handle("platform.organizations", move |_| {
        let state = all.clone();
        async move { Ok(organizations::settle(&state).await?) }
    });
    let rotating = state.clone();
    registry.handle("platform.rotate_keys", move |_| {
        let state = rotating.clone();
        async move {
            keys::rotate(&state).await?;
            Ok(())
        }
    });
    let state = state.clone();
    registry.handle("platform.prune", move |_| {
        let state = state.clone();
        async move {
            let db = state.db.clone();
            let before = db.now() - KEPT;
            db::platform::prune(&db, before).await?;
            for organization in db::platform::list(&db).await?.iter().filter(|each| each.status == "active") {
                let mut tx = TenantTx::system(&db, organization.tenant(), Mode::Write).await?;
                identity::sessions::prune(&mut tx, before).await?;
                web::idempotency::prune(&mut tx).await?;
                identity::links::prune(&mut tx, before).await?;
                support::facade::prune_drafts(&mut tx, before).await?;
                support::facade::prune_notifications(&mut tx, db.now() - NOTIFICATIONS_KEPT).await?;
                tx.commit().await?;
                state.vault.sweep(&db, organization.tenant(), keys::SEALED, before).await?;
                exports::expire(&state, organization.id).await?;
            }
            Ok(())
        }
    });
}
