//! What surrounds every request: request id, organization of the host, errors as problem+json,
//! panics caught, one log line.

use std::{
    net::{IpAddr, SocketAddr},
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::HttpBody,
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::get,
};
use db::{
    audit::Origin,
    platform::Organization,
    stats::{Stats, counted},
};
use futures_util::FutureExt;
use kernel::{Actor, AppError, AppResult};
use tower::Layer;
use tower_http::normalize_path::NormalizePathLayer;
use utoipa::openapi::OpenApi;

use crate::{
    ApiError, AppState, HostOrganization, RequestUri, RouteMeta,
    body::{MAX_JSON, read_limited},
    headers, idempotency,
    limits::{self, SignedIn},
    problem,
    refusals::Refusals,
};

/// How long a request may be answered; whoever accepts connections leaves it in the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// Until the answer begins.
    pub request: Duration,
    /// The same for uploads, which take as long as they take.
    pub upload: Duration,
}

static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Where the extractors leave who asked, for the log line and for refusals.
#[derive(Debug, Clone, Default)]
pub struct LogActor(Arc<Mutex<Option<Asked>>>);

/// Who asked, in which organization.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) organization: Organization,
    pub(crate) origin: Origin,
}

impl LogActor {
    pub(crate) fn set(&self, organization: &Organization, origin: Origin) {
        let asked = Asked { organization: organization.clone(), origin };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(asked);
    }

    fn take(&self) -> Option<Asked> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Asked {
    /// For the log line.
    fn words(&self) -> (String, String) {
        let who = self.origin.id.map_or_else(String::new, kernel::id::encode);
        (self.organization.slug.clone(), format!("{}:{who}", self.origin.kind))
    }
}

/// Where a request comes from.
#[derive(Debug, Clone, Default)]
pub struct Caller {
    /// Address of the true peer: of the connection, or whom a trusted proxy names.
    pub ip: Option<IpAddr>,
    /// What the client calls itself, cut to 300 characters.
    pub user_agent: Option<String>,
    /// Id of the request.
    pub request_id: String,
}

impl Caller {
    /// For the audit log: somebody who is not known yet.
    pub fn anonymous(&self) -> Origin {
        Origin {
            kind: "anonymous",
            name: "Nobody".to_owned(),
            ip: self.ip.map(|ip| ip.to_string()),
            user_agent: self.user_agent.clone(),
            request_id: Some(self.request_id.clone()),
            ..Origin::default()
        }
    }

    /// For the audit log: this actor.
    pub fn origin(&self, actor: &Actor) -> Origin {
        Origin {
            kind: actor.person.kind(),
            id: actor.person.uuid(),
            name: actor.name.clone(),
            session: actor.session,
            impersonator: actor.impersonator.as_ref().map(|of| of.id.0),
            ..self.anonymous()
        }
    }
}

/// Assembles the finished service out of the API router, its description and the pages beside it.
/// The API answers under `/api/v1` and `/api`, the fallback of `pages` everything that has no route;
/// a trailing slash makes no difference.
pub fn service(state: AppState, api: Router<AppState>, pages: Router<AppState>, document: OpenApi) -> Router {
    let api = api
        .fallback(async || ApiError(AppError::NotFound))
        .method_not_allowed_fallback(async || ApiError(AppError::MethodNotAllowed))
        .layer(from_fn_with_state(state.clone(), require_known_host))
        .layer(from_fn_with_state(state.clone(), limits::layer));
    let inside = Router::new().nest("/api/v1", api.clone()).nest("/api", api).merge(pages);
    let beside = Router::new()
        .merge(utoipa_swagger_ui::SwaggerUi::new("/api/docs").url("/api/openapi.json", document))
        .route("/api/v1/openapi.json", get(async || crate::redirect("/api/openapi.json")));
    surrounded(state, inside, beside)
}

/// Pages without the API, for an address of their own.
pub fn pages_alone(state: AppState, pages: Router<AppState>) -> Router {
    surrounded(state, pages.fallback(async || ApiError(AppError::NotFound)), Router::new())
}

/// What surrounds every request. A trailing slash makes no difference `inside`; it does `beside`.
fn surrounded(state: AppState, inside: Router<AppState>, beside: Router) -> Router {
    let inside =
        inside.method_not_allowed_fallback(async || ApiError(AppError::MethodNotAllowed)).with_state(state.clone());
    let trimmed = NormalizePathLayer::trim_trailing_slash().layer(inside);
    beside.fallback_service(trimmed).layer(from_fn_with_state((state, Refusals::default()), around))
}

/// Refuses hosts that stand for nothing, before anything of the API is reached.
async fn require_known_host(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    match host_of(&request) {
        Err(error) => ApiError(error).into_response(),
        Ok(host) => match state.hosts.resolve(&state, &host).await {
            Ok(organization) => {
                request.extensions_mut().insert(HostOrganization(organization));
                match with_body_at_hand(request).await {
                    Ok(request) => next.run(request).await,
                    Err(error) => ApiError(error).into_response(),
                }
            }
            Err(error) => ApiError(error).into_response(),
        },
    }
}

/// Reads a JSON body before a handler opens its transaction: a caller that sends slowly must not
/// hold a connection to the database meanwhile. Whoever is not signed in is refused without being
/// read; uploads are read by their handler, which holds no transaction then.
async fn with_body_at_hand(request: Request) -> AppResult<Request> {
    let is_signed_in = request.extensions().get::<SignedIn>().is_some_and(|known| known.0);
    if is_upload(request.headers()) || request.body().is_end_stream() || !is_signed_in {
        return Ok(request);
    }
    let (mut parts, body) = request.into_parts();
    let bytes = read_limited(body, MAX_JSON).await?;
    idempotency::note_body(&mut parts, &bytes);
    Ok(Request::from_parts(parts, axum::body::Body::from(bytes)))
}

fn is_upload(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).map(|kind| kind.as_bytes().to_ascii_lowercase());
    kind.is_some_and(|kind| kind.starts_with(b"multipart/"))
}

/// Asks the handler; what it panics over, or takes too long for, becomes an answer too.
async fn answer(stats: Arc<Stats>, request: Request, next: Next) -> Response {
    let patience = request.extensions().get::<Patience>();
    let patience =
        patience.map(|patience| if is_upload(request.headers()) { patience.upload } else { patience.request });
    let answered = AssertUnwindSafe(counted(stats, next.run(request))).catch_unwind();
    let answered = match patience {
        None => answered.await,
        Some(patience) => match tokio::time::timeout(patience, answered).await {
            Ok(answered) => answered,
            Err(_) => {
                return ApiError(AppError::Unavailable("This took too long and was given up.".to_owned(), 5))
                    .into_response();
            }
        },
    };
    answered.unwrap_or_else(|_| ApiError(AppError::internal("a handler panicked")).into_response())
}

/// The request's host: of an absolute address when there is one, else of the one `Host` header.
fn host_of(request: &Request) -> AppResult<String> {
    if let Some(authority) = request.uri().authority() {
        return Ok(authority.as_str().rsplit('@').next().unwrap_or_default().to_owned());
    }
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let host = hosts.next().and_then(|host| host.to_str().ok()).unwrap_or_default();
    if hosts.next().is_some() {
        return Err(AppError::Malformed("There is more than one Host header.".to_owned()));
    }
    Ok(host.to_owned())
}

async fn around(State((state, refusals)): State<(AppState, Refusals)>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = request_id(&state, &request);
    let (method, path) = (request.method().clone(), path_for_log(request.uri()));
    let tcp = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip());
    let ip = tcp.map(|tcp| state.config.trusted_proxies.peer(tcp, request.headers()));
    let user_agent = request.headers().get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
    let user_agent = user_agent.map(|text| text.chars().take(300).collect());
    let peer = ip.map(|ip| ip.to_string());
    let (actor, stats) = (LogActor::default(), Arc::new(Stats::default()));
    let uri = request.uri().clone();
    request.extensions_mut().insert(RequestUri(uri));
    request.extensions_mut().insert(Caller { ip, user_agent, request_id: id.clone() });
    request.extensions_mut().insert(actor.clone());
    let (origin, full_path) =
        (headers::listed_origin(&state.config, request.headers()), request.uri().path().to_owned());
    let response = match headers::preflight(origin.as_ref(), &request) {
        Some(response) => response,
        None => answer(Arc::clone(&stats), request, next).await,
    };

    let status = response.status();
    let operation = response.extensions().get::<RouteMeta>().map_or("", |meta| meta.operation);
    if let Some(cause) = response.extensions().get::<problem::Problem>().and_then(|problem| problem.cause.as_ref()) {
        tracing::error!(request_id = id, operation, cause, "request failed");
    }
    let elapsed = started.elapsed();
    metrics::counter!("helpdesk_http_requests_total", "operation" => operation, "method" => method.to_string(), "status" => status.as_str().to_owned()).increment(1);
    metrics::histogram!("helpdesk_http_request_seconds", "operation" => operation).record(elapsed.as_secs_f64());
    let asked = actor.take();
    let (organization, actor) = asked.as_ref().map(Asked::words).unwrap_or_default();
    tracing::info!(
        request_id = id,
        %method,
        path,
        operation,
        status = status.as_u16(),
        organization,
        actor,
        peer,
        elapsed_ms = elapsed.as_secs_f64() * 1e3,
        queries = stats.queries(),
        db_ms = stats.micros() as f64 / 1e3,
        "request"
    );
    if let Some(asked) = asked.filter(|_| problem::is_denial(&response)) {
        refusals.note(&state, asked, operation).await;
    }
    let mut response = problem::finish(response, &id);
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID.clone(), value);
    }
    headers::complete(&mut response, &full_path, &state.config);
    headers::share(&mut response, origin, &state.config);
    if status == StatusCode::UNAUTHORIZED && !response.headers().contains_key(header::WWW_AUTHENTICATE) {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"helpdesk\""));
    }
    response
}

/// The caller's own id when it is a plain one, else a new one.
fn request_id(state: &AppState, request: &Request) -> String {
    let given = request.headers().get(&REQUEST_ID).and_then(|id| id.to_str().ok()).unwrap_or_default();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if (1..=64).contains(&given.len()) && given.bytes().all(plain) {
        given.to_owned()
    } else {
        kernel::id::encode(state.db.ids.id())
    }
}

/// The path without its query, which may carry what must not stand in a log; bounded.
fn path_for_log(uri: &Uri) -> String {
    uri.path().chars().take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::{Impersonator, OrganizationId, Person, UserId};
    use uuid::Uuid;

    #[test]
    fn the_audit_log_is_told_who_really_acts() {
        let id = |value| UserId(Uuid::from_u128(value));
        let mut actor = Actor::system(OrganizationId(Uuid::nil()));
        actor.person = Person::Staff(id(1));
        assert_eq!(Caller::default().origin(&actor).impersonator, None);
        actor.impersonator = Some(Impersonator { id: id(2), name: "Ada".to_owned() });
        let origin = Caller::default().origin(&actor);
        assert_eq!((origin.kind, origin.id, origin.impersonator), ("user", Some(id(1).0), Some(id(2).0)));
    }
}
