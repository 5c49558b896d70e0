//! SQL of statuses.

use chrono::{DateTime, Utc};
use kernel::OrganizationId;
use sqlx::PgConnection;

use super::model::{SHIPPED, Status, StatusCategory};

/// A status as stored.
#[derive(Debug, Clone)]
pub struct StatusRow {
    pub key: String,
    pub name: String,
    pub customer_name: Option<String>,
    pub category: StatusCategory,
    pub position: i16,
    pub retired_at: Option<DateTime<Utc>>,
    pub version: i64,
}

impl From<StatusRow> for Status {
    fn from(row: StatusRow) -> Self {
        Self { key: row.key, name: row.name, category: row.category, is_retired: row.retired_at.is_some() }
    }
}

pub async fn insert_shipped(tx: &mut PgConnection, organization: OrganizationId) -> sqlx::Result<()> {
    let column = |of: fn(&(&str, &str, StatusCategory)) -> String| SHIPPED.iter().map(of).collect::<Vec<_>>();
    sqlx::query!(
        "insert into statuses (organization_id, key, name, category, position)
         select $1, s.key, s.name, s.category, s.position
           from unnest($2::text[], $3::text[], $4::text[]) with ordinality s (key, name, category, position)
         on conflict do nothing",
        organization as _,
        &column(|status| status.0.to_owned()),
        &column(|status| status.1.to_owned()),
        &column(|status| status.2.as_str().to_owned()),
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// All of them, in their order.
pub async fn list(tx: &mut PgConnection, organization: OrganizationId) -> sqlx::Result<Vec<StatusRow>> {
    sqlx::query_as!(
        StatusRow,
        r#"select key, name, customer_name, category as "category: StatusCategory", position, retired_at, version
             from statuses where organization_id = $1 order by position, key"#,
        organization as _
    )
    .fetch_all(tx)
    .await
}

pub async fn find(tx: &mut PgConnection, organization: OrganizationId, key: &str) -> sqlx::Result<Option<StatusRow>> {
    sqlx::query_as!(
        StatusRow,
        r#"select key, name, customer_name, category as "category: StatusCategory", position, retired_at, version
             from statuses where organization_id = $1 and key = $2"#,
        organization as _,
        key
    )
    .fetch_optional(tx)
    .await
}

/// Keeps the statuses of the organization from being changed by others until the transaction ends.
pub async fn lock(tx: &mut PgConnection, organization: OrganizationId) -> sqlx::Result<()> {
    sqlx::query!("select key from statuses where organization_id = $1 order by key for update", organization as _)
        .fetch_all(tx)
        .await?;
    Ok(())
}

pub async fn insert(tx: &mut PgConnection, organization: OrganizationId, row: &StatusRow) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into statuses (organization_id, key, name, customer_name, category, position) values ($1, $2, $3, $4, $5, $6)",
        organization as _,
        row.key,
        row.name,
        row.customer_name,
        row.category.as_str(),
        row.position
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Writes what can change; the version rises by one.
pub async fn update(tx: &mut PgConnection, organization: OrganizationId, row: &StatusRow) -> sqlx::Result<()> {
    sqlx::query!(
        "update statuses set name = $3, customer_name = $4, retired_at = $5, version = version + 1
          where organization_id = $1 and key = $2",
        organization as _,
        row.key,
        row.name,
        row.customer_name,
        row.retired_at
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Gives them the places in which they are named.
pub async fn reorder(tx: &mut PgConnection, organization: OrganizationId, keys: &[String]) -> sqlx::Result<()> {
    sqlx::query!(
        "update statuses s set position = k.position, version = version + 1
           from unnest($2::text[]) with ordinality k (key, position)
          where s.organization_id = $1 and s.key = k.key and s.position <> k.position",
        organization as _,
        keys
    )
    .execute(tx)
    .await?;
    Ok(())
}
