//! How providers are set up.

use serde_json::{Value, json};

use super::{
    add, audit,
    fake::{Fake, PASSWORD},
    for_new_staff,
};
use crate::harness::TestApp;

#[tokio::test]
async fn the_secret_is_sealed_and_never_shown() {
    let (app, fake) = (TestApp::start().await, Fake::start().await);
    let admin = app.admin();
    let id = add(&admin, fake.issuer(), for_new_staff()).await;
    let path = format!("/identity-providers/{id}/");
    let shown = admin.get(&path).await.ok();
    assert_eq!(shown["has_client_secret"], true);
    assert_eq!(shown["redirect_uri"], "http://acme.localhost:8000/api/v1/auth/oidc/callback/");
    let list = admin.get("/identity-providers/").await.ok();
    let changed = admin.patch(&path, json!({"name": "Office", "client_secret": "another secret"})).await.ok();
    admin.patch(&path, json!({"name": "Office"})).await.ok();
    for text in [shown.to_string(), list.to_string(), changed.to_string()] {
        assert!(!text.contains(PASSWORD) && !text.contains("another secret"), "{text}");
    }
    let sql = format!("select client_secret from {}.identity_providers", app.world.a.organization.schema_name);
    let stored: Vec<u8> =
        sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&mut app.database.superuser().await).await.unwrap();
    assert!(!String::from_utf8_lossy(&stored).contains("secret"));
    admin.delete(&path).await.is(204);
    admin.get(&path).await.is(404);
    let told = audit(&app, "identity_provider.").await;
    let actions: Vec<&str> = told.iter().map(|(action, _)| action.as_str()).collect();
    assert_eq!(actions, ["created", "updated", "deleted"].map(|verb| format!("identity_provider.{verb}")));
    let update = &told[1].1;
    assert!(update.contains("Office") && update.contains("(changed)") && !update.contains("issuer"), "{update}");
    assert!(!format!("{told:?}").contains(PASSWORD) && !format!("{told:?}").contains("another secret"));
}

#[tokio::test]
async fn nobody_grants_a_role_above_their_own() {
    let (app, fake) = (TestApp::start().await, Fake::start().await);
    let mut settings = for_new_staff();
    settings["default_role"] = json!("owner");
    let owners = add(&app.as_("owner"), fake.issuer(), settings.clone()).await;
    let path = format!("/identity-providers/{owners}/");
    // Nor by changing who it is that grants it.
    app.admin().patch(&path, json!({"issuer": "https://own.example"})).await.is(403);
    app.admin().patch(&path, json!({"default_role": "agent"})).await.ok();
    for (role, code) in [("nobody", "unknown"), ("customer", "invalid")] {
        assert_eq!(app.admin().patch(&path, json!({"default_role": role})).await.problem("default_role"), code);
    }
    app.agent().get("/identity-providers/").await.is(403);
    app.manager().post(&format!("{path}test/"), Value::Null).await.is(403);
}

#[tokio::test]
async fn settings_are_checked() {
    let app = TestApp::start().await;
    let create = async |more: Value| {
        let mut body = json!({"name": "Work", "issuer": "https://idp.example", "client_id": "c", "client_secret": "s"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        app.admin().post("/identity-providers/", body).await
    };
    for (field, more) in [
        ("name", json!({"name": ""})),
        ("issuer", json!({"issuer": "http://idp.example"})),
        ("issuer", json!({"issuer": "https://idp.example/?x"})),
        ("client_secret", json!({"client_secret": ""})),
        ("scopes", json!({"scopes": ["email"]})),
        ("allowed_domains", json!({"allowed_domains": ["not a domain"]})),
        ("allowed_domains", json!({"link_verified_email": true})),
        ("allowed_domains", json!({"create_users": true, "default_role": "agent"})),
        ("default_role", json!({"create_users": true, "allowed_domains": ["corp.example"]})),
    ] {
        create(more).await.problem(field);
    }
    create(json!({})).await.created();
    assert_eq!(create(json!({})).await.problem("name"), "taken");
}

#[tokio::test]
async fn a_test_says_what_it_found_and_nothing_of_the_inside() {
    let (app, fake) = (TestApp::start().await, Fake::start().await);
    let admin = app.admin();
    let id = add(&admin, fake.issuer(), json!({})).await;
    let (path, test) = (format!("/identity-providers/{id}/"), format!("/identity-providers/{id}/test/"));
    let found = admin.post(&test, Value::Null).await.ok();
    assert_eq!(
        (found["is_usable"].as_bool(), found["keys"].as_i64(), &found["problem"]),
        (Some(true), Some(1), &Value::Null)
    );
    assert_eq!(found["algorithms"], json!(["EdDSA"]));
    let problem = async |issuer: &str| {
        admin.patch(&path, json!({ "issuer": issuer })).await.ok();
        let found = admin.post(&test, Value::Null).await.ok();
        assert_eq!(found["is_usable"], false, "{issuer}");
        found["problem"].as_str().unwrap().to_owned()
    };
    // Closed, refused, and not there at all: the same words.
    let closed = problem("http://127.0.0.1:1").await;
    for inside in [
        "https://169.254.169.254",
        "https://10.0.0.1",
        "https://[::1]:5432",
        "https://localhost",
        "https://none.invalid",
    ] {
        assert_eq!(problem(inside).await, closed, "{inside}");
    }
    app.anonymous().get(&format!("/auth/oidc/{id}/start/")).await.is(503);
    let mix_up = problem(&format!("{}/", fake.issuer())).await;
    assert_eq!(mix_up, "The provider calls itself by another issuer.");
    let other = Fake::start().await;
    other.describe("jwks_uri", json!("http://127.0.0.2/keys"));
    assert_eq!(problem(other.issuer()).await, "An address of the provider is not https.");
    let weak = Fake::start().await;
    weak.describe("id_token_signing_alg_values_supported", json!(["HS256", "none"]));
    assert_eq!(problem(weak.issuer()).await, "The provider signs with none of RS256, ES256 and EdDSA.");
}
