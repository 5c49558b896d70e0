//! One ticket.

use kernel::{Permission, TicketId};
use web::{ApiResult, Member, Read, Ref};

use crate::tickets::{policy::load_for, store::Lock, wire::TicketOut};

/// `GET tickets/{id}/`
pub async fn handler(reference: Ref<TicketId>, mut cx: Member<Read>) -> ApiResult {
    let actor = cx.actor.clone();
    let ticket = load_for(&mut cx.tx, &actor, &reference, Permission::TicketRead, Lock::None).await?;
    let version = ticket.version;
    Ok(web::ok(&TicketOut::new(ticket, &actor, cx.tx.now()), version))
}
