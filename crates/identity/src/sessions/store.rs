//! SQL of sessions.

use chrono::{DateTime, Utc};
use kernel::{OrganizationId, SessionId};
use sqlx::PgConnection;
use uuid::Uuid;

/// Somebody who may have a password.
#[derive(Debug)]
pub struct Credential {
    pub kind: String,
    pub id: Uuid,
    pub name: String,
    pub password_hash: Option<String>,
    pub is_active: bool,
}

impl Credential {
    /// The kind, as the audit log names it.
    pub fn entity(&self) -> &'static str {
        if self.kind == "customer" { "customer" } else { "user" }
    }
}

pub async fn find_credential(
    tx: &mut PgConnection,
    organization: OrganizationId,
    email: &str,
) -> sqlx::Result<Option<Credential>> {
    sqlx::query_as!(
        Credential,
        r#"select 'user' as "kind!", id as "id!: Uuid", name as "name!", password_hash, status = 'active' as "is_active!" from users
            where organization_id = $1 and email = $2
           union all
           select 'customer', id, name, password_hash, status = 'active' from customers where organization_id = $1 and email = $2
           limit 1"#,
        organization as _,
        email
    )
    .fetch_optional(tx)
    .await
}

#[derive(Debug)]
pub struct NewSession<'a> {
    pub id: SessionId,
    pub kind: &'a str,
    pub person: Uuid,
    pub user_agent: Option<String>,
    pub ip: Option<String>,
    pub expires_at: DateTime<Utc>,
}

pub async fn insert(
    tx: &mut PgConnection,
    organization: OrganizationId,
    session: &NewSession<'_>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into sessions (organization_id, id, person_kind, person_id, user_agent, ip, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        organization as _,
        session.id as _,
        session.kind,
        session.person,
        session.user_agent,
        session.ip,
        now,
        session.expires_at
    )
    .execute(tx)
    .await?;
    Ok(())
}

pub async fn insert_refresh(
    tx: &mut PgConnection,
    organization: OrganizationId,
    hash: &[u8],
    session: SessionId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into refresh_tokens (organization_id, hash, session_id, created_at) values ($1, $2, $3, $4)",
        organization as _,
        hash,
        session as _,
        now
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// When the token was rotated first, locked against a second use at the same time.
pub async fn lock_refresh(
    tx: &mut PgConnection,
    organization: OrganizationId,
    hash: &[u8],
    session: SessionId,
) -> sqlx::Result<Option<Option<DateTime<Utc>>>> {
    sqlx::query_scalar!(
        "select rotated_at from refresh_tokens where organization_id = $1 and hash = $2 and session_id = $3 for update",
        organization as _,
        hash,
        session as _
    )
    .fetch_optional(tx)
    .await
}

pub async fn mark_rotated(
    tx: &mut PgConnection,
    organization: OrganizationId,
    hash: &[u8],
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update refresh_tokens set rotated_at = $3 where organization_id = $1 and hash = $2",
        organization as _,
        hash,
        now
    )
    .execute(tx)
    .await?;
    Ok(())
}

pub async fn revoke(
    tx: &mut PgConnection,
    organization: OrganizationId,
    session: SessionId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update sessions set revoked_at = $3 where organization_id = $1 and id = $2 and revoked_at is null",
        organization as _,
        session as _,
        now
    )
    .execute(tx)
    .await?;
    Ok(())
}

pub async fn revoke_all(
    tx: &mut PgConnection,
    organization: OrganizationId,
    person: Uuid,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update sessions set revoked_at = $3 where organization_id = $1 and person_id = $2 and revoked_at is null",
        organization as _,
        person,
        now
    )
    .execute(tx)
    .await?;
    Ok(())
}

pub async fn insert_invitation(
    tx: &mut PgConnection,
    organization: OrganizationId,
    hash: &[u8],
    (kind, person): (&str, Uuid),
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into invitations (organization_id, hash, person_kind, person_id, created_at, expires_at) values ($1, $2, $3, $4, $5, $6)",
        organization as _,
        hash,
        kind,
        person,
        now,
        expires_at
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Forgets sessions and links that ended before a moment.
pub async fn prune(tx: &mut PgConnection, organization: OrganizationId, before: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!("delete from sessions where organization_id = $1 and expires_at < $2", organization as _, before)
        .execute(&mut *tx)
        .await?;
    sqlx::query!("delete from invitations where organization_id = $1 and expires_at < $2", organization as _, before)
        .execute(tx)
        .await?;
    Ok(())
}

/// Whose password the link sets, and the address.
pub async fn find_invitation(
    tx: &mut PgConnection,
    organization: OrganizationId,
    hash: &[u8],
    now: DateTime<Utc>,
) -> sqlx::Result<Option<(String, Uuid, String)>> {
    let row = sqlx::query!(
        r#"select i.person_kind, i.person_id, coalesce(u.email, c.email) as "email!" from invitations i
             left join users u on i.person_kind = 'user' and u.organization_id = $1 and u.id = i.person_id
             left join customers c on i.person_kind = 'customer' and c.organization_id = $1 and c.id = i.person_id
            where i.organization_id = $1 and i.hash = $2 and i.used_at is null and i.expires_at > $3
              and coalesce(u.id, c.id) is not null"#,
        organization as _,
        hash,
        now
    )
    .fetch_optional(tx)
    .await?;
    Ok(row.map(|row| (row.person_kind, row.person_id, row.email)))
}

/// Uses the link up; false when somebody else just did.
pub async fn use_invitation(
    tx: &mut PgConnection,
    organization: OrganizationId,
    hash: &[u8],
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update invitations set used_at = $3 where organization_id = $1 and hash = $2 and used_at is null and expires_at > $3",
        organization as _,
        hash,
        now
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn set_user_password(
    tx: &mut PgConnection,
    organization: OrganizationId,
    person: Uuid,
    hash: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update users set password_hash = $3, updated_at = $4 where organization_id = $1 and id = $2",
        organization as _,
        person,
        hash,
        now
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Whoever holds a link that was mailed to the address, or was entrusted with it, has the address.
pub async fn set_customer_password(
    tx: &mut PgConnection,
    organization: OrganizationId,
    person: Uuid,
    hash: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update customers set password_hash = $3, email_verified_at = coalesce(email_verified_at, $4), updated_at = $4
          where organization_id = $1 and id = $2",
        organization as _,
        person,
        hash,
        now
    )
    .execute(tx)
    .await?;
    Ok(())
}
