//! What the rest of the product hears about notifications. Payloads name the person; never contents.

use db::{TenantTx, outbox::Event};
use kernel::{NotificationId, UserId};
use serde_json::json;

/// Somebody was told something, or its browser part is due now: entity is the notification, payload `{user}`.
pub const CREATED: &str = "notification.created";
/// Somebody read or unread notifications: entity is the person, payload `{user}`.
pub const READ: &str = "notification.read";

pub fn created(tx: &mut TenantTx, id: NotificationId, user: UserId) {
    tx.emit(Event { topic: CREATED, entity: id.0, payload: json!({ "user": user.0 }) });
}

pub fn read(tx: &mut TenantTx, user: UserId) {
    tx.emit(Event { topic: READ, entity: user.0, payload: json!({ "user": user.0 }) });
}
