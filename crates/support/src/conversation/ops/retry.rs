//! Sends a message again whose delivery failed.

use kernel::{AppError, MessageId, Permission};
use serde_json::json;
use web::{ApiResult, PathId, Ref, Staff, Write};

use crate::{
    conversation::{events, store, wire::MessageOut},
    files::store::of_messages,
    tickets::{policy::load_for, store::Lock},
};

/// `POST messages/{id}/retry/`
pub async fn handler(PathId(id): PathId<MessageId>, mut cx: Staff<Write>) -> ApiResult {
    let (actor, organization) = (cx.actor.clone(), cx.organization.id);
    let message = store::find(&mut cx.tx, organization, id).await?.ok_or(AppError::NotFound)?;
    let reference = Ref::Id(message.ticket_id);
    load_for(&mut cx.tx, &actor, &reference, Permission::TicketReply, Lock::ForUpdate).await?;
    // Looked at again under the ticket's lock: two retries at once are one.
    let mut message = store::find(&mut cx.tx, organization, id).await?.ok_or(AppError::NotFound)?;
    if message.delivery_state != "failed" {
        return Err(AppError::conflict("Only a message whose delivery failed can be sent again.").into());
    }
    store::set_delivery(&mut cx.tx, organization, id, "queued", None, message.delivery_attempts).await?;
    let state = |state: &str| json!({ "delivery": state });
    cx.tx.audit("message.retried", ("message", Some(id.0)), &state("failed"), &state("queued"));
    events::retried(&mut cx.tx, message.ticket_id, id);
    message.delivery_state = "queued".to_owned();
    message.delivery_error = None;
    let files = of_messages(&mut cx.tx, organization, &[id.0]).await?;
    let answer = web::accepted(&MessageOut::new(message, files, true));
    cx.commit(answer).await
}
