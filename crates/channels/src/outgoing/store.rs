//! SQL of mails that go out.

use chrono::{DateTime, Utc};
use kernel::{EventId, LinkId, MailboxId, MessageId, OrganizationId, OutgoingMailId, TicketId};
use sqlx::PgConnection;

use super::failed::FailedMail;

/// A mail of ours.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "columns of the table")]
pub struct OutgoingRow {
    pub id: OutgoingMailId,
    pub kind: String,
    pub ticket_id: Option<TicketId>,
    /// The link that a mail about an account carries; its text has `{link}` in its place.
    pub link_id: Option<LinkId>,
    pub message_id: Option<MessageId>,
    pub mailbox_id: MailboxId,
    pub is_automatic: bool,
    pub from_name: String,
    pub recipient: String,
    pub recipient_name: Option<String>,
    pub cc: Vec<String>,
    pub subject: String,
    pub body_text: String,
    pub body_html: String,
    pub mail_message_id: String,
    pub in_reply_to: Option<String>,
    pub reference_ids: Vec<String>,
    pub state: String,
    pub attempts: i32,
    pub created_at: DateTime<Utc>,
}

impl OutgoingRow {
    /// Whether it went to this address.
    pub fn goes_to(&self, address: &str) -> bool {
        self.recipient.eq_ignore_ascii_case(address) || self.cc.iter().any(|cc| cc.eq_ignore_ascii_case(address))
    }
}

/// Writes it; false when this event was told to this recipient already.
pub async fn insert(
    tx: &mut PgConnection,
    organization: OrganizationId,
    subscriber: &str,
    event: EventId,
    row: &OutgoingRow,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into outgoing_mails (organization_id, id, subscriber, event_id, recipient, kind, ticket_id, message_id, mailbox_id, is_automatic,
           from_name, recipient_name, cc, subject, body_text, body_html, mail_message_id, in_reply_to, reference_ids, state, created_at, link_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)
         on conflict (organization_id, subscriber, event_id, recipient) do nothing",
        organization as _,
        row.id as _,
        subscriber,
        event as _,
        row.recipient,
        row.kind,
        row.ticket_id as Option<TicketId>,
        row.message_id as Option<MessageId>,
        row.mailbox_id as _,
        row.is_automatic,
        row.from_name,
        row.recipient_name,
        &row.cc,
        row.subject,
        row.body_text,
        row.body_html,
        row.mail_message_id,
        row.in_reply_to,
        &row.reference_ids,
        row.state,
        row.created_at,
        row.link_id as Option<LinkId>
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn find(
    tx: &mut PgConnection,
    organization: OrganizationId,
    id: OutgoingMailId,
) -> sqlx::Result<Option<OutgoingRow>> {
    sqlx::query_as!(
        OutgoingRow,
        "select id, kind, ticket_id, link_id, message_id, mailbox_id, is_automatic, from_name, recipient, recipient_name, cc, subject, body_text,
                body_html, mail_message_id, in_reply_to, reference_ids, state, attempts, created_at
           from outgoing_mails where organization_id = $1 and id = $2",
        organization as _,
        id as _
    )
    .fetch_optional(tx)
    .await
}

/// Mails that carry a message.
pub async fn of_message(
    tx: &mut PgConnection,
    organization: OrganizationId,
    message: MessageId,
) -> sqlx::Result<Vec<OutgoingMailId>> {
    sqlx::query_scalar!(
        r#"select id as "id: OutgoingMailId" from outgoing_mails where organization_id = $1 and message_id = $2 and state = 'failed'"#,
        organization as _,
        message as _
    )
    .fetch_all(tx)
    .await
}

/// Message-IDs of a ticket's public mails, oldest first.
pub async fn mail_ids(
    tx: &mut PgConnection,
    organization: OrganizationId,
    ticket: TicketId,
) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(
        "select mail_message_id from outgoing_mails
          where organization_id = $1 and ticket_id = $2 and kind in ('created', 'reply') order by created_at, id",
        organization as _,
        ticket as _
    )
    .fetch_all(tx)
    .await
}

/// Notes an attempt and its outcome.
pub async fn set_state(
    tx: &mut PgConnection,
    organization: OrganizationId,
    id: OutgoingMailId,
    (state, error): (&str, Option<&str>),
    attempts: i32,
    finished_at: Option<DateTime<Utc>>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update outgoing_mails set state = $3, error = $4, attempts = attempts + $5, finished_at = $6 where organization_id = $1 and id = $2",
        organization as _,
        id as _,
        state,
        error,
        attempts,
        finished_at
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Confirmations to an address since a moment.
pub async fn count_confirmations(
    tx: &mut PgConnection,
    organization: OrganizationId,
    recipient: &str,
    since: DateTime<Utc>,
) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from outgoing_mails
            where organization_id = $1 and recipient = $2 and is_automatic and kind = 'created' and created_at > $3 and state <> 'suppressed'"#,
        organization as _,
        recipient,
        since
    )
    .fetch_one(tx)
    .await
}

/// A caught mail in the list of them.
#[derive(Debug)]
pub struct CaughtRow {
    pub id: OutgoingMailId,
    pub recipient: String,
    pub cc: Vec<String>,
    pub subject: String,
    pub kind: String,
    pub ticket_id: Option<TicketId>,
    pub created_at: DateTime<Utc>,
}

/// Caught mails, latest first.
pub async fn caught(
    tx: &mut PgConnection,
    organization: OrganizationId,
    recipient: Option<&str>,
    limit: i64,
    offset: i64,
) -> sqlx::Result<Vec<CaughtRow>> {
    sqlx::query_as!(
        CaughtRow,
        "select id, recipient, cc, subject, kind, ticket_id, created_at from outgoing_mails
          where organization_id = $1 and state = 'caught' and ($2::text is null or recipient = $2)
          order by created_at desc, id desc limit $3 offset $4",
        organization as _,
        recipient,
        limit,
        offset
    )
    .fetch_all(tx)
    .await
}

/// How many there are.
pub async fn count_caught(
    tx: &mut PgConnection,
    organization: OrganizationId,
    recipient: Option<&str>,
) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from (select 1 from outgoing_mails
            where organization_id = $1 and state = 'caught' and ($2::text is null or recipient = $2) limit 1001) c"#,
        organization as _,
        recipient
    )
    .fetch_one(tx)
    .await
}

/// Mails that could not be sent, latest first.
pub async fn failed(
    tx: &mut PgConnection,
    organization: OrganizationId,
    limit: i64,
    offset: i64,
) -> sqlx::Result<Vec<FailedMail>> {
    sqlx::query_as!(
        FailedMail,
        r#"select id, kind, recipient as "to", subject as "subject?", ticket_id, error, attempts, created_at, finished_at as failed_at
             from outgoing_mails where organization_id = $1 and state = 'failed'
            order by finished_at desc, id desc limit $2 offset $3"#,
        organization as _,
        limit,
        offset
    )
    .fetch_all(tx)
    .await
}

/// How many there are.
pub async fn count_failed(tx: &mut PgConnection, organization: OrganizationId) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from (
             select 1 from outgoing_mails where organization_id = $1 and state = 'failed' limit 1001) c"#,
        organization as _
    )
    .fetch_one(tx)
    .await
}

/// What a mail carries that is to be sent again.
#[derive(Debug)]
pub struct Requeued {
    pub message_id: Option<MessageId>,
}

/// Puts a failed mail back among those that wait; nothing when it did not fail.
pub async fn requeue(
    tx: &mut PgConnection,
    organization: OrganizationId,
    id: OutgoingMailId,
) -> sqlx::Result<Option<Requeued>> {
    sqlx::query_as!(
        Requeued,
        "update outgoing_mails set state = 'queued', error = null, finished_at = null
          where organization_id = $1 and id = $2 and state = 'failed' returning message_id",
        organization as _,
        id as _
    )
    .fetch_optional(tx)
    .await
}
