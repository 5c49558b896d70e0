//! The refresh token as a cookie, for the web console.

use axum::http::{HeaderMap, HeaderValue, header};
use web::Response;

const NAME: &str = "helpdesk_refresh";

/// Whether the caller is the console, which must not see the refresh token.
pub fn wanted(headers: &HeaderMap) -> bool {
    headers.get("x-client").is_some_and(|client| client == "web")
}

/// The token of the cookie, if the request comes from a page of this very host.
pub fn read(headers: &HeaderMap) -> Option<String> {
    let host = headers.get(header::HOST)?.to_str().ok()?;
    let origin = headers.get(header::ORIGIN)?.to_str().ok()?;
    let (_, origin_host) = origin.split_once("://")?;
    if origin_host != host {
        return None;
    }
    value(headers, NAME)
}

/// What a cookie holds.
pub fn value(headers: &HeaderMap, name: &str) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    cookies
        .flat_map(|line| line.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('=').map(str::to_owned))
}

/// Sets it for the auth routes of this host; an empty token removes it.
pub fn set(response: &mut Response, token: &str, seconds: i64) {
    let seconds = if token.is_empty() { 0 } else { seconds };
    let cookie = format!("{NAME}={token}; Path=/api; HttpOnly; SameSite=Strict; Max-Age={seconds}");
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}
