//! Removes a customer, and brings them back within thirty days.

use db::{OnConstraint, outbox::Event};
use identity::facade::{self, RESTORE_WINDOW};
use kernel::{AppError, CustomerId};
use serde_json::json;
use web::{ApiResult, IfMatch, PathId, Staff, Write};

use super::taken;
use crate::customers::{REMOVED, RESTORED, store};

/// `DELETE customers/{id}/`. Tickets that are done keep the name; open ones have to be done first, so
/// that nobody who waits for an answer is forgotten.
pub async fn delete(PathId(id): PathId<CustomerId>, mut cx: Staff<Write>, if_match: IfMatch) -> ApiResult {
    let (organization, now) = (cx.organization.id, cx.tx.now());
    if !store::lock(&mut cx.tx, organization, id).await? {
        return Err(AppError::NotFound.into());
    }
    let old = store::find(&mut cx.tx, organization, id).await?.ok_or(AppError::NotFound)?;
    if old.status == "removed" {
        return Err(AppError::NotFound.into());
    }
    if_match.check(old.version)?;
    let open = store::count_open(&mut cx.tx, organization, id).await?;
    if open > 0 {
        let tickets = if open == 1 { "an open ticket".to_owned() } else { format!("{open} open tickets") };
        let why = format!("This customer has {tickets}: resolve them, or give them to another customer, first.");
        return Err(AppError::conflict(why).into());
    }
    store::remove(&mut cx.tx, organization, id, now).await?;
    facade::end_access(&mut cx.tx, id.0).await?;
    facade::forget_identities(&mut cx.tx, id.0).await?;
    facade::drop_unused_login(&mut cx.tx, organization, &old.email).await?;
    cx.tx.emit(Event { topic: REMOVED, entity: id.0, payload: json!({}) });
    let (before, after) = (json!({ "status": old.status }), json!({ "status": "removed" }));
    cx.tx.audit("customer.removed", ("customer", Some(id.0)), &before, &after);
    cx.commit(web::no_content()).await
}

/// `POST customers/{id}/restore/`: as they were before, except for sessions.
pub async fn restore(PathId(id): PathId<CustomerId>, mut cx: Staff<Write>, if_match: IfMatch) -> ApiResult {
    let (organization, now) = (cx.organization.id, cx.tx.now());
    if !store::lock(&mut cx.tx, organization, id).await? {
        return Err(AppError::NotFound.into());
    }
    let old = store::find(&mut cx.tx, organization, id).await?.ok_or(AppError::NotFound)?;
    if_match.check(old.version)?;
    if let Some(removed_at) = store::removed_at(&mut cx.tx, organization, id).await? {
        if now - removed_at > RESTORE_WINDOW {
            return Err(AppError::NotFound.into());
        }
        store::restore(&mut cx.tx, organization, id, now).await.on_constraint("customers_email_key", taken)?;
        facade::note_login(&mut cx.tx, organization, &old.email).await?;
        cx.tx.emit(Event { topic: RESTORED, entity: id.0, payload: json!({}) });
    }
    let new = store::find(&mut cx.tx, organization, id).await?.ok_or(AppError::NotFound)?;
    if new.status != old.status {
        let (before, after) = (json!({ "status": old.status }), json!({ "status": new.status }));
        cx.tx.audit("customer.restored", ("customer", Some(id.0)), &before, &after);
    }
    cx.commit(web::ok(&new, new.version)).await
}
