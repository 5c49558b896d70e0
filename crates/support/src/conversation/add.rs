//! Writing one message, whoever writes it: the API, a mail, the demo.

use db::TenantTx;
use kernel::{Actor, AppError, AppResult, FileId, MessageId, TicketId};

use serde_json::json;

use super::{
    events, mentions,
    store::{self, MessageRow},
};
use crate::{
    content::{self, BodyFormat, cut},
    files,
    tickets::store::next_seq,
};

/// Files that a caller may hang on one message.
pub const MAX_ATTACHMENTS: usize = 50;
/// Characters a body may have.
pub const MAX_BODY: usize = 200_000;

/// A message to be written; values are checked already.
#[derive(Debug)]
pub struct NewMessage<'a> {
    /// Known already, of a message that was held.
    pub id: Option<MessageId>,
    /// public or internal.
    pub visibility: &'a str,
    /// in, out or system.
    pub direction: &'a str,
    /// As written; sanitized when shown.
    pub body: String,
    /// markdown, html or text.
    pub format: &'a str,
    /// The plain text of it, when that is known better than by conversion.
    pub text: Option<String>,
    /// Addresses it goes to.
    pub to: Vec<String>,
    /// Addresses that get a copy.
    pub cc: Vec<String>,
    /// Uploaded by the author, hanging nowhere yet.
    pub files: &'a [FileId],
    /// Written by a machine.
    pub is_automatic: bool,
    /// Of the mail it came in with.
    pub mail_message_id: Option<String>,
    /// Goes out by mail.
    pub delivers: bool,
    /// Nobody is told.
    pub silent: bool,
}

impl NewMessage<'_> {
    /// A plain public message that came in.
    pub fn incoming(body: String) -> Self {
        Self {
            id: None,
            visibility: "public",
            direction: "in",
            body,
            format: "text",
            text: None,
            to: Vec::new(),
            cc: Vec::new(),
            files: &[],
            is_automatic: false,
            mail_message_id: None,
            delivers: false,
            silent: false,
        }
    }
}

/// Writes it as the next message of the ticket, hangs its files on it, and tells.
pub async fn add(tx: &mut TenantTx, actor: &Actor, ticket: TicketId, new: NewMessage<'_>) -> AppResult<MessageRow> {
    let (organization, now) = (tx.organization(), tx.now());
    let id: MessageId = new.id.unwrap_or_else(|| tx.id());
    let seq = next_seq(tx, organization, ticket, new.visibility == "public", now).await?;
    let text = match (new.text, new.format) {
        (Some(text), _) => text,
        (None, "html") => content::html_to_text(&new.body),
        (None, "markdown") => content::html_to_text(&content::markdown_to_html(&new.body)),
        (None, _) => new.body.clone(),
    };
    let row = MessageRow {
        id,
        ticket_id: ticket,
        seq,
        visibility: new.visibility.to_owned(),
        direction: new.direction.to_owned(),
        author_kind: actor.person.kind().to_owned(),
        author_id: actor.person.uuid(),
        author_name: actor.name.clone(),
        body_text: cut(text.trim(), 1_000_000).to_owned(),
        body: new.body,
        format: new.format.to_owned(),
        recipients: new.to,
        cc: new.cc,
        is_automatic: new.is_automatic,
        mail_message_id: new.mail_message_id,
        delivery_state: if new.delivers { "queued" } else { "none" }.to_owned(),
        delivery_error: None,
        delivery_attempts: 0,
        created_at: now,
    };
    store::insert(tx, organization, &row).await?;
    attach(tx, actor, id, new.files).await?;
    let named = if row.visibility == "internal" && actor.staff().is_some() {
        mentions::record(tx, ticket, id, (&row.body, BodyFormat::of(&row.format))).await?
    } else {
        Vec::new()
    };
    let known = json!({
        "ticket": ticket, "seq": seq, "visibility": row.visibility, "direction": row.direction,
        "author": row.author_id.map(|author| kernel::id::wire(&row.author_kind, author)),
        "attachments": new.files,
    });
    tx.audit_change("message.created", ("message", Some(id.0)), &(), &known);
    events::created(tx, actor, ticket, id, (new.visibility, new.silent), &named);
    Ok(row)
}

async fn attach(tx: &mut TenantTx, actor: &Actor, message: MessageId, files: &[FileId]) -> AppResult<()> {
    if files.is_empty() {
        return Ok(());
    }
    let mut distinct = files.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    let organization = tx.organization();
    let attached = files::store::attach(tx, organization, message, &distinct, actor.person).await?;
    if attached == u64::try_from(distinct.len()).unwrap_or(u64::MAX) {
        Ok(())
    } else {
        Err(AppError::invalid(
            "attachments",
            "unknown",
            "One of these files was not uploaded by you, or hangs on a message already.",
        ))
    }
}
