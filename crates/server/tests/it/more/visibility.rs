//! Who sees which tickets: by the organization's setting, by role, by ownership.

use serde_json::{Value, json};
use sqlx::AssertSqlSafe;

use crate::harness::{Client, TestApp};

async fn ticket(client: &Client, subject: &str) -> Value {
    client.post("/tickets/", json!({ "subject": format!("CANARY-A {subject}") })).await.created()
}

fn path(ticket: &Value) -> String {
    format!("/tickets/{}/", ticket["id"].as_str().expect("an id"))
}

async fn subjects(client: &Client, query: &str) -> Vec<String> {
    let page = client.get(&format!("/tickets/?{query}")).await.ok();
    let subject = |ticket: &Value| ticket["subject"].as_str().unwrap().trim_start_matches("CANARY-A ").to_owned();
    page["results"].as_array().unwrap().iter().map(subject).collect()
}

#[tokio::test]
async fn customers_see_their_own_tickets_and_nothing_of_others() {
    let app = TestApp::start().await;
    let (own, other) = (ticket(&app.customer(), "mine").await, ticket(&app.as_("customer2"), "theirs").await);
    let page = app.customer().get("/tickets/").await.ok();
    assert_eq!((&page["count"], &page["results"][0]["id"]), (&json!(1), &own["id"]));
    for name in [path(&other), format!("/tickets/{}/", other["number"]), format!("{}messages/", path(&other))] {
        app.customer().get(&name).await.is(404);
    }
    app.customer().post(&format!("{}messages/", path(&other)), json!({ "body": "Hi" })).await.is(404);
    let only = app.customer().get(&format!("/tickets/?ids={}", other["id"].as_str().unwrap())).await.ok();
    assert_eq!(only["count"], 0);
    let by_customer =
        app.customer().get(&format!("/tickets/?customer={}", app.world.a.customer("customer2"))).await.ok();
    assert_eq!(by_customer["count"], 0);
    assert_eq!(app.customer().get("/tickets/statistics/").await.ok()["total"], 1);
    let counts = app.customer().get("/tickets/counts/").await.ok();
    assert_eq!(counts, json!({ "all_open": 1, "overdue": 0 }));
    for (action, body) in [
        ("assign/", json!({ "assignee_id": null })),
        ("change_status/", json!({ "status": "resolved" })),
        ("force_close/", json!({})),
        ("tags/", json!({ "tags": ["x"] })),
    ] {
        app.customer().post(&format!("{}{action}", path(&own)), body).await.is(403);
    }
    app.customer().patch(&path(&own), json!({ "priority": "urgent" })).await.is(403);
    app.customer().delete(&path(&own)).await.is(403);
    app.customer().get(&format!("{}history/", path(&own))).await.is(403);
    app.run_jobs().await;
}

async fn set_visibility(app: &TestApp, value: &str) {
    let organization = &app.world.a.organization;
    let sql = format!(
        "update {}.organization_settings set agent_visibility = $2 where organization_id = $1",
        organization.schema_name
    );
    sqlx::query(AssertSqlSafe(sql))
        .bind(organization.id.0)
        .bind(value)
        .execute(&mut app.database.superuser().await)
        .await
        .unwrap();
}

#[tokio::test]
async fn the_organization_decides_what_agents_see() {
    let app = TestApp::start().await;
    let (a, agent) = (&app.world.a, app.agent());
    app.admin().patch(&format!("/teams/{}/", a.team), json!({ "members": [a.user("agent")] })).await.ok();
    for (subject, more) in [
        ("nobody", json!({})),
        ("team", json!({ "team": a.team })),
        ("mine", json!({ "assignee": a.user("agent") })),
        ("other", json!({ "assignee": a.user("agent2") })),
    ] {
        let mut body = more;
        body["subject"] = json!(format!("CANARY-A {subject}"));
        agent.post("/tickets/", body).await.created();
    }
    for (visibility, of_agent, of_viewer) in
        [("all", "nobody team mine other", "nobody team mine other"), ("teams", "team mine", ""), ("own", "mine", "")]
    {
        set_visibility(&app, visibility).await;
        for query in ["ordering=number", "ordering=number&search=CANARY"] {
            assert_eq!(subjects(&agent, query).await.join(" "), of_agent, "{visibility}");
            assert_eq!(subjects(&app.as_("viewer"), query).await.join(" "), of_viewer, "{visibility}");
            assert_eq!(subjects(&app.manager(), query).await.len(), 4, "{visibility}");
        }
        let number = of_agent.split_whitespace().count();
        assert_eq!(agent.get("/tickets/statistics/").await.ok()["total"], number, "{visibility}");
        assert_eq!(agent.get("/tickets/counts/").await.ok()["all_open"], number, "{visibility}");
        let other = agent.get("/tickets/4/").await.status;
        assert_eq!(other.as_u16(), if visibility == "all" { 200 } else { 404 });
    }
    assert!(subjects(&app.as_("technician"), "").await.is_empty());
    app.run_jobs().await;
}

#[tokio::test]
async fn technicians_see_what_is_given_to_them() {
    let app = TestApp::start().await;
    let made = ticket(&app.agent(), "repair").await;
    let technician = app.as_("technician");
    technician.get(&path(&made)).await.is(404);
    let give = json!({ "assignee_id": app.world.a.user("technician") });
    app.agent().post(&format!("{}assign/", path(&made)), give).await.ok();
    technician.get(&path(&made)).await.ok();
    let note = json!({ "body": "Done", "visibility": "internal" });
    technician.post(&format!("{}messages/", path(&made)), note).await.created();
    technician.post(&format!("{}messages/", path(&made)), json!({ "body": "Done" })).await.is(403);
    app.run_jobs().await;
}

#[tokio::test]
async fn customers_find_only_what_they_may_read() {
    let app = TestApp::start().await;
    let own = ticket(&app.customer(), "mine").await;
    ticket(&app.as_("customer2"), "theirs").await;
    let messages = format!("{}messages/", path(&own));
    app.agent().post(&messages, json!({ "body": "gossip", "visibility": "internal" })).await.created();
    app.agent().post(&messages, json!({ "body": "greeting" })).await.created();
    for (search, count) in [("mine", 1), ("theirs", 0), ("gossip", 0), ("greeting", 1), ("customer2", 0), ("CANARY", 1)]
    {
        let page = app.customer().get(&format!("/tickets/?search={search}")).await.ok();
        assert_eq!(
            (page["count"].as_i64(), page["results"].as_array().unwrap().len()),
            (Some(count), count as usize),
            "{search}"
        );
    }
    app.run_jobs().await;
}

#[tokio::test]
async fn a_role_counts_from_the_next_request() {
    let app = TestApp::start().await;
    let user = format!("/users/{}/", app.world.a.user("agent"));
    app.agent().get("/customers/").await.ok();
    app.admin().patch(&user, json!({ "role": "technician" })).await.ok();
    app.agent().get("/customers/").await.is(403);
}
