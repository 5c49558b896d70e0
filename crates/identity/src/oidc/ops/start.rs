//! To the provider: to sign in, or to link an identity to oneself.

use axum::http::{HeaderMap, HeaderValue, header};
use db::{Mode, platform::Organization};
use kernel::{AppError, AppResult, IdentityProviderId};
use url::Url;
use web::{ApiResult, AppState, Body, Listing, Member, PathId, Public, Query, RequestUri, Response, Write};

use crate::{
    oidc::{
        flow::{self, FLOW_LIFE, FlowSecret},
        metadata::Metadata,
        next, redirect_uri,
        store::{self, Flow},
        wire::{PlainQuery, SignInProvider, Start, StartedFlow},
    },
    providers::{self, Provider},
};

/// `GET auth/oidc/`
pub async fn list(public: Public, RequestUri(uri): RequestUri, Query(query): Query<PlainQuery>) -> ApiResult {
    let listing = Listing::new(&uri, query.page, query.page_size, None)?;
    let organization = organization(&public)?;
    let mut tx = public.open(organization, Mode::Read).await?;
    let active = providers::list_active(&mut tx, organization.id).await?;
    let shown = active.into_iter().map(|provider| SignInProvider { id: provider.id, name: provider.name }).collect();
    Ok(web::ok(&web::page_links(&listing, shown), None))
}

/// `GET auth/oidc/{id}/start/`
pub async fn go(
    PathId(id): PathId<IdentityProviderId>,
    public: Public,
    headers: HeaderMap,
    Query(input): Query<Start>,
) -> ApiResult {
    let (secret, url) = sign_in(&public, &headers, id, input).await?;
    Ok(handed_over(web::redirect(&url), &secret, &public.state))
}

/// `POST auth/oidc/{id}/start/`
pub async fn begin(
    PathId(id): PathId<IdentityProviderId>,
    public: Public,
    headers: HeaderMap,
    Body(input): Body<Start>,
) -> ApiResult {
    let (secret, url) = sign_in(&public, &headers, id, input).await?;
    Ok(handed_over(web::ok(&StartedFlow { url }, None), &secret, &public.state))
}

/// `POST auth/oidc/{id}/link/`. No transaction is open while the provider is asked.
pub async fn link(
    PathId(id): PathId<IdentityProviderId>,
    mut cx: Member<Write>,
    headers: HeaderMap,
    Body(input): Body<Start>,
) -> ApiResult {
    let next = next::check(input.next.as_deref().unwrap_or("/"))?;
    let organization = cx.organization.id;
    let provider = active(providers::find(&mut cx.tx, organization, id).await?)?;
    if provider.person_kind() != cx.actor.person.kind() {
        return Err(AppError::conflict("This identity provider is not for people like you.").into());
    }
    check_host(&cx.state, &headers, &cx.organization)?;
    let session = cx.actor.session;
    let released = cx.0.release().await?;
    let metadata = reach(&released.state, &provider).await?;
    let mut cx = released.reopen().await?;
    let (secret, url) = prepare(&cx.state, &cx.organization, &provider, &metadata, cx.tx.secret());
    let now = cx.tx.now();
    let flow = Flow { provider_id: id, session_id: session, person_id: None, next };
    store::insert_flow(&mut cx.tx, organization, &flow::hash(&secret.state()), &flow, now + FLOW_LIFE).await?;
    let answer = handed_over(web::ok(&StartedFlow { url }, None), &secret, &cx.state);
    cx.commit(answer).await
}

async fn sign_in(
    public: &Public,
    headers: &HeaderMap,
    id: IdentityProviderId,
    input: Start,
) -> AppResult<(FlowSecret, String)> {
    let organization = organization(public)?;
    let next = next::check(input.next.as_deref().unwrap_or("/"))?;
    let mut tx = public.open(organization, Mode::Read).await?;
    let provider = active(providers::find(&mut tx, organization.id, id).await?)?;
    drop(tx);
    check_host(&public.state, headers, organization)?;
    let metadata = reach(&public.state, &provider).await?;
    let mut tx = public.open(organization, Mode::Write).await?;
    let (secret, url) = prepare(&public.state, organization, &provider, &metadata, tx.secret());
    let now = tx.now();
    store::prune(&mut tx, organization.id, now).await?;
    let flow = Flow { provider_id: id, session_id: None, person_id: None, next };
    store::insert_flow(&mut tx, organization.id, &flow::hash(&secret.state()), &flow, now + FLOW_LIFE).await?;
    tx.commit().await?;
    Ok((secret, url))
}

fn organization(public: &Public) -> AppResult<&Organization> {
    public.organization.as_ref().ok_or(AppError::NotFound)
}

fn active(provider: Option<Provider>) -> AppResult<Provider> {
    provider.filter(|provider| provider.is_active).ok_or(AppError::NotFound)
}

async fn reach(state: &AppState, provider: &Provider) -> AppResult<Metadata> {
    Metadata::fetch(state, &provider.issuer).await.map_err(|problem| {
        tracing::warn!(provider = %provider.id, %problem, "an identity provider cannot be used");
        AppError::Unavailable("The identity provider cannot be used at the moment.".to_owned(), 10)
    })
}

/// The browser comes back to the organization's own address, so its cookie must be set there.
fn check_host(state: &AppState, headers: &HeaderMap, organization: &Organization) -> AppResult<()> {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = host.split(':').next().unwrap_or_default().trim_end_matches('.').to_ascii_lowercase();
    if name == format!("{}.{}", organization.slug, state.config.base_domain) {
        return Ok(());
    }
    let url = state.config.organization_url(&organization.slug);
    Err(AppError::conflict(format!("Sign-in through an identity provider begins at {url}.")))
}

/// The secret of a new sign-in, and where the browser has to go.
fn prepare(
    state: &AppState,
    organization: &Organization,
    provider: &Provider,
    metadata: &Metadata,
    random: [u8; 32],
) -> (FlowSecret, String) {
    let secret = FlowSecret::new(random);
    let mut url: Url = metadata.authorization_endpoint.clone();
    url.query_pairs_mut()
        .append_pair("response_type", "code")
        .append_pair("client_id", &provider.client_id)
        .append_pair("redirect_uri", &redirect_uri(state, organization))
        .append_pair("scope", &provider.scopes.join(" "))
        .append_pair("state", &secret.state())
        .append_pair("nonce", &secret.nonce())
        .append_pair("code_challenge", &secret.challenge())
        .append_pair("code_challenge_method", "S256");
    (secret, url.into())
}

fn handed_over(mut response: Response, secret: &FlowSecret, state: &AppState) -> Response {
    secret.set_cookie(&state.config, &mut response);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
