//! Who watches a ticket, and up to where somebody has read it.

use kernel::{Actor, AppError, AppResult, Permission, TicketId, UserId};
use serde_json::json;
use web::{ApiResult, Body, Listing, Nested, Query, Read, Ref, RequestUri, Staff, Write, page_links};

use super::{history::HistoryQuery, input};
use crate::tickets::{
    policy::load_for,
    store::{self, Lock},
    wire::{MarkRead, UserBrief, Watch},
};

/// Everybody decides for themselves; for others, who may change the ticket.
fn check_own(actor: &Actor, user: UserId) -> AppResult<()> {
    if actor.staff() == Some(user) { Ok(()) } else { actor.require(Permission::TicketUpdate) }
}

/// `GET tickets/{id}/watchers/`
pub async fn list(
    reference: Ref<TicketId>,
    mut cx: Staff<Read>,
    RequestUri(uri): RequestUri,
    Query(query): Query<HistoryQuery>,
) -> ApiResult {
    let listing = Listing::new(&uri, query.page, query.page_size, None)?;
    let (actor, organization) = (cx.actor.clone(), cx.organization.id);
    let ticket = load_for(&mut cx.tx, &actor, &reference, Permission::TicketRead, Lock::None).await?;
    let watchers = store::watchers(&mut cx.tx, organization, ticket.id).await?;
    let watchers = watchers.into_iter().map(|(id, name)| UserBrief { id, name }).collect();
    Ok(web::ok(&page_links(&listing, watchers), None))
}

/// `POST tickets/{id}/watchers/`
pub async fn add(reference: Ref<TicketId>, mut cx: Staff<Write>, Body(input): Body<Watch>) -> ApiResult {
    let (actor, organization) = (cx.actor.clone(), cx.organization.id);
    let ticket = load_for(&mut cx.tx, &actor, &reference, Permission::TicketRead, Lock::None).await?;
    let user = input.user_id.or(actor.staff()).ok_or(AppError::NotFound)?;
    check_own(&actor, user)?;
    let (id, name) = input::assignee(&mut cx.tx, "user_id", user).await?;
    if store::watch(&mut cx.tx, organization, ticket.id, id).await? {
        cx.tx.audit("ticket.watcher_added", ("ticket", Some(ticket.id.0)), &(), &json!({ "user": id }));
    }
    cx.commit(web::created(&UserBrief { id, name }, None)).await
}

/// `DELETE tickets/{id}/watchers/{user}/`
pub async fn remove(Nested(reference, user): Nested<Ref<TicketId>, UserId>, mut cx: Staff<Write>) -> ApiResult {
    let (actor, organization) = (cx.actor.clone(), cx.organization.id);
    let ticket = load_for(&mut cx.tx, &actor, &reference, Permission::TicketRead, Lock::None).await?;
    check_own(&actor, user)?;
    if store::unwatch(&mut cx.tx, organization, ticket.id, user).await? {
        cx.tx.audit("ticket.watcher_removed", ("ticket", Some(ticket.id.0)), &json!({ "user": user }), &());
    }
    cx.commit(web::no_content()).await
}

/// `POST tickets/{id}/read/`
pub async fn read(reference: Ref<TicketId>, mut cx: Staff<Write>, Body(input): Body<MarkRead>) -> ApiResult {
    let (actor, organization) = (cx.actor.clone(), cx.organization.id);
    let ticket = load_for(&mut cx.tx, &actor, &reference, Permission::TicketRead, Lock::None).await?;
    let seq = input.seq.unwrap_or(ticket.message_count);
    if !(0..=ticket.message_count).contains(&seq) {
        return Err(AppError::invalid("seq", "invalid", "There is no such message in this ticket.").into());
    }
    let user = actor.staff().ok_or(AppError::NotFound)?;
    store::mark_read(&mut cx.tx, organization, ticket.id, user, seq).await?;
    cx.commit(web::no_content()).await
}
