//! The list of staff.

use kernel::AppError;
use web::{ApiResult, Listing, Query, Read, RequestUri, Staff};

use crate::{
    people::{
        store::{self, Filter},
        wire::UserQuery,
    },
    roles,
};

const ORDERS: [&str; 6] = ["name", "-name", "email", "-email", "created_at", "-created_at"];

/// `GET users/`
pub async fn handler(mut cx: Staff<Read>, RequestUri(uri): RequestUri, Query(query): Query<UserQuery>) -> ApiResult {
    let listing = Listing::new(&uri, query.page, query.page_size, None)?;
    let order = query.ordering.as_deref().unwrap_or("name");
    if !ORDERS.contains(&order) {
        return Err(AppError::invalid("ordering", "invalid", format!("Order by one of {}.", ORDERS.join(", "))).into());
    }
    let organization = cx.organization.id;
    if query.status.as_deref().is_some_and(|status| !["active", "suspended", "removed"].contains(&status)) {
        return Err(AppError::invalid("status", "invalid", "A person is active, suspended or removed.").into());
    }
    for role in &query.role {
        roles::named(&mut cx.tx, role).await?;
    }
    let filter = Filter {
        search: query.search.as_deref().map(web::like_pattern),
        roles: &query.role,
        status: query.status.as_deref(),
        order,
        limit: listing.limit(),
        offset: listing.offset(),
    };
    let rows = store::list(&mut cx.tx, organization, &filter).await?;
    let count = store::count(&mut cx.tx, organization, &filter).await?;
    Ok(web::ok(&listing.page(rows, Some(count), None), None))
}
