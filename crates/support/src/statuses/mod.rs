//! Statuses: what an organization calls the states of its tickets, each in a fixed category that
//! the product's rules go by.
//!
//! Invariants: the key is stable and the only thing tickets and callers name; a category keeps a
//! status; those that the product itself moves tickets to ([`model::BUILT_IN`]) stay. A retired
//! status is kept by the tickets that have it and taken by no other. Shipped statuses are written
//! at provisioning and never overwritten.
//!
//! Tables: `statuses`. Permissions: `tickets:read`, `organization:write`. Events: none.

mod model;
mod ops;
mod store;
mod wire;

use db::TenantTx;
use kernel::{AppResult, OrganizationId, Page, Permission};
use sqlx::PgConnection;
use web::{Access, Route};

pub use model::{Status, StatusCategory, status_key};
pub use wire::StatusOut;

/// The route table.
pub fn routes() -> Vec<Route> {
    let read = Access::needs(Permission::TicketRead);
    let write = Access::needs(Permission::OrganizationWrite);
    vec![
        Route::get("/statuses", read, "statuses_list", "List statuses in their order", ops::list)
            .query::<wire::StatusQuery>()
            .ok::<Page<StatusOut>>(200),
        Route::post("/statuses", write, "statuses_create", "Add a status", ops::create)
            .body::<wire::CreateStatus>()
            .ok::<StatusOut>(201),
        Route::post(
            "/statuses/reorder",
            write,
            "statuses_reorder",
            "Put the statuses into another order",
            ops::reorder,
        )
        .body::<wire::Reorder>()
        .ok::<Page<StatusOut>>(200),
        Route::get("/statuses/{key}", read, "statuses_get", "One status", ops::get).ok::<StatusOut>(200).versioned(),
        Route::patch("/statuses/{key}", write, "statuses_update", "Rename a status", ops::update)
            .body::<wire::PatchStatus>()
            .ok::<StatusOut>(200)
            .versioned(),
        Route::delete("/statuses/{key}", write, "statuses_delete", "Retire a status; tickets keep it", ops::retire)
            .empty(204, "Retired.")
            .versioned(),
        Route::post("/statuses/{key}/restore", write, "statuses_restore", "Use a retired status again", ops::restore)
            .ok::<StatusOut>(200)
            .versioned(),
    ]
}

/// Writes the shipped statuses that are missing.
pub async fn provision_statuses(tx: &mut TenantTx) -> AppResult<()> {
    let organization = tx.organization();
    Ok(store::insert_shipped(tx, organization).await?)
}

/// The status with this key, which must be in the form of [`status_key`]; retired ones too.
pub async fn find_status(tx: &mut PgConnection, organization: OrganizationId, key: &str) -> AppResult<Option<Status>> {
    Ok(store::find(tx, organization, key).await?.map(Status::from))
}

/// Keys of all statuses of the organization, also of retired ones, which tickets may still have.
pub(crate) async fn status_keys(tx: &mut PgConnection, organization: OrganizationId) -> AppResult<Vec<String>> {
    Ok(store::list(tx, organization).await?.into_iter().map(|status| status.key).collect())
}
