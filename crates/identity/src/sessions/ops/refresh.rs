//! Rotation of the refresh token.

use axum::http::HeaderMap;
use db::{
    Mode, TenantTx,
    attempts::{Attempt, Purpose},
};
use kernel::{AppError, AppResult};
use serde_json::json;
use web::{ApiResult, Body, Public};

use crate::sessions::{
    cookie,
    model::{RefreshToken, Use, judge},
    ops::login::{answer, issue_refresh, signed_in},
    store,
    wire::{Refresh, SignedIn},
};

/// `POST auth/refresh/`
pub async fn handler(public: Public, headers: HeaderMap, Body(input): Body<Refresh>) -> ApiResult {
    let from_cookie = input.refresh.is_none();
    let text = input.refresh.or_else(|| cookie::read(&public.state.config, &headers)).unwrap_or_default();
    let (attempt, db) = (Attempt::new(Purpose::Refresh, public.caller.ip), &public.state.db);
    attempt.check_alone(db).await?;
    match run(&public, &text).await {
        Ok(Some(fresh)) => Ok(answer(&public.state.config, fresh, from_cookie)),
        Ok(None) | Err(AppError::Unauthenticated(_)) => {
            attempt.failed_alone(db).await?;
            Err(ended().into())
        }
        Err(error) => Err(error.into()),
    }
}

fn ended() -> AppError {
    AppError::Unauthenticated("The session has ended; sign in again.".to_owned())
}

async fn run(public: &Public, text: &str) -> AppResult<Option<(SignedIn, RefreshToken)>> {
    let Some(token) = RefreshToken::decode(text) else { return Ok(None) };
    let organization = match &public.organization {
        Some(host) if host.id == token.organization => host.clone(),
        Some(_) => return Ok(None),
        None => match public.state.hosts.by_id(&public.state, token.organization).await? {
            Some(organization) => organization,
            None => return Ok(None),
        },
    };
    let session = Some(token.session.into());
    let (mut tx, who) = TenantTx::open(&public.state.db, organization.tenant(), session, Mode::Write).await?;
    let (hash, now) = (token.hash(), tx.now());
    let Some(rotated_at) = store::lock_refresh(&mut tx, organization.id, &hash, token.session).await? else {
        return Ok(None);
    };
    match judge(rotated_at, now) {
        Use::Stolen => {
            store::revoke(&mut tx, organization.id, token.session, now).await?;
            // Whoever comes with a used token is not known to be its owner.
            tx.act_as(public.caller.anonymous());
            let owner = who.map(|who| kernel::id::wire(&who.kind, who.id));
            tx.audit("session.reuse_detected", ("session", Some(token.session.0)), &(), &json!({ "owner": owner }));
            tx.commit().await?;
            tracing::warn!(organization = organization.slug, session = %token.session, "a rotated refresh token was used again; session ended");
            return Ok(None);
        }
        Use::First => store::mark_rotated(&mut tx, organization.id, &hash, now).await?,
        Use::Repeated => {}
    }
    store::note_refresh(&mut tx, organization.id, token.session, now).await?;
    let next = issue_refresh(&mut tx, organization.id, token.session).await?;
    tx.commit().await?;
    Ok(Some((signed_in(&public.state, organization, token.session).await?, next)))
}
