//! Use cases of domains.

use db::{OnConstraint, TenantTx};
use kernel::{AppError, AppResult};
use serde_json::json;
use web::{ApiResult, AppState, Body, Listing, PathId, Query, Read, RequestUri, Staff, Write};

use super::{
    model, store,
    wire::{CreateDomain, DomainOut, DomainProof, DomainQuery},
};

/// Domains of one organization.
pub const MANY: usize = 20;

/// `GET domains/`
pub async fn list(mut cx: Staff<Read>, RequestUri(uri): RequestUri, Query(query): Query<DomainQuery>) -> ApiResult {
    let listing = Listing::new(&uri, query.page, query.page_size, None)?;
    Ok(web::ok(&web::page_links(&listing, all(&mut cx.tx).await?), None))
}

/// `POST domains/`
pub async fn create(mut cx: Staff<Write>, Body(input): Body<CreateDomain>) -> ApiResult {
    let (organization, now, state) = (cx.organization.id, cx.tx.now(), cx.state.clone());
    let domain = model::normalize(&input.domain, &state.config.base_domain)?;
    if all(&mut cx.tx).await?.len() >= MANY {
        return Err(AppError::conflict(format!("An organization has at most {MANY} domains.")).into());
    }
    let challenge = kernel::id::encode(uuid::Uuid::from_bytes(cx.tx.secret()));
    let taken = || AppError::taken("domain", "This domain is in the list already.");
    store::add(&mut cx.tx, organization, &domain, &challenge, now).await.on_constraint("domains_pkey", taken)?;
    let added = find(&mut cx.tx, &domain).await?;
    cx.tx.audit("domain.added", ("organization", Some(organization.0)), &(), &json!({ "domain": domain }));
    cx.commit(web::created(&added, None)).await
}

/// `POST domains/{domain}/verify/`. No transaction is open while the name servers are asked.
pub async fn verify(PathId(domain): PathId<String>, mut cx: Staff<Write>) -> ApiResult {
    let (organization, state) = (cx.organization.id, cx.state.clone());
    let known = find(&mut cx.tx, &domain).await?;
    let released = cx.0.release().await?;
    look_for_proof(&state, &known).await?;
    let mut cx = released.reopen().await?;
    let now = cx.tx.now();
    let other =
        || AppError::taken("domain", "Another organization has this domain, or gave it back less than 90 days ago.");
    store::verify(&mut cx.tx, organization, &domain, now).await.on_constraint("domains_verified_key", other)?;
    let verified = find(&mut cx.tx, &domain).await?;
    if known.verified_at.is_none() {
        cx.tx.audit("domain.verified", ("organization", Some(organization.0)), &(), &json!({ "domain": domain }));
    }
    cx.commit(web::ok(&verified, None)).await
}

/// Asks the name servers for the proof of a domain; a 409 says what they do not have.
pub async fn look_for_proof(state: &AppState, known: &DomainOut) -> AppResult<()> {
    let DomainProof { name, value, .. } = &known.proof;
    let texts = state.dns.txt(name).await.unwrap_or_else(|error| {
        tracing::warn!(domain = known.domain, %error, "a domain could not be checked");
        Vec::new()
    });
    if texts.contains(value) {
        return Ok(());
    }
    let sentence =
        format!("There is no TXT record {name} with the text {value} yet; a new record can take an hour to show.");
    Err(AppError::conflict(sentence))
}

/// `DELETE domains/{domain}/`
pub async fn delete(PathId(domain): PathId<String>, mut cx: Staff<Write>) -> ApiResult {
    let (organization, now, state) = (cx.organization.id, cx.tx.now(), cx.state.clone());
    find(&mut cx.tx, &domain).await?;
    store::remove(&mut cx.tx, organization, &domain, now).await?;
    cx.tx.audit("domain.removed", ("organization", Some(organization.0)), &json!({ "domain": domain }), &());
    let answer = cx.commit(web::no_content()).await;
    state.hosts.forget(organization).await;
    answer
}

async fn all(tx: &mut TenantTx) -> AppResult<Vec<DomainOut>> {
    let (organization, now) = (tx.organization(), tx.now());
    let rows = store::list(tx, organization).await?;
    Ok(rows.into_iter().map(|row| DomainOut::new(row, now)).collect())
}

async fn find(tx: &mut TenantTx, domain: &str) -> AppResult<DomainOut> {
    all(tx).await?.into_iter().find(|each| each.domain == domain).ok_or(AppError::NotFound)
}
