//! SQL of mailboxes.

use chrono::{DateTime, Utc};
use kernel::{MailboxId, OrganizationId};
use sqlx::PgConnection;

use super::wire::MailboxOut;

/// A short list, by address; at most 1 001.
pub async fn list(tx: &mut PgConnection, organization: OrganizationId) -> sqlx::Result<Vec<MailboxOut>> {
    sqlx::query_as!(
        MailboxOut,
        "select id, address, name, is_default, created_at from mailboxes
          where organization_id = $1 order by address, id limit 1001",
        organization as _
    )
    .fetch_all(tx)
    .await
}

pub async fn find(
    tx: &mut PgConnection,
    organization: OrganizationId,
    id: MailboxId,
) -> sqlx::Result<Option<MailboxOut>> {
    sqlx::query_as!(
        MailboxOut,
        "select id, address, name, is_default, created_at from mailboxes where organization_id = $1 and id = $2",
        organization as _,
        id as _
    )
    .fetch_optional(tx)
    .await
}

pub async fn default_of(tx: &mut PgConnection, organization: OrganizationId) -> sqlx::Result<Option<MailboxOut>> {
    sqlx::query_as!(
        MailboxOut,
        "select id, address, name, is_default, created_at from mailboxes where organization_id = $1 and is_default",
        organization as _
    )
    .fetch_optional(tx)
    .await
}

pub async fn any(tx: &mut PgConnection, organization: OrganizationId) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from mailboxes where organization_id = $1) as "exists!""#,
        organization as _
    )
    .fetch_one(tx)
    .await
}

/// Keeps the mailboxes of the organization from being changed by others until the transaction ends.
pub async fn lock(tx: &mut PgConnection, organization: OrganizationId) -> sqlx::Result<()> {
    sqlx::query!("select id from mailboxes where organization_id = $1 order by id for update", organization as _)
        .fetch_all(tx)
        .await?;
    Ok(())
}

/// Claims the address in the whole installation; `mail_addresses_pkey` when somebody has it.
pub async fn claim(
    tx: &mut PgConnection,
    organization: OrganizationId,
    address: &str,
    id: MailboxId,
) -> sqlx::Result<()> {
    sqlx::query!("select platform.claim_mail_address($1, $2, $3)", organization as _, address, id as _)
        .execute(tx)
        .await?;
    Ok(())
}

pub async fn release(tx: &mut PgConnection, organization: OrganizationId, address: &str) -> sqlx::Result<()> {
    sqlx::query!("select platform.release_mail_address($1, $2)", organization as _, address).execute(tx).await?;
    Ok(())
}

pub async fn insert(
    tx: &mut PgConnection,
    organization: OrganizationId,
    id: MailboxId,
    (address, name): (&str, &str),
    is_default: bool,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into mailboxes (organization_id, id, address, name, is_default, created_at) values ($1, $2, $3, $4, $5, $6)",
        organization as _,
        id as _,
        address,
        name,
        is_default,
        now
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Leaves the organization without a default, for the next statement to set one.
pub async fn clear_default(tx: &mut PgConnection, organization: OrganizationId) -> sqlx::Result<()> {
    sqlx::query!(
        "update mailboxes set is_default = false where organization_id = $1 and is_default",
        organization as _
    )
    .execute(tx)
    .await?;
    Ok(())
}

pub async fn update(
    tx: &mut PgConnection,
    organization: OrganizationId,
    id: MailboxId,
    name: &str,
    is_default: bool,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update mailboxes set name = $3, is_default = $4 where organization_id = $1 and id = $2",
        organization as _,
        id as _,
        name,
        is_default
    )
    .execute(tx)
    .await?;
    Ok(())
}

pub async fn delete(tx: &mut PgConnection, organization: OrganizationId, id: MailboxId) -> sqlx::Result<()> {
    sqlx::query!("delete from mailboxes where organization_id = $1 and id = $2", organization as _, id as _)
        .execute(tx)
        .await?;
    Ok(())
}
