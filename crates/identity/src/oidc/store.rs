//! SQL of sign-ins under way, and of links.

use chrono::{DateTime, Utc};
use db::TenantTx;
use kernel::{AppResult, IdentityId, IdentityProviderId, OrganizationId, SessionId};
use sqlx::PgConnection;
use uuid::Uuid;

/// A sign-in under way.
#[derive(Debug)]
pub struct Flow {
    pub provider_id: IdentityProviderId,
    /// Of the person who links an identity to themselves.
    pub session_id: Option<SessionId>,
    /// Who the provider said it is, when only the second factor is missing.
    pub person_id: Option<Uuid>,
    pub next: String,
}

pub async fn insert_flow(
    tx: &mut PgConnection,
    organization: OrganizationId,
    state_hash: &[u8],
    flow: &Flow,
    expires_at: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into oidc_flows (organization_id, state_hash, provider_id, session_id, person_id, next, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        organization as _,
        state_hash,
        flow.provider_id as _,
        flow.session_id as _,
        flow.person_id,
        flow.next,
        expires_at
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Uses a flow up, before the provider or before the second factor: whoever asks second gets nothing.
pub async fn take_flow(
    tx: &mut PgConnection,
    organization: OrganizationId,
    state_hash: &[u8],
    lacks_second_factor: bool,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<Flow>> {
    sqlx::query_as!(
        Flow,
        "delete from oidc_flows where organization_id = $1 and state_hash = $2 and expires_at > $3
            and (person_id is not null) = $4
         returning provider_id, session_id, person_id, next",
        organization as _,
        state_hash,
        now,
        lacks_second_factor
    )
    .fetch_optional(tx)
    .await
}

/// A sign-in that only lacks the second factor; it is not used up.
pub async fn find_waiting(
    tx: &mut PgConnection,
    organization: OrganizationId,
    state_hash: &[u8],
    now: DateTime<Utc>,
) -> sqlx::Result<Option<Flow>> {
    sqlx::query_as!(
        Flow,
        "select provider_id, session_id, person_id, next from oidc_flows
          where organization_id = $1 and state_hash = $2 and expires_at > $3 and person_id is not null",
        organization as _,
        state_hash,
        now
    )
    .fetch_optional(tx)
    .await
}

/// Forgets flows that nobody came back from.
pub async fn prune(tx: &mut PgConnection, organization: OrganizationId, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!("delete from oidc_flows where organization_id = $1 and expires_at <= $2", organization as _, now)
        .execute(tx)
        .await?;
    Ok(())
}

/// Who an identity belongs to.
#[derive(Debug)]
pub struct Identity {
    pub id: IdentityId,
    pub person_kind: String,
    pub person_id: Uuid,
}

pub async fn find_identity(
    tx: &mut PgConnection,
    organization: OrganizationId,
    provider: IdentityProviderId,
    (issuer, subject): (&str, &str),
) -> sqlx::Result<Option<Identity>> {
    sqlx::query_as!(
        Identity,
        "select id, person_kind, person_id from identities
          where organization_id = $1 and provider_id = $2 and issuer = $3 and subject = $4",
        organization as _,
        provider as _,
        issuer,
        subject
    )
    .fetch_optional(tx)
    .await
}

/// A new link.
#[derive(Debug)]
pub struct NewIdentity<'a> {
    pub id: IdentityId,
    pub provider: IdentityProviderId,
    pub issuer: &'a str,
    pub subject: &'a str,
    pub person: (&'a str, Uuid),
    pub email: Option<&'a str>,
}

pub async fn insert_identity(
    tx: &mut PgConnection,
    organization: OrganizationId,
    new: &NewIdentity<'_>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into identities (organization_id, id, provider_id, issuer, subject, person_kind, person_id, email, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        organization as _,
        new.id as _,
        new.provider as _,
        new.issuer,
        new.subject,
        new.person.0,
        new.person.1,
        new.email,
        now
    )
    .execute(tx)
    .await?;
    Ok(())
}

pub async fn note_use(
    tx: &mut PgConnection,
    organization: OrganizationId,
    id: IdentityId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update identities set last_used_at = $3 where organization_id = $1 and id = $2",
        organization as _,
        id as _,
        now
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// A link, as its person sees it.
#[derive(Debug)]
pub struct OwnIdentity {
    pub id: IdentityId,
    pub provider_id: IdentityProviderId,
    pub provider: String,
    pub email: Option<String>,
    pub created_at: DateTime<Utc>,
    pub last_used_at: Option<DateTime<Utc>>,
}

pub async fn list_own(
    tx: &mut PgConnection,
    organization: OrganizationId,
    person: Uuid,
) -> sqlx::Result<Vec<OwnIdentity>> {
    sqlx::query_as!(
        OwnIdentity,
        "select i.id, i.provider_id, p.name as provider, i.email, i.created_at, i.last_used_at
           from identities i join identity_providers p on p.organization_id = $1 and p.id = i.provider_id
          where i.organization_id = $1 and i.person_id = $2 order by i.id limit 100",
        organization as _,
        person
    )
    .fetch_all(tx)
    .await
}

pub async fn delete_own(
    tx: &mut PgConnection,
    organization: OrganizationId,
    person: Uuid,
    id: IdentityId,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "delete from identities where organization_id = $1 and person_id = $2 and id = $3",
        organization as _,
        person,
        id as _
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Forgets every link of somebody who is removed; the identities may belong to another account then.
pub async fn forget(tx: &mut TenantTx, person: Uuid) -> AppResult<()> {
    let organization = tx.organization();
    sqlx::query!("delete from identities where organization_id = $1 and person_id = $2", organization as _, person)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Somebody who may sign in.
#[derive(Debug)]
pub struct PersonRow {
    pub id: Uuid,
    pub name: String,
    pub email: String,
    /// Key of the role.
    pub role: String,
    pub is_active: bool,
    /// Whether the address is known to be the person's own.
    pub is_verified: bool,
}

/// By id, or by address.
pub async fn find_person(
    tx: &mut PgConnection,
    organization: OrganizationId,
    kind: &str,
    id: Option<Uuid>,
    email: Option<&str>,
) -> sqlx::Result<Option<PersonRow>> {
    sqlx::query_as!(
        PersonRow,
        r#"select u.id as "id!: Uuid", u.name as "name!", u.email as "email!", r.key as "role!",
                  u.status = 'active' as "is_active!", true as "is_verified!"
             from users u join roles r on r.organization_id = $1 and r.id = u.role_id
            where u.organization_id = $1 and $2 = 'user' and (u.id = $3 or u.email = $4 and u.status <> 'removed')
           union all
           select c.id, c.name, c.email, 'customer', c.status = 'active', c.email_verified_at is not null
             from customers c
            where c.organization_id = $1 and $2 = 'customer' and (c.id = $3 or c.email = $4 and c.status <> 'removed')
            limit 1"#,
        organization as _,
        kind,
        id,
        email
    )
    .fetch_optional(tx)
    .await
}

/// A customer with a verified address; nothing when there is one with this address.
pub async fn insert_customer(
    tx: &mut PgConnection,
    organization: OrganizationId,
    id: Uuid,
    (email, name): (&str, &str),
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into customers (organization_id, id, email, name, email_verified_at, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $5, $5) on conflict do nothing",
        organization as _,
        id,
        email,
        name,
        now
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The address is the customer's own from now on; a password that somebody else may have set is gone.
pub async fn claim_customer(
    tx: &mut PgConnection,
    organization: OrganizationId,
    id: Uuid,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update customers set password_hash = null, email_verified_at = $3, updated_at = $3 where organization_id = $1 and id = $2",
        organization as _,
        id,
        now
    )
    .execute(tx)
    .await?;
    Ok(())
}
