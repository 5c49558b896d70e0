//! Organizations, people, roles, sessions: who somebody is and how that is proven.

pub mod api_keys;
pub mod audit;
pub mod domains;
pub mod facade;
pub mod jobs;
pub mod links;
pub mod oidc;
pub mod organizations;
pub mod otp;
pub mod password;
pub mod people;
mod pictures;
pub mod providers;
pub mod roles;
pub mod sessions;
pub mod teams;

use db::worker::Registry;
use web::{AppState, Routes};

/// Adds the routes of this context.
pub fn routes(table: &mut Routes) {
    table.add(sessions::routes());
    table.add(links::routes());
    table.add(otp::routes());
    table.add(people::routes());
    table.add(roles::routes());
    table.add(api_keys::routes());
    table.add(teams::routes());
    table.add(domains::routes());
    table.add(providers::routes());
    table.add(oidc::routes());
    table.add(jobs::routes());
    table.add(audit::routes());
    table.add(organizations::routes());
}

/// Adds the jobs of this context.
pub fn background(registry: &mut Registry, state: &AppState) {
    audit::jobs(registry, state);
    domains::jobs(registry, state);
    links::jobs(registry, state);
    people::jobs(registry, state);
}
