//! Mails that could not be sent, for administrators: why, and once more.

use chrono::{DateTime, Utc};
use kernel::{AppError, OutgoingMailId, Page, Permission, TicketId, Visibility};
use serde::{Deserialize, Serialize};
use serde_json::json;
use support::facade;
use utoipa::{IntoParams, ToSchema};
use web::{Access, ApiResult, Listing, PathId, Query, Read, RequestUri, Route, Staff, Write};

use super::{SEND_JOB, store};

/// A mail that could not be sent, or came back.
#[derive(Debug, Serialize, ToSchema)]
pub struct FailedMail {
    /// `out_…`
    pub id: OutgoingMailId,
    /// As in the list of caught mails.
    pub kind: String,
    /// Address it is for.
    pub to: String,
    /// Subject line; null for those who do not see every ticket.
    pub subject: Option<String>,
    /// The ticket it is about; null for mails about an account, and as the subject is.
    pub ticket_id: Option<TicketId>,
    /// What the last attempt said.
    pub error: Option<String>,
    /// Attempts made.
    pub attempts: i32,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// When it was given up, or came back.
    pub failed_at: Option<DateTime<Utc>>,
}

/// A mail that waits to be sent again.
#[derive(Debug, Serialize, ToSchema)]
pub struct RetriedMail {
    /// `out_…`
    pub id: OutgoingMailId,
    /// `queued`
    pub state: &'static str,
}

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct FailedQuery {
    /// Counted from 1.
    pub page: Option<i64>,
    /// 20 unless told; at most 100.
    pub page_size: Option<i64>,
}

/// The route table.
pub fn routes() -> Vec<Route> {
    let manage = Access::needs(Permission::JobManage);
    vec![
        Route::get("/jobs/mails", manage, "jobs_mails_list", "Mails that could not be sent", list)
            .query::<FailedQuery>()
            .ok::<Page<FailedMail>>(200),
        Route::post("/jobs/mails/{id}/retry", manage, "jobs_mails_retry", "Send a mail again", retry)
            .ok::<RetriedMail>(202)
            .without_key(),
    ]
}

/// `GET jobs/mails/`, the latest first.
pub async fn list(mut cx: Staff<Read>, RequestUri(uri): RequestUri, Query(query): Query<FailedQuery>) -> ApiResult {
    let listing = Listing::new(&uri, query.page, query.page_size, None)?;
    let organization = cx.organization.id;
    let mut rows = store::failed(&mut cx.tx, organization, listing.limit(), listing.offset()).await?;
    if cx.actor.visibility != Visibility::All {
        rows.iter_mut().for_each(|row| (row.subject, row.ticket_id) = (None, None));
    }
    let count = store::count_failed(&mut cx.tx, organization).await?;
    Ok(web::ok(&listing.page(rows, Some(count), None), None))
}

/// `POST jobs/mails/{id}/retry/`: the same mail, with the same Message-ID.
pub async fn retry(PathId(id): PathId<OutgoingMailId>, mut cx: Staff<Write>) -> ApiResult {
    let organization = cx.organization.id;
    let message = store::requeue(&mut cx.tx, organization, id).await?.ok_or(AppError::NotFound)?.message_id;
    if let Some(message) = message
        && let Some(message) = facade::find_message(&mut cx.tx, message).await?
    {
        facade::set_delivery(&mut cx.tx, message.id, "queued", None, message.delivery_attempts).await?;
    }
    cx.tx.enqueue(SEND_JOB, id.0, json!({ "mail": id }), None);
    let state = |state: &str| json!({ "state": state });
    cx.tx.audit("mail.retried", ("outgoing_mail", Some(id.0)), &state("failed"), &state("queued"));
    cx.commit(web::accepted(&RetriedMail { id, state: "queued" })).await
}
