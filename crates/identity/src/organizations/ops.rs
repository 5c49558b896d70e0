//! Reading and changing the settings, and the branding that everybody sees.

use axum::body::Body as Bytes;
use db::{Mode, TenantTx, platform::Organization};
use kernel::{AppError, AppResult};
use sha2::{Digest, Sha256};
use web::{ApiResult, AppState, Body, IfMatch, Public, Query, Read, Staff, Write};

use crate::{
    organizations::{
        model,
        store::{self, SettingsRow},
        wire::{Branding, LogoQuery, OrganizationSettings, PatchSettings},
    },
    pictures,
};

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
    let name = pictures::name_of(row.logo_key.as_deref()?);
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
    // The same picture has the same name.
    let name = |bytes: &[u8]| Sha256::digest(bytes).iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    let picture = pictures::store(&released, body, "branding", name).await?;
    let mut cx = released.reopen().await?;
    let mut organization = cx.organization.clone();
    let row = change(&mut cx.tx, &mut organization, if_match, None, |row| {
        (row.logo_key, row.logo_type) = (Some(picture.key), Some(picture.kind.to_owned()));
        Ok(())
    })
    .await?;
    let version = row.version;
    let response = web::ok(&shown(&cx.state, &organization, row), version);
    cx.commit(response).await
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
    if query.v.as_deref().is_some_and(|wanted| wanted != pictures::name_of(&key)) {
        return Err(AppError::NotFound.into());
    }
    Ok(pictures::response(&public.state, &key, &kind).await?)
}
