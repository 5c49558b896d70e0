//! The one HTTP client for calls that leave the product.
//!
//! It calls public addresses only ([`Allowed`] is the operator's exception), follows no redirect,
//! uses no proxy, takes no compressed answers, and gives up after 15 seconds or 64 kB. Whether a
//! port is closed, filtered or not permitted is answered alike. No transaction may be open
//! meanwhile.

mod guard;
#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::{Bytes, BytesMut};
use chrono::{DateTime, TimeDelta, Utc};
use moka::future::Cache;
use reqwest::{Client, redirect::Policy};
use url::{Url, form_urlencoded};

pub use guard::Allowed;

/// Bytes of an answer that are read at most, unless the call says otherwise.
const MAX_ANSWER: usize = 64 * 1024;
/// From the first byte of the question to the last one of the answer.
const TOTAL: Duration = Duration::from_secs(15);
const CONNECT: Duration = Duration::from_secs(5);

/// Why a call has no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OutboundError {
    /// Nothing that could be called.
    #[error("This is not an http or https address without user and password.")]
    BadUrl,
    /// Refused, closed, filtered, too slow or broken: all alike.
    #[error("The address could not be reached, or did not answer as expected.")]
    Unreachable,
    /// Larger than the call allows.
    #[error("The answer was too large.")]
    TooLarge,
}

/// An address that may be tried: http or https, without credentials.
pub fn http_url(text: &str) -> Result<Url, OutboundError> {
    let url = Url::parse(text).map_err(|_| OutboundError::BadUrl)?;
    let plain = url.username().is_empty() && url.password().is_none() && url.has_host();
    if plain && matches!(url.scheme(), "http" | "https") && !text.contains(char::is_control) {
        Ok(url)
    } else {
        Err(OutboundError::BadUrl)
    }
}

/// One question.
#[derive(Debug)]
pub struct Call {
    method: Method,
    url: Url,
    headers: HeaderMap,
    body: Bytes,
    limit: usize,
}

impl Call {
    /// Any method; `url` from [`http_url`].
    pub fn new(method: Method, url: Url) -> Self {
        Self { method, url, headers: HeaderMap::new(), body: Bytes::new(), limit: MAX_ANSWER }
    }

    /// `GET`.
    pub fn get(url: Url) -> Self {
        Self::new(Method::GET, url)
    }

    /// `POST` of a form.
    pub fn form(url: Url, fields: &[(&str, &str)]) -> Self {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        Self::new(Method::POST, url).body("application/x-www-form-urlencoded", body)
    }

    /// What is sent, and what it is.
    #[must_use]
    pub fn body(mut self, kind: &'static str, body: impl Into<Bytes>) -> Self {
        self.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        self.body = body.into();
        self
    }

    /// One header.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// With a bearer token; without one when it cannot stand in a header.
    #[must_use]
    pub fn bearer(self, token: &str) -> Self {
        self.authorization(&format!("Bearer {token}"))
    }

    /// As a client with a password, both encoded as OAuth wants it (RFC 6749, 2.3.1).
    #[must_use]
    pub fn basic(self, user: &str, password: &str) -> Self {
        let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let pair = format!("{}:{}", encode(user), encode(password));
        self.authorization(&format!("Basic {}", STANDARD.encode(pair)))
    }

    fn authorization(self, value: &str) -> Self {
        match HeaderValue::from_str(value) {
            Ok(mut value) => {
                value.set_sensitive(true);
                self.header(header::AUTHORIZATION, value)
            }
            Err(_) => self,
        }
    }

    /// Bytes of the answer that are read at most; more is an error.
    #[must_use]
    pub fn limit(mut self, bytes: usize) -> Self {
        self.limit = bytes;
        self
    }
}

/// An answer, whatever its status.
#[derive(Debug)]
pub struct Answer {
    /// Redirects too: none is followed.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Bytes,
}

#[derive(Debug, Clone)]
struct Document {
    body: Bytes,
    fetched_at: DateTime<Utc>,
}

/// The client. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Outbound {
    client: Client,
    allowed: Arc<Allowed>,
    documents: Cache<String, Document>,
}

impl Outbound {
    /// The reason is a sentence: the system's root certificates cannot be read, for example.
    pub fn new(allowed: Allowed) -> Result<Self, String> {
        Self::with_times(allowed, TOTAL, CONNECT)
    }

    #[expect(clippy::disallowed_methods, reason = "the one home of the HTTP client")]
    fn with_times(allowed: Allowed, total: Duration, connect: Duration) -> Result<Self, String> {
        // Set by whoever came first; the client cannot be built without one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let allowed = Arc::new(allowed);
        let client = Client::builder()
            .user_agent("Helpdesk")
            .dns_resolver(Arc::new(guard::GuardedResolver(Arc::clone(&allowed))))
            .redirect(Policy::none())
            .no_proxy()
            .referer(false)
            .timeout(total)
            .connect_timeout(connect)
            .pool_idle_timeout(Duration::from_secs(30))
            .build()
            .map_err(|error| format!("The HTTP client cannot be set up: {error}."))?;
        Ok(Self { client, allowed, documents: Cache::builder().max_capacity(1_000).build() })
    }

    /// What the operator allows.
    pub fn allowed(&self) -> &Allowed {
        &self.allowed
    }

    /// Asks once. The answer's status is the caller's business.
    pub async fn send(&self, call: Call) -> Result<Answer, OutboundError> {
        let Call { method, url, headers, body, limit } = call;
        http_url(url.as_str())?;
        if !self.allowed.permits_literal(&url) {
            return Err(OutboundError::Unreachable);
        }
        let unreachable = |error: reqwest::Error| {
            tracing::debug!(%error, "an outbound call failed");
            OutboundError::Unreachable
        };
        let request = self.client.request(method, url).headers(headers).body(body);
        let mut response = request.send().await.map_err(unreachable)?;
        let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
        let mut body = BytesMut::new();
        while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
            if body.len() + chunk.len() > limit {
                return Err(OutboundError::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer { status, headers, body: body.freeze() })
    }

    /// A public document such as a set of keys, not older than `age` at `now`. It is kept here, so
    /// that it is fetched once and not with each sign-in.
    pub async fn document(&self, url: &Url, now: DateTime<Utc>, age: TimeDelta) -> Result<Bytes, OutboundError> {
        if let Some(known) = self.documents.get(url.as_str()).await
            && now - known.fetched_at < age
        {
            return Ok(known.body);
        }
        let answer = self.send(Call::get(url.clone())).await?;
        if answer.status != StatusCode::OK {
            return Err(OutboundError::Unreachable);
        }
        let document = Document { body: answer.body.clone(), fetched_at: now };
        self.documents.insert(url.as_str().to_owned(), document).await;
        Ok(answer.body)
    }
}
