//! Sends an invitation again.

use kernel::{AppError, Person, UserId};
use web::{ApiResult, PathId, Staff, Write};

use crate::{
    links::{self, Accepted},
    people::store,
    roles,
};

/// `POST users/{id}/invite/`
pub async fn handler(PathId(id): PathId<UserId>, mut cx: Staff<Write>) -> ApiResult {
    let organization = cx.organization.id;
    let user = store::find(&mut cx.tx, organization, id).await?.ok_or(AppError::NotFound)?;
    let actor = cx.actor.clone();
    roles::within_reach(&mut cx.tx, &actor, &user.role).await?;
    let keys = cx.state.keys.clone();
    links::invite_by_mail(&mut cx.tx, &keys, Person::Staff(id)).await?;
    cx.commit(web::accepted(&Accepted { detail: "The invitation is on its way; earlier ones have ended." })).await
}
