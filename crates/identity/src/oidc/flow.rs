//! The one secret of a sign-in under way, and what is derived from it. Pure.

use axum::http::{HeaderMap, HeaderValue, header};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use sha2::{Digest, Sha256};
use web::{Config, Response};

use crate::sessions::cookie_value;

/// A sign-in has to come back within this time.
pub const FLOW_LIFE: TimeDelta = TimeDelta::minutes(10);
/// The cookie of a sign-in that lacks the second factor.
const WAITING: &str = "helpdesk_sign_in";

/// Random; known to the browser that started and, while they talk, to us.
#[derive(Clone)]
pub struct FlowSecret([u8; 32]);

impl FlowSecret {
    pub fn new(secret: [u8; 32]) -> Self {
        Self(secret)
    }

    /// The secret in the cookie that belongs to this state, if this browser has it.
    pub fn of_browser(config: &Config, headers: &HeaderMap, state: &str) -> Option<Self> {
        let text = cookie_value(headers, &cookie_name(config, state)?)?;
        let secret = Self(URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?);
        (secret.state() == state).then_some(secret)
    }

    /// The secret of a sign-in that lacks the second factor, if this browser has one.
    pub fn waiting(config: &Config, headers: &HeaderMap) -> Option<Self> {
        let text = cookie_value(headers, &prefixed(config, WAITING))?;
        Some(Self(URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?))
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
    pub fn set_cookie(&self, config: &Config, response: &mut Response) {
        let value = URL_SAFE_NO_PAD.encode(self.0);
        if let Some(name) = cookie_name(config, &self.state()) {
            // Lax: the browser comes back from another site.
            set(config, response, &name, "Lax", &value, FLOW_LIFE.num_seconds());
        }
    }
}

/// Lets the browser come back with the second factor; without a secret that is over.
pub fn set_waiting(config: &Config, response: &mut Response, secret: Option<&FlowSecret>) {
    let value = secret.map(|secret| URL_SAFE_NO_PAD.encode(secret.0)).unwrap_or_default();
    let seconds = if secret.is_some() { FLOW_LIFE.num_seconds() } else { 0 };
    set(config, response, &prefixed(config, WAITING), "Strict", &value, seconds);
}

/// What is stored of a state.
pub fn hash(state: &str) -> Vec<u8> {
    Sha256::digest(state).to_vec()
}

/// Takes it away from the browser.
pub fn remove_cookie(config: &Config, response: &mut Response, state: &str) {
    if let Some(name) = cookie_name(config, state) {
        set(config, response, &name, "Lax", "", 0);
    }
}

/// One cookie for each sign-in, so that two at once do not disturb each other. By HTTPS no page of a
/// neighbouring host can plant it (`__Host-`).
fn cookie_name(config: &Config, state: &str) -> Option<String> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    let start = state.get(..16).filter(|start| start.bytes().all(plain))?;
    Some(prefixed(config, &format!("helpdesk_flow_{start}")))
}

fn prefixed(config: &Config, name: &str) -> String {
    format!("{}{name}", if config.https { "__Host-" } else { "" })
}

fn set(config: &Config, response: &mut Response, name: &str, same_site: &str, value: &str, seconds: i64) {
    let place = if config.https { "Path=/; Secure" } else { "Path=/api" };
    let cookie = format!("{name}={value}; {place}; HttpOnly; SameSite={same_site}; Max-Age={seconds}");
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(https: bool) -> Config {
        Config {
            base_domain: "desk.example".to_owned(),
            https,
            public_port: if https { 443 } else { 8000 },
            cors_origins: Vec::new(),
            demo: false,
            mail_server: None,
            data_dir: "/".into(),
            node: String::new(),
            trusted_proxies: web::TrustedProxies::default(),
        }
    }

    #[test]
    fn only_the_browser_that_started_comes_back() {
        for https in [false, true] {
            let (config, secret) = (config(https), FlowSecret::new([5; 32]));
            let mut response = web::no_content();
            secret.set_cookie(&config, &mut response);
            let line = response.headers()[header::SET_COOKIE].to_str().unwrap().to_owned();
            assert!(line.contains("HttpOnly; SameSite=Lax") && line.contains("Max-Age=600"), "{line}");
            assert_eq!((line.contains("Secure"), line.starts_with("__Host-")), (https, https));
            let mut headers = HeaderMap::new();
            let of_browser =
                |headers: &HeaderMap, state: &str| FlowSecret::of_browser(&config, headers, state).is_some();
            assert!(!of_browser(&headers, &secret.state()));
            headers.insert(header::COOKIE, line.split(';').next().unwrap().parse().unwrap());
            assert!(of_browser(&headers, &secret.state()));
            let similar = format!("{}{}", &secret.state()[..16], "A".repeat(27));
            for other in ["", "x", &similar, &FlowSecret::new([6; 32]).state(), "é".repeat(20).as_str()] {
                assert!(!of_browser(&headers, other), "{other}");
            }
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
