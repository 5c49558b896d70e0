//! The refresh token as a cookie, for the web console.

use axum::http::{HeaderMap, HeaderValue, header};
use web::{Config, Response};

/// By HTTPS the name says so: browsers take a `__Host-` cookie only when it is `Secure`, for every
/// path and for no other host, so that no page of a neighbouring host can plant one.
const fn name(config: &Config) -> &'static str {
    if config.https { "__Host-helpdesk_refresh" } else { "helpdesk_refresh" }
}

/// Whether the caller is the console, which must not see the refresh token.
pub fn wanted(headers: &HeaderMap) -> bool {
    headers.get("x-client").is_some_and(|client| client == "web")
}

/// The token of the cookie, if the request comes from a page of this very host.
pub fn read(config: &Config, headers: &HeaderMap) -> Option<String> {
    if !is_own_page(config, headers) {
        return None;
    }
    value(headers, name(config))
}

/// What a cookie holds.
pub fn value(headers: &HeaderMap, name: &str) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    cookies
        .flat_map(|line| line.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('=').map(str::to_owned))
}

/// Whether `Origin` names the host that is asked. Where HTTPS is in use it must be the origin's too;
/// the port may be missing in `Host` then, since proxies pass the name only.
fn is_own_page(config: &Config, headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let (Some(host), Some(origin)) = (text(header::HOST), text(header::ORIGIN)) else { return false };
    match origin.split_once("://") {
        Some(("https", page)) if config.https => page == host || origin == config.origin(host),
        Some((_, page)) => !config.https && page == host,
        None => false,
    }
}

/// Sets it for this host; an empty token removes it.
pub fn set(config: &Config, response: &mut Response, token: &str, seconds: i64) {
    let seconds = if token.is_empty() { 0 } else { seconds };
    let place = if config.https { "Path=/; Secure" } else { "Path=/api" };
    let cookie = format!("{}={token}; {place}; HttpOnly; SameSite=Strict; Max-Age={seconds}", name(config));
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}
