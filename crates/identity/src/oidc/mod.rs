//! Sign-in through an identity provider: OpenID Connect with authorization codes and PKCE.
//!
//! 1. `start` makes a secret for this one sign-in, gives it to the browser as a cookie, and derives
//!    state, nonce and PKCE verifier from it; the hash of the state is stored, for ten minutes and
//!    one use. The browser goes to the provider.
//! 2. `callback` takes the browser back only with the cookie that fits the state. The row is used up
//!    before anything else happens. The code is exchanged with no transaction open, and the ID token
//!    checked: signature by the provider's keys, issuer, audience, times, nonce, access token.
//! 3. Who it is is decided by the provider's issuer and the subject there (`identities`), never by a
//!    bare address. Somebody unknown is added or linked only as the provider's settings allow, and
//!    only with an address that the provider says it has verified. People link themselves with `link`.
//! 4. A session begins as with a password: a suspended person is refused, whoever has a second factor is
//!    asked for it (`complete`), the refresh token becomes a cookie, and the browser goes on to a path
//!    of this host.
//!
//! Everything happens at `SLUG.BASE_DOMAIN`, the one address that is registered at the provider.
//!
//! Tables: `oidc_flows`, `identities`. Permissions: `self:use` and `self:write` for one's own links. Events: none.

mod claims;
mod flow;
mod metadata;
mod next;
mod ops;
mod person;
mod store;
mod token;
mod wire;

use db::platform::Organization;
use kernel::{Page, Permission};
use web::{Access, AppState, Route};

use crate::sessions::SignedIn;

pub use metadata::Metadata;
pub use store::forget;
pub(crate) use store::prune;

/// The route table.
pub fn routes() -> Vec<Route> {
    let (see, own) = (Access::needs(Permission::SelfService), Access::needs(Permission::SelfWrite));
    let public = Access::public();
    vec![
        Route::get("/auth/oidc", public, "auth_oidc_list", "Where people may sign in", ops::start::list)
            .query::<wire::PlainQuery>()
            .ok::<Page<wire::SignInProvider>>(200),
        Route::get("/auth/oidc/{id}/start", public, "auth_oidc_start", "Go to an identity provider", ops::start::go)
            .query::<wire::Start>()
            .empty(302, "To the identity provider.")
            .problem("409", "At another host of the organization."),
        Route::post(
            "/auth/oidc/{id}/start",
            public,
            "auth_oidc_begin",
            "The address of an identity provider, to sign in there",
            ops::start::begin,
        )
        .body::<wire::Start>()
        .ok::<wire::StartedFlow>(200),
        Route::get(
            "/auth/oidc/callback",
            public,
            "auth_oidc_callback",
            "Back from an identity provider",
            ops::callback::handler,
        )
        .query::<wire::Callback>()
        .empty(302, "Signed in, or linked; to the page that was asked for.")
        .problem("403", "Nobody here signs in with this identity.")
        .problem("409", "Linked already."),
        Route::post(
            "/auth/oidc/complete",
            public,
            "auth_oidc_complete",
            "Sign in with the second factor, after an identity provider",
            ops::complete::handler,
        )
        .body::<wire::Complete>()
        .ok::<SignedIn>(200),
        Route::post(
            "/auth/oidc/{id}/link",
            own,
            "auth_oidc_link",
            "The address of an identity provider, to link it to myself",
            ops::start::link,
        )
        .body::<wire::Start>()
        .ok::<wire::StartedFlow>(200),
        Route::get(
            "/auth/identities",
            see,
            "auth_identities_list",
            "Identity providers that know me",
            ops::identities::list,
        )
        .query::<wire::PlainQuery>()
        .ok::<Page<wire::IdentityOut>>(200),
        Route::delete("/auth/identities/{id}", own, "auth_identities_delete", "Remove a link", ops::identities::delete)
            .empty(204, "Removed."),
    ]
}

/// Where a provider sends people back to: always the organization's own address, to the letter.
pub fn redirect_uri(state: &AppState, organization: &Organization) -> String {
    format!("{}/api/v1/auth/oidc/callback/", state.config.organization_url(&organization.slug))
}
