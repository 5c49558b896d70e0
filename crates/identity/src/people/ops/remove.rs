//! Removes somebody of the staff, and brings them back within thirty days.

use chrono::TimeDelta;
use db::{OnConstraint, outbox::Event};
use kernel::{AppError, UserId};
use serde_json::json;
use web::{ApiResult, IfMatch, PathId, Staff, Write};

use crate::{
    links::end_access,
    oidc,
    people::{REMOVED, store},
    roles,
};

/// How long somebody who was removed can be brought back.
pub const RESTORE_WINDOW: TimeDelta = TimeDelta::days(30);

/// `DELETE users/{id}/`
pub async fn delete(PathId(id): PathId<UserId>, mut cx: Staff<Write>, if_match: IfMatch) -> ApiResult {
    let (organization, now, actor) = (cx.organization.id, cx.tx.now(), cx.actor.clone());
    let owners = store::lock_owners(&mut cx.tx, organization).await?;
    let user = store::find(&mut cx.tx, organization, id).await?.ok_or(AppError::NotFound)?;
    if user.status == "removed" {
        return Err(AppError::NotFound.into());
    }
    if_match.check(user.version)?;
    roles::within_reach(&mut cx.tx, &actor, &user.role).await?;
    if owners.as_slice() == [id] {
        return Err(AppError::conflict("An organization keeps at least one active owner.").into());
    }
    if actor.staff() == Some(id) {
        return Err(AppError::Forbidden("Nobody removes themselves.".to_owned()).into());
    }
    store::set_removed(&mut cx.tx, organization, id, Some(now), now).await?;
    store::leave_teams(&mut cx.tx, organization, id).await?;
    store::drop_unused_login(&mut cx.tx, organization, &user.email).await?;
    end_access(&mut cx.tx, id.0).await?;
    oidc::forget(&mut cx.tx, id.0).await?;
    cx.tx.emit(Event { topic: REMOVED, entity: id.0, payload: json!({}) });
    cx.tx.audit(
        "user.removed",
        ("user", Some(id.0)),
        &json!({ "status": user.status }),
        &json!({ "status": "removed" }),
    );
    cx.commit(web::no_content()).await
}

/// `POST users/{id}/restore/`. Teams and tickets do not come back by it.
pub async fn restore(PathId(id): PathId<UserId>, mut cx: Staff<Write>, if_match: IfMatch) -> ApiResult {
    let (organization, now) = (cx.organization.id, cx.tx.now());
    let user = store::find(&mut cx.tx, organization, id).await?.ok_or(AppError::NotFound)?;
    if_match.check(user.version)?;
    let actor = cx.actor.clone();
    roles::within_reach(&mut cx.tx, &actor, &user.role).await?;
    if let Some(removed_at) = store::removed_at(&mut cx.tx, organization, id).await? {
        if now - removed_at > RESTORE_WINDOW {
            return Err(AppError::NotFound.into());
        }
        store::set_removed(&mut cx.tx, organization, id, None, now).await.on_constraint("users_email_key", || {
            AppError::taken("email", "Somebody else of the staff has this address by now.")
        })?;
        store::note_login(&mut cx.tx, organization, &user.email).await?;
    }
    let old = user.status;
    let user = store::find(&mut cx.tx, organization, id).await?.ok_or(AppError::NotFound)?;
    if user.status != old {
        let (before, after) = (json!({ "status": old }), json!({ "status": user.status }));
        cx.tx.audit("user.restored", ("user", Some(id.0)), &before, &after);
    }
    cx.commit(web::ok(&user, user.version)).await
}
