//! The list: filters, order, pages and cursors.

use chrono::{DateTime, Utc};
use db::TenantTx;
use kernel::{AppError, AppResult, AuditEntryId, PageRequest, id};
use serde_json::Value;
use sqlx::{Postgres, QueryBuilder};
use uuid::Uuid;
use web::Cursor;

use super::wire::Filters;

const ACTORS: [&str; 6] = ["user", "customer", "key", "operator", "system", "anonymous"];
/// Values of one filter.
const MAX_VALUES: usize = 100;

/// A line as stored, with its place in the chain.
#[derive(Debug, sqlx::FromRow)]
pub struct Row {
    pub id: AuditEntryId,
    pub occurred_at: DateTime<Utc>,
    pub action: String,
    pub actor_kind: String,
    pub actor_id: Option<Uuid>,
    pub actor_name: String,
    pub impersonator_id: Option<Uuid>,
    pub ip: Option<String>,
    pub user_agent: Option<String>,
    pub request_id: Option<String>,
    pub entity_kind: String,
    pub entity_id: Option<Uuid>,
    pub before: Option<Value>,
    pub after: Option<Value>,
    pub seq: Option<i64>,
    pub hash: Option<Vec<u8>>,
}

/// Checked filters.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    actors: Vec<Uuid>,
    actor_kinds: Vec<String>,
    actions: Vec<String>,
    beginnings: Vec<String>,
    entity_kinds: Vec<String>,
    entities: Vec<Uuid>,
    created_after: Option<DateTime<Utc>>,
    created_before: Option<DateTime<Utc>>,
    ip: Option<String>,
    only: Option<AuditEntryId>,
}

fn ids(field: &str, values: &[String]) -> AppResult<Vec<Uuid>> {
    let read = |value: &String| {
        id::parse_any(value).ok_or_else(|| AppError::invalid(field, "invalid", format!("{value:.50} is not an id.")))
    };
    values.iter().map(read).collect()
}

impl Filter {
    /// 422 on the parameter that is wrong.
    pub fn read(given: Filters) -> AppResult<Self> {
        for (field, values) in [
            ("actor", &given.actor),
            ("actor_kind", &given.actor_kind),
            ("action", &given.action),
            ("entity_kind", &given.entity_kind),
            ("entity", &given.entity),
        ] {
            if values.len() > MAX_VALUES {
                return Err(AppError::invalid(field, "too_long", format!("At most {MAX_VALUES} values.")));
            }
        }
        if let Some(bad) = given.actor_kind.iter().find(|kind| !ACTORS.contains(&kind.as_str())) {
            let known = ACTORS.join(", ");
            return Err(AppError::invalid("actor_kind", "invalid", format!("{bad:.50} is none of {known}.")));
        }
        if given.action.iter().any(|action| action.trim_matches('.').is_empty()) {
            return Err(AppError::invalid("action", "invalid", "Name an action, or its beginning with a dot."));
        }
        let (beginnings, actions) = given.action.into_iter().partition(|action| action.ends_with('.'));
        Ok(Self {
            actors: ids("actor", &given.actor)?,
            actor_kinds: given.actor_kind,
            actions,
            beginnings,
            entity_kinds: given.entity_kind,
            entities: ids("entity", &given.entity)?,
            created_after: given.created_after,
            created_before: given.created_before,
            ip: given.ip,
            only: None,
        })
    }

    fn push(&self, query: &mut QueryBuilder<Postgres>) {
        if let Some(id) = self.only {
            query.push(" and id = ").push_bind(id.0);
        }
        for (column, ids) in [("actor_id", &self.actors), ("entity_id", &self.entities)] {
            if !ids.is_empty() {
                query.push(format_args!(" and {column} = any(")).push_bind(ids.clone()).push(")");
            }
        }
        for (column, texts) in [("actor_kind", &self.actor_kinds), ("entity_kind", &self.entity_kinds)] {
            if !texts.is_empty() {
                query.push(format_args!(" and {column} = any(")).push_bind(texts.clone()).push(")");
            }
        }
        if !self.actions.is_empty() || !self.beginnings.is_empty() {
            // In byte order, as the index.
            query.push(" and (action collate \"C\" = any(").push_bind(self.actions.clone()).push(")");
            for beginning in &self.beginnings {
                // The slash is what comes after the dot.
                let end = format!("{}/", beginning.trim_end_matches('.'));
                query.push(" or (action collate \"C\" >= ").push_bind(beginning.clone());
                query.push(" and action collate \"C\" < ").push_bind(end).push(")");
            }
            query.push(")");
        }
        if let Some(after) = self.created_after {
            query.push(" and occurred_at >= ").push_bind(after);
        }
        if let Some(before) = self.created_before {
            query.push(" and occurred_at < ").push_bind(before);
        }
        if let Some(ip) = &self.ip {
            query.push(" and ip = ").push_bind(ip.clone());
        }
    }
}

/// In which order, and behind which row.
#[derive(Debug, Clone)]
pub struct Order {
    descending: bool,
    place: Option<(DateTime<Utc>, Uuid)>,
}

impl Order {
    /// Newest first, from the beginning.
    pub const NEWEST: Self = Self { descending: true, place: None };

    /// Reads `ordering` and `cursor`.
    pub fn read(ordering: Option<&str>, cursor: Option<&str>) -> AppResult<Self> {
        let descending = match ordering.unwrap_or("-created_at") {
            "-created_at" => true,
            "created_at" => false,
            _ => return Err(AppError::invalid("ordering", "invalid", "Order by -created_at or created_at.")),
        };
        let order = Self { descending, place: None };
        let Some(text) = cursor else { return Ok(order) };
        let cursor = Cursor::decode(text, order.name())?;
        let time = cursor.v.and_then(|micros| DateTime::from_timestamp_micros(micros.parse().ok()?));
        let bad = || AppError::invalid("cursor", "invalid", "This cursor was not made by this list.");
        Ok(Self { place: Some((time.ok_or_else(bad)?, cursor.i)), ..order })
    }

    fn name(&self) -> &'static str {
        if self.descending { "-created_at" } else { "created_at" }
    }

    /// The cursor that stands behind a row.
    pub fn cursor_of(&self, id: AuditEntryId, created_at: DateTime<Utc>) -> String {
        Cursor { o: self.name().to_owned(), v: Some(created_at.timestamp_micros().to_string()), i: id.0 }.encode()
    }

    /// The same order behind a row.
    pub fn behind(&self, row: &Row) -> Self {
        Self { place: Some((row.occurred_at, row.id.0)), ..self.clone() }
    }
}

/// Lines in order. The chain is looked up for the lines that are shown only.
pub async fn list(
    tx: &mut TenantTx,
    filter: &Filter,
    order: &Order,
    (limit, offset): (i64, i64),
) -> AppResult<Vec<Row>> {
    let organization = tx.organization().0;
    let (direction, compare) = if order.descending { (" desc", "<") } else { ("", ">") };
    let mut query = QueryBuilder::new(
        "select l.id, l.occurred_at, l.action, l.actor_kind, l.actor_id, l.actor_name, l.impersonator_id, l.ip, l.user_agent,
                l.request_id, l.entity_kind, l.entity_id, l.before, l.after, c.seq, c.hash
           from (select id, occurred_at, action, actor_kind, actor_id, actor_name, impersonator_id, ip, user_agent, request_id,
                        entity_kind, entity_id, before, after
                   from audit_log where organization_id = ",
    );
    query.push_bind(organization);
    filter.push(&mut query);
    if let Some((time, id)) = order.place {
        query
            .push(format_args!(" and (occurred_at, id) {compare} ("))
            .push_bind(time)
            .push(", ")
            .push_bind(id)
            .push(")");
    }
    query.push(format_args!(" order by occurred_at{direction}, id{direction} limit ")).push_bind(limit);
    query.push(" offset ").push_bind(offset);
    query.push(") l left join audit_chain c on c.organization_id = ").push_bind(organization);
    query.push(format_args!(" and c.entry_id = l.id order by l.occurred_at{direction}, l.id{direction}"));
    Ok(query.build_query_as().fetch_all(&mut **tx).await?)
}

/// How many there are, counted up to one more than is told.
pub async fn count(tx: &mut TenantTx, filter: &Filter) -> AppResult<i64> {
    let mut query = QueryBuilder::new("select count(*) from (select 1 from audit_log where organization_id = ");
    query.push_bind(tx.organization().0);
    filter.push(&mut query);
    query.push(" limit ").push_bind(PageRequest::COUNT_CAP + 1).push(") capped");
    Ok(query.build_query_scalar().fetch_one(&mut **tx).await?)
}

/// One line.
pub async fn find(tx: &mut TenantTx, id: AuditEntryId) -> AppResult<Option<Row>> {
    let filter = Filter { only: Some(id), ..Filter::default() };
    Ok(list(tx, &filter, &Order::NEWEST, (1, 0)).await?.pop())
}
