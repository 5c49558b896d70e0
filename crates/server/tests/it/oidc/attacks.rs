//! What must not sign anybody in.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{
    Browser, add, audit,
    fake::{Fake, encode},
    for_new_staff, parameter,
};
use crate::harness::TestApp;

async fn start() -> (TestApp, Fake, String) {
    let (app, fake) = (TestApp::start().await, Fake::start().await);
    let id = add(&app.admin(), fake.issuer(), for_new_staff()).await;
    (app, fake, id)
}

async fn nobody_came_in(app: &TestApp, browser: &mut Browser) {
    assert!(browser.me().await.is_none());
    assert!(audit(app, "sign_in.").await.is_empty() && audit(app, "user.").await.is_empty());
}

#[tokio::test]
async fn tokens_that_no_good_provider_makes_are_refused() {
    let (app, fake, id) = start().await;
    let mut browser = Browser::new(app.anonymous());
    let now = app.state.db.now().timestamp();
    let edits: Vec<(&str, Value)> = vec![
        ("iss", json!("https://evil.example")),
        ("iss", json!(format!("{}/", fake.issuer()))),
        ("aud", json!("somebody else")),
        ("aud", json!(["helpdesk", "somebody else"])),
        ("azp", json!("somebody else")),
        ("nonce", json!("another")),
        ("nonce", json!(null)),
        ("exp", json!(now - 61)),
        ("exp", json!("9999999999")),
        ("exp", json!(null)),
        ("iat", json!(now + 61)),
        ("nbf", json!(now + 61)),
        ("at_hash", json!("AAAAAAAAAAAAAAAAAAAAAA")),
        ("sub", json!("")),
        ("sub", json!(null)),
    ];
    for (name, value) in edits {
        let url = browser.start(&id).await;
        let mut claims = fake.claims(&url, "u-1", "new@corp.example", app.state.db.now());
        claims[name] = value.clone();
        let answer = browser.get(&fake.approve(&url, fake.sign(&claims))).await;
        assert_eq!(answer.is(401)["code"], "AUTHENTICATION_ERROR", "{name} = {value}");
    }
    let public = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &fake.public_key());
    let other = Fake::start().await;
    other.rotate("one", 9);
    type Forge<'a> = &'a dyn Fn(&Value) -> String;
    let b64 = |bytes: &[u8]| base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, bytes);
    let forgeries: [(&str, Forge); 6] = [
        ("none", &|claims| format!("{}.", encode(&json!({"alg": "none"}), claims))),
        ("none, signed", &|claims| {
            let good = fake.sign(claims);
            format!("{}.{}", encode(&json!({"alg": "none"}), claims), good.rsplit('.').next().unwrap())
        }),
        ("HS256 with the public key", &|claims| {
            let text = encode(&json!({"alg": "HS256", "kid": "one"}), claims);
            let tag = ring::hmac::sign(&public, text.as_bytes());
            format!("{text}.{}", b64(tag.as_ref()))
        }),
        ("a key of somebody else with the same id", &|claims| other.sign(claims)),
        ("no signature", &|claims| format!("{}.", encode(&json!({"alg": "EdDSA", "kid": "one"}), claims))),
        ("another signature", &|claims| {
            let other_claims = fake.sign(&json!({}));
            format!(
                "{}.{}",
                encode(&json!({"alg": "EdDSA", "kid": "one"}), claims),
                other_claims.rsplit('.').next().unwrap()
            )
        }),
    ];
    for (name, forge) in forgeries {
        let url = browser.start(&id).await;
        let token = forge(&fake.claims(&url, "u-1", "new@corp.example", app.state.db.now()));
        assert_eq!(browser.get(&fake.approve(&url, token)).await.status, 401, "{name}");
    }
    nobody_came_in(&app, &mut browser).await;
}

#[tokio::test]
async fn codes_and_states_are_good_once_and_in_one_browser() {
    let (app, fake, id) = start().await;
    let (mut browser, now) = (Browser::new(app.anonymous()), app.state.db.now());
    let url = browser.start(&id).await;
    let back = fake.accept(&url, "u-1", "new@corp.example", now);
    // Another browser: without a cookie, and with that of a sign-in of its own.
    let mut thief = Browser::new(app.anonymous());
    thief.get(&back).await.is(401);
    thief.start(&id).await;
    thief.get(&back).await.is(401);
    // Another state, none, or the code of one sign-in in another one.
    let second = browser.start(&id).await;
    let code = parameter(&format!("http://x{back}"), "code");
    for query in [
        format!("code={code}"),
        format!("code={code}&state="),
        format!("code={code}&state={}", "A".repeat(43)),
        format!("state={}", parameter(&second, "state")),
    ] {
        browser.get(&format!("/auth/oidc/callback/?{query}")).await.is(401);
    }
    let third = browser.start(&id).await;
    browser.get(&format!("/auth/oidc/callback/?code={code}&state={}", parameter(&third, "state"))).await.is(401);
    nobody_came_in(&app, &mut browser).await;

    let url = browser.start(&id).await;
    let back = fake.accept(&url, "u-1", "new@corp.example", now);
    let cookies = browser.cookies.clone();
    assert_eq!(browser.get(&back).await.status, 302);
    let mut again = Browser::new(app.anonymous());
    again.cookies = cookies.into_iter().filter(|(name, _)| name.starts_with("helpdesk_flow")).collect();
    again.get(&back).await.is(401);
    assert!(again.me().await.is_none());
}

#[tokio::test]
async fn a_sign_in_ends_after_ten_minutes_or_with_its_provider() {
    let (app, fake, id) = start().await;
    let mut browser = Browser::new(app.anonymous());
    let url = browser.start(&id).await;
    app.advance(TimeDelta::minutes(10));
    browser.get(&fake.accept(&url, "u-1", "new@corp.example", app.state.db.now())).await.is(401);
    let url = browser.start(&id).await;
    app.admin().patch(&format!("/identity-providers/{id}/"), json!({"is_active": false})).await.ok();
    browser.get(&fake.accept(&url, "u-1", "new@corp.example", app.state.db.now())).await.is(401);
    browser.get(&format!("/auth/oidc/{id}/start/")).await.is(404);
    assert_eq!(app.anonymous().get("/auth/oidc/").await.ok()["count"], 0);
    app.agent().post(&format!("/auth/oidc/{id}/link/"), json!({})).await.is(404);
    nobody_came_in(&app, &mut browser).await;
}

#[tokio::test]
async fn one_organization_never_signs_in_to_another() {
    let (app, fake, id) = start().await;
    let theirs = add(&app.foreign_admin(), fake.issuer(), for_new_staff()).await;
    let (mut ours, now) = (Browser::new(app.anonymous()), app.state.db.now());
    let mut strangers = Browser::new(app.foreign("agent"));
    strangers.client.token = None;
    // A provider is known at its own host only.
    ours.get(&format!("/auth/oidc/{theirs}/start/")).await.is(404);
    // Begun at theirs, finished at ours, with all cookies.
    let url = strangers.start(&theirs).await;
    assert!(parameter(&url, "redirect_uri").starts_with("http://globex.localhost:8000/"));
    ours.cookies = strangers.cookies.clone();
    ours.get(&fake.accept(&url, "u-1", "new@corp.example", now)).await.is(401);
    nobody_came_in(&app, &mut ours).await;
    // The same issuer and subject are two people in two organizations.
    let url = strangers.start(&theirs).await;
    assert_eq!(strangers.get(&fake.accept(&url, "u-1", "new@corp.example", now)).await.status, 302);
    assert_eq!(strangers.me().await.unwrap()["organization"]["slug"], "globex");
    app.admin().patch(&format!("/identity-providers/{id}/"), json!({"create_users": false})).await.ok();
    let url = ours.start(&id).await;
    ours.get(&fake.accept(&url, "u-1", "new@corp.example", now)).await.is(403);
    nobody_came_in(&app, &mut ours).await;
    // Two providers of one organization with the same issuer do not answer for each other.
    let second = add(&app.admin(), fake.issuer(), json!({"name": "Other", "client_id": "other"})).await;
    let url = ours.start(&second).await;
    ours.get(&fake.accept(&url, "u-1", "new@corp.example", now)).await.is(401);
}

#[tokio::test]
async fn answers_of_another_provider_are_refused() {
    let (app, fake, id) = start().await;
    let (mut browser, now) = (Browser::new(app.anonymous()), app.state.db.now());
    let url = browser.start(&id).await;
    let back = fake.accept(&url, "u-1", "new@corp.example", now);
    browser.get(&format!("{back}&iss=https://evil.example")).await.is(401);
    // A provider that names itself must do so.
    fake.describe("authorization_response_iss_parameter_supported", json!(true));
    app.advance(TimeDelta::minutes(11));
    let now = app.state.db.now();
    let url = browser.start(&id).await;
    browser.get(&fake.accept(&url, "u-1", "new@corp.example", now)).await.is(401);
    nobody_came_in(&app, &mut browser).await;
    let url = browser.start(&id).await;
    let refused =
        format!("/auth/oidc/callback/?error=access_denied&state={}&iss={}", parameter(&url, "state"), fake.issuer());
    let answer = browser.get(&refused).await.is(401);
    assert_eq!(answer["detail"], "The identity provider did not sign you in.");
    let url = browser.start(&id).await;
    let back = format!("{}&iss={}", fake.accept(&url, "u-1", "new@corp.example", now), fake.issuer());
    assert_eq!(browser.get(&back).await.status, 302);
}

#[tokio::test]
async fn new_keys_are_found_and_asked_for_once_a_minute() {
    let (app, fake, id) = start().await;
    let mut browser = Browser::new(app.anonymous());
    let mut come = async || {
        let url = browser.start(&id).await;
        browser.get(&fake.accept(&url, "u-1", "new@corp.example", app.state.db.now())).await.status.as_u16()
    };
    assert_eq!((come().await, fake.key_requests()), (302, 1));
    assert_eq!((come().await, fake.key_requests()), (302, 1));
    fake.rotate("two", 2);
    for _ in 0..3 {
        assert_eq!((come().await, fake.key_requests()), (401, 1));
    }
    app.advance(TimeDelta::seconds(60));
    assert_eq!((come().await, fake.key_requests()), (302, 2));
    // The old key is good for nothing any more.
    fake.rotate("one", 1);
    assert_eq!((come().await, fake.key_requests()), (401, 2));
    app.advance(TimeDelta::minutes(10));
    assert_eq!((come().await, fake.key_requests()), (302, 3));
}

#[tokio::test]
async fn nobody_is_sent_to_another_host() {
    let (app, _fake, id) = start().await;
    for next in [
        "//evil",
        "/%5Cevil",
        "%2F%5Cevil",
        "https:evil",
        "https://evil.example",
        "/%2509/evil",
        "/%09/evil",
        "javascript:alert(1)",
        "%2F%2Fevil",
        "/.//evil",
    ] {
        let answer = app.anonymous().get(&format!("/auth/oidc/{id}/start/?next={next}")).await;
        assert_eq!(answer.problem("next"), "invalid", "{next}");
    }
    for next in ["//evil", "/\\evil", "https:evil", "/%09/evil", "/\t/evil", "javascript:x", ""] {
        let body = json!({ "next": next });
        assert_eq!(
            app.anonymous().post(&format!("/auth/oidc/{id}/start/"), body.clone()).await.problem("next"),
            "invalid"
        );
        assert_eq!(app.agent().post(&format!("/auth/oidc/{id}/link/"), body).await.problem("next"), "invalid");
    }
}

#[tokio::test]
async fn everything_happens_at_the_registered_address() {
    let (app, _fake, id) = start().await;
    let path = format!("/auth/oidc/{id}/start/");
    app.anonymous().at("localhost").get(&path).await.is(404);
    app.anonymous().at("localhost").get("/auth/oidc/").await.is(404);
    app.anonymous().at("localhost").get("/auth/oidc/callback/?code=x&state=y").await.is(404);
    let by = db::operators::By::default();
    db::platform::add_domain(&app.state.db, &by, &app.world.a.organization, "help.acme.example").await.unwrap();
    let elsewhere = app.anonymous().at("help.acme.example");
    assert_eq!(elsewhere.get("/auth/oidc/").await.ok()["count"], 1);
    let told = elsewhere.get(&path).await.is(409)["detail"].as_str().unwrap().to_owned();
    assert!(told.contains("http://acme.localhost:8000"), "{told}");
}
