//! Sign-in with address and password.

use axum::http::HeaderMap;
use db::{
    Mode, TenantTx,
    attempts::{Attempt, Purpose},
    audit::Origin,
    platform::Organization,
};
use kernel::{AppError, AppResult, OrganizationId, SessionId};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;
use web::{ApiResult, AppState, Body, Caller, Config, Public, token};

use crate::{
    otp, password,
    sessions::{
        cookie,
        model::{RefreshToken, SESSION_LIFE},
        store::{self, Credential, NewSession},
        wire::{Login, Me, SignedIn},
    },
};

/// `POST auth/login/`
pub async fn handler(public: Public, headers: HeaderMap, Body(input): Body<Login>) -> ApiResult {
    let bare_host = public.organization.is_none();
    let signed_in = run(&public, &input).await?.ok_or_else(|| wrong(bare_host))?;
    Ok(answer(&public.state.config, signed_in, cookie::wanted(&headers)))
}

/// Tokens in the body, or the refresh token as a cookie.
pub fn answer(config: &Config, (mut signed_in, token): (SignedIn, RefreshToken), as_cookie: bool) -> web::Response {
    if as_cookie {
        let mut response = web::ok(&signed_in, None);
        cookie::set(config, &mut response, &token.encode(), SESSION_LIFE.num_seconds());
        return response;
    }
    signed_in.refresh = Some(token.encode());
    web::ok(&signed_in, None)
}

/// The same for a wrong password, an unknown address and an unknown organization.
fn wrong(bare_host: bool) -> AppError {
    let hint = if bare_host { " If the address is known to several organizations, send `organization`." } else { "" };
    AppError::Unauthenticated(format!("The address or the password is wrong.{hint}"))
}

async fn run(public: &Public, input: &Login) -> AppResult<Option<(SignedIn, RefreshToken)>> {
    let email = kernel::email::normalize(&input.email).unwrap_or_else(|| input.email.trim().to_lowercase());
    let organization = organization(public, input, &email).await?;
    let attempt = Attempt::new(Purpose::SignIn, public.caller.ip).of(organization.as_ref().map(|each| each.id), &email);
    let credential = match &organization {
        Some(organization) => {
            let mut tx = public.open(organization, Mode::Read).await?;
            let now = tx.now();
            attempt.check(&mut tx, now).await?;
            store::find_credential(&mut tx, organization.id, &email).await?
        }
        None => {
            attempt.check_alone(&public.state.db).await?;
            None
        }
    };
    let hash = credential.as_ref().and_then(|credential| credential.password_hash.clone());
    let fits = password::verify(input.password.clone(), hash).await?;
    let Some(organization) = organization else {
        attempt.failed_alone(&public.state.db).await?;
        return Ok(None);
    };
    match credential {
        Some(credential) if fits && credential.is_active => {
            start_session(public, organization, &attempt, &credential, input.otp.as_deref()).await.map(Some)
        }
        credential => {
            refuse(public, &organization, &attempt, credential.as_ref()).await?;
            Ok(None)
        }
    }
}

/// Counts the failure; the organization's audit log tells of those on accounts that exist.
async fn refuse(
    public: &Public,
    organization: &Organization,
    attempt: &Attempt,
    credential: Option<&Credential>,
) -> AppResult<()> {
    let mut tx = public.open(organization, Mode::Write).await?;
    let now = tx.now();
    let failed = attempt.failed(&mut tx, now).await?;
    if let Some(credential) = credential
        && failed.answer().is_ok()
    {
        let entity = (credential.entity(), Some(credential.id));
        tx.audit("sign_in.failed", entity, &(), &());
        if let Some(until) = failed.locks_account_until {
            tx.audit("sign_in.locked", entity, &(), &json!({ "locked_until": until }));
        }
    }
    tx.commit().await?;
    failed.answer()
}

async fn start_session(
    public: &Public,
    organization: Organization,
    attempt: &Attempt,
    credential: &Credential,
    otp: Option<&str>,
) -> AppResult<(SignedIn, RefreshToken)> {
    let tx = public.open(&organization, Mode::Write).await?;
    let mut tx = otp::pass(tx, public, (credential.entity(), credential.id), otp).await?;
    let now = tx.now();
    attempt.succeeded(&mut tx, now).await?;
    let person = (credential.entity(), credential.id, credential.name.as_str());
    let (session, token) = begin(&mut tx, &public.caller, person, &()).await?;
    tx.commit().await?;
    Ok((signed_in(&public.state, organization, session).await?, token))
}

/// A new session of somebody who has proven who they are: kind, id and name of the person. The audit
/// log tells it, with what is to be said about `how`; from here on it is known who acts.
pub async fn begin(
    tx: &mut TenantTx,
    caller: &Caller,
    (kind, person, name): (&'static str, Uuid, &str),
    how: &impl Serialize,
) -> AppResult<(SessionId, RefreshToken)> {
    let (organization, session, now) = (tx.organization(), tx.id(), tx.now());
    let new = NewSession {
        id: session,
        kind,
        person,
        user_agent: caller.user_agent.clone(),
        ip: caller.ip.map(|ip| ip.to_string()),
        expires_at: now + SESSION_LIFE,
        impersonator: None,
    };
    store::insert(tx, organization, &new, now).await?;
    let name = name.to_owned();
    tx.act_as(Origin { kind, id: Some(person), name, session: Some(session), ..caller.anonymous() });
    tx.audit("sign_in.succeeded", (kind, Some(person)), &(), how);
    let token = issue_refresh(tx, organization, session).await?;
    Ok((session, token))
}

async fn organization(public: &Public, input: &Login, email: &str) -> AppResult<Option<Organization>> {
    let wanted = input.organization.as_deref();
    match &public.organization {
        Some(host) => Ok((wanted.is_none() || wanted == Some(host.slug.as_str())).then(|| host.clone())),
        None => match wanted {
            Some(slug) => db::platform::find_by_slug(&public.state.db, slug).await,
            None => {
                let mut known = db::platform::of_login(&public.state.db, email).await?;
                Ok(if known.len() == 1 { known.pop() } else { None })
            }
        },
    }
}

/// A fresh refresh token of the session.
pub async fn issue_refresh(
    tx: &mut TenantTx,
    organization: OrganizationId,
    session: SessionId,
) -> AppResult<RefreshToken> {
    let token = RefreshToken::new(organization, session, tx.secret());
    let now = tx.now();
    store::insert_refresh(tx, organization, &token.hash(), session, now).await?;
    Ok(token)
}

/// The answer for a session, with role and permissions as the database knows them now.
pub async fn signed_in(state: &AppState, organization: Organization, session: SessionId) -> AppResult<SignedIn> {
    let (_tx, who) = TenantTx::open(&state.db, organization.tenant(), Some(session.into()), Mode::Read).await?;
    let who = who.ok_or_else(|| AppError::internal("a session without a person"))?;
    let user = Me::new(&who.actor(organization.id, session.into())?, &organization);
    let claims =
        token::Claims::new(user.id.clone(), organization.id, session, token::Audience::Organization, state.db.now());
    let access = state.signing.sign(&claims)?;
    Ok(SignedIn { access, refresh: None, expires_in: token::ACCESS_SECONDS, user })
}
