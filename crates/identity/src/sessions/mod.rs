//! Sessions: sign-in, rotation of refresh tokens, sign-out, one-time links that set a password.
//!
//! An access token only names a session. A session is a family of refresh tokens: each use
//! rotates the token; a token used again within ten seconds (a lost answer, a second tab) yields
//! another one, used later it was stolen and ends the session. Secrets are stored hashed.
//!
//! Tables: `sessions`, `refresh_tokens`, `invitations`. Permissions: `self:use`. Events: none.

mod cookie;
mod model;
mod ops;
mod store;
mod wire;

use kernel::Permission;
use web::{Access, Route};

pub(crate) use cookie::value as cookie_value;
pub use ops::invite::{invite, set_password_now};
pub use wire::person_id as wire_id;

/// The route table.
pub fn routes() -> Vec<Route> {
    let own = Access::needs(Permission::SelfService);
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
            "/auth/password/reset/confirm",
            Access::public(),
            "auth_password_reset_confirm",
            "Set a password with a one-time link",
            ops::invite::confirm,
        )
        .body::<wire::ConfirmPassword>()
        .empty(204, "The password is set."),
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

/// Begins a session of somebody who has proven who they are (kind, id and name), and lets the browser
/// keep it once the transaction is committed: the refresh token becomes its cookie. `how` is for the
/// audit log.
pub(crate) async fn begin_in_browser(
    tx: &mut db::TenantTx,
    caller: &web::Caller,
    person: (&'static str, uuid::Uuid, &str),
    how: &impl serde::Serialize,
    response: &mut web::Response,
) -> kernel::AppResult<()> {
    let (_, token) = ops::login::begin(tx, caller, person, how).await?;
    cookie::set(response, &token.encode(), model::SESSION_LIFE.num_seconds());
    Ok(())
}

/// Ends every session of a person, at once.
pub async fn end_all_sessions(tx: &mut db::TenantTx, person: uuid::Uuid) -> kernel::AppResult<()> {
    let (organization, now) = (tx.organization(), tx.now());
    Ok(store::revoke_all(tx, organization, person, now).await?)
}

/// Forgets sessions and one-time links that ended before a moment.
pub async fn prune(tx: &mut db::TenantTx, before: chrono::DateTime<chrono::Utc>) -> kernel::AppResult<()> {
    let organization = tx.organization();
    let now = tx.now();
    crate::oidc::prune(tx, organization, now).await?;
    Ok(store::prune(tx, organization, before).await?)
}
