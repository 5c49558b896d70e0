//! SQL of messages.

use chrono::{DateTime, Utc};
use kernel::{MessageId, OrganizationId, TicketId};
use sqlx::PgConnection;
use uuid::Uuid;

/// A message as stored.
#[expect(missing_docs, reason = "columns of the table, and names shown beside it")]
#[derive(Debug, Clone)]
pub struct MessageRow {
    pub id: MessageId,
    pub ticket_id: TicketId,
    pub seq: i32,
    pub visibility: String,
    pub direction: String,
    pub author_kind: String,
    pub author_id: Option<Uuid>,
    pub author_name: String,
    pub body: String,
    pub format: String,
    pub body_text: String,
    pub recipients: Vec<String>,
    pub cc: Vec<String>,
    pub is_automatic: bool,
    pub mail_message_id: Option<String>,
    pub delivery_state: String,
    pub delivery_error: Option<String>,
    pub delivery_attempts: i32,
    pub created_at: DateTime<Utc>,
}

pub async fn insert(tx: &mut PgConnection, organization: OrganizationId, row: &MessageRow) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into messages (organization_id, id, ticket_id, seq, visibility, direction, author_kind, author_id, author_name, body, format,
           body_text, recipients, cc, is_automatic, mail_message_id, delivery_state, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)",
        organization as _,
        row.id as _,
        row.ticket_id as _,
        row.seq,
        row.visibility,
        row.direction,
        row.author_kind,
        row.author_id,
        row.author_name,
        row.body,
        row.format,
        row.body_text,
        &row.recipients,
        &row.cc,
        row.is_automatic,
        row.mail_message_id,
        row.delivery_state,
        row.created_at
    )
    .execute(tx)
    .await?;
    Ok(())
}

pub async fn find(
    tx: &mut PgConnection,
    organization: OrganizationId,
    id: MessageId,
) -> sqlx::Result<Option<MessageRow>> {
    sqlx::query_as!(
        MessageRow,
        "select id, ticket_id, seq, visibility, direction, author_kind, author_id, author_name, body, format, body_text, recipients, cc,
                is_automatic, mail_message_id, delivery_state, delivery_error, delivery_attempts, created_at
           from messages where organization_id = $1 and id = $2",
        organization as _,
        id as _
    )
    .fetch_optional(tx)
    .await
}

/// One page of a conversation; `internal` includes notes.
pub async fn list(
    tx: &mut PgConnection,
    organization: OrganizationId,
    ticket: TicketId,
    (internal, descending): (bool, bool),
    (limit, offset): (i64, i64),
) -> sqlx::Result<Vec<MessageRow>> {
    sqlx::query_as!(
        MessageRow,
        "select id, ticket_id, seq, visibility, direction, author_kind, author_id, author_name, body, format, body_text, recipients, cc,
                is_automatic, mail_message_id, delivery_state, delivery_error, delivery_attempts, created_at
           from messages where organization_id = $1 and ticket_id = $2 and ($3 or visibility = 'public')
          order by case when $4 then -seq else seq end limit $5 offset $6",
        organization as _,
        ticket as _,
        internal,
        descending,
        limit,
        offset
    )
    .fetch_all(tx)
    .await
}

/// Notes what became of sending it; whose message it is.
pub async fn set_delivery(
    tx: &mut PgConnection,
    organization: OrganizationId,
    id: MessageId,
    state: &str,
    error: Option<&str>,
    attempts: i32,
) -> sqlx::Result<Option<TicketId>> {
    sqlx::query_scalar!(
        "update messages set delivery_state = $3, delivery_error = $4, delivery_attempts = $5
          where organization_id = $1 and id = $2 returning ticket_id",
        organization as _,
        id as _,
        state,
        error,
        attempts
    )
    .fetch_optional(tx)
    .await
}

/// Message-IDs of a ticket's mails that came in, oldest first.
pub async fn mail_ids(
    tx: &mut PgConnection,
    organization: OrganizationId,
    ticket: TicketId,
) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(
        r#"select mail_message_id as "mail_message_id!" from messages
            where organization_id = $1 and ticket_id = $2 and mail_message_id is not null and visibility = 'public' order by seq"#,
        organization as _,
        ticket as _
    )
    .fetch_all(tx)
    .await
}

/// The ticket in which one of these mails came in; the first id that is known decides.
pub async fn ticket_of_mail(
    tx: &mut PgConnection,
    organization: OrganizationId,
    ids: &[String],
) -> sqlx::Result<Option<TicketId>> {
    sqlx::query_scalar!(
        r#"select m.ticket_id as "ticket_id: TicketId" from unnest($2::text[]) with ordinality w (id, place)
             join messages m on m.organization_id = $1 and m.mail_message_id = w.id
            where m.organization_id = $1 order by w.place limit 1"#,
        organization as _,
        ids
    )
    .fetch_optional(tx)
    .await
}
