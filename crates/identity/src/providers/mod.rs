//! Identity providers: where people of the organization may sign in by OpenID Connect.
//!
//! A provider is for staff or for customers. New people are made only where it says so, with an
//! address that the provider has verified and whose domain is allowed; `link_verified_email` lets
//! such an address find somebody who is there already, but never an owner or admin. Nobody sets up
//! a provider that grants a role above their own. The client secret is sealed and never shown.
//!
//! Tables: `identity_providers`. Permissions: `identity_providers:write`. Events: none.

mod model;
mod ops;
mod store;
mod wire;

use kernel::{Page, Permission};
use web::{Access, Route};

pub(crate) use model::Provider;
pub use ops::SEALED;
pub(crate) use ops::secret_of;
pub(crate) use store::{find, list_active};

/// The route table.
pub fn routes() -> Vec<Route> {
    let write = Access::needs(Permission::IdentityProviderWrite);
    let base = "/identity-providers";
    let one = "/identity-providers/{id}";
    vec![
        Route::get(base, write, "identity_providers_list", "List identity providers", ops::list)
            .query::<wire::ProviderQuery>()
            .ok::<Page<wire::IdentityProviderOut>>(200),
        Route::post(base, write, "identity_providers_create", "Add an identity provider", ops::create)
            .body::<wire::CreateIdentityProvider>()
            .ok::<wire::IdentityProviderOut>(201),
        Route::get(one, write, "identity_providers_get", "One identity provider", ops::get)
            .ok::<wire::IdentityProviderOut>(200),
        Route::patch(one, write, "identity_providers_update", "Change an identity provider", ops::update)
            .body::<wire::PatchIdentityProvider>()
            .ok::<wire::IdentityProviderOut>(200),
        Route::delete(one, write, "identity_providers_delete", "Remove an identity provider", ops::delete)
            .empty(204, "Removed, and with it every link to it."),
        Route::post(
            "/identity-providers/{id}/test",
            write,
            "identity_providers_test",
            "Ask an identity provider what it can do",
            ops::test,
        )
        .ok::<wire::TestedProvider>(200),
    ]
}
