//! SQL of archives.

use chrono::{DateTime, Utc};
use kernel::{ExportId, OrganizationId};
use sqlx::PgConnection;
use uuid::Uuid;

#[derive(Debug)]
pub struct ExportRow {
    pub id: ExportId,
    pub state: String,
    pub progress: i16,
    pub size: Option<i64>,
    pub error: Option<String>,
    pub requested_by_name: String,
    pub created_at: DateTime<Utc>,
    pub finished_at: Option<DateTime<Utc>>,
    pub expires_at: Option<DateTime<Utc>>,
}

pub async fn insert(
    tx: &mut PgConnection,
    organization: OrganizationId,
    id: ExportId,
    (person, name): (Option<Uuid>, &str),
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into organization_exports (organization_id, id, state, requested_by, requested_by_name, created_at)
         values ($1, $2, 'queued', $3, $4, $5)",
        organization as _,
        id as _,
        person,
        name,
        now
    )
    .execute(tx)
    .await?;
    Ok(())
}

pub async fn find(
    tx: &mut PgConnection,
    organization: OrganizationId,
    id: ExportId,
) -> sqlx::Result<Option<ExportRow>> {
    sqlx::query_as!(
        ExportRow,
        "select id, state, progress, size, error, requested_by_name, created_at, finished_at, expires_at
           from organization_exports where organization_id = $1 and id = $2",
        organization as _,
        id as _
    )
    .fetch_optional(tx)
    .await
}

pub async fn list(
    tx: &mut PgConnection,
    organization: OrganizationId,
    limit: i64,
    offset: i64,
) -> sqlx::Result<(i64, Vec<ExportRow>)> {
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from organization_exports where organization_id = $1"#,
        organization as _
    )
    .fetch_one(&mut *tx)
    .await?;
    let rows = sqlx::query_as!(
        ExportRow,
        "select id, state, progress, size, error, requested_by_name, created_at, finished_at, expires_at
           from organization_exports where organization_id = $1 order by created_at desc, id desc limit $2 offset $3",
        organization as _,
        limit,
        offset
    )
    .fetch_all(tx)
    .await?;
    Ok((count, rows))
}

/// Notes how far the job has come; false when nobody waits for it any more.
pub async fn set_progress(
    tx: &mut PgConnection,
    organization: OrganizationId,
    id: ExportId,
    progress: i16,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update organization_exports set state = 'running', progress = $3
          where organization_id = $1 and id = $2 and state in ('queued', 'running')",
        organization as _,
        id as _,
        progress
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn set_ready(
    tx: &mut PgConnection,
    organization: OrganizationId,
    id: ExportId,
    size: i64,
    (now, expires_at): (DateTime<Utc>, DateTime<Utc>),
) -> sqlx::Result<()> {
    sqlx::query!(
        "update organization_exports set state = 'ready', progress = 100, size = $3, finished_at = $4, expires_at = $5
          where organization_id = $1 and id = $2",
        organization as _,
        id as _,
        size,
        now,
        expires_at
    )
    .execute(tx)
    .await?;
    Ok(())
}

pub async fn set_failed(
    tx: &mut PgConnection,
    organization: OrganizationId,
    id: ExportId,
    error: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update organization_exports set state = 'failed', error = $3, finished_at = $4 where organization_id = $1 and id = $2",
        organization as _,
        id as _,
        error,
        now
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Archives whose time is over.
pub async fn due(
    tx: &mut PgConnection,
    organization: OrganizationId,
    now: DateTime<Utc>,
) -> sqlx::Result<Vec<ExportId>> {
    sqlx::query_scalar!(
        "select id from organization_exports where organization_id = $1 and state = 'ready' and expires_at <= $2",
        organization as _,
        now
    )
    .fetch_all(tx)
    .await
}

pub async fn set_expired(tx: &mut PgConnection, organization: OrganizationId, ids: &[Uuid]) -> sqlx::Result<()> {
    sqlx::query!(
        "update organization_exports set state = 'expired', size = null where organization_id = $1 and id = any($2)",
        organization as _,
        ids
    )
    .execute(tx)
    .await?;
    Ok(())
}
