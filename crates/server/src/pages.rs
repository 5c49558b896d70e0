//! What is beside the API, on any host: health, and the console for the rest. Without the console the forms
//! behind one-time links are a plain page, so that people can sign in to a binary with the API alone.

use axum::{
    Router,
    extract::{Extension, State},
    http::{HeaderName, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use web::AppState;

use crate::{console, health::Health};

/// No script or style stands inside a plain page.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The router with its fallback; paths have no trailing slash here, `web::service` accepts both.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/page.css", get(async || file("text/css; charset=utf-8", include_str!("../assets/page.css"))))
        .route("/link.js", get(async || file("text/javascript; charset=utf-8", include_str!("../assets/link.js"))))
        .route("/health", get(health))
        .route("/health/live", get(async || answer(StatusCode::OK, &serde_json::json!({"status": "alive"}))))
        .layer(Extension(Health::default()))
        .fallback(console::serve)
}

/// The page behind one-time links where there is no console.
pub fn link() -> Response {
    file("text/html; charset=utf-8", include_str!("../assets/link.html"))
}

fn file(kind: &'static str, text: &'static str) -> Response {
    let headers: [(HeaderName, &'static str); 4] = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, text).into_response()
}

fn answer(status: StatusCode, body: &impl serde::Serialize) -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    (status, headers, serde_json::to_vec(body).unwrap_or_default()).into_response()
}

async fn health(State(state): State<AppState>, Extension(health): Extension<Health>) -> Response {
    let report = health.report(&state).await;
    let status = if report.is_healthy() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    answer(status, &report)
}
