//! SQL of staff.

use chrono::{DateTime, Utc};
use kernel::{Actor, AppError, AppResult, CustomerId, OrganizationId, Person, RoleId, TeamId, UserId, Visibility};
use serde_json::json;
use sqlx::PgConnection;

use super::wire::{MeOut, UserOut};
use crate::pictures;

#[derive(Debug)]
struct UserRow {
    id: UserId,
    email: String,
    name: String,
    role: String,
    status: String,
    teams: Vec<uuid::Uuid>,
    availability: String,
    availability_until: Option<DateTime<Utc>>,
    avatar_key: Option<String>,
    version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<UserRow> for UserOut {
    fn from(row: UserRow) -> Self {
        let teams = row.teams.into_iter().map(TeamId).collect();
        let avatar_url =
            row.avatar_key.map(|key| format!("/api/v1/users/{}/avatar/?v={}", row.id, pictures::name_of(&key)));
        let UserRow { id, email, name, role, status, availability, availability_until, version, .. } = row;
        let (created_at, updated_at) = (row.created_at, row.updated_at);
        Self {
            id,
            email,
            name,
            role,
            status,
            teams,
            availability,
            availability_until,
            avatar_url,
            version,
            created_at,
            updated_at,
        }
    }
}

pub async fn find(tx: &mut PgConnection, organization: OrganizationId, id: UserId) -> sqlx::Result<Option<UserOut>> {
    let row = sqlx::query_as!(
        UserRow,
        r#"select u.id, u.email, u.name, r.key as role, u.status, u.availability, u.availability_until, u.avatar_key, u.version, u.created_at, u.updated_at,
                  array(select m.team_id from team_members m where m.organization_id = $1 and m.user_id = u.id order by m.team_id) as "teams!: Vec<uuid::Uuid>"
             from users u join roles r on r.organization_id = $1 and r.id = u.role_id
            where u.organization_id = $1 and u.id = $2"#,
        organization as _,
        id as _
    )
    .fetch_optional(tx)
    .await?;
    Ok(row.map(UserOut::from))
}

/// Somebody with what the role allows and shows.
#[derive(Debug)]
pub struct ActiveRow {
    id: UserId,
    name: String,
    email: String,
    role: String,
    is_shipped: bool,
    permissions: Vec<String>,
    sees: String,
    teams: Vec<uuid::Uuid>,
}

impl ActiveRow {
    pub fn actor(self, organization: OrganizationId) -> Actor {
        let permissions = crate::roles::permissions_of(&self.role, self.is_shipped, &self.permissions);
        let visibility = match self.sees.as_str() {
            "all" => Visibility::All,
            "teams" => Visibility::Teams(self.teams.into_iter().map(TeamId).collect(), self.id),
            _ => Visibility::Assigned(self.id),
        };
        Actor {
            person: Person::Staff(self.id),
            name: self.name,
            email: self.email,
            role: self.role,
            permissions,
            visibility,
            ..Actor::system(organization)
        }
    }
}

pub async fn active(
    tx: &mut PgConnection,
    organization: OrganizationId,
    ids: &[UserId],
) -> sqlx::Result<Vec<ActiveRow>> {
    let ids: Vec<uuid::Uuid> = ids.iter().map(|id| id.0).collect();
    sqlx::query_as!(
        ActiveRow,
        r#"select u.id, u.name, u.email, r.key as role, r.is_shipped, r.permissions, coalesce(r.visibility, o.agent_visibility) as "sees!",
                  array(select m.team_id from team_members m where m.organization_id = $1 and m.user_id = u.id) as "teams!: Vec<uuid::Uuid>"
             from users u
             join roles r on r.organization_id = $1 and r.id = u.role_id
             join organization_settings o on o.organization_id = $1
            where u.organization_id = $1 and u.id = any($2) and u.status = 'active' order by u.id"#,
        organization as _,
        &ids
    )
    .fetch_all(tx)
    .await
}

pub async fn time_zones(
    tx: &mut PgConnection,
    organization: OrganizationId,
    ids: &[UserId],
) -> sqlx::Result<Vec<(UserId, String)>> {
    let ids: Vec<uuid::Uuid> = ids.iter().map(|id| id.0).collect();
    let rows = sqlx::query!(
        r#"select u.id, coalesce(u.preferences->>'time_zone', o.time_zone) as "zone!"
             from users u join organization_settings o on o.organization_id = $1
            where u.organization_id = $1 and u.id = any($2)"#,
        organization as _,
        &ids
    )
    .fetch_all(tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.zone)).collect())
}

/// Keeps somebody's row from being changed by others until the transaction ends.
pub async fn lock(tx: &mut PgConnection, organization: OrganizationId, id: UserId) -> sqlx::Result<()> {
    sqlx::query!("select id from users where organization_id = $1 and id = $2 for update", organization as _, id as _)
        .fetch_optional(tx)
        .await?;
    Ok(())
}

/// Somebody with what they set for themselves.
pub async fn me(tx: &mut PgConnection, organization: OrganizationId, id: UserId) -> AppResult<Option<MeOut>> {
    let Some(user) = find(tx, organization, id).await? else { return Ok(None) };
    let preferences = sqlx::query_scalar!(
        "select preferences from users where organization_id = $1 and id = $2",
        organization as _,
        id as _
    )
    .fetch_one(tx)
    .await?;
    let preferences = serde_json::from_value(preferences).map_err(|error| AppError::Internal(error.into()))?;
    Ok(Some(MeOut { user, preferences }))
}

/// Writes what somebody sets for themselves; the version rises by one.
pub async fn update_me(
    tx: &mut PgConnection,
    organization: OrganizationId,
    me: &MeOut,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update users set name = $3, availability = $4, availability_until = $5, preferences = $6, version = version + 1, updated_at = $7
          where organization_id = $1 and id = $2",
        organization as _,
        me.user.id as _,
        me.user.name,
        me.user.availability,
        me.user.availability_until,
        json!(me.preferences),
        now
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Available again, unless somebody set it otherwise meanwhile; whether it was so.
pub async fn end_absence(
    tx: &mut PgConnection,
    organization: OrganizationId,
    id: UserId,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update users set availability = 'available', availability_until = null, version = version + 1, updated_at = $3
          where organization_id = $1 and id = $2 and availability_until <= $3",
        organization as _,
        id as _,
        now
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Key and type of somebody's picture, while they are there.
pub async fn avatar(
    tx: &mut PgConnection,
    organization: OrganizationId,
    id: UserId,
) -> sqlx::Result<Option<(String, String)>> {
    let row = sqlx::query!(
        "select avatar_key, avatar_type from users where organization_id = $1 and id = $2 and status <> 'removed'",
        organization as _,
        id as _
    )
    .fetch_optional(tx)
    .await?;
    Ok(row.and_then(|row| row.avatar_key.zip(row.avatar_type)))
}

/// Another picture, by key and type, or none.
pub async fn set_avatar(
    tx: &mut PgConnection,
    organization: OrganizationId,
    id: UserId,
    picture: Option<(&str, &str)>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update users set avatar_key = $3, avatar_type = $4, version = version + 1, updated_at = $5 where organization_id = $1 and id = $2",
        organization as _,
        id as _,
        picture.map(|(key, _)| key),
        picture.map(|(_, kind)| kind),
        now
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// What a list of staff is narrowed to.
#[derive(Debug)]
pub struct Filter<'a> {
    pub search: Option<String>,
    pub roles: &'a [String],
    pub status: Option<&'a str>,
    pub order: &'a str,
    pub limit: i64,
    pub offset: i64,
}

pub async fn list(
    tx: &mut PgConnection,
    organization: OrganizationId,
    filter: &Filter<'_>,
) -> sqlx::Result<Vec<UserOut>> {
    let rows = sqlx::query_as!(
        UserRow,
        r#"select u.id, u.email, u.name, r.key as role, u.status, u.availability, u.availability_until, u.avatar_key, u.version, u.created_at, u.updated_at,
                  array(select m.team_id from team_members m where m.organization_id = $1 and m.user_id = u.id order by m.team_id) as "teams!: Vec<uuid::Uuid>"
             from users u join roles r on r.organization_id = $1 and r.id = u.role_id
            where u.organization_id = $1
              and ($2::text is null or u.name ilike $2 or u.email ilike $2)
              and (cardinality($3::text[]) = 0 or r.key = any($3))
              and (u.status = $4 or ($4::text is null and u.status <> 'removed'))
            order by case $5 when 'name' then u.name when 'email' then u.email end,
                     case $5 when '-name' then u.name when '-email' then u.email end desc,
                     case when $5 = 'created_at' then u.created_at end,
                     case when $5 = '-created_at' then u.created_at end desc, u.id
            limit $6 offset $7"#,
        organization as _,
        filter.search,
        filter.roles,
        filter.status,
        filter.order,
        filter.limit,
        filter.offset
    )
    .fetch_all(tx)
    .await?;
    Ok(rows.into_iter().map(UserOut::from).collect())
}

pub async fn count(tx: &mut PgConnection, organization: OrganizationId, filter: &Filter<'_>) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from (
             select 1 from users u join roles r on r.organization_id = $1 and r.id = u.role_id
              where u.organization_id = $1
                and ($2::text is null or u.name ilike $2 or u.email ilike $2)
                and (cardinality($3::text[]) = 0 or r.key = any($3))
                and (u.status = $4 or ($4::text is null and u.status <> 'removed'))
              limit 1001) capped"#,
        organization as _,
        filter.search,
        filter.roles,
        filter.status
    )
    .fetch_one(tx)
    .await
}

/// Whether a customer may act; nothing when there is no such customer.
pub async fn is_active_customer(
    tx: &mut PgConnection,
    organization: OrganizationId,
    id: CustomerId,
) -> sqlx::Result<Option<bool>> {
    sqlx::query_scalar!(
        r#"select status = 'active' as "is_active!" from customers where organization_id = $1 and id = $2 and status <> 'removed'"#,
        organization as _,
        id as _
    )
    .fetch_optional(tx)
    .await
}

pub async fn insert(
    tx: &mut PgConnection,
    organization: OrganizationId,
    id: UserId,
    (email, name): (&str, &str),
    role: RoleId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into users (organization_id, id, email, name, role_id, created_at, updated_at) values ($1, $2, $3, $4, $5, $6, $6)",
        organization as _,
        id as _,
        email,
        name,
        role as _,
        now
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Remembers that the address signs in to this organization; again is harmless. `email` is normalized.
pub async fn note_login(tx: &mut PgConnection, organization: OrganizationId, email: &str) -> sqlx::Result<()> {
    sqlx::query!("select platform.note_login($1, $2)", organization as _, email).execute(tx).await?;
    Ok(())
}

/// Forgets that the address signs in here, unless somebody of the staff or a customer still has it.
pub async fn drop_unused_login(tx: &mut PgConnection, organization: OrganizationId, email: &str) -> sqlx::Result<()> {
    sqlx::query!(
        "select platform.drop_login($1, $2)
          where not exists (select from users where organization_id = $1 and email = $2 and status <> 'removed')
            and not exists (select from customers where organization_id = $1 and email = $2 and status <> 'removed')",
        organization as _,
        email
    )
    .execute(tx)
    .await?;
    Ok(())
}

pub async fn update(
    tx: &mut PgConnection,
    organization: OrganizationId,
    id: UserId,
    (name, status): (&str, &str),
    role: RoleId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update users set name = $3, status = $4, role_id = $5, version = version + 1, updated_at = $6
          where organization_id = $1 and id = $2",
        organization as _,
        id as _,
        name,
        status,
        role as _,
        now
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Active owners, locked, so that two changes at once cannot remove the last two.
pub async fn lock_owners(tx: &mut PgConnection, organization: OrganizationId) -> sqlx::Result<Vec<UserId>> {
    sqlx::query_scalar!(
        r#"select u.id as "id: UserId" from users u join roles r on r.organization_id = $1 and r.id = u.role_id
            where u.organization_id = $1 and r.key = 'owner' and u.status = 'active' order by u.id for update of u"#,
        organization as _
    )
    .fetch_all(tx)
    .await
}

/// When somebody was removed; none for those who are there.
pub async fn removed_at(
    tx: &mut PgConnection,
    organization: OrganizationId,
    id: UserId,
) -> sqlx::Result<Option<DateTime<Utc>>> {
    let found = sqlx::query_scalar!(
        "select removed_at from users where organization_id = $1 and id = $2 for update",
        organization as _,
        id as _
    )
    .fetch_optional(tx)
    .await?;
    Ok(found.flatten())
}

/// Removes somebody, or brings them back as they were.
pub async fn set_removed(
    tx: &mut PgConnection,
    organization: OrganizationId,
    id: UserId,
    removed_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update users set removed_at = $3, removed_from = case when $3::timestamptz is not null then status end,
                status = case when $3::timestamptz is null then coalesce(removed_from, 'active') else 'removed' end,
                version = version + 1, updated_at = $4
          where organization_id = $1 and id = $2",
        organization as _,
        id as _,
        removed_at,
        now
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Takes somebody out of every team.
pub async fn leave_teams(tx: &mut PgConnection, organization: OrganizationId, id: UserId) -> sqlx::Result<()> {
    sqlx::query!("delete from team_members where organization_id = $1 and user_id = $2", organization as _, id as _)
        .execute(tx)
        .await?;
    Ok(())
}
