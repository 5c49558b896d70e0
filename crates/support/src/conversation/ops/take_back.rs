//! Takes a held message back.

use kernel::{AppError, MessageId, Permission};
use web::{ApiResult, Member, PathId, Ref, Write};

use crate::{
    conversation::{held, store},
    tickets::{policy::load_for, store::Lock},
};

/// `DELETE messages/{id}/`: the author gets the draft back; 409 when the message was sent already.
pub async fn handler(PathId(id): PathId<MessageId>, mut cx: Member<Write>) -> ApiResult {
    let (actor, organization) = (cx.actor.clone(), cx.organization.id);
    if let Some(draft) = held::take_back(&mut cx.tx, &actor, id).await? {
        return cx.commit(web::ok(&draft, None)).await;
    }
    let message = store::find(&mut cx.tx, organization, id).await?.ok_or(AppError::NotFound)?;
    load_for(&mut cx.tx, &actor, &Ref::Id(message.ticket_id), Permission::TicketRead, Lock::None).await?;
    if !actor.is_internal() && message.visibility != "public" {
        return Err(AppError::NotFound.into());
    }
    Err(AppError::conflict("This message was sent already.").into())
}
