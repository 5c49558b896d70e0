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

pub use ops::invite::{invite, set_password_now};

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
            "/users/{id}/impersonate",
            Access::needs(Permission::UserImpersonate),
            "users_impersonate",
            "Act as a member of staff",
            ops::impersonate::user,
        )
        .body::<wire::Impersonate>()
        .ok::<wire::SignedIn>(200),
        Route::post(
            "/customers/{id}/impersonate",
            Access::needs(Permission::UserImpersonate),
            "customers_impersonate",
            "Act as a customer",
            ops::impersonate::customer,
        )
        .body::<wire::Impersonate>()
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

/// Ends every session of a person, at once.
pub async fn end_all_sessions(tx: &mut db::TenantTx, person: uuid::Uuid) -> kernel::AppResult<()> {
    let (organization, now) = (tx.organization(), tx.now());
    Ok(store::revoke_all(tx, organization, person, now).await?)
}

/// Ends every session of a person but one, at once.
pub async fn end_other_sessions(
    tx: &mut db::TenantTx,
    person: uuid::Uuid,
    kept: Option<kernel::SessionId>,
) -> kernel::AppResult<()> {
    let (organization, now) = (tx.organization(), tx.now());
    Ok(store::revoke_others(tx, organization, person, kept, now).await?)
}

/// The hash of somebody's password, if they have one.
pub async fn password_hash(tx: &mut db::TenantTx, person: kernel::Person) -> kernel::AppResult<Option<String>> {
    let organization = tx.organization();
    Ok(store::password_hash(tx, organization, person.uuid()).await?)
}

/// Forgets sessions and one-time links that ended before a moment.
pub async fn prune(tx: &mut db::TenantTx, before: chrono::DateTime<chrono::Utc>) -> kernel::AppResult<()> {
    let organization = tx.organization();
    Ok(store::prune(tx, organization, before).await?)
}
