//! The picture of a member of staff.

use axum::body::Body as Bytes;
use db::Mode;
use kernel::{AppError, AppResult, Permission, UserId};
use web::{ApiResult, PathId, Public, Query, Staff, Write};

use crate::{
    people::{
        store,
        wire::{AvatarQuery, MeOut},
    },
    pictures,
};

/// `PUT users/me/avatar/`: the picture itself is the body. Its name is a secret, since whoever has
/// the address sees the picture.
pub async fn put(cx: Staff<Write>, body: Bytes) -> ApiResult {
    check(&cx)?;
    let secret: [u8; 16] = cx.tx.secret();
    let released = cx.0.release().await?;
    let name: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
    let picture = pictures::store(&released, body, "avatars", |_| name).await?;
    let cx = released.reopen().await?;
    let (cx, me) = change(cx, Some((&picture.key, picture.kind))).await?;
    cx.commit(web::ok(&me, me.user.version)).await
}

/// `DELETE users/me/avatar/`
pub async fn delete(cx: Staff<Write>) -> ApiResult {
    check(&cx)?;
    let (cx, _) = change(cx.0, None).await?;
    cx.commit(web::no_content()).await
}

/// Keys have no picture.
fn check(cx: &web::MemberContext) -> AppResult<()> {
    cx.actor.staff().ok_or(AppError::NotFound)?;
    cx.actor.require(Permission::SelfWrite)
}

async fn change(mut cx: web::MemberContext, picture: Option<(&str, &str)>) -> AppResult<(web::MemberContext, MeOut)> {
    let (organization, now) = (cx.organization.id, cx.tx.now());
    let id = cx.actor.staff().ok_or(AppError::NotFound)?;
    let old = store::find(&mut cx.tx, organization, id).await?.ok_or(AppError::NotFound)?;
    store::set_avatar(&mut cx.tx, organization, id, picture, now).await?;
    let me = store::me(&mut cx.tx, organization, id).await?.ok_or(AppError::NotFound)?;
    let has = |user: &crate::people::UserOut| serde_json::json!({ "avatar": user.avatar_url.is_some() });
    cx.tx.audit("user.avatar_changed", ("user", Some(id.0)), &has(&old), &has(&me.user));
    Ok((cx, me))
}

/// `GET users/{id}/avatar/`: for everybody who has its whole address, so that pages can show it.
pub async fn get(PathId(id): PathId<UserId>, public: Public, Query(query): Query<AvatarQuery>) -> ApiResult {
    let organization = public.organization.clone().ok_or(AppError::NotFound)?;
    let mut tx = public.open(&organization, Mode::Read).await?;
    let (key, kind) = store::avatar(&mut tx, organization.id, id).await?.ok_or(AppError::NotFound)?;
    drop(tx);
    if query.v.as_deref() != Some(pictures::name_of(&key)) {
        return Err(AppError::NotFound.into());
    }
    Ok(pictures::response(&public.state, &key, &kind).await?)
}
