//! What a new ticket takes and what it gets.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::harness::{TestApp, start_of_time};

/// A ticket of an agent.
async fn made(app: &TestApp, body: Value) -> Value {
    app.agent().post("/tickets/", body).await.created()
}

/// The code of the problem of a field in the answer to this body.
async fn refused(app: &TestApp, body: Value, field: &str) -> String {
    let answer = app.agent().post("/tickets/", body).await;
    assert_eq!(answer.status.as_u16(), 422, "{answer:?}");
    answer.problem(field)
}

#[tokio::test]
async fn a_plain_ticket_has_its_defaults() {
    let app = TestApp::start().await;
    let ticket = made(&app, json!({"subject": " Heating cold ", "description": "Since Monday."})).await;
    for (field, value) in [
        ("subject", json!("Heating cold")),
        ("description", json!("Since Monday.")),
        ("number", json!(1)),
        ("reference", json!("TK-2026-00001")),
        ("status", json!("new")),
        ("priority", json!("medium")),
        ("type", json!("question")),
        ("channel", json!("api")),
        ("customer", Value::Null),
        ("assignee", Value::Null),
        ("version", json!(1)),
        ("message_count", json!(1)),
        ("unread", json!(false)),
        ("tags", json!([])),
    ] {
        assert_eq!(ticket[field], value, "{field}");
    }
    assert_eq!(app.agent().get(&format!("/tickets/{}/", ticket["id"].as_str().unwrap())).await.ok(), ticket);
    app.run_jobs().await;
}

#[tokio::test]
async fn aliases_mean_the_same_and_must_agree() {
    let app = TestApp::start().await;
    let (one, two) = (app.world.a.user("agent").to_string(), app.world.a.user("agent2").to_string());
    let team = app.world.a.team.to_string();
    assert_eq!(made(&app, json!({"title": "By title"})).await["subject"], "By title");
    for field in ["assignee", "assignee_id", "assigned_agent"] {
        assert_eq!(made(&app, json!({"subject": "S", field: one})).await["assignee"]["id"], json!(one), "{field}");
    }
    let same = json!({"subject": "S", "title": "S", "assignee": one, "assignee_id": one, "assigned_agent": one, "team": team, "team_id": team});
    assert_eq!(made(&app, same).await["team"]["id"], json!(team));
    for (body, field) in [
        (json!({"subject": "S", "title": "T"}), "title"),
        (json!({"subject": "S", "assignee": one, "assignee_id": two}), "assignee_id"),
        (json!({"subject": "S", "assignee_id": one, "assigned_agent": two}), "assigned_agent"),
        (json!({"subject": "S", "team": team, "team_id": "tea_00000000000000000000000001"}), "team_id"),
    ] {
        refused(&app, body, field).await;
    }
    assert_eq!(refused(&app, json!({"description": "No subject"}), "subject").await, "required");
}

#[tokio::test]
async fn spellings_of_the_seeds_are_understood() {
    let app = TestApp::start().await;
    for (given, meant) in [("Critical", "urgent"), ("CRITICAL", "urgent"), ("Urgent", "urgent"), ("Low", "low")] {
        assert_eq!(made(&app, json!({"subject": "S", "priority": given})).await["priority"], meant);
    }
    for (given, meant) in [("In Progress", "in_progress"), ("in-progress", "in_progress"), ("ON HOLD", "on_hold")] {
        assert_eq!(made(&app, json!({"subject": "S", "status": given})).await["status"], meant, "{given}");
    }
    let ticket =
        made(&app, json!({"subject": "S", "type": "Incident", "channel": "Phone", "tags": ["B", "a", "b"]})).await;
    assert_eq!((&ticket["type"], &ticket["channel"]), (&json!("incident"), &json!("phone")));
    assert_eq!(ticket["tags"], json!(["a", "b"]));
    for (field, value) in [("priority", "sometime"), ("status", "lost"), ("type", "joke"), ("channel", "pigeon")] {
        assert_eq!(refused(&app, json!({"subject": "S", field: value}), field).await, "invalid");
    }
}

#[tokio::test]
async fn a_customer_is_found_by_address_in_any_case() {
    let app = TestApp::start().await;
    let body = |email: &str| json!({"subject": "S", "customer_email": email, "customer_name": "Cleo"});
    let first = made(&app, body("Cleo@Example.org")).await["customer"].clone();
    assert_eq!((&first["email"], &first["name"]), (&json!("cleo@example.org"), &json!("Cleo")));
    assert_eq!(made(&app, body("cleo@EXAMPLE.ORG")).await["customer"], first);
    let both = json!({"subject": "S", "customer": first["id"], "customer_email": "CLEO@example.org"});
    assert_eq!(made(&app, both).await["customer"], first);
    let other = json!({"subject": "S", "customer": first["id"], "customer_email": "dora@example.org"});
    refused(&app, other, "customer_email").await;
    assert_eq!(refused(&app, json!({"subject": "S", "customer_name": "Cleo"}), "customer_email").await, "required");
    assert_eq!(refused(&app, body("no address"), "customer_email").await, "invalid");
    let known = app.agent().get("/customers/?email=cleo@example.org").await.ok();
    assert_eq!((&known["count"], &known["results"][0]["ticket_count"]), (&json!(1), &json!(3)));
}

#[tokio::test]
async fn strangers_in_the_body_are_refused_like_nobodies() {
    let app = TestApp::start().await;
    let b = &app.world.b;
    for (field, foreign, absent) in [
        ("customer", b.customer("customer").to_string(), kernel::CustomerId(uuid::Uuid::from_u128(7)).to_string()),
        ("assignee", b.user("agent").to_string(), kernel::UserId(uuid::Uuid::from_u128(7)).to_string()),
        ("team", b.team.to_string(), kernel::TeamId(uuid::Uuid::from_u128(7)).to_string()),
    ] {
        for id in [foreign, absent] {
            assert_eq!(refused(&app, json!({"subject": "S", field: id}), field).await, "unknown", "{field}");
        }
        app.agent().post("/tickets/", json!({"subject": "S", field: "nonsense"})).await.is(422);
    }
    let file = kernel::FileId(uuid::Uuid::from_u128(7)).to_string();
    assert_eq!(refused(&app, json!({"subject": "S", "attachments": [file]}), "attachments").await, "unknown");
    assert_eq!(app.agent().get("/tickets/").await.ok()["count"], 0);
    assert_eq!(made(&app, json!({"subject": "S"})).await["number"], 1, "refused tickets take no numbers");
}

#[tokio::test]
async fn customers_send_what_is_theirs_to_say() {
    let app = TestApp::start().await;
    let (customer, me) = (app.customer(), app.world.a.customer("customer").to_string());
    let ticket = customer.post("/tickets/", json!({"subject": "Mine", "priority": "high"})).await.created();
    assert_eq!(ticket["customer"]["id"], json!(me));
    assert_eq!((&ticket["channel"], &ticket["priority"]), (&json!("portal"), &json!("high")));
    for hidden in ["team", "tags", "custom_fields", "source", "unread", "external_id"] {
        assert!(ticket.get(hidden).is_none(), "{hidden}");
    }
    assert!(ticket["sla"]["policy"].is_null());
    for (field, value) in [
        ("customer", json!(me)),
        ("customer_email", json!("x@example.org")),
        ("customer_name", json!("X")),
        ("assignee", json!(app.world.a.user("agent").to_string())),
        ("assigned_agent", json!(app.world.a.user("agent").to_string())),
        ("team", json!(app.world.a.team.to_string())),
        ("tags", json!([])),
        ("custom_fields", json!({})),
        ("status", json!("open")),
        ("channel", json!("web")),
        ("external_id", json!("x")),
    ] {
        let answer = customer.post("/tickets/", json!({"subject": "Mine", field: value})).await;
        assert_eq!(answer.problem(field), "not_allowed", "{field}");
    }
}

#[tokio::test]
async fn the_description_is_message_one() {
    let app = TestApp::start().await;
    let ticket = made(&app, json!({"subject": "S", "description": "<b>Not bold</b>\nSecond line"})).await;
    let page = app.agent().get(&format!("/tickets/{}/messages/", ticket["id"].as_str().unwrap())).await.ok();
    assert_eq!(page["count"], 1);
    let first = &page["results"][0];
    assert_eq!((&first["seq"], &first["visibility"], &first["direction"]), (&json!(1), &json!("public"), &json!("in")));
    assert_eq!(first["body_text"], ticket["description"]);
    assert!(first["body_html"].as_str().unwrap().contains("&lt;b&gt;"));
}

#[tokio::test]
async fn fifty_at_once_get_fifty_numbers_without_gaps() {
    let app = TestApp::start().await;
    let mut calls = tokio::task::JoinSet::new();
    for n in 0..50 {
        let client = app.agent();
        let body = json!({"subject": format!("Number {n}")});
        calls.spawn(async move { client.post("/tickets/", body).await.created()["number"].as_i64().unwrap() });
    }
    let numbers: BTreeSet<_> = calls.join_all().await.into_iter().collect();
    assert_eq!(numbers, (1..=50).collect());
}

#[tokio::test]
async fn organizations_count_for_themselves() {
    let app = TestApp::start().await;
    let a = made(&app, json!({"subject": "CANARY-A one"})).await;
    let b = app.foreign("agent").post("/tickets/", json!({"subject": "CANARY-B one"})).await.created();
    assert_eq!((&a["number"], &b["number"]), (&json!(1), &json!(1)));
    assert_eq!((&a["reference"], &b["reference"]), (&json!("TK-2026-00001"), &json!("TK-2026-00001")));
    assert_eq!(app.agent().get("/tickets/1/").await.ok()["subject"], "CANARY-A one");
    assert_eq!(app.foreign("agent").get("/tickets/1/").await.ok()["subject"], "CANARY-B one");
    app.foreign("agent").get(&format!("/tickets/{}/", a["id"].as_str().unwrap())).await.is(404);
}

#[tokio::test]
async fn deadlines_come_from_the_priority() {
    let app = TestApp::start().await;
    for (priority, hours, response) in [("urgent", 4, 1), ("high", 12, 2), ("medium", 24, 4), ("low", 72, 8)] {
        let ticket = made(&app, json!({"subject": "S", "priority": priority})).await;
        let at = |value: &Value| value.as_str().unwrap().parse::<DateTime<Utc>>().unwrap() - start_of_time();
        assert_eq!(at(&ticket["due_at"]), TimeDelta::hours(hours), "{priority}");
        assert_eq!(ticket["due_at"], ticket["sla"]["resolution_due_at"]);
        assert_eq!(at(&ticket["sla"]["first_response_due_at"]), TimeDelta::hours(response), "{priority}");
        assert_eq!((&ticket["sla"]["state"], &ticket["is_overdue"]), (&json!("on_track"), &json!(false)));
        assert!(ticket["sla"]["policy"]["id"].is_string());
    }
}

#[tokio::test]
async fn tickets_answer_to_number_and_external_id() {
    let app = TestApp::start().await;
    let ticket = made(&app, json!({"subject": "S", "external_id": "erp/4711 ä"})).await;
    for path in
        ["/tickets/1/", "/tickets/ext:erp%2F4711%20%C3%A4/", &format!("/tickets/{}", ticket["id"].as_str().unwrap())]
    {
        assert_eq!(app.agent().get(path).await.ok(), ticket, "{path}");
    }
    for path in ["/tickets/2/", "/tickets/ext:none/", "/tickets/-1/", "/tickets/99999999999999999999/", "/tickets/x/"] {
        app.agent().get(path).await.is(404);
    }
    let again = app.agent().post("/tickets/", json!({"subject": "T", "external_id": "erp/4711 ä"})).await;
    assert_eq!((again.is(409)["code"].as_str(), again.problem("external_id").as_str()), (Some("CONFLICT"), "taken"));
    let theirs = json!({"subject": "CANARY-B", "external_id": "erp/4711 ä"});
    app.foreign("agent").post("/tickets/", theirs).await.created();
}
