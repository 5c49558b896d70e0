//! What mail about a notification needs to know; writing and sending it is another context's.

use db::TenantTx;
use kernel::{AppResult, MessageId, NotificationId, UserId};
use serde_json::Value;
use web::Ref;

use super::{model::Kind, store};
use crate::tickets::{
    self,
    policy::sees,
    store::{Lock, TicketRow},
};

/// Sends the mail of a notification: payload `{notification}`.
pub const MAIL_JOB: &str = "notifications.mail";

/// A notification that somebody is to be written about.
#[derive(Debug)]
pub struct DueMail {
    /// Who.
    pub user: UserId,
    /// Where mail goes.
    pub email: String,
    /// Shown name.
    pub name: String,
    /// What it is about.
    pub kind: Kind,
    /// The ticket.
    pub ticket: TicketRow,
    /// The message, when it is about one.
    pub message: Option<MessageId>,
    /// Who did it.
    pub actor: String,
    /// By kind.
    pub details: Value,
}

/// Whom to write to about a notification; nobody when the person is not there any more, does not see
/// the ticket any more, or read it while the mail waited for the end of quiet hours.
pub async fn due_mail(tx: &mut TenantTx, id: NotificationId) -> AppResult<Option<DueMail>> {
    let organization = tx.organization();
    let Some(row) = store::find(tx, organization, id).await? else { return Ok(None) };
    let waited = row.email_from.is_some_and(|from| from > row.created_at);
    if row.email_from.is_none() || (waited && row.read_at.is_some()) {
        return Ok(None);
    }
    let Some(person) = identity::facade::active_staff(tx, &[row.user_id]).await?.pop() else { return Ok(None) };
    let ticket = tickets::store::find(tx, &person, &Ref::Id(row.ticket_id), Lock::None).await?;
    let Some(ticket) = ticket.filter(|ticket| ticket.deleted_at.is_none() && sees(&person, ticket)) else {
        return Ok(None);
    };
    let Some(kind) = Kind::parse(&row.kind) else { return Ok(None) };
    Ok(Some(DueMail {
        user: row.user_id,
        email: person.email,
        name: person.name,
        kind,
        ticket,
        message: row.message_id,
        actor: row.actor_name,
        details: row.details,
    }))
}
