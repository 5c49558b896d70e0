//! Host names of an organization's own, beside `SLUG.BASE_DOMAIN`.
//!
//! Whoever adds a domain proves it by a TXT record whose text was made for this organization and
//! this domain; until then it is `pending` and stands for nothing. Several organizations may try,
//! one has it. The name servers are asked again each day: a proof that was gone for seven days
//! shows as `failing`, and somebody has to decide. A domain that is given back stays closed to
//! other organizations for 90 days, so that a forgotten DNS record does not hand them its visitors.
//!
//! Tables: `platform.domains`, `platform.released_names`, through functions that compare the
//! organization. Permissions: `organization:write`. Events: none.

mod model;
mod ops;
mod store;
mod wire;

use db::worker::Registry;
use futures_util::{StreamExt, stream};
use kernel::{AppResult, Page, Permission};
use web::{Access, AppState, Route};

pub use model::normalize;
pub use ops::{MANY, look_for_proof};
pub use wire::{CreateDomain, DomainOut, DomainQuery};

/// The kind of the daily job.
pub const CHECK: &str = "domains.check";

/// The route table.
pub fn routes() -> Vec<Route> {
    let write = Access::needs(Permission::OrganizationWrite);
    vec![
        Route::get("/domains", write, "domains_list", "List own domains", ops::list)
            .query::<wire::DomainQuery>()
            .ok::<Page<wire::DomainOut>>(200),
        Route::post("/domains", write, "domains_create", "Add a domain", ops::create)
            .body::<wire::CreateDomain>()
            .ok::<wire::DomainOut>(201),
        Route::post("/domains/{domain}/verify", write, "domains_verify", "Look for the proof of a domain", ops::verify)
            .ok::<wire::DomainOut>(200),
        Route::delete("/domains/{domain}", write, "domains_delete", "Give a domain back", ops::delete)
            .empty(204, "Given back."),
    ]
}

/// Adds the daily job.
pub fn jobs(registry: &mut Registry, state: &AppState) {
    let state = state.clone();
    registry.handle(CHECK, move |_| {
        let state = state.clone();
        async move { Ok(check_all(&state).await?) }
    });
}

/// Asks the name servers about every domain that they confirmed once. Servers that do not answer
/// prove nothing.
async fn check_all(state: &AppState) -> AppResult<()> {
    let domains = db::platform::domains_proven_by_dns(&state.db).await?;
    stream::iter(domains)
        .map(|db::platform::ProvenDomain { organization_id: organization, domain, challenge }| async move {
            let wanted = model::proof(&challenge);
            match state.dns.txt(&model::proof_name(&domain)).await {
                Ok(texts) => {
                    let confirmed = texts.contains(&wanted);
                    db::platform::note_domain_check(&state.db, organization, &domain, confirmed).await
                }
                Err(error) => {
                    tracing::warn!(domain, %error, "a domain could not be checked");
                    Ok(())
                }
            }
        })
        .buffer_unordered(8)
        .fold(Ok(()), |before, now| async move { before.and(now) })
        .await
}
