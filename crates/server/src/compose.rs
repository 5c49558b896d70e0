//! Puts the contexts together: one route table, one registry of background work.

use axum::Router;
use db::{TenantTx, worker::Registry};
use kernel::AppResult;
use web::{AppState, Config, Routes};

/// The route tables of all contexts.
pub fn routes() -> Routes {
    let mut table = Routes::default();
    identity::routes(&mut table);
    support::routes(&mut table);
    channels::routes(&mut table);
    table
}

/// The whole HTTP service.
pub fn service(state: &AppState, pages: Router<AppState>) -> Router {
    let (api, document) = routes().build();
    web::service(state.clone(), api, pages, document)
}

/// Handlers, subscriptions and schedules.
pub fn registry(state: &AppState) -> Registry {
    let mut registry = Registry::default();
    channels::jobs(&mut registry, state);
    registry
}

/// Writes the rows every organization starts with, in the organization that is open; whether it
/// was new. Run again it changes nothing.
pub async fn provision(tx: &mut TenantTx, _slug: &str, _config: &Config) -> AppResult<bool> {
    let is_new = identity::organizations::provision(tx).await?;
    support::provision(tx).await?;
    Ok(is_new)
}
