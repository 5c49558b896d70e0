//! Back from the provider.

use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::IntoResponse,
};
use db::{Credential, Mode, TenantTx, platform::Organization};
use kernel::{AppError, AppResult, Permission};
use serde::Deserialize;
use serde_json::json;
use url::form_urlencoded;
use uuid::Uuid;
use web::{ApiError, ApiResult, AppState, Public, Query, Response, outbound::Call};

use crate::{
    oidc::{
        claims::{self, Claims, Expected, Profile},
        flow::{self, FLOW_LIFE, FlowSecret},
        metadata::Metadata,
        person::{self, Proven},
        redirect_uri,
        store::{self, Flow},
        token::{self, Refused},
        wire::Callback,
    },
    otp,
    providers::{self, Provider},
    sessions,
};

/// `GET auth/oidc/callback/`. People who come with a browser read on the sign-in page what programs read in the answer.
pub async fn handler(public: Public, headers: HeaderMap, Query(input): Query<Callback>) -> ApiResult {
    let organization = public.organization.clone().ok_or(AppError::NotFound)?;
    match Box::pin(run(&public, &organization, &headers, input)).await {
        Err(AppError::Unauthenticated(_) | AppError::Forbidden(_)) if wants_page(&headers) => {
            Ok(onward(&public.state, &organization, "/sign-in?step=refused"))
        }
        outcome => Ok(outcome?),
    }
}

fn wants_page(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|accepted| accepted.to_str().ok())
        .is_some_and(|list| list.contains("text/html"))
}

async fn run(
    public: &Public,
    organization: &Organization,
    headers: &HeaderMap,
    input: Callback,
) -> AppResult<Response> {
    let state = input.state.clone().unwrap_or_default();
    let secret = FlowSecret::of_browser(&public.state.config, headers, &state).ok_or_else(ended)?;
    let (flow, provider, password) = take(public, organization, &state).await?;
    let proven = prove(&public.state, organization, &provider, &password, &secret, input).await?;
    let mut response = match flow.session_id {
        Some(_) => linked(public, organization, &provider, &flow, &proven).await?,
        None => signed_in(public, organization, &provider, &flow, &proven, wants_page(headers)).await?,
    };
    flow::remove_cookie(&public.state.config, &mut response, &state);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// Uses the flow up, whatever comes of it.
async fn take(public: &Public, organization: &Organization, state: &str) -> AppResult<(Flow, Provider, String)> {
    let mut tx = public.open(organization, Mode::Write).await?;
    let now = tx.now();
    let flow = store::take_flow(&mut tx, organization.id, &flow::hash(state), false, now).await?.ok_or_else(ended)?;
    let provider = providers::find(&mut tx, organization.id, flow.provider_id).await?;
    let password = providers::secret_of(&mut tx, &public.state, flow.provider_id).await?;
    tx.commit().await?;
    let provider = provider.filter(|provider| provider.is_active).ok_or_else(ended)?;
    Ok((flow, provider, password))
}

#[derive(Debug, Deserialize)]
struct Tokens {
    id_token: String,
    #[serde(default)]
    access_token: String,
}

/// Asks the provider who it was. No transaction is open.
async fn prove(
    state: &AppState,
    organization: &Organization,
    provider: &Provider,
    password: &str,
    secret: &FlowSecret,
    input: Callback,
) -> AppResult<Proven> {
    let metadata = Metadata::fetch(state, &provider.issuer).await.map_err(|problem| failed(provider, &problem))?;
    // Mix-up: another provider's answer in a flow with this one.
    let is_from_another = input.iss.as_ref().is_some_and(|issuer| *issuer != provider.issuer);
    if is_from_another || (metadata.names_itself && input.iss.is_none()) {
        return Err(failed(provider, &"the answer names another issuer"));
    }
    let code = match (input.error, input.code) {
        (None, Some(code)) => code,
        _ => return Err(AppError::Unauthenticated("The identity provider did not sign you in.".to_owned())),
    };
    let redirect_uri = redirect_uri(state, organization);
    let verifier = secret.verifier();
    let mut fields = vec![
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", &redirect_uri),
        ("code_verifier", &verifier),
    ];
    let endpoint = metadata.token_endpoint.clone();
    let call = if metadata.secret_in_form {
        fields.extend([("client_id", provider.client_id.as_str()), ("client_secret", password)]);
        Call::form(endpoint, &fields)
    } else {
        Call::form(endpoint, &fields).basic(&provider.client_id, password)
    };
    let answer = state.outbound.send(call).await.map_err(|problem| failed(provider, &problem))?;
    if answer.status != StatusCode::OK {
        return Err(failed(provider, &format!("the code was answered with {}", answer.status)));
    }
    let tokens: Tokens =
        serde_json::from_slice(&answer.body).map_err(|_| failed(provider, &"the tokens cannot be read"))?;
    let claims = read(state, provider, &metadata, secret, &tokens).await?;
    let profile = match &metadata.userinfo_endpoint {
        Some(endpoint) if !claims.profile.has_email() => {
            let call = Call::get(endpoint.clone()).bearer(&tokens.access_token);
            ask_more(state, call, &claims).await.map_err(|problem| failed(provider, &problem))?
        }
        _ => claims.profile,
    };
    Ok(Proven { issuer: provider.issuer.clone(), subject: claims.sub, profile })
}

/// The claims of the ID token, once everything about it fits. With a key that is not known the
/// keys are asked for again, at most once a minute.
async fn read(
    state: &AppState,
    provider: &Provider,
    metadata: &Metadata,
    secret: &FlowSecret,
    tokens: &Tokens,
) -> AppResult<Claims> {
    let verify = async |renewed| {
        let keys = metadata.keys(state, renewed).await.map_err(|problem| failed(provider, &problem))?;
        AppResult::Ok(token::verify(&tokens.id_token, &keys, &metadata.algorithms))
    };
    let mut verified = verify(false).await?;
    if verified == Err(Refused::UnknownKey) {
        verified = verify(true).await?;
    }
    let (payload, algorithm) = verified.map_err(|refused| failed(provider, &format!("the ID token: {refused:?}")))?;
    let nonce = secret.nonce();
    let expected = Expected {
        issuer: &provider.issuer,
        client_id: &provider.client_id,
        nonce: &nonce,
        access_token: &tokens.access_token,
        algorithm,
        now: state.db.now(),
    };
    claims::check(&payload, &expected).map_err(|problem| failed(provider, &format!("the ID token: {problem}")))
}

#[derive(Debug, Deserialize)]
struct UserInfo {
    sub: String,
    #[serde(flatten)]
    profile: Profile,
}

/// What the userinfo endpoint tells about the same subject.
async fn ask_more(state: &AppState, call: Call, claims: &Claims) -> Result<Profile, String> {
    let answer = state.outbound.send(call).await.map_err(|problem| problem.to_string())?;
    let info: Option<UserInfo> =
        (answer.status == StatusCode::OK).then(|| serde_json::from_slice(&answer.body).ok()).flatten();
    match info {
        Some(info) if info.sub == claims.sub => Ok(info.profile),
        Some(_) => Err("userinfo is about somebody else".to_owned()),
        None => Err("userinfo cannot be read".to_owned()),
    }
}

async fn signed_in(
    public: &Public,
    organization: &Organization,
    provider: &Provider,
    flow: &Flow,
    proven: &Proven,
    wants_page: bool,
) -> AppResult<Response> {
    let mut tx = public.open(organization, Mode::Write).await?;
    let person = person::who(&mut tx, provider, proven).await?;
    if !person.is_active {
        return Err(person::unknown());
    }
    if otp::is_due(&mut tx, person.id).await? {
        let (next, secret) = second_factor(tx, provider, flow, person.id).await?;
        let mut response = if wants_page {
            onward(&public.state, organization, &format!("/sign-in?step=code&next={next}"))
        } else {
            ApiError(AppError::OtpRequired).into_response()
        };
        flow::set_waiting(&public.state.config, &mut response, Some(&secret));
        return Ok(response);
    }
    let kind = provider.person_kind();
    let mut response = onward(&public.state, organization, &flow.next);
    let how = json!({"provider": provider.name});
    let (_, token) = sessions::begin(&mut tx, &public.caller, (kind, person.id, person.name.as_str()), &how).await?;
    sessions::keep_in_browser(&public.state, &mut response, &token);
    tx.commit().await?;
    Ok(response)
}

/// The provider was the first factor: what it proved is kept, and the browser may come back with the
/// secret and a code at `auth/oidc/complete/`. Also gives the place to go to then, as a part of an address.
async fn second_factor(
    mut tx: TenantTx,
    provider: &Provider,
    flow: &Flow,
    person: Uuid,
) -> AppResult<(String, FlowSecret)> {
    let (organization, now, secret) = (tx.organization(), tx.now(), FlowSecret::new(tx.secret()));
    let waiting = Flow { provider_id: provider.id, session_id: None, person_id: Some(person), next: flow.next.clone() };
    store::insert_flow(&mut tx, organization, &flow::hash(&secret.state()), &waiting, now + FLOW_LIFE).await?;
    tx.commit().await?;
    Ok((form_urlencoded::byte_serialize(flow.next.as_bytes()).collect(), secret))
}

/// Links to whoever asked for it, if their session is still good.
async fn linked(
    public: &Public,
    organization: &Organization,
    provider: &Provider,
    flow: &Flow,
    proven: &Proven,
) -> AppResult<Response> {
    let session = Credential::Session(flow.session_id.ok_or_else(ended)?);
    let (mut tx, who) = TenantTx::open(&public.state.db, organization.tenant(), Some(session), Mode::Write).await?;
    let actor = who.ok_or_else(ended)?.actor(organization.id, session)?;
    actor.require(Permission::SelfWrite)?;
    let kind = provider.person_kind();
    let person = actor.person.uuid().filter(|_| actor.person.kind() == kind).ok_or_else(ended)?;
    tx.act_as(public.caller.origin(&actor));
    let email = proven.profile.verified_email();
    person::link(&mut tx, provider, proven, (kind, person), email.as_deref()).await?;
    tx.commit().await?;
    Ok(onward(&public.state, organization, &flow.next))
}

/// `next` begins with one slash, so it stays behind the host.
fn onward(state: &AppState, organization: &Organization, next: &str) -> Response {
    web::redirect(&format!("{}{next}", state.config.organization_url(&organization.slug)))
}

pub fn ended() -> AppError {
    let sentence = "This sign-in has ended, or began in another browser; begin again.";
    AppError::Unauthenticated(sentence.to_owned())
}

/// The reason is for the log: it may tell an attacker how far they got.
fn failed(provider: &Provider, problem: &dyn std::fmt::Display) -> AppError {
    tracing::warn!(provider = %provider.id, %problem, "a sign-in through an identity provider was refused");
    AppError::Unauthenticated("The identity provider's answer could not be used; begin again.".to_owned())
}
