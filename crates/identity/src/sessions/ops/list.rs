//! Where somebody is signed in, and the end of that.

use db::TenantTx;
use kernel::{AppError, AppResult, Page, SessionId};
use uuid::Uuid;
use web::{ApiResult, Listing, Member, PathId, Query, Read, RequestUri, Write};

use crate::sessions::{
    store,
    wire::{SessionOut, SessionQuery},
};

/// `GET auth/sessions/`
pub async fn handler(
    mut cx: Member<Read>,
    RequestUri(uri): RequestUri,
    Query(query): Query<SessionQuery>,
) -> ApiResult {
    let listing = Listing::new(&uri, query.page, query.page_size, None)?;
    let (person, current) = (cx.actor.person.uuid().ok_or(AppError::NotFound)?, cx.actor.session);
    Ok(web::ok(&page(&mut cx.tx, person, current, &listing).await?, None))
}

/// A page of the sessions of a person.
pub async fn page(
    tx: &mut TenantTx,
    person: Uuid,
    current: Option<SessionId>,
    listing: &Listing,
) -> AppResult<Page<SessionOut>> {
    let (organization, now) = (tx.organization(), tx.now());
    let rows = store::list(tx, organization, person, (listing.limit(), listing.offset()), now).await?;
    let count = store::count(tx, organization, person, now).await?;
    let out = |row: store::SessionRow| SessionOut {
        id: row.id,
        created_at: row.created_at,
        last_seen_at: row.last_seen_at,
        expires_at: row.expires_at,
        ip: row.ip,
        user_agent: row.user_agent,
        is_current: current == Some(row.id),
    };
    Ok(listing.page(rows.into_iter().map(out).collect(), Some(count), None))
}

/// `DELETE auth/sessions/{id}/`
pub async fn end(PathId(session): PathId<SessionId>, mut cx: Member<Write>) -> ApiResult {
    let (organization, now) = (cx.organization.id, cx.tx.now());
    let person = cx.actor.person.uuid().ok_or(AppError::NotFound)?;
    if !store::revoke_own(&mut cx.tx, organization, (person, session), now).await? {
        return Err(AppError::NotFound.into());
    }
    cx.tx.audit("session.ended", ("session", Some(session.0)), &(), &());
    cx.commit(web::no_content()).await
}

/// `DELETE auth/sessions/`: all but the one that asks.
pub async fn end_others(mut cx: Member<Write>) -> ApiResult {
    let (person, kind) = (cx.actor.person.uuid().ok_or(AppError::NotFound)?, cx.actor.person.kind());
    let current = cx.actor.session;
    end_all(&mut cx.tx, (kind, person), current).await?;
    cx.commit(web::no_content()).await
}

/// Ends the sessions of a person, but for one.
pub async fn end_all(
    tx: &mut TenantTx,
    (kind, person): (&'static str, Uuid),
    except: Option<SessionId>,
) -> AppResult<()> {
    let (organization, now) = (tx.organization(), tx.now());
    let ended = store::revoke_all(tx, organization, person, except, now).await?;
    if ended > 0 {
        tx.audit("sessions.ended", (kind, Some(person)), &(), &serde_json::json!({ "count": ended }));
    }
    Ok(())
}
