//! SQL of domains: functions of the platform, which compare the organization.

use chrono::{DateTime, Utc};
use db::platform::Domain;
use kernel::OrganizationId;
use sqlx::PgConnection;

pub async fn list(tx: &mut PgConnection, organization: OrganizationId) -> sqlx::Result<Vec<Domain>> {
    sqlx::query_as!(
        Domain,
        r#"select domain as "domain!", challenge as "challenge!", verified_at, checked_at, failing_since, created_at as "created_at!"
             from platform.domains_of($1)"#,
        organization as _
    )
    .fetch_all(tx)
    .await
}

pub async fn add(
    tx: &mut PgConnection,
    organization: OrganizationId,
    domain: &str,
    challenge: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!("select platform.add_domain($1, $2, $3, $4)", organization as _, domain, challenge, now)
        .execute(tx)
        .await?;
    Ok(())
}

pub async fn verify(
    tx: &mut PgConnection,
    organization: OrganizationId,
    domain: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!("select platform.verify_domain($1, $2, $3)", organization as _, domain, now).execute(tx).await?;
    Ok(())
}

pub async fn remove(
    tx: &mut PgConnection,
    organization: OrganizationId,
    domain: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!("select platform.remove_domain($1, $2, $3)", organization as _, domain, now).execute(tx).await?;
    Ok(())
}
