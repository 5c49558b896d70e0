//! Who asks: the extractors that authenticate, find the organization and open the transaction.
//!
//! They are the only way for a handler to reach tenant rows. What the route needs was declared
//! with it ([`crate::Access`]) and is checked here; a route without a declaration fails closed.

use std::{marker::PhantomData, ops::Deref};

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
    response::Response,
};
use db::{Mode, Tenant, TenantTx, Who, platform::Organization};
use kernel::{
    Actor, AppError, AppResult, CustomerId, OperatorId, OrganizationId, Permission, Person, SessionId, UserId,
    Visibility,
};

use crate::{
    Access, ApiError, ApiResult, AppState, HostOrganization, RouteMeta,
    middleware::{Caller, LogActor},
    token::{self, Audience, Claims},
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

/// A signed-in person with an open transaction in their organization.
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
}

impl MemberContext {
    /// Commits and answers; without it everything is rolled back.
    pub async fn commit(self, response: Response) -> ApiResult {
        self.tx.commit().await?;
        Ok(response)
    }
}

/// Staff, customers and keys; `actor` says which.
#[derive(Debug)]
pub struct Member<M>(pub MemberContext, PhantomData<M>);

/// Staff only; customers get 403.
#[derive(Debug)]
pub struct Staff<M>(pub MemberContext, PhantomData<M>);

impl<M: TxMode> FromRequestParts<AppState> for Member<M> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let permission = needed(parts)?;
        Ok(Self(enter(parts, state, permission, M::MODE).await?, PhantomData))
    }
}

impl<M: TxMode> FromRequestParts<AppState> for Staff<M> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let permission = needed(parts)?;
        let context = enter(parts, state, permission, M::MODE).await?;
        if !context.actor.is_internal() {
            return Err(AppError::Forbidden("This is for staff.".to_owned()).into());
        }
        Ok(Self(context, PhantomData))
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
    let claims = claims(&parts.headers, state, Audience::Organization)?;
    let host = parts.extensions.get::<HostOrganization>().cloned().and_then(|host| host.0);
    let organization = match host {
        Some(organization) if organization.id == claims.org => organization,
        Some(_) => return Err(unauthenticated("This token belongs to another organization.")),
        None => known(state, claims.org).await?,
    };
    let (mut tx, who, organization) = open(state, organization, claims.sid, mode).await?;
    let actor = actor(organization.id, claims.sid, &who);
    let caller = caller(parts);
    tx.act_as(caller.origin(&actor));
    if let Some(log) = parts.extensions.get::<LogActor>() {
        log.set(&organization.slug, &actor);
    }
    actor.require(permission)?;
    Ok(MemberContext { tx, actor, organization, caller, state: state.clone() })
}

fn caller(parts: &Parts) -> Caller {
    parts.extensions.get::<Caller>().cloned().unwrap_or_default()
}

async fn known(state: &AppState, id: OrganizationId) -> AppResult<Organization> {
    state.hosts.by_id(state, id).await?.ok_or_else(|| unauthenticated("The session has ended; sign in again."))
}

/// Opens the session's transaction; an organization that has moved is looked up once more.
async fn open(
    state: &AppState,
    organization: Organization,
    session: SessionId,
    mode: Mode,
) -> AppResult<(TenantTx, Who, Organization)> {
    let opened = TenantTx::open(&state.db, organization.tenant(), Some(session), mode).await;
    let (opened, organization) = match opened {
        Err(AppError::Moved) => {
            state.hosts.forget(organization.id).await;
            let organization = known(state, organization.id).await?;
            (TenantTx::open(&state.db, organization.tenant(), Some(session), mode).await?, organization)
        }
        other => (other?, organization),
    };
    match opened {
        (tx, Some(who)) => Ok((tx, who, organization)),
        (_, None) => Err(AppError::internal("a session without a person")),
    }
}

fn actor(organization: OrganizationId, session: SessionId, who: &Who) -> Actor {
    let (person, visibility) = if who.kind == "customer" {
        (Person::Customer(CustomerId(who.id)), Visibility::Own(CustomerId(who.id)))
    } else {
        let user = UserId(who.id);
        let visibility = match (who.role.as_str(), who.agent_visibility.as_str()) {
            ("owner" | "admin" | "manager", _) => Visibility::All,
            ("technician", _) | (_, "own") => Visibility::Assigned(user),
            (_, "teams") => Visibility::Teams(who.team_ids(), user),
            _ => Visibility::All,
        };
        (Person::Staff(user), visibility)
    };
    Actor {
        organization,
        person,
        name: who.name.clone(),
        email: who.email.clone(),
        role: who.role.clone(),
        session: Some(session),
        permissions: who.permissions(),
        visibility,
    }
}

/// Whether the token was made by us and has not ended; what it may do is found out later.
pub(crate) fn is_signed_in(headers: &HeaderMap, state: &AppState) -> bool {
    [Audience::Organization, Audience::Platform].into_iter().any(|audience| claims(headers, state, audience).is_ok())
}

fn claims(headers: &HeaderMap, state: &AppState, audience: Audience) -> AppResult<Claims> {
    let header = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let bearer = match header.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
        _ => return Err(unauthenticated("Sign in first.")),
    };
    token::verify(&state.keys.derive("access-token"), bearer, audience, state.db.now())
        .ok_or_else(|| unauthenticated("The token is not valid, or no longer."))
}

fn unauthenticated(sentence: &str) -> AppError {
    AppError::Unauthenticated(sentence.to_owned())
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
        let claims = claims(&parts.headers, state, Audience::Platform)?;
        let operator = db::platform::operator_of_session(&state.db, claims.sid).await?;
        let id = operator.ok_or_else(|| unauthenticated("The session has ended; sign in again."))?;
        Ok(Self { id, state: state.clone() })
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
}

impl MemberContext {
    /// Gives the transaction back.
    pub fn release(self) -> Released {
        Released { actor: self.actor, organization: self.organization, caller: self.caller, state: self.state }
    }
}

impl Released {
    /// Opens a writing transaction for the same session, which is checked anew.
    pub async fn reopen(self) -> AppResult<MemberContext> {
        let session = self.actor.session.ok_or_else(|| AppError::internal("a member without a session"))?;
        let (mut tx, who, organization) = open(&self.state, self.organization, session, Mode::Write).await?;
        let actor = actor(organization.id, session, &who);
        tx.act_as(self.caller.origin(&actor));
        Ok(MemberContext { tx, actor, organization, caller: self.caller, state: self.state })
    }
}
