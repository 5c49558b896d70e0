//! Where a member of staff is signed in, for administrators.

use kernel::{AppError, AppResult, UserId};
use web::{ApiResult, Listing, MemberContext, PathId, Query, Read, RequestUri, Staff, Write};

use crate::{
    people::store,
    roles,
    sessions::{self, SessionQuery},
};

/// `GET users/{id}/sessions/`
pub async fn list(
    PathId(id): PathId<UserId>,
    mut cx: Staff<Read>,
    RequestUri(uri): RequestUri,
    Query(query): Query<SessionQuery>,
) -> ApiResult {
    let listing = Listing::new(&uri, query.page, query.page_size, None)?;
    check(&mut cx, id).await?;
    let current = cx.actor.session;
    Ok(web::ok(&sessions::page(&mut cx.tx, id.0, current, &listing).await?, None))
}

/// `DELETE users/{id}/sessions/`
pub async fn end(PathId(id): PathId<UserId>, mut cx: Staff<Write>) -> ApiResult {
    check(&mut cx, id).await?;
    sessions::end_all(&mut cx.tx, ("user", id.0), None).await?;
    cx.commit(web::no_content()).await
}

/// The person must be there, and reach no further than the caller.
async fn check(cx: &mut MemberContext, id: UserId) -> AppResult<()> {
    let organization = cx.organization.id;
    let user = store::find(&mut cx.tx, organization, id).await?.ok_or(AppError::NotFound)?;
    let actor = cx.actor.clone();
    roles::within_reach(&mut cx.tx, &actor, &user.role).await.map(drop)
}
