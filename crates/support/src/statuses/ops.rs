//! Use cases of statuses.

use db::{OnConstraint, TenantTx};
use kernel::{Actor, AppError, AppResult};
use serde_json::{Value, json};
use web::{ApiResult, Body, IfMatch, Listing, Member, PathText, Query, Read, RequestUri, Staff, Write, page_links};

use super::{
    model::{BUILT_IN, MAX_KEY, new_key, status_key},
    store::{self, StatusRow},
    wire::{CreateStatus, PatchStatus, Reorder, StatusOut, StatusQuery},
};

/// How many an organization may have.
const MAX_STATUSES: usize = 100;

/// As this actor may see it.
fn shown(row: StatusRow, actor: &Actor) -> StatusOut {
    let internal = actor.is_internal();
    let is_built_in = BUILT_IN.contains(&row.key.as_str());
    StatusOut {
        name: if internal { row.name } else { row.customer_name.clone().unwrap_or(row.name) },
        key: row.key,
        customer_name: internal.then_some(row.customer_name),
        category: row.category,
        position: internal.then_some(row.position),
        is_retired: internal.then_some(row.retired_at.is_some()),
        is_built_in: internal.then_some(is_built_in),
        version: row.version,
    }
}

/// For the audit log.
fn fields(row: &StatusRow) -> Value {
    json!({
        "key": row.key, "name": row.name, "customer_name": row.customer_name, "category": row.category,
        "retired": row.retired_at.is_some(),
    })
}

/// `GET statuses/`
pub async fn list(mut cx: Member<Read>, RequestUri(uri): RequestUri, Query(query): Query<StatusQuery>) -> ApiResult {
    let listing = Listing::new(&uri, query.page, query.page_size, None)?;
    let organization = cx.organization.id;
    let rows = store::list(&mut cx.tx, organization).await?.into_iter();
    let active_only = query.active_only.unwrap_or(false);
    let statuses =
        rows.filter(|row| !active_only || row.retired_at.is_none()).map(|row| shown(row, &cx.actor)).collect();
    Ok(web::ok(&page_links(&listing, statuses), None))
}

/// `GET statuses/{key}/`
pub async fn get(PathText(key): PathText, mut cx: Member<Read>) -> ApiResult {
    let row = load(&mut cx.tx, &key).await?;
    let version = row.version;
    Ok(web::ok(&shown(row, &cx.actor), version))
}

/// `POST statuses/`
pub async fn create(mut cx: Staff<Write>, Body(input): Body<CreateStatus>) -> ApiResult {
    let organization = cx.organization.id;
    store::lock(&mut cx.tx, organization).await?;
    let present = store::list(&mut cx.tx, organization).await?;
    if present.len() >= MAX_STATUSES {
        return Err(AppError::conflict(format!("An organization has at most {MAX_STATUSES} statuses.")).into());
    }
    let position = present.iter().map(|row| row.position).max().unwrap_or(0) + 1;
    let name = web::text("name", &input.name, 1, 50)?;
    let key = match &input.key {
        Some(key) => check_key(key)?,
        // A name in another script has no letters for a key.
        None => new_key(&name).unwrap_or_else(|| format!("{}_{position}", input.category.as_str())),
    };
    let row = StatusRow {
        key,
        name,
        customer_name: customer_name(input.customer_name)?,
        category: input.category,
        position,
        retired_at: None,
        version: 1,
    };
    store::insert(&mut cx.tx, organization, &row).await.on_constraint("statuses_pkey", || {
        let field = if input.key.is_some() { "key" } else { "name" };
        AppError::taken(field, "There is a status of this name already.")
    })?;
    cx.tx.audit("status.created", ("organization", Some(organization.0)), &(), &fields(&row));
    let answer = web::created(&shown(row, &cx.actor), 1);
    cx.commit(answer).await
}

/// `PATCH statuses/{key}/`
pub async fn update(
    PathText(key): PathText,
    cx: Staff<Write>,
    if_match: IfMatch,
    Body(input): Body<PatchStatus>,
) -> ApiResult {
    let name = input.name.as_deref().map(|name| web::text("name", name, 1, 50)).transpose()?;
    let for_customers = input.customer_name.map(customer_name).transpose()?;
    let (cx, row) = change(cx, &key, if_match, "status.updated", |row| {
        if let Some(name) = name {
            row.name = name;
        }
        if let Some(for_customers) = for_customers {
            row.customer_name = for_customers;
        }
    })
    .await?;
    let version = row.version;
    let answer = web::ok(&shown(row, &cx.actor), version);
    cx.commit(answer).await
}

/// `DELETE statuses/{key}/`
pub async fn retire(PathText(key): PathText, mut cx: Staff<Write>, if_match: IfMatch) -> ApiResult {
    let (organization, now) = (cx.organization.id, cx.tx.now());
    store::lock(&mut cx.tx, organization).await?;
    let row = load(&mut cx.tx, &key).await?;
    if BUILT_IN.contains(&row.key.as_str()) {
        return Err(AppError::conflict("The product itself moves tickets to this status; it cannot be retired.").into());
    }
    let all = store::list(&mut cx.tx, organization).await?;
    let left = |other: &StatusRow| other.category == row.category && other.key != row.key && other.retired_at.is_none();
    if !all.iter().any(left) {
        let why = "This is the last status of its category in use; add another one first.";
        return Err(AppError::conflict(why).into());
    }
    let (cx, _) =
        change(cx, &key, if_match, "status.retired", |row| row.retired_at = row.retired_at.or(Some(now))).await?;
    cx.commit(web::no_content()).await
}

/// `POST statuses/{key}/restore/`
pub async fn restore(PathText(key): PathText, cx: Staff<Write>, if_match: IfMatch) -> ApiResult {
    let (cx, row) = change(cx, &key, if_match, "status.restored", |row| row.retired_at = None).await?;
    let version = row.version;
    let answer = web::ok(&shown(row, &cx.actor), version);
    cx.commit(answer).await
}

/// Changes one under a lock and says so; nothing when nothing is different.
async fn change(
    mut cx: Staff<Write>,
    key: &str,
    if_match: IfMatch,
    action: &'static str,
    apply: impl FnOnce(&mut StatusRow),
) -> AppResult<(Staff<Write>, StatusRow)> {
    let organization = cx.organization.id;
    store::lock(&mut cx.tx, organization).await?;
    let old = load(&mut cx.tx, key).await?;
    if_match.check(old.version)?;
    let mut new = old.clone();
    apply(&mut new);
    if fields(&old) != fields(&new) {
        store::update(&mut cx.tx, organization, &new).await?;
        new.version += 1;
        cx.tx.audit(action, ("organization", Some(organization.0)), &fields(&old), &fields(&new));
    }
    Ok((cx, new))
}

/// `POST statuses/reorder/`
pub async fn reorder(mut cx: Staff<Write>, Body(input): Body<Reorder>) -> ApiResult {
    let organization = cx.organization.id;
    store::lock(&mut cx.tx, organization).await?;
    let old: Vec<String> = store::list(&mut cx.tx, organization).await?.into_iter().map(|row| row.key).collect();
    let mut order = input.keys;
    let is_wrong =
        |(place, key): (usize, &String)| !old.contains(key) || order.iter().take(place).any(|one| one == key);
    if order.is_empty() || order.iter().enumerate().any(is_wrong) {
        return Err(AppError::invalid("keys", "invalid", "Name statuses by their keys, each once.").into());
    }
    let rest: Vec<String> = old.iter().filter(|key| !order.contains(key)).cloned().collect();
    order.extend(rest);
    store::reorder(&mut cx.tx, organization, &order).await?;
    let (before, after) = (json!({ "order": old }), json!({ "order": order }));
    cx.tx.audit("status.reordered", ("organization", Some(organization.0)), &before, &after);
    let rows = store::list(&mut cx.tx, organization).await?;
    let count = i64::try_from(rows.len()).unwrap_or_default();
    let results = rows.into_iter().map(|row| shown(row, &cx.actor)).collect();
    let page = kernel::Page { count: Some(count), count_capped: false, next: None, previous: None, results };
    cx.commit(web::ok(&page, None)).await
}

async fn load(tx: &mut TenantTx, key: &str) -> AppResult<StatusRow> {
    let organization = tx.organization();
    store::find(tx, organization, &status_key(key)).await?.ok_or(AppError::NotFound)
}

fn check_key(text: &str) -> AppResult<String> {
    let key = status_key(text);
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if key.is_empty() || key.len() > MAX_KEY || !key.bytes().all(plain) {
        let rule = format!("A key has 1 to {MAX_KEY} lower-case letters, digits and _.");
        return Err(AppError::invalid("key", "invalid", rule));
    }
    Ok(key)
}

/// Null and nothing mean the name itself.
fn customer_name(text: Option<String>) -> AppResult<Option<String>> {
    let given = text.filter(|text| !text.trim().is_empty());
    given.map(|text| web::text("customer_name", &text, 1, 50)).transpose()
}
