//! Who may do what with a ticket. Loading is authorizing.

use db::TenantTx;
use kernel::{Actor, AppError, AppResult, Permission, TicketId};
use web::Ref;

use super::{
    standing::Standing,
    store::{self, Lock, TicketRow},
};

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
    Standing::from(ticket).is_seen_by(actor)
}

impl TicketRow {
    /// Whether its customer is none any more.
    pub fn is_customer_removed(&self) -> bool {
        self.customer_status.as_deref() == Some("removed")
    }

    /// Where its customer is written to.
    pub fn customer_address(&self) -> Option<&str> {
        self.customer_email.as_deref().filter(|_| !self.is_customer_removed())
    }
}
