//! Messages that can be taken back for some seconds.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::{
    guards::things::uploaded,
    harness::{Client, TestApp},
};

async fn ticket(app: &TestApp) -> String {
    let new = json!({"subject": "CANARY-A pump", "description": "CANARY-A drips"});
    let ticket = app.customer().post("/tickets/", new).await.created();
    app.run_jobs().await;
    format!("/tickets/{}/", ticket["id"].as_str().unwrap())
}

async fn texts(client: &Client, path: &str) -> Vec<Value> {
    let list = client.get(&format!("{path}messages/")).await.ok();
    list["results"].as_array().unwrap().iter().map(|message| message["body_text"].clone()).collect()
}

async fn mails(app: &TestApp) -> Value {
    app.admin().get("/mail-catcher/?to=customer@acme.example").await.ok()["count"].clone()
}

#[tokio::test]
async fn while_held_nothing_else_happens() {
    let app = TestApp::start().await;
    let path = ticket(&app).await;
    let (agent, before) = (app.agent(), app.agent().get(&path).await.ok());
    let file = uploaded(&agent, "CANARY-A words").await.created();
    let reply = json!({"body": "We *come*.", "status": "pending", "hold_seconds": 10, "attachments": [file["id"]]});
    let held = agent.post(&format!("{path}messages/"), reply).await.created();
    assert_eq!((&held["delivery"]["state"], &held["seq"]), (&json!("held"), &json!(0)));
    assert_eq!(
        (&held["held_until"], &held["to"][0]),
        (&json!("2026-03-02T09:00:10Z"), &json!("customer@acme.example"))
    );
    assert_eq!(held["attachments"][0]["id"], file["id"]);
    app.advance(TimeDelta::seconds(9));
    app.run_jobs().await;
    for who in [app.customer(), app.as_("agent2"), app.agent()] {
        assert_eq!(texts(&who, &path).await, ["CANARY-A drips"]);
    }
    let now = app.agent().get(&path).await.ok();
    for field in ["version", "status", "updated_at", "message_count", "first_response_at", "draft"] {
        assert_eq!(now[field], before[field], "{field}");
    }
    assert_eq!(app.agent().get(&format!("{path}messages/?held=true")).await.ok()["results"][0]["id"], held["id"]);
    assert_eq!(app.as_("agent2").get(&format!("{path}messages/?held=true")).await.ok()["count"], 0);
    assert_eq!(app.customer().get(&format!("{path}messages/?held=true")).await.ok()["count"], 0);
    assert_eq!(mails(&app).await, 1, "only that the ticket is there");
    app.advance(TimeDelta::seconds(1));
    app.run_jobs().await;
    assert_eq!(texts(&app.customer(), &path).await, ["CANARY-A drips", "We come."]);
    let after = agent.get(&path).await.ok();
    assert_eq!((&after["status"], &after["first_response_at"]), (&json!("pending"), &json!("2026-03-02T09:00:10Z")));
    let sent = agent.get(&format!("{path}messages/?ordering=-seq")).await.ok()["results"][0].clone();
    assert_eq!(
        (&sent["id"], &sent["seq"], &sent["author"]["name"]),
        (&held["id"], &json!(2), &json!("CANARY-A agent"))
    );
    assert_eq!((&sent["delivery"]["state"], &sent["attachments"][0]["id"]), (&json!("caught"), &file["id"]));
    assert_eq!(mails(&app).await, 2);
    assert_eq!(agent.get(&format!("{path}messages/?held=true")).await.ok()["count"], 0);
    let late = agent.delete(&format!("/messages/{}/", held["id"].as_str().unwrap())).await;
    assert_eq!(late.is(409)["code"], "CONFLICT");
}

#[tokio::test]
async fn held_messages_are_given_back() {
    let app = TestApp::start().await;
    let path = ticket(&app).await;
    let (agent, draft) = (app.agent(), format!("{path}drafts/reply/"));
    agent.put(&draft, json!({"rev": 4, "body": "We come."})).await.ok();
    let reply = json!({"body": "We come.", "cc": ["ada@acme.example"], "status": "pending", "hold_seconds": 60});
    let held = agent.post(&format!("{path}messages/"), reply).await.created();
    assert_eq!(agent.get(&draft).await.ok()["updated_at"], Value::Null, "sent, as far as anybody can tell");
    let message = format!("/messages/{}/", held["id"].as_str().unwrap());
    for other in [app.as_("agent2"), app.customer(), app.admin()] {
        other.delete(&message).await.is(404);
    }
    let back = agent.delete(&message).await.ok();
    assert_eq!((&back["body"], &back["cc"][0]), (&json!("We come."), &json!("ada@acme.example")));
    assert_eq!((&back["status"], &back["to"]), (&json!("pending"), &Value::Null));
    assert_eq!(agent.get(&draft).await.ok(), back);
    agent.delete(&message).await.is(404);
    app.advance(TimeDelta::minutes(2));
    app.run_jobs().await;
    assert_eq!(texts(&agent, &path).await, ["CANARY-A drips"]);
    // What was begun meanwhile stays.
    let again = json!({"body": "First.", "hold_seconds": 60});
    let held = agent.post(&format!("{path}messages/"), again).await.created();
    let rev = agent.get(&draft).await.ok()["rev"].as_i64().unwrap() + 1;
    agent.put(&draft, json!({"rev": rev, "body": "Second."})).await.ok();
    let back = agent.delete(&format!("/messages/{}/", held["id"].as_str().unwrap())).await.ok();
    assert_eq!(back["body"], "First.\n\nSecond.");
}

#[tokio::test]
async fn what_cannot_be_sent_any_more_is_a_draft_again() {
    let app = TestApp::start().await;
    let path = ticket(&app).await;
    let (agent, draft) = (app.agent(), format!("{path}drafts/reply/"));
    let reply = json!({"body": "We come.", "hold_seconds": 5});
    agent.post(&format!("{path}messages/"), reply.clone()).await.created();
    app.manager().delete(&path).await.is(204);
    app.advance(TimeDelta::seconds(5));
    app.run_jobs().await;
    app.manager().post(&format!("{path}restore/"), json!({})).await.ok();
    assert_eq!(agent.get(&draft).await.ok()["body"], "We come.");
    assert_eq!(texts(&app.customer(), &path).await, ["CANARY-A drips"]);
    // Neither does somebody write who was suspended.
    agent.post(&format!("{path}messages/"), reply).await.created();
    let person = format!("/users/{}/", app.world.a.user("agent"));
    app.admin().patch(&person, json!({"status": "suspended"})).await.ok();
    app.advance(TimeDelta::seconds(5));
    app.run_jobs().await;
    assert_eq!(texts(&app.customer(), &path).await, ["CANARY-A drips"]);
}

#[tokio::test]
async fn what_would_be_refused_is_refused_at_once() {
    let app = TestApp::start().await;
    let path = format!("{}messages/", ticket(&app).await);
    let hold = |mut body: Value| {
        body["hold_seconds"] = json!(10);
        body
    };
    let agent = app.agent();
    assert_eq!(agent.post(&path, json!({"body": "A", "hold_seconds": 61})).await.problem("hold_seconds"), "invalid");
    assert_eq!(agent.post(&path, hold(json!({"body": " "}))).await.problem("body"), "required");
    assert_eq!(agent.post(&path, hold(json!({"body": "A", "to": ["nobody"]}))).await.problem("to"), "invalid");
    assert_eq!(agent.post(&path, hold(json!({"body": "A", "status": "none"}))).await.problem("status"), "invalid");
    agent.post(&path, hold(json!({"body": "A", "status": "closed"}))).await.is(409);
    let refused = app.customer().post(&path, hold(json!({"body": "A"}))).await;
    assert_eq!(refused.problem("hold_seconds"), "not_allowed");
    app.as_("viewer").post(&path, hold(json!({"body": "A"}))).await.is(403);
    let now = agent.post(&path, json!({"body": "A", "hold_seconds": 0})).await.created();
    assert_eq!((&now["seq"], &now["held_until"]), (&json!(2), &Value::Null));
}
