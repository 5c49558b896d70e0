//! Forged tokens, replayed refreshes, fields that nobody may set.

use axum::http::Method;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use serde_json::{Value, json};
use web::Keys;

use super::account::*;
use crate::harness::{Client, TestApp, world::PASSWORD};

/// Signs with our own key: whatever is refused is refused for what it says.
struct Forger {
    kid: String,
    secret: [u8; 32],
}

impl Forger {
    async fn new(app: &TestApp) -> Self {
        let key = db::platform::signing_keys(&app.state.db).await.unwrap().remove(0);
        let name = format!("signing_keys.wrapped/{}", key.id.0);
        Self { kid: key.id.to_string(), secret: app.state.vault.unwrap(&name, &key.wrapped).unwrap() }
    }

    /// `KID` stands for the id of the key.
    fn forge(&self, header: &str, payload: &str) -> String {
        let header = header.replace("KID", &self.kid);
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
        let signature = Keys::new(&self.secret, &[]).derive(&signed);
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

const HEADER: &str = r#"{"alg":"HS256","typ":"at+jwt","kid":"KID"}"#;

fn with(client: &Client, token: &str) -> Client {
    Client { token: Some(token.to_owned()), ..client.clone() }
}

/// The claims of a token of ours.
fn claims(token: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap()).unwrap()
}

async fn refused(client: &Client, token: &str, what: &str) {
    for path in ["/auth/me/", "/tickets/"] {
        let answer = with(client, token).get(path).await;
        assert_eq!(answer.status, 401, "{what}");
        assert_eq!(answer.json()["code"], "AUTHENTICATION_ERROR", "{what}");
    }
}

#[tokio::test]
async fn headers_that_choose_their_own_proof_are_refused() {
    let app = TestApp::start().await;
    let (client, forger) = (app.anonymous(), Forger::new(&app).await);
    let good = app.world.a.token(&app.state, "admin");
    let payload = claims(&good).to_string();
    with(&client, &forger.forge(HEADER, &payload)).get("/auth/me/").await.ok();
    for header in [
        r#"{"alg":"none"}"#,
        r#"{"alg":"None","typ":"at+jwt","kid":"KID"}"#,
        r#"{"alg":"NONE","typ":"at+jwt","kid":"KID"}"#,
        r#"{"alg":"nOnE","typ":"at+jwt","kid":"KID"}"#,
        r#"{"alg":"","typ":"at+jwt","kid":"KID"}"#,
        r#"{"alg":"RS256","typ":"at+jwt","kid":"KID"}"#,
        r#"{"alg":"EdDSA","typ":"at+jwt","kid":"KID"}"#,
        r#"{"alg":"HS512","typ":"at+jwt","kid":"KID"}"#,
        r#"{"alg":"HS256","typ":"JWT","kid":"KID"}"#,
        r#"{"alg":"HS256","typ":"at+jwt"}"#,
        r#"{"alg":"HS256","typ":"at+jwt","kid":"1"}"#,
        r#"{"alg":"HS256","typ":"at+jwt","kid":"sgk_00000000000000000000000001"}"#,
        r#"{"alg":"HS256","typ":"at+jwt","kid":"../../dev/null"}"#,
        r#"{"alg":"HS256","typ":"at+jwt","kid":"KID' or '1'='1"}"#,
        r#"{"alg":"HS256","typ":"at+jwt","kid":"http://evil.example/key"}"#,
        r#"{"alg":"HS256","typ":"at+jwt","kid":"KID","jwk":{"kty":"oct","k":"AAAA"}}"#,
        r#"{"alg":"HS256","typ":"at+jwt","kid":"KID","jku":"http://evil.example/keys"}"#,
        r#"{"alg":"HS256","typ":"at+jwt","kid":"KID","x5u":"http://evil.example/cert"}"#,
        r#"{"alg":"HS256","typ":"at+jwt","kid":"KID","crit":["exp"]}"#,
        r#"{"typ":"at+jwt","alg":"HS256","kid":"KID"}"#,
        "{}",
        "",
        "null",
    ] {
        let token = forger.forge(header, &payload);
        refused(&client, &token, header).await;
        let unsigned = token.rsplit_once('.').unwrap().0;
        for cut in [unsigned.to_owned(), format!("{unsigned}."), format!("{unsigned}.AAAA")] {
            refused(&client, &cut, header).await;
        }
    }
    let (head, signature) = good.rsplit_once('.').unwrap();
    let other_key = URL_SAFE_NO_PAD.encode(Keys::new(b"", &[]).derive(head));
    let bad = [
        head.to_owned(),
        format!("{head}."),
        format!("{head}.{other_key}"),
        format!("{good}."),
        format!("{good}.x"),
        signature.to_owned(),
    ];
    for token in bad.iter().map(String::as_str).chain(["", ".", "..", "...", "null", "Bearer"]) {
        refused(&client, token, token).await;
    }
    for scheme in ["Basic", "Token", "bearerx", ""] {
        let headers = [("authorization", format!("{scheme} {good}"))];
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(client.send(Method::GET, "/auth/me/", &headers, None).await.status, 401, "{scheme}");
    }
    assert_eq!(client.get(&format!("/auth/me/?access_token={good}")).await.status, 422, "not known there");
}

#[tokio::test]
async fn claims_of_another_form_or_for_another_place_are_refused() {
    let app = TestApp::start().await;
    let (client, forger) = (app.anonymous(), Forger::new(&app).await);
    let good = claims(&app.world.a.token(&app.state, "admin"));
    let exp = good["exp"].as_i64().unwrap();
    let mut wrong = vec![];
    let set = |field: &str, value: Value| {
        let mut claims = good.clone();
        claims[field] = value;
        claims
    };
    for value in [
        json!(exp.to_string()),
        json!(exp as f64 + 0.5),
        json!(exp as f64),
        json!(-1),
        json!(0),
        json!(app.state.db.now().timestamp()),
        json!(1e18),
        json!(u64::MAX),
        json!(null),
        json!([exp]),
        json!({}),
        json!(true),
    ] {
        wrong.push(set("exp", value));
    }
    for value in [json!((exp + 10_000).to_string()), json!(exp + 10_000), json!(1.5), json!(null)] {
        wrong.push(set("iat", value.clone()));
        // A claim that we do not make is not looked past.
        wrong.push(set("nbf", value));
    }
    wrong.extend([
        set("iss", json!("https://evil.example")),
        set("iss", json!(["helpdesk"])),
        set("aud", json!("platform")),
        set("aud", json!(["organization"])),
        set("aud", json!("widget")),
        set("org", json!(app.world.b.organization.id)),
        set("org", json!("*")),
        set("org", json!(null)),
        set("sid", json!("ses_00000000000000000000000001")),
        set("sid", json!(null)),
        set("role", json!("owner")),
        set("permissions", json!(["tickets:read"])),
    ]);
    for field in ["sub", "org", "sid", "exp", "iat", "iss", "aud"] {
        let mut claims = good.clone();
        claims.as_object_mut().unwrap().remove(field);
        wrong.push(claims);
    }
    for claims in wrong {
        refused(&client, &forger.forge(HEADER, &claims.to_string()), &claims.to_string()).await;
    }
    let twice = good.to_string().replacen('{', &format!("{{\"exp\":{},", exp + 999_999), 1);
    refused(&client, &forger.forge(HEADER, &twice), "two times exp").await;
    let far = set("exp", json!(1_000_000_000_000_000_000_i64));
    // Signed by us it would be believed, but we never sign it; the session ends all the same.
    with(&client, &forger.forge(HEADER, &far.to_string())).get("/auth/me/").await.ok();
    with(&app.as_("admin"), &forger.forge(HEADER, &far.to_string())).post("/auth/logout/", Value::Null).await.is(204);
    refused(&client, &forger.forge(HEADER, &far.to_string()), "far away").await;
}

#[tokio::test]
async fn tokens_are_good_for_what_they_were_made_for() {
    let app = TestApp::start().await;
    let client = app.anonymous();
    let pair = signed_in(&app, "manager").await;
    let access = pair["access"].as_str().unwrap();
    refused(&client, pair["refresh"].as_str().unwrap(), "a refresh token").await;
    refresh(&client, &pair["access"]).await.is(401);
    refused(&client.at("globex.localhost"), access, "another organization's host").await;
    assert_eq!(with(&client.at("nowhere.localhost"), access).get("/auth/me/").await.status, 404);
    for header in ["x-forwarded-host", "forwarded", "x-host"] {
        let at_b = with(&client.at("globex.localhost"), access);
        let answer = at_b.send(Method::GET, "/auth/me/", &[(header, "acme.localhost")], None).await;
        assert_eq!(answer.status, 401, "{header}");
    }
    with(&client, access).get("/auth/me/").await.ok();
    // After another password, elsewhere.
    let other = signed_in(&app, "manager").await;
    let body = json!({"current_password": PASSWORD, "new_password": OTHER});
    with(&client, other["access"].as_str().unwrap()).post("/auth/password/change/", body).await.is(204);
    refused(&client, access, "after another password").await;
    // After the organization was suspended: at its host, and on the bare one.
    let access = login(&client, "manager@acme.test", OTHER).await.ok()["access"].as_str().unwrap().to_owned();
    let status = async |status: &str| {
        sqlx::query("update platform.organizations set status = $1 where slug = 'acme'")
            .bind(status)
            .execute(&mut app.database.superuser().await)
            .await
            .unwrap();
    };
    status("suspended").await;
    for host in ["acme.localhost", "localhost"] {
        let answer = with(&client.at(host), &access).get("/auth/me/").await;
        assert_eq!(answer.is(403)["code"], "ORGANIZATION_SUSPENDED", "{host}");
    }
    status("active").await;
    with(&client, &access).post("/auth/logout/", Value::Null).await.is(204);
    refused(&client, &access, "after signing out").await;
}

#[tokio::test]
async fn many_refreshes_at_once_are_one_family_and_lock_nobody_out() {
    let app = TestApp::start().await;
    let first = signed_in(&app, "agent").await;
    let mut tries = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let (client, token) = (app.anonymous(), first["refresh"].clone());
        tries.spawn(async move { refresh(&client, &token).await.ok() });
    }
    let pairs = tries.join_all().await;
    let mut distinct: Vec<&str> = pairs.iter().map(|pair| pair["refresh"].as_str().unwrap()).collect();
    distinct.sort_unstable();
    distinct.dedup();
    assert_eq!(distinct.len(), 20);
    let sessions: Vec<Value> =
        pairs.iter().map(|pair| claims(pair["access"].as_str().unwrap())["sid"].clone()).collect();
    assert!(sessions.iter().all(|session| *session == sessions[0]));
    for pair in &pairs {
        bearer(&app, &pair["access"]).get("/auth/me/").await.ok();
    }
    assert_eq!(app.agent().get("/auth/sessions/").await.ok()["count"], 2);
    // The stolen one, later: all of the family end, and no other.
    app.advance(TimeDelta::seconds(11));
    refresh(&app.anonymous(), &first["refresh"]).await.is(401);
    for pair in &pairs {
        refresh(&app.anonymous(), &pair["refresh"]).await.is(401);
        bearer(&app, &pair["access"]).get("/auth/me/").await.is(401);
    }
    app.agent().get("/auth/me/").await.ok();
}

#[tokio::test]
async fn a_session_ends_after_thirty_days_however_often_it_is_refreshed() {
    let app = TestApp::start().await;
    let mut pair = signed_in(&app, "agent").await;
    for _ in 0..29 {
        app.advance(TimeDelta::days(1));
        pair = refresh(&app.anonymous(), &pair["refresh"]).await.ok();
    }
    app.advance(TimeDelta::days(1) - TimeDelta::seconds(1));
    pair = refresh(&app.anonymous(), &pair["refresh"]).await.ok();
    app.advance(TimeDelta::seconds(1));
    refresh(&app.anonymous(), &pair["refresh"]).await.is(401);
    bearer(&app, &pair["access"]).get("/auth/me/").await.is(401);
}

#[tokio::test]
async fn nothing_is_set_that_is_not_asked_for() {
    let app = TestApp::start().await;
    let (admin, me) = (app.admin(), format!("/users/{}/", app.world.a.user("agent")));
    let before = admin.get(&me).await.ok();
    let customer = format!("/customers/{}/", app.world.a.customer("customer"));
    let customer_before = admin.get(&customer).await.ok();
    let login = json!({"email": "agent@acme.test", "password": PASSWORD});
    let new = json!({"email": "x@acme.test", "name": "X", "role": "agent", "password": OTHER});
    let change = json!({"current_password": PASSWORD, "new_password": OTHER});
    let register = json!({"email": "x@example.org", "name": "X", "password": OTHER});
    let bodies = [
        (Method::POST, "/auth/login/".to_owned(), login),
        (Method::POST, "/auth/refresh/".to_owned(), json!({"refresh": "x"})),
        (Method::POST, "/auth/password/change/".to_owned(), change),
        (Method::POST, "/auth/password/reset/".to_owned(), json!({"email": "agent@acme.test"})),
        (Method::POST, "/auth/password/reset/confirm/".to_owned(), json!({"token": "x", "password": OTHER})),
        (Method::POST, "/auth/register/".to_owned(), register),
        (Method::POST, "/auth/register/confirm/".to_owned(), json!({"token": "x"})),
        (Method::POST, "/users/".to_owned(), new),
        (Method::PATCH, "/users/me/".to_owned(), json!({"name": "X"})),
        (Method::PATCH, me.clone(), json!({"name": "X"})),
        (Method::POST, "/customers/".to_owned(), json!({"email": "y@example.org", "name": "Y"})),
        (Method::PATCH, customer.clone(), json!({"name": "X"})),
    ];
    for (method, path, body) in bodies {
        let allowed: Vec<&str> = match path.as_str() {
            "/users/" => vec!["role", "password"],
            path if path == me => vec!["role"],
            "/auth/login/" | "/auth/register/" | "/auth/password/reset/confirm/" => vec!["password"],
            _ => vec![],
        };
        for field in [
            "role",
            "roles",
            "is_admin",
            "is_staff",
            "tenant_id",
            "account_id",
            "organization_id",
            "owner_id",
            "password",
            "password_hash",
            "email_verified",
            "email_verified_at",
            "created_at",
            "internal",
            "permissions",
            "ignore_permissions",
            "id",
            "version",
            "removed_at",
            "person_id",
            "purpose",
        ] {
            if allowed.contains(&field) {
                continue;
            }
            let mut extra = body.clone();
            extra[field] = json!("owner");
            let client = if path.starts_with("/auth/") { app.agent() } else { admin.clone() };
            let answer = client.send(method.clone(), &path, &[], Some(extra)).await;
            assert_eq!(answer.problem(field), "unknown", "{method} {path}");
        }
    }
    assert_eq!(admin.get(&me).await.ok(), before);
    assert_eq!(admin.get(&customer).await.ok(), customer_before);
    assert_eq!(admin.get("/users/?search=x@acme").await.ok()["count"], 0);
    app.agent().patch("/users/me/", json!({"role": "admin"})).await.problem("role");
}
