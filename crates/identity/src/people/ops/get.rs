//! One member of staff.

use kernel::{AppError, UserId};
use web::{ApiResult, PathId, Read, Staff};

use crate::people::store;

/// `GET users/{id}/`
pub async fn handler(PathId(id): PathId<UserId>, mut cx: Staff<Read>) -> ApiResult {
    let organization = cx.organization.id;
    let user = store::find(&mut cx.tx, organization, id).await?.ok_or(AppError::NotFound)?;
    Ok(web::ok(&user, user.version))
}
