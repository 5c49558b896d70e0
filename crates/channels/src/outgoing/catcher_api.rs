//! Mails that were caught, for administrators of a demo.

use chrono::{DateTime, Utc};
use kernel::{AppError, OutgoingMailId, Page, Permission, TicketId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use web::{Access, ApiResult, Listing, MemberContext, PathId, Query, Read, RequestUri, Route, Staff, Write};

use super::store::{self, CaughtRow};
use crate::mail::catcher::MailCatcher;

/// A mail that was not sent, because no server is configured.
#[derive(Debug, Serialize, ToSchema)]
pub struct CaughtMail {
    /// `out_…`, also the name of the file.
    pub id: OutgoingMailId,
    /// Address it is for.
    pub to: String,
    /// Addresses that get a copy.
    pub cc: Vec<String>,
    /// Subject line.
    pub subject: String,
    /// reply, created, assigned, updated; about an account invitation, password_reset, registration,
    /// account_exists or password_changed.
    pub kind: String,
    /// The ticket it is about; null for mails about an account.
    pub ticket_id: Option<TicketId>,
    /// When it was written.
    pub created_at: DateTime<Utc>,
}

/// With its source.
#[derive(Debug, Serialize, ToSchema)]
pub struct CaughtMailSource {
    /// As in the list.
    #[serde(flatten)]
    pub mail: CaughtMail,
    /// The whole message, RFC 5322.
    pub raw: String,
}

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct CaughtQuery {
    /// Counted from 1.
    pub page: Option<i64>,
    /// 20 unless told; at most 100.
    pub page_size: Option<i64>,
    /// Only mails to this address.
    pub to: Option<String>,
}

impl From<CaughtRow> for CaughtMail {
    fn from(row: CaughtRow) -> Self {
        let CaughtRow { id, recipient, cc, subject, kind, ticket_id, created_at } = row;
        Self { id, to: recipient, cc, subject, kind, ticket_id, created_at }
    }
}

/// The route table.
pub fn routes() -> Vec<Route> {
    let access = Access::needs(Permission::MailCatcherRead);
    vec![
        Route::get("/mail-catcher", access, "mail_catcher_list", "Mails that were caught; demo mode only", list)
            .query::<CaughtQuery>()
            .ok::<Page<CaughtMail>>(200),
        Route::get(
            "/mail-catcher/{id}",
            access,
            "mail_catcher_get",
            "One caught mail with its source; demo mode only",
            get,
        )
        .ok::<CaughtMailSource>(200),
    ]
}

/// 404 unless this is a demo.
pub fn only_in_demo(cx: &MemberContext) -> Result<(), AppError> {
    if cx.state.config.demo { Ok(()) } else { Err(AppError::NotFound) }
}

/// `GET mail-catcher/`
pub async fn list(mut cx: Staff<Read>, RequestUri(uri): RequestUri, Query(query): Query<CaughtQuery>) -> ApiResult {
    only_in_demo(&cx)?;
    let listing = Listing::new(&uri, query.page, query.page_size, None)?;
    let organization = cx.organization.id;
    let to = query.to.as_deref();
    let rows = store::caught(&mut cx.tx, organization, to, listing.limit(), listing.offset()).await?;
    let count = store::count_caught(&mut cx.tx, organization, to).await?;
    let mails = rows.into_iter().map(CaughtMail::from).collect();
    Ok(web::ok(&listing.page(mails, Some(count), None), None))
}

/// `GET mail-catcher/{id}/`
pub async fn get(PathId(id): PathId<OutgoingMailId>, mut cx: Staff<Write>) -> ApiResult {
    only_in_demo(&cx)?;
    let organization = cx.organization.clone();
    let row = store::find(&mut cx.tx, organization.id, id)
        .await?
        .filter(|row| row.state == "caught")
        .ok_or(AppError::NotFound)?;
    let catcher = MailCatcher::new(cx.state.config.data_dir.join("mail-catcher"));
    let raw = tokio::task::spawn_blocking(move || catcher.read(&organization.slug, &id.to_string())).await;
    let raw =
        raw.map_err(|error| AppError::Internal(error.into()))?.map_err(|error| AppError::Internal(error.into()))?;
    let raw = String::from_utf8_lossy(&raw.ok_or(AppError::NotFound)?).into_owned();
    let mail = CaughtMail {
        id: row.id,
        to: row.recipient,
        cc: row.cc,
        subject: row.subject,
        kind: row.kind,
        ticket_id: row.ticket_id,
        created_at: row.created_at,
    };
    cx.tx.audit("mail_catcher.read", ("outgoing_mail", Some(id.0)), &(), &json!({ "to": mail.to }));
    cx.commit(web::ok(&CaughtMailSource { mail, raw }, None)).await
}
