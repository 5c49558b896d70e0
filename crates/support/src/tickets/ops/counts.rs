//! How many tickets stand in each built-in list, in one statement.

use std::collections::BTreeMap;

use kernel::TeamId;
use serde::Serialize;
use utoipa::ToSchema;
use web::{ApiResult, Member, Read};

use super::statistics::visibility_arguments;

/// Open tickets by list. Customers get their own `all_open` and `overdue` only.
#[derive(Debug, Serialize, ToSchema)]
pub struct CountsOut {
    /// Neither resolved nor closed.
    pub all_open: i64,
    pub overdue: i64,
    /// Open and given to the caller.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mine: Option<i64>,
    /// Open, and a note names the caller, alone or as one of a team.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mentions: Option<i64>,
    /// Open and given to nobody.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unassigned: Option<i64>,
    /// Open, by team id; teams without open tickets are absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub teams: Option<BTreeMap<String, i64>>,
}

/// `GET tickets/counts/`
pub async fn handler(mut cx: Member<Read>) -> ApiResult {
    let (organization, now) = (cx.organization.id, cx.tx.now());
    let (kind, teams, person) = visibility_arguments(&cx.actor.visibility);
    let me = cx.actor.staff().map(|id| id.0);
    let rows = sqlx::query!(
        r#"select grouping(team_id) = 1 as "is_total!", team_id as "team_id: TeamId", count(*) as "all_open!",
                  count(*) filter (where resolution_due_at < $5) as "overdue!",
                  count(*) filter (where assignee_id = $6) as "mine!",
                  count(*) filter (where id in (
                    select ticket_id from mentions where organization_id = $1 and user_id = $6)) as "mentions!",
                  count(*) filter (where assignee_id is null) as "unassigned!"
             from tickets
            where organization_id = $1 and deleted_at is null and status_category in ('new', 'open', 'pending', 'on_hold')
              and ($2 = 'all' or ($2 = 'teams' and (team_id = any($3) or assignee_id = $4))
                   or ($2 = 'assigned' and assignee_id = $4) or ($2 = 'own' and customer_id = $4))
            group by grouping sets ((), (team_id))"#,
        organization as _,
        kind,
        &teams,
        person,
        now,
        me
    )
    .fetch_all(&mut *cx.tx)
    .await
    .map_err(kernel::AppError::from)?;
    let internal = cx.actor.is_internal();
    let mut out = CountsOut { all_open: 0, overdue: 0, mine: None, mentions: None, unassigned: None, teams: None };
    let mut by_team = BTreeMap::new();
    for row in rows {
        match row.team_id {
            _ if row.is_total => {
                out.all_open = row.all_open;
                out.overdue = row.overdue;
                out.mine = internal.then_some(row.mine);
                out.mentions = internal.then_some(row.mentions);
                out.unassigned = internal.then_some(row.unassigned);
            }
            Some(team) => {
                by_team.insert(team.to_string(), row.all_open);
            }
            None => {}
        }
    }
    out.teams = internal.then_some(by_team);
    Ok(web::ok(&out, None))
}
