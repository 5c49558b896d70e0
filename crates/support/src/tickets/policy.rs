//! Who may do what with a ticket. Loading is authorizing.

use db::TenantTx;
use kernel::{Actor, AppError, AppResult, Permission, TicketId, Visibility};
use web::Ref;

use super::store::{self, Lock, TicketRow};

/// The ticket, if the actor sees it (else 404) and may do this with it (else 403).
pub async fn load_for(
    tx: &mut TenantTx,
    actor: &Actor,
    reference: &Ref<TicketId>,
    permission: Permission,
    lock: Lock,
) -> AppResult<TicketRow> {
    let ticket = store::find(tx, actor, reference, lock).await?.ok_or(AppError::NotFound)?;
    if !sees(actor, &ticket) {
        return Err(AppError::NotFound);
    }
    actor.require(permission)?;
    if ticket.deleted_at.is_some() && permission != Permission::TicketDelete {
        return Err(AppError::NotFound);
    }
    Ok(ticket)
}

/// Whether the ticket is within what the actor sees.
pub fn sees(actor: &Actor, ticket: &TicketRow) -> bool {
    match &actor.visibility {
        Visibility::All => true,
        Visibility::Teams(teams, user) => {
            ticket.assignee_id == Some(*user) || ticket.team_id.is_some_and(|team| teams.contains(&team))
        }
        Visibility::Assigned(user) => ticket.assignee_id == Some(*user),
        Visibility::Own(customer) => ticket.customer_id == Some(*customer),
    }
}
