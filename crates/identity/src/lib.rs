//! Organizations, people, roles, sessions: who somebody is and how that is proven.

pub mod domains;
pub mod facade;
pub mod jobs;
pub mod oidc;
pub mod organizations;
pub mod password;
pub mod people;
mod providers;
pub mod sessions;
pub mod teams;

use web::Routes;

/// Adds the routes of this context.
pub fn routes(table: &mut Routes) {
    table.add(sessions::routes());
    table.add(people::routes());
    table.add(teams::routes());
    table.add(domains::routes());
    table.add(providers::routes());
    table.add(oidc::routes());
    table.add(jobs::routes());
}
