//! Domains of an organization, as operators look after them.

use db::platform::{self, Organization};
use identity::domains::{self, CreateDomain, DomainOut, DomainQuery};
use kernel::{AppError, AppResult, Page};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Access, ApiResult, AppState, Body, Listing, Nested, Operator, PathText, Query, RequestUri, Route};

/// The route table.
pub fn routes() -> Vec<Route> {
    let (own, all) = (Access::operator(), "/platform/organizations/{slug}/domains");
    let one = "/platform/organizations/{slug}/domains/{domain}";
    vec![
        Route::get(all, own, "platform_domains_list", "List the domains of an organization", list)
            .query::<DomainQuery>()
            .ok::<Page<DomainOut>>(200),
        Route::post(all, own, "platform_domains_create", "Add a domain to an organization", create)
            .body::<CreateDomain>()
            .ok::<DomainOut>(201),
        Route::post(
            "/platform/organizations/{slug}/domains/{domain}/verify",
            own,
            "platform_domains_verify",
            "Look for the proof of a domain, or vouch for it",
            verify,
        )
        .body::<VerifyDomain>()
        .ok::<DomainOut>(200),
        Route::delete(one, own, "platform_domains_delete", "Take a domain from an organization", remove)
            .empty(204, "Given back."),
    ]
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
struct VerifyDomain {
    /// The operator knows whose it is: no proof is looked for, now or later.
    vouched: bool,
}

/// `GET platform/organizations/{slug}/domains/`
async fn list(
    PathText(slug): PathText,
    operator: Operator,
    RequestUri(uri): RequestUri,
    Query(query): Query<DomainQuery>,
) -> ApiResult {
    let listing = Listing::new(&uri, query.page, query.page_size, None)?;
    let organization = organization(&operator.state, &slug).await?;
    Ok(web::ok(&web::page_links(&listing, all(&operator.state, &organization).await?), None))
}

/// `POST platform/organizations/{slug}/domains/`: to be proven, or vouched for.
async fn create(PathText(slug): PathText, operator: Operator, Body(input): Body<CreateDomain>) -> ApiResult {
    let state = &operator.state;
    let organization = organization(state, &slug).await?;
    let domain = domains::normalize(&input.domain, &state.config.base_domain)?;
    if all(state, &organization).await?.len() >= domains::MANY {
        return Err(AppError::conflict(format!("An organization has at most {} domains.", domains::MANY)).into());
    }
    platform::request_domain(&state.db, &operator.by(), &organization, &domain).await?;
    Ok(web::created(&find(state, &organization, &domain).await?, None))
}

/// `POST platform/organizations/{slug}/domains/{domain}/verify/`
async fn verify(
    Nested(slug, domain): Nested<String, String>,
    operator: Operator,
    Body(input): Body<VerifyDomain>,
) -> ApiResult {
    let (state, by) = (&operator.state, operator.by());
    let organization = organization(state, &slug).await?;
    let known = find(state, &organization, &domain).await?;
    if input.vouched {
        platform::add_domain(&state.db, &by, &organization, &domain).await?;
    } else {
        domains::look_for_proof(state, &known).await?;
        platform::confirm_domain(&state.db, &by, &organization, &domain).await?;
    }
    Ok(web::ok(&find(state, &organization, &domain).await?, None))
}

/// `DELETE platform/organizations/{slug}/domains/{domain}/`
async fn remove(Nested(slug, domain): Nested<String, String>, operator: Operator) -> ApiResult {
    let state = &operator.state;
    let organization = organization(state, &slug).await?;
    platform::remove_domain(&state.db, &operator.by(), &organization, &domain).await?;
    state.hosts.forget(organization.id).await;
    Ok(web::no_content())
}

/// The organization that a path names.
pub async fn organization(state: &AppState, slug: &str) -> AppResult<Organization> {
    platform::find_by_slug(&state.db, slug).await?.ok_or(AppError::NotFound)
}

async fn all(state: &AppState, organization: &Organization) -> AppResult<Vec<DomainOut>> {
    let rows = platform::domains(&state.db, organization.id).await?;
    Ok(rows.into_iter().map(|row| DomainOut::new(row, state.db.now())).collect())
}

async fn find(state: &AppState, organization: &Organization, domain: &str) -> AppResult<DomainOut> {
    all(state, organization).await?.into_iter().find(|each| each.domain == domain).ok_or(AppError::NotFound)
}
