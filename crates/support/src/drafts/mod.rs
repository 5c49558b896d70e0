//! Drafts: what somebody of the staff has begun to write in a ticket, one reply and one note each.
//!
//! Nobody but the author sees a draft. The author counts its saves (`rev`): a save that is older
//! than what is there is refused, and so is one that is not newer than the deletion or the sending
//! of the draft, whatever order they arrive in.
//!
//! Tables: `drafts`. Permissions: `tickets:note`, and for replies `tickets:reply`. Events: none.

pub(crate) mod model;
pub(crate) mod ops;
pub(crate) mod store;
pub(crate) mod wire;

use chrono::{DateTime, Utc};
use db::TenantTx;
use kernel::{AppResult, Permission};
use web::{Access, Route};

/// Forgets what is left of drafts that were deleted before.
pub async fn prune(tx: &mut TenantTx, before: DateTime<Utc>) -> AppResult<()> {
    let organization = tx.organization();
    Ok(store::prune(tx, organization, before).await?)
}

/// The route table.
pub fn routes() -> Vec<Route> {
    // Which of the two kinds it is, is asked by the use case.
    let own = Access::needs(Permission::TicketNote);
    const PATH: &str = "/tickets/{id}/drafts/{kind}";
    vec![
        Route::get(PATH, own, "tickets_drafts_get", "My draft of a reply or note", ops::get).ok::<wire::DraftOut>(200),
        Route::put(PATH, own, "tickets_drafts_put", "Save my draft", ops::put)
            .body::<wire::SaveDraft>()
            .ok::<wire::DraftOut>(200),
        Route::delete(PATH, own, "tickets_drafts_delete", "Throw my draft away", ops::delete)
            .query::<wire::DeleteDraft>()
            .empty(204, "There is no draft any more."),
    ]
}
