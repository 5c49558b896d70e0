//! Customers who open accounts by themselves.

use axum::http::Method;
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::account::*;
use crate::{
    harness::{TestApp, world::PASSWORD},
    mail::mails::{accept, mail},
};

const CLEO: &str = "cleo@example.org";
const BOX: &str = "support@acme.localhost";

#[tokio::test]
async fn an_account_opens_with_the_mailed_link_and_not_before() {
    let app = TestApp::start().await;
    let client = app.anonymous();
    register(&client, "Cleo@Example.org").await.is(202);
    let token = token_for(&app, CLEO, "verify").await;
    let wrong = comparable(&login(&client, CLEO, "not the password").await);
    assert_eq!(comparable(&login(&client, CLEO, OTHER).await), wrong);
    assert_eq!(app.agent().get(&format!("/customers/?email={CLEO}")).await.ok()["count"], 0, "nobody yet");
    verify(&client, &token).await.is(204);
    assert_eq!(verify(&client, &token).await.problem("token"), "invalid");
    let pair = login(&client, CLEO, OTHER).await.ok();
    let cleo = bearer(&app, &pair["access"]);
    assert_eq!(cleo.get("/auth/me/").await.ok()["name"], "Cleo Muster");
    assert_eq!(cleo.get("/tickets/").await.ok()["count"], 0);
    cleo.post("/tickets/", json!({"subject": "Mine"})).await.created();
    let row = app.agent().get(&format!("/customers/?email={CLEO}")).await.ok();
    assert_eq!(row["results"][0]["email_verified"], true);
    login(&client.at("localhost"), CLEO, OTHER).await.ok();
}

#[tokio::test]
async fn known_and_unknown_addresses_are_answered_alike() {
    let app = TestApp::start().await;
    let client = app.anonymous();
    app.agent().post("/customers/", json!({"email": "silent@example.org", "name": "Silent"})).await.created();
    let suspended = format!("/customers/{}/", app.world.a.customer("customer2"));
    app.agent().patch(&suspended, json!({"status": "suspended"})).await.ok();
    let new = comparable(&register(&client, CLEO).await);
    assert_eq!(new.0, 202);
    let known = ["customer@acme.example", "customer2@acme.example", "agent@acme.test", "silent@example.org"];
    for email in known {
        assert_eq!(comparable(&register(&client, email).await), new, "{email}");
    }
    for email in ["customer@acme.example", "agent@acme.test", "silent@example.org"] {
        let mails = mails_to(&app, email).await;
        assert_eq!((mails.len(), mails[0].subject.as_str()), (1, "You have an account already"), "{email}");
        assert!(!mails[0].raw.contains("Muster"), "nothing that a stranger wrote");
    }
    assert_eq!(mails_to(&app, "customer2@acme.example").await.len(), 0);
    assert!(!mails_to(&app, CLEO).await[0].raw.contains("Muster"));
    // Nothing changed before a link is used, and staff are never customers by it.
    for (email, password) in
        [("customer@acme.example", OTHER), ("agent@acme.test", OTHER), ("silent@example.org", OTHER)]
    {
        login(&client, email, password).await.is(401);
    }
    login(&client, "customer@acme.example", PASSWORD).await.ok();
    assert_eq!(app.agent().get("/customers/?email=agent@acme.test").await.ok()["count"], 0);
    assert_eq!(
        app.agent().get("/customers/?email=silent@example.org").await.ok()["results"][0]["email_verified"],
        false
    );
    let token = token_for(&app, "silent@example.org", "set-password").await;
    confirm(&client, &token, "chosen by the owner").await.is(204);
    login(&client, "silent@example.org", OTHER).await.is(401);
    login(&client, "silent@example.org", "chosen by the owner").await.ok();
}

#[tokio::test]
async fn what_is_wrong_is_said_whoever_has_the_address() {
    let app = TestApp::start().await;
    let client = app.anonymous();
    let good = json!({"email": CLEO, "name": "Cleo", "password": OTHER});
    for (field, value) in [
        ("email", json!("no address")),
        ("name", json!(" ")),
        ("name", json!("a\nb")),
        ("password", json!("short")),
        ("password", json!("password123")),
        ("password", json!(CLEO)),
        ("organization", json!("globex")),
    ] {
        let mut body = good.clone();
        body[field] = value;
        client.post("/auth/register/", body).await.problem(field);
    }
    let bare = client.at("localhost");
    assert_eq!(bare.post("/auth/register/", good.clone()).await.problem("organization"), "required");
    let named = |slug: &str| json!({"email": CLEO, "name": "Cleo", "password": OTHER, "organization": slug});
    assert_eq!(bare.post("/auth/register/", named("nowhere")).await.problem("organization"), "unknown");
    bare.post("/auth/register/", named("acme")).await.is(202);
    assert_eq!(mails_to(&app, CLEO).await.len(), 1);
}

/// A password that a stranger chose never opens an account that somebody else has by then.
#[tokio::test]
async fn an_account_that_came_first_is_not_taken_over() {
    let app = TestApp::start().await;
    let client = app.anonymous();
    register(&client, CLEO).await.is(202);
    let token = token_for(&app, CLEO, "verify").await;
    let (ticket, ..) = accept(&app, BOX, mail(CLEO, BOX, "Private", "c@x", "", "My secrets.")).await;
    login(&client, CLEO, OTHER).await.is(401);
    assert_eq!(verify(&client, &token).await.is(409)["code"], "CONFLICT");
    login(&client, CLEO, OTHER).await.is(401);
    assert_eq!(verify(&client, &token).await.problem("token"), "invalid");
    let token = token_for(&app, CLEO, "set-password").await;
    confirm(&client, &token, "chosen by the owner").await.is(204);
    login(&client, CLEO, OTHER).await.is(401);
    let pair = login(&client, CLEO, "chosen by the owner").await.ok();
    bearer(&app, &pair["access"]).get(&format!("/tickets/{ticket}/")).await.ok();
    // The same with somebody of the staff.
    register(&client, "later@acme.test").await.is(202);
    let token = token_for(&app, "later@acme.test", "verify").await;
    let staff = json!({"email": "later@acme.test", "name": "Later", "role": "agent", "password": PASSWORD});
    app.admin().post("/users/", staff).await.created();
    verify(&client, &token).await.is(409);
    login(&client, "later@acme.test", OTHER).await.is(401);
    assert_eq!(login(&client, "later@acme.test", PASSWORD).await.ok()["user"]["role"], "agent");
    assert_eq!(app.agent().get("/customers/?email=later@acme.test").await.ok()["count"], 0);
}

/// Whoever writes by mail is a customer, but not one who can sign in; nor is one made by staff.
#[tokio::test]
async fn customers_without_a_proven_address_have_no_session_at_all() {
    let app = TestApp::start().await;
    app.customer().get("/tickets/").await.ok();
    let pair = signed_in(&app, "customer").await;
    let schema = &app.world.a.organization.schema_name;
    let sql = format!("update {schema}.customers set email_verified_at = null where email = 'customer@acme.example'");
    sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut app.database.superuser().await).await.unwrap();
    app.customer().get("/tickets/").await.is(401);
    app.customer().get("/auth/me/").await.is(401);
    refresh(&app.anonymous(), &pair["refresh"]).await.is(401);
    login(&app.anonymous(), "customer@acme.example", PASSWORD).await.is(401);
}

#[tokio::test]
async fn links_of_registrations_end_after_a_day_and_after_the_first_use() {
    let app = TestApp::start().await;
    let client = app.anonymous();
    register(&client, CLEO).await.is(202);
    let first = token_for(&app, CLEO, "verify").await;
    app.advance(TimeDelta::hours(24));
    assert_eq!(verify(&client, &first).await.problem("token"), "invalid");
    let body = |password: &str| json!({"email": CLEO, "name": "Cleo", "password": password});
    client.post("/auth/register/", body("the first sentence")).await.is(202);
    let second = token_for(&app, CLEO, "verify").await;
    client.post("/auth/register/", body("the second sentence")).await.is(202);
    let third = token_for(&app, CLEO, "verify").await;
    verify(&client, &second).await.is(204);
    assert_eq!(verify(&client, &third).await.problem("token"), "invalid");
    login(&client, CLEO, "the first sentence").await.ok();
    login(&client, CLEO, "the second sentence").await.is(401);
    assert!(!everything_stored(&app).await.contains("registration.requested-with"));
}

#[tokio::test]
async fn an_organization_can_open_accounts_itself() {
    let app = TestApp::start().await;
    let client = app.anonymous();
    register(&client, CLEO).await.is(202);
    let schema = &app.world.a.organization.schema_name;
    let sql = format!("update {schema}.organization_settings set customer_registration = false");
    sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut app.database.superuser().await).await.unwrap();
    let refused = comparable(&register(&client, "dora@example.org").await);
    assert_eq!((refused.0, refused.1["code"].as_str()), (403, Some("PERMISSION_DENIED")));
    assert_eq!(comparable(&register(&client, "agent@acme.test").await), refused);
}

#[tokio::test]
async fn suspended_organizations_open_and_reset_nothing() {
    let app = TestApp::start().await;
    let client = app.anonymous().at("localhost");
    ask_reset(&client, "agent@acme.test").await.is(202);
    let body = json!({"email": CLEO, "name": "Cleo", "password": OTHER, "organization": "acme"});
    client.post("/auth/register/", body.clone()).await.is(202);
    let suspend = |status: &'static str| async move { status };
    let set = async |status: &str| {
        sqlx::query("update platform.organizations set status = $1 where slug = 'acme'")
            .bind(status)
            .execute(&mut app.database.superuser().await)
            .await
            .unwrap();
    };
    set(suspend("suspended").await).await;
    app.run_jobs().await;
    ask_reset(&client, "agent@acme.test").await.is(202);
    assert_eq!(client.post("/auth/register/", body).await.is(403)["code"], "ORGANIZATION_SUSPENDED");
    assert_eq!(mails_to(&app, "agent@acme.test").await.len(), 0);
    let login = json!({"email": "agent@acme.test", "password": PASSWORD, "organization": "acme"});
    let refused = client.send(Method::POST, "/auth/login/", &[], Some(login)).await;
    assert_eq!(refused.is(403)["code"], "ORGANIZATION_SUSPENDED");
    set("active").await;
    let nothing: Value = app.admin().get("/mail-catcher/").await.ok();
    assert_eq!(nothing["count"], 0);
}
