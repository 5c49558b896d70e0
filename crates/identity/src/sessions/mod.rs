//! Sessions: sign-in, rotation of refresh tokens, sign-out, where somebody is signed in, another password.
//!
//! An access token only names a session. A session is a family of refresh tokens: each use
//! rotates the token; a token used again within ten seconds (a lost answer, a second tab) yields
//! another one, used later it was stolen and ends the session. Secrets are stored hashed.
//!
//! Tables: `sessions`, `refresh_tokens`. Permissions: `self:use`. Events: `password.changed`.

mod cookie;
mod model;
mod ops;
mod store;
mod wire;

use db::{TenantTx, platform::Organization};
use kernel::{AppError, AppResult, Page, Permission, Person, SessionId};
use uuid::Uuid;
use web::{Access, AppState, Response, Route};

pub(crate) use cookie::value as cookie_value;
pub(crate) use model::{RefreshToken, hash};
pub use ops::list::{end_all, page};
pub(crate) use ops::login::begin;
pub(crate) use ops::password::prove;
pub(crate) use wire::SignedIn;
pub use wire::{SessionOut, SessionQuery};

/// The route table.
pub fn routes() -> Vec<Route> {
    let own = Access::needs(Permission::SelfService);
    let change = Access::needs(Permission::SelfWrite);
    vec![
        Route::post("/auth/login", Access::public(), "auth_login", "Sign in", ops::login::handler)
            .body::<wire::Login>()
            .ok::<wire::SignedIn>(200),
        Route::post(
            "/auth/refresh",
            Access::public(),
            "auth_refresh",
            "Get a new pair of tokens",
            ops::refresh::handler,
        )
        .body::<wire::Refresh>()
        .ok::<wire::SignedIn>(200),
        Route::post("/auth/logout", own, "auth_logout", "End this session", ops::logout::handler)
            .empty(204, "Signed out."),
        Route::get("/auth/me", own, "auth_me", "Who I am", ops::me::handler).ok::<wire::Me>(200),
        Route::post(
            "/auth/password/change",
            change,
            "auth_password_change",
            "Change my password",
            ops::password::handler,
        )
        .body::<wire::ChangePassword>()
        .empty(204, "Changed; all other sessions have ended."),
        Route::get("/auth/sessions", own, "auth_sessions_list", "Where I am signed in", ops::list::handler)
            .query::<SessionQuery>()
            .ok::<Page<SessionOut>>(200),
        Route::delete(
            "/auth/sessions",
            change,
            "auth_sessions_end_others",
            "End all my other sessions",
            ops::list::end_others,
        )
        .empty(204, "Ended."),
        Route::delete("/auth/sessions/{id}", change, "auth_sessions_end", "End one of my sessions", ops::list::end)
            .empty(204, "Ended."),
        Route::post(
            "/users/{id}/impersonate",
            Access::needs(Permission::UserImpersonate),
            "users_impersonate",
            "Act as a member of staff",
            ops::impersonate::user,
        )
        .body::<wire::Impersonate>()
        .without_key()
        .ok::<wire::SignedIn>(200),
        Route::post(
            "/customers/{id}/impersonate",
            Access::needs(Permission::UserImpersonate),
            "customers_impersonate",
            "Act as a customer",
            ops::impersonate::customer,
        )
        .body::<wire::Impersonate>()
        .without_key()
        .ok::<wire::SignedIn>(200),
        Route::post(
            "/platform/auth/login",
            Access::public(),
            "platform_auth_login",
            "Sign in as an operator",
            ops::operator::handler,
        )
        .body::<wire::OperatorLogin>()
        .ok::<wire::OperatorSignedIn>(200),
    ]
}

/// The browser keeps the refresh token as its cookie.
pub(crate) fn keep_in_browser(state: &AppState, response: &mut Response, token: &RefreshToken) {
    cookie::set(&state.config, response, &token.encode(), model::SESSION_LIFE.num_seconds());
}

/// The answer of a sign-in, for a browser.
pub(crate) async fn answer_browser(
    state: &AppState,
    organization: Organization,
    session: SessionId,
    token: RefreshToken,
) -> AppResult<Response> {
    let signed_in = ops::login::signed_in(state, organization, session).await?;
    Ok(ops::login::answer(&state.config, (signed_in, token), true))
}

/// Ends every session of a person, at once.
pub async fn end_all_sessions(tx: &mut TenantTx, person: Uuid) -> AppResult<()> {
    let (organization, now) = (tx.organization(), tx.now());
    store::revoke_all(tx, organization, person, None, now).await?;
    Ok(())
}

/// Sets a password that passed [`crate::password::check`] and ends all sessions; `hash` is its hash.
pub async fn set_password_now(tx: &mut TenantTx, person: Person, hash: &str) -> AppResult<()> {
    let id = write_password(tx, person, hash).await?;
    end_all_sessions(tx, id).await
}

async fn write_password(tx: &mut TenantTx, person: Person, hash: &str) -> AppResult<Uuid> {
    let (organization, now) = (tx.organization(), tx.now());
    let id = person.uuid().ok_or_else(|| AppError::internal("the system has no password"))?;
    match person {
        Person::Customer(_) => store::set_customer_password(tx, organization, id, hash, now).await?,
        _ => store::set_user_password(tx, organization, id, hash, now).await?,
    }
    tx.audit("password.set", (person.kind(), Some(id)), &(), &());
    Ok(id)
}

/// Ends every session of a person but one, at once.
pub async fn end_other_sessions(tx: &mut TenantTx, person: Uuid, kept: Option<kernel::SessionId>) -> AppResult<()> {
    let (organization, now) = (tx.organization(), tx.now());
    store::revoke_all(tx, organization, person, kept, now).await?;
    Ok(())
}

/// The hash of somebody's password, if they have one.
pub async fn password_hash(tx: &mut TenantTx, person: Person) -> AppResult<Option<String>> {
    let organization = tx.organization();
    match person.uuid() {
        Some(id) => Ok(store::password_of(tx, organization, id).await?),
        None => Ok(None),
    }
}

/// Forgets sessions that ended before a moment.
pub async fn prune(tx: &mut TenantTx, before: chrono::DateTime<chrono::Utc>) -> AppResult<()> {
    let organization = tx.organization();
    let now = tx.now();
    crate::oidc::prune(tx, organization, now).await?;
    Ok(store::prune(tx, organization, before).await?)
}
