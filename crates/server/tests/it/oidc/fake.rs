//! An OpenID provider that says what a test wants it to say.

use std::{
    collections::HashMap,
    sync::{
        Arc, LazyLock, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    routing::{get, post},
};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use chrono::{DateTime, Utc};
use ring::{
    digest,
    signature::{Ed25519KeyPair, KeyPair},
};
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinSet};

use super::parameter;

/// The password of the client `helpdesk`.
pub const PASSWORD: &str = "s3cret & more";

/// What a code is good for.
struct Grant {
    challenge: String,
    redirect_uri: String,
    tokens: Value,
}

struct Inner {
    issuer: String,
    key: Mutex<(String, Ed25519KeyPair)>,
    grants: Mutex<HashMap<String, Grant>>,
    metadata: Mutex<Value>,
    userinfo: Mutex<Value>,
    key_requests: AtomicUsize,
}

/// The provider; it ends with its test.
pub struct Fake {
    inner: Arc<Inner>,
    tasks: JoinSet<()>,
}

impl Fake {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let at = |path: &str| format!("{issuer}/{path}");
        let metadata = json!({
            "issuer": issuer, "authorization_endpoint": at("auth?tenant=1"), "token_endpoint": at("token"),
            "jwks_uri": at("keys"), "userinfo_endpoint": at("userinfo"), "response_types_supported": ["code"],
            "id_token_signing_alg_values_supported": ["none", "HS256", "EdDSA"],
        });
        let inner = Arc::new(Inner {
            issuer,
            key: Mutex::new(("one".to_owned(), Ed25519KeyPair::from_seed_unchecked(&[1; 32]).unwrap())),
            grants: Mutex::default(),
            metadata: Mutex::new(metadata),
            userinfo: Mutex::new(json!({})),
            key_requests: AtomicUsize::new(0),
        });
        let service = Router::new()
            .route(
                "/.well-known/openid-configuration",
                get(async |State(it): State<Arc<Inner>>| it.metadata.lock().unwrap().to_string()),
            )
            .route("/keys", get(keys))
            .route("/token", post(token))
            .route("/userinfo", get(async |State(it): State<Arc<Inner>>| it.userinfo.lock().unwrap().to_string()))
            .with_state(Arc::clone(&inner));
        let mut tasks = JoinSet::new();
        tasks.spawn(async move { axum::serve(listener, service).await.unwrap() });
        Self { inner, tasks }
    }

    pub fn issuer(&self) -> &str {
        &self.inner.issuer
    }

    /// Says something else about itself.
    pub fn describe(&self, name: &str, value: Value) {
        self.inner.metadata.lock().unwrap()[name] = value;
    }

    pub fn tell_userinfo(&self, value: Value) {
        *self.inner.userinfo.lock().unwrap() = value;
    }

    /// Signs with another key from now on.
    pub fn rotate(&self, kid: &str, seed: u8) {
        let pair = Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap();
        *self.inner.key.lock().unwrap() = (kid.to_owned(), pair);
    }

    pub fn key_requests(&self) -> usize {
        self.inner.key_requests.load(Ordering::SeqCst)
    }

    /// What a good provider says about somebody who came with this address.
    pub fn claims(&self, url: &str, subject: &str, email: &str, now: DateTime<Utc>) -> Value {
        json!({
            "iss": self.inner.issuer, "sub": subject, "aud": "helpdesk", "nonce": parameter(url, "nonce"),
            "iat": now.timestamp(), "exp": now.timestamp() + 300,
            "email": email, "email_verified": true, "name": format!("Name of {subject}"),
        })
    }

    /// Signed as a good provider does.
    pub fn sign(&self, claims: &Value) -> String {
        let key = self.inner.key.lock().unwrap();
        let text = encode(&json!({"alg": "EdDSA", "kid": key.0}), claims);
        let signature = key.1.sign(text.as_bytes());
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// The public key, as an attacker would try to use it.
    pub fn public_key(&self) -> Vec<u8> {
        self.inner.key.lock().unwrap().1.public_key().as_ref().to_vec()
    }

    /// Sends somebody back with a code for this ID token: the path at the product.
    pub fn approve(&self, url: &str, id_token: String) -> String {
        let code = format!("code-{}", self.inner.grants.lock().unwrap().len());
        let grant = Grant {
            challenge: parameter(url, "code_challenge"),
            redirect_uri: parameter(url, "redirect_uri"),
            tokens: json!({"id_token": id_token, "access_token": "access", "token_type": "Bearer"}),
        };
        self.inner.grants.lock().unwrap().insert(code.clone(), grant);
        format!("/auth/oidc/callback/?code={code}&state={}&session_state=x", parameter(url, "state"))
    }

    /// The same, for a good token about somebody.
    pub fn accept(&self, url: &str, subject: &str, email: &str, now: DateTime<Utc>) -> String {
        self.approve(url, self.sign(&self.claims(url, subject, email, now)))
    }
}

/// Header and claims of a token that is still to be signed.
pub fn encode(header: &Value, claims: &Value) -> String {
    format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(claims.to_string()))
}

async fn keys(State(it): State<Arc<Inner>>) -> String {
    it.key_requests.fetch_add(1, Ordering::SeqCst);
    let key = it.key.lock().unwrap();
    let x = URL_SAFE_NO_PAD.encode(key.1.public_key());
    json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": key.0, "use": "sig", "x": x}]}).to_string()
}

/// Exchanges a code once, for who knows password, verifier and address.
async fn token(State(it): State<Arc<Inner>>, headers: HeaderMap, body: String) -> (StatusCode, String) {
    let refused = |reason: &str| (StatusCode::BAD_REQUEST, json!({"error": reason}).to_string());
    let fields: HashMap<String, String> = url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    let encoded: String = url::form_urlencoded::byte_serialize(PASSWORD.as_bytes()).collect();
    let expected = format!("Basic {}", STANDARD.encode(format!("helpdesk:{encoded}")));
    if headers.get(header::AUTHORIZATION).is_none_or(|given| given != &expected) {
        return refused("invalid_client");
    }
    let Some(grant) = it.grants.lock().unwrap().remove(&fields["code"]) else { return refused("invalid_grant") };
    let verifier = digest::digest(&digest::SHA256, fields["code_verifier"].as_bytes());
    if URL_SAFE_NO_PAD.encode(verifier) != grant.challenge || fields["redirect_uri"] != grant.redirect_uri {
        return refused("invalid_grant");
    }
    (StatusCode::OK, grant.tokens.to_string())
}

/// One for the guards, which need an address to be sent to and nothing else. It lives on a thread
/// of its own, beyond any single test.
pub fn standing_issuer() -> &'static str {
    static ISSUER: LazyLock<String> = LazyLock::new(|| {
        let (tell, told) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let mut fake = Fake::start().await;
                tell.send(fake.issuer().to_owned()).unwrap();
                fake.tasks.join_next().await;
            });
        });
        told.recv().unwrap()
    });
    &ISSUER
}
