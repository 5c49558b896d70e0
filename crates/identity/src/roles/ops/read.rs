//! What roles there are, and what they can allow.

use kernel::{AppError, Permission, RoleId};
use web::{ApiResult, Listing, PathId, Query, Read, RequestUri, Staff};

use crate::roles::{
    store::{self, Filter},
    wire::{PermissionOut, PermissionQuery, RoleOut, RoleQuery},
};

const ORDERS: [&str; 6] = ["name", "-name", "key", "-key", "created_at", "-created_at"];

/// `GET roles/`
pub async fn list(mut cx: Staff<Read>, RequestUri(uri): RequestUri, Query(query): Query<RoleQuery>) -> ApiResult {
    let listing = Listing::new(&uri, query.page, query.page_size, None)?;
    let order = query.ordering.as_deref().unwrap_or("created_at");
    if !ORDERS.contains(&order) {
        return Err(AppError::invalid("ordering", "invalid", format!("Order by one of {}.", ORDERS.join(", "))).into());
    }
    let organization = cx.organization.id;
    let search = query.search.as_deref().map(web::like_pattern);
    let filter = Filter { search, order, limit: listing.limit(), offset: listing.offset() };
    let rows = store::list(&mut cx.tx, organization, &filter).await?.into_iter().map(RoleOut::from).collect();
    let count = store::count(&mut cx.tx, organization, &filter).await?;
    Ok(web::ok(&listing.page(rows, Some(count), None), None))
}

/// `GET roles/{id}/`
pub async fn get(PathId(id): PathId<RoleId>, mut cx: Staff<Read>) -> ApiResult {
    let organization = cx.organization.id;
    let role: RoleOut = store::find(&mut cx.tx, organization, id).await?.ok_or(AppError::NotFound)?.into();
    Ok(web::ok(&role, role.version))
}

/// `GET roles/permissions/`
pub async fn permissions(
    cx: Staff<Read>,
    RequestUri(uri): RequestUri,
    Query(query): Query<PermissionQuery>,
) -> ApiResult {
    let listing = Listing::new(&uri, query.page, query.page_size, None)?;
    let shown = |permission: &Permission| PermissionOut {
        key: permission.as_str(),
        description: permission.sentence(),
        is_personal: permission.is_personal(),
        is_scope: permission.is_scope(),
        is_mine: cx.actor.may(*permission),
    };
    Ok(web::ok(&web::page_links(&listing, Permission::ALL.iter().map(shown).collect()), None))
}
