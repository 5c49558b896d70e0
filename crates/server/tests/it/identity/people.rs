//! Staff and teams: ranks, the last owner, lists, versions.

use axum::http::Method;
use serde_json::{Value, json};

use crate::harness::{Client, TestApp};

fn user(app: &TestApp, who: &str) -> String {
    format!("/users/{}/", app.world.a.user(who))
}

fn person(email: &str, role: &str) -> Value {
    json!({"email": email, "name": "Somebody", "role": role, "password": "a good long sentence"})
}

/// The addresses of a page, without the domain.
async fn listed(client: &Client, query: &str) -> Vec<String> {
    let page = client.get(&format!("/users/?{query}")).await.ok();
    let email = |user: &Value| user["email"].as_str().unwrap().split('@').next().unwrap().to_owned();
    page["results"].as_array().unwrap().iter().map(email).collect()
}

#[tokio::test]
async fn nobody_touches_or_grants_a_mightier_role() {
    let app = TestApp::start().await;
    let (admin, owner) = (app.admin(), app.as_("owner"));
    admin.post("/users/", person("boss@acme.test", "owner")).await.is(403);
    for body in [json!({"name": "Less"}), json!({"role": "agent"}), json!({"status": "suspended"})] {
        admin.patch(&user(&app, "owner"), body).await.is(403);
    }
    admin.patch(&user(&app, "agent"), json!({"role": "owner"})).await.is(403);
    admin.post("/users/", person("second@acme.test", "admin")).await.created();
    owner.post("/users/", person("boss@acme.test", "owner")).await.created();
    let changed = admin.patch(&user(&app, "agent"), json!({"role": "manager"})).await.ok();
    assert_eq!(changed["role"], "manager");
    assert_eq!(app.agent().get("/auth/me/").await.ok()["role"], "manager");
}

#[tokio::test]
async fn only_administrators_write_staff() {
    let app = TestApp::start().await;
    for who in ["manager", "agent", "viewer", "technician", "customer"] {
        let client = app.as_(who);
        client.post("/users/", person("x@acme.test", "viewer")).await.is(403);
        client.patch(&user(&app, "agent2"), json!({"name": "X"})).await.is(403);
        client.get("/users/").await.is(if who == "customer" { 403 } else { 200 });
    }
    app.foreign_admin().patch(&user(&app, "agent"), json!({"name": "X"})).await.is(404);
    app.foreign_admin().get(&user(&app, "agent")).await.is(404);
}

#[tokio::test]
async fn nobody_changes_their_own_role_or_status() {
    let app = TestApp::start().await;
    for body in [json!({"role": "agent"}), json!({"status": "suspended"})] {
        app.admin().patch(&user(&app, "admin"), body).await.is(403);
    }
    let same = json!({"role": "admin", "status": "active", "name": "CANARY-A renamed"});
    assert_eq!(app.admin().patch(&user(&app, "admin"), same).await.ok()["name"], "CANARY-A renamed");
    let me = app.as_("viewer").patch("/users/me/", json!({"name": "Vera"})).await.ok();
    assert_eq!((&me["name"], &me["role"]), (&json!("Vera"), &json!("viewer")));
    app.as_("viewer").send(Method::PATCH, "/users/me/", &[], Some(json!({"role": "owner"}))).await.is(422);
    assert_eq!(app.as_("viewer").get("/users/me/").await.ok(), me);
}

#[tokio::test]
async fn an_organization_keeps_an_active_owner() {
    let app = TestApp::start().await;
    let owner = app.as_("owner");
    let second = owner.post("/users/", person("two@acme.test", "owner")).await.created();
    let second = format!("/users/{}/", second["id"].as_str().unwrap());
    owner.patch(&second, json!({"status": "suspended"})).await.ok();
    owner.patch(&second, json!({"status": "active"})).await.ok();
    let body = json!({"email": "two@acme.test", "password": "a good long sentence"});
    let access = app.anonymous().post("/auth/login/", body).await.ok()["access"].as_str().unwrap().to_owned();
    let two = Client { token: Some(access), ..app.anonymous() };
    // Both try to be the only one left.
    let (mine, theirs) = (user(&app, "owner"), second.clone());
    let (one, other) =
        tokio::join!(two.patch(&mine, json!({"role": "agent"})), owner.patch(&theirs, json!({"role": "agent"})));
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert!(statuses[0] == 200 && [401, 403, 409].contains(&statuses[1]), "{statuses:?}");
    let owners = app.admin().get("/users/?role=owner&status=active").await.ok();
    assert_eq!(owners["count"], 1);
}

#[tokio::test]
async fn suspension_ends_the_very_next_request() {
    let app = TestApp::start().await;
    let agent = app.agent();
    agent.get("/auth/me/").await.ok();
    assert_eq!(
        app.admin().patch(&user(&app, "agent"), json!({"status": "suspended"})).await.ok()["status"],
        "suspended"
    );
    agent.get("/auth/me/").await.is(401);
    app.as_("agent2").get("/auth/me/").await.ok();
    assert_eq!(app.admin().patch(&user(&app, "agent2"), json!({"status": "gone"})).await.problem("status"), "invalid");
}

#[tokio::test]
async fn staff_is_listed_searched_filtered_and_ordered() {
    let app = TestApp::start().await;
    let client = app.as_("viewer");
    let by_name = ["admin", "agent", "agent2", "manager", "owner", "technician", "viewer"];
    assert_eq!(listed(&client, "").await, by_name);
    let by_email = ["admin", "agent2", "agent", "manager", "owner", "technician", "viewer"];
    assert_eq!(listed(&client, "ordering=email").await, by_email);
    let mut down = by_name;
    down.reverse();
    assert_eq!(listed(&client, "ordering=-name").await, down);
    assert_eq!(listed(&client, "ordering=created_at").await.len(), 7);
    assert_eq!(listed(&client, "search=AGENT").await, ["agent", "agent2"]);
    assert_eq!(listed(&client, "search=viewer%40acme").await, ["viewer"]);
    for wild in ["%25", "_gent", "%5C"] {
        assert!(listed(&client, &format!("search={wild}")).await.is_empty(), "{wild}");
    }
    assert_eq!(listed(&client, "role=agent&role=owner").await, ["agent", "agent2", "owner"]);
    app.admin().patch(&user(&app, "agent2"), json!({"status": "suspended"})).await.ok();
    assert_eq!(listed(&client, "status=suspended").await, ["agent2"]);
    assert_eq!(listed(&client, "status=active&role=agent").await, ["agent"]);
    for bad in ["ordering=password", "status=gone", "role=king", "page=0", "page_size=0", "unknown=1"] {
        client.get(&format!("/users/?{bad}")).await.is(422);
    }
}

#[tokio::test]
async fn staff_is_paged() {
    let app = TestApp::start().await;
    let (client, mut seen, mut path) = (app.agent(), Vec::new(), Some("/api/v1/users/?page_size=3".to_owned()));
    while let Some(here) = path {
        let page = client.get(&here).await.ok();
        assert_eq!(page["count"], 7);
        seen.extend(page["results"].as_array().unwrap().iter().map(|user| user["id"].to_string()));
        path = page["next"].as_str().map(str::to_owned);
    }
    assert_eq!(seen.len(), 7);
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), 7);
    let behind = client.get("/users/?page=9").await.ok();
    assert_eq!((&behind["count"], behind["results"].as_array().unwrap().len()), (&json!(7), 0));
}

#[tokio::test]
async fn addresses_are_taken_in_any_case_but_only_here() {
    let app = TestApp::start().await;
    let admin = app.admin();
    assert_eq!(admin.post("/users/", person("AGENT@Acme.Test", "agent")).await.problem("email"), "taken");
    admin.post("/users/", person("agent@globex.test", "agent")).await.created();
    for (field, body) in [
        ("email", person("no address", "agent")),
        ("role", person("x@acme.test", "king")),
        ("name", json!({"email": "x@acme.test", "name": " ", "role": "agent"})),
        ("password", json!({"email": "x@acme.test", "name": "X", "role": "agent", "password": "short"})),
    ] {
        let answer = admin.post("/users/", body).await;
        assert_eq!(answer.status.as_u16(), 422);
        answer.problem(field);
    }
}

#[tokio::test]
async fn stale_writes_are_refused() {
    let app = TestApp::start().await;
    let (admin, path) = (app.admin(), user(&app, "agent"));
    let first = admin.get(&path).await;
    let etag = first.headers["etag"].to_str().unwrap().to_owned();
    let rename = async |etag: &str, name: &str| {
        admin.send(Method::PATCH, &path, &[("if-match", etag)], Some(json!({"name": name}))).await
    };
    let second = rename(&etag, "Ann").await;
    assert_ne!(second.headers["etag"].to_str().unwrap(), etag);
    second.ok();
    assert_eq!(rename(&etag, "Bob").await.is(412)["code"], "STALE");
    assert_eq!(admin.get(&path).await.ok()["name"], "Ann");
    admin.patch(&path, json!({"name": "Cid"})).await.ok();
}

#[tokio::test]
async fn teams_come_change_and_go() {
    let app = TestApp::start().await;
    let (admin, agent) = (app.admin(), app.world.a.user("agent").to_string());
    let made = admin.post("/teams/", json!({"name": "Heating", "members": [agent]})).await.created();
    let path = format!("/teams/{}/", made["id"].as_str().unwrap());
    assert_eq!(app.agent().get(&path).await.ok(), made);
    assert_eq!(app.agent().get(&user(&app, "agent")).await.ok()["teams"], json!([made["id"]]));
    assert_eq!(admin.post("/teams/", json!({"name": "Heating"})).await.problem("name"), "taken");
    let stranger = app.world.b.user("agent").to_string();
    assert_eq!(admin.patch(&path, json!({"members": [stranger]})).await.problem("members"), "unknown");
    assert_eq!(admin.get(&path).await.ok(), made);
    let agent2 = app.world.a.user("agent2").to_string();
    let changed = admin.patch(&path, json!({"name": "Cooling", "members": [agent2]})).await.ok();
    assert_eq!((&changed["name"], &changed["members"]), (&json!("Cooling"), &json!([agent2])));
    assert_eq!(app.agent().get("/teams/?search=cool").await.ok()["count"], 1);
    app.manager().post("/teams/", json!({"name": "Mine"})).await.is(403);
    app.foreign_admin().get(&path).await.is(404);
    app.foreign_admin().delete(&path).await.is(404);
    admin.delete(&path).await.is(204);
    admin.get(&path).await.is(404);
}

#[tokio::test]
async fn a_team_with_tickets_stays() {
    let app = TestApp::start().await;
    let team = app.world.a.team.to_string();
    app.agent().post("/tickets/", json!({"subject": "Held", "team": team})).await.created();
    let path = format!("/teams/{team}/");
    assert_eq!(app.admin().delete(&path).await.is(409)["code"], "CONFLICT");
    app.admin().get(&path).await.ok();
}
