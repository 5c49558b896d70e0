//! Changes to a member of staff.

use db::TenantTx;
use kernel::{Actor, AppError, AppResult, UserId};
use web::{ApiResult, Body, IfMatch, PathId, Staff, Write};

use crate::{
    links::end_access,
    people::{
        store,
        wire::{PatchUser, UserOut},
    },
    roles,
};

/// `PATCH users/{id}/`
pub async fn handler(
    PathId(id): PathId<UserId>,
    mut cx: Staff<Write>,
    if_match: IfMatch,
    Body(input): Body<PatchUser>,
) -> ApiResult {
    let actor = cx.actor.clone();
    let user = run(&mut cx.tx, &actor, id, if_match, input).await?;
    cx.commit(web::ok(&user, user.version)).await
}

async fn run(tx: &mut TenantTx, actor: &Actor, id: UserId, if_match: IfMatch, input: PatchUser) -> AppResult<UserOut> {
    let (organization, now) = (tx.organization(), tx.now());
    let owners = store::lock_owners(tx, organization).await?;
    let user = store::find(tx, organization, id).await?.ok_or(AppError::NotFound)?;
    if user.status == "removed" {
        return Err(AppError::conflict("This person was removed; restore them first."));
    }
    if_match.check(user.version)?;
    // Everybody may change what is their own; of others, only of those who may do no more.
    if actor.staff() != Some(id) {
        roles::within_reach(tx, actor, &user.role).await?;
    }
    let role_key = input.role.unwrap_or_else(|| user.role.clone());
    let status = input.status.unwrap_or_else(|| user.status.clone());
    if !["active", "suspended"].contains(&status.as_str()) {
        return Err(AppError::invalid("status", "invalid", "A person is active or suspended."));
    }
    let changes_access = role_key != user.role || status != user.status;
    if changes_access && actor.staff() == Some(id) {
        return Err(AppError::Forbidden("Nobody changes their own role or status.".to_owned()));
    }
    if changes_access && owners.as_slice() == [id] {
        return Err(AppError::conflict("An organization keeps at least one active owner."));
    }
    let role = if changes_access {
        roles::within_reach(tx, actor, &role_key).await?
    } else {
        roles::named(tx, &role_key).await?
    };
    let name = web::text("name", input.name.as_deref().unwrap_or(&user.name), 1, 200)?;
    store::update(tx, organization, id, (&name, &status), role.id, now).await?;
    if status == "suspended" {
        end_access(tx, id.0).await?;
    }
    let new = store::find(tx, organization, id).await?.ok_or(AppError::NotFound)?;
    tx.audit_change("user.updated", ("user", Some(id.0)), &user, &new);
    Ok(new)
}
