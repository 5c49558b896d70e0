//! Mails about an account: links, and word that a password was changed. Strangers can cause some
//! of them, so nothing but the organization's name is filled in, and the link when the mail leaves.

use db::{jobs::ClaimedJob, outbox::Delivered};
use identity::facade::{self, LinkMail};
use kernel::{AppError, AppResult, LinkId};
use serde_json::Value;
use support::facade::content;
use web::AppState;

use super::{notify::Cause, store::OutgoingRow};
use crate::{mailboxes, templates};

/// Stands for the link in texts that wait.
const LINK: &str = "{link}";

/// Somebody gets a link.
pub async fn link_created(state: &AppState, job: &ClaimedJob) -> AppResult<()> {
    let (mut cause, delivered) = Cause::open(state, job, "mail.link_created").await?;
    let link = LinkId(delivered.entity_id);
    let Some(open) = facade::open_link(&mut cause.tx, state, &cause.organization, link).await? else { return Ok(()) };
    queue(cause, kind(&delivered)?.as_str(), &open.email, Some(link)).await
}

/// Somebody hears that their password is another one now.
pub async fn password_changed(state: &AppState, job: &ClaimedJob) -> AppResult<()> {
    let (mut cause, delivered) = Cause::open(state, job, "mail.password_changed").await?;
    match facade::address_of(&mut cause.tx, delivered.entity_id).await? {
        Some(email) => queue(cause, "password_changed", &email, None).await,
        None => Ok(()),
    }
}

fn kind(delivered: &Delivered) -> AppResult<LinkMail> {
    let named = delivered.payload.get("mail").and_then(Value::as_str).and_then(LinkMail::parse);
    named.ok_or_else(|| AppError::internal("the event names no mail"))
}

async fn queue(mut cause: Cause, kind: &str, recipient: &str, link: Option<LinkId>) -> AppResult<()> {
    let organization = cause.tx.organization();
    let mailbox = mailboxes::default_of(&mut cause.tx, organization).await?;
    let mailbox = mailbox.ok_or_else(|| AppError::internal("the organization has no mailbox to write from"))?;
    let mut row = cause.row(kind, None, &mailbox, recipient);
    let name = cause.organization.name.clone();
    (row.subject, row.body_text) = templates::filled(&mut cause.tx, kind, &[("organization", &name)]).await?;
    row.link_id = link;
    cause.queue(row).await?;
    cause.tx.commit().await
}

/// Puts the link into a mail that leaves now; false when the link has ended.
pub async fn complete(
    tx: &mut db::TenantTx,
    state: &AppState,
    organization: &db::platform::Organization,
    row: &mut OutgoingRow,
) -> AppResult<bool> {
    if let Some(link) = row.link_id {
        let Some(open) = facade::open_link(tx, state, organization, link).await? else { return Ok(false) };
        row.body_text = row.body_text.replace(LINK, &open.url);
    }
    row.body_html = content::text_to_html(&row.body_text);
    Ok(true)
}
