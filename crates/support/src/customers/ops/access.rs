//! How a customer gets into the portal, and where they are signed in.

use identity::facade::{self, Accepted, SessionQuery};
use kernel::{AppError, AppResult, CustomerId, Person};
use web::{ApiResult, Listing, MemberContext, PathId, Query, Read, RequestUri, Staff, Write};

use crate::customers::store;

/// `POST customers/{id}/invite/`
pub async fn invite(PathId(id): PathId<CustomerId>, mut cx: Staff<Write>) -> ApiResult {
    let keys = cx.state.keys.clone();
    check(&mut cx, id).await?;
    facade::invite_by_mail(&mut cx.tx, &keys, Person::Customer(id)).await?;
    cx.commit(web::accepted(&Accepted { detail: "The invitation is on its way; earlier ones have ended." })).await
}

/// `GET customers/{id}/sessions/`
pub async fn sessions(
    PathId(id): PathId<CustomerId>,
    mut cx: Staff<Read>,
    RequestUri(uri): RequestUri,
    Query(query): Query<SessionQuery>,
) -> ApiResult {
    let listing = Listing::new(&uri, query.page, query.page_size, None)?;
    check(&mut cx, id).await?;
    Ok(web::ok(&facade::sessions_page(&mut cx.tx, id.0, None, &listing).await?, None))
}

/// `DELETE customers/{id}/sessions/`
pub async fn end_sessions(PathId(id): PathId<CustomerId>, mut cx: Staff<Write>) -> ApiResult {
    check(&mut cx, id).await?;
    facade::end_sessions(&mut cx.tx, ("customer", id.0), None).await?;
    cx.commit(web::no_content()).await
}

async fn check(cx: &mut MemberContext, id: CustomerId) -> AppResult<()> {
    let organization = cx.organization.id;
    let customer = store::find(&mut cx.tx, organization, id).await?;
    customer.filter(|customer| customer.status != "removed").map(drop).ok_or(AppError::NotFound)
}
