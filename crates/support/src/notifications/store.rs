//! SQL of notifications.

use chrono::{DateTime, Utc};
use kernel::{Actor, AppError, AppResult, EventId, MessageId, NotificationId, OrganizationId, TicketId, UserId};
use serde_json::Value;
use sqlx::{FromRow, PgConnection, Postgres, QueryBuilder};
use uuid::Uuid;
use web::{Cursor, Listing};

use super::model::Kind;
use crate::tickets::search::push_visibility;

/// What is written of a new one.
#[derive(Debug)]
pub struct NewNotification<'a> {
    pub id: NotificationId,
    pub user: UserId,
    pub event: EventId,
    pub kind: Kind,
    pub ticket: TicketId,
    pub message: Option<MessageId>,
    /// Kind, id and name.
    pub actor: (&'a str, Option<Uuid>, &'a str),
    pub details: &'a Value,
    pub in_app: bool,
    pub browser_from: Option<DateTime<Utc>>,
    pub email_from: Option<DateTime<Utc>>,
}

/// Writes it; false when the person was told of this event already.
pub async fn insert(
    tx: &mut PgConnection,
    organization: OrganizationId,
    new: &NewNotification<'_>,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let (actor_kind, actor_id, actor_name) = new.actor;
    let done = sqlx::query!(
        "insert into notifications (organization_id, id, user_id, event_id, kind, ticket_id, message_id, actor_kind, actor_id, actor_name,
           details, in_app, browser_from, email_from, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
         on conflict (organization_id, user_id, event_id) do nothing",
        organization as _,
        new.id as _,
        new.user as _,
        new.event as _,
        new.kind.as_str(),
        new.ticket as _,
        new.message as Option<MessageId>,
        actor_kind,
        actor_id,
        actor_name,
        new.details,
        new.in_app,
        new.browser_from,
        new.email_from,
        now
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// One of them, for the product itself.
#[derive(Debug)]
pub struct DueRow {
    pub user_id: UserId,
    pub kind: String,
    pub ticket_id: TicketId,
    pub message_id: Option<MessageId>,
    pub actor_name: String,
    pub details: Value,
    pub created_at: DateTime<Utc>,
    pub email_from: Option<DateTime<Utc>>,
    pub read_at: Option<DateTime<Utc>>,
}

pub async fn find(
    tx: &mut PgConnection,
    organization: OrganizationId,
    id: NotificationId,
) -> sqlx::Result<Option<DueRow>> {
    sqlx::query_as!(
        DueRow,
        "select user_id, kind, ticket_id, message_id, actor_name, details, created_at, email_from, read_at
           from notifications where organization_id = $1 and id = $2",
        organization as _,
        id as _
    )
    .fetch_optional(tx)
    .await
}

/// One of somebody's list.
#[derive(Debug, FromRow)]
pub struct ListedRow {
    pub id: NotificationId,
    pub kind: String,
    pub ticket_id: TicketId,
    pub number: i64,
    pub reference: String,
    pub subject: String,
    pub message_id: Option<MessageId>,
    pub actor_kind: String,
    pub actor_id: Option<Uuid>,
    pub actor_name: String,
    pub details: Value,
    pub browser_from: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub read_at: Option<DateTime<Utc>>,
}

/// What a list is narrowed to.
#[derive(Debug, Default)]
pub struct Filter {
    pub unread: bool,
    pub kinds: Vec<String>,
}

/// FROM and WHERE of what somebody may still see.
fn push_listed(query: &mut QueryBuilder<Postgres>, actor: &Actor, user: UserId, filter: &Filter) {
    query
        .push(
            " from notifications n join tickets t on t.organization_id = n.organization_id and t.id = n.ticket_id \
             where n.organization_id = ",
        )
        .push_bind(actor.organization.0)
        .push(" and n.user_id = ")
        .push_bind(user.0)
        .push(" and n.in_app and t.deleted_at is null");
    push_visibility(query, &actor.visibility);
    if filter.unread {
        query.push(" and n.read_at is null");
    }
    if !filter.kinds.is_empty() {
        query.push(" and n.kind = any(").push_bind(filter.kinds.clone()).push(")");
    }
}

/// One page, one row more than asked for, latest first.
pub async fn list(
    tx: &mut PgConnection,
    actor: &Actor,
    user: UserId,
    filter: &Filter,
    listing: &Listing,
) -> AppResult<Vec<ListedRow>> {
    let mut query = QueryBuilder::new(
        "select n.id, n.kind, n.ticket_id, t.number, t.reference, t.subject, n.message_id, n.actor_kind, n.actor_id, n.actor_name, \
         n.details, n.browser_from, n.created_at, n.read_at",
    );
    push_listed(&mut query, actor, user, filter);
    if let Some(cursor) = listing.cursor.as_deref().filter(|text| !text.is_empty()) {
        let cursor = Cursor::decode(cursor, ORDER)?;
        let place = cursor.v.as_deref().and_then(|text| text.parse().ok()).and_then(DateTime::from_timestamp_micros);
        let bad = || AppError::invalid("cursor", "invalid", "This cursor was not made by this list.");
        query.push(" and (n.created_at, n.id) < (").push_bind(place.ok_or_else(bad)?).push(", ");
        query.push_bind(cursor.i).push(")");
    }
    query.push(" order by n.created_at desc, n.id desc limit ").push_bind(listing.limit());
    query.push(" offset ").push_bind(listing.offset());
    Ok(query.build_query_as().fetch_all(tx).await?)
}

/// The one order there is, as cursors name it.
pub const ORDER: &str = "-created_at";

/// How many, up to 1 001.
pub async fn count(tx: &mut PgConnection, actor: &Actor, user: UserId, filter: &Filter) -> sqlx::Result<i64> {
    let mut query = QueryBuilder::new("select count(*) from (select 1");
    push_listed(&mut query, actor, user, filter);
    query.push(" limit 1001) capped");
    query.build_query_scalar().fetch_one(tx).await
}

/// Marks one as read or not; false when there is none of this person.
pub async fn mark_one(
    tx: &mut PgConnection,
    organization: OrganizationId,
    user: UserId,
    id: NotificationId,
    read_at: Option<DateTime<Utc>>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update notifications set read_at = case when $4::timestamptz is null then null else coalesce(read_at, $4) end
          where organization_id = $1 and user_id = $2 and id = $3",
        organization as _,
        user as _,
        id as _,
        read_at
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Marks as read what is not; how many it were.
pub async fn mark_all(
    tx: &mut PgConnection,
    organization: OrganizationId,
    user: UserId,
    (ids, ticket): (Option<&[NotificationId]>, Option<TicketId>),
    now: DateTime<Utc>,
) -> sqlx::Result<u64> {
    let ids: Option<Vec<Uuid>> = ids.map(|ids| ids.iter().map(|id| id.0).collect());
    let done = sqlx::query!(
        "update notifications set read_at = $5
          where organization_id = $1 and user_id = $2 and read_at is null
            and ($3::uuid[] is null or id = any($3)) and ($4::uuid is null or ticket_id = $4)",
        organization as _,
        user as _,
        ids.as_deref(),
        ticket as Option<TicketId>,
        now
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected())
}

pub async fn prune(tx: &mut PgConnection, organization: OrganizationId, before: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!("delete from notifications where organization_id = $1 and created_at < $2", organization as _, before)
        .execute(tx)
        .await?;
    Ok(())
}
