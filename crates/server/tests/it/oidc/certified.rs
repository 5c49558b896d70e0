//! The whole way through a certified provider (oidc-provider, on Node.js), as a browser goes it.

use std::{
    collections::HashMap,
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use axum::http::{Method, StatusCode, header};
use serde_json::{Value, json};
use web::{
    Outbound,
    outbound::{Allowed, Answer, Call},
};

use super::{Browser, add, location};
use crate::harness::{TestApp, start_of_time};

/// Where `scripts/setup.sh test` installs the provider.
fn modules() -> PathBuf {
    let tools = std::env::var_os("HELPDESK_TOOLS")
        .map(PathBuf::from)
        .unwrap_or_else(|| PathBuf::from(std::env::var_os("HOME").expect("HOME is set")).join(".cache/helpdesk/tools"));
    tools.join("oidc-provider")
}

struct Certified {
    child: Child,
    issuer: String,
    outbound: Outbound,
    /// Of the browser at the provider.
    cookies: HashMap<String, String>,
}

impl Certified {
    fn start() -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/oidc/provider.mjs");
        let mut child = Command::new("node")
            .arg(script)
            .arg(modules())
            .env("REDIRECT_URI", "http://acme.localhost:8000/api/v1/auth/oidc/callback/")
            .env("NOW", start_of_time().timestamp().to_string())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("node is installed: scripts/setup.sh test");
        let mut issuer = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut issuer).unwrap();
        assert!(issuer.starts_with("http://127.0.0.1:"), "the provider did not start: run scripts/setup.sh test");
        let outbound = Outbound::new(Allowed::parse("127.0.0.1").unwrap()).unwrap();
        Self { child, issuer: issuer.trim().to_owned(), outbound, cookies: HashMap::new() }
    }

    async fn send(&mut self, call: Call) -> Answer {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let call = call.header(header::COOKIE, cookies.join("; ").parse().unwrap());
        let answer = self.outbound.send(call).await.unwrap();
        for line in answer.headers.get_all(header::SET_COOKIE) {
            let (name, value) = line.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        answer
    }

    /// Follows the provider's own pages and forms until it sends the browser back.
    async fn sign_in(&mut self, url: &str, login: &str) -> String {
        let mut call = Call::get(url.parse().unwrap());
        for _ in 0..10 {
            let answer = self.send(call).await;
            call = match answer.status {
                StatusCode::SEE_OTHER | StatusCode::FOUND => {
                    let to = answer.headers[header::LOCATION].to_str().unwrap();
                    if let Some(path) = to.strip_prefix("http://acme.localhost:8000/api/v1") {
                        return path.to_owned();
                    }
                    Call::get(url::Url::parse(&self.issuer).unwrap().join(to).unwrap())
                }
                StatusCode::OK => {
                    let page = String::from_utf8(answer.body.to_vec()).unwrap();
                    let action = page.split("action=\"").nth(1).unwrap_or_else(|| panic!("no form in {page}"));
                    let action = action.split('"').next().unwrap();
                    let prompt = if page.contains("value=\"login\"") { "login" } else { "consent" };
                    let fields = [("prompt", prompt), ("login", login), ("password", "any")];
                    Call::form(url::Url::parse(&self.issuer).unwrap().join(action).unwrap(), &fields)
                }
                other => panic!("{other}: {:?}", answer.body),
            };
        }
        panic!("the provider sends the browser around and around");
    }
}

impl Drop for Certified {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// A provider for new staff, with the client for this signature.
async fn client(app: &TestApp, issuer: &str, algorithm: &str) -> String {
    let settings = json!({
        "name": algorithm, "client_id": format!("helpdesk-{algorithm}"), "client_secret": format!("secret & of {algorithm}"),
        "create_users": true, "default_role": "viewer", "allowed_domains": ["corp.example"],
    });
    add(&app.admin(), issuer, settings).await
}

#[tokio::test]
async fn people_sign_in_with_each_kind_of_signature() {
    let (app, mut provider) = (TestApp::start().await, Certified::start());
    for algorithm in ["RS256", "ES256", "EdDSA"] {
        let id = client(&app, &provider.issuer, algorithm).await;
        let found = app.admin().post(&format!("/identity-providers/{id}/test/"), Value::Null).await.ok();
        assert_eq!((found["is_usable"].as_bool(), found["keys"].as_i64()), (Some(true), Some(3)), "{found}");
        let login = format!("ada-{}", algorithm.to_lowercase());
        for _ in 0..2 {
            let mut browser = Browser::new(app.anonymous());
            provider.cookies.clear();
            let url = browser.start(&id).await;
            let back = provider.sign_in(&url, &login).await;
            assert!(back.contains("code=") && back.contains("state=") && back.contains("iss="), "{back}");
            let answer = browser.get(&back).await;
            assert_eq!(answer.status, 302, "{algorithm}: {:?}", answer.bytes);
            assert_eq!(location(&answer), "http://acme.localhost:8000/tickets?status=open");
            let me = browser.me().await.unwrap();
            assert_eq!((&me["email"], &me["role"]), (&json!(format!("{login}@corp.example")), &json!("viewer")));
            assert_eq!(me["name"], format!("Name of {login}"));
        }
        assert_eq!(app.admin().get(&format!("/users/?search={login}")).await.ok()["count"], 1);
    }
}

#[tokio::test]
async fn what_the_provider_refuses_is_refused() {
    let (app, mut provider) = (TestApp::start().await, Certified::start());
    let id = client(&app, &provider.issuer, "RS256").await;
    let mut browser = Browser::new(app.anonymous());
    // Nobody without a verified address, nobody of another domain.
    for login in ["unverified", "eve@other.example"] {
        provider.cookies.clear();
        let url = browser.start(&id).await;
        let back = provider.sign_in(&url, login).await;
        browser.get(&back).await.is(403);
    }
    // The code of a sign-in that another browser began: PKCE does not fit.
    provider.cookies.clear();
    let url = Browser::new(app.anonymous()).start(&id).await;
    let stolen = provider.sign_in(&url, "ada").await;
    let code = super::parameter(&format!("http://x{stolen}"), "code");
    let own = browser.start(&id).await;
    let state = super::parameter(&own, "state");
    let iss = &provider.issuer;
    browser.get(&format!("/auth/oidc/callback/?code={code}&state={state}&iss={iss}")).await.is(401);
    // A wrong password of the client.
    app.admin().patch(&format!("/identity-providers/{id}/"), json!({"client_secret": "wrong"})).await.ok();
    provider.cookies.clear();
    let url = browser.start(&id).await;
    let back = provider.sign_in(&url, "ada").await;
    browser.get(&back).await.is(401);
    assert!(browser.me().await.is_none());
    let answer = browser.send(Method::GET, "/auth/me/", &[], None).await;
    answer.is(401);
}
