//! SQL of mails that came in.

use chrono::{DateTime, Utc};
use kernel::{InboundMailId, MailboxId, MessageId, OrganizationId, TicketId};
use sqlx::PgConnection;

/// A mail as it arrived.
#[derive(Debug)]
pub struct InboundRow {
    pub id: InboundMailId,
    pub mailbox_id: MailboxId,
    pub object_key: String,
    pub state: String,
    pub reason: Option<String>,
    pub ticket_id: Option<TicketId>,
    pub message_id: Option<MessageId>,
}

/// What is recorded of it at once.
#[derive(Debug)]
pub struct NewInbound<'a> {
    pub id: InboundMailId,
    pub mailbox: MailboxId,
    pub object_key: &'a str,
    pub size: i64,
    pub fingerprint: &'a str,
    pub message_id: Option<&'a str>,
    pub sender: Option<&'a str>,
    pub subject: Option<&'a str>,
}

/// Records it; false when the same mail is recorded already.
pub async fn insert(
    tx: &mut PgConnection,
    organization: OrganizationId,
    new: &NewInbound<'_>,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into inbound_mails (organization_id, id, mailbox_id, object_key, size, fingerprint, mail_message_id, sender, subject, received_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         on conflict (organization_id, mailbox_id, fingerprint) do nothing",
        organization as _,
        new.id as _,
        new.mailbox as _,
        new.object_key,
        new.size,
        new.fingerprint,
        new.message_id,
        new.sender,
        new.subject,
        now
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn find(
    tx: &mut PgConnection,
    organization: OrganizationId,
    id: InboundMailId,
) -> sqlx::Result<Option<InboundRow>> {
    sqlx::query_as!(
        InboundRow,
        "select id, mailbox_id, object_key, state, reason, ticket_id, message_id from inbound_mails where organization_id = $1 and id = $2",
        organization as _,
        id as _
    )
    .fetch_optional(tx)
    .await
}

/// As [`find`], locked: whoever comes second waits and then sees the outcome.
pub async fn lock(
    tx: &mut PgConnection,
    organization: OrganizationId,
    id: InboundMailId,
) -> sqlx::Result<Option<InboundRow>> {
    sqlx::query_as!(
        InboundRow,
        "select id, mailbox_id, object_key, state, reason, ticket_id, message_id from inbound_mails where organization_id = $1 and id = $2 for update",
        organization as _,
        id as _
    )
    .fetch_optional(tx)
    .await
}

/// What became of it.
#[derive(Debug)]
pub struct Finished<'a> {
    pub state: &'a str,
    pub reason: Option<&'a str>,
    pub ticket: Option<TicketId>,
    pub message: Option<MessageId>,
}

pub async fn finish(
    tx: &mut PgConnection,
    organization: OrganizationId,
    id: InboundMailId,
    done: &Finished<'_>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update inbound_mails set state = $3, reason = $4, ticket_id = $5, message_id = $6, processed_at = $7
          where organization_id = $1 and id = $2",
        organization as _,
        id as _,
        done.state,
        done.reason,
        done.ticket as Option<TicketId>,
        done.message as Option<MessageId>,
        now
    )
    .execute(tx)
    .await?;
    Ok(())
}
