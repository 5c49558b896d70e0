//! What was done, newest first.

use web::{ApiResult, Listing, Query, Read, RequestUri, Staff};

use crate::audit::{
    search::{self, Filter, Order},
    wire::{AuditQuery, EntryOut},
};

/// `GET audit-log/`
pub async fn handler(mut cx: Staff<Read>, RequestUri(uri): RequestUri, Query(query): Query<AuditQuery>) -> ApiResult {
    let listing = Listing::new(&uri, query.page, query.page_size, query.cursor.clone())?;
    let filter = Filter::read(query.filters())?;
    let order = Order::read(query.ordering.as_deref(), query.cursor.as_deref())?;
    let rows = search::list(&mut cx.tx, &filter, &order, (listing.limit(), listing.offset())).await?;
    let count = match listing.cursor {
        Some(_) => None,
        None => Some(search::count(&mut cx.tx, &filter).await?),
    };
    let rows: Vec<EntryOut> = rows.into_iter().map(EntryOut::from).collect();
    let cursor_of = |row: &EntryOut| order.cursor_of(row.id, row.created_at);
    Ok(web::ok(&listing.page(rows, count, Some(&cursor_of)), None))
}
