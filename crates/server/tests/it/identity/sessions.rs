//! Sign-in, rotation, sign-out, cookies, one-time links.

use axum::http::{Method, header};
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::account::{bearer, confirm, login, refresh, signed_in};
use crate::{
    guards::by_https,
    harness::{Answer, TestApp, world::PASSWORD},
};

/// The answer without what differs between any two answers.
fn anonymized(answer: &Answer) -> Value {
    let mut body = answer.is(401);
    body.as_object_mut().unwrap().remove("request_id");
    body
}

/// The cookie's pair and the rest of its line.
fn cookie(answer: &Answer) -> (String, String) {
    let line = answer.headers[header::SET_COOKIE].to_str().unwrap();
    let (pair, rest) = line.split_once(';').unwrap();
    (pair.to_owned(), rest.to_owned())
}

#[tokio::test]
async fn by_https_the_cookie_is_bound_to_the_host() {
    let app = TestApp::start().await;
    let client = by_https(&app, &app.anonymous());
    let body = json!({"email": app.world.a.member("agent").email, "password": PASSWORD});
    let answer = client.send(Method::POST, "/auth/login/", &[("x-client", "web")], Some(body)).await;
    let (pair, rest) = cookie(&answer);
    assert!(pair.starts_with("__Host-helpdesk_refresh=") && answer.ok().get("refresh").is_none());
    for part in ["Path=/;", "Secure", "HttpOnly", "SameSite=Strict"] {
        assert!(rest.contains(part), "{part}: {rest}");
    }
    assert!(!rest.contains("Domain"));
    let call = async |pair: &str, origin: &str| {
        client.send(Method::POST, "/auth/refresh/", &[("cookie", pair), ("origin", origin)], Some(json!({}))).await
    };
    for origin in ["http://acme.localhost", "https://globex.localhost", "https://acme.localhost:444", "null", ""] {
        call(&pair, origin).await.is(401);
    }
    call(pair.trim_start_matches("__Host-"), "https://acme.localhost").await.is(401);
    let (next, _) = cookie(&call(&pair, "https://acme.localhost").await);
    assert_ne!(next, pair);
    // A proxy may leave the port out of Host.
    let config = web::Config { https: true, public_port: 8443, ..(*app.state.config).clone() };
    assert_eq!(config.organization_url("acme"), "https://acme.localhost:8443");
    let out = bearer(&app, &call(&next, "https://acme.localhost").await.ok()["access"]);
    let (gone, rest) = cookie(&by_https(&app, &out).send(Method::POST, "/auth/logout/", &[], None).await);
    assert!(gone == "__Host-helpdesk_refresh=" && rest.contains("Max-Age=0") && rest.contains("Secure"));
}

#[tokio::test]
async fn staff_and_customers_sign_in_at_their_organization() {
    let app = TestApp::start().await;
    for (who, role) in [("agent", "agent"), ("customer", "customer")] {
        let body = signed_in(&app, who).await;
        assert_eq!((body["user"]["role"].as_str(), body["expires_in"].as_i64()), (Some(role), Some(900)));
        assert_eq!(body["user"]["organization"]["slug"], "acme");
        let me = bearer(&app, &body["access"]).get("/auth/me/").await.ok();
        assert_eq!(me, body["user"]);
        assert!(me["permissions"].as_array().unwrap().contains(&json!("tickets:read")));
    }
    let email = app.world.a.member("agent").email.to_uppercase();
    login(&app.anonymous(), &email, PASSWORD).await.ok();
}

#[tokio::test]
async fn wrong_password_and_unknown_address_answer_alike() {
    let app = TestApp::start().await;
    let (client, email) = (app.anonymous(), &app.world.a.member("agent").email);
    let wrong = anonymized(&login(&client, email, "not the password").await);
    assert_eq!(wrong["code"], "AUTHENTICATION_ERROR");
    for other in ["nobody@acme.test", "not an address", "", &app.world.b.member("agent").email] {
        assert_eq!(anonymized(&login(&client, other, PASSWORD).await), wrong, "{other}");
    }
    let body = json!({"email": email, "password": PASSWORD, "organization": "globex"});
    assert_eq!(anonymized(&client.post("/auth/login/", body).await), wrong);
}

#[tokio::test]
async fn the_bare_host_finds_the_organization() {
    let app = TestApp::start().await;
    let (bare, email) = (app.anonymous().at("localhost"), app.world.a.member("agent").email.clone());
    let body = login(&bare, &email, PASSWORD).await.ok();
    assert_eq!(body["user"]["organization"]["slug"], "acme");
    bearer(&app, &body["access"]).at("localhost").get("/auth/me/").await.ok();
    let named = |slug: &str| json!({"email": &email, "password": PASSWORD, "organization": slug});
    bare.post("/auth/login/", named("acme")).await.ok();
    for slug in ["globex", "nowhere", ""] {
        bare.post("/auth/login/", named(slug)).await.is(401);
    }
}

#[tokio::test]
async fn an_address_of_two_organizations_needs_the_slug_on_the_bare_host() {
    let app = TestApp::start().await;
    let user = json!({"email": "both@both.test", "name": "Both", "role": "agent", "password": PASSWORD});
    app.admin().post("/users/", user.clone()).await.created();
    app.foreign_admin().post("/users/", user).await.created();
    let bare = app.anonymous().at("localhost");
    let refused = anonymized(&login(&bare, "both@both.test", PASSWORD).await);
    assert!(refused["detail"].as_str().unwrap().contains("`organization`"));
    assert_eq!(anonymized(&login(&bare, "nobody@both.test", PASSWORD).await), refused);
    let body = json!({"email": "both@both.test", "password": PASSWORD, "organization": "acme"});
    assert_eq!(bare.post("/auth/login/", body).await.ok()["user"]["organization"]["slug"], "acme");
    login(&app.anonymous(), "both@both.test", PASSWORD).await.ok();
}

#[tokio::test]
async fn suspended_people_neither_sign_in_nor_refresh_nor_act() {
    let app = TestApp::start().await;
    let before = signed_in(&app, "agent").await;
    let (old, id) = (app.agent(), app.world.a.user("agent"));
    old.get("/tickets/").await.ok();
    app.admin().patch(&format!("/users/{id}/"), json!({"status": "suspended"})).await.ok();
    old.get("/tickets/").await.is(401);
    bearer(&app, &before["access"]).get("/auth/me/").await.is(401);
    refresh(&app.anonymous(), &before["refresh"]).await.is(401);
    let email = &app.world.a.member("agent").email;
    let refused = anonymized(&login(&app.anonymous(), email, PASSWORD).await);
    assert_eq!(refused, anonymized(&login(&app.anonymous(), "nobody@acme.test", PASSWORD).await));
    app.admin().patch(&format!("/users/{id}/"), json!({"status": "active"})).await.ok();
    login(&app.anonymous(), email, PASSWORD).await.ok();
    old.get("/tickets/").await.is(401);
}

#[tokio::test]
async fn refresh_rotates_and_forgives_for_ten_seconds() {
    let app = TestApp::start().await;
    let (client, first) = (app.anonymous(), signed_in(&app, "agent").await);
    let second = refresh(&client, &first["refresh"]).await.ok();
    assert_ne!(second["refresh"], first["refresh"]);
    app.advance(TimeDelta::seconds(10));
    let again = refresh(&client, &first["refresh"]).await.ok();
    assert!(again["refresh"] != second["refresh"] && again["refresh"] != first["refresh"]);
    for pair in [&second, &again] {
        bearer(&app, &pair["access"]).get("/auth/me/").await.ok();
        refresh(&client, &pair["refresh"]).await.ok();
    }
}

#[tokio::test]
async fn a_token_used_again_later_ends_the_whole_family() {
    let app = TestApp::start().await;
    let (client, first) = (app.anonymous(), signed_in(&app, "agent").await);
    let other = signed_in(&app, "agent").await;
    let second = refresh(&client, &first["refresh"]).await.ok();
    app.advance(TimeDelta::seconds(11));
    refresh(&client, &first["refresh"]).await.is(401);
    refresh(&client, &second["refresh"]).await.is(401);
    bearer(&app, &second["access"]).get("/auth/me/").await.is(401);
    refresh(&client, &other["refresh"]).await.ok();
}

#[tokio::test]
async fn refresh_tokens_belong_to_one_organization() {
    let app = TestApp::start().await;
    let token = signed_in(&app, "agent").await["refresh"].clone();
    refresh(&app.anonymous().at("globex.localhost"), &token).await.is(401);
    for bad in [json!("hdr_x"), json!(""), json!(token.as_str().unwrap().to_uppercase()), Value::Null] {
        refresh(&app.anonymous(), &bad).await.is(401);
    }
    let fresh = refresh(&app.anonymous().at("localhost"), &token).await.ok();
    assert_eq!(fresh["user"]["organization"]["slug"], "acme");
}

#[tokio::test]
async fn logout_ends_the_session_and_no_other() {
    let app = TestApp::start().await;
    let (one, two) = (signed_in(&app, "agent").await, signed_in(&app, "agent").await);
    bearer(&app, &one["access"]).send(Method::POST, "/auth/logout/", &[], None).await.is(204);
    bearer(&app, &one["access"]).get("/auth/me/").await.is(401);
    refresh(&app.anonymous(), &one["refresh"]).await.is(401);
    bearer(&app, &two["access"]).get("/auth/me/").await.ok();
}

#[tokio::test]
async fn access_ends_after_fifteen_minutes_and_the_session_after_thirty_days() {
    let app = TestApp::start().await;
    let pair = signed_in(&app, "agent").await;
    app.advance(TimeDelta::seconds(899));
    bearer(&app, &pair["access"]).get("/auth/me/").await.ok();
    app.advance(TimeDelta::seconds(1));
    bearer(&app, &pair["access"]).get("/auth/me/").await.is(401);
    let next = refresh(&app.anonymous(), &pair["refresh"]).await.ok();
    app.advance(TimeDelta::days(30));
    refresh(&app.anonymous(), &next["refresh"]).await.is(401);
}

#[tokio::test]
async fn the_console_gets_its_refresh_token_as_a_cookie() {
    let app = TestApp::start().await;
    let body = json!({"email": app.world.a.member("agent").email, "password": PASSWORD});
    let client = app.anonymous();
    let answer = client.send(Method::POST, "/auth/login/", &[("x-client", "web")], Some(body)).await;
    assert!(answer.ok().get("refresh").is_none());
    let (pair, rest) = cookie(&answer);
    assert!(rest.contains("HttpOnly") && rest.contains("SameSite=Strict"), "{rest}");
    let here = ("origin", "http://acme.localhost");
    let call =
        async |headers: &[(&str, &str)]| client.send(Method::POST, "/auth/refresh/", headers, Some(json!({}))).await;
    call(&[("cookie", &pair)]).await.is(401);
    call(&[("cookie", &pair), ("origin", "http://globex.localhost")]).await.is(401);
    call(&[("cookie", &pair), ("origin", "null")]).await.is(401);
    call(&[here]).await.is(401);
    let answer = call(&[("cookie", &format!("other=1; {pair}")), here]).await;
    let fresh = answer.ok();
    assert!(fresh.get("refresh").is_none() && cookie(&answer).0 != pair);
    let out = bearer(&app, &fresh["access"]).send(Method::POST, "/auth/logout/", &[], None).await;
    assert!(cookie(&out).1.contains("Max-Age=0"));
}

/// Adds somebody without a password: the token of the link.
async fn invited(app: &TestApp, email: &str) -> String {
    let body = json!({"email": email, "name": "New", "role": "agent"});
    let url = app.admin().post("/users/", body).await.created()["invitation_url"].as_str().unwrap().to_owned();
    let (page, token) = url.split_once('#').unwrap();
    assert_eq!(page, "http://acme.localhost:8000/set-password");
    token.to_owned()
}

#[tokio::test]
async fn a_one_time_link_sets_a_password_once() {
    let app = TestApp::start().await;
    let (client, token) = (app.anonymous(), invited(&app, "new@acme.test").await);
    login(&client, "new@acme.test", "a good long sentence").await.is(401);
    for weak in ["short", "password123", "aaaaaaaaaaaa", "new@acme.test"] {
        let answer = confirm(&client, &token, weak).await;
        assert!(!answer.problem("password").is_empty(), "{weak}");
    }
    assert_eq!(
        confirm(&client.at("globex.localhost"), &token, "a good long sentence").await.problem("token"),
        "invalid"
    );
    confirm(&client, &token, "a good long sentence").await.is(204);
    assert_eq!(confirm(&client, &token, "another long sentence").await.problem("token"), "invalid");
    login(&client, "new@acme.test", "a good long sentence").await.ok();
    login(&client, "new@acme.test", "another long sentence").await.is(401);
}

#[tokio::test]
async fn a_one_time_link_ends_after_a_week() {
    let app = TestApp::start().await;
    let token = invited(&app, "late@acme.test").await;
    app.advance(TimeDelta::days(7) + TimeDelta::seconds(1));
    assert_eq!(confirm(&app.anonymous(), &token, "a good long sentence").await.problem("token"), "invalid");
}
