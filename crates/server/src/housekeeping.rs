//! What is cleared away by the clock: every night, and every ten minutes what moves and deletions left.

use chrono::TimeDelta;
use db::{Mode, TenantTx, schedule::Schedule, worker::Registry};
use web::AppState;

use crate::{archive::exports, organizations};

/// How long the feed, its ticks, and what has ended are kept.
const KEPT: TimeDelta = TimeDelta::days(14);

/// Everything that runs by the clock.
pub const SCHEDULES: &[Schedule] = &[
    Schedule { name: "prune", cron: "17 3 * * *", kind: "platform.prune" },
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
                tx.commit().await?;
                exports::expire(&state, organization.id).await?;
            }
            Ok(())
        }
    });
}
