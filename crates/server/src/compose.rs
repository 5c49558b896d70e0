//! Puts the contexts together: one route table, one registry of background work.

use std::sync::Arc;

use axum::Router;
use channels::{
    mail::{
        catcher::MailCatcher,
        smtp::{Smtp, SmtpConfig},
    },
    outgoing::{Mailer, Transport},
};
use db::{TenantTx, platform::Organization, worker::Registry};
use kernel::AppResult;
use web::{AppState, Config, Routes};

use crate::{archive, failure::Failure, housekeeping, operators};

/// The route tables of all contexts.
pub fn routes() -> Routes {
    let mut table = Routes::default();
    identity::routes(&mut table);
    support::routes(&mut table);
    channels::routes(&mut table);
    table.add(realtime::routes());
    table.add(operators::routes());
    table.add(archive::exports::routes());
    table
}

/// The whole HTTP service.
pub fn service(state: &AppState, pages: Router<AppState>) -> Router {
    let (api, document) = routes().build();
    web::service(state.clone(), api, pages, document)
}

/// Handlers, subscriptions and schedules.
pub fn registry(state: &AppState, mailer: &Mailer) -> Registry {
    let mut registry = Registry::default();
    identity::background(&mut registry, state);
    support::jobs(&mut registry, state);
    channels::jobs(&mut registry, state, mailer);
    archive::exports::jobs(&mut registry, state);
    operators::jobs(&mut registry, state);
    housekeeping::jobs(&mut registry, state);
    registry
}

/// The way mails take: the configured server, else the catcher.
pub fn mailer(config: &Config, smtp: Option<SmtpConfig>) -> Result<Mailer, Failure> {
    let transport = match smtp {
        Some(smtp) => Transport::Smtp(Smtp::new(smtp).map_err(|error| Failure::new(error.to_string()))?),
        None => Transport::Catcher(MailCatcher::new(config.data_dir.join("mail-catcher"))),
    };
    Ok(Mailer(Arc::new(transport)))
}

/// Writes the rows every organization starts with, in the organization that is open; whether it
/// was new. Run again it changes nothing.
pub async fn provision(tx: &mut TenantTx, organization: &Organization, config: &Config) -> AppResult<bool> {
    let is_new = identity::organizations::provision(tx).await?;
    support::provision(tx).await?;
    channels::provision(tx, &organization.slug, &config.base_domain, &organization.name).await?;
    Ok(is_new)
}
