//! SQL of second factors.

use chrono::{DateTime, Utc};
use kernel::OrganizationId;
use sqlx::PgConnection;
use uuid::Uuid;

#[derive(Debug)]
pub struct Factor {
    /// Sealed.
    pub secret: Vec<u8>,
    pub confirmed_at: Option<DateTime<Utc>>,
}

pub async fn find(tx: &mut PgConnection, organization: OrganizationId, person: Uuid) -> sqlx::Result<Option<Factor>> {
    sqlx::query_as!(
        Factor,
        "select secret, confirmed_at from otp_factors where organization_id = $1 and person_id = $2",
        organization as _,
        person
    )
    .fetch_optional(tx)
    .await
}

/// Writes a factor that is to be confirmed, in place of another such one; false when a confirmed one is there.
pub async fn begin(
    tx: &mut PgConnection,
    organization: OrganizationId,
    (kind, person): (&str, Uuid),
    secret: &[u8],
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into otp_factors (organization_id, person_id, person_kind, secret, created_at) values ($1, $2, $3, $4, $5)
         on conflict (organization_id, person_id) do update set secret = $4, created_at = $5, last_step = null
          where otp_factors.organization_id = $1 and otp_factors.confirmed_at is null",
        organization as _,
        person,
        kind,
        secret,
        now
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Whether it was not confirmed until now.
pub async fn confirm(
    tx: &mut PgConnection,
    organization: OrganizationId,
    person: Uuid,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update otp_factors set confirmed_at = $3 where organization_id = $1 and person_id = $2 and confirmed_at is null",
        organization as _,
        person,
        now
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Uses the step up, and all before it; false when that has happened already. Of many at once the
/// row lets one through.
pub async fn use_step(
    tx: &mut PgConnection,
    organization: OrganizationId,
    person: Uuid,
    step: i64,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update otp_factors set last_step = $3
          where organization_id = $1 and person_id = $2 and (last_step is null or last_step < $3)",
        organization as _,
        person,
        step
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Whether there was one, confirmed or not; its recovery codes go with it.
pub async fn delete(tx: &mut PgConnection, organization: OrganizationId, person: Uuid) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "delete from otp_factors where organization_id = $1 and person_id = $2",
        organization as _,
        person
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Writes these codes in place of all others.
pub async fn replace_recovery_codes(
    tx: &mut PgConnection,
    organization: OrganizationId,
    person: Uuid,
    hashes: &[Vec<u8>],
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!("delete from recovery_codes where organization_id = $1 and person_id = $2", organization as _, person)
        .execute(&mut *tx)
        .await?;
    sqlx::query!(
        "insert into recovery_codes (organization_id, person_id, hash, created_at) select $1, $2, h, $4 from unnest($3::bytea[]) h",
        organization as _,
        person,
        hashes,
        now
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Whether it was there and not used until now.
pub async fn use_recovery_code(
    tx: &mut PgConnection,
    organization: OrganizationId,
    person: Uuid,
    hash: &[u8],
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update recovery_codes set used_at = $4
          where organization_id = $1 and person_id = $2 and hash = $3 and used_at is null",
        organization as _,
        person,
        hash,
        now
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn recovery_codes_left(
    tx: &mut PgConnection,
    organization: OrganizationId,
    person: Uuid,
) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "left!" from recovery_codes
            where organization_id = $1 and person_id = $2 and used_at is null"#,
        organization as _,
        person
    )
    .fetch_one(tx)
    .await
}
