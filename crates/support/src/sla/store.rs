//! SQL of SLA policies and of the deadlines they give.

use chrono::{DateTime, Utc};
use kernel::{OrganizationId, SlaPolicyId};
use serde::Serialize;
use sqlx::PgConnection;

use super::{model::Targets, wire::SlaPolicyOut};
use crate::Priority;

/// First key of the advisory locks of this slice; the second is a hash of the organization.
const LOCK_SPACE: i32 = 0x0051_a000;

/// One writer of policies at a time in an organization, and no ticket written meanwhile.
pub async fn lock(tx: &mut PgConnection, organization: OrganizationId) -> sqlx::Result<()> {
    sqlx::query!("select pg_advisory_xact_lock($1, hashtext($2))", LOCK_SPACE, organization.to_string())
        .execute(tx)
        .await?;
    Ok(())
}

/// No policy is written until this transaction ends.
pub async fn share_lock(tx: &mut PgConnection, organization: OrganizationId) -> sqlx::Result<()> {
    sqlx::query!("select pg_advisory_xact_lock_shared($1, hashtext($2))", LOCK_SPACE, organization.to_string())
        .execute(tx)
        .await?;
    Ok(())
}

/// What a list of policies is narrowed to.
#[derive(Debug)]
pub struct Filter<'a> {
    pub id: Option<SlaPolicyId>,
    pub active_only: bool,
    pub priorities: &'a [String],
    pub order: &'a str,
    pub limit: i64,
    pub offset: i64,
}

pub async fn list(
    tx: &mut PgConnection,
    organization: OrganizationId,
    filter: &Filter<'_>,
) -> sqlx::Result<Vec<SlaPolicyOut>> {
    sqlx::query_as!(
        SlaPolicyOut,
        r#"select id, name, priority as "priority: Priority", resolution_time, response_time,
                  false as "business_hours_only!", is_active, version, created_at, updated_at
             from sla_policies
            where organization_id = $1 and deleted_at is null and ($2::uuid is null or id = $2) and (is_active or not $3)
              and (cardinality($4::text[]) = 0 or priority = any($4))
            order by case $5 when 'name' then name end, case $5 when '-name' then name end desc,
                     case $5 when 'priority' then array_position(array['low', 'medium', 'high', 'urgent'], priority)
                             when 'resolution_time' then resolution_time end,
                     case $5 when '-priority' then array_position(array['low', 'medium', 'high', 'urgent'], priority)
                             when '-resolution_time' then resolution_time end desc,
                     case when $5 = '-created_at' then created_at end desc, created_at, id
            limit $6 offset $7"#,
        organization as _,
        filter.id as Option<SlaPolicyId>,
        filter.active_only,
        filter.priorities,
        filter.order,
        filter.limit,
        filter.offset
    )
    .fetch_all(tx)
    .await
}

pub async fn count(tx: &mut PgConnection, organization: OrganizationId, filter: &Filter<'_>) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from (
             select 1 from sla_policies
              where organization_id = $1 and deleted_at is null and (is_active or not $2)
                and (cardinality($3::text[]) = 0 or priority = any($3))
              limit 1001) capped"#,
        organization as _,
        filter.active_only,
        filter.priorities
    )
    .fetch_one(tx)
    .await
}

/// One policy.
pub async fn find(
    tx: &mut PgConnection,
    organization: OrganizationId,
    id: SlaPolicyId,
) -> sqlx::Result<Option<SlaPolicyOut>> {
    let filter = Filter { id: Some(id), active_only: false, priorities: &[], order: "", limit: 1, offset: 0 };
    Ok(list(tx, organization, &filter).await?.pop())
}

/// The targets of a priority: those of its active policy, or the shipped ones.
pub async fn targets(tx: &mut PgConnection, organization: OrganizationId, priority: Priority) -> sqlx::Result<Targets> {
    let row = sqlx::query!(
        "select id, response_time, resolution_time from sla_policies
          where organization_id = $1 and priority = $2 and is_active and deleted_at is null",
        organization as _,
        priority as _
    )
    .fetch_optional(tx)
    .await?;
    Ok(row.map_or_else(
        || Targets::shipped(priority),
        |row| Targets::of(priority, Some(row.id), row.response_time, row.resolution_time),
    ))
}

/// The changeable fields of a policy.
#[derive(Debug, Serialize)]
pub struct Fields {
    pub name: String,
    pub priority: Priority,
    pub resolution_time: i32,
    pub response_time: i32,
    pub is_active: bool,
}

/// Retires the active policies of a priority, except one; which were active.
pub async fn retire_others(
    tx: &mut PgConnection,
    organization: OrganizationId,
    priority: Priority,
    keep: SlaPolicyId,
    now: DateTime<Utc>,
) -> sqlx::Result<Vec<SlaPolicyId>> {
    sqlx::query_scalar!(
        "update sla_policies set is_active = false, version = version + 1, updated_at = $4
          where organization_id = $1 and priority = $2 and is_active and deleted_at is null and id <> $3 returning id",
        organization as _,
        priority as _,
        keep as _,
        now
    )
    .fetch_all(tx)
    .await
}

pub async fn insert(
    tx: &mut PgConnection,
    organization: OrganizationId,
    id: SlaPolicyId,
    fields: &Fields,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into sla_policies (organization_id, id, name, priority, resolution_time, response_time, is_active, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $8)",
        organization as _,
        id as _,
        fields.name,
        fields.priority as _,
        fields.resolution_time,
        fields.response_time,
        fields.is_active,
        now
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Writes an active policy unless the priority has a policy, active or not; whether it did.
pub async fn insert_first(
    tx: &mut PgConnection,
    organization: OrganizationId,
    id: SlaPolicyId,
    fields: &Fields,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into sla_policies (organization_id, id, name, priority, resolution_time, response_time, is_active, created_at, updated_at)
         select $1, $2, $3, $4, $5, $6, true, $7, $7
          where not exists (select from sla_policies where organization_id = $1 and priority = $4 and deleted_at is null)",
        organization as _,
        id as _,
        fields.name,
        fields.priority as _,
        fields.resolution_time,
        fields.response_time,
        now
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn update(
    tx: &mut PgConnection,
    organization: OrganizationId,
    id: SlaPolicyId,
    fields: &Fields,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update sla_policies
            set name = $3, priority = $4, resolution_time = $5, response_time = $6, is_active = $7, version = version + 1, updated_at = $8
          where organization_id = $1 and id = $2",
        organization as _,
        id as _,
        fields.name,
        fields.priority as _,
        fields.resolution_time,
        fields.response_time,
        fields.is_active,
        now
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Marks a policy as deleted.
pub async fn delete(
    tx: &mut PgConnection,
    organization: OrganizationId,
    id: SlaPolicyId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update sla_policies set deleted_at = $3, version = version + 1, updated_at = $3
          where organization_id = $1 and id = $2",
        organization as _,
        id as _,
        now
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// The version of a policy that was deleted, not longer ago than `since`.
pub async fn deleted(
    tx: &mut PgConnection,
    organization: OrganizationId,
    id: SlaPolicyId,
    since: DateTime<Utc>,
) -> sqlx::Result<Option<i64>> {
    sqlx::query_scalar!(
        "select version from sla_policies where organization_id = $1 and id = $2 and deleted_at >= $3",
        organization as _,
        id as _,
        since
    )
    .fetch_optional(tx)
    .await
}

/// Brings a policy back, retired if its priority has an active one by now.
pub async fn restore(
    tx: &mut PgConnection,
    organization: OrganizationId,
    id: SlaPolicyId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update sla_policies p
            set deleted_at = null, version = version + 1, updated_at = $3,
                is_active = is_active and not exists (
                  select from sla_policies o
                   where o.organization_id = $1 and o.priority = p.priority and o.is_active and o.deleted_at is null)
          where organization_id = $1 and id = $2",
        organization as _,
        id as _,
        now
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Gives the open tickets of a priority these targets, where they have others.
pub async fn apply(
    tx: &mut PgConnection,
    organization: OrganizationId,
    priority: Priority,
    targets: &Targets,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update tickets
            set sla_policy_id = $3, first_response_due_at = created_at + $4::interval, resolution_due_at = created_at + $5::interval,
                version = version + 1, updated_at = $6
          where organization_id = $1 and priority = $2 and deleted_at is null
            and status_category in ('new', 'open', 'pending', 'on_hold')
            and (sla_policy_id, first_response_due_at, resolution_due_at)
                is distinct from ($3, created_at + $4::interval, created_at + $5::interval)",
        organization as _,
        priority as _,
        targets.policy as Option<SlaPolicyId>,
        targets.first_response as _,
        targets.resolution as _,
        now
    )
    .execute(tx)
    .await?;
    Ok(())
}
