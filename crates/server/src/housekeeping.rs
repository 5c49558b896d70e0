//! What is cleared away every night.

use chrono::TimeDelta;
use db::{schedule::Schedule, worker::Registry};
use web::AppState;

/// How long the feed and what belongs to it are kept.
const KEPT: TimeDelta = TimeDelta::days(14);

/// Adds the nightly schedule and its job.
pub fn jobs(registry: &mut Registry, state: &AppState) {
    registry.schedule(Schedule { name: "prune", cron: "17 3 * * *", kind: "platform.prune" });
    let db = state.db.clone();
    registry.handle("platform.prune", move |_| {
        let db = db.clone();
        async move { Ok(db::platform::prune(&db, db.now() - KEPT).await?) }
    });
}
