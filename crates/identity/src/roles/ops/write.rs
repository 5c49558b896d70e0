//! Custom roles are made, changed and deleted.

use db::{OnConstraint, TenantTx};
use kernel::{Actor, AppError, AppResult, Permission, RoleId};
use serde_json::{Map, Value, json};
use web::{ApiResult, Body, IfMatch, PathId, Staff, Write};

use crate::roles::{
    model::{Role, check_key, check_reach, key_of, permissions},
    store::{self, NewRole, RoleRow},
    wire::{CreateRole, PatchRole, RoleOut, Sees},
};

/// `POST roles/`
pub async fn create(mut cx: Staff<Write>, Body(input): Body<CreateRole>) -> ApiResult {
    let actor = cx.actor.clone();
    let role = add(&mut cx.tx, &actor, input).await?;
    cx.commit(web::created(&role, role.version)).await
}

async fn add(tx: &mut TenantTx, actor: &Actor, input: CreateRole) -> AppResult<RoleOut> {
    let (organization, now) = (tx.organization(), tx.now());
    let id: RoleId = tx.id();
    let name = web::text("name", &input.name, 1, 100)?;
    let key = match input.key {
        Some(key) => key,
        None => key_of(&name),
    };
    check_key(&key)?;
    let permissions = texts(&permissions("permissions", &input.permissions)?);
    let new = NewRole {
        id,
        key: &key,
        name: &name,
        permissions: &permissions,
        is_shipped: false,
        visibility: input.visibility.map(Sees::as_str),
        require_otp: input.require_otp,
    };
    store::insert(tx, organization, &new, now)
        .await
        .on_constraint("roles_key_key", || AppError::taken("key", "There is a role of this key already."))?;
    // As it would be in force, the organization's own setting included.
    check_reach(actor, &Role::from(load(tx, id).await?).reach())?;
    tx.audit("role.created", ("role", Some(id.0)), &(), &audited(&new));
    Ok(load(tx, id).await?.into())
}

/// `PATCH roles/{id}/`
pub async fn update(
    PathId(id): PathId<RoleId>,
    mut cx: Staff<Write>,
    if_match: IfMatch,
    Body(input): Body<PatchRole>,
) -> ApiResult {
    let actor = cx.actor.clone();
    let role = change(&mut cx.tx, &actor, id, if_match, input).await?;
    cx.commit(web::ok(&role, role.version)).await
}

async fn change(
    tx: &mut TenantTx,
    actor: &Actor,
    id: RoleId,
    if_match: IfMatch,
    input: PatchRole,
) -> AppResult<RoleOut> {
    let (organization, now) = (tx.organization(), tx.now());
    let before = load_locked(tx, id).await?;
    if_match.check(before.version)?;
    let is_shipped = before.is_shipped;
    if is_shipped && (input.name.is_some() || input.permissions.is_some() || input.visibility.is_some()) {
        return Err(AppError::conflict("Of a shipped role only require_otp can be changed."));
    }
    let name = web::text("name", input.name.as_deref().unwrap_or(&before.name), 1, 100)?;
    let permissions = match &input.permissions {
        Some(given) => texts(&permissions("permissions", given)?),
        None => before.permissions.clone(),
    };
    let visibility = match input.visibility {
        Some(given) => given.map(|sees| sees.as_str().to_owned()),
        None => before.visibility.clone(),
    };
    let key = before.key.clone();
    let row = |permissions, name, visibility, require_otp| NewRole {
        id,
        key: &key,
        name,
        permissions,
        is_shipped,
        visibility,
        require_otp,
    };
    let old = row(&before.permissions, before.name.as_str(), before.visibility.as_deref(), before.require_otp);
    let require_otp = input.require_otp.unwrap_or(before.require_otp);
    let new = row(&permissions, name.as_str(), visibility.as_deref(), require_otp);
    let (old_fields, new_fields) = changed(audited(&old), audited(&new));
    store::update(tx, organization, &new, now).await?;
    // Neither what it was nor what it is now may reach beyond the actor.
    check_reach(actor, &Role::from(before).reach())?;
    check_reach(actor, &Role::from(load(tx, id).await?).reach())?;
    tx.audit("role.updated", ("role", Some(id.0)), &old_fields, &new_fields);
    Ok(load(tx, id).await?.into())
}

/// `DELETE roles/{id}/`. Whoever was removed and had it would come back as a viewer.
pub async fn delete(PathId(id): PathId<RoleId>, mut cx: Staff<Write>, if_match: IfMatch) -> ApiResult {
    let (actor, organization) = (cx.actor.clone(), cx.organization.id);
    let role = load_locked(&mut cx.tx, id).await?;
    if_match.check(role.version)?;
    if role.is_shipped {
        return Err(AppError::conflict("Shipped roles cannot be deleted.").into());
    }
    let before = json!({"key": role.key, "name": role.name, "permissions": role.permissions});
    let in_use = in_use(role.user_count);
    let is_free = role.user_count == 0;
    check_reach(&actor, &Role::from(role).reach())?;
    if !is_free {
        return Err(in_use.into());
    }
    store::take_from_removed(&mut cx.tx, organization, id).await?;
    store::delete(&mut cx.tx, organization, id).await.on_constraint("users_role_fkey", || in_use)?;
    cx.tx.audit("role.deleted", ("role", Some(id.0)), &before, &());
    cx.commit(web::no_content()).await
}

fn in_use(people: i64) -> AppError {
    let who = if people == 1 { "1 person has".to_owned() } else { format!("{people} people have") };
    AppError::conflict(format!("{who} this role; give them another one first."))
}

async fn load(tx: &mut TenantTx, id: RoleId) -> AppResult<RoleRow> {
    let organization = tx.organization();
    store::find(tx, organization, id).await?.ok_or(AppError::NotFound)
}

async fn load_locked(tx: &mut TenantTx, id: RoleId) -> AppResult<RoleRow> {
    let organization = tx.organization();
    store::lock(tx, organization, id).await?;
    load(tx, id).await
}

fn texts(permissions: &[Permission]) -> Vec<String> {
    permissions.iter().map(|permission| permission.as_str().to_owned()).collect()
}

fn audited(role: &NewRole<'_>) -> Value {
    json!({
        "key": role.key,
        "name": role.name,
        "permissions": role.permissions,
        "visibility": role.visibility,
        "require_otp": role.require_otp,
    })
}

/// Only what differs, of both.
fn changed(before: Value, after: Value) -> (Value, Value) {
    let (Value::Object(mut before), Value::Object(mut after)) = (before, after) else { return Default::default() };
    let same: Vec<String> = before
        .iter()
        .filter(|(field, value)| after.get(*field) == Some(value))
        .map(|(field, _)| field.clone())
        .collect();
    let without = |fields: &mut Map<String, Value>| same.iter().for_each(|field| drop(fields.remove(field)));
    without(&mut before);
    without(&mut after);
    (before.into(), after.into())
}
