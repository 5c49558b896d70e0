//! Drafts of replies and notes.

use axum::http::Method;
use serde_json::{Value, json};

use crate::{guards::things::uploaded, harness::TestApp};

async fn ticket(app: &TestApp) -> String {
    let new = json!({"subject": "CANARY-A pump", "description": "CANARY-A drips"});
    format!("/tickets/{}/", app.customer().post("/tickets/", new).await.created()["id"].as_str().unwrap())
}

#[tokio::test]
async fn drafts_are_kept_for_their_author() {
    let app = TestApp::start().await;
    let path = ticket(&app).await;
    let (reply, note) = (format!("{path}drafts/reply/"), format!("{path}drafts/note/"));
    let agent = app.agent();
    let none = agent.get(&reply).await.ok();
    assert_eq!((&none["rev"], &none["body"], &none["updated_at"]), (&json!(0), &json!(""), &Value::Null));
    let file = uploaded(&agent, "CANARY-A words").await.created();
    let draft = json!({
        "rev": 1, "body": "Dear", "to": ["cleo@"], "cc": [], "attachments": [file["id"]], "status": "Pending",
    });
    let saved = agent.put(&reply, draft).await.ok();
    assert_eq!(agent.get(&reply).await.ok(), saved);
    assert_eq!((&saved["to"][0], &saved["status"]), (&json!("cleo@"), &json!("pending")));
    assert_eq!(saved["attachments"][0]["id"], file["id"]);
    agent.put(&note, json!({"rev": 7, "body": "Note"})).await.ok();
    assert_eq!(agent.get(&reply).await.ok()["body"], "Dear", "each kind has its own");
    assert_eq!(agent.get(&path).await.ok()["draft"], true);
    assert_eq!(agent.get("/tickets/").await.ok()["results"][0]["draft"], true);
    // Nobody else sees it.
    assert_eq!(app.as_("agent2").get(&reply).await.ok()["body"], "");
    assert_eq!(app.as_("agent2").get("/tickets/").await.ok()["results"][0]["draft"], false);
    app.customer().get(&reply).await.is(403);
    app.foreign("agent").get(&reply).await.is(404);
    agent.get(&format!("{path}drafts/letter/")).await.is(404);
    // Files of others are none of this person's drafts.
    let theirs = uploaded(&app.as_("agent2"), "CANARY-A theirs").await.created();
    let wrong = agent.put(&reply, json!({"rev": 2, "attachments": [theirs["id"]]})).await;
    assert_eq!(wrong.problem("attachments"), "unknown");
    assert_eq!(agent.put(&reply, json!({"rev": 2, "status": "no such"})).await.problem("status"), "invalid");
    assert_eq!(agent.put(&reply, json!({"rev": -1})).await.problem("rev"), "invalid");
}

#[tokio::test]
async fn older_saves_change_nothing() {
    let app = TestApp::start().await;
    let path = format!("{}drafts/note/", ticket(&app).await);
    let agent = app.agent();
    let save = async |rev: i64, body: &str| agent.put(&path, json!({"rev": rev, "body": body})).await.status.as_u16();
    assert_eq!((save(3, "three").await, save(2, "two").await, save(3, "three!").await), (200, 412, 200));
    assert_eq!(agent.get(&path).await.ok()["body"], "three!");
    // A save that is on its way does not bring back what was thrown away.
    agent.send(Method::DELETE, &format!("{path}?rev=5"), &[], None).await.is(204);
    assert_eq!((save(4, "four").await, save(5, "five").await), (412, 412));
    let gone = agent.get(&path).await.ok();
    assert_eq!((&gone["rev"], &gone["body"], &gone["updated_at"]), (&json!(5), &json!(""), &Value::Null));
    assert_eq!(save(6, "six").await, 200);
    agent.delete(&path).await.is(204);
    assert_eq!((save(7, "seven").await, save(8, "eight").await), (412, 200));
}

#[tokio::test]
async fn what_is_sent_is_no_draft_any_more() {
    let app = TestApp::start().await;
    let path = ticket(&app).await;
    let agent = app.agent();
    for (kind, visibility) in [("reply", "public"), ("note", "internal")] {
        let draft = format!("{path}drafts/{kind}/");
        agent.put(&draft, json!({"rev": 1, "body": "CANARY-A done"})).await.ok();
        // A message that is refused leaves the draft alone.
        let refused = json!({"body": "CANARY-A done", "visibility": visibility, "status": "closed"});
        agent.post(&format!("{path}messages/"), refused).await.is(409);
        assert_eq!(agent.get(&draft).await.ok()["body"], "CANARY-A done");
        let sent = json!({"body": "CANARY-A done", "visibility": visibility});
        agent.post(&format!("{path}messages/"), sent).await.created();
        assert_eq!(agent.get(&draft).await.ok()["updated_at"], Value::Null);
        agent.put(&draft, json!({"rev": 2, "body": "late"})).await.is(412);
    }
    assert_eq!(agent.get(&path).await.ok()["draft"], false);
}
