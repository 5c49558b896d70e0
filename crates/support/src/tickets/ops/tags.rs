//! The tags of a ticket.

use kernel::{Permission, TicketId};
use web::{ApiResult, Body, IfMatch, Read, Ref, Staff, Write};

use super::input;
use crate::tickets::{
    change::{Changes, apply},
    policy::load_for,
    store::Lock,
    wire::{Tags, TagsOut},
};

/// `GET tickets/{id}/tags/`
pub async fn list(reference: Ref<TicketId>, mut cx: Staff<Read>) -> ApiResult {
    let actor = cx.actor.clone();
    let ticket = load_for(&mut cx.tx, &actor, &reference, Permission::TicketRead, Lock::None).await?;
    Ok(web::ok(&TagsOut { tags: ticket.tags }, None))
}

/// `POST tickets/{id}/tags/` adds, `PUT` replaces.
pub async fn add(reference: Ref<TicketId>, cx: Staff<Write>, if_match: IfMatch, Body(input): Body<Tags>) -> ApiResult {
    change(cx, &reference, if_match, &input.tags, |old, new| [old, new].concat()).await
}

/// `PUT tickets/{id}/tags/`
pub async fn replace(
    reference: Ref<TicketId>,
    cx: Staff<Write>,
    if_match: IfMatch,
    Body(input): Body<Tags>,
) -> ApiResult {
    change(cx, &reference, if_match, &input.tags, |_, new| new.to_vec()).await
}

async fn change(
    mut cx: Staff<Write>,
    reference: &Ref<TicketId>,
    if_match: IfMatch,
    given: &[String],
    combine: impl Fn(&[String], &[String]) -> Vec<String>,
) -> ApiResult {
    let actor = cx.actor.clone();
    let ticket = load_for(&mut cx.tx, &actor, reference, Permission::TicketUpdate, Lock::ForUpdate).await?;
    if_match.check(ticket.version)?;
    let tags = input::tags(&combine(&ticket.tags, &input::tags(given)?))?;
    apply(&mut cx.tx, &actor, &ticket, Changes { tags: Some(tags.clone()), ..Changes::default() }).await?;
    cx.commit(web::ok(&TagsOut { tags }, None)).await
}
