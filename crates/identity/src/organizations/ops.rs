//! Reading and changing the settings, and the branding that everybody sees.

use axum::{
    body::Body as Bytes,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use db::{Mode, TenantTx, platform::Organization};
use kernel::{AppError, AppResult};
use object_store::{ObjectStoreExt, PutPayload, path::Path};
use sha2::{Digest, Sha256};
use web::{ApiResult, AppState, Body, IfMatch, Public, Query, Read, Staff, Write};

use crate::organizations::{
    model,
    store::{self, SettingsRow},
    wire::{Branding, LogoQuery, OrganizationSettings, PatchSettings},
};

/// Bytes a logo may have.
const MAX_LOGO: usize = 512 * 1024;

fn shown(state: &AppState, organization: &Organization, row: SettingsRow) -> OrganizationSettings {
    let logo_url = logo_url(&row);
    OrganizationSettings {
        id: organization.id,
        slug: organization.slug.clone(),
        name: organization.name.clone(),
        url: state.config.organization_url(&organization.slug),
        time_zone: row.time_zone,
        locale: row.locale,
        ticket_prefix: row.ticket_prefix,
        ticket_padding: row.ticket_padding,
        first_response_on_status: row.first_response_on_status,
        agent_visibility: row.agent_visibility,
        customer_registration: row.customer_registration,
        brand_color: row.brand_color,
        logo_url,
        version: row.version,
        updated_at: row.updated_at,
    }
}

/// Names the very picture, so that browsers may keep it.
fn logo_url(row: &SettingsRow) -> Option<String> {
    let name = row.logo_key.as_deref()?.rsplit('/').next()?;
    Some(format!("/api/v1/branding/logo/?v={name}"))
}

/// `GET organization/`
pub async fn get(mut cx: Staff<Read>) -> ApiResult {
    let organization = cx.organization.clone();
    let row = store::settings(&mut cx.tx, organization.id).await?;
    let version = row.version;
    Ok(web::ok(&shown(&cx.state, &organization, row), version))
}

/// `PATCH organization/`
pub async fn update(mut cx: Staff<Write>, if_match: IfMatch, Body(patch): Body<PatchSettings>) -> ApiResult {
    let mut organization = cx.organization.clone();
    let name = patch.name.as_deref().map(|name| web::text("name", name, 1, 200)).transpose()?;
    let changed = change(&mut cx.tx, &mut organization, if_match, name, |row| model::apply(row, patch)).await?;
    cx.state.hosts.forget(organization.id).await;
    let version = changed.version;
    let response = web::ok(&shown(&cx.state, &organization, changed), version);
    cx.commit(response).await
}

/// Changes the row under a lock and notes what changed.
async fn change(
    tx: &mut TenantTx,
    organization: &mut Organization,
    if_match: IfMatch,
    name: Option<String>,
    apply: impl FnOnce(&mut SettingsRow) -> AppResult<()>,
) -> AppResult<SettingsRow> {
    let now = tx.now();
    store::lock_settings(tx, organization.id).await?;
    let before = store::settings(tx, organization.id).await?;
    if_match.check(before.version)?;
    let mut after = before.clone();
    apply(&mut after)?;
    let mut old = fields(&before, &organization.name);
    if let Some(name) = name {
        store::rename(tx, organization.id, &name).await?;
        organization.name = name;
    }
    let mut new = fields(&after, &organization.name);
    old.retain(|field, value| new.get(field) != Some(value));
    new.retain(|field, _| old.contains_key(field));
    store::update_settings(tx, organization.id, &after, now).await?;
    tx.audit("organization.updated", ("organization", Some(organization.id.0)), &old, &new);
    Ok(store::settings(tx, organization.id).await?)
}

/// For the audit log.
fn fields(row: &SettingsRow, name: &str) -> serde_json::Map<String, serde_json::Value> {
    let value = serde_json::json!({
        "name": name,
        "time_zone": row.time_zone,
        "locale": row.locale,
        "ticket_prefix": row.ticket_prefix,
        "ticket_padding": row.ticket_padding,
        "first_response_on_status": row.first_response_on_status,
        "agent_visibility": row.agent_visibility,
        "customer_registration": row.customer_registration,
        "brand_color": row.brand_color,
        "logo": row.logo_key,
    });
    match value {
        serde_json::Value::Object(fields) => fields,
        _ => serde_json::Map::new(),
    }
}

/// `PUT organization/logo/`: the picture itself is the body.
pub async fn put_logo(cx: Staff<Write>, if_match: IfMatch, body: Bytes) -> ApiResult {
    let released = cx.0.release().await?;
    let bytes = web::read_limited(body, MAX_LOGO).await?;
    let kind = kind_of(&bytes)?;
    let digest: String = Sha256::digest(&bytes).iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    let key = format!("{}/branding/{digest}", kernel::id::encode(released.organization.id.0));
    // The same picture has the same name: written before the row, it is at worst unused.
    released
        .state
        .files
        .put(&Path::from(key.as_str()), PutPayload::from_bytes(bytes))
        .await
        .map_err(|error| AppError::Internal(error.into()))?;
    let mut cx = released.reopen().await?;
    let mut organization = cx.organization.clone();
    let row = change(&mut cx.tx, &mut organization, if_match, None, |row| {
        (row.logo_key, row.logo_type) = (Some(key), Some(kind.to_owned()));
        Ok(())
    })
    .await?;
    let version = row.version;
    let response = web::ok(&shown(&cx.state, &organization, row), version);
    cx.commit(response).await
}

/// By its first bytes; pictures that can carry scripts are none.
fn kind_of(bytes: &[u8]) -> AppResult<&'static str> {
    match infer::get(bytes).map(|kind| kind.mime_type()) {
        Some("image/png") => Ok("image/png"),
        Some("image/jpeg") => Ok("image/jpeg"),
        Some("image/webp") => Ok("image/webp"),
        _ => Err(AppError::UnsupportedMediaType("A logo is a PNG, JPEG or WebP picture.".to_owned())),
    }
}

/// `DELETE organization/logo/`
pub async fn delete_logo(mut cx: Staff<Write>, if_match: IfMatch) -> ApiResult {
    let mut organization = cx.organization.clone();
    change(&mut cx.tx, &mut organization, if_match, None, |row| {
        (row.logo_key, row.logo_type) = (None, None);
        Ok(())
    })
    .await?;
    cx.commit(web::no_content()).await
}

async fn public_row(public: &Public) -> AppResult<(Organization, SettingsRow)> {
    let organization = public.organization.clone().ok_or(AppError::NotFound)?;
    let mut tx = public.open(&organization, Mode::Read).await?;
    let row = store::settings(&mut tx, organization.id).await?;
    Ok((organization, row))
}

/// `GET branding/`
pub async fn branding(public: Public) -> ApiResult {
    let (organization, row) = public_row(&public).await?;
    let on_brand_color = model::text_on(&row.brand_color);
    let logo_url = logo_url(&row);
    let shown = Branding { name: organization.name, brand_color: row.brand_color, on_brand_color, logo_url };
    Ok(web::ok(&shown, None))
}

/// `GET branding/logo/`
pub async fn logo(public: Public, Query(query): Query<LogoQuery>) -> ApiResult {
    let (_, row) = public_row(&public).await?;
    let (Some(key), Some(kind)) = (row.logo_key, row.logo_type) else { return Err(AppError::NotFound.into()) };
    let is_current = query.v.as_deref().is_none_or(|wanted| key.ends_with(&format!("/{wanted}")));
    if !is_current {
        return Err(AppError::NotFound.into());
    }
    let object = public.state.files.get(&Path::from(key.as_str())).await;
    let object = object.map_err(|error| match error {
        object_store::Error::NotFound { .. } => AppError::NotFound,
        other => AppError::Internal(other.into()),
    })?;
    Ok(picture(&kind, Bytes::from_stream(object.into_stream())))
}

fn picture(kind: &str, body: Bytes) -> Response {
    let mut response = body.into_response();
    let headers = response.headers_mut();
    if let Ok(kind) = HeaderValue::from_str(kind) {
        headers.insert(header::CONTENT_TYPE, kind);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600"));
    response
}
