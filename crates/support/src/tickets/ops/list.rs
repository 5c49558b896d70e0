//! Lists of tickets.

use web::{ApiResult, Listing, Member, MemberContext, Query, Read, RequestUri};

use crate::tickets::{
    search::{self, Filter},
    wire::{TicketOut, TicketQuery},
};

/// `GET tickets/`
pub async fn handler(mut cx: Member<Read>, RequestUri(uri): RequestUri, Query(query): Query<TicketQuery>) -> ApiResult {
    run(&mut cx, &uri, query).await
}

/// `GET tickets/overdue/`: what is late, the latest first, with all other filters.
pub async fn overdue(
    mut cx: Member<Read>,
    RequestUri(uri): RequestUri,
    Query(mut query): Query<TicketQuery>,
) -> ApiResult {
    query.is_overdue = Some(true);
    query.ordering.get_or_insert_with(|| "due_at".to_owned());
    run(&mut cx, &uri, query).await
}

async fn run(cx: &mut MemberContext, uri: &axum::http::Uri, query: TicketQuery) -> ApiResult {
    let listing = Listing::new(uri, query.page, query.page_size, query.cursor.clone())?;
    let (actor, organization) = (cx.actor.clone(), cx.organization.id);
    // Only a filter on statuses needs to know them.
    let known = if query.status.is_empty() {
        Vec::new()
    } else {
        crate::statuses::status_keys(&mut cx.tx, organization).await?
    };
    let filter = Filter::new(&query, &actor, &known)?;
    let (rows, count) = search::list(&mut cx.tx, &actor, &filter, &listing).await?;
    let page = listing.page(rows, count, Some(&|row| search::cursor_of(&filter, row)));
    let now = cx.tx.now();
    let kernel::Page { count, count_capped, next, previous, results } = page;
    let results = results.into_iter().map(|row| TicketOut::new(row, &actor, now)).collect();
    Ok(web::ok(&kernel::Page { count, count_capped, next, previous, results }, None))
}
