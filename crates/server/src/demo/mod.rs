//! Demo organizations for a first look: a heating-service company in the shared tables and a
//! software company in a schema of its own, each with people, customers and ninety days of tickets.
//!
//! Everything is written by the product's own use cases at the moments at which it is said to have
//! happened, so that stamps, history and messages agree. Nobody is written to. Loaded once: an
//! organization that has tickets is left alone.

mod content;
mod people;
mod tickets;

use std::sync::Arc;

use chrono::TimeDelta;
use db::{Mode, TenantTx, catalog, operators::By};
use kernel::{AppResult, ManualClock};
use sqlx::{Connection, PgConnection};
use web::AppState;

use self::{content::Content, people::password_of};
use crate::{compose, organizations};

/// How far back the tickets go.
const HISTORY: TimeDelta = TimeDelta::days(90);

/// Somebody who can sign in to a demo organization.
#[derive(Debug, Clone, serde::Serialize)]
pub struct DemoSignIn {
    /// The organization.
    pub slug: String,
    /// Its shown name.
    pub organization: String,
    /// Key of the role.
    pub role: String,
    /// With which address.
    pub email: String,
    /// Made for this data folder.
    pub password: String,
}

/// Loads the demo organizations unless they are there, and tells who can sign in, by organization.
pub async fn load(state: &AppState) -> AppResult<Vec<DemoSignIn>> {
    let acme = async { load_one(state, "acme", &content::acme()?, false).await };
    let globex = async { load_one(state, "globex", &content::globex()?, true).await };
    let (acme, globex) = tokio::try_join!(acme, globex)?;
    Ok([acme, globex].concat())
}

async fn load_one(state: &AppState, slug: &str, content: &Content, own_schema: bool) -> AppResult<Vec<DemoSignIn>> {
    let (organization, _) = organizations::ensure(state, &By::default(), slug, &content.name, own_schema).await?;
    let password = password_of(state, slug);
    let now = state.db.now();
    let clock = Arc::new(ManualClock::new(now - HISTORY));
    let db = state.db.at_time_of(Arc::clone(&clock) as Arc<_>);
    let mut tx = TenantTx::system(&db, organization.tenant(), Mode::Write).await?;
    let is_new = compose::provision(&mut tx, &organization, &state.config).await?;
    if is_new {
        let hash = identity::password::hash(password.clone()).await?;
        let people = people::load(&mut tx, content, &hash).await?;
        let files = tickets::prepare_files(state, organization.id, content).await?;
        tickets::load(&mut tx, &clock, now, content, &people, files).await?;
        tx.commit_quietly().await?;
        let mut owner = PgConnection::connect_with(&state.owner.0).await?;
        catalog::analyze(&mut owner, &organization.schema_name).await?;
        owner.close().await?;
    }
    let sign_in = |role: &str, email: &str| DemoSignIn {
        slug: slug.to_owned(),
        organization: content.name.clone(),
        role: role.to_owned(),
        email: email.to_owned(),
        password: password.clone(),
    };
    let mut sign_ins = Vec::new();
    for role in ["owner", "admin", "manager", "agent", "viewer"] {
        sign_ins
            .extend(content.staff.iter().find(|person| person.role == role).map(|person| sign_in(role, &person.email)));
    }
    sign_ins.extend(content.customers.first().map(|customer| sign_in("customer", &customer.email)));
    Ok(sign_ins)
}
