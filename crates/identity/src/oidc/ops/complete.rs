//! The second factor, after the provider was the first one.

use axum::http::HeaderMap;
use db::Mode;
use kernel::{AppError, AppResult};
use serde_json::json;
use web::{ApiResult, Body, Public, Response};

use super::callback::ended;
use crate::{
    oidc::{
        flow::{self, FlowSecret},
        store,
        wire::Complete,
    },
    otp, providers, sessions,
};

/// `POST auth/oidc/complete/`
pub async fn handler(public: Public, headers: HeaderMap, Body(input): Body<Complete>) -> ApiResult {
    let secret = FlowSecret::waiting(&public.state.config, &headers).ok_or_else(ended)?;
    Ok(run(&public, &secret, &input.otp).await?)
}

async fn run(public: &Public, secret: &FlowSecret, code: &str) -> AppResult<Response> {
    let organization = public.organization.clone().ok_or(AppError::NotFound)?;
    let hash = flow::hash(&secret.state());
    let mut tx = public.open(&organization, Mode::Write).await?;
    let now = tx.now();
    let waiting = store::find_waiting(&mut tx, organization.id, &hash, now).await?.ok_or_else(ended)?;
    let provider = providers::find(&mut tx, organization.id, waiting.provider_id).await?;
    let provider = provider.filter(|provider| provider.is_active).ok_or_else(ended)?;
    let kind = provider.person_kind();
    let person = store::find_person(&mut tx, organization.id, kind, waiting.person_id, None).await?;
    let person = person.filter(|person| person.is_active && person.is_verified).ok_or_else(ended)?;
    // A wrong code is counted and leaves the flow for another try.
    let mut tx = otp::pass(tx, public, (kind, person.id), Some(code)).await?;
    store::take_flow(&mut tx, organization.id, &hash, true, now).await?.ok_or_else(ended)?;
    let how = json!({"provider": provider.name});
    let (session, token) =
        sessions::begin(&mut tx, &public.caller, (kind, person.id, person.name.as_str()), &how).await?;
    tx.commit().await?;
    let mut response = sessions::answer_browser(&public.state, organization, session, token).await?;
    flow::set_waiting(&public.state.config, &mut response, None);
    Ok(response)
}
