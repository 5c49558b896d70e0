//! One customer.

use kernel::{AppError, CustomerId};
use web::{ApiResult, PathId, Read, Staff};

use crate::customers::store;

/// `GET customers/{id}/`
pub async fn handler(PathId(id): PathId<CustomerId>, mut cx: Staff<Read>) -> ApiResult {
    let organization = cx.organization.id;
    let customer = store::find(&mut cx.tx, organization, id).await?.ok_or(AppError::NotFound)?;
    Ok(web::ok(&customer, customer.version))
}
