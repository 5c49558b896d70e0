//! SQL of sessions.

use chrono::{DateTime, Utc};
use kernel::{OrganizationId, SessionId, UserId};
use sqlx::PgConnection;
use uuid::Uuid;

/// Somebody who may have a password.
#[derive(Debug)]
pub struct Credential {
    pub kind: String,
    pub id: Uuid,
    pub name: String,
    pub password_hash: Option<String>,
    /// Neither suspended nor removed; a customer also has proven the address.
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
            where organization_id = $1 and email = $2 and status <> 'removed'
           union all
           select 'customer', id, name, password_hash, status = 'active' and email_verified_at is not null
             from customers where organization_id = $1 and email = $2 and status <> 'removed'
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
    /// Who acts as this person, and their own session.
    pub impersonator: Option<(UserId, SessionId)>,
}

pub async fn insert(
    tx: &mut PgConnection,
    organization: OrganizationId,
    session: &NewSession<'_>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into sessions (organization_id, id, person_kind, person_id, user_agent, ip, created_at, expires_at,
             impersonator_id, impersonator_session_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        organization as _,
        session.id as _,
        session.kind,
        session.person,
        session.user_agent,
        session.ip,
        now,
        session.expires_at,
        session.impersonator.map(|(person, _)| person) as _,
        session.impersonator.map(|(_, session)| session) as _
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

/// Ends the sessions of a person, but for one; how many.
pub async fn revoke_all(
    tx: &mut PgConnection,
    organization: OrganizationId,
    person: Uuid,
    except: Option<SessionId>,
    now: DateTime<Utc>,
) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "update sessions set revoked_at = $4
          where organization_id = $1 and person_id = $2 and id is distinct from $3 and revoked_at is null",
        organization as _,
        person,
        except as Option<SessionId>,
        now
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected())
}

/// Ends one session of a person; false when the person has no such session any more.
pub async fn revoke_own(
    tx: &mut PgConnection,
    organization: OrganizationId,
    (person, session): (Uuid, SessionId),
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update sessions set revoked_at = $4
          where organization_id = $1 and person_id = $2 and id = $3 and revoked_at is null and expires_at > $4",
        organization as _,
        person,
        session as _,
        now
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Notes that the session was refreshed.
pub async fn note_refresh(
    tx: &mut PgConnection,
    organization: OrganizationId,
    session: SessionId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update sessions set refreshed_at = $3 where organization_id = $1 and id = $2",
        organization as _,
        session as _,
        now
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// A session that can still be used.
#[derive(Debug)]
pub struct SessionRow {
    pub id: SessionId,
    pub created_at: DateTime<Utc>,
    pub last_seen_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub ip: Option<String>,
    pub user_agent: Option<String>,
}

/// Sessions of a person that have not ended, the latest first.
pub async fn list(
    tx: &mut PgConnection,
    organization: OrganizationId,
    person: Uuid,
    (limit, offset): (i64, i64),
    now: DateTime<Utc>,
) -> sqlx::Result<Vec<SessionRow>> {
    sqlx::query_as!(
        SessionRow,
        r#"select id, created_at, coalesce(refreshed_at, created_at) as "last_seen_at!", expires_at, ip, user_agent from sessions
            where organization_id = $1 and person_id = $2 and revoked_at is null and expires_at > $3
            order by coalesce(refreshed_at, created_at) desc, id desc limit $4 offset $5"#,
        organization as _,
        person,
        now,
        limit,
        offset
    )
    .fetch_all(tx)
    .await
}

/// How many there are, counted to one more than the cap of lists.
pub async fn count(
    tx: &mut PgConnection,
    organization: OrganizationId,
    person: Uuid,
    now: DateTime<Utc>,
) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from (
             select 1 from sessions
              where organization_id = $1 and person_id = $2 and revoked_at is null and expires_at > $3 limit 1001) capped"#,
        organization as _,
        person,
        now
    )
    .fetch_one(tx)
    .await
}

/// Forgets sessions that ended before a moment.
pub async fn prune(tx: &mut PgConnection, organization: OrganizationId, before: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!("delete from sessions where organization_id = $1 and expires_at < $2", organization as _, before)
        .execute(tx)
        .await?;
    Ok(())
}

/// The password of a person, as it is stored.
pub async fn password_of(
    tx: &mut PgConnection,
    organization: OrganizationId,
    person: Uuid,
) -> sqlx::Result<Option<String>> {
    let found = sqlx::query_scalar!(
        "select password_hash from users where organization_id = $1 and id = $2
         union all select password_hash from customers where organization_id = $1 and id = $2",
        organization as _,
        person
    )
    .fetch_optional(tx)
    .await?;
    Ok(found.flatten())
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
