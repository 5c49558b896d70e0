//! Changes of fields by `PATCH` and `PUT`, under the rules of the actions of the same name.

use db::TenantTx;
use kernel::{Actor, AppError, AppResult, Permission, TicketId};
use web::{ApiResult, Body, IfMatch, Member, Ref, Write};

use super::{assign::reload, input};
use crate::{
    Priority,
    tickets::{
        change::{Changes, apply},
        policy::load_for,
        store::{Lock, TicketRow},
        wire::{PatchTicket, TicketOut},
    },
};

/// `PATCH tickets/{id}/`
pub async fn patch(
    reference: Ref<TicketId>,
    cx: Member<Write>,
    if_match: IfMatch,
    Body(input): Body<PatchTicket>,
) -> ApiResult {
    respond(cx, &reference, if_match, input).await
}

/// `PUT tickets/{id}/`: as `PATCH`, but the subject is required.
pub async fn put(
    reference: Ref<TicketId>,
    cx: Member<Write>,
    if_match: IfMatch,
    Body(input): Body<PatchTicket>,
) -> ApiResult {
    if input.subject.is_none() && input.title.is_none() {
        return Err(AppError::invalid("subject", "required", "This field is required.").into());
    }
    respond(cx, &reference, if_match, input).await
}

async fn respond(mut cx: Member<Write>, reference: &Ref<TicketId>, if_match: IfMatch, input: PatchTicket) -> ApiResult {
    let actor = cx.actor.clone();
    let ticket = run(&mut cx.tx, &actor, reference, if_match, input).await?;
    let (version, now) = (ticket.version, cx.tx.now());
    cx.commit(web::ok(&TicketOut::new(ticket, &actor, now), version)).await
}

async fn run(
    tx: &mut TenantTx,
    actor: &Actor,
    reference: &Ref<TicketId>,
    if_match: IfMatch,
    input: PatchTicket,
) -> AppResult<TicketRow> {
    if let Some(priority) = input.priority.as_deref().and_then(Priority::parse) {
        // Policies are held before the ticket, in the order in which whoever changes a policy locks.
        let organization = tx.organization();
        crate::sla::targets_for(tx, organization, priority).await?;
    }
    let ticket = load_for(tx, actor, reference, Permission::TicketUpdate, Lock::ForUpdate).await?;
    if_match.check(ticket.version)?;
    let changes = read(tx, actor, &ticket, input).await?;
    apply(tx, actor, &ticket, changes).await?;
    reload(tx, actor, ticket.id).await
}

async fn read(tx: &mut TenantTx, actor: &Actor, ticket: &TicketRow, input: PatchTicket) -> AppResult<Changes> {
    let organization = tx.organization();
    let subject = input::one_of_aliases(&[("subject", &input.subject), ("title", &input.title)])?;
    let assignee = input::one_of_aliases(&[
        ("assignee", &input.assignee),
        ("assignee_id", &input.assignee_id),
        ("assigned_agent", &input.assigned_agent),
    ])?;
    let team = input::one_of_aliases(&[("team", &input.team), ("team_id", &input.team_id)])?;
    let mut changes = Changes {
        subject: subject.map(|text| web::text("subject", &text, 1, 500)).transpose()?,
        description: input.description.as_deref().map(input::description).transpose()?,
        priority: input.priority.as_deref().map(|text| Priority::read("priority", text)).transpose()?,
        kind: input.kind.as_deref().map(input::kind).transpose()?,
        tags: input.tags.as_deref().map(input::tags).transpose()?,
        custom_fields: input.custom_fields.map(input::custom_fields).transpose()?,
        reason: input.reason.as_deref().map(|text| web::text("reason", text, 1, 2_000)).transpose()?,
        ..Changes::default()
    };
    if let Some(category) = input.category {
        changes.category = Some(category.map(|text| web::text("category", &text, 1, 100)).transpose()?);
    }
    if let Some(external) = input.external_id {
        changes.external_id = Some(external.as_deref().map(input::external_id).transpose()?);
    }
    if let Some(customer) = input.customer {
        changes.customer = Some(match customer {
            Some(id) => Some(input::customer(tx, "customer", id).await?),
            None => None,
        });
    }
    if let Some(assignee) = assignee
        && assignee != ticket.assignee_id
    {
        actor.require(Permission::TicketAssign)?;
        changes.assignee = Some(match assignee {
            Some(id) => Some(input::assignee(tx, "assignee", id).await?),
            None => None,
        });
    }
    if let Some(team) = team
        && team != ticket.team_id
    {
        actor.require(Permission::TicketAssign)?;
        changes.team = Some(match team {
            Some(id) => Some(input::team(tx, "team", id).await?),
            None => None,
        });
    }
    if let Some(text) = &input.status {
        actor.require(Permission::TicketStatus)?;
        changes.status = Some(input::status(tx, organization, text).await?);
    }
    Ok(changes)
}
