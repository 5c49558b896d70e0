//! SQL of API keys.

use chrono::{DateTime, Utc};
use kernel::{ApiKeyId, OrganizationId, UserId};
use sqlx::PgConnection;

/// A key without its secret.
#[derive(Debug)]
pub struct ApiKeyRow {
    pub id: ApiKeyId,
    pub name: String,
    pub scopes: Vec<String>,
    pub created_by: UserId,
    pub created_by_name: String,
    pub created_at: DateTime<Utc>,
    pub expires_at: Option<DateTime<Utc>>,
    pub last_used_at: Option<DateTime<Utc>>,
    pub revoked_at: Option<DateTime<Utc>>,
}

/// What a list of keys is narrowed to.
#[derive(Debug)]
pub struct Filter<'a> {
    pub search: Option<String>,
    pub is_active: Option<bool>,
    pub now: DateTime<Utc>,
    pub order: &'a str,
    pub limit: i64,
    pub offset: i64,
}

pub async fn list(
    tx: &mut PgConnection,
    organization: OrganizationId,
    filter: &Filter<'_>,
) -> sqlx::Result<Vec<ApiKeyRow>> {
    sqlx::query_as!(
        ApiKeyRow,
        r#"select k.id, k.name, k.scopes, k.created_by, u.name as created_by_name, k.created_at, k.expires_at, k.last_used_at, k.revoked_at
             from api_keys k join users u on u.organization_id = $1 and u.id = k.created_by
            where k.organization_id = $1 and ($2::text is null or k.name ilike $2)
              and ($3::boolean is null or $3 = (k.revoked_at is null and (k.expires_at is null or k.expires_at > $4)))
            order by case when $5 = 'name' then k.name end, case when $5 = '-name' then k.name end desc,
                     case $5 when 'created_at' then k.created_at when 'last_used_at' then k.last_used_at end,
                     case $5 when '-created_at' then k.created_at when '-last_used_at' then k.last_used_at end desc nulls last, k.id
            limit $6 offset $7"#,
        organization as _,
        filter.search,
        filter.is_active,
        filter.now,
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
             select 1 from api_keys
              where organization_id = $1 and ($2::text is null or name ilike $2)
                and ($3::boolean is null or $3 = (revoked_at is null and (expires_at is null or expires_at > $4)))
              limit 1001) capped"#,
        organization as _,
        filter.search,
        filter.is_active,
        filter.now
    )
    .fetch_one(tx)
    .await
}

pub async fn find(
    tx: &mut PgConnection,
    organization: OrganizationId,
    id: ApiKeyId,
) -> sqlx::Result<Option<ApiKeyRow>> {
    sqlx::query_as!(
        ApiKeyRow,
        r#"select k.id, k.name, k.scopes, k.created_by, u.name as created_by_name, k.created_at, k.expires_at, k.last_used_at, k.revoked_at
             from api_keys k join users u on u.organization_id = $1 and u.id = k.created_by
            where k.organization_id = $1 and k.id = $2"#,
        organization as _,
        id as _
    )
    .fetch_optional(tx)
    .await
}

/// A new key; values are checked already.
#[derive(Debug)]
pub struct NewApiKey<'a> {
    pub id: ApiKeyId,
    pub name: &'a str,
    pub scopes: &'a [String],
    pub hash: &'a [u8],
    pub created_by: UserId,
    pub expires_at: Option<DateTime<Utc>>,
}

pub async fn insert(
    tx: &mut PgConnection,
    organization: OrganizationId,
    new: &NewApiKey<'_>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into api_keys (organization_id, id, name, scopes, hash, created_by, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        organization as _,
        new.id as _,
        new.name,
        new.scopes,
        new.hash,
        new.created_by as _,
        now,
        new.expires_at
    )
    .execute(tx)
    .await?;
    Ok(())
}

pub async fn rename(tx: &mut PgConnection, organization: OrganizationId, id: ApiKeyId, name: &str) -> sqlx::Result<()> {
    sqlx::query!(
        "update api_keys set name = $3 where organization_id = $1 and id = $2",
        organization as _,
        id as _,
        name
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Whether it was good until now.
pub async fn revoke(
    tx: &mut PgConnection,
    organization: OrganizationId,
    id: ApiKeyId,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update api_keys set revoked_at = $3 where organization_id = $1 and id = $2 and revoked_at is null",
        organization as _,
        id as _,
        now
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}
