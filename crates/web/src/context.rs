//! Who asks: the extractors that authenticate, find the organization and open the transaction.
//!
//! They are the only way for a handler to reach tenant rows. What the route needs was declared
//! with it ([`crate::Access`]) and is checked here; a route without a declaration fails closed.

use std::{marker::PhantomData, ops::Deref};

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
    response::{IntoResponse, Response},
};
use db::{Credential, Mode, Tenant, TenantTx, operators::By, platform::Organization};
use kernel::{Actor, AppError, AppResult, OperatorId, OrganizationId, Permission, SessionId};

use crate::{
    Access, ApiError, ApiResult, AppState, HostOrganization, RouteMeta,
    api_key::ApiKey,
    idempotency::{self, Keyed, Known},
    middleware::{Caller, LogActor},
    token::{Audience, Claims},
};

/// A read-only transaction.
#[derive(Debug, Clone, Copy)]
pub struct Read;
/// A transaction that may write.
#[derive(Debug, Clone, Copy)]
pub struct Write;

/// [`Read`] or [`Write`].
pub trait TxMode: Send + Sync {
    /// As the database layer calls it.
    const MODE: Mode;
}
impl TxMode for Read {
    const MODE: Mode = Mode::Read;
}
impl TxMode for Write {
    const MODE: Mode = Mode::Write;
}

/// A signed-in person, or a key, with an open transaction in their organization.
#[derive(Debug)]
pub struct MemberContext {
    /// The open transaction.
    pub tx: TenantTx,
    /// Who asks.
    pub actor: Actor,
    /// The organization.
    pub organization: Organization,
    /// Where the request comes from.
    pub caller: Caller,
    /// The application.
    pub state: AppState,
    credential: Credential,
    keyed: Option<Keyed>,
}

impl MemberContext {
    /// Commits and answers; without it everything is rolled back. With an `Idempotency-Key` the
    /// answer is committed too.
    pub async fn commit(mut self, mut response: Response) -> ApiResult {
        if let Some(keyed) = self.keyed.take().filter(|_| response.status().is_success()) {
            response = keyed.keep(&mut self.tx, &self.state.vault, response).await?;
        }
        self.tx.commit().await?;
        Ok(response)
    }
}

/// Staff, customers and keys; `actor` says which.
#[derive(Debug)]
pub struct Member<M>(pub MemberContext, PhantomData<M>);

/// Staff and keys; customers get 403.
#[derive(Debug)]
pub struct Staff<M>(pub MemberContext, PhantomData<M>);

impl<M: TxMode> FromRequestParts<AppState> for Member<M> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Refusal> {
        let permission = needed(parts)?;
        let mut context = enter(parts, state, permission, M::MODE).await?;
        once(parts, &mut context).await?;
        Ok(Self(context, PhantomData))
    }
}

impl<M: TxMode> FromRequestParts<AppState> for Staff<M> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Refusal> {
        let permission = needed(parts)?;
        let mut context = enter(parts, state, permission, M::MODE).await?;
        if !context.actor.is_internal() {
            return Err(AppError::Forbidden("This is for staff.".to_owned()).into());
        }
        once(parts, &mut context).await?;
        Ok(Self(context, PhantomData))
    }
}

/// What is answered instead of asking the handler: an error, or the answer of an earlier time.
#[derive(Debug)]
pub struct Refusal(Box<Response>);

impl<E: Into<AppError>> From<E> for Refusal {
    fn from(error: E) -> Self {
        Self(Box::new(ApiError(error.into()).into_response()))
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        *self.0
    }
}

/// Lets a request with an `Idempotency-Key` through once. Who asks, and whether they may, is known by now.
async fn once(parts: &Parts, context: &mut MemberContext) -> Result<(), Refusal> {
    let Some(keyed) = idempotency::keyed(parts, context.actor.person.uuid())? else { return Ok(()) };
    match keyed.take(&mut context.tx, &context.state.vault).await? {
        Known::Done(answer) => Err(Refusal(Box::new(answer))),
        Known::New => {
            context.keyed = Some(keyed);
            Ok(())
        }
    }
}

fn needed(parts: &Parts) -> AppResult<Permission> {
    match parts.extensions.get::<RouteMeta>().map(|meta| meta.access) {
        Some(Access::Needs(permission)) => Ok(permission),
        Some(_) => Err(AppError::internal("a public route asks for a member")),
        None => Err(AppError::internal("a route without access entry")),
    }
}

async fn enter(parts: &mut Parts, state: &AppState, permission: Permission, mode: Mode) -> AppResult<MemberContext> {
    let (id, credential) = credential(&parts.headers, state).await?;
    let host = parts.extensions.get::<HostOrganization>().cloned().and_then(|host| host.0);
    let organization = match host {
        Some(organization) if organization.id == id => organization,
        Some(_) => return Err(refused(credential, "This token belongs to another organization.")),
        None => known(state, id, credential).await?,
    };
    let (mut tx, actor, organization) = open(state, organization, credential, mode).await?;
    if let (Credential::Key(key, _), Some(text)) = (credential, parts.headers.get("x-api-key")) {
        let text = text.to_str().unwrap_or_default();
        state.limits.recognize(text, organization.id, key.to_string()).await;
    }
    let caller = caller(parts);
    let origin = caller.origin(&actor);
    if let Some(log) = parts.extensions.get::<LogActor>() {
        log.set(&organization, origin.clone());
    }
    tx.act_as(origin);
    actor.require(permission)?;
    Ok(MemberContext { tx, actor, organization, caller, state: state.clone(), credential, keyed: None })
}

/// What the caller proves themselves with, and in which organization.
async fn credential(headers: &HeaderMap, state: &AppState) -> AppResult<(OrganizationId, Credential)> {
    match api_key(headers)? {
        Some(key) => {
            let key = key.ok_or_else(|| unauthenticated(BAD_KEY))?;
            Ok((key.organization, Credential::Key(key.id, key.hash())))
        }
        None => {
            let claims = claims(headers, state, Audience::Organization).await?;
            Ok((claims.org, Credential::Session(claims.sid)))
        }
    }
}

/// The one sentence about every key that is not good, whatever the reason.
const BAD_KEY: &str = "This API key is not valid, or no longer.";

/// The key of the header, if there is one; inside, none when it does not look like one. 400 for
/// several keys, and for a key beside a token.
fn api_key(headers: &HeaderMap) -> AppResult<Option<Option<ApiKey>>> {
    let mut keys = headers.get_all("x-api-key").iter();
    let Some(key) = keys.next() else { return Ok(None) };
    if keys.next().is_some() || headers.contains_key(header::AUTHORIZATION) {
        let sentence = "Send one API key or one token, not several.";
        return Err(AppError::Malformed(sentence.to_owned()));
    }
    Ok(Some(key.to_str().ok().and_then(ApiKey::decode)))
}

fn caller(parts: &Parts) -> Caller {
    parts.extensions.get::<Caller>().cloned().unwrap_or_default()
}

async fn known(state: &AppState, id: OrganizationId, credential: Credential) -> AppResult<Organization> {
    let organization = state.hosts.by_id(state, id).await?;
    organization.ok_or_else(|| refused(credential, "The session has ended; sign in again."))
}

/// Opens the transaction of a session or key; an organization that has moved is looked up once more.
async fn open(
    state: &AppState,
    mut organization: Organization,
    credential: Credential,
    mode: Mode,
) -> AppResult<(TenantTx, Actor, Organization)> {
    let mut opened = try_open(state, &organization, credential, mode).await;
    if matches!(opened, Err(AppError::Moved)) {
        state.hosts.forget(organization.id).await;
        organization = known(state, organization.id, credential).await?;
        opened = try_open(state, &organization, credential, mode).await;
    }
    let (tx, actor) = match opened {
        Err(AppError::Unauthenticated(sentence)) => return Err(refused(credential, &sentence)),
        other => other?,
    };
    Ok((tx, actor, organization))
}

/// Reads stay read-only: that a key was used is noted apart, about once a minute.
async fn try_open(
    state: &AppState,
    organization: &Organization,
    credential: Credential,
    mode: Mode,
) -> AppResult<(TenantTx, Actor)> {
    let tenant = organization.tenant();
    let mut opened = TenantTx::open(&state.db, tenant, Some(credential), mode).await?;
    if let (Credential::Key(key, _), Some(true)) = (credential, opened.1.as_ref().map(|who| who.is_use_due)) {
        drop(opened);
        db::who::note_key_use(&state.db, tenant, key).await?;
        opened = TenantTx::open(&state.db, tenant, Some(credential), mode).await?;
    }
    let (tx, who) = opened;
    let who = who.ok_or_else(|| AppError::internal("a credential of nobody"))?;
    Ok((tx, who.actor(organization.id, credential)?))
}

/// Whether there is what looks like one API key; whether it is good is found out later.
pub(crate) fn has_api_key(headers: &HeaderMap) -> bool {
    matches!(api_key(headers), Ok(Some(Some(_))))
}

/// What a token says that was made by us and has not ended; what it may do is found out later.
pub(crate) async fn any_claims(headers: &HeaderMap, state: &AppState) -> Option<Claims> {
    match claims(headers, state, Audience::Organization).await {
        Ok(claims) => Some(claims),
        Err(_) => claims(headers, state, Audience::Platform).await.ok(),
    }
}

async fn claims(headers: &HeaderMap, state: &AppState, audience: Audience) -> AppResult<Claims> {
    let header = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let bearer = match header.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
        _ => return Err(unauthenticated("Sign in first.")),
    };
    let claims = state.signing.verify(&state.db, bearer, audience).await;
    claims.ok_or_else(|| unauthenticated("The token is not valid, or no longer."))
}

fn unauthenticated(sentence: &str) -> AppError {
    AppError::Unauthenticated(sentence.to_owned())
}

/// 401; of keys nothing is told but that they are not good.
fn refused(credential: Credential, sentence: &str) -> AppError {
    unauthenticated(match credential {
        Credential::Key(..) => BAD_KEY,
        Credential::Session(_) => sentence,
    })
}

/// Anybody; only on routes that declare [`Access::public`]. The organization is the host's, if it has one.
#[derive(Debug)]
pub struct Public {
    /// The organization of the host; none on the bare host.
    pub organization: Option<Organization>,
    /// Where the request comes from.
    pub caller: Caller,
    /// The application.
    pub state: AppState,
}

impl FromRequestParts<AppState> for Public {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        match parts.extensions.get::<RouteMeta>().map(|meta| meta.access) {
            Some(Access::Public) => {}
            _ => return Err(AppError::internal("a route that is not public asks for anybody").into()),
        }
        let organization = parts.extensions.get::<HostOrganization>().cloned().and_then(|host| host.0);
        Ok(Self { organization, caller: caller(parts), state: state.clone() })
    }
}

impl Public {
    /// Opens an organization for what happens before anybody is known: sign-in, invitations.
    pub async fn open(&self, organization: &Organization, mode: Mode) -> AppResult<TenantTx> {
        let tenant = Tenant { id: organization.id, placement_version: None };
        let mut tx = TenantTx::system(&self.state.db, tenant, mode).await?;
        tx.act_as(self.caller.anonymous());
        Ok(tx)
    }
}

/// An operator of the installation, on the bare host; no tenant row is in reach.
#[derive(Debug)]
pub struct Operator {
    /// Who.
    pub id: OperatorId,
    /// Lower-case address.
    pub email: String,
    /// The session.
    pub session: SessionId,
    /// Where the request comes from.
    pub caller: Caller,
    /// The application.
    pub state: AppState,
}

impl FromRequestParts<AppState> for Operator {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        match parts.extensions.get::<RouteMeta>().map(|meta| meta.access) {
            Some(Access::Operator) => {}
            _ => return Err(AppError::internal("a route that is not for operators asks for one").into()),
        }
        if parts.extensions.get::<HostOrganization>().is_some_and(|host| host.0.is_some()) {
            return Err(AppError::NotFound.into());
        }
        let claims = claims(&parts.headers, state, Audience::Platform).await?;
        let operator = db::operators::operator_of_session(&state.db, claims.sid).await?;
        let (id, email) = operator.ok_or_else(|| unauthenticated("The session has ended; sign in again."))?;
        Ok(Self { id, email, session: claims.sid, caller: caller(parts), state: state.clone() })
    }
}

impl Operator {
    /// For the operators' log.
    pub fn by(&self) -> By {
        let request_id = Some(self.caller.request_id.clone());
        By { operator: Some((self.id, self.email.clone())), ip: self.caller.ip, request_id }
    }
}

impl<M> Deref for Member<M> {
    type Target = MemberContext;
    fn deref(&self) -> &MemberContext {
        &self.0
    }
}
impl<M> std::ops::DerefMut for Member<M> {
    fn deref_mut(&mut self) -> &mut MemberContext {
        &mut self.0
    }
}
impl<M> Deref for Staff<M> {
    type Target = MemberContext;
    fn deref(&self) -> &MemberContext {
        &self.0
    }
}
impl<M> std::ops::DerefMut for Staff<M> {
    fn deref_mut(&mut self) -> &mut MemberContext {
        &mut self.0
    }
}
impl Member<Write> {
    /// Commits and answers.
    pub async fn commit(self, response: Response) -> ApiResult {
        self.0.commit(response).await
    }
}
impl Staff<Write> {
    /// Commits and answers.
    pub async fn commit(self, response: Response) -> ApiResult {
        self.0.commit(response).await
    }
}

/// A member whose transaction was given back: long work such as an upload holds no connection.
#[derive(Debug)]
pub struct Released {
    /// Who asks.
    pub actor: Actor,
    /// The organization.
    pub organization: Organization,
    /// Where the request comes from.
    pub caller: Caller,
    /// The application.
    pub state: AppState,
    credential: Credential,
    keyed: Option<Keyed>,
}

impl MemberContext {
    /// Gives the transaction back.
    pub async fn release(self) -> AppResult<Released> {
        let Self { tx, actor, organization, caller, state, credential, keyed } = self;
        tx.rollback().await?;
        Ok(Released { actor, organization, caller, state, credential, keyed })
    }
}

impl Released {
    /// Opens a writing transaction for the same session or key, which is checked anew.
    pub async fn reopen(self) -> AppResult<MemberContext> {
        let Self { organization, caller, state, credential, keyed, .. } = self;
        let (mut tx, actor, organization) = open(&state, organization, credential, Mode::Write).await?;
        tx.act_as(caller.origin(&actor));
        // Without a transaction nobody held the key: another request may have used it meanwhile.
        if let Some(keyed) = &keyed
            && let Known::Done(_) = keyed.take(&mut tx, &state.vault).await?
        {
            return Err(AppError::conflict("This was just done under this Idempotency-Key; ask again for its answer."));
        }
        Ok(MemberContext { tx, actor, organization, caller, state, credential, keyed })
    }
}
