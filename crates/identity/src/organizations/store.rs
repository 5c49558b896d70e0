//! SQL of an organization's settings.

use chrono::{DateTime, Utc};
use kernel::OrganizationId;
use sqlx::PgConnection;

/// The settings as they are stored.
#[derive(Debug, Clone)]
pub struct SettingsRow {
    pub time_zone: String,
    pub locale: String,
    pub ticket_prefix: String,
    pub ticket_padding: i16,
    pub first_response_on_status: bool,
    pub customer_registration: bool,
    pub agent_visibility: String,
    pub brand_color: String,
    pub logo_key: Option<String>,
    pub logo_type: Option<String>,
    pub version: i64,
    pub updated_at: DateTime<Utc>,
}

pub async fn settings(tx: &mut PgConnection, organization: OrganizationId) -> sqlx::Result<SettingsRow> {
    sqlx::query_as!(
        SettingsRow,
        "select time_zone, locale, ticket_prefix, ticket_padding, first_response_on_status, customer_registration,
                agent_visibility, brand_color,
                logo_key, logo_type, version, updated_at from organization_settings where organization_id = $1",
        organization as _
    )
    .fetch_one(tx)
    .await
}

/// Keeps others from changing them meanwhile.
pub async fn lock_settings(tx: &mut PgConnection, organization: OrganizationId) -> sqlx::Result<()> {
    sqlx::query!("select from organization_settings where organization_id = $1 for update", organization as _)
        .execute(tx)
        .await?;
    Ok(())
}

pub async fn update_settings(
    tx: &mut PgConnection,
    organization: OrganizationId,
    row: &SettingsRow,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update organization_settings set time_zone = $2, locale = $3, ticket_prefix = $4, ticket_padding = $5,
                first_response_on_status = $6, agent_visibility = $7, brand_color = $8, logo_key = $9, logo_type = $10,
                customer_registration = $11, version = version + 1, updated_at = $12
          where organization_id = $1",
        organization as _,
        row.time_zone,
        row.locale,
        row.ticket_prefix,
        row.ticket_padding,
        row.first_response_on_status,
        row.agent_visibility,
        row.brand_color,
        row.logo_key,
        row.logo_type,
        row.customer_registration,
        now
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Gives the open organization another name in the directory.
pub async fn rename(tx: &mut PgConnection, organization: OrganizationId, name: &str) -> sqlx::Result<()> {
    sqlx::query!("select platform.rename_organization($1, $2)", organization as _, name).execute(tx).await?;
    Ok(())
}

/// Whether there were none yet.
pub async fn insert_settings(
    tx: &mut PgConnection,
    organization: OrganizationId,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into organization_settings (organization_id, updated_at) values ($1, $2) on conflict do nothing",
        organization as _,
        now
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}
