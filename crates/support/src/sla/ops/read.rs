//! SLA policies, listed and one by one.

use kernel::{AppError, SlaPolicyId};
use web::{ApiResult, Listing, PathId, Query, Read, RequestUri, Staff};

use crate::sla::{
    store::{self, Filter},
    wire::PolicyQuery,
};

const ORDERS: [&str; 8] =
    ["created_at", "-created_at", "name", "-name", "priority", "-priority", "resolution_time", "-resolution_time"];

/// `GET sla-policies/`
pub async fn list(mut cx: Staff<Read>, RequestUri(uri): RequestUri, Query(query): Query<PolicyQuery>) -> ApiResult {
    let listing = Listing::new(&uri, query.page, query.page_size, None)?;
    let order = query.ordering.as_deref().unwrap_or("created_at");
    if !ORDERS.contains(&order) {
        return Err(AppError::invalid("ordering", "invalid", format!("Order by one of {}.", ORDERS.join(", "))).into());
    }
    let priorities: Vec<String> = query.priority.iter().map(ToString::to_string).collect();
    let filter = Filter {
        id: None,
        active_only: query.active_only.unwrap_or(false),
        priorities: &priorities,
        order,
        limit: listing.limit(),
        offset: listing.offset(),
    };
    let organization = cx.organization.id;
    let rows = store::list(&mut cx.tx, organization, &filter).await?;
    let count = store::count(&mut cx.tx, organization, &filter).await?;
    Ok(web::ok(&listing.page(rows, Some(count), None), None))
}

/// `GET sla-policies/{id}/`
pub async fn get(PathId(id): PathId<SlaPolicyId>, mut cx: Staff<Read>) -> ApiResult {
    let organization = cx.organization.id;
    let policy = store::find(&mut cx.tx, organization, id).await?.ok_or(AppError::NotFound)?;
    Ok(web::ok(&policy, policy.version))
}
