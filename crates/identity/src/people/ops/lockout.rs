//! Whether somebody's sign-in is locked after too many bad tries, and lifting that.

use db::attempts::{Attempt, Purpose};
use kernel::{AppError, AppResult, UserId};
use serde_json::json;
use web::{ApiResult, PathId, Read, Staff, Write};

use crate::{
    people::{
        store,
        wire::{LockoutOut, UserOut},
    },
    roles,
};

/// `GET users/{id}/lockout/`
pub async fn get(PathId(id): PathId<UserId>, mut cx: Staff<Read>) -> ApiResult {
    let (user, now) = (find(&mut cx.0.tx, id).await?, cx.tx.now());
    let mut locked_until = None;
    for attempt in attempts(&cx, &user) {
        locked_until = locked_until.max(attempt.locked_until(&mut cx.0.tx, now).await?);
    }
    Ok(web::ok(&LockoutOut { is_locked: locked_until.is_some(), locked_until }, None))
}

/// `DELETE users/{id}/lockout/`
pub async fn lift(PathId(id): PathId<UserId>, mut cx: Staff<Write>) -> ApiResult {
    let (user, now) = (find(&mut cx.0.tx, id).await?, cx.tx.now());
    let actor = cx.actor.clone();
    roles::within_reach(&mut cx.tx, &actor, &user.role).await?;
    let mut locked_until = None;
    for attempt in attempts(&cx, &user) {
        locked_until = locked_until.max(attempt.locked_until(&mut cx.0.tx, now).await?);
        attempt.lift(&mut cx.0.tx, now).await?;
    }
    if locked_until.is_some() {
        cx.0.tx.audit("sign_in.unlocked", ("user", Some(id.0)), &json!({ "locked_until": locked_until }), &());
    }
    cx.commit(web::no_content()).await
}

async fn find(tx: &mut db::TenantTx, id: UserId) -> AppResult<UserOut> {
    let organization = tx.organization();
    store::find(tx, organization, id).await?.ok_or(AppError::NotFound)
}

/// The tries on the person's account, wherever they come from: of passwords and of codes.
fn attempts(cx: &web::MemberContext, user: &UserOut) -> [Attempt; 2] {
    let of = |purpose, name: &str| Attempt::new(purpose, None).of(Some(cx.organization.id), name);
    [of(Purpose::SignIn, &user.email), of(Purpose::Otp, &user.id.0.to_string())]
}
