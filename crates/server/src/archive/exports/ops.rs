//! Use cases of archives.

use axum::{
    body::Body as Bytes,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use db::{Mode, OnConstraint, TenantTx};
use kernel::{AppError, AppResult, ExportId, OrganizationId};
use object_store::ObjectStoreExt;
use serde_json::json;
use web::{ApiResult, AppState, Listing, PathId, Public, Query, Read, RequestUri, Staff, Write, link};

use super::{
    job::{EXPORT_JOB, object_path},
    store::{self, ExportRow},
    wire::{ExportOut, ExportQuery, SignedLink},
};
use crate::archive::failed;

/// What the key of links is derived for.
const LINKS: &str = "export-link";

impl From<ExportRow> for ExportOut {
    fn from(row: ExportRow) -> Self {
        let ExportRow { id, state, progress, size, error, requested_by_name, created_at, finished_at, expires_at } =
            row;
        let requested_by = requested_by_name;
        Self { id, state, progress, size, error, requested_by, created_at, finished_at, expires_at, link: None }
    }
}

/// `POST organization/exports/`
pub async fn create(mut cx: Staff<Write>) -> ApiResult {
    let (organization, id, now) = (cx.organization.id, cx.tx.id::<ExportId>(), cx.tx.now());
    let (person, name) = (cx.actor.person.uuid(), cx.actor.name.clone());
    store::insert(&mut cx.tx, organization, id, (person, &name), now)
        .await
        .on_constraint("organization_exports_open_key", || AppError::conflict("An archive is being made already."))?;
    cx.tx.enqueue(EXPORT_JOB, id.0, json!({ "export": id }), None);
    cx.tx.audit("organization.exported", ("export", Some(id.0)), &(), &json!({ "with_passwords": false }));
    let row = load(&mut cx.tx, id).await?;
    cx.commit(web::accepted(&ExportOut::from(row))).await
}

/// `GET organization/exports/`
pub async fn list(mut cx: Staff<Read>, RequestUri(uri): RequestUri, Query(query): Query<ExportQuery>) -> ApiResult {
    let listing = Listing::new(&uri, query.page, query.page_size, None)?;
    let (organization, now) = (cx.organization.id, cx.tx.now());
    let (count, rows) = store::list(&mut cx.tx, organization, listing.limit(), listing.offset()).await?;
    let rows = rows.into_iter().map(|row| shown(row, now).into()).collect::<Vec<ExportOut>>();
    Ok(web::ok(&listing.page(rows, Some(count), None), None))
}

/// `GET organization/exports/{id}/`
pub async fn get(PathId(id): PathId<ExportId>, mut cx: Staff<Read>) -> ApiResult {
    let (organization, now) = (cx.organization.id, cx.tx.now());
    let mut out = ExportOut::from(shown(load(&mut cx.tx, id).await?, now));
    if out.state == "ready" {
        let query = link::sign(&cx.state.keys.derive(LINKS), organization, id, now);
        out.link = Some(format!("/api/v1/organization/exports/{id}/content/?{query}"));
    }
    Ok(web::ok(&out, None))
}

/// One whose time is over counts as gone, also before it is cleaned away.
fn shown(mut row: ExportRow, now: DateTime<Utc>) -> ExportRow {
    if row.state == "ready" && row.expires_at.is_none_or(|end| end <= now) {
        row.state = "expired".to_owned();
        row.size = None;
    }
    row
}

async fn load(tx: &mut TenantTx, id: ExportId) -> AppResult<ExportRow> {
    let organization = tx.organization();
    store::find(tx, organization, id).await?.ok_or(AppError::NotFound)
}

/// `GET organization/exports/{id}/content/`
pub async fn content(PathId(id): PathId<ExportId>, public: Public, Query(signed): Query<SignedLink>) -> ApiResult {
    let (state, now) = (&public.state, public.state.db.now());
    let (key, organization) = (state.keys.derive(LINKS), signed.organization);
    let foreign = public.organization.as_ref().is_some_and(|host| host.id != organization);
    if foreign || !link::is_good(&key, organization, id, signed.expires, &signed.signature, now) {
        return Err(AppError::NotFound.into());
    }
    let mut tx = TenantTx::system(&state.db, organization, Mode::Read).await?;
    let row = shown(load(&mut tx, id).await?, now);
    drop(tx);
    if row.state != "ready" {
        return Err(AppError::NotFound.into());
    }
    Ok(answer(state, organization, id, now).await?)
}

async fn answer(
    state: &AppState,
    organization: OrganizationId,
    id: ExportId,
    now: DateTime<Utc>,
) -> AppResult<Response> {
    let object = state.files.get(&object_path(organization, id)).await.map_err(|error| match error {
        object_store::Error::NotFound { .. } => AppError::NotFound,
        other => failed(other),
    })?;
    let size = object.meta.size;
    let mut response = Bytes::from_stream(object.into_stream()).into_response();
    let name = format!("attachment; filename=\"organization-{}.tar\"", now.format("%Y-%m-%d"));
    for (header, value) in [
        (header::CONTENT_TYPE, "application/x-tar".to_owned()),
        (header::CONTENT_DISPOSITION, name),
        (header::CONTENT_LENGTH, size.to_string()),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
        (header::REFERRER_POLICY, "no-referrer".to_owned()),
    ] {
        response.headers_mut().insert(header, HeaderValue::from_str(&value).map_err(failed)?);
    }
    Ok(response)
}
