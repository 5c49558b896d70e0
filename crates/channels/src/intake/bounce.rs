//! Delivery reports about mails of ours.

use db::TenantTx;
use kernel::{AppResult, MessageId, OutgoingMailId, TicketId};
use support::facade;

use super::{process::note, thread::signed};
use crate::{
    mail::{
        parse::ParsedMail,
        token::{MailKey, verify_message_id},
    },
    outgoing,
};

/// Notes a report on the mail it is about, when that mail is ours: the signature in its
/// Message-ID says so, or in the address that the report came to. The ticket's status stays, nobody is answered.
pub async fn record(
    tx: &mut TenantTx,
    key: &MailKey,
    mailbox: &str,
    mail: &ParsedMail,
) -> AppResult<Option<(TicketId, MessageId)>> {
    let Some(bounce) = &mail.bounce else { return Ok(None) };
    let ids = bounce.original_message_id.iter().chain(&mail.in_reply_to).chain(mail.references.iter().rev());
    let organization = tx.organization().0;
    let named = ids.into_iter().find_map(|id| verify_message_id(key, organization, id)).map(OutgoingMailId);
    let Some(sent) = named.or_else(|| signed(tx, key, mailbox, mail)) else { return Ok(None) };
    let Some(sent) = outgoing::find(tx, sent).await? else { return Ok(None) };
    let ticket = match sent.ticket_id {
        Some(ticket) => facade::find_ticket(tx, ticket, true).await?,
        // A mail about an account.
        None => None,
    };
    if ticket.is_none() && sent.ticket_id.is_some() {
        return Ok(None);
    }
    let mut text = String::from(if bounce.permanent { "A mail could not be delivered" } else { "A mail is delayed" });
    for recipient in &bounce.recipients {
        let why = if recipient.diagnostic.is_empty() { &recipient.status } else { &recipient.diagnostic };
        text.push_str(&format!("\n{}: {why}", recipient.address));
        let gone = recipient.status.starts_with("5.1.");
        if bounce.permanent && gone && sent.goes_to(&recipient.address) {
            facade::mark_undeliverable(tx, &recipient.address.to_lowercase(), true).await?;
        }
    }
    if bounce.permanent && (sent.message_id.is_some() || sent.ticket_id.is_none()) {
        if let Some(message) = sent.message_id {
            facade::set_delivery(tx, message, "failed", Some(&text), sent.attempts).await?;
        }
        outgoing::set_failed(tx, sent.id, &text).await?;
    }
    let Some(ticket) = ticket else { return Ok(None) };
    let entry = note(tx, ticket.id, text).await?;
    Ok(Some((ticket.id, entry)))
}
