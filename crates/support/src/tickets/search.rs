//! The list: filters, order, pages and cursors, with and without full-text search.

use chrono::{DateTime, Utc};
use db::TenantTx;
use kernel::{Actor, AppError, AppResult, CustomerId, PageRequest, TeamId, TicketId, UserId, Visibility};
use serde_json::json;
use sqlx::{Postgres, QueryBuilder};
use uuid::Uuid;
use web::{Cursor, Listing};

use super::{
    ops::{
        input::{CHANNELS, KINDS},
        statistics::visibility_arguments,
    },
    store::{LISTED_DESCRIPTION, TicketRow, select},
    wire::{OnlyMe, TicketQuery},
};
use crate::{
    Priority,
    statuses::{StatusCategory, status_key},
};

/// The columns a list can be ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Created,
    Updated,
    Due,
    Priority,
    Number,
}

impl Column {
    const fn sql(self) -> &'static str {
        match self {
            Self::Created => "t.created_at",
            Self::Updated => "t.updated_at",
            Self::Due => "t.resolution_due_at",
            Self::Priority => "t.priority_rank",
            Self::Number => "t.number",
        }
    }

    /// The row's place in the order, as cursors carry it.
    fn place(self, row: &TicketRow) -> String {
        match self {
            Self::Created => row.created_at.timestamp_micros().to_string(),
            Self::Updated => row.updated_at.timestamp_micros().to_string(),
            Self::Due => row.resolution_due_at.timestamp_micros().to_string(),
            Self::Priority => row.priority.rank().to_string(),
            Self::Number => row.number.to_string(),
        }
    }
}

/// A checked ordering.
#[derive(Debug, Clone)]
struct Order {
    column: Column,
    descending: bool,
    text: String,
}

impl Order {
    fn parse(text: Option<&str>) -> AppResult<Self> {
        let text = text.unwrap_or("-created_at");
        let (descending, name) = match text.strip_prefix('-') {
            Some(name) => (true, name),
            None => (false, text),
        };
        let column = match name {
            "created_at" => Column::Created,
            "updated_at" => Column::Updated,
            "due_at" => Column::Due,
            "priority" => Column::Priority,
            "number" => Column::Number,
            _ => {
                let message = "Order by created_at, updated_at, due_at, priority or number.";
                return Err(AppError::invalid("ordering", "invalid", message));
            }
        };
        Ok(Self { column, descending, text: text.to_owned() })
    }
}

/// `me`, `none` or an id.
#[derive(Debug, Clone, Default)]
struct Ids {
    ids: Vec<Uuid>,
    none: bool,
    given: bool,
}

/// Checked filters.
#[derive(Debug, Clone)]
pub struct Filter {
    order: Order,
    cursor: Option<Cursor>,
    statuses: Vec<String>,
    categories: Vec<String>,
    priorities: Vec<String>,
    kinds: Vec<String>,
    channels: Vec<String>,
    assignee: Ids,
    /// Whom a note names.
    mentioned: Ids,
    watching: Ids,
    team: Ids,
    customers: Vec<Uuid>,
    companies: Vec<String>,
    tags: Vec<String>,
    topics: Vec<String>,
    created: (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
    updated: (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
    resolved: (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
    due_before: Option<DateTime<Utc>>,
    is_overdue: Option<bool>,
    search: Option<String>,
    ids: Vec<Uuid>,
    by_ids: bool,
}

fn choices(field: &str, values: &[String], allowed: impl Fn(&str) -> Option<String>) -> AppResult<Vec<String>> {
    let known = |value: &String| {
        allowed(value).ok_or_else(|| AppError::invalid(field, "invalid", format!("{value:.50} is not a {field}.")))
    };
    values.iter().map(known).collect()
}

fn id_list<T: std::str::FromStr + Into<Uuid>>(field: &str, values: &[String]) -> AppResult<Vec<Uuid>> {
    let parse = |value: &String| {
        let id: Result<T, _> = value.parse();
        id.map(Into::into)
            .map_err(|_| AppError::invalid(field, "invalid", format!("{value:.50} is not an id of this kind.")))
    };
    values.iter().map(parse).collect()
}

fn one_of(list: &[&str], value: &str) -> Option<String> {
    list.contains(&value.to_lowercase().as_str()).then(|| value.to_lowercase())
}

impl Filter {
    /// Checks every parameter; `statuses` are the organization's own keys.
    pub fn new(query: &TicketQuery, actor: &Actor, statuses: &[String]) -> AppResult<Self> {
        let order = Order::parse(query.ordering.as_deref())?;
        if query.ids.len() > 100 {
            return Err(AppError::invalid("ids", "too_long", "At most 100 ids."));
        }
        let mut assignee = Ids { given: !query.assignee.is_empty(), ..Ids::default() };
        for value in &query.assignee {
            match (value.as_str(), actor.staff()) {
                ("none", _) => assignee.none = true,
                ("me", Some(me)) => assignee.ids.push(me.0),
                ("me", None) => {}
                _ => assignee.ids.extend(id_list::<UserId>("assignee", std::slice::from_ref(value))?),
            }
        }
        let me = |wanted: Option<OnlyMe>| Ids {
            ids: actor.staff().map(Into::into).into_iter().collect(),
            none: false,
            given: wanted.is_some(),
        };
        let (mentioned, watching) = (me(query.mentioned), me(query.watching));
        let mut team = Ids { given: !query.team.is_empty(), ..Ids::default() };
        for value in &query.team {
            match value.as_str() {
                "none" => team.none = true,
                _ => team.ids.extend(id_list::<TeamId>("team", std::slice::from_ref(value))?),
            }
        }
        let internal = [
            ("team", team.given),
            ("tag", !query.tag.is_empty()),
            ("mentioned", mentioned.given),
            ("watching", watching.given),
        ];
        if let Some((field, _)) = internal.iter().find(|(_, is_given)| *is_given && !actor.is_internal()) {
            return Err(AppError::invalid(*field, "unknown", "This filter is not known here."));
        }
        let known_status = |value: &str| Some(status_key(value)).filter(|key| statuses.contains(key));
        let cursor = query.cursor.as_deref().filter(|text| !text.is_empty());
        let cursor = cursor.map(|text| Cursor::decode(text, &order.text)).transpose()?;
        if cursor.as_ref().is_some_and(|cursor| cursor.v.as_deref().is_none_or(|v| v.parse::<i64>().is_err())) {
            return Err(AppError::invalid("cursor", "invalid", "This cursor was not made by this list."));
        }
        Ok(Self {
            order,
            cursor,
            statuses: choices("status", &query.status, known_status)?,
            categories: choices("status_category", &query.status_category, |v| {
                StatusCategory::parse(&v.to_lowercase()).map(|category| category.as_str().to_owned())
            })?,
            priorities: choices("priority", &query.priority, |v| Priority::parse(v).map(|p| p.as_str().to_owned()))?,
            kinds: choices("type", &query.kind, |v| one_of(&KINDS, v))?,
            channels: choices("channel", &query.channel, |v| one_of(&CHANNELS, v))?,
            assignee,
            mentioned,
            watching,
            team,
            customers: id_list::<CustomerId>("customer", &query.customer)?,
            companies: query.company.clone(),
            tags: query.tag.iter().map(|tag| tag.to_lowercase()).collect(),
            topics: query.category.clone(),
            created: (query.created_after, query.created_before),
            updated: (query.updated_after, query.updated_before),
            resolved: (query.resolved_after, query.resolved_before),
            due_before: query.due_before,
            is_overdue: query.is_overdue,
            search: query
                .search
                .as_deref()
                .map(str::trim)
                .filter(|text| !text.is_empty())
                .map(|text| text.chars().take(200).collect()),
            ids: id_list::<TicketId>("ids", &query.ids)?,
            by_ids: !query.ids.is_empty(),
        })
    }

    fn push(&self, query: &mut QueryBuilder<Postgres>, visibility: &Visibility, now: DateTime<Utc>) {
        query.push(" and t.deleted_at is null");
        push_visibility(query, visibility);
        push_any(query, "t.status", &self.statuses);
        push_any(query, "t.status_category", &self.categories);
        push_any(query, "t.priority", &self.priorities);
        push_any(query, "t.type", &self.kinds);
        push_any(query, "t.channel", &self.channels);
        push_any(query, "t.category", &self.topics);
        push_any(query, "c.company", &self.companies);
        push_ids(query, "t.assignee_id", &self.assignee);
        push_ids(query, "t.team_id", &self.team);
        if !self.customers.is_empty() {
            query.push(" and t.customer_id = any(").push_bind(self.customers.clone()).push(")");
        }
        if self.by_ids {
            query.push(" and t.id = any(").push_bind(self.ids.clone()).push(")");
        }
        if !self.tags.is_empty() {
            query.push(" and exists (select from ticket_tags g where g.organization_id = t.organization_id and g.ticket_id = t.id and g.tag = any(");
            query.push_bind(self.tags.clone()).push("))");
        }
        if self.mentioned.given {
            query.push(" and exists (select from mentions n where n.organization_id = t.organization_id and n.ticket_id = t.id and n.user_id = any(");
            query.push_bind(self.mentioned.ids.clone()).push("))");
        }
        if self.watching.given {
            query.push(" and exists (select from ticket_watchers w where w.organization_id = t.organization_id and w.ticket_id = t.id and w.user_id = any(");
            query.push_bind(self.watching.ids.clone()).push("))");
        }
        push_time(query, "t.created_at", self.created);
        push_time(query, "t.updated_at", self.updated);
        push_time(query, "t.resolved_at", self.resolved);
        push_time(query, "t.resolution_due_at", (None, self.due_before));
        match self.is_overdue {
            Some(true) => {
                query
                    .push(" and t.status_category in ('new', 'open', 'pending', 'on_hold') and t.resolution_due_at < ")
                    .push_bind(now);
            }
            Some(false) => {
                query
                    .push(" and (t.status_category in ('resolved', 'closed') or t.resolution_due_at >= ")
                    .push_bind(now)
                    .push(")");
            }
            None => {}
        }
    }

    /// As the search function takes it.
    fn as_json(&self) -> serde_json::Value {
        let some = |values: &[String]| if values.is_empty() { None } else { Some(values.to_vec()) };
        let ids = |values: &[Uuid]| if values.is_empty() { None } else { Some(values.to_vec()) };
        json!({
            "status": some(&self.statuses),
            "status_category": some(&self.categories),
            "priority": some(&self.priorities),
            "type": some(&self.kinds),
            "channel": some(&self.channels),
            "category": some(&self.topics),
            "company": some(&self.companies),
            "assignee": self.assignee.given.then(|| self.assignee.ids.clone()),
            "assignee_none": self.assignee.none,
            "mentioned": self.mentioned.given.then(|| self.mentioned.ids.clone()),
            "watching": self.watching.given.then(|| self.watching.ids.clone()),
            "team": self.team.given.then(|| self.team.ids.clone()),
            "team_none": self.team.none,
            "customer": ids(&self.customers),
            "ids": self.by_ids.then(|| self.ids.clone()),
            "tag": some(&self.tags),
            "created_after": self.created.0,
            "created_before": self.created.1,
            "updated_after": self.updated.0,
            "updated_before": self.updated.1,
            "resolved_after": self.resolved.0,
            "resolved_before": self.resolved.1,
            "due_before": self.due_before,
            "is_overdue": self.is_overdue,
        })
    }
}

/// Only what the actor sees of `tickets t`.
pub fn push_visibility(query: &mut QueryBuilder<Postgres>, visibility: &Visibility) {
    match visibility {
        Visibility::All => {}
        Visibility::Teams(teams, user) => {
            let teams: Vec<Uuid> = teams.iter().map(|team| team.0).collect();
            query
                .push(" and (t.team_id = any(")
                .push_bind(teams)
                .push(") or t.assignee_id = ")
                .push_bind(user.0)
                .push(")");
        }
        Visibility::Assigned(user) => {
            query.push(" and t.assignee_id = ").push_bind(user.0);
        }
        Visibility::Own(customer) => {
            query.push(" and t.customer_id = ").push_bind(customer.0);
        }
    }
}

fn push_any(query: &mut QueryBuilder<Postgres>, column: &str, values: &[String]) {
    if !values.is_empty() {
        query.push(" and ").push(column).push(" = any(").push_bind(values.to_vec()).push(")");
    }
}

fn push_ids(query: &mut QueryBuilder<Postgres>, column: &str, wanted: &Ids) {
    if wanted.given {
        query.push(" and (").push(column).push(" = any(").push_bind(wanted.ids.clone()).push(")");
        if wanted.none {
            query.push(" or ").push(column).push(" is null");
        }
        query.push(")");
    }
}

fn push_time(
    query: &mut QueryBuilder<Postgres>,
    column: &str,
    (after, before): (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
) {
    if let Some(after) = after {
        query.push(" and ").push(column).push(" >= ").push_bind(after);
    }
    if let Some(before) = before {
        query.push(" and ").push(column).push(" < ").push_bind(before);
    }
}

/// One page of rows (one more than asked for) and the number of matches, which is not counted in cursor mode.
pub async fn list(
    tx: &mut TenantTx,
    actor: &Actor,
    filter: &Filter,
    listing: &Listing,
) -> AppResult<(Vec<TicketRow>, Option<i64>)> {
    if filter.search.is_some() {
        return found(tx, actor, filter, listing).await;
    }
    let now = tx.now();
    let mut query = select(tx.organization(), actor.staff(), LISTED_DESCRIPTION);
    filter.push(&mut query, &actor.visibility, now);
    let Order { column, descending, .. } = filter.order;
    if let Some(cursor) = &filter.cursor {
        query.push(" and (").push(column.sql()).push(", t.id) ").push(if descending { "<" } else { ">" }).push(" (");
        let place: i64 = cursor.v.as_deref().and_then(|v| v.parse().ok()).unwrap_or(0);
        match column {
            Column::Created | Column::Updated | Column::Due => {
                query.push_bind(DateTime::from_timestamp_micros(place).unwrap_or_default())
            }
            Column::Priority => query.push_bind(i16::try_from(place).unwrap_or(0)),
            Column::Number => query.push_bind(place),
        };
        query.push(", ").push_bind(cursor.i).push(")");
    }
    let direction = if descending { " desc" } else { "" };
    query.push(" order by ").push(column.sql()).push(direction).push(", t.id").push(direction);
    query.push(" limit ").push_bind(listing.limit()).push(" offset ").push_bind(listing.offset());
    let rows = query.build_query_as().fetch_all(&mut **tx).await?;
    let count = match listing.cursor {
        Some(_) => None,
        None => Some(count(tx, actor, filter, now).await?),
    };
    Ok((rows, count))
}

/// The cursor that stands behind a row.
pub fn cursor_of(filter: &Filter, row: &TicketRow) -> String {
    Cursor { o: filter.order.text.clone(), v: Some(filter.order.column.place(row)), i: row.id.0 }.encode()
}

async fn count(tx: &mut TenantTx, actor: &Actor, filter: &Filter, now: DateTime<Utc>) -> AppResult<i64> {
    let mut query = QueryBuilder::new("select count(*) from (select 1 from tickets t");
    if !filter.companies.is_empty() {
        query.push(" left join customers c on c.organization_id = t.organization_id and c.id = t.customer_id");
    }
    query.push(" where t.organization_id = ").push_bind(tx.organization().0);
    filter.push(&mut query, &actor.visibility, now);
    query.push(" limit ").push_bind(PageRequest::COUNT_CAP + 1).push(") capped");
    Ok(query.build_query_scalar().fetch_one(&mut **tx).await?)
}

/// Search runs inside the database's own function, which returns ids; their rows are loaded after it.
async fn found(
    tx: &mut TenantTx,
    actor: &Actor,
    filter: &Filter,
    listing: &Listing,
) -> AppResult<(Vec<TicketRow>, Option<i64>)> {
    let (organization, now) = (tx.organization(), tx.now());
    let (kind, teams, person) = visibility_arguments(&actor.visibility);
    let place: Option<i64> = filter.cursor.as_ref().and_then(|cursor| cursor.v.as_deref()?.parse().ok());
    let mut offset = listing.offset();
    let found = loop {
        let found = sqlx::query!(
        r#"select id as "id!", total as "total!" from search_tickets($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"#,
        organization as _,
        filter.search,
        kind,
        &teams,
        person,
        filter.as_json(),
        filter.order.text.trim_start_matches('-'),
        filter.order.descending,
        place,
        filter.cursor.as_ref().map(|cursor| cursor.i),
        listing.limit(),
        offset,
        now
    )
    .fetch_all(&mut **tx)
    .await?;
        // Behind the last page the count is still wanted.
        if found.is_empty() && offset > 0 {
            offset = 0;
            continue;
        }
        break found;
    };
    let total = found.first().map_or(0, |row| row.total);
    let ids: Vec<Uuid> = if offset == listing.offset() { found.iter().map(|row| row.id).collect() } else { Vec::new() };
    let mut query = select(organization, actor.staff(), LISTED_DESCRIPTION);
    query.push(" and t.id = any(").push_bind(ids.clone()).push(")");
    let mut rows: Vec<TicketRow> = query.build_query_as().fetch_all(&mut **tx).await?;
    rows.sort_by_key(|row| ids.iter().position(|id| *id == row.id.0));
    Ok((rows, listing.cursor.is_none().then_some(total)))
}
