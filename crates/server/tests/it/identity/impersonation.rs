//! Administrators act as somebody else: what they may then, what is told of it, when it ends.

use axum::http::header;
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::audited;
use crate::harness::{Client, TestApp};

fn path(app: &TestApp, who: &str) -> String {
    match who.starts_with("customer") {
        true => format!("/customers/{}/impersonate/", app.world.a.customer(who)),
        false => format!("/users/{}/impersonate/", app.world.a.user(who)),
    }
}

fn reason() -> Value {
    json!({"reason": "They cannot find their ticket"})
}

async fn act_as(app: &TestApp, by: &Client, who: &str) -> Client {
    let answer = by.post(&path(app, who), reason()).await;
    assert!(!answer.headers.contains_key(header::SET_COOKIE));
    let session = answer.ok();
    assert_eq!((&session["refresh"], &session["expires_in"]), (&Value::Null, &json!(900)));
    by.with_token(&session["access"])
}

#[tokio::test]
async fn it_is_the_other_person_and_says_who_really_acts() {
    let app = TestApp::start().await;
    let agent = act_as(&app, &app.admin(), "agent").await;
    let me = agent.get("/auth/me/").await.ok();
    assert_eq!((&me["id"], &me["role"]), (&json!(app.world.a.user("agent")), &json!("agent")));
    assert_eq!(me["impersonator"], json!({"id": app.world.a.user("admin"), "name": "CANARY-A admin"}));
    assert!(app.agent().get("/auth/me/").await.ok().get("impersonator").is_none());
    agent.post("/tickets/", json!({"subject": "x"})).await.created();
    agent.patch("/tickets/1/", json!({"priority": "high"})).await.ok();
    let line = agent.get("/tickets/1/history/").await.ok()["results"][0]["actor"].clone();
    assert_eq!(line["id"], json!(app.world.a.user("agent")));
    // The audit log names both.
    let line = app.admin().get("/audit-log/?action=ticket.updated").await.ok()["results"][0].clone();
    assert_eq!(line["actor"]["id"], json!(app.world.a.user("agent")));
    assert_eq!(line["impersonator"], json!(app.world.a.user("admin")));
    let customer = act_as(&app, &app.admin(), "customer").await;
    assert_eq!(customer.get("/auth/me/").await.ok()["role"], "customer");
    assert_eq!(customer.get("/tickets/").await.ok()["count"], 0);
    customer.get("/users/").await.is(403);
    for (action, entity) in [
        ("user.impersonated", app.world.a.user("agent").0),
        ("customer.impersonated", app.world.a.customer("customer").0),
    ] {
        let rows = audited(&app, action).await;
        assert_eq!((rows.len(), &rows[0]["entity_id"]), (1, &json!(entity)), "{action}");
        assert_eq!(rows[0]["after"]["reason"], "They cannot find their ticket");
        assert_eq!(
            (&rows[0]["actor_id"], &rows[0]["impersonator_id"]),
            (&json!(app.world.a.user("admin").0), &Value::Null)
        );
    }
    app.run_jobs().await;
}

#[tokio::test]
async fn some_things_are_left_to_the_person() {
    let app = TestApp::start().await;
    let admin = act_as(&app, &app.as_("owner"), "admin").await;
    let password = json!({"password": "whatever it is"});
    for (path, body) in [
        ("/auth/otp/setup/", password.clone()),
        ("/auth/otp/confirm/", json!({"code": "123456"})),
        ("/auth/otp/recovery-codes/", password),
        ("/api-keys/", json!({"name": "x", "scopes": ["tickets:read"]})),
        ("/roles/", json!({"name": "x", "permissions": []})),
        ("/users/", json!({"email": "x@acme.test", "name": "x", "role": "viewer"})),
        ("/auth/password/change/", json!({"current_password": "x", "new_password": "a good long sentence"})),
        (path(&app, "agent").as_str(), reason()),
        (path(&app, "customer").as_str(), reason()),
    ] {
        let refused = admin.post(path, body).await.is(403);
        assert!(refused["detail"].as_str().unwrap().contains("somebody else"), "{path}: {refused}");
    }
    for path in ["/api-keys/", "/auth/otp/"] {
        admin.get(path).await.is(403);
    }
    admin.patch("/users/me/", json!({"name": "x"})).await.is(403);
    admin.patch(&format!("/users/{}/", app.world.a.user("viewer")), json!({"name": "x"})).await.is(403);
    admin.delete("/auth/sessions/").await.is(403);
    admin.get("/users/me/").await.ok();
    admin.get("/jobs/").await.ok();
}

#[tokio::test]
async fn nobody_becomes_more_than_they_are() {
    let app = TestApp::start().await;
    app.admin().post(&path(&app, "owner"), reason()).await.is(403);
    app.admin().post(&path(&app, "admin"), reason()).await.is(409);
    for who in ["manager", "agent", "viewer", "customer"] {
        app.as_(who).post(&path(&app, "viewer"), reason()).await.is(403);
        app.as_(who).post(&path(&app, "customer2"), reason()).await.is(403);
    }
    app.foreign_admin().post(&path(&app, "agent"), reason()).await.is(404);
    app.foreign_admin().post(&path(&app, "customer"), reason()).await.is(404);
    for bad in [json!({"reason": " "}), json!({})] {
        assert_eq!(app.admin().post(&path(&app, "agent"), bad).await.problem("reason"), "required");
    }
    let suspended = format!("/users/{}/", app.world.a.user("technician"));
    app.admin().patch(&suspended, json!({"status": "suspended"})).await.ok();
    app.admin().post(&path(&app, "technician"), reason()).await.is(409);
    // A custom role may become whom it exceeds in everything, and no customer unless it sees all tickets.
    let role = json!({"name": "Desk", "permissions": ["users:impersonate", "users:read", "tickets:read"], "visibility": "own"});
    app.as_("owner").post("/roles/", role).await.created();
    let lesser = json!({"name": "Less", "permissions": ["tickets:read"], "visibility": "own"});
    app.as_("owner").post("/roles/", lesser).await.created();
    for (who, role) in [("agent", "desk"), ("agent2", "less")] {
        let user = format!("/users/{}/", app.world.a.user(who));
        app.as_("owner").patch(&user, json!({"role": role})).await.ok();
    }
    for who in ["viewer", "manager", "customer"] {
        app.agent().post(&path(&app, who), reason()).await.is(403);
    }
    let less = act_as(&app, &app.agent(), "agent2").await;
    assert_eq!(less.get("/auth/me/").await.ok()["permissions"], json!(["self:use", "tickets:read"]));
    // Should the other person rise meanwhile, the session does not rise with them.
    let user = format!("/users/{}/", app.world.a.user("agent2"));
    app.as_("owner").patch(&user, json!({"role": "manager"})).await.ok();
    let now = less.get("/auth/me/").await.ok()["permissions"].clone();
    assert_eq!(now, json!(["self:use", "tickets:read", "users:read"]));
}

#[tokio::test]
async fn it_ends_with_whoever_acts() {
    let app = TestApp::start().await;
    let admin = format!("/users/{}/", app.world.a.user("admin"));
    // When it is signed out of, which leaves the administrator signed in.
    let session = act_as(&app, &app.admin(), "agent").await;
    session.post("/auth/logout/", json!({})).await.is(204);
    session.get("/auth/me/").await.is(401);
    app.admin().get("/auth/me/").await.ok();
    // When the administrator may not do it any more.
    let session = act_as(&app, &app.admin(), "agent").await;
    app.as_("owner").patch(&admin, json!({"role": "manager"})).await.ok();
    session.get("/auth/me/").await.is(401);
    app.as_("owner").patch(&admin, json!({"role": "admin"})).await.ok();
    session.get("/auth/me/").await.ok();
    // When the time is over.
    app.advance(TimeDelta::minutes(15));
    session.get("/auth/me/").await.is(401);
    // When the other person's sessions are ended, and when the administrator signs out.
    let session = act_as(&app, &app.admin(), "agent2").await;
    let other = format!("/users/{}/", app.world.a.user("agent2"));
    app.admin().patch(&other, json!({"status": "suspended"})).await.ok();
    session.get("/auth/me/").await.is(401);
    let (one, two) = (act_as(&app, &app.admin(), "agent").await, act_as(&app, &app.as_("owner"), "agent").await);
    app.admin().post("/auth/logout/", json!({})).await.is(204);
    one.get("/auth/me/").await.is(401);
    two.get("/auth/me/").await.ok();
}

#[tokio::test]
async fn suspension_of_the_administrator_ends_it() {
    let app = TestApp::start().await;
    let session = act_as(&app, &app.admin(), "agent").await;
    let admin = format!("/users/{}/", app.world.a.user("admin"));
    app.as_("owner").patch(&admin, json!({"status": "suspended"})).await.ok();
    session.get("/auth/me/").await.is(401);
    app.agent().get("/auth/me/").await.ok();
}

#[tokio::test]
async fn the_second_factor_is_that_of_whoever_acts() {
    let app = TestApp::start().await;
    let page = app.as_("owner").get("/roles/?page_size=100").await.ok();
    let id = |key: &str| {
        let role = page["results"].as_array().unwrap().iter().find(|role| role["key"] == key).unwrap();
        format!("/roles/{}/", role["id"].as_str().unwrap())
    };
    app.as_("owner").patch(&id("agent"), json!({"require_otp": true})).await.ok();
    app.agent().get("/tickets/").await.is(403);
    let session = act_as(&app, &app.admin(), "agent").await;
    session.get("/tickets/").await.ok();
    app.as_("owner").patch(&id("admin"), json!({"require_otp": true})).await.ok();
    session.get("/tickets/").await.is(401);
}
