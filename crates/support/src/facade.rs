//! What other contexts may use of support.

use db::TenantTx;
use kernel::{Actor, AppResult, MessageId, Permission, TicketId, Visibility};
use web::Ref;

pub use crate::{
    content,
    conversation::{
        add::NewMessage,
        events::{
            CREATED as MESSAGE_CREATED, DELIVERED as MESSAGE_DELIVERED, REFUSED as MESSAGE_REFUSED,
            RETRIED as MESSAGE_RETRIED,
        },
        store::MessageRow as Message,
    },
    customers::{create_customer, find_or_create_customer, import_customer, is_undeliverable, mark_undeliverable},
    drafts::prune as prune_drafts,
    files::{NewFile, Prepared, prepare as prepare_file, record as record_file},
    notifications::{
        CREATED as NOTIFICATION_CREATED, DueMail, Kind as NotificationKind, MAIL_JOB as NOTIFICATION_MAIL_JOB,
        READ as NOTIFICATION_READ, due_mail, prune as prune_notifications,
    },
    priority::Priority,
    sla::{Targets, sla_defaults, targets_for},
    statuses::{Status, StatusCategory, find_status, provision_statuses, status_key},
    tickets::{
        change::Changes,
        events::{
            ASSIGNED as TICKET_ASSIGNED, CREATED as TICKET_CREATED, DELETED as TICKET_DELETED,
            RESTORED as TICKET_RESTORED, UPDATED as TICKET_UPDATED,
        },
        ops::create::NewTicket,
        standing::{Standing, of as standings},
        store::TicketRow as Ticket,
    },
};
use crate::{
    conversation::{self, add::add},
    files,
    tickets::{
        change::{apply, wake_up},
        ops::create::{create, follow_up},
        store::{self, Lock},
    },
};

/// A ticket that is not deleted, for the product itself; `lock` against other writers.
pub async fn find_ticket(tx: &mut TenantTx, id: TicketId, lock: bool) -> AppResult<Option<Ticket>> {
    let system = Actor::system(tx.organization());
    let lock = if lock { Lock::ForUpdate } else { Lock::None };
    let found = store::find(tx, &system, &Ref::Id(id), lock).await?;
    Ok(found.filter(|ticket| ticket.deleted_at.is_none()))
}

/// The ticket that a reference such as `TK-2026-00042` names.
pub async fn find_ticket_by_reference(tx: &mut TenantTx, reference: &str) -> AppResult<Option<TicketId>> {
    let Some(number) = reference.rsplit('-').next().and_then(|digits| digits.parse().ok()) else { return Ok(None) };
    let organization = tx.organization();
    Ok(store::find_by_reference(tx, organization, number, reference).await?)
}

/// Writes a ticket with its first message and event.
pub async fn create_ticket(
    tx: &mut TenantTx,
    actor: &Actor,
    new: NewTicket,
    message: NewMessage<'_>,
) -> AppResult<(TicketId, MessageId)> {
    let (ticket, message) = create(tx, actor, new, message).await?;
    Ok((ticket, message.id))
}

/// A message of the customer that came by this channel: wakes the locked ticket up or starts a follow-up.
pub async fn add_customer_message(
    tx: &mut TenantTx,
    actor: &Actor,
    ticket: &Ticket,
    channel: &str,
    message: NewMessage<'_>,
) -> AppResult<(TicketId, MessageId)> {
    match wake_up(tx, actor, ticket).await? {
        Some(id) => Ok((id, add(tx, actor, id, message).await?.id)),
        None => follow_up(tx, actor, ticket, channel, message).await.map(|(ticket, message)| (ticket, message.id)),
    }
}

/// A message that changes nothing about the ticket: notes of the product, automatic mail.
pub async fn add_message(
    tx: &mut TenantTx,
    actor: &Actor,
    ticket: TicketId,
    message: NewMessage<'_>,
) -> AppResult<MessageId> {
    Ok(add(tx, actor, ticket, message).await?.id)
}

/// Applies changes to a locked ticket; whether anything changed.
pub async fn change_ticket(tx: &mut TenantTx, actor: &Actor, ticket: &Ticket, changes: Changes) -> AppResult<bool> {
    apply(tx, actor, ticket, changes).await
}

/// Who the author is when a customer writes by mail.
pub fn customer_actor(tx: &TenantTx, id: kernel::CustomerId, name: &str, email: &str) -> Actor {
    Actor {
        person: kernel::Person::Customer(id),
        name: name.to_owned(),
        email: email.to_owned(),
        role: "customer".to_owned(),
        permissions: vec![Permission::TicketRead, Permission::TicketCreate, Permission::TicketReply],
        visibility: Visibility::Own(id),
        ..Actor::system(tx.organization())
    }
}

/// Addresses that take part in a ticket beside its customer.
pub async fn participants(tx: &mut TenantTx, ticket: TicketId) -> AppResult<Vec<String>> {
    let organization = tx.organization();
    Ok(store::ccs(tx, organization, ticket).await?)
}

/// Adds addresses that take part.
pub async fn add_participants(tx: &mut TenantTx, ticket: TicketId, addresses: &[String]) -> AppResult<()> {
    let organization = tx.organization();
    Ok(store::add_ccs(tx, organization, ticket, addresses).await?)
}

/// One message.
pub async fn find_message(tx: &mut TenantTx, id: MessageId) -> AppResult<Option<Message>> {
    let organization = tx.organization();
    Ok(conversation::store::find(tx, organization, id).await?)
}

/// Notes on a message what became of sending it.
pub async fn set_delivery(
    tx: &mut TenantTx,
    id: MessageId,
    state: &str,
    error: Option<&str>,
    attempts: i32,
) -> AppResult<()> {
    let organization = tx.organization();
    if let Some(ticket) = conversation::store::set_delivery(tx, organization, id, state, error, attempts).await? {
        conversation::events::delivered(tx, ticket, id, state);
    }
    Ok(())
}

/// Message-IDs of the mails that came in for a ticket, oldest first.
pub async fn incoming_mail_ids(tx: &mut TenantTx, ticket: TicketId) -> AppResult<Vec<String>> {
    let organization = tx.organization();
    Ok(conversation::store::mail_ids(tx, organization, ticket).await?)
}

/// The ticket in which one of these mails came in; earlier ids win.
pub async fn ticket_of_mail(tx: &mut TenantTx, ids: &[String]) -> AppResult<Option<TicketId>> {
    let organization = tx.organization();
    Ok(conversation::store::ticket_of_mail(tx, organization, ids).await?)
}

/// A file of a message, as outgoing mail needs it.
#[derive(Debug)]
pub struct MessageFile {
    /// Safe name.
    pub name: String,
    /// Found by content.
    pub content_type: String,
    /// Bytes.
    pub size: i64,
    /// Where the object lies.
    pub object_key: String,
}

/// Files that hang on a message.
pub async fn message_files(tx: &mut TenantTx, message: MessageId) -> AppResult<Vec<MessageFile>> {
    let organization = tx.organization();
    let rows = files::store::of_messages(tx, organization, &[message.0]).await?;
    let file = |row: files::store::FileRow| MessageFile {
        name: row.name,
        content_type: row.content_type,
        size: row.size,
        object_key: row.object_key,
    };
    Ok(rows.into_iter().map(file).collect())
}
