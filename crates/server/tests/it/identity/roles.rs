//! Custom roles, and who may touch which role.

use axum::http::Method;
use serde_json::{Value, json};

use super::audited;
use crate::harness::{Client, TestApp};

async fn make(client: &Client, name: &str, permissions: &[&str], visibility: Value) -> Value {
    let body = json!({"name": name, "permissions": permissions, "visibility": visibility});
    client.post("/roles/", body).await.created()
}

fn path(role: &Value) -> String {
    format!("/roles/{}/", role["id"].as_str().unwrap())
}

async fn shipped(app: &TestApp, key: &str) -> Value {
    let page = app.admin().get("/roles/?page_size=100").await.ok();
    page["results"].as_array().unwrap().iter().find(|role| role["key"] == key).unwrap().clone()
}

async fn give(app: &TestApp, who: &str, role: &str) {
    let user = format!("/users/{}/", app.world.a.user(who));
    app.as_("owner").patch(&user, json!({"role": role})).await.ok();
}

#[tokio::test]
async fn shipped_roles_are_listed_and_fixed() {
    let app = TestApp::start().await;
    let page = app.as_("viewer").get("/roles/").await.ok();
    assert_eq!(page["count"], 6);
    let agent = shipped(&app, "agent").await;
    assert_eq!(
        (&agent["user_count"], &agent["is_shipped"], &agent["visibility"]),
        (&json!(2), &json!(true), &Value::Null)
    );
    let mine = app.agent().get("/auth/me/").await.ok()["permissions"].clone();
    assert_eq!(agent["permissions"], mine);
    assert_eq!(app.admin().get("/roles/?search=AGE&ordering=-key").await.ok()["results"][0]["key"], "manager");
    for body in [json!({"name": "X"}), json!({"permissions": ["tickets:read"]}), json!({"visibility": null})] {
        app.as_("owner").patch(&path(&agent), body).await.is(409);
    }
    app.as_("owner").delete(&path(&agent)).await.is(409);
    let required = app.admin().patch(&path(&agent), json!({"require_otp": true})).await.ok();
    assert_eq!((&required["require_otp"], &required["version"]), (&json!(true), &json!(2)));
    // What owners have is changed by owners.
    let owner = shipped(&app, "owner").await;
    app.admin().patch(&path(&owner), json!({"require_otp": true})).await.is(403);
    app.as_("owner").patch(&path(&owner), json!({"require_otp": false})).await.ok();
    for who in ["manager", "agent", "customer"] {
        app.as_(who).post("/roles/", json!({"name": "X", "permissions": []})).await.is(403);
    }
    app.customer().get("/roles/").await.is(403);
    let all = app.as_("viewer").get("/roles/permissions/?page_size=100").await.ok();
    let sentence = |key: &str| {
        let all = all["results"].as_array().unwrap();
        all.iter().find(|permission| permission["key"] == key).unwrap().clone()
    };
    assert_eq!(sentence("tickets:force_close")["description"], "Close from any status.");
    assert_eq!(
        (&sentence("users:read")["is_mine"], &sentence("users:write")["is_mine"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(
        (&sentence("self:use")["is_scope"], &sentence("tickets:read")["is_scope"]),
        (&json!(false), &json!(true))
    );
}

#[tokio::test]
async fn a_custom_role_allows_what_it_says_from_the_next_request() {
    let app = TestApp::start().await;
    let role = make(&app.admin(), "Second level", &["tickets:read", "customers:read"], json!("all")).await;
    assert_eq!((&role["key"], &role["user_count"]), (&json!("second_level"), &json!(0)));
    give(&app, "agent", "second_level").await;
    let agent = app.agent();
    let me = agent.get("/auth/me/").await.ok();
    assert_eq!(me["permissions"], json!(["self:use", "self:write", "tickets:read", "customers:read"]));
    agent.get("/customers/").await.ok();
    agent.post("/tickets/", json!({"subject": "x"})).await.is(403);
    let changed =
        app.admin().patch(&path(&role), json!({"permissions": ["tickets:create", "tickets:read"]})).await.ok();
    assert_eq!((&changed["version"], &changed["user_count"]), (&json!(2), &json!(1)));
    agent.get("/customers/").await.is(403);
    agent.post("/tickets/", json!({"subject": "x"})).await.created();
    assert_eq!(app.admin().get("/users/?role=second_level").await.ok()["count"], 1);
    let stale = [("if-match", "\"1\"")];
    app.admin().send(Method::PATCH, &path(&role), &stale, Some(json!({"name": "Third"}))).await.is(412);
    let kept = app.admin().delete(&path(&role)).await.is(409);
    assert!(kept["detail"].as_str().unwrap().starts_with("1 person has"), "{kept}");
    give(&app, "agent", "agent").await;
    // Whoever was removed keeps no role alive, and comes back with little.
    give(&app, "agent2", "second_level").await;
    let removed = format!("/users/{}/", app.world.a.user("agent2"));
    app.admin().delete(&removed).await.is(204);
    app.admin().delete(&path(&role)).await.is(204);
    assert_eq!(app.admin().post(&format!("{removed}restore/"), json!({})).await.ok()["role"], "viewer");
    app.admin().get(&path(&role)).await.is(404);
    for action in ["role.created", "role.updated", "role.deleted"] {
        assert_eq!(audited(&app, action).await.len(), 1, "{action}");
    }
    let update = &audited(&app, "role.updated").await[0];
    assert_eq!(update["before"], json!({"permissions": ["tickets:read", "customers:read"]}));
    app.run_jobs().await;
}

#[tokio::test]
async fn nobody_reaches_beyond_their_own_role() {
    let app = TestApp::start().await;
    let own = ["users:read", "users:write", "roles:write", "tickets:read"];
    let clerk = make(&app.as_("owner"), "Clerk", &own, json!("teams")).await;
    give(&app, "agent", "clerk").await;
    let client = app.agent();
    // Not by making roles, not by changing them, their own neither.
    let small = make(&client, "Small", &["users:read"], json!("own")).await;
    client.post("/roles/", json!({"name": "Big", "permissions": ["audit:read"], "visibility": "own"})).await.is(403);
    client.post("/roles/", json!({"name": "Big", "permissions": ["users:read"], "visibility": "all"})).await.is(403);
    // The organization lets agents see everything.
    client.post("/roles/", json!({"name": "Big", "permissions": ["users:read"]})).await.is(403);
    for body in [
        json!({"permissions": ["users:read", "audit:read"]}),
        json!({"permissions": ["users:read", "users:write", "roles:write", "tickets:read", "tickets:delete"]}),
        json!({"visibility": "all"}),
        json!({"visibility": null}),
    ] {
        client.patch(&path(&clerk), body.clone()).await.is(403);
        client.patch(&path(&small), body).await.is(403);
    }
    assert_eq!(app.admin().get(&path(&clerk)).await.ok()["version"], 1);
    // Not a role of others that allows more, even to take it away.
    let strong = make(&app.as_("owner"), "Strong", &["users:read", "audit:read"], json!("own")).await;
    client.patch(&path(&strong), json!({"permissions": ["users:read"]})).await.is(403);
    client.delete(&path(&strong)).await.is(403);
    // Not by giving roles, nor to people who have more.
    let person = |email: &str, role: &str| json!({"email": email, "name": "X", "role": role});
    for role in ["viewer", "agent", "admin", "owner", "strong"] {
        client.post("/users/", person("x@acme.test", role)).await.is(403);
    }
    client.post("/users/", person("x@acme.test", "small")).await.created();
    client.post("/users/", person("y@acme.test", "clerk")).await.created();
    for who in ["viewer", "manager", "admin", "owner"] {
        let user = format!("/users/{}/", app.world.a.user(who));
        client.patch(&user, json!({"name": "Less"})).await.is(403);
        client.patch(&user, json!({"role": "small"})).await.is(403);
        client.delete(&format!("{user}otp/")).await.is(403);
    }
    let me = format!("/users/{}/", app.world.a.user("agent"));
    client.patch(&me, json!({"role": "small"})).await.is(403);
    client.patch(&me, json!({"name": "Renamed"})).await.ok();
    client.delete(&path(&small)).await.is(409);
}

#[tokio::test]
async fn a_key_reaches_no_further_than_its_scopes() {
    let app = TestApp::start().await;
    let key = app.key(&["users:read", "users:write", "roles:write"]).await;
    make(&key, "Helper", &["users:read"], json!("own")).await;
    key.post("/roles/", json!({"name": "Big", "permissions": ["tickets:read"], "visibility": "own"})).await.is(403);
    key.post("/users/", json!({"email": "x@acme.test", "name": "X", "role": "helper"})).await.created();
    for who in ["owner", "admin", "agent"] {
        key.patch(&format!("/users/{}/", app.world.a.user(who)), json!({"status": "suspended"})).await.is(403);
    }
    assert_eq!(audited(&app, "role.created").await[0]["actor_kind"], "key");
}

#[tokio::test]
async fn keys_of_roles_are_plain_and_unique() {
    let app = TestApp::start().await;
    let post = async |body: Value| app.admin().post("/roles/", body).await;
    let named = |key: &str| json!({"name": "X", "key": key, "permissions": []});
    for bad in ["", "1st", "Big", "a b", "system", "key", "customer"] {
        post(named(bad)).await.is(422);
    }
    assert_eq!(post(json!({"name": "Служба", "permissions": []})).await.problem("key"), "invalid");
    assert_eq!(post(named("owner")).await.problem("key"), "taken");
    let made = post(named("night")).await.created();
    assert_eq!(made["permissions"], json!(["self:use", "self:write"]));
    assert_eq!(post(named("night")).await.problem("key"), "taken");
    assert_eq!(post(json!({"name": "X", "permissions": ["tickets:all"]})).await.problem("permissions"), "unknown");
    assert_eq!(
        post(json!({"name": "X", "permissions": [], "visibility": "none"})).await.problem("visibility"),
        "invalid"
    );
    app.foreign_admin().get(&path(&made)).await.is(404);
    app.foreign_admin().delete(&path(&made)).await.is(404);
}

#[tokio::test]
async fn a_role_decides_which_tickets_are_seen() {
    let app = TestApp::start().await;
    let (a, agent) = (&app.world.a, app.agent());
    app.admin().patch(&format!("/teams/{}/", a.team), json!({"members": [a.user("agent")]})).await.ok();
    for body in [
        json!({"subject": "nobody"}),
        json!({"subject": "team", "team": a.team}),
        json!({"subject": "mine", "assignee": a.user("agent")}),
    ] {
        app.admin().post("/tickets/", body).await.created();
    }
    let role = make(&app.admin(), "Watch", &["tickets:read"], Value::Null).await;
    give(&app, "agent", "watch").await;
    for (visibility, seen) in [(json!(null), 3), (json!("own"), 1), (json!("teams"), 2), (json!("all"), 3)] {
        app.admin().patch(&path(&role), json!({"visibility": visibility})).await.ok();
        assert_eq!(agent.get("/tickets/").await.ok()["count"], seen, "{visibility}");
        assert_eq!(agent.get("/tickets/1/").await.status == 200, seen == 3, "{visibility}");
    }
    app.run_jobs().await;
}
