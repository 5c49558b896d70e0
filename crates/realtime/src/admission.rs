//! One-time tickets: what a page gets from the API with its access token and gives to the socket, so
//! that no token stands in an address.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use db::{Credential, Mode, TenantTx};
use kernel::{Actor, AppError, AppResult, OrganizationId, SessionId, id};
use serde::Serialize;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;
use web::{ApiResult, AppState, Member, Write};

/// A ticket is good for so long.
const GOOD: TimeDelta = TimeDelta::seconds(30);

/// A way into the socket.
#[derive(Debug, Serialize, ToSchema)]
pub struct RealtimeTicket {
    /// For the first frame; good once, for thirty seconds.
    pub ticket: String,
}

/// `POST realtime/ticket/`
pub async fn handler(mut cx: Member<Write>) -> ApiResult {
    let session = cx.actor.session.ok_or_else(|| AppError::Forbidden("Tickets are for people.".to_owned()))?;
    let (organization, now) = (cx.organization.id, cx.tx.now());
    let secret = cx.tx.secret::<32>();
    sqlx::query!(
        "with old as (delete from realtime_tickets where organization_id = $1 and expires_at <= $4)
         insert into realtime_tickets (organization_id, hash, session_id, expires_at) values ($1, $2, $3, $5)",
        organization as _,
        &Sha256::digest(secret).to_vec(),
        session as _,
        now,
        now + GOOD
    )
    .execute(&mut *cx.tx)
    .await
    .map_err(AppError::from)?;
    let ticket = format!("{}.{}", id::encode(organization.0), URL_SAFE_NO_PAD.encode(secret));
    cx.commit(web::ok(&RealtimeTicket { ticket }, None)).await
}

/// Whose a ticket is, who has to be of the host's organization if it has one. It is used up by that.
pub async fn redeem(
    state: &AppState,
    host: Option<OrganizationId>,
    ticket: &str,
) -> AppResult<Option<(Actor, SessionId)>> {
    let Some((organization, secret)) = read(ticket).filter(|(of, _)| host.is_none_or(|host| host == *of)) else {
        return Ok(None);
    };
    let mut tx = TenantTx::system(&state.db, organization, Mode::Write).await?;
    let now = tx.now();
    let session = sqlx::query_scalar!(
        r#"delete from realtime_tickets where organization_id = $1 and hash = $2 and expires_at > $3
           returning session_id as "session_id: SessionId""#,
        organization as _,
        &Sha256::digest(secret).to_vec(),
        now
    )
    .fetch_optional(&mut *tx)
    .await?;
    tx.commit().await?;
    let Some(session) = session else { return Ok(None) };
    let credential = Credential::Session(session);
    let (_, who) = TenantTx::open(&state.db, organization.into(), Some(credential), Mode::Read).await?;
    let actor = who.map(|who| who.actor(organization, credential)).transpose()?;
    Ok(actor.map(|actor| (actor, session)))
}

fn read(ticket: &str) -> Option<(OrganizationId, Vec<u8>)> {
    let (organization, secret) = ticket.split_once('.')?;
    let secret = URL_SAFE_NO_PAD.decode(secret).ok().filter(|secret| secret.len() == 32)?;
    Some((OrganizationId(id::decode(organization)?), secret))
}
