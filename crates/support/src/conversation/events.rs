//! What the rest of the product hears about messages.

use db::{TenantTx, outbox::Event};
use kernel::{Actor, MessageId, TicketId, UserId};
use serde_json::json;

/// A message was written, sent or received.
pub const CREATED: &str = "message.created";
/// A failed message is to be sent again.
pub const RETRIED: &str = "message.retried";
/// A held message could not be sent.
pub const REFUSED: &str = "message.refused";
/// A message was sent, or could not be.
pub const DELIVERED: &str = "message.delivered";

/// `named` are the people whom it mentions.
pub fn created(
    tx: &mut TenantTx,
    actor: &Actor,
    ticket: TicketId,
    message: MessageId,
    (visibility, silent): (&str, bool),
    named: &[UserId],
) {
    let named: Vec<_> = named.iter().map(|user| user.0).collect();
    let payload = json!({
        "ticket": ticket.0, "visibility": visibility, "silent": silent, "mentions": named,
        "actor": { "kind": actor.person.kind(), "id": actor.person.uuid() },
    });
    tx.emit(Event { topic: CREATED, entity: message.0, payload });
}

pub fn retried(tx: &mut TenantTx, ticket: TicketId, message: MessageId) {
    tx.emit(Event { topic: RETRIED, entity: message.0, payload: json!({ "ticket": ticket.0 }) });
}

/// A held message could not be sent and is its author's draft again.
pub fn refused(tx: &mut TenantTx, ticket: TicketId, message: MessageId, author: UserId) {
    tx.emit(Event { topic: REFUSED, entity: message.0, payload: json!({ "ticket": ticket.0, "author": author.0 }) });
}

pub fn delivered(tx: &mut TenantTx, ticket: TicketId, message: MessageId, state: &str) {
    tx.emit(Event { topic: DELIVERED, entity: message.0, payload: json!({ "ticket": ticket.0, "state": state }) });
}
