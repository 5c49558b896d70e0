//! SLA policies: how soon tickets of a priority must be answered and resolved, by wall clock.
//!
//! Invariants: at most one active policy a priority (the index `sla_policies_active_key` decides);
//! activating one retires the other. A target of 0 minutes, or no active policy, means the shipped
//! default. A deleted policy counts for nothing, stays the one that finished tickets name, and can be
//! restored; whether it was active is remembered. Whatever changes the targets of a priority gives its open tickets their new deadlines
//! in the same transaction. Deadlines count from the ticket's creation; nothing stops the clock
//! until calendars exist.
//! Writers of policies take the organization's SLA lock; [`targets_for`] shares it, so that no
//! ticket is written with targets that were just replaced.
//! Each deadline that comes near or passes is noted and told once.
//! Tables: `sla_policies`, `sla_marks`; writes the SLA columns of `tickets`. Permissions: `settings:read`,
//! `sla:write`. Events: `ticket.deadline`.

pub mod model;
mod ops;
mod store;
mod watch;
mod wire;

use db::worker::Registry;
use kernel::{Page, Permission};
use web::{Access, AppState, Route};

pub use model::{ClockInput, SlaState, SlaView, Targets, state};
pub use ops::targets::{sla_defaults, targets_for};
pub use watch::{DEADLINE, WATCH_JOB};
pub use wire::SlaPolicyOut;

/// Adds what looks for deadlines that are near or past, every minute.
pub fn jobs(registry: &mut Registry, state: &AppState) {
    let state = state.clone();
    registry.handle(WATCH_JOB, move |_| {
        let state = state.clone();
        async move { watch::watch(&state).await.map_err(Into::into) }
    });
}

/// The route table.
pub fn routes() -> Vec<Route> {
    let read = Access::needs(Permission::SettingsRead);
    let write = Access::needs(Permission::SlaWrite);
    vec![
        Route::get("/sla-policies", read, "sla_policies_list", "List SLA policies", ops::read::list)
            .query::<wire::PolicyQuery>()
            .ok::<Page<SlaPolicyOut>>(200),
        Route::post("/sla-policies", write, "sla_policies_create", "Add an SLA policy", ops::create::handler)
            .body::<wire::WritePolicy>()
            .ok::<SlaPolicyOut>(201),
        Route::get("/sla-policies/{id}", read, "sla_policies_get", "One SLA policy", ops::read::get)
            .ok::<SlaPolicyOut>(200)
            .versioned(),
        Route::put("/sla-policies/{id}", write, "sla_policies_replace", "Replace an SLA policy", ops::update::put)
            .body::<wire::WritePolicy>()
            .ok::<SlaPolicyOut>(200)
            .versioned(),
        Route::patch("/sla-policies/{id}", write, "sla_policies_update", "Change an SLA policy", ops::update::patch)
            .body::<wire::PatchPolicy>()
            .ok::<SlaPolicyOut>(200)
            .versioned(),
        Route::delete(
            "/sla-policies/{id}",
            write,
            "sla_policies_delete",
            "Delete; can be restored for 30 days",
            ops::delete::handler,
        )
        .empty(204, "Deleted.")
        .versioned(),
        Route::post(
            "/sla-policies/{id}/restore",
            write,
            "sla_policies_restore",
            "Bring a deleted policy back",
            ops::delete::restore,
        )
        .ok::<SlaPolicyOut>(200)
        .versioned(),
    ]
}
