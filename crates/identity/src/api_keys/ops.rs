//! Use cases of API keys.

use db::TenantTx;
use kernel::{ApiKeyId, AppError, AppResult, Permission};
use serde_json::json;
use web::{ApiResult, Body, Listing, PathId, Query, Read, RequestUri, Staff, Write, api_key::ApiKey};

use super::{
    store::{self, Filter, NewApiKey},
    wire::{ApiKeyOut, ApiKeyQuery, CreateApiKey, CreatedApiKey, PatchApiKey},
};
use crate::roles::{self, Reach, check_reach};

const ORDERS: [&str; 6] = ["name", "-name", "created_at", "-created_at", "last_used_at", "-last_used_at"];

/// `GET api-keys/`
pub async fn list(mut cx: Staff<Read>, RequestUri(uri): RequestUri, Query(query): Query<ApiKeyQuery>) -> ApiResult {
    let listing = Listing::new(&uri, query.page, query.page_size, None)?;
    let order = query.ordering.as_deref().unwrap_or("-created_at");
    if !ORDERS.contains(&order) {
        return Err(AppError::invalid("ordering", "invalid", format!("Order by one of {}.", ORDERS.join(", "))).into());
    }
    let organization = cx.organization.id;
    let filter = Filter {
        search: query.search.as_deref().map(web::like_pattern),
        is_active: query.is_active,
        now: cx.tx.now(),
        order,
        limit: listing.limit(),
        offset: listing.offset(),
    };
    let rows = store::list(&mut cx.tx, organization, &filter).await?;
    let rows = rows.into_iter().map(|row| ApiKeyOut::new(organization, row)).collect();
    let count = store::count(&mut cx.tx, organization, &filter).await?;
    Ok(web::ok(&listing.page(rows, Some(count), None), None))
}

/// `GET api-keys/{id}/`
pub async fn get(PathId(id): PathId<ApiKeyId>, mut cx: Staff<Read>) -> ApiResult {
    Ok(web::ok(&load(&mut cx.tx, id).await?, None))
}

/// `POST api-keys/`
pub async fn create(mut cx: Staff<Write>, Body(input): Body<CreateApiKey>) -> ApiResult {
    let (organization, now) = (cx.organization.id, cx.tx.now());
    let maker = cx.actor.staff().ok_or_else(|| AppError::Forbidden("Only people make API keys.".to_owned()))?;
    let name = web::text("name", &input.name, 1, 100)?;
    let scopes = scopes(&input.scopes)?;
    if input.expires_at.is_some_and(|at| at <= now) {
        return Err(AppError::invalid("expires_at", "invalid", "This is past already.").into());
    }
    check_reach(&cx.actor, &Reach::everywhere(scopes.clone()))?;
    let key = ApiKey::new(organization, cx.tx.id(), cx.tx.secret());
    let scopes: Vec<String> = scopes.iter().map(|scope| scope.as_str().to_owned()).collect();
    let new = NewApiKey {
        id: key.id,
        name: &name,
        scopes: &scopes,
        hash: &key.hash(),
        created_by: maker,
        expires_at: input.expires_at,
    };
    store::insert(&mut cx.tx, organization, &new, now).await?;
    let after = json!({"name": name, "scopes": scopes, "expires_at": input.expires_at});
    cx.tx.audit("api_key.created", ("api_key", Some(key.id.0)), &(), &after);
    let about = load(&mut cx.tx, key.id).await?;
    cx.commit(web::created(&CreatedApiKey { about, key: key.encode() }, None)).await
}

/// `PATCH api-keys/{id}/`
pub async fn update(PathId(id): PathId<ApiKeyId>, mut cx: Staff<Write>, Body(input): Body<PatchApiKey>) -> ApiResult {
    let organization = cx.organization.id;
    let before = load(&mut cx.tx, id).await?;
    let name = web::text("name", input.name.as_deref().unwrap_or(&before.name), 1, 100)?;
    if name != before.name {
        store::rename(&mut cx.tx, organization, id, &name).await?;
        let (old, new) = (json!({"name": before.name}), json!({"name": name}));
        cx.tx.audit("api_key.renamed", ("api_key", Some(id.0)), &old, &new);
    }
    let key = load(&mut cx.tx, id).await?;
    cx.commit(web::ok(&key, None)).await
}

/// `DELETE api-keys/{id}/`; again is harmless.
pub async fn revoke(PathId(id): PathId<ApiKeyId>, mut cx: Staff<Write>) -> ApiResult {
    let (organization, now) = (cx.organization.id, cx.tx.now());
    let key = load(&mut cx.tx, id).await?;
    if store::revoke(&mut cx.tx, organization, id, now).await? {
        cx.tx.audit("api_key.revoked", ("api_key", Some(id.0)), &json!({"name": key.name}), &());
    }
    cx.commit(web::no_content()).await
}

fn scopes(texts: &[String]) -> AppResult<Vec<Permission>> {
    if texts.is_empty() {
        return Err(AppError::invalid("scopes", "required", "A key has at least one scope."));
    }
    let mut known = texts.iter().filter_map(|text| Permission::parse(text));
    if let Some(permission) = known.find(|permission| !permission.is_scope()) {
        let sentence = format!("{permission} is for people only.");
        return Err(AppError::invalid("scopes", "not_allowed", sentence));
    }
    roles::permissions("scopes", texts)
}

async fn load(tx: &mut TenantTx, id: ApiKeyId) -> AppResult<ApiKeyOut> {
    let organization = tx.organization();
    let row = store::find(tx, organization, id).await?.ok_or(AppError::NotFound)?;
    Ok(ApiKeyOut::new(organization, row))
}
