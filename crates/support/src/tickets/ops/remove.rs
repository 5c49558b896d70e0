//! Deletes a ticket, and brings it back within thirty days.

use kernel::{AppError, Permission, TicketId};
use web::{ApiResult, IfMatch, Ref, Staff, Write};

use super::assign::reload;
use crate::{
    RESTORE_WINDOW,
    tickets::{
        change::{Entry, record},
        events,
        policy::load_for,
        store::{self, Line, Lock},
        wire::TicketOut,
    },
};

/// `DELETE tickets/{id}/`
pub async fn delete(reference: Ref<TicketId>, mut cx: Staff<Write>, if_match: IfMatch) -> ApiResult {
    let (actor, organization, now) = (cx.actor.clone(), cx.organization.id, cx.tx.now());
    let ticket = load_for(&mut cx.tx, &actor, &reference, Permission::TicketDelete, Lock::ForUpdate).await?;
    if ticket.deleted_at.is_some() {
        return Err(AppError::NotFound.into());
    }
    if_match.check(ticket.version)?;
    store::set_deleted(&mut cx.tx, organization, ticket.id, Some(now), now).await?;
    let line = Line { field: "deleted", old: None, new: Some(now.to_rfc3339()), ids: (None, None) };
    let entry = Entry { ticket: ticket.id, action: events::DELETED, lines: &[line], reason: None };
    record(&mut cx.tx, &actor, &[entry]).await?;
    events::removed(&mut cx.tx, &actor, ticket.id, events::DELETED);
    cx.commit(web::no_content()).await
}

/// `POST tickets/{id}/restore/`
pub async fn restore(reference: Ref<TicketId>, mut cx: Staff<Write>, if_match: IfMatch) -> ApiResult {
    let (actor, organization, now) = (cx.actor.clone(), cx.organization.id, cx.tx.now());
    let ticket = load_for(&mut cx.tx, &actor, &reference, Permission::TicketDelete, Lock::ForUpdate).await?;
    if_match.check(ticket.version)?;
    if let Some(deleted_at) = ticket.deleted_at {
        if now - deleted_at > RESTORE_WINDOW {
            return Err(AppError::NotFound.into());
        }
        store::set_deleted(&mut cx.tx, organization, ticket.id, None, now).await?;
        let line = Line { field: "deleted", old: Some(deleted_at.to_rfc3339()), new: None, ids: (None, None) };
        let entry = Entry { ticket: ticket.id, action: events::RESTORED, lines: &[line], reason: None };
        record(&mut cx.tx, &actor, &[entry]).await?;
        events::removed(&mut cx.tx, &actor, ticket.id, events::RESTORED);
    }
    let ticket = reload(&mut cx.tx, &actor, ticket.id).await?;
    let version = ticket.version;
    cx.commit(web::ok(&TicketOut::new(ticket, &actor, now), version)).await
}
