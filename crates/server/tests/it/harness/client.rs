//! Requests as one person, or as nobody; answers are checked for form and for strangers' words.

use std::net::{IpAddr, SocketAddr};

use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;

use super::schema;

/// What stands in every text of organization A.
pub const CANARY_A: &str = "CANARY-A";
/// What stands in every text of organization B.
pub const CANARY_B: &str = "CANARY-B";

/// Somebody at a host.
#[derive(Debug, Clone)]
pub struct Client {
    pub service: Router,
    pub host: String,
    pub token: Option<String>,
    /// An API key, sent beside the token if there is one too.
    pub key: Option<String>,
    /// What this client must never read.
    pub forbidden: &'static str,
    /// Where the connection comes from; from nowhere unless told.
    pub peer: Option<IpAddr>,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: bytes::Bytes,
    what: String,
}

impl Client {
    /// Somebody with this access token at the same host.
    pub fn with_token(&self, token: &serde_json::Value) -> Self {
        let token = Some(token.as_str().expect("an access token").to_owned());
        Self { token, key: None, ..self.clone() }
    }

    /// A program with this API key at the same host.
    pub fn with_key(&self, key: &str) -> Self {
        Self { token: None, key: Some(key.to_owned()), ..self.clone() }
    }

    /// The same person at another host.
    pub fn at(&self, host: &str) -> Self {
        Self { host: host.to_owned(), ..self.clone() }
    }

    /// The same person from this address.
    #[expect(clippy::wrong_self_convention, reason = "it reads as what it says: an agent from a peer")]
    pub fn from_peer(&self, ip: &str) -> Self {
        Self { peer: Some(ip.parse().unwrap()), ..self.clone() }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, &[], Some(body)).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send(Method::PATCH, path, &[], Some(body)).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.send(Method::PUT, path, &[], Some(body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, &[], None).await
    }

    /// A JSON request with headers.
    pub async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Option<Value>) -> Answer {
        let mut all = headers.to_vec();
        if body.is_some() {
            all.push(("content-type", "application/json"));
        }
        let bytes = body.map_or_else(Vec::new, |body| body.to_string().into_bytes());
        self.raw(method, path, &all, bytes).await
    }

    /// Any bytes. `path` is below `/api/v1` unless it begins with `/api` or names a page.
    pub async fn raw(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Answer {
        let is_whole = ["/api/", "/health", "//", "/set-password", "/verify", "/page.css", "/link.js", "/inbox"]
            .iter()
            .any(|prefix| path.starts_with(prefix))
            || path == "/";
        let path = if is_whole { path.to_owned() } else { format!("/api/v1{path}") };
        let mut request = Request::builder()
            .method(method.clone())
            .uri(path.trim_start_matches("//"))
            .header(header::HOST, &self.host);
        if let Some(token) = &self.token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        if let Some(key) = &self.key {
            request = request.header("x-api-key", key);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(ip) = self.peer {
            request = request.extension(ConnectInfo(SocketAddr::new(ip, 4711)));
        }
        let response = self.service.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let answer = Answer { status: parts.status, headers: parts.headers, bytes, what: format!("{method} {path}") };
        answer.check(method.as_str(), &path, self.forbidden);
        answer
    }
}

impl Answer {
    fn check(&self, method: &str, path: &str, forbidden: &str) {
        let text = String::from_utf8_lossy(&self.bytes);
        assert!(!text.contains(forbidden), "{} shows the other organization: {text}", self.what);
        let headers = format!("{:?}", self.headers);
        assert!(!headers.contains(forbidden), "{} shows the other organization: {headers}", self.what);
        assert!(self.headers.contains_key("x-request-id"), "{}", self.what);
        self.check_headers();
        let is_json =
            self.headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.to_str().unwrap().contains("json"));
        let body = is_json.then(|| self.json());
        if self.status.is_client_error() || self.status.is_server_error() {
            let body = body.as_ref().unwrap_or_else(|| {
                panic!("{} answers {} with something else than JSON: {text}", self.what, self.status)
            });
            assert_eq!(self.headers[header::CONTENT_TYPE], "application/problem+json", "{}", self.what);
            assert_eq!(body["status"], self.status.as_u16());
            assert!(body["code"].is_string() && body["request_id"].is_string() && body["detail"].is_string());
            assert_eq!(self.status == StatusCode::UNAUTHORIZED, self.headers.contains_key(header::WWW_AUTHENTICATE));
        }
        schema::check(method, path, self.status.as_u16(), body.as_ref());
    }

    /// What every answer says to browsers, whatever it is.
    fn check_headers(&self) {
        let value = |name: &str| self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default();
        for (name, wanted) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("cross-origin-resource-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
        ] {
            assert_eq!(value(name), wanted, "{name} of {}", self.what);
        }
        let policy = value("content-security-policy");
        // Only the console's own page takes anything from its origin by default.
        let is_page = value("content-type").starts_with("text/html");
        let is_closed = policy.starts_with("default-src 'none'") || is_page && policy.starts_with("default-src 'self'");
        assert!(is_closed && policy.contains("frame-ancestors 'none'"), "{}", self.what);
        assert!(!policy.contains("script-src 'self' 'unsafe"), "{}", self.what);
        assert!(["no-referrer", "same-origin"].contains(&value("referrer-policy")), "{}", self.what);
        assert!(value("permissions-policy").contains("camera=()"), "{}", self.what);
        let is_data = value("content-type").contains("json") || self.bytes.is_empty();
        assert!(!is_data || value("cache-control").contains("no-store"), "{}: {}", self.what, value("cache-control"));
        assert!(!value("cache-control").is_empty() && !self.headers.contains_key("server"), "{}", self.what);
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|error| panic!("{}: {error}: {:?}", self.what, self.bytes))
    }

    /// The body of an answer with this status.
    #[track_caller]
    pub fn is(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}: {}", self.what, String::from_utf8_lossy(&self.bytes));
        if self.bytes.is_empty() { Value::Null } else { self.json() }
    }

    #[track_caller]
    pub fn ok(&self) -> Value {
        self.is(200)
    }

    #[track_caller]
    pub fn created(&self) -> Value {
        self.is(201)
    }

    /// The code of the first problem of a field in a 422 or 409.
    #[track_caller]
    pub fn problem(&self, field: &str) -> String {
        assert!([409, 422].contains(&self.status.as_u16()), "{}: {}", self.what, String::from_utf8_lossy(&self.bytes));
        let json = self.json();
        json["errors"][field][0]["code"]
            .as_str()
            .unwrap_or_else(|| panic!("{}: no problem of {field} in {json}", self.what))
            .to_owned()
    }
}
