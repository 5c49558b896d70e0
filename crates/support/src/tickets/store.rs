//! SQL of tickets.

use chrono::{DateTime, Utc};
use db::TenantTx;
use kernel::{Actor, CustomerId, MailboxId, OrganizationId, SlaPolicyId, TeamId, TicketId, UserId};
use serde_json::Value;
use sqlx::{FromRow, PgConnection, Postgres, QueryBuilder};
use uuid::Uuid;
use web::Ref;

use super::change::{Entry, Next};
use crate::{Priority, statuses::StatusCategory};

/// Whether the row is locked against other writers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lock {
    None,
    ForUpdate,
}

/// A ticket with the names that are shown beside it.
#[expect(missing_docs, reason = "columns of the table, and names shown beside it")]
#[derive(Debug, Clone, FromRow)]
pub struct TicketRow {
    pub id: TicketId,
    pub number: i64,
    pub reference: String,
    pub subject: String,
    pub description: Option<String>,
    pub status: String,
    pub status_category: StatusCategory,
    pub priority: Priority,
    #[sqlx(rename = "type")]
    pub kind: String,
    pub channel: String,
    pub source: Option<String>,
    pub category: Option<String>,
    pub customer_id: Option<CustomerId>,
    pub customer_name: Option<String>,
    pub customer_email: Option<String>,
    pub customer_company: Option<String>,
    pub customer_status: Option<String>,
    pub assignee_id: Option<UserId>,
    pub assignee_name: Option<String>,
    pub team_id: Option<TeamId>,
    pub team_name: Option<String>,
    pub sla_policy_id: Option<SlaPolicyId>,
    pub sla_policy_name: Option<String>,
    pub first_response_due_at: DateTime<Utc>,
    pub resolution_due_at: DateTime<Utc>,
    pub first_response_at: Option<DateTime<Utc>>,
    pub resolved_at: Option<DateTime<Utc>>,
    pub closed_at: Option<DateTime<Utc>>,
    pub reopened_count: i32,
    pub follow_up_of: Option<TicketId>,
    pub mailbox_id: Option<MailboxId>,
    pub custom_fields: Value,
    pub csat: Option<i16>,
    pub message_count: i32,
    pub public_message_count: i32,
    pub read_seq: i32,
    pub external_id: Option<String>,
    pub tags: Vec<String>,
    pub has_draft: bool,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub deleted_at: Option<DateTime<Utc>>,
}

/// Characters of a description when one ticket is loaded: all.
pub const FULL_DESCRIPTION: i32 = i32::MAX;
/// Characters of a description in lists.
pub const LISTED_DESCRIPTION: i32 = 2_000;

/// Begins the one SELECT that loads tickets, up to and with its WHERE on the organization.
/// Descriptions are cut to so many characters.
pub fn select(organization: OrganizationId, reader: Option<UserId>, description: i32) -> QueryBuilder<Postgres> {
    let mut query = QueryBuilder::new("select left(d.body_text, ");
    let reader = reader.map(|reader| reader.0);
    query.push_bind(description).push(
        ") as description, exists (select from drafts w \
         where w.organization_id = t.organization_id and w.ticket_id = t.id and w.deleted_at is null and w.user_id = ",
    );
    query.push_bind(reader).push(
        ") as has_draft, t.id, t.number, t.reference, t.subject, t.status, t.status_category, t.priority, t.type, \
         t.channel, t.source, t.category, t.customer_id, c.name as customer_name, c.email as customer_email, c.company as customer_company, c.status as customer_status, \
         t.assignee_id, u.name as assignee_name, t.team_id, m.name as team_name, t.sla_policy_id, p.name as sla_policy_name, \
         t.first_response_due_at, t.resolution_due_at, t.first_response_at, t.resolved_at, t.closed_at, t.reopened_count, t.follow_up_of, \
         t.mailbox_id, t.custom_fields, t.csat, t.message_count, t.public_message_count, coalesce(r.seq, 0) as read_seq, t.external_id, \
         array(select g.tag from ticket_tags g where g.organization_id = t.organization_id and g.ticket_id = t.id order by g.tag) as tags, \
         t.version, t.created_at, t.updated_at, t.deleted_at \
         from tickets t \
         left join messages d on d.organization_id = t.organization_id and d.ticket_id = t.id and d.seq = 1 \
         left join customers c on c.organization_id = t.organization_id and c.id = t.customer_id \
         left join users u on u.organization_id = t.organization_id and u.id = t.assignee_id \
         left join teams m on m.organization_id = t.organization_id and m.id = t.team_id \
         left join sla_policies p on p.organization_id = t.organization_id and p.id = t.sla_policy_id \
         left join ticket_reads r on r.organization_id = t.organization_id and r.ticket_id = t.id and r.user_id = ",
    );
    query.push_bind(reader).push(" where t.organization_id = ").push_bind(organization.0);
    query
}

/// Locks one ticket against other writers. What hangs on it (tags, description) is read by a later
/// statement, which sees what they committed.
async fn lock_row(tx: &mut TenantTx, reference: &Ref<TicketId>) -> sqlx::Result<()> {
    let mut query = QueryBuilder::new("select 1 from tickets t where t.organization_id = ");
    query.push_bind(tx.organization().0);
    push_reference(&mut query, reference);
    query.push(" for update");
    query.build().execute(&mut **tx).await?;
    Ok(())
}

/// Locks many tickets against other writers, always in the same order, and loads them, deleted or not.
pub async fn find_all(tx: &mut TenantTx, actor: &Actor, ids: &[TicketId]) -> sqlx::Result<Vec<TicketRow>> {
    let (organization, ids) = (tx.organization(), ids.iter().map(|id| id.0).collect::<Vec<_>>());
    sqlx::query!(
        "select from tickets where organization_id = $1 and id = any($2) order by id for update",
        organization as _,
        &ids
    )
    .execute(&mut **tx)
    .await?;
    let mut query = select(organization, actor.staff(), LISTED_DESCRIPTION);
    query.push(" and t.id = any(").push_bind(ids).push(")");
    query.build_query_as().fetch_all(&mut **tx).await
}

fn push_reference(query: &mut QueryBuilder<Postgres>, reference: &Ref<TicketId>) {
    match reference {
        Ref::Id(id) => query.push(" and t.id = ").push_bind(id.0),
        Ref::Number(number) => query.push(" and t.number = ").push_bind(*number),
        Ref::External(external) => query.push(" and t.external_id = ").push_bind(external.clone()),
    };
}

/// One ticket, deleted or not.
pub async fn find(
    tx: &mut TenantTx,
    actor: &Actor,
    reference: &Ref<TicketId>,
    lock: Lock,
) -> sqlx::Result<Option<TicketRow>> {
    if lock == Lock::ForUpdate {
        lock_row(tx, reference).await?;
    }
    let mut query = select(tx.organization(), actor.staff(), FULL_DESCRIPTION);
    push_reference(&mut query, reference);
    query.build_query_as().fetch_optional(&mut **tx).await
}

/// What is written of a new ticket.
#[derive(Debug)]
pub struct NewTicketRow {
    pub id: TicketId,
    pub subject: String,
    pub priority: Priority,
    pub kind: String,
    pub channel: String,
    pub source: Option<String>,
    pub category: Option<String>,
    pub customer: Option<CustomerId>,
    pub policy: Option<SlaPolicyId>,
    pub first_response_due_at: DateTime<Utc>,
    pub resolution_due_at: DateTime<Utc>,
    pub follow_up_of: Option<TicketId>,
    pub mailbox: Option<MailboxId>,
    pub custom_fields: Value,
    pub external_id: Option<String>,
}

/// Writes it with the next number, which is taken in the same statement: rolled back together.
pub async fn insert(
    tx: &mut PgConnection,
    organization: OrganizationId,
    new: &NewTicketRow,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "with taken as (
           update organization_settings set next_ticket_number = next_ticket_number + 1 where organization_id = $1
           returning next_ticket_number - 1 as number, ticket_prefix, ticket_padding, time_zone)
         insert into tickets (organization_id, id, number, reference, subject, status, status_category, priority, type, channel, source,
           category, customer_id, sla_policy_id, first_response_due_at, resolution_due_at, follow_up_of, mailbox_id, custom_fields,
           external_id, created_at, updated_at)
         select $1, $2, number,
           ticket_prefix || '-' || to_char($3::timestamptz at time zone time_zone, 'YYYY') || '-'
             || lpad(number::text, greatest(ticket_padding, length(number::text)), '0'),
           $4, 'new', 'new', $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $3, $3
         from taken",
        organization as _,
        new.id as _,
        now,
        new.subject,
        new.priority.as_str(),
        new.kind,
        new.channel,
        new.source,
        new.category,
        new.customer as Option<CustomerId>,
        new.policy as Option<SlaPolicyId>,
        new.first_response_due_at,
        new.resolution_due_at,
        new.follow_up_of as Option<TicketId>,
        new.mailbox as Option<MailboxId>,
        new.custom_fields,
        new.external_id,
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Writes every changeable field of each; the versions rise by one.
pub async fn update(
    tx: &mut PgConnection,
    organization: OrganizationId,
    rows: &[(TicketId, &Next)],
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    fn column<T>(rows: &[(TicketId, &Next)], of: impl Fn(&Next) -> T) -> Vec<T> {
        rows.iter().map(|(_, next)| of(next)).collect()
    }
    sqlx::query!(
        "update tickets t set subject = n.subject, status = n.status, status_category = n.status_category, priority = n.priority, type = n.type,
           category = n.category, customer_id = n.customer_id, assignee_id = n.assignee_id, team_id = n.team_id,
           sla_policy_id = n.sla_policy_id, first_response_due_at = n.first_response_due_at, resolution_due_at = n.resolution_due_at,
           first_response_at = n.first_response_at, resolved_at = n.resolved_at, closed_at = n.closed_at,
           reopened_count = n.reopened_count, custom_fields = n.custom_fields, external_id = n.external_id,
           version = t.version + 1, updated_at = $2
           from unnest($3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::uuid[], $11::uuid[], $12::uuid[],
                $13::uuid[], $14::timestamptz[], $15::timestamptz[], $16::timestamptz[], $17::timestamptz[], $18::timestamptz[],
                $19::integer[], $20::jsonb[], $21::text[])
             n (id, subject, status, status_category, priority, type, category, customer_id, assignee_id, team_id, sla_policy_id,
                first_response_due_at, resolution_due_at, first_response_at, resolved_at, closed_at, reopened_count, custom_fields,
                external_id)
          where t.organization_id = $1 and t.id = n.id",
        organization as _,
        now,
        &rows.iter().map(|(id, _)| id.0).collect::<Vec<_>>(),
        &column(rows, |next| next.subject.clone()),
        &column(rows, |next| next.progress.status.clone()),
        &column(rows, |next| next.progress.category.as_str().to_owned()),
        &column(rows, |next| next.priority.as_str().to_owned()),
        &column(rows, |next| next.kind.clone()),
        &column(rows, |next| next.category.clone()) as &[Option<String>],
        &column(rows, |next| next.customer.map(|id| id.0)) as &[Option<Uuid>],
        &column(rows, |next| next.assignee.map(|id| id.0)) as &[Option<Uuid>],
        &column(rows, |next| next.team.map(|id| id.0)) as &[Option<Uuid>],
        &column(rows, |next| next.policy.map(|id| id.0)) as &[Option<Uuid>],
        &column(rows, |next| next.first_response_due_at),
        &column(rows, |next| next.resolution_due_at),
        &column(rows, |next| next.progress.first_response_at) as &[Option<DateTime<Utc>>],
        &column(rows, |next| next.progress.resolved_at) as &[Option<DateTime<Utc>>],
        &column(rows, |next| next.progress.closed_at) as &[Option<DateTime<Utc>>],
        &column(rows, |next| next.progress.reopened_count),
        &column(rows, |next| next.custom_fields.clone()),
        &column(rows, |next| next.external_id.clone()) as &[Option<String>],
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Marks as deleted, or not any more.
pub async fn set_deleted(
    tx: &mut PgConnection,
    organization: OrganizationId,
    id: TicketId,
    at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update tickets set deleted_at = $3, version = version + 1, updated_at = $4 where organization_id = $1 and id = $2",
        organization as _,
        id as _,
        at,
        now
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Makes the tags of each exactly these.
pub async fn replace_tags(
    tx: &mut PgConnection,
    organization: OrganizationId,
    rows: &[(TicketId, &[String])],
) -> sqlx::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let pairs: Vec<_> = rows.iter().flat_map(|(id, tags)| tags.iter().map(|tag| (id.0, tag.clone()))).collect();
    let (tickets, tags): (Vec<Uuid>, Vec<String>) = pairs.into_iter().unzip();
    sqlx::query!(
        "with wanted as (select w.ticket_id, w.tag from unnest($3::uuid[], $4::text[]) w (ticket_id, tag)),
              gone as (delete from ticket_tags g where g.organization_id = $1 and g.ticket_id = any($2)
                         and not exists (select from wanted w where w.ticket_id = g.ticket_id and w.tag = g.tag))
         insert into ticket_tags (organization_id, ticket_id, tag) select $1, w.ticket_id, w.tag from wanted w on conflict do nothing",
        organization as _,
        &rows.iter().map(|(id, _)| id.0).collect::<Vec<_>>(),
        &tickets,
        &tags
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// The text of message 1.
pub async fn update_description(
    tx: &mut PgConnection,
    organization: OrganizationId,
    id: TicketId,
    text: &str,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update messages set body = $3, format = 'text', body_text = $3 where organization_id = $1 and ticket_id = $2 and seq = 1",
        organization as _,
        id as _,
        text
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// One line of history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub field: &'static str,
    pub old: Option<String>,
    pub new: Option<String>,
    /// Wire ids of what `old` and `new` name, for fields that link to something.
    pub ids: (Option<String>, Option<String>),
}

/// Writes lines of history, all by one actor.
pub async fn insert_history(tx: &mut TenantTx, actor: &Actor, entries: &[Entry<'_>]) -> sqlx::Result<()> {
    let lines: Vec<(&Entry<'_>, &Line)> =
        entries.iter().flat_map(|entry| entry.lines.iter().map(move |line| (entry, line))).collect();
    if lines.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = lines.iter().map(|_| tx.id::<Uuid>()).collect();
    let (organization, now) = (tx.organization(), tx.now());
    sqlx::query!(
        "insert into ticket_history (organization_id, id, ticket_id, actor_kind, actor_id, actor_name, field, old_value, new_value, reason, created_at)
         select $1, l.id, l.ticket_id, $2, $3, $4, l.field, l.old_value, l.new_value, l.reason, $5
           from unnest($6::uuid[], $7::uuid[], $8::text[], $9::text[], $10::text[], $11::text[])
             l (id, ticket_id, field, old_value, new_value, reason)",
        organization as _,
        actor.person.kind(),
        actor.person.uuid(),
        actor.name,
        now,
        &ids,
        &lines.iter().map(|(entry, _)| entry.ticket.0).collect::<Vec<_>>(),
        &lines.iter().map(|(_, line)| line.field.to_owned()).collect::<Vec<_>>(),
        &lines.iter().map(|(_, line)| line.old.clone()).collect::<Vec<_>>() as &[Option<String>],
        &lines.iter().map(|(_, line)| line.new.clone()).collect::<Vec<_>>() as &[Option<String>],
        &lines.iter().map(|(entry, _)| entry.reason.map(str::to_owned)).collect::<Vec<_>>() as &[Option<String>],
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A line of history as stored.
#[derive(Debug)]
pub struct HistoryRow {
    pub id: kernel::HistoryId,
    pub actor_kind: String,
    pub actor_id: Option<Uuid>,
    pub actor_name: String,
    pub field: String,
    pub old_value: Option<String>,
    pub new_value: Option<String>,
    pub reason: Option<String>,
    pub created_at: DateTime<Utc>,
}

/// History of a ticket, oldest first.
pub async fn history(
    tx: &mut PgConnection,
    organization: OrganizationId,
    ticket: TicketId,
    limit: i64,
    offset: i64,
) -> sqlx::Result<Vec<HistoryRow>> {
    sqlx::query_as!(
        HistoryRow,
        "select id, actor_kind, actor_id, actor_name, field, old_value, new_value, reason, created_at from ticket_history
          where organization_id = $1 and ticket_id = $2 order by created_at, id limit $3 offset $4",
        organization as _,
        ticket as _,
        limit,
        offset
    )
    .fetch_all(tx)
    .await
}

/// How many lines there are.
pub async fn count_history(tx: &mut PgConnection, organization: OrganizationId, ticket: TicketId) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from (select 1 from ticket_history where organization_id = $1 and ticket_id = $2 limit 1001) h"#,
        organization as _,
        ticket as _
    )
    .fetch_one(tx)
    .await
}

/// Who watches a ticket.
pub async fn watchers(
    tx: &mut PgConnection,
    organization: OrganizationId,
    ticket: TicketId,
) -> sqlx::Result<Vec<(UserId, String)>> {
    let rows = sqlx::query!(
        "select u.id, u.name from ticket_watchers w join users u on u.organization_id = $1 and u.id = w.user_id
          where w.organization_id = $1 and w.ticket_id = $2 order by u.name, u.id",
        organization as _,
        ticket as _
    )
    .fetch_all(tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
}

/// Starts watching; whether that is new.
pub async fn watch(
    tx: &mut PgConnection,
    organization: OrganizationId,
    ticket: TicketId,
    user: UserId,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into ticket_watchers (organization_id, ticket_id, user_id) values ($1, $2, $3) on conflict do nothing",
        organization as _,
        ticket as _,
        user as _
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Stops watching; whether the person did.
pub async fn unwatch(
    tx: &mut PgConnection,
    organization: OrganizationId,
    ticket: TicketId,
    user: UserId,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "delete from ticket_watchers where organization_id = $1 and ticket_id = $2 and user_id = $3",
        organization as _,
        ticket as _,
        user as _
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Remembers up to where somebody has read; never goes back.
pub async fn mark_read(
    tx: &mut PgConnection,
    organization: OrganizationId,
    ticket: TicketId,
    user: UserId,
    seq: i32,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into ticket_reads (organization_id, ticket_id, user_id, seq) values ($1, $2, $3, $4)
         on conflict (organization_id, ticket_id, user_id) do update set seq = greatest(ticket_reads.seq, excluded.seq)",
        organization as _,
        ticket as _,
        user as _,
        seq
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Open tickets of an assignee, oldest first.
pub async fn open_of_assignee(
    tx: &mut PgConnection,
    organization: OrganizationId,
    assignee: UserId,
    limit: i64,
) -> sqlx::Result<Vec<TicketId>> {
    sqlx::query_scalar!(
        r#"select id as "id: TicketId" from tickets
            where organization_id = $1 and assignee_id = $2 and deleted_at is null and status_category not in ('resolved', 'closed')
            order by created_at, id limit $3"#,
        organization as _,
        assignee as _,
        limit
    )
    .fetch_all(tx)
    .await
}

/// Addresses that take part beside the customer.
pub async fn ccs(tx: &mut PgConnection, organization: OrganizationId, ticket: TicketId) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(
        "select email from ticket_ccs where organization_id = $1 and ticket_id = $2 order by email",
        organization as _,
        ticket as _
    )
    .fetch_all(tx)
    .await
}

/// Adds addresses that take part, up to fifty of a ticket; again is harmless.
pub async fn add_ccs(
    tx: &mut PgConnection,
    organization: OrganizationId,
    ticket: TicketId,
    emails: &[String],
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into ticket_ccs (organization_id, ticket_id, email)
         select $1, $2, e from unnest($3::text[]) e
          limit greatest(0, 50 - (select count(*) from ticket_ccs where organization_id = $1 and ticket_id = $2))
         on conflict do nothing",
        organization as _,
        ticket as _,
        emails
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Counts one more message and gives its place; the row is locked until the end of the transaction.
pub async fn next_seq(
    tx: &mut PgConnection,
    organization: OrganizationId,
    ticket: TicketId,
    public: bool,
    now: DateTime<Utc>,
) -> sqlx::Result<i32> {
    sqlx::query_scalar!(
        "update tickets set message_count = message_count + 1, public_message_count = public_message_count + $3, updated_at = $4
          where organization_id = $1 and id = $2 returning message_count",
        organization as _,
        ticket as _,
        i32::from(public),
        now
    )
    .fetch_one(tx)
    .await
}

/// The name of a customer who was not removed, and is not while this transaction lasts.
pub async fn customer_name(
    tx: &mut PgConnection,
    organization: OrganizationId,
    id: CustomerId,
) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!(
        "select name from customers where organization_id = $1 and id = $2 and status <> 'removed' for key share",
        organization as _,
        id as _
    )
    .fetch_optional(tx)
    .await
}

/// The ticket with this number and reference; the number finds it, the reference confirms the guess.
pub async fn find_by_reference(
    tx: &mut PgConnection,
    organization: OrganizationId,
    number: i64,
    reference: &str,
) -> sqlx::Result<Option<TicketId>> {
    sqlx::query_scalar!(
        r#"select id as "id: TicketId" from tickets
            where organization_id = $1 and number = $2 and reference = $3 and deleted_at is null"#,
        organization as _,
        number,
        reference
    )
    .fetch_optional(tx)
    .await
}
