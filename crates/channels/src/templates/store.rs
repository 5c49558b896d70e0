//! SQL of mail templates.

use chrono::{DateTime, Utc};
use kernel::OrganizationId;
use sqlx::PgConnection;

use super::model::SHIPPED;

/// A text as stored.
#[derive(Debug, Clone)]
pub struct TemplateRow {
    pub key: String,
    pub subject: String,
    pub body: String,
    pub updated_at: DateTime<Utc>,
}

pub async fn insert_shipped(
    tx: &mut PgConnection,
    organization: OrganizationId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let column = |of: fn(&super::model::Shipped) -> &'static str| {
        SHIPPED.iter().map(|shipped| of(shipped).to_owned()).collect::<Vec<_>>()
    };
    sqlx::query!(
        "insert into mail_templates (organization_id, key, subject, body, updated_at)
         select $1, t.key, t.subject, t.body, $2 from unnest($3::text[], $4::text[], $5::text[]) t (key, subject, body)
         on conflict do nothing",
        organization as _,
        now,
        &column(|shipped| shipped.key),
        &column(|shipped| shipped.subject),
        &column(|shipped| shipped.body),
    )
    .execute(tx)
    .await?;
    Ok(())
}

pub async fn find(tx: &mut PgConnection, organization: OrganizationId, key: &str) -> sqlx::Result<Option<TemplateRow>> {
    sqlx::query_as!(
        TemplateRow,
        "select key, subject, body, updated_at from mail_templates where organization_id = $1 and key = $2",
        organization as _,
        key
    )
    .fetch_optional(tx)
    .await
}

pub async fn list(tx: &mut PgConnection, organization: OrganizationId) -> sqlx::Result<Vec<TemplateRow>> {
    sqlx::query_as!(
        TemplateRow,
        "select key, subject, body, updated_at from mail_templates where organization_id = $1",
        organization as _
    )
    .fetch_all(tx)
    .await
}

pub async fn save(
    tx: &mut PgConnection,
    organization: OrganizationId,
    key: &str,
    (subject, body): (&str, &str),
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into mail_templates (organization_id, key, subject, body, updated_at) values ($1, $2, $3, $4, $5)
         on conflict (organization_id, key) do update
            set subject = excluded.subject, body = excluded.body, updated_at = excluded.updated_at",
        organization as _,
        key,
        subject,
        body,
        now
    )
    .execute(tx)
    .await?;
    Ok(())
}
