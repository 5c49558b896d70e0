//! The one secret of a sign-in under way, and what is derived from it. Pure.

use axum::http::{HeaderMap, HeaderValue, header};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use sha2::{Digest, Sha256};
use web::Response;

use crate::sessions::cookie_value;

/// A sign-in has to come back within this time.
pub const FLOW_LIFE: TimeDelta = TimeDelta::minutes(10);

/// Random; known to the browser that started and, while they talk, to us.
#[derive(Clone)]
pub struct FlowSecret([u8; 32]);

impl FlowSecret {
    pub fn new(secret: [u8; 32]) -> Self {
        Self(secret)
    }

    /// The secret in the cookie that belongs to this state, if this browser has it.
    pub fn of_browser(headers: &HeaderMap, state: &str) -> Option<Self> {
        let text = cookie_value(headers, &cookie_name(state)?)?;
        let secret = Self(URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?);
        (secret.state() == state).then_some(secret)
    }

    fn derive(&self, purpose: &str) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::new().chain_update(purpose).chain_update(self.0).finalize())
    }

    /// Names the sign-in in addresses.
    pub fn state(&self) -> String {
        self.derive("state")
    }

    /// Comes back in the ID token.
    pub fn nonce(&self) -> String {
        self.derive("nonce")
    }

    /// PKCE: shown to the provider only when the code is exchanged.
    pub fn verifier(&self) -> String {
        self.derive("verifier")
    }

    /// PKCE, S256: shown at the beginning.
    pub fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.verifier()))
    }

    /// Gives it to the browser.
    pub fn set_cookie(&self, response: &mut Response, is_https: bool) {
        if let Some(name) = cookie_name(&self.state()) {
            set(response, &name, &URL_SAFE_NO_PAD.encode(self.0), FLOW_LIFE.num_seconds(), is_https);
        }
    }
}

/// What is stored of a state.
pub fn hash(state: &str) -> Vec<u8> {
    Sha256::digest(state).to_vec()
}

/// Takes it away from the browser.
pub fn remove_cookie(response: &mut Response, state: &str, is_https: bool) {
    if let Some(name) = cookie_name(state) {
        set(response, &name, "", 0, is_https);
    }
}

/// One cookie for each sign-in, so that two at once do not disturb each other.
fn cookie_name(state: &str) -> Option<String> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    state.get(..16).filter(|start| start.bytes().all(plain)).map(|start| format!("helpdesk_flow_{start}"))
}

fn set(response: &mut Response, name: &str, value: &str, seconds: i64, is_https: bool) {
    let secure = if is_https { "; Secure" } else { "" };
    // Lax: the browser comes back from another site.
    let cookie = format!("{name}={value}; Path=/api; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}");
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_browser_that_started_comes_back() {
        let secret = FlowSecret::new([5; 32]);
        let mut response = web::no_content();
        secret.set_cookie(&mut response, false);
        let line = response.headers()[header::SET_COOKIE].to_str().unwrap().to_owned();
        assert!(line.contains("HttpOnly; SameSite=Lax") && line.contains("Max-Age=600") && !line.contains("Secure"));
        let mut headers = HeaderMap::new();
        assert!(FlowSecret::of_browser(&headers, &secret.state()).is_none());
        headers.insert(header::COOKIE, line.split(';').next().unwrap().parse().unwrap());
        assert!(FlowSecret::of_browser(&headers, &secret.state()).is_some());
        let similar = format!("{}{}", &secret.state()[..16], "A".repeat(27));
        for other in ["", "x", &similar, &FlowSecret::new([6; 32]).state(), "é".repeat(20).as_str()] {
            assert!(FlowSecret::of_browser(&headers, other).is_none(), "{other}");
        }
    }

    #[test]
    fn each_value_tells_nothing_of_the_others() {
        let secret = FlowSecret::new([5; 32]);
        let all =
            [secret.state(), secret.nonce(), secret.verifier(), secret.challenge(), URL_SAFE_NO_PAD.encode([5; 32])];
        for (index, one) in all.iter().enumerate() {
            assert!((43..=128).contains(&one.len()));
            assert!(all.iter().skip(index + 1).all(|other| other != one));
        }
    }
}
