//! Which customers a page of the list holds: the dynamic query, and the search function.

use chrono::{DateTime, Utc};
use kernel::{CustomerId, OrganizationId, PageRequest};
use sqlx::{PgConnection, Postgres, QueryBuilder};
use uuid::Uuid;

use super::model::{Key, Order, Place};

/// What a list of customers is narrowed to.
#[derive(Debug)]
pub struct Filter {
    pub search: Option<String>,
    pub company: Option<String>,
    /// Normalized.
    pub email: Option<String>,
    /// None for everybody who was not removed.
    pub status: Option<String>,
    pub created_after: Option<DateTime<Utc>>,
    pub created_before: Option<DateTime<Utc>>,
    pub order: Order,
    pub after: Option<Place>,
    pub limit: i64,
    pub offset: i64,
}

/// The ids of a page, in order.
pub async fn ids(
    tx: &mut PgConnection,
    organization: OrganizationId,
    filter: &Filter,
) -> sqlx::Result<Vec<CustomerId>> {
    if filter.search.is_some() {
        return search(tx, organization, filter).await;
    }
    let mut query = QueryBuilder::new("select id from customers where ");
    push_conditions(&mut query, organization, filter);
    if let Some(place) = &filter.after {
        push_place(&mut query, filter.order, place);
    }
    query.push(match filter.order {
        Order::Newest => " order by created_at desc, id",
        Order::Oldest => " order by created_at, id desc",
        Order::Name => " order by name, id",
        Order::NameDown => " order by name desc, id desc",
        Order::Email => " order by email, id",
        Order::EmailDown => " order by email desc, id desc",
    });
    query.push(" limit ").push_bind(filter.limit).push(" offset ").push_bind(filter.offset);
    query.build_query_scalar::<Uuid>().fetch_all(tx).await.map(|ids| ids.into_iter().map(CustomerId).collect())
}

/// How many there are, counted to one more than the cap.
pub async fn count(tx: &mut PgConnection, organization: OrganizationId, filter: &Filter) -> sqlx::Result<i64> {
    if filter.search.is_some() {
        return search_count(tx, organization, filter).await;
    }
    let mut query = QueryBuilder::new("select count(*) from (select 1 from customers where ");
    push_conditions(&mut query, organization, filter);
    if filter.company.is_none() && filter.email.is_none() {
        // An index in whose order to stop early; without it the whole table may be walked for a few rows.
        query.push(" order by created_at desc, id");
    }
    query.push(" limit ").push_bind(PageRequest::COUNT_CAP + 1).push(") capped");
    query.build_query_scalar().fetch_one(tx).await
}

fn push_conditions(query: &mut QueryBuilder<Postgres>, organization: OrganizationId, filter: &Filter) {
    query.push("organization_id = ").push_bind(organization.0);
    if let Some(company) = &filter.company {
        query.push(" and company = ").push_bind(company.clone());
    }
    if let Some(email) = &filter.email {
        query.push(" and email = ").push_bind(email.clone());
    }
    match &filter.status {
        Some(status) => query.push(" and status = ").push_bind(status.clone()),
        None => query.push(" and status <> 'removed'"),
    };
    if let Some(after) = filter.created_after {
        query.push(" and created_at >= ").push_bind(after);
    }
    if let Some(before) = filter.created_before {
        query.push(" and created_at < ").push_bind(before);
    }
}

/// Rows behind the place. The orders by time run against the id, as their index does, so the
/// first comparison alone finds the start in the index.
fn push_place(query: &mut QueryBuilder<Postgres>, order: Order, place: &Place) {
    let (row, compare) = match order {
        Order::Newest | Order::Oldest => ("created_at", if order == Order::Newest { '<' } else { '>' }),
        Order::Name => ("(name, id)", '>'),
        Order::NameDown => ("(name, id)", '<'),
        Order::Email => ("(email, id)", '>'),
        Order::EmailDown => ("(email, id)", '<'),
    };
    match &place.key {
        Key::Text(text) => {
            query.push(format_args!(" and {row} {compare} (")).push_bind(text.clone());
            query.push(", ").push_bind(place.id).push(")");
        }
        Key::Time(time) => {
            let ids = if compare == '<' { '>' } else { '<' };
            query.push(format_args!(" and {row} {compare}= ")).push_bind(*time);
            query.push(format_args!(" and ({row} {compare} ")).push_bind(*time);
            query.push(format_args!(" or id {ids} ")).push_bind(place.id).push(")");
        }
    }
}

async fn search(tx: &mut PgConnection, organization: OrganizationId, filter: &Filter) -> sqlx::Result<Vec<CustomerId>> {
    sqlx::query_scalar!(
        r#"select id as "id!: CustomerId" from search_customers($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"#,
        organization as _,
        filter.search.as_deref(),
        filter.company.as_deref(),
        filter.email.as_deref(),
        filter.status.as_deref(),
        filter.created_after,
        filter.created_before,
        filter.order.as_str(),
        filter.after.as_ref().map(|place| place.key.to_text()),
        filter.after.as_ref().map(|place| place.id),
        to_int(filter.limit),
        to_int(filter.offset),
    )
    .fetch_all(tx)
    .await
}

async fn search_count(tx: &mut PgConnection, organization: OrganizationId, filter: &Filter) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from search_customers($1, $2, $3, $4, $5, $6, $7, 'any', null, null, $8, 0)"#,
        organization as _,
        filter.search.as_deref(),
        filter.company.as_deref(),
        filter.email.as_deref(),
        filter.status.as_deref(),
        filter.created_after,
        filter.created_before,
        to_int(PageRequest::COUNT_CAP + 1),
    )
    .fetch_one(tx)
    .await
}

fn to_int(rows: i64) -> i32 {
    i32::try_from(rows).unwrap_or(i32::MAX)
}
