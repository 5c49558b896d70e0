//! Mails that could not become messages: seen, tried again, or thrown away, by administrators.

use chrono::{DateTime, Utc};
use kernel::{AppError, AppResult, InboundMailId, OrganizationId, Page, Permission};
use object_store::{ObjectStoreExt, path::Path};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::PgConnection;
use utoipa::{IntoParams, ToSchema};
use web::{Access, ApiResult, Listing, PathId, Query, Read, RequestUri, Route, Staff, Write};

use super::{PROCESS_JOB, process};

/// Bytes of a source that are shown.
const MAX_SHOWN: usize = 256 * 1024;

/// A mail that could not become a message.
#[derive(Debug, Serialize, ToSchema)]
pub struct QuarantinedMail {
    /// `inb_…`
    pub id: InboundMailId,
    /// Address it came to.
    pub mailbox: String,
    /// Who it says it is from, as far as that can be read.
    pub sender: Option<String>,
    /// What it says it is about.
    pub subject: Option<String>,
    /// Why it is here, in one sentence.
    pub reason: Option<String>,
    /// Bytes.
    pub size: i64,
    /// When it came.
    pub received_at: DateTime<Utc>,
}

/// With its source.
#[derive(Debug, Serialize, ToSchema)]
pub struct QuarantinedSource {
    /// As in the list.
    #[serde(flatten)]
    pub mail: QuarantinedMail,
    /// The first 256 kB of it.
    pub raw: String,
}

/// What becomes of a mail that is tried again.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReleasedMail {
    /// `inb_…`
    pub id: InboundMailId,
    /// `received`: it is processed at once, and comes back here when that fails again.
    pub state: &'static str,
}

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct QuarantineQuery {
    /// Counted from 1.
    pub page: Option<i64>,
    /// 20 unless told; at most 100.
    pub page_size: Option<i64>,
}

/// The route table.
pub fn routes() -> Vec<Route> {
    let access = Access::needs(Permission::MailboxWrite);
    vec![
        Route::get("/mail-quarantine", access, "mail_quarantine_list", "Mails that could not be read", list)
            .query::<QuarantineQuery>()
            .ok::<Page<QuarantinedMail>>(200),
        Route::get("/mail-quarantine/{id}", access, "mail_quarantine_get", "One of them with its source", get)
            .ok::<QuarantinedSource>(200),
        Route::post(
            "/mail-quarantine/{id}/release",
            access,
            "mail_quarantine_release",
            "Try to read it again",
            release,
        )
        .ok::<ReleasedMail>(202),
        Route::delete("/mail-quarantine/{id}", access, "mail_quarantine_discard", "Throw it away", discard)
            .empty(204, "Thrown away."),
    ]
}

/// `GET mail-quarantine/`
pub async fn list(mut cx: Staff<Read>, RequestUri(uri): RequestUri, Query(query): Query<QuarantineQuery>) -> ApiResult {
    let listing = Listing::new(&uri, query.page, query.page_size, None)?;
    let organization = cx.organization.id;
    let rows = quarantined(&mut cx.tx, organization, None, (listing.limit(), listing.offset())).await?;
    let count = count(&mut cx.tx, organization).await?;
    Ok(web::ok(&listing.page(rows, Some(count), None), None))
}

/// `GET mail-quarantine/{id}/`. Mails can hold anything, so that somebody read one is told.
pub async fn get(PathId(id): PathId<InboundMailId>, mut cx: Staff<Write>) -> ApiResult {
    let organization = cx.organization.id;
    let mail = load(&mut cx.tx, organization, id).await?;
    let key = object_key(&mut cx.tx, organization, id).await?;
    let object = cx.state.files.get(&Path::from(key.as_str())).await;
    let object = object.map_err(|error| AppError::Internal(error.into()))?;
    let bytes = object.bytes().await.map_err(|error| AppError::Internal(error.into()))?;
    let shown = bytes.get(..MAX_SHOWN).unwrap_or(&bytes);
    let raw = String::from_utf8_lossy(shown).into_owned();
    cx.tx.audit("quarantined_mail.read", ("inbound_mail", Some(id.0)), &(), &json!({ "sender": mail.sender }));
    cx.commit(web::ok(&QuarantinedSource { mail, raw }, None)).await
}

/// `POST mail-quarantine/{id}/release/`
pub async fn release(PathId(id): PathId<InboundMailId>, mut cx: Staff<Write>) -> ApiResult {
    move_to(&mut cx, id, "received", "quarantined_mail.released").await?;
    cx.tx.enqueue(PROCESS_JOB, id.0, json!({ "mail": id }), None);
    let (state, organization) = (cx.state.clone(), cx.organization.id);
    let answer = cx.commit(web::accepted(&ReleasedMail { id, state: "received" })).await?;
    if let Err(error) = process(&state, organization, id).await {
        tracing::warn!(%error, mail = %id, "a mail from quarantine waits for its job");
    }
    Ok(answer)
}

/// `DELETE mail-quarantine/{id}/`
pub async fn discard(PathId(id): PathId<InboundMailId>, mut cx: Staff<Write>) -> ApiResult {
    move_to(&mut cx, id, "discarded", "quarantined_mail.discarded").await?;
    cx.commit(web::no_content()).await
}

async fn move_to(cx: &mut Staff<Write>, id: InboundMailId, state: &'static str, action: &'static str) -> AppResult<()> {
    let organization = cx.organization.id;
    let mail = load(&mut cx.tx, organization, id).await?;
    if !leave(&mut cx.tx, organization, id, state).await? {
        return Err(AppError::NotFound);
    }
    let told = json!({ "state": "quarantined", "sender": mail.sender, "reason": mail.reason });
    cx.tx.audit(action, ("inbound_mail", Some(id.0)), &told, &json!({ "state": state }));
    Ok(())
}

async fn load(tx: &mut PgConnection, organization: OrganizationId, id: InboundMailId) -> AppResult<QuarantinedMail> {
    quarantined(tx, organization, Some(id), (1, 0)).await?.pop().ok_or(AppError::NotFound)
}

/// Latest first.
async fn quarantined(
    tx: &mut PgConnection,
    organization: OrganizationId,
    id: Option<InboundMailId>,
    (limit, offset): (i64, i64),
) -> sqlx::Result<Vec<QuarantinedMail>> {
    sqlx::query_as!(
        QuarantinedMail,
        "select i.id, m.address as mailbox, i.sender, i.subject, i.reason, i.size, i.received_at
           from inbound_mails i join mailboxes m on m.organization_id = $1 and m.id = i.mailbox_id
          where i.organization_id = $1 and i.state = 'quarantined' and ($2::uuid is null or i.id = $2)
          order by i.received_at desc, i.id desc limit $3 offset $4",
        organization as _,
        id as Option<InboundMailId>,
        limit,
        offset
    )
    .fetch_all(tx)
    .await
}

async fn count(tx: &mut PgConnection, organization: OrganizationId) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from (
             select 1 from inbound_mails where organization_id = $1 and state = 'quarantined' limit 1001) q"#,
        organization as _
    )
    .fetch_one(tx)
    .await
}

async fn object_key(tx: &mut PgConnection, organization: OrganizationId, id: InboundMailId) -> sqlx::Result<String> {
    sqlx::query_scalar!(
        "select object_key from inbound_mails where organization_id = $1 and id = $2",
        organization as _,
        id as _
    )
    .fetch_one(tx)
    .await
}

/// Whether it was in quarantine.
async fn leave(
    tx: &mut PgConnection,
    organization: OrganizationId,
    id: InboundMailId,
    state: &str,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update inbound_mails set state = $3, processed_at = null where organization_id = $1 and id = $2 and state = 'quarantined'",
        organization as _,
        id as _,
        state
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}
