//! The list of customers.

use kernel::{AppError, AppResult};
use web::{ApiResult, Listing, Query, Read, RequestUri, Staff};

use super::check_email;
use crate::customers::{
    model::Order,
    search::{self, Filter},
    store,
    wire::CustomerQuery,
};

/// Characters a search may have.
const SEARCH_LENGTH: usize = 200;

/// `GET customers/`
pub async fn handler(
    mut cx: Staff<Read>,
    RequestUri(uri): RequestUri,
    Query(query): Query<CustomerQuery>,
) -> ApiResult {
    let listing = Listing::new(&uri, query.page, query.page_size, query.cursor.clone())?;
    let filter = filter(&listing, query)?;
    let organization = cx.organization.id;
    let ids = search::ids(&mut cx.tx, organization, &filter).await?;
    let rows = store::load(&mut cx.tx, organization, &ids).await?;
    let count = match listing.cursor {
        Some(_) => None,
        None => Some(search::count(&mut cx.tx, organization, &filter).await?),
    };
    let order = filter.order;
    Ok(web::ok(&listing.page(rows, count, Some(&|row| order.cursor_of(row))), None))
}

fn filter(listing: &Listing, query: CustomerQuery) -> AppResult<Filter> {
    let order = Order::read(query.ordering.as_deref())?;
    Ok(Filter {
        search: query.search.map(|text| web::text("search", &text, 0, SEARCH_LENGTH)).transpose()?,
        company: query.company,
        email: query.email.map(|text| check_email("email", &text)).transpose()?,
        status: status(query.status)?,
        created_after: query.created_after,
        created_before: query.created_before,
        order,
        after: listing.cursor.as_deref().map(|cursor| order.read_cursor(cursor)).transpose()?,
        limit: listing.limit(),
        offset: listing.offset(),
    })
}

fn status(wanted: Option<String>) -> AppResult<Option<String>> {
    match wanted.as_deref() {
        None | Some("active" | "suspended" | "removed") => Ok(wanted),
        Some(_) => Err(AppError::invalid("status", "invalid", "A customer is active, suspended or removed.")),
    }
}
