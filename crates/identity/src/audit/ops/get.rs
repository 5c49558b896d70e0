//! One line of the audit log.

use kernel::{AppError, AuditEntryId};
use web::{ApiResult, PathId, Read, Staff};

use crate::audit::{search, wire::EntryOut};

/// `GET audit-log/{id}/`
pub async fn handler(PathId(id): PathId<AuditEntryId>, mut cx: Staff<Read>) -> ApiResult {
    let row = search::find(&mut cx.tx, id).await?.ok_or(AppError::NotFound)?;
    Ok(web::ok(&EntryOut::from(row), None))
}
