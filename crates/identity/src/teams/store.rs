//! SQL of teams.

use chrono::{DateTime, Utc};
use db::TenantTx;
use kernel::{AppResult, OrganizationId, TeamId, UserId};
use sqlx::PgConnection;

use super::wire::TeamOut;

pub async fn list(
    tx: &mut PgConnection,
    organization: OrganizationId,
    id: Option<TeamId>,
    search: Option<String>,
) -> sqlx::Result<Vec<TeamOut>> {
    let rows = sqlx::query!(
        r#"select t.id, t.name, t.created_at,
                  array(select m.user_id from team_members m where m.organization_id = $1 and m.team_id = t.id order by m.user_id) as "members!: Vec<uuid::Uuid>"
             from teams t
            where t.organization_id = $1 and ($2::uuid is null or t.id = $2) and ($3::text is null or t.name ilike $3)
            order by t.name, t.id limit 1001"#,
        organization as _,
        id as Option<TeamId>,
        search
    )
    .fetch_all(tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| TeamOut {
            id: row.id,
            name: row.name,
            members: row.members.into_iter().map(UserId).collect(),
            created_at: row.created_at,
        })
        .collect())
}

/// Writes a team.
pub async fn insert(
    tx: &mut PgConnection,
    organization: OrganizationId,
    id: TeamId,
    name: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into teams (organization_id, id, name, created_at) values ($1, $2, $3, $4)",
        organization as _,
        id as _,
        name,
        now
    )
    .execute(tx)
    .await?;
    Ok(())
}

pub async fn rename(tx: &mut PgConnection, organization: OrganizationId, id: TeamId, name: &str) -> sqlx::Result<()> {
    sqlx::query!("update teams set name = $3 where organization_id = $1 and id = $2", organization as _, id as _, name)
        .execute(tx)
        .await?;
    Ok(())
}

pub async fn delete(tx: &mut PgConnection, organization: OrganizationId, id: TeamId) -> sqlx::Result<()> {
    sqlx::query!("delete from teams where organization_id = $1 and id = $2", organization as _, id as _)
        .execute(tx)
        .await?;
    Ok(())
}

pub async fn clear_members(tx: &mut PgConnection, organization: OrganizationId, id: TeamId) -> sqlx::Result<()> {
    sqlx::query!("delete from team_members where organization_id = $1 and team_id = $2", organization as _, id as _)
        .execute(tx)
        .await?;
    Ok(())
}

/// Whether one of these people was removed from the staff.
pub async fn any_removed(tx: &mut PgConnection, organization: OrganizationId, people: &[UserId]) -> sqlx::Result<bool> {
    let people: Vec<uuid::Uuid> = people.iter().map(|person| person.0).collect();
    sqlx::query_scalar!(
        r#"select exists (select from users where organization_id = $1 and id = any($2) and status = 'removed') as "any!""#,
        organization as _,
        &people
    )
    .fetch_one(tx)
    .await
}

/// Adds members; again is harmless.
pub async fn add_member(
    tx: &mut PgConnection,
    organization: OrganizationId,
    id: TeamId,
    members: &[UserId],
) -> sqlx::Result<()> {
    let members: Vec<uuid::Uuid> = members.iter().map(|member| member.0).collect();
    sqlx::query!(
        "insert into team_members (organization_id, team_id, user_id) select $1, $2, m from unnest($3::uuid[]) m on conflict do nothing",
        organization as _,
        id as _,
        &members
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// The name of a team.
pub async fn find_name(
    tx: &mut PgConnection,
    organization: OrganizationId,
    id: TeamId,
) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!("select name from teams where organization_id = $1 and id = $2", organization as _, id as _)
        .fetch_optional(tx)
        .await
}

/// Who is in these teams.
pub async fn members(tx: &mut TenantTx, teams: &[TeamId]) -> AppResult<Vec<(TeamId, UserId)>> {
    let teams: Vec<uuid::Uuid> = teams.iter().map(|team| team.0).collect();
    let organization = tx.organization();
    let rows = sqlx::query!(
        "select team_id, user_id from team_members where organization_id = $1 and team_id = any($2) order by team_id, user_id",
        organization as _,
        &teams
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.team_id, row.user_id)).collect())
}
