//! Writing and answering as a customer, in demo mode.

use serde_json::{Value, json};

use crate::harness::TestApp;

#[tokio::test]
async fn the_whole_circle_without_a_mail_server() {
    let app = TestApp::start().await;
    let mail = json!({
        "from": "Marta@acme.example", "from_name": "CANARY-A Marta", "subject": "CANARY-A pump", "body": "CANARY-A it drips",
    });
    let written = app.admin().post("/mail-catcher/write/", mail).await.created();
    assert_eq!((&written["is_new"], &written["reference"]), (&json!(true), &json!("TK-2026-00001")));
    assert!(written["message_id"].as_str().unwrap().ends_with("@acme.example"));
    let path = format!("/tickets/{}/", written["ticket_id"].as_str().unwrap());
    let ticket = app.agent().get(&path).await.ok();
    assert_eq!((&ticket["customer"]["name"], &ticket["channel"]), (&json!("CANARY-A Marta"), &json!("email")));
    app.agent()
        .post(&format!("{path}messages/"), json!({"body": "CANARY-A we come", "status": "pending"}))
        .await
        .created();
    app.run_jobs().await;
    // Every mail that was caught can be answered: the confirmation and the reply.
    let caught = app.admin().get("/mail-catcher/?to=marta@acme.example").await.ok();
    assert_eq!(caught["count"], 2);
    for mail in caught["results"].as_array().unwrap() {
        let answer = format!("/mail-catcher/{}/answer/", mail["id"].as_str().unwrap());
        let answered = app.admin().post(&answer, json!({"body": "CANARY-A thanks"})).await.created();
        assert_eq!((&answered["ticket_id"], &answered["is_new"]), (&written["ticket_id"], &json!(false)), "{mail}");
    }
    assert_eq!(app.agent().get(&path).await.ok()["status"], "open", "the customer woke it up");
    let messages = app.agent().get(&format!("{path}messages/?ordering=-seq")).await.ok();
    let last = &messages["results"][0];
    assert_eq!(
        (&last["direction"], &last["body_text"]),
        (&json!("in"), &json!("CANARY-A thanks")),
        "without what it quotes"
    );
    app.run_jobs().await;
}

#[tokio::test]
async fn it_is_for_administrators_of_a_demo() {
    let app = TestApp::start().await;
    let mail = json!({"from": "marta@acme.example", "subject": "A", "body": "B"});
    app.agent().post("/mail-catcher/write/", mail.clone()).await.is(403);
    let with = |field: &str, value: Value| {
        let mut mail = mail.clone();
        mail[field] = value;
        mail
    };
    let write = async |mail: Value| app.admin().post("/mail-catcher/write/", mail).await;
    assert_eq!(write(with("from", json!("nobody"))).await.problem("from"), "invalid");
    assert_eq!(write(with("to", json!("support@globex.localhost"))).await.problem("to"), "unknown");
    assert_eq!(write(with("body", json!(" "))).await.problem("body"), "required");
    assert_eq!(write(with("subject", json!(""))).await.problem("subject"), "required");
    // A header cannot be smuggled in.
    let smuggled = write(with("subject", json!("A\r\nBcc: x@acme.example"))).await;
    assert_eq!(smuggled.status, 422);
    let real = TestApp::with(|state| {
        let mut config = (*state.config).clone();
        config.demo = false;
        state.config = config.into();
    })
    .await;
    real.admin().post("/mail-catcher/write/", mail).await.is(404);
}
