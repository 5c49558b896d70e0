//! What the rest of the product hears about tickets. Payloads are ids and names of fields.

use db::{TenantTx, outbox::Event};
use kernel::{Actor, EventId, TicketId, UserId};
use serde_json::{Value, json};

/// A ticket was made.
pub const CREATED: &str = "ticket.created";
/// A ticket was given to somebody.
pub const ASSIGNED: &str = "ticket.assigned";
/// Fields of a ticket changed.
pub const UPDATED: &str = "ticket.updated";

/// A ticket was deleted.
pub const DELETED: &str = "ticket.deleted";
/// A deleted ticket was brought back.
pub const RESTORED: &str = "ticket.restored";

fn by(actor: &Actor) -> Value {
    json!({ "kind": actor.person.kind(), "id": actor.person.uuid() })
}

/// `silent`: nobody is to be written to because of it (automatic mail, imports).
pub fn created(tx: &mut TenantTx, actor: &Actor, ticket: TicketId, silent: bool) -> EventId {
    tx.emit(Event { topic: CREATED, entity: ticket.0, payload: json!({ "actor": by(actor), "silent": silent }) })
}

pub fn assigned(tx: &mut TenantTx, actor: &Actor, ticket: TicketId, assignee: UserId) {
    tx.emit(Event {
        topic: ASSIGNED,
        entity: ticket.0,
        payload: json!({ "actor": by(actor), "assignee": assignee.0 }),
    });
}

pub fn updated(tx: &mut TenantTx, actor: &Actor, ticket: TicketId, fields: &[&str], version: i64) {
    let payload = json!({ "actor": by(actor), "fields": fields, "version": version });
    tx.emit(Event { topic: UPDATED, entity: ticket.0, payload });
}

/// Deleted, or brought back.
pub fn removed(tx: &mut TenantTx, actor: &Actor, ticket: TicketId, topic: &'static str) {
    tx.emit(Event { topic, entity: ticket.0, payload: json!({ "actor": by(actor) }) });
}
