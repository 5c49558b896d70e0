//! Password resets and invitations by mail.

use axum::http::Method;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::account::*;
use crate::harness::{TestApp, world::PASSWORD};

const AGENT: &str = "agent@acme.test";

#[tokio::test]
async fn a_mailed_link_sets_another_password_once() {
    let app = TestApp::start().await;
    let client = app.anonymous();
    let before = signed_in(&app, "agent").await;
    ask_reset(&client, "Agent@ACME.test").await.is(202);
    let mails = mails_to(&app, AGENT).await;
    assert_eq!((mails.len(), mails[0].subject.as_str()), (1, "Set another password"));
    let token = token_for(&app, AGENT, "set-password").await;
    assert_eq!(confirm(&client, &token, "short").await.problem("password"), "too_short");
    assert_eq!(confirm(&client, &token, AGENT).await.problem("password"), "too_similar");
    let done = confirm(&client, &token, OTHER).await;
    done.is(204);
    assert!(done.bytes.is_empty() && !done.headers.contains_key("set-cookie"), "nobody is signed in by it");
    assert_eq!(confirm(&client, &token, OTHER).await.problem("token"), "invalid");
    bearer(&app, &before["access"]).get("/auth/me/").await.is(401);
    refresh(&client, &before["refresh"]).await.is(401);
    login(&client, AGENT, PASSWORD).await.is(401);
    login(&client, AGENT, OTHER).await.ok();
    let told = mails_to(&app, AGENT).await;
    assert_eq!(told.last().unwrap().subject, "Your password was changed");
    assert!(!told.last().unwrap().raw.contains("://"));
}

#[tokio::test]
async fn whoever_asks_for_whom_is_answered_alike() {
    let app = TestApp::start().await;
    let client = app.anonymous();
    let user = |who: &str| format!("/users/{}/", app.world.a.user(who));
    app.admin().patch(&user("agent2"), json!({"status": "suspended"})).await.ok();
    app.admin().delete(&user("viewer")).await.is(204);
    app.admin().post("/customers/", json!({"email": "new@example.org", "name": "New"})).await.created();
    let known = comparable(&ask_reset(&client, AGENT).await);
    for other in ["nobody@acme.test", "agent2@acme.test", "viewer@acme.test", "agent@globex.test", "new@example.org"] {
        assert_eq!(comparable(&ask_reset(&client, other).await), known, "{other}");
    }
    for bare in [AGENT, "nobody@acme.test"] {
        assert_eq!(comparable(&ask_reset(&client.at("localhost"), bare).await), known, "{bare}");
    }
    assert_eq!(ask_reset(&client, "no address").await.problem("email"), "invalid");
    let body = json!({"email": AGENT, "organization": "globex"});
    assert_eq!(client.post("/auth/password/reset/", body).await.problem("organization"), "unknown");
    app.run_jobs().await;
    assert_eq!(mails_to(&app, AGENT).await.len(), 2);
    assert_eq!(mails_to(&app, "new@example.org").await.len(), 1, "whoever proves an address may have a password");
    for nobody in ["nobody@acme.test", "agent2@acme.test", "viewer@acme.test", "agent@globex.test"] {
        assert_eq!(mails_to(&app, nobody).await.len(), 0, "{nobody}");
    }
}

#[tokio::test]
async fn on_the_bare_host_the_address_or_the_slug_decides() {
    let app = TestApp::start().await;
    let bare = app.anonymous().at("localhost");
    let user = json!({"email": "both@both.test", "name": "Both", "role": "agent", "password": PASSWORD});
    app.admin().post("/users/", user.clone()).await.created();
    app.foreign_admin().post("/users/", user).await.created();
    ask_reset(&bare, "both@both.test").await.is(202);
    assert_eq!(mails_to(&app, "both@both.test").await.len(), 0);
    for slug in ["acme", "nowhere"] {
        let body = json!({"email": "both@both.test", "organization": slug});
        bare.post("/auth/password/reset/", body).await.is(202);
    }
    let token = token_for(&app, "both@both.test", "set-password").await;
    confirm(&bare, &token, OTHER).await.is(204);
    let named = |slug: &str| json!({"email": "both@both.test", "password": OTHER, "organization": slug});
    bare.post("/auth/login/", named("acme")).await.ok();
    bare.post("/auth/login/", named("globex")).await.is(401);
}

#[tokio::test]
async fn what_is_no_link_is_refused_alike() {
    let app = TestApp::start().await;
    let client = app.anonymous();
    ask_reset(&client, AGENT).await.is(202);
    register(&client, "cleo@example.org").await.is(202);
    let token = token_for(&app, AGENT, "set-password").await;
    let registration = token_for(&app, "cleo@example.org", "verify").await;
    let invited = app.admin().post("/users/", json!({"email": "i@acme.test", "name": "I", "role": "agent"})).await;
    let invitation = invited.created()["invitation_url"].as_str().unwrap().split_once('#').unwrap().1.to_owned();
    let session = signed_in(&app, "agent").await;
    let (head, secret) = token.split_once('.').unwrap();
    let theirs = token.replace(head, &format!("hdl_{}", kernel::id::encode(app.world.b.organization.id.0)));
    let mut flipped = URL_SAFE_NO_PAD.decode(secret).unwrap();
    flipped[31] ^= 1;
    let bad = [
        json!(""),
        json!("%20"),
        json!(" "),
        Value::Null,
        json!("null"),
        json!([]),
        json!({}),
        json!([token]),
        json!(token[..token.len() - 1]),
        json!(token[..20]),
        json!(head),
        json!(secret),
        json!(format!("{token}x")),
        json!(format!("{token} ")),
        json!(token.to_uppercase()),
        json!(token.to_lowercase()),
        json!(format!("{head}.{}", URL_SAFE_NO_PAD.encode(flipped))),
        json!(theirs),
        session["access"].clone(),
        session["refresh"].clone(),
        json!("a\0b"),
    ];
    for token in bad.iter().chain([&json!(registration)]) {
        let body = json!({"token": token, "password": OTHER});
        assert_eq!(client.post("/auth/password/reset/confirm/", body).await.problem("token"), "invalid", "{token}");
    }
    app.advance(TimeDelta::minutes(2));
    for token in bad.iter().chain([&json!(token), &json!(invitation)]) {
        let answer = client.post("/auth/register/confirm/", json!({"token": token})).await;
        assert_eq!(answer.problem("token"), "invalid", "{token}");
    }
    for host in ["globex.localhost"] {
        assert_eq!(confirm(&client.at(host), &token, OTHER).await.problem("token"), "invalid");
        assert_eq!(verify(&client.at(host), &registration).await.problem("token"), "invalid");
    }
    for token in [&token, &registration] {
        let bearer = crate::harness::Client { token: Some(token.clone()), ..client.clone() };
        bearer.get("/auth/me/").await.is(401);
        refresh(&client, &json!(token)).await.is(401);
    }
    // None of this used them up.
    confirm(&client, &token, OTHER).await.is(204);
    verify(&client.at("localhost"), &registration).await.is(204);
}

#[tokio::test]
async fn links_end_by_time_by_use_and_with_their_person() {
    let app = TestApp::start().await;
    let client = app.anonymous();
    let refused = async |token: &str| assert_eq!(confirm(&client, token, OTHER).await.problem("token"), "invalid");
    ask_reset(&client, AGENT).await.is(202);
    let first = token_for(&app, AGENT, "set-password").await;
    app.advance(TimeDelta::minutes(60));
    refused(&first).await;
    ask_reset(&client, AGENT).await.is(202);
    let second = token_for(&app, AGENT, "set-password").await;
    ask_reset(&client, AGENT).await.is(202);
    let third = token_for(&app, AGENT, "set-password").await;
    assert!(first != second && second != third);
    confirm(&client, &third, OTHER).await.is(204);
    refused(&second).await;
    // Suspended: the link is of no use, not even afterwards.
    app.advance(TimeDelta::days(1));
    ask_reset(&client, AGENT).await.is(202);
    let fourth = token_for(&app, AGENT, "set-password").await;
    let path = format!("/users/{}/", app.world.a.user("agent"));
    app.admin().patch(&path, json!({"status": "suspended"})).await.ok();
    refused(&fourth).await;
    app.admin().patch(&path, json!({"status": "active"})).await.ok();
    refused(&fourth).await;
}

#[tokio::test]
async fn a_changed_address_ends_what_was_sent_to_the_old_one() {
    let app = TestApp::start().await;
    let (client, old) = (app.anonymous(), "customer@acme.example");
    ask_reset(&client, old).await.is(202);
    let token = token_for(&app, old, "set-password").await;
    let path = format!("/customers/{}/", app.world.a.customer("customer"));
    app.customer().get("/tickets/").await.ok();
    let changed = app.agent().patch(&path, json!({"email": "moved@acme.example"})).await.ok();
    assert_eq!(changed["email_verified"], false);
    app.customer().get("/tickets/").await.is(401);
    assert_eq!(confirm(&client, &token, OTHER).await.problem("token"), "invalid");
    let wrong = comparable(&login(&client, "moved@acme.example", "not the password").await);
    assert_eq!(comparable(&login(&client, "moved@acme.example", PASSWORD).await), wrong);
    app.agent().post(&format!("{path}invite/"), Value::Null).await.is(202);
    let token = token_for(&app, "moved@acme.example", "set-password").await;
    confirm(&client, &token, OTHER).await.is(204);
    login(&client, "moved@acme.example", OTHER).await.ok();
    assert_eq!(app.agent().get(&path).await.ok()["email_verified"], true);
}

#[tokio::test]
async fn an_address_gets_three_such_mails_a_day() {
    let app = TestApp::start().await;
    let client = app.anonymous();
    for _ in 0..5 {
        ask_reset(&client, AGENT).await.is(202);
        register(&client, AGENT).await.is(202);
        register(&client, "cleo@example.org").await.is(202);
    }
    assert_eq!(mails_to(&app, AGENT).await.len(), 3);
    assert_eq!(mails_to(&app, "cleo@example.org").await.len(), 3);
    app.advance(TimeDelta::hours(24));
    ask_reset(&client, AGENT).await.is(202);
    assert_eq!(mails_to(&app, AGENT).await.len(), 4);
}

#[tokio::test]
async fn links_carry_the_configured_origin_whatever_a_request_says() {
    let app = TestApp::start().await;
    let headers = [
        ("x-forwarded-host", "evil.example"),
        ("forwarded", "host=evil.example;proto=https"),
        ("x-forwarded-proto", "https"),
        ("origin", "http://evil.example"),
        ("referer", "http://evil.example/"),
        ("x-original-host", "evil.example"),
    ];
    for host in ["acme.localhost", "ACME.localhost:1234", "localhost", "127.0.0.1:8000"] {
        let body = Some(json!({"email": "manager@acme.test"}));
        let client = app.anonymous().at(host);
        client.send(Method::POST, "/auth/password/reset/", &headers, body).await.is(202);
        let (origin, ..) = link_in(mails_to(&app, "manager@acme.test").await.last().unwrap());
        assert_eq!(origin, "http://acme.localhost:8000", "{host}");
        app.advance(TimeDelta::days(1));
    }
    let absolute = "//http://acme.localhost:99/api/v1/auth/password/reset/";
    let body = json!({"email": "owner@acme.test"}).to_string().into_bytes();
    let kind = [("content-type", "application/json")];
    app.anonymous().at("acme.localhost").raw(Method::POST, absolute, &kind, body).await.is(202);
    let (origin, ..) = link_in(mails_to(&app, "owner@acme.test").await.last().unwrap());
    assert_eq!(origin, "http://acme.localhost:8000");
    let raws: String = crate::mail::mails::caught(&app, "acme").await.into_iter().map(|sent| sent.raw).collect();
    assert!(!raws.contains("evil.example"));
}

#[tokio::test]
async fn secrets_of_links_are_nowhere_in_the_database() {
    let app = TestApp::start().await;
    let client = app.anonymous();
    let looks = async |tokens: &[&String]| {
        let stored = everything_stored(&app).await;
        for token in tokens {
            let secret = token.split_once('.').unwrap().1;
            let bytes = URL_SAFE_NO_PAD.decode(secret).unwrap();
            assert_eq!(bytes.len(), 32, "256 bits");
            let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            assert!(!stored.contains(secret) && !stored.contains(&hex));
        }
        assert!(!stored.contains(OTHER));
    };
    ask_reset(&client, AGENT).await.is(202);
    register(&client, "cleo@example.org").await.is(202);
    let invited = app.admin().post("/users/", json!({"email": "i@acme.test", "name": "I", "role": "agent"})).await;
    let url = invited.created()["invitation_url"].as_str().unwrap().to_owned();
    let invitation = url.split_once('#').unwrap().1.to_owned();
    looks(&[&invitation]).await;
    let tokens = [
        token_for(&app, AGENT, "set-password").await,
        token_for(&app, "cleo@example.org", "verify").await,
        token_for(&app, "i@acme.test", "set-password").await,
    ];
    assert_eq!(tokens[2], invitation, "the mail and the answer carry the same link");
    looks(&tokens.each_ref()).await;
    // The catcher shows it to administrators of a demo.
    let listed = app.admin().get(&format!("/mail-catcher/?to={AGENT}")).await.ok();
    assert_eq!(
        (&listed["results"][0]["kind"], &listed["results"][0]["ticket_id"]),
        (&json!("password_reset"), &Value::Null)
    );
    let id = listed["results"][0]["id"].as_str().unwrap();
    app.admin().get(&format!("/mail-catcher/{id}/")).await.ok();
    app.manager().get(&format!("/mail-catcher/{id}/")).await.is(403);
}

#[tokio::test]
async fn invitations_can_be_sent_again() {
    let app = TestApp::start().await;
    let (client, admin) = (app.anonymous(), app.admin());
    let made = admin.post("/users/", json!({"email": "i@acme.test", "name": "<b>Evil</b>", "role": "admin"})).await;
    let path = format!("/users/{}/", made.created()["id"].as_str().unwrap());
    let first = token_for(&app, "i@acme.test", "set-password").await;
    assert_eq!(mails_to(&app, "i@acme.test").await[0].subject, "Your account at CANARY-A acme");
    assert!(!mails_to(&app, "i@acme.test").await[0].raw.contains("Evil"));
    admin.post(&format!("{path}invite/"), Value::Null).await.is(202);
    let second = token_for(&app, "i@acme.test", "set-password").await;
    assert_eq!(confirm(&client, &first, OTHER).await.problem("token"), "invalid");
    app.advance(TimeDelta::days(7) - TimeDelta::seconds(1));
    confirm(&client, &second, OTHER).await.is(204);
    login(&client, "i@acme.test", OTHER).await.ok();
    let admin = app.admin();
    assert_eq!(admin.post(&format!("{path}invite/"), Value::Null).await.is(409)["code"], "CONFLICT");
    // Nobody is invited into a role above one's own, and not by those who may not write staff.
    let boss = json!({"email": "boss@acme.test", "name": "Boss", "role": "owner"});
    let boss = app.as_("owner").post("/users/", boss).await.created();
    let boss = format!("/users/{}/invite/", boss["id"].as_str().unwrap());
    admin.post(&boss, Value::Null).await.is(403);
    app.manager().post(&boss, Value::Null).await.is(403);
    app.foreign_admin().post(&boss, Value::Null).await.is(404);
    app.as_("owner").post(&boss, Value::Null).await.is(202);
}

#[tokio::test]
async fn customers_are_invited_to_the_portal() {
    let app = TestApp::start().await;
    let client = app.anonymous();
    let made = app.agent().post("/customers/", json!({"email": "new@example.org", "name": "New"})).await.created();
    let path = format!("/customers/{}/", made["id"].as_str().unwrap());
    let answer = app.agent().post(&format!("{path}invite/"), Value::Null).await.is(202);
    assert!(!answer.to_string().contains("hdl_"), "staff does not get the link of a customer");
    let token = token_for(&app, "new@example.org", "set-password").await;
    assert_eq!(app.agent().get(&path).await.ok()["email_verified"], false);
    confirm(&client, &token, OTHER).await.is(204);
    assert_eq!(app.agent().get(&path).await.ok()["email_verified"], true);
    let pair = login(&client, "new@example.org", OTHER).await.ok();
    bearer(&app, &pair["access"]).get("/tickets/").await.ok();
    app.agent().post(&format!("{path}invite/"), Value::Null).await.is(409);
    app.as_("viewer").post(&format!("{path}invite/"), Value::Null).await.is(403);
    app.foreign("agent").post(&format!("{path}invite/"), Value::Null).await.is(404);
    app.agent().patch(&path, json!({"status": "suspended"})).await.ok();
    app.agent().post(&format!("{path}invite/"), Value::Null).await.is(409);
}

#[tokio::test]
async fn of_two_uses_at_once_one_counts() {
    let app = TestApp::start().await;
    let client = app.anonymous();
    ask_reset(&client, AGENT).await.is(202);
    let token = token_for(&app, AGENT, "set-password").await;
    let mut tries = tokio::task::JoinSet::new();
    for index in 0..5 {
        let (client, token) = (client.clone(), token.clone());
        tries.spawn(
            async move { confirm(&client, &token, &format!("a good long sentence {index}")).await.status.as_u16() },
        );
    }
    let mut found = tries.join_all().await;
    found.sort_unstable();
    assert_eq!(found, [204, 422, 422, 422, 422]);
}
