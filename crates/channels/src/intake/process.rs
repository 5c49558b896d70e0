//! Processing a recorded mail.

use bytes::Bytes;
use db::{Mode, TenantTx};
use kernel::{Actor, AppError, AppResult, FileId, InboundMailId, MessageId, OrganizationId, TicketId};
use object_store::{ObjectStoreExt, path::Path};
use support::facade::{self, NewFile, NewMessage, NewTicket, Prepared};
use web::AppState;

use super::{
    Outcome, bounce,
    receive::parse_apart,
    store::{self, Finished, InboundRow},
    thread::{Place, place},
};
use crate::{
    mail::{
        parse::{AutoKind, ParsedMail},
        quote::split_quoted,
        token::MailKey,
    },
    mailboxes::{self, MailboxOut as Mailbox},
};

/// Addresses of one mail that are added to a ticket.
const MAX_PARTICIPANTS: usize = 20;

/// Turns a recorded mail into what it is: once, however often and by whomever this is called.
pub async fn process(state: &AppState, organization: OrganizationId, mail: InboundMailId) -> AppResult<Outcome> {
    let mut tx = TenantTx::system(&state.db, organization, Mode::Read).await?;
    let row = store::find(&mut tx, organization, mail).await?.ok_or(AppError::NotFound)?;
    let mailbox = mailboxes::find(&mut tx, organization, row.mailbox_id).await?.ok_or(AppError::NotFound)?;
    if row.state != "received" {
        return told(&mut tx, &row).await;
    }
    drop(tx);
    let raw = state
        .files
        .get(&Path::from(row.object_key.as_str()))
        .await
        .map_err(|error| AppError::Internal(error.into()))?;
    let raw: Bytes = raw.bytes().await.map_err(|error| AppError::Internal(error.into()))?;
    let parsed = parse_apart(raw).await;
    let files = match &parsed {
        Ok(parsed) => store_attachments(state, organization, parsed).await?,
        Err(_) => Vec::new(),
    };
    let mut tx = TenantTx::system(&state.db, organization, Mode::Write).await?;
    let row = store::lock(&mut tx, organization, mail).await?.ok_or(AppError::NotFound)?;
    if row.state != "received" {
        return told(&mut tx, &row).await;
    }
    let outcome = match parsed {
        Ok(parsed) => match accept(&mut tx, state, &row, &mailbox, &parsed, &files).await {
            Ok(outcome) => outcome,
            // What is wrong with the mail itself stays wrong however often it is tried.
            Err(
                error
                @ (AppError::Invalid(_) | AppError::Malformed(_) | AppError::TooLarge(_) | AppError::Conflict(..)),
            ) => {
                drop(tx);
                return quarantine(state, organization, mail, error.to_string()).await;
            }
            Err(error) => return Err(error),
        },
        Err(reason) => {
            finish(&mut tx, &row, "quarantined", Some(&reason), None).await?;
            Outcome::Quarantined { reason }
        }
    };
    tx.commit().await?;
    Ok(outcome)
}

/// Keeps a mail that cannot become a message, with the reason; its raw bytes are stored.
pub async fn quarantine(
    state: &AppState,
    organization: OrganizationId,
    mail: InboundMailId,
    reason: String,
) -> AppResult<Outcome> {
    let mut tx = TenantTx::system(&state.db, organization, Mode::Write).await?;
    let row = store::lock(&mut tx, organization, mail).await?.ok_or(AppError::NotFound)?;
    if row.state != "received" {
        return told(&mut tx, &row).await;
    }
    finish(&mut tx, &row, "quarantined", Some(&reason), None).await?;
    tx.commit().await?;
    Ok(Outcome::Quarantined { reason })
}

/// The outcome that somebody else wrote.
async fn told(tx: &mut TenantTx, row: &InboundRow) -> AppResult<Outcome> {
    Ok(match (row.state.as_str(), row.ticket_id) {
        ("accepted", Some(id)) => {
            let first = match row.message_id {
                Some(message) => facade::find_message(tx, message).await?.is_some_and(|message| message.seq == 1),
                None => false,
            };
            outcome(tx, id, first).await?
        }
        ("bounce", _) => Outcome::Bounce,
        _ => Outcome::Quarantined { reason: row.reason.clone().unwrap_or_default() },
    })
}

async fn outcome(tx: &mut TenantTx, ticket: TicketId, is_new: bool) -> AppResult<Outcome> {
    let reference = facade::find_ticket(tx, ticket, false).await?.map_or_else(String::new, |ticket| ticket.reference);
    Ok(Outcome::Accepted { ticket, reference, is_new })
}

async fn finish(
    tx: &mut TenantTx,
    row: &InboundRow,
    state: &str,
    reason: Option<&str>,
    place: Option<(TicketId, MessageId)>,
) -> AppResult<()> {
    let (organization, now) = (tx.organization(), tx.now());
    let done =
        Finished { state, reason, ticket: place.map(|(ticket, _)| ticket), message: place.map(|(_, message)| message) };
    Ok(store::finish(tx, organization, row.id, &done, now).await?)
}

/// Objects first, while no transaction is open.
async fn store_attachments(
    state: &AppState,
    organization: OrganizationId,
    mail: &ParsedMail,
) -> AppResult<Vec<Prepared>> {
    let mut files = Vec::with_capacity(mail.attachments.len());
    for attachment in &mail.attachments {
        let bytes = Bytes::copy_from_slice(&attachment.bytes);
        let new = NewFile { name: &attachment.name, content_id: attachment.content_id.as_deref(), bytes };
        files.push(facade::prepare_file(state, organization, new).await?);
    }
    Ok(files)
}

async fn accept(
    tx: &mut TenantTx,
    state: &AppState,
    row: &InboundRow,
    mailbox: &Mailbox,
    mail: &ParsedMail,
    files: &[Prepared],
) -> AppResult<Outcome> {
    let key = MailKey::of(&state.keys);
    if mail.auto == AutoKind::Bounce && mail.bounce.is_some() {
        return match bounce::record(tx, &key, &mailbox.address, mail).await? {
            Some(place) => {
                finish(tx, row, "accepted", Some("delivery report"), Some(place)).await?;
                outcome(tx, place.0, false).await
            }
            None => {
                finish(tx, row, "bounce", None, None).await?;
                Ok(Outcome::Bounce)
            }
        };
    }
    let own = mailboxes::addresses(tx).await?;
    let automatic = mail.auto_for(&[], &own) != AutoKind::Human;
    let sender = sender(mail);
    let (customer, _) = facade::find_or_create_customer(tx, &sender, mail.from.name.as_deref()).await?;
    let name = mail.from.name.clone().unwrap_or_else(|| sender.clone());
    let actor = facade::customer_actor(tx, customer, &name, &sender);
    if !automatic {
        facade::mark_undeliverable(tx, &sender, false).await?;
    }
    let mut ids = Vec::with_capacity(files.len());
    for file in files {
        ids.push(facade::record_file(tx, file, actor.person).await?);
    }
    let message = message(mail, automatic, &ids);
    let found = place(tx, &key, &mailbox.address, mail).await?;
    let known = match &found {
        Place::Ticket { ticket, .. } | Place::ThirdParty(ticket) => Some(ticket.id),
        Place::New { .. } => None,
    };
    let (ticket, message) = match found {
        Place::Ticket { ticket, signed } => {
            if signed && !automatic {
                facade::add_participants(tx, ticket.id, &participants(mail, &own, &sender)).await?;
            }
            if automatic {
                (ticket.id, facade::add_message(tx, &actor, ticket.id, message).await?)
            } else {
                facade::add_customer_message(tx, &actor, &ticket, "email", message).await?
            }
        }
        Place::ThirdParty(ticket) => third_party(tx, &actor, ticket.id, message).await?,
        Place::New { likely } => {
            let new = NewTicket {
                source: Some(mailbox.address.clone()),
                customer: Some(customer),
                mailbox: Some(mailbox.id),
                silent: automatic,
                ..NewTicket::plain(mail.subject.chars().take(500).collect(), "email")
            };
            let (ticket, message) = facade::create_ticket(tx, &actor, new, message).await?;
            facade::add_participants(tx, ticket, &participants(mail, &own, &sender)).await?;
            if let Some(likely) = likely {
                name_likely(tx, ticket, likely).await?;
            }
            (ticket, message)
        }
    };
    finish(tx, row, "accepted", None, Some((ticket, message))).await?;
    outcome(tx, ticket, known != Some(ticket)).await
}

/// The sender's address as customers are known by. Machines write from hosts without a domain
/// (`root@server1`); they are known under one that cannot be anybody else's.
fn sender(mail: &ParsedMail) -> String {
    let address = mail.from.email.to_lowercase();
    match address.split_once('@') {
        Some((local, host)) if !host.contains('.') && host != "localhost" => format!("{local}@{host}.invalid"),
        _ => address,
    }
}

fn message<'a>(mail: &ParsedMail, automatic: bool, files: &'a [FileId]) -> NewMessage<'a> {
    let (visible, _) = split_quoted(&mail.text);
    let (body, format) = match &mail.html {
        Some(html) => (html.clone(), "html"),
        None => (mail.text.clone(), "text"),
    };
    NewMessage {
        format,
        text: Some(visible.to_owned()),
        to: mail.to.iter().map(|address| address.email.clone()).collect(),
        cc: mail.cc.iter().map(|address| address.email.clone()).collect(),
        files,
        is_automatic: automatic,
        mail_message_id: mail.message_id.clone(),
        silent: automatic,
        ..NewMessage::incoming(body)
    }
}

/// Who else the mail went to: other people, not our own mailboxes.
fn participants(mail: &ParsedMail, own: &[String], sender: &str) -> Vec<String> {
    let others = mail.to.iter().chain(&mail.cc).filter_map(|address| kernel::email::normalize(&address.email));
    let foreign = |address: &String| address != sender && !own.iter().any(|own| is_mailbox(address, own));
    let mut list: Vec<String> = others.filter(foreign).collect();
    list.sort_unstable();
    list.dedup();
    list.truncate(MAX_PARTICIPANTS);
    list
}

/// The mailbox itself or one of its reply addresses.
fn is_mailbox(address: &str, own: &str) -> bool {
    match (address.split_once('@'), own.split_once('@')) {
        (Some((local, domain)), Some((own_local, own_domain))) => {
            domain == own_domain && local.split('+').next() == Some(own_local)
        }
        _ => false,
    }
}

/// The sender holds a reply address but takes no part: staff sees the message, nobody else does.
async fn third_party(
    tx: &mut TenantTx,
    actor: &Actor,
    ticket: TicketId,
    mut message: NewMessage<'_>,
) -> AppResult<(TicketId, MessageId)> {
    message.visibility = "internal";
    let added = facade::add_message(tx, actor, ticket, message).await?;
    let text = format!(
        "{} <{}> answered by mail but takes no part in this ticket. The message above is shown to staff only.",
        actor.name, actor.email
    );
    note(tx, ticket, text).await?;
    Ok((ticket, added))
}

/// An internal entry of the product.
pub async fn note(tx: &mut TenantTx, ticket: TicketId, text: String) -> AppResult<MessageId> {
    let system = Actor::system(tx.organization());
    let entry = NewMessage { visibility: "internal", direction: "system", silent: true, ..NewMessage::incoming(text) };
    facade::add_message(tx, &system, ticket, entry).await
}

async fn name_likely(tx: &mut TenantTx, ticket: TicketId, likely: TicketId) -> AppResult<()> {
    let Some(likely) = facade::find_ticket(tx, likely, false).await? else { return Ok(()) };
    let text = format!("This mail may belong to {} ({}); nothing in it proves that.", likely.reference, likely.subject);
    note(tx, ticket, text).await.map(|_| ())
}
