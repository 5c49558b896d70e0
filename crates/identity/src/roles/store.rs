//! SQL of roles.

use chrono::{DateTime, Utc};
use kernel::{OrganizationId, RoleId, RoleKey};
use sqlx::PgConnection;

use super::{model::Role, wire::RoleOut};

/// A role with who has it.
#[derive(Debug)]
pub struct RoleRow {
    pub id: RoleId,
    pub key: String,
    pub name: String,
    pub permissions: Vec<String>,
    pub is_shipped: bool,
    pub visibility: Option<String>,
    pub sees: String,
    pub require_otp: bool,
    pub user_count: i64,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// What a role allows: shipped ones are defined in code, custom ones by their row.
pub fn permissions_of(key: &str, is_shipped: bool, texts: &[String]) -> Vec<kernel::Permission> {
    match RoleKey::parse(key) {
        Some(role) if is_shipped => role.permissions(),
        _ => db::who::custom_permissions(texts),
    }
}

impl RoleRow {
    fn permissions(&self) -> Vec<kernel::Permission> {
        permissions_of(&self.key, self.is_shipped, &self.permissions)
    }
}

impl From<RoleRow> for Role {
    fn from(row: RoleRow) -> Self {
        let permissions = row.permissions();
        let RoleRow { id, key, is_shipped, sees, require_otp, .. } = row;
        Self { id, key, permissions, is_shipped, sees, require_otp }
    }
}

impl From<RoleRow> for RoleOut {
    fn from(row: RoleRow) -> Self {
        let permissions = row.permissions().iter().map(|permission| permission.as_str().to_owned()).collect();
        let RoleRow { id, key, name, is_shipped, visibility, require_otp, user_count, version, .. } = row;
        let (created_at, updated_at) = (row.created_at, row.updated_at);
        Self {
            id,
            key,
            name,
            permissions,
            is_shipped,
            visibility,
            require_otp,
            user_count,
            version,
            created_at,
            updated_at,
        }
    }
}

/// What a list of roles is narrowed to.
#[derive(Debug)]
pub struct Filter<'a> {
    pub search: Option<String>,
    pub order: &'a str,
    pub limit: i64,
    pub offset: i64,
}

pub async fn list(
    tx: &mut PgConnection,
    organization: OrganizationId,
    filter: &Filter<'_>,
) -> sqlx::Result<Vec<RoleRow>> {
    sqlx::query_as!(
        RoleRow,
        r#"select r.id, r.key, r.name, r.permissions, r.is_shipped, r.visibility,
                  coalesce(r.visibility, o.agent_visibility) as "sees!", r.require_otp, r.version, r.created_at, r.updated_at,
                  (select count(*) from users u where u.organization_id = $1 and u.role_id = r.id and u.status <> 'removed') as "user_count!"
             from roles r join organization_settings o on o.organization_id = $1
            where r.organization_id = $1 and ($2::text is null or r.name ilike $2 or r.key ilike $2)
            order by case $3 when 'name' then r.name when 'key' then r.key end,
                     case $3 when '-name' then r.name when '-key' then r.key end desc,
                     case when $3 = 'created_at' then r.created_at end,
                     case when $3 = '-created_at' then r.created_at end desc, r.id
            limit $4 offset $5"#,
        organization as _,
        filter.search,
        filter.order,
        filter.limit,
        filter.offset
    )
    .fetch_all(tx)
    .await
}

pub async fn count(tx: &mut PgConnection, organization: OrganizationId, filter: &Filter<'_>) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from (
             select 1 from roles where organization_id = $1 and ($2::text is null or name ilike $2 or key ilike $2) limit 1001) capped"#,
        organization as _,
        filter.search
    )
    .fetch_one(tx)
    .await
}

pub async fn find(tx: &mut PgConnection, organization: OrganizationId, id: RoleId) -> sqlx::Result<Option<RoleRow>> {
    sqlx::query_as!(
        RoleRow,
        r#"select r.id, r.key, r.name, r.permissions, r.is_shipped, r.visibility,
                  coalesce(r.visibility, o.agent_visibility) as "sees!", r.require_otp, r.version, r.created_at, r.updated_at,
                  (select count(*) from users u where u.organization_id = $1 and u.role_id = r.id and u.status <> 'removed') as "user_count!"
             from roles r join organization_settings o on o.organization_id = $1
            where r.organization_id = $1 and r.id = $2"#,
        organization as _,
        id as _
    )
    .fetch_optional(tx)
    .await
}

pub async fn find_by_key(
    tx: &mut PgConnection,
    organization: OrganizationId,
    key: &str,
) -> sqlx::Result<Option<RoleRow>> {
    sqlx::query_as!(
        RoleRow,
        r#"select r.id, r.key, r.name, r.permissions, r.is_shipped, r.visibility,
                  coalesce(r.visibility, o.agent_visibility) as "sees!", r.require_otp, r.version, r.created_at, r.updated_at,
                  0::bigint as "user_count!"
             from roles r join organization_settings o on o.organization_id = $1
            where r.organization_id = $1 and r.key = $2"#,
        organization as _,
        key
    )
    .fetch_optional(tx)
    .await
}

/// Locks the role against other changes, and against being given to somebody meanwhile.
pub async fn lock(tx: &mut PgConnection, organization: OrganizationId, id: RoleId) -> sqlx::Result<()> {
    sqlx::query!("select id from roles where organization_id = $1 and id = $2 for update", organization as _, id as _)
        .fetch_optional(tx)
        .await?;
    Ok(())
}

/// What a new role is made of; values are checked already.
#[derive(Debug)]
pub struct NewRole<'a> {
    /// `rol_…`
    pub id: RoleId,
    /// Unique in the organization.
    pub key: &'a str,
    /// Shown name.
    pub name: &'a str,
    /// Texts of permissions.
    pub permissions: &'a [String],
    /// Defined in code.
    pub is_shipped: bool,
    /// `all`, `teams` or `own`; none where the organization decides.
    pub visibility: Option<&'a str>,
    /// People with it need a second factor.
    pub require_otp: bool,
}

/// Writes a role; `roles_key_key` when the key is taken.
pub async fn insert(
    tx: &mut PgConnection,
    organization: OrganizationId,
    new: &NewRole<'_>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into roles (organization_id, id, key, name, permissions, is_shipped, visibility, require_otp, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)",
        organization as _,
        new.id as _,
        new.key,
        new.name,
        new.permissions,
        new.is_shipped,
        new.visibility,
        new.require_otp,
        now
    )
    .execute(tx)
    .await?;
    Ok(())
}

pub async fn update(
    tx: &mut PgConnection,
    organization: OrganizationId,
    role: &NewRole<'_>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update roles set name = $3, permissions = $4, visibility = $5, require_otp = $6, version = version + 1, updated_at = $7
          where organization_id = $1 and id = $2",
        organization as _,
        role.id as _,
        role.name,
        role.permissions,
        role.visibility,
        role.require_otp,
        now
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Makes viewers of those who were removed from the staff with this role.
pub async fn take_from_removed(tx: &mut PgConnection, organization: OrganizationId, id: RoleId) -> sqlx::Result<()> {
    sqlx::query!(
        "update users set role_id = (select id from roles where organization_id = $1 and key = 'viewer')
          where organization_id = $1 and role_id = $2 and status = 'removed'",
        organization as _,
        id as _
    )
    .execute(tx)
    .await?;
    Ok(())
}

pub async fn delete(tx: &mut PgConnection, organization: OrganizationId, id: RoleId) -> sqlx::Result<()> {
    sqlx::query!("delete from roles where organization_id = $1 and id = $2", organization as _, id as _)
        .execute(tx)
        .await?;
    Ok(())
}
