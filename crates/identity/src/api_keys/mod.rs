//! API keys: programs that act for the organization, with the scopes they were given and nothing else.
//!
//! A key is an account of its own. It goes on when its maker leaves or loses a permission, until it
//! expires or is revoked, which counts from the next request. It sees every ticket, as staff does,
//! and signs what it writes with its name. Only the hash of its secret is stored.
//! Tables: `api_keys`. Permissions: `api_keys:manage`. Events: none.

mod ops;
mod store;
mod wire;

use kernel::{ApiKeyId, AppResult, OrganizationId, Page, Permission};
use sqlx::PgConnection;
use web::{Access, Route};

/// The route table.
pub fn routes() -> Vec<Route> {
    let manage = Access::needs(Permission::ApiKeyManage);
    vec![
        Route::get("/api-keys", manage, "api_keys_list", "List API keys", ops::list)
            .query::<wire::ApiKeyQuery>()
            .ok::<Page<wire::ApiKeyOut>>(200),
        Route::post("/api-keys", manage, "api_keys_create", "Make an API key", ops::create)
            .body::<wire::CreateApiKey>()
            .ok::<wire::CreatedApiKey>(201),
        Route::get("/api-keys/{id}", manage, "api_keys_get", "One API key", ops::get).ok::<wire::ApiKeyOut>(200),
        Route::patch("/api-keys/{id}", manage, "api_keys_update", "Rename an API key", ops::update)
            .body::<wire::PatchApiKey>()
            .ok::<wire::ApiKeyOut>(200),
        Route::delete("/api-keys/{id}", manage, "api_keys_delete", "Revoke an API key", ops::revoke)
            .empty(204, "Revoked."),
    ]
}

/// The name of a key, revoked or not.
pub async fn find_key_name(
    tx: &mut PgConnection,
    organization: OrganizationId,
    id: ApiKeyId,
) -> AppResult<Option<String>> {
    Ok(store::find(tx, organization, id).await?.map(|key| key.name))
}
