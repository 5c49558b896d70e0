//! The words of system mails.

use serde_json::{Value, json};

use crate::harness::TestApp;

#[tokio::test]
async fn an_organization_writes_its_own_words() {
    let app = TestApp::start().await;
    let list = app.agent().get("/mail-templates/").await.ok();
    assert_eq!(list["count"], 12);
    assert!(list["results"].as_array().unwrap().iter().all(|one| one["is_default"] == true));
    let words = json!({"subject": "CANARY-A {reference} is here", "body": "CANARY-A thanks, {organization}"});
    app.agent().patch("/mail-templates/created/", words.clone()).await.is(403);
    let mine = app.admin().patch("/mail-templates/created/", words).await.ok();
    assert_eq!((&mine["is_default"], &mine["updated_at"]), (&json!(false), &json!("2026-03-02T09:00:00Z")));
    app.customer().post("/tickets/", json!({"subject": "CANARY-A pump"})).await.created();
    app.run_jobs().await;
    let mail = app.admin().get("/mail-catcher/").await.ok()["results"][0].clone();
    assert_eq!(mail["subject"], "CANARY-A TK-2026-00001 is here");
    // The other organization keeps its own.
    assert_eq!(app.foreign_admin().get("/mail-templates/created/").await.ok()["is_default"], true);
    let reset = app.admin().post("/mail-templates/created/reset/", json!({})).await.ok();
    assert_eq!((&reset["is_default"], &reset["updated_at"]), (&json!(true), &Value::Null));
    app.admin().get("/mail-templates/no_such/").await.is(404);
}

#[tokio::test]
async fn only_known_variables_stand_in_a_text() {
    let app = TestApp::start().await;
    let patch = async |key: &str, body: Value| app.admin().patch(&format!("/mail-templates/{key}/"), body).await;
    assert_eq!(patch("created", json!({"body": "{link}"})).await.problem("body"), "unknown_variable");
    assert_eq!(patch("created", json!({"subject": "{secret}"})).await.problem("subject"), "unknown_variable");
    assert_eq!(patch("invitation", json!({"body": "Welcome"})).await.problem("body"), "link_missing");
    assert_eq!(patch("invitation", json!({"subject": "{link}"})).await.problem("subject"), "invalid");
    assert_eq!(patch("created", json!({"subject": "a\nBcc: x"})).await.problem("subject"), "invalid");
    assert_eq!(patch("created", json!({"body": " "})).await.problem("body"), "required");
    assert_eq!(patch("created", json!({"subject": "x".repeat(201)})).await.problem("subject"), "too_long");
    patch("created", json!({"body": "{{% raw %}} { organization } {organization}"})).await.ok();
}

#[tokio::test]
async fn a_preview_is_filled_in_and_writes_nothing() {
    let app = TestApp::start().await;
    let path = "/mail-templates/assigned/preview/";
    let words = json!({"subject": "{reference}", "body": "<b>{name}</b> & {actor}"});
    let shown = app.agent().post(path, words).await.ok();
    assert_eq!(
        (&shown["subject"], &shown["body_text"]),
        (&json!("TK-2026-00042"), &json!("<b>Ada Lovelace</b> & Grace Hopper"))
    );
    assert!(!shown["body_html"].as_str().unwrap().contains("<b>"), "{shown}");
    assert_eq!(app.agent().post(path, json!({"body": "{nobody}"})).await.problem("body"), "unknown_variable");
    assert_eq!(app.agent().get("/mail-templates/assigned/").await.ok()["is_default"], true);
}
