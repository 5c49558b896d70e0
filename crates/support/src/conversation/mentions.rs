//! People and teams that a note names, by links such as `[@Ada](mention:usr_…)`.
//!
//! Whom it names is decided here and not by the text: only active people of the staff who see the
//! ticket, alone or as members of a team. Anybody else's name is text like any other.

use db::TenantTx;
use kernel::{Actor, AppResult, MessageId, OrganizationId, TeamId, TicketId, UserId};
use serde::Serialize;
use sqlx::PgConnection;
use utoipa::ToSchema;
use uuid::Uuid;
use web::Ref;

use crate::{
    content::{self, BodyFormat},
    tickets::{
        policy::sees,
        store::{Lock, find},
    },
};

/// People and teams that one note can name.
const MAX_NAMED: usize = 50;

/// Somebody whom a note names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MentionOut {
    /// user or team.
    #[serde(rename = "type")]
    pub kind: String,
    /// `usr_…` or `tea_…`, as in the link.
    pub id: String,
    pub name: String,
}

/// Remembers whom a note names, and says who that is.
pub async fn record(
    tx: &mut TenantTx,
    ticket: TicketId,
    message: MessageId,
    (body, format): (&str, BodyFormat),
) -> AppResult<Vec<UserId>> {
    let html = content::render(body, format, &|_| None);
    let named = content::mentions(&html);
    let mut people: Vec<(UserId, Option<TeamId>)> =
        named.iter().filter_map(|id| Some((id.parse().ok()?, None))).take(MAX_NAMED).collect();
    let teams: Vec<TeamId> = named.iter().filter_map(|id| id.parse().ok()).take(MAX_NAMED).collect();
    if !teams.is_empty() {
        let members = identity::facade::team_members(tx, &teams).await?;
        people.extend(members.into_iter().map(|(team, user)| (user, Some(team))));
    }
    if people.is_empty() {
        return Ok(Vec::new());
    }
    let (organization, now) = (tx.organization(), tx.now());
    let system = Actor::system(organization);
    let Some(ticket) = find(tx, &system, &Ref::Id(ticket), Lock::None).await? else { return Ok(Vec::new()) };
    let users: Vec<UserId> = people.iter().map(|(user, _)| *user).collect();
    let active = identity::facade::active_staff(tx, &users).await?;
    let readers: Vec<UserId> = active.iter().filter(|actor| sees(actor, &ticket)).filter_map(Actor::staff).collect();
    people.retain(|(user, _)| readers.contains(user));
    let users: Vec<Uuid> = people.iter().map(|(user, _)| user.0).collect();
    let teams: Vec<Option<Uuid>> = people.iter().map(|(_, team)| team.map(|team| team.0)).collect();
    sqlx::query!(
        "insert into mentions (organization_id, message_id, ticket_id, created_at, user_id, team_id)
         select $1, $2, $3, $4, p.user_id, p.team_id from unnest($5::uuid[], $6::uuid[]) p (user_id, team_id) on conflict do nothing",
        organization as _,
        message as _,
        ticket.id as _,
        now,
        &users,
        &teams as &[Option<Uuid>]
    )
    .execute(&mut **tx)
    .await?;
    Ok(people.into_iter().map(|(user, _)| user).collect())
}

/// Everybody whom a message names.
pub async fn of_message(
    tx: &mut PgConnection,
    organization: OrganizationId,
    message: MessageId,
) -> sqlx::Result<Vec<UserId>> {
    sqlx::query_scalar!(
        r#"select user_id as "user_id: UserId" from mentions where organization_id = $1 and message_id = $2 order by user_id"#,
        organization as _,
        message as _
    )
    .fetch_all(tx)
    .await
}

/// Whom these messages name, people and teams each once, with the names they have now.
pub async fn of_messages(
    tx: &mut PgConnection,
    organization: OrganizationId,
    messages: &[Uuid],
) -> sqlx::Result<Vec<(MessageId, MentionOut)>> {
    let rows = sqlx::query!(
        r#"select distinct m.message_id as "message_id: MessageId", m.team_id is not null as "is_team!",
                  coalesce(m.team_id, m.user_id) as "id!", coalesce(t.name, u.name) as "name!"
             from mentions m
             join users u on u.organization_id = $1 and u.id = m.user_id
             left join teams t on t.organization_id = $1 and t.id = m.team_id
            where m.organization_id = $1 and m.message_id = any($2)
            order by 4, 3"#,
        organization as _,
        messages
    )
    .fetch_all(tx)
    .await?;
    let shown = rows.into_iter().map(|row| {
        let kind = if row.is_team { "team" } else { "user" };
        (row.message_id, MentionOut { kind: kind.to_owned(), id: kernel::id::wire(kind, row.id), name: row.name })
    });
    Ok(shown.collect())
}
