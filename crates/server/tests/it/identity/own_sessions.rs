//! Where somebody is signed in, and another password.

use axum::http::Method;
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::account::*;
use crate::harness::{Answer, Client, TestApp, world::PASSWORD};

async fn sessions(client: &Client) -> Vec<Value> {
    client.get("/auth/sessions/").await.ok()["results"].as_array().unwrap().clone()
}

async fn change(client: &Client, current: &str, new: &str) -> Answer {
    client.post("/auth/password/change/", json!({"current_password": current, "new_password": new})).await
}

#[tokio::test]
async fn own_sessions_are_listed_and_ended() {
    let app = TestApp::start().await;
    for who in ["agent", "customer"] {
        let old = app.as_(who);
        let email = app.world.a.member(who).email.clone();
        app.advance(TimeDelta::minutes(1));
        let body = json!({"email": email, "password": PASSWORD});
        let agent = [("user-agent", "Firefox on a phone")];
        let phone = app.anonymous().send(Method::POST, "/auth/login/", &agent, Some(body)).await.ok();
        let phone_client = bearer(&app, &phone["access"]);
        app.advance(TimeDelta::minutes(1));
        let listed = sessions(&old).await;
        assert_eq!(listed.len(), 2, "{who}");
        assert_eq!(listed[0]["user_agent"], "Firefox on a phone");
        assert_eq!((&listed[0]["is_current"], &listed[1]["is_current"]), (&json!(false), &json!(true)));
        assert_eq!(listed[0]["last_seen_at"], listed[0]["created_at"]);
        app.advance(TimeDelta::minutes(1));
        let again = refresh(&app.anonymous(), &phone["refresh"]).await.ok();
        let seen = sessions(&old).await;
        assert_eq!((&seen[0]["id"], &seen[0]["created_at"]), (&listed[0]["id"], &listed[0]["created_at"]));
        assert!(seen[0]["last_seen_at"].as_str() > seen[0]["created_at"].as_str());
        let page = old.get("/auth/sessions/?page_size=1&page=2").await.ok();
        assert_eq!((&page["count"], &page["results"][0]["is_current"]), (&json!(2), &json!(true)));
        let path = format!("/auth/sessions/{}/", seen[0]["id"].as_str().unwrap());
        send(&app.as_("manager"), Method::DELETE, &path).await.is(404);
        send(&app.foreign("agent"), Method::DELETE, &path).await.is(404);
        phone_client.get("/auth/me/").await.ok();
        send(&old, Method::DELETE, &path).await.is(204);
        send(&old, Method::DELETE, &path).await.is(404);
        phone_client.get("/auth/me/").await.is(401);
        bearer(&app, &again["access"]).get("/auth/me/").await.is(401);
        refresh(&app.anonymous(), &again["refresh"]).await.is(401);
        assert_eq!(sessions(&old).await.len(), 1);
    }
}

#[tokio::test]
async fn all_others_end_at_once_and_nobody_elses() {
    let app = TestApp::start().await;
    let (one, two) = (signed_in(&app, "agent").await, signed_in(&app, "agent").await);
    let stranger = signed_in(&app, "manager").await;
    let client = bearer(&app, &one["access"]);
    send(&client, Method::DELETE, "/auth/sessions/").await.is(204);
    client.get("/auth/me/").await.ok();
    refresh(&app.anonymous(), &one["refresh"]).await.ok();
    bearer(&app, &two["access"]).get("/auth/me/").await.is(401);
    refresh(&app.anonymous(), &two["refresh"]).await.is(401);
    app.agent().get("/auth/me/").await.is(401);
    bearer(&app, &stranger["access"]).get("/auth/me/").await.ok();
    assert_eq!(sessions(&client).await.len(), 1);
}

#[tokio::test]
async fn administrators_end_sessions_of_those_they_may_touch() {
    let app = TestApp::start().await;
    let path = |who: &str| format!("/users/{}/sessions/", app.world.a.user(who));
    let customer = format!("/customers/{}/sessions/", app.world.a.customer("customer"));
    let pair = signed_in(&app, "agent").await;
    assert_eq!(app.admin().get(&path("agent")).await.ok()["count"], 2);
    assert_eq!(app.admin().get(&customer).await.ok()["count"], 1);
    for who in ["manager", "agent", "viewer", "technician", "customer"] {
        for path in [path("agent2"), customer.clone()] {
            app.as_(who).get(&path).await.is(403);
            send(&app.as_(who), Method::DELETE, &path).await.is(403);
        }
    }
    app.foreign_admin().get(&path("agent")).await.is(404);
    send(&app.foreign_admin(), Method::DELETE, &customer).await.is(404);
    app.admin().get(&path("owner")).await.is(403);
    send(&app.admin(), Method::DELETE, &path("owner")).await.is(403);
    app.as_("owner").get("/auth/me/").await.ok();
    send(&app.admin(), Method::DELETE, &path("agent")).await.is(204);
    send(&app.admin(), Method::DELETE, &customer).await.is(204);
    app.agent().get("/auth/me/").await.is(401);
    app.customer().get("/auth/me/").await.is(401);
    bearer(&app, &pair["access"]).get("/auth/me/").await.is(401);
    refresh(&app.anonymous(), &pair["refresh"]).await.is(401);
    send(&app.as_("owner"), Method::DELETE, &path("admin")).await.is(204);
    app.admin().get("/auth/me/").await.is(401);
    signed_in(&app, "agent").await;
}

#[tokio::test]
async fn another_password_ends_all_other_sessions() {
    let app = TestApp::start().await;
    for (who, email) in [("agent", "agent@acme.test"), ("customer", "customer@acme.example")] {
        let (one, two) = (signed_in(&app, who).await, signed_in(&app, who).await);
        let client = bearer(&app, &one["access"]);
        ask_reset(&app.anonymous(), email).await.is(202);
        let link = token_for(&app, email, "set-password").await;
        assert_eq!(change(&client, "not the password", OTHER).await.problem("current_password"), "wrong");
        assert_eq!(change(&client, PASSWORD, "short").await.problem("new_password"), "too_short");
        assert_eq!(change(&client, PASSWORD, "Password123").await.problem("new_password"), "too_common");
        assert_eq!(change(&client, PASSWORD, PASSWORD).await.problem("new_password"), "unchanged");
        bearer(&app, &two["access"]).get("/auth/me/").await.ok();
        change(&client, PASSWORD, OTHER).await.is(204);
        client.get("/auth/me/").await.ok();
        refresh(&app.anonymous(), &one["refresh"]).await.ok();
        bearer(&app, &two["access"]).get("/auth/me/").await.is(401);
        refresh(&app.anonymous(), &two["refresh"]).await.is(401);
        app.as_(who).get("/auth/me/").await.is(401);
        login(&app.anonymous(), email, PASSWORD).await.is(401);
        login(&app.anonymous(), email, OTHER).await.ok();
        assert_eq!(confirm(&app.anonymous(), &link, OTHER).await.problem("token"), "invalid");
        assert_eq!(mails_to(&app, email).await.last().unwrap().subject, "Your password was changed");
        let actions = audit(&app, app.world.a.member(who).person.uuid().unwrap()).await;
        // The first one is how the world began.
        assert_eq!(actions[1..], ["password_reset.requested", "password.refused", "password.set"]);
    }
    app.anonymous()
        .post("/auth/password/change/", json!({"current_password": "", "new_password": OTHER}))
        .await
        .is(401);
}

/// What the audit log says about somebody, oldest first.
async fn audit(app: &TestApp, person: uuid::Uuid) -> Vec<String> {
    let schema = &app.world.a.organization.schema_name;
    let sql =
        format!("select action from {schema}.audit_log where entity_id = $1 and action like 'password%' order by id");
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
        .bind(person)
        .fetch_all(&mut app.database.superuser().await)
        .await
        .unwrap()
}

#[tokio::test]
async fn passwords_count_to_the_last_character() {
    let app = TestApp::start().await;
    let client = app.anonymous();
    let text = |length: usize| "correct horse battery staple ".chars().cycle().take(length).collect::<String>();
    let mut session = bearer(&app, &signed_in(&app, "agent").await["access"]);
    let mut known = PASSWORD.to_owned();
    for (length, wrong) in [(72, 73), (73, 72), (128, 127), (256, 255)] {
        change(&session, &known, &text(length)).await.is(204);
        known = text(length);
        login(&client, "agent@acme.test", &text(wrong)).await.is(401);
        let almost: String = known.chars().take(length - 1).chain(['x']).collect();
        login(&client, "agent@acme.test", &almost).await.is(401);
        session = bearer(&app, &login(&client, "agent@acme.test", &known).await.ok()["access"]);
    }
    let answer = change(&session, &known, &text(257)).await;
    assert_eq!(answer.problem("new_password"), "too_long");
    assert!(answer.json()["detail"].as_str().unwrap().contains("256"));
    // Bytes are not what is counted.
    change(&session, &known, &"ß€🦀".repeat(80)).await.is(204);
    login(&client, "agent@acme.test", &"ß€🦀".repeat(80)).await.ok();
}
