//! Moves a ticket from status to status.

use kernel::{Permission, TicketId};
use web::{ApiResult, Body, IfMatch, Member, Ref, Write};

use super::{assign::reload, input};
use crate::tickets::{
    change::{Changes, apply},
    policy::load_for,
    store::Lock,
    wire::{ChangeStatus, ForceClose, TicketOut},
};

/// `POST tickets/{id}/change_status/`
pub async fn change(
    reference: Ref<TicketId>,
    cx: Member<Write>,
    if_match: IfMatch,
    Body(input): Body<ChangeStatus>,
) -> ApiResult {
    run(cx, &reference, if_match, &input.status, input.reason, false).await
}

/// `POST tickets/{id}/force_close/`; done again it changes nothing.
pub async fn force_close(
    reference: Ref<TicketId>,
    cx: Member<Write>,
    if_match: IfMatch,
    Body(input): Body<ForceClose>,
) -> ApiResult {
    run(cx, &reference, if_match, "closed", input.reason, true).await
}

async fn run(
    mut cx: Member<Write>,
    reference: &Ref<TicketId>,
    if_match: IfMatch,
    status: &str,
    reason: Option<String>,
    forced: bool,
) -> ApiResult {
    let (actor, organization) = (cx.actor.clone(), cx.organization.id);
    let permission = if forced { Permission::TicketForceClose } else { Permission::TicketStatus };
    let ticket = load_for(&mut cx.tx, &actor, reference, permission, Lock::ForUpdate).await?;
    if_match.check(ticket.version)?;
    let status = input::status(&mut cx.tx, organization, status).await?;
    let reason = reason.filter(|text| !text.trim().is_empty());
    let reason = reason.map(|text| web::text("reason", &text, 1, 2_000)).transpose()?;
    let changes = Changes { status: Some(status), reason, forced, ..Changes::default() };
    apply(&mut cx.tx, &actor, &ticket, changes).await?;
    let ticket = reload(&mut cx.tx, &actor, ticket.id).await?;
    let (version, now) = (ticket.version, cx.tx.now());
    cx.commit(web::ok(&TicketOut::new(ticket, &actor, now), version)).await
}
