//! SQL of identity providers.

use kernel::{IdentityProviderId, OrganizationId};
use sqlx::PgConnection;

use super::model::Provider;

pub async fn list(tx: &mut PgConnection, organization: OrganizationId) -> sqlx::Result<Vec<Provider>> {
    sqlx::query_as!(
        Provider,
        "select id, name, issuer, client_id, scopes, is_active, customers, create_users, default_role, link_verified_email,
                allowed_domains, created_at, updated_at
           from identity_providers where organization_id = $1 order by name, id limit 100",
        organization as _
    )
    .fetch_all(tx)
    .await
}

/// Where people may sign in now.
pub async fn list_active(tx: &mut PgConnection, organization: OrganizationId) -> sqlx::Result<Vec<Provider>> {
    Ok(list(tx, organization).await?.into_iter().filter(|provider| provider.is_active).collect())
}

pub async fn find(
    tx: &mut PgConnection,
    organization: OrganizationId,
    id: IdentityProviderId,
) -> sqlx::Result<Option<Provider>> {
    sqlx::query_as!(
        Provider,
        "select id, name, issuer, client_id, scopes, is_active, customers, create_users, default_role, link_verified_email,
                allowed_domains, created_at, updated_at
           from identity_providers where organization_id = $1 and id = $2",
        organization as _,
        id as _
    )
    .fetch_optional(tx)
    .await
}

/// The sealed secret.
pub async fn secret(
    tx: &mut PgConnection,
    organization: OrganizationId,
    id: IdentityProviderId,
) -> sqlx::Result<Option<Vec<u8>>> {
    sqlx::query_scalar!(
        "select client_secret from identity_providers where organization_id = $1 and id = $2",
        organization as _,
        id as _
    )
    .fetch_optional(tx)
    .await
}

/// Writes a new one or the whole of a known one; without a secret the old one stays.
pub async fn save(
    tx: &mut PgConnection,
    organization: OrganizationId,
    provider: &Provider,
    secret: Option<&[u8]>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into identity_providers (organization_id, id, name, issuer, client_id, client_secret, scopes, is_active, customers,
             create_users, default_role, link_verified_email, allowed_domains, created_at, updated_at)
         values ($1, $2, $3, $4, $5, coalesce($6, ''::bytea), $7, $8, $9, $10, $11, $12, $13, $14, $15)
         on conflict (organization_id, id) do update
            set name = excluded.name, issuer = excluded.issuer, client_id = excluded.client_id,
                client_secret = coalesce($6, identity_providers.client_secret), scopes = excluded.scopes,
                is_active = excluded.is_active, customers = excluded.customers, create_users = excluded.create_users,
                default_role = excluded.default_role, link_verified_email = excluded.link_verified_email,
                allowed_domains = excluded.allowed_domains, updated_at = excluded.updated_at",
        organization as _,
        provider.id as _,
        provider.name,
        provider.issuer,
        provider.client_id,
        secret,
        &provider.scopes,
        provider.is_active,
        provider.customers,
        provider.create_users,
        provider.default_role,
        provider.link_verified_email,
        &provider.allowed_domains,
        provider.created_at,
        provider.updated_at
    )
    .execute(tx)
    .await?;
    Ok(())
}

pub async fn delete(tx: &mut PgConnection, organization: OrganizationId, id: IdentityProviderId) -> sqlx::Result<()> {
    sqlx::query!("delete from identity_providers where organization_id = $1 and id = $2", organization as _, id as _)
        .execute(tx)
        .await?;
    Ok(())
}
