//! Gives a ticket to somebody, or takes it back.

use db::TenantTx;
use kernel::{Actor, AppError, AppResult, CustomerId, FieldErrors, Permission, TicketId, UserId};
use web::{ApiResult, Body, IfMatch, Member, Ref, Write};

use super::input;
use crate::tickets::{
    change::{Changes, apply},
    policy::load_for,
    store::Lock,
    wire::{Assign, TicketOut},
};

/// `POST tickets/{id}/assign/`
pub async fn handler(
    reference: Ref<TicketId>,
    mut cx: Member<Write>,
    if_match: IfMatch,
    Body(input): Body<Assign>,
) -> ApiResult {
    let actor = cx.actor.clone();
    let ticket = load_for(&mut cx.tx, &actor, &reference, Permission::TicketAssign, Lock::ForUpdate).await?;
    if_match.check(ticket.version)?;
    let mut changes = Changes::default();
    if input.assignee_id.is_none() {
        let mut errors = FieldErrors::default();
        errors.add("assignee_id", "required", "Name somebody, or null to take the ticket back.");
        errors.finish()?;
    }
    if let Some(assignee) = input.assignee_id {
        changes.assignee = Some(match assignee {
            Some(text) => Some(person(&mut cx.tx, &text).await?),
            None => None,
        });
    }
    if let Some(team) = input.team_id {
        changes.team = Some(match team {
            Some(id) => Some(input::team(&mut cx.tx, "team_id", id).await.map_err(|_| AppError::NotFound)?),
            None => None,
        });
    }
    apply(&mut cx.tx, &actor, &ticket, changes).await?;
    let ticket = reload(&mut cx.tx, &actor, ticket.id).await?;
    let (version, now) = (ticket.version, cx.tx.now());
    cx.commit(web::ok(&TicketOut::new(ticket, &actor, now), version)).await
}

/// Who sees a ticket only while it is theirs may not see it any more; the answer still shows it.
pub async fn reload(tx: &mut TenantTx, actor: &Actor, ticket: TicketId) -> AppResult<crate::tickets::store::TicketRow> {
    crate::tickets::store::find(tx, actor, &Ref::Id(ticket), Lock::None).await?.ok_or(AppError::NotFound)
}

/// Here an unknown person is a 404, and a customer or a suspended person a 422.
async fn person(tx: &mut TenantTx, text: &str) -> AppResult<(UserId, String)> {
    let organization = tx.organization();
    if let Ok(id) = text.parse::<CustomerId>() {
        return match crate::tickets::store::customer_name(tx, organization, id).await? {
            Some(_) => {
                Err(AppError::invalid("assignee_id", "not_staff", "Tickets are assigned to staff, not to customers."))
            }
            None => Err(AppError::NotFound),
        };
    }
    let id: UserId = text.parse().map_err(|_| AppError::NotFound)?;
    match identity::facade::find_user(tx, organization, id).await? {
        None => Err(AppError::NotFound),
        Some(_) => input::assignee(tx, "assignee_id", id).await,
    }
}
