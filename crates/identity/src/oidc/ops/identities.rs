//! One's own links.

use kernel::{AppError, AppResult, IdentityId};
use uuid::Uuid;
use web::{ApiResult, Listing, Member, MemberContext, PathId, Query, Read, RequestUri, Write};

use crate::oidc::{
    store,
    wire::{IdentityOut, PlainQuery, SignInProvider},
};

/// `GET auth/identities/`
pub async fn list(mut cx: Member<Read>, RequestUri(uri): RequestUri, Query(query): Query<PlainQuery>) -> ApiResult {
    let listing = Listing::new(&uri, query.page, query.page_size, None)?;
    let (organization, person) = (cx.organization.id, person(&cx)?);
    let rows = store::list_own(&mut cx.tx, organization, person).await?;
    let out = |row: store::OwnIdentity| IdentityOut {
        id: row.id,
        provider: SignInProvider { id: row.provider_id, name: row.provider },
        email: row.email,
        created_at: row.created_at,
        last_used_at: row.last_used_at,
    };
    Ok(web::ok(&web::page_links(&listing, rows.into_iter().map(out).collect()), None))
}

/// `DELETE auth/identities/{id}/`
pub async fn delete(PathId(id): PathId<IdentityId>, mut cx: Member<Write>) -> ApiResult {
    let (organization, person) = (cx.organization.id, person(&cx)?);
    if !store::delete_own(&mut cx.tx, organization, person, id).await? {
        return Err(AppError::NotFound.into());
    }
    cx.tx.audit("identity.unlinked", ("identity", Some(id.0)), &(), &());
    cx.commit(web::no_content()).await
}

fn person(cx: &MemberContext) -> AppResult<Uuid> {
    cx.actor.person.uuid().ok_or(AppError::NotFound)
}
