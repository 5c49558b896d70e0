//! How much an organization has: counted when it is asked for, nothing is estimated or stored.

use kernel::AppError;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Access, ApiResult, Operator, PathText, Route};

use super::domains::organization;

/// The route table.
pub fn routes() -> Vec<Route> {
    vec![
        Route::get(
            "/platform/organizations/{slug}/usage",
            Access::operator(),
            "platform_organizations_usage",
            "How much an organization has",
            get,
        )
        .ok::<UsageOut>(200),
    ]
}

/// What there is at this moment; what was deleted and can be restored is not counted.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct UsageOut {
    tickets: i64,
    /// Neither resolved nor closed.
    open_tickets: i64,
    messages: i64,
    /// Active members of staff.
    staff: i64,
    customers: i64,
    /// Of uploaded and mailed files.
    file_bytes: i64,
    /// Of received mails, as they are kept.
    mail_bytes: i64,
    /// The last twelve months, this one last.
    mails: Vec<MonthOut>,
}

/// Mails of one month of UTC.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct MonthOut {
    /// `2026-11`
    month: String,
    received: i64,
    /// Written, without those that failed.
    sent: i64,
    failed: i64,
}

/// `GET platform/organizations/{slug}/usage/`
async fn get(PathText(slug): PathText, operator: Operator) -> ApiResult {
    let organization = organization(&operator.state, &slug).await?;
    let counted = db::platform::usage(&operator.state.db, organization.id).await?;
    let usage: UsageOut = serde_json::from_value(counted).map_err(|error| AppError::Internal(error.into()))?;
    Ok(web::ok(&usage, None))
}
