//! Headers that every answer has, and which pages of other hosts may ask.

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::Config;

/// What an answer has unless its handler said something else.
const EVERYWHERE: [(HeaderName, &str); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
];

/// Data, not pages: nothing may be loaded by them, and nobody may keep them.
const OF_DATA: [(HeaderName, &str); 2] = [
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    (header::CACHE_CONTROL, "no-store"),
];

/// The browsable description: its own scripts, and styles that it writes into the page.
const OF_DOCS: [(HeaderName, &str); 2] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
         connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    (header::CACHE_CONTROL, "no-cache"),
];

/// Completes the headers of an answer.
pub(crate) fn complete(response: &mut Response, path: &str, config: &Config) {
    let is_docs = path.starts_with("/api/docs") && response.status() == StatusCode::OK;
    let headers = response.headers_mut();
    for (name, value) in EVERYWHERE.into_iter().chain(if is_docs { OF_DOCS } else { OF_DATA }) {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if config.https {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
}

/// What pages of other hosts may send, beyond the plainest.
const ALLOWED_HEADERS: &str =
    "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, X-API-Key, X-Request-Id";
/// What they may read.
const EXPOSED_HEADERS: &str = "ETag, Idempotency-Replayed, Location, RateLimit-Limit, RateLimit-Remaining, \
                               RateLimit-Reset, Retry-After, X-Request-Id";

/// The origin of the request, when it is one of those that were listed.
pub(crate) fn listed_origin(config: &Config, headers: &HeaderMap) -> Option<HeaderValue> {
    let origin = headers.get(header::ORIGIN)?;
    config.cors_origins.iter().any(|listed| listed.as_bytes() == origin.as_bytes()).then(|| origin.clone())
}

/// The answer to a browser that asks whether a listed origin may send a request.
pub(crate) fn preflight(origin: Option<&HeaderValue>, request: &Request) -> Option<Response> {
    let asks = request.method() == Method::OPTIONS
        && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
        && request.uri().path().starts_with("/api/");
    (asks && origin.is_some()).then(|| {
        let headers = [
            (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, PUT, PATCH, DELETE"),
            (header::ACCESS_CONTROL_ALLOW_HEADERS, ALLOWED_HEADERS),
            (header::ACCESS_CONTROL_MAX_AGE, "600"),
        ];
        (StatusCode::NO_CONTENT, headers).into_response()
    })
}

/// Lets pages of a listed origin read the answer. Cookies are never part of it.
pub(crate) fn share(response: &mut Response, origin: Option<HeaderValue>, config: &Config) {
    let headers = response.headers_mut();
    if !config.cors_origins.is_empty() {
        headers.append(header::VARY, HeaderValue::from_static("Origin"));
    }
    if let Some(origin) = origin {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED_HEADERS));
    }
}
