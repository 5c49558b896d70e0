//! Mailboxes: the addresses at which an organization receives mail and from which it writes.
//!
//! Invariants: an address belongs to one mailbox of the whole installation (`platform.mail_addresses`
//! decides), and inside the installation's own domain only to the organization whose host it names;
//! it never changes, since sent mails carry it. One mailbox is the default; it cannot be deleted,
//! and none can that tickets or mails name.
//! Tables: `mailboxes`, `platform.mail_addresses`. Permissions: `settings:read`,
//! `mailboxes:write`. Events: none.

mod model;
mod ops;
mod store;
mod wire;

use db::TenantTx;
use kernel::{AppResult, MailboxId, OrganizationId, Page, Permission};
use sqlx::PgConnection;
use web::{Access, Route};

pub use ops::provision_default;
pub use wire::MailboxOut;

/// The route table.
pub fn routes() -> Vec<Route> {
    let read = Access::needs(Permission::SettingsRead);
    let write = Access::needs(Permission::MailboxWrite);
    vec![
        Route::get("/mailboxes", read, "mailboxes_list", "List mailboxes", ops::list)
            .query::<wire::MailboxQuery>()
            .ok::<Page<MailboxOut>>(200),
        Route::post("/mailboxes", write, "mailboxes_create", "Add a mailbox", ops::create)
            .body::<wire::CreateMailbox>()
            .ok::<MailboxOut>(201),
        Route::get("/mailboxes/{id}", read, "mailboxes_get", "One mailbox", ops::get).ok::<MailboxOut>(200),
        Route::patch("/mailboxes/{id}", write, "mailboxes_update", "Change a mailbox", ops::update)
            .body::<wire::PatchMailbox>()
            .ok::<MailboxOut>(200),
        Route::delete("/mailboxes/{id}", write, "mailboxes_delete", "Delete a mailbox", ops::delete)
            .empty(204, "Deleted."),
    ]
}

/// One mailbox.
pub async fn find(tx: &mut PgConnection, organization: OrganizationId, id: MailboxId) -> AppResult<Option<MailboxOut>> {
    Ok(store::find(tx, organization, id).await?)
}

/// The mailbox that writes where no other is named; none before provisioning.
pub async fn default_of(tx: &mut PgConnection, organization: OrganizationId) -> AppResult<Option<MailboxOut>> {
    Ok(store::default_of(tx, organization).await?)
}

/// Every address of the open organization.
pub async fn addresses(tx: &mut TenantTx) -> AppResult<Vec<String>> {
    let organization = tx.organization();
    Ok(store::list(tx, organization).await?.into_iter().map(|mailbox| mailbox.address).collect())
}

/// Makes `support@SLUG.BASE_DOMAIN` the default of an organization that has no mailbox.
pub async fn provision(tx: &mut TenantTx, slug: &str, base_domain: &str, organization_name: &str) -> AppResult<()> {
    let organization = tx.organization();
    if !store::any(tx, organization).await? {
        provision_default(tx, &format!("support@{slug}.{base_domain}"), organization_name).await?;
    }
    Ok(())
}
