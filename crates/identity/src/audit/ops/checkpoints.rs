//! The signed ends of the chain, for who wants to keep them elsewhere.

use web::{ApiResult, Listing, Query, Read, RequestUri, Staff};

use crate::audit::{checkpoints, wire::CheckpointQuery};

/// `GET audit-log/checkpoints/`
pub async fn handler(cx: Staff<Read>, RequestUri(uri): RequestUri, Query(query): Query<CheckpointQuery>) -> ApiResult {
    let listing = Listing::new(&uri, query.page, query.page_size, None)?;
    let (organization, state) = (cx.organization.id, cx.state.clone());
    // Files are read while no transaction is open.
    drop(cx);
    let mut seqs = checkpoints::list(&state, organization).await?;
    seqs.reverse();
    let page = web::page_links(&listing, seqs);
    let mut results = Vec::with_capacity(page.results.len());
    for seq in &page.results {
        // What is no checkpoint any more is for `audit verify` to name.
        results.extend(checkpoints::read(&state, organization, *seq).await?);
    }
    Ok(web::ok(&page.with(results), None))
}
