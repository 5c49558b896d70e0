//! Figures over the tickets somebody sees, computed from the rows at that moment.

use chrono::{DateTime, NaiveDate, Utc};
use db::TenantTx;
use kernel::{Actor, AppResult, Visibility};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use web::{ApiResult, Member, Query, Read};

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct StatisticsQuery {
    /// Tickets made at or after this.
    pub created_after: Option<DateTime<Utc>>,
    /// Tickets made before this.
    pub created_before: Option<DateTime<Utc>>,
}

/// How well deadlines were kept. Null where nothing was measured.
#[derive(Debug, Serialize, ToSchema)]
pub struct SlaFigures {
    /// Of the first responses given, per cent in time.
    pub first_response_met_percent: Option<f64>,
    /// Of the tickets resolved, per cent in time.
    pub resolution_met_percent: Option<f64>,
    /// First responses given.
    pub first_responses: i64,
    /// Tickets resolved.
    pub resolutions: i64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Medians {
    /// From creation to the first response.
    pub first_response_seconds: Option<f64>,
    /// From creation to resolution.
    pub resolution_seconds: Option<f64>,
}

/// One day of the organization's time zone.
#[derive(Debug, Serialize, ToSchema)]
pub struct DayFigures {
    pub day: NaiveDate,
    /// When it began: with the next day's beginning, the bounds of the lists behind the figures.
    pub starts_at: DateTime<Utc>,
    /// Tickets made on that day.
    pub created: i64,
    /// Tickets resolved on that day and not reopened since.
    pub resolved: i64,
}

/// Counts by several keys; keys without tickets are absent.
#[derive(Debug, Serialize, ToSchema)]
pub struct StatisticsOut {
    pub total: i64,
    /// Neither resolved nor closed.
    pub open: i64,
    /// Resolved and not reopened, whether closed or not.
    pub resolved: i64,
    pub overdue: i64,
    #[schema(value_type = Object)]
    pub by_status: Value,
    #[schema(value_type = Object)]
    pub by_status_category: Value,
    #[schema(value_type = Object)]
    pub by_category: Value,
    #[schema(value_type = Object)]
    pub by_priority: Value,
    #[schema(value_type = Object)]
    pub by_channel: Value,
    /// Those neither resolved nor closed.
    #[schema(value_type = Object)]
    pub open_by_priority: Value,
    /// By team id, `none` for tickets without one; not for customers.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub by_team: Option<Value>,
    pub sla: SlaFigures,
    pub median: Medians,
    /// The last 30 days, today last, whatever time was asked for.
    pub daily: Vec<DayFigures>,
}

/// A visibility as statements take it: kind, teams, person.
pub fn visibility_arguments(visibility: &Visibility) -> (&'static str, Vec<Uuid>, Option<Uuid>) {
    match visibility {
        Visibility::All => ("all", Vec::new(), None),
        Visibility::Teams(teams, user) => ("teams", teams.iter().map(|team| team.0).collect(), Some(user.0)),
        Visibility::Assigned(user) => ("assigned", Vec::new(), Some(user.0)),
        Visibility::Own(customer) => ("own", Vec::new(), Some(customer.0)),
    }
}

/// `GET tickets/statistics/`
pub async fn handler(mut cx: Member<Read>, Query(query): Query<StatisticsQuery>) -> ApiResult {
    let actor = cx.actor.clone();
    Ok(web::ok(&run(&mut cx.tx, &actor, &query).await?, None))
}

async fn run(tx: &mut TenantTx, actor: &Actor, query: &StatisticsQuery) -> AppResult<StatisticsOut> {
    let (organization, now) = (tx.organization(), tx.now());
    let (kind, teams, person) = visibility_arguments(&actor.visibility);
    let row = sqlx::query!(
        r#"with seen as materialized (
             select status, status_category, priority, channel, coalesce(category, 'none') as category, team_id, created_at,
                    first_response_at, first_response_due_at, resolved_at, resolution_due_at
               from tickets
              where organization_id = $1 and deleted_at is null
                and ($2 = 'all' or ($2 = 'teams' and (team_id = any($3) or assignee_id = $4))
                     or ($2 = 'assigned' and assignee_id = $4) or ($2 = 'own' and customer_id = $4))
                and ($5::timestamptz is null or created_at >= $5) and ($6::timestamptz is null or created_at < $6))
           select count(*) as "total!",
                  count(*) filter (where status_category not in ('resolved', 'closed')) as "open!",
                  count(*) filter (where resolved_at is not null) as "resolved!",
                  count(*) filter (where status_category not in ('resolved', 'closed') and resolution_due_at < $7) as "overdue!",
                  (select coalesce(jsonb_object_agg(k, n), '{}') from (select status as k, count(*) as n from seen group by 1) g) as "by_status!",
                  (select coalesce(jsonb_object_agg(k, n), '{}') from (select status_category as k, count(*) as n from seen group by 1) g) as "by_status_category!",
                  (select coalesce(jsonb_object_agg(k, n), '{}') from (select category as k, count(*) as n from seen group by 1) g) as "by_category!",
                  (select coalesce(jsonb_object_agg(k, n), '{}') from (select priority as k, count(*) as n from seen group by 1) g) as "by_priority!",
                  (select coalesce(jsonb_object_agg(k, n), '{}') from (select channel as k, count(*) as n from seen group by 1) g) as "by_channel!",
                  (select coalesce(jsonb_object_agg(k, n), '{}')
                     from (select priority as k, count(*) as n from seen where status_category not in ('resolved', 'closed') group by 1) g)
                    as "open_by_priority!",
                  (select coalesce(jsonb_agg(jsonb_build_object('team', k, 'n', n)), '[]') from (select team_id as k, count(*) as n from seen group by 1) g) as "by_team!",
                  count(first_response_at) as "first_responses!",
                  count(*) filter (where first_response_at <= first_response_due_at) as "first_responses_met!",
                  count(*) filter (where resolved_at <= resolution_due_at) as "resolutions_met!",
                  percentile_cont(0.5) within group (order by extract(epoch from first_response_at - created_at)::float8)
                    filter (where first_response_at is not null) as median_first_response,
                  percentile_cont(0.5) within group (order by extract(epoch from resolved_at - created_at)::float8)
                    filter (where resolved_at is not null) as median_resolution
             from seen"#,
        organization as _,
        kind,
        &teams,
        person,
        query.created_after,
        query.created_before,
        now
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(StatisticsOut {
        total: row.total,
        open: row.open,
        resolved: row.resolved,
        overdue: row.overdue,
        by_status: row.by_status,
        by_status_category: row.by_status_category,
        by_category: row.by_category,
        by_priority: row.by_priority,
        by_channel: row.by_channel,
        open_by_priority: row.open_by_priority,
        by_team: actor.is_internal().then(|| by_team(&row.by_team)),
        sla: SlaFigures {
            first_response_met_percent: percent(row.first_responses_met, row.first_responses),
            resolution_met_percent: percent(row.resolutions_met, row.resolved),
            first_responses: row.first_responses,
            resolutions: row.resolved,
        },
        median: Medians {
            first_response_seconds: row.median_first_response,
            resolution_seconds: row.median_resolution,
        },
        daily: daily(tx, actor).await?,
    })
}

/// How many arrived and how many were resolved on each of the last 30 days; days without tickets are there too.
async fn daily(tx: &mut TenantTx, actor: &Actor) -> AppResult<Vec<DayFigures>> {
    let (organization, now) = (tx.organization(), tx.now());
    let (kind, teams, person) = visibility_arguments(&actor.visibility);
    let days = sqlx::query_as!(
        DayFigures,
        r#"with days as (
             select day, day at time zone time_zone as starts_at, time_zone
               from organization_settings,
                    generate_series(date_trunc('day', $5::timestamptz at time zone time_zone) - interval '29 days',
                                    date_trunc('day', $5::timestamptz at time zone time_zone), interval '1 day') day
              where organization_id = $1),
           since as (select min(starts_at) as at, min(time_zone) as zone from days),
           seen as (
             select created_at, resolved_at, since.at, since.zone from tickets, since
              where organization_id = $1 and deleted_at is null and (created_at >= since.at or resolved_at >= since.at)
                and ($2 = 'all' or ($2 = 'teams' and (team_id = any($3) or assignee_id = $4))
                     or ($2 = 'assigned' and assignee_id = $4) or ($2 = 'own' and customer_id = $4))),
           made as (select date_trunc('day', created_at at time zone zone) as day, count(*) as n from seen group by 1),
           done as (select date_trunc('day', resolved_at at time zone zone) as day, count(*) as n from seen group by 1)
           select days.day::date as "day!", days.starts_at as "starts_at!", coalesce(made.n, 0) as "created!", coalesce(done.n, 0) as "resolved!"
             from days left join made using (day) left join done using (day)
            order by 1"#,
        organization as _,
        kind,
        &teams,
        person,
        now
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(days)
}

fn by_team(rows: &Value) -> Value {
    let rows = rows.as_array().map(Vec::as_slice).unwrap_or_default();
    let pair = |row: &Value| {
        let team = row.get("team").and_then(Value::as_str).and_then(|text| text.parse::<Uuid>().ok());
        let key = team.map_or_else(|| "none".to_owned(), |id| kernel::TeamId(id).to_string());
        (key, row.get("n").cloned().unwrap_or_default())
    };
    Value::Object(rows.iter().map(pair).collect())
}

/// One decimal; `None` of nothing.
fn percent(part: i64, whole: i64) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "counts of tickets are far below 2^52")]
    (whole > 0).then(|| (part as f64 / whole as f64 * 1_000.0).round() / 10.0)
}

#[cfg(test)]
mod tests {
    use super::percent;

    #[test]
    fn per_cent_has_one_decimal_and_nothing_is_nothing() {
        assert_eq!(percent(2, 3), Some(66.7));
        assert_eq!(percent(0, 5), Some(0.0));
        assert_eq!(percent(0, 0), None);
    }
}
