//! The audit log for administrators: what was done, by whom, from where, and the proof that nobody
//! altered it since.
//!
//! Rows come from `db::audit`, in the transactions of what they tell; nothing here changes one. They
//! are chained by hashes within a second (`db::audit_chain`), and the end of the chain is signed
//! every thousand rows and every hour into a checkpoint among the files, outside the database.
//! Reading other people's exports, and exporting the log itself, is logged too.
//!
//! Tables: `audit_log`, `audit_chain`, `audit_unchained`. Permissions: `audit:read`. Jobs:
//! `audit.chain`, `audit.checkpoints`. Events: none.

mod checkpoints;
mod ops;
mod search;
mod store;
mod verify;
mod wire;

use db::{
    Mode, TenantTx, audit_chain,
    worker::{JobError, Registry},
};
use kernel::{AppError, AppResult, OrganizationId, Page, Permission};
use web::{Access, AppState, Route};

pub use checkpoints::Checkpoint;
pub use verify::{Finding, Verification, verify};

/// Signs the end of every chain; by the clock.
pub const CHECKPOINTS_JOB: &str = "audit.checkpoints";

/// So many rows have a checkpoint at the latest.
const CHECKPOINT_ROWS: i64 = 1_000;

/// Chainers that meet try again at once, so often.
const TRIES: usize = 5;

/// The route table.
pub fn routes() -> Vec<Route> {
    let read = Access::needs(Permission::AuditRead);
    vec![
        Route::get("/audit-log", read, "audit_log_list", "What was done, newest first", ops::list::handler)
            .query::<wire::AuditQuery>()
            .ok::<Page<wire::EntryOut>>(200),
        Route::get("/audit-log/export", read, "audit_log_export", "The audit log as CSV", ops::export::handler)
            .query::<wire::Filters>()
            .empty(200, "A table in CSV."),
        Route::get(
            "/audit-log/checkpoints",
            read,
            "audit_log_checkpoints",
            "Signed ends of the audit chain, newest first",
            ops::checkpoints::handler,
        )
        .query::<wire::CheckpointQuery>()
        .ok::<Page<Checkpoint>>(200),
        Route::get("/audit-log/{id}", read, "audit_log_get", "One line of the audit log", ops::get::handler)
            .ok::<wire::EntryOut>(200),
    ]
}

/// Adds the jobs that chain and sign.
pub fn jobs(registry: &mut Registry, state: &AppState) {
    let chaining = state.clone();
    registry.handle(audit_chain::JOB, move |job| {
        let state = chaining.clone();
        async move { Ok(chain(&state, job.organization).await?) }
    });
    let signing = state.clone();
    registry.handle(CHECKPOINTS_JOB, move |_| {
        let state = signing.clone();
        async move { sign_all(&state).await.map_err(JobError::from) }
    });
}

/// Chains everything that waits in an organization.
async fn chain(state: &AppState, organization: OrganizationId) -> AppResult<()> {
    let mut tries = 0;
    loop {
        match audit_chain::chain_batch(&state.db, organization).await {
            Ok(None) => return Ok(()),
            Ok(Some((before, head))) => {
                if before.map_or(0, |before| before.seq) / CHECKPOINT_ROWS < head.seq / CHECKPOINT_ROWS {
                    checkpoints::write(state, organization, head).await?;
                }
            }
            Err(AppError::Conflict(..)) if tries < TRIES => tries += 1,
            Err(error) => return Err(error),
        }
    }
}

/// Signs the end of every organization's chain, unless it is signed already.
async fn sign_all(state: &AppState) -> AppResult<()> {
    for organization in db::platform::list(&state.db).await?.iter().filter(|each| each.status == "active") {
        let mut tx = TenantTx::system(&state.db, organization.tenant(), Mode::Read).await?;
        let head = audit_chain::head(&mut tx).await?;
        drop(tx);
        if let Some(head) = head {
            checkpoints::write(state, organization.id, head).await?;
        }
    }
    Ok(())
}
