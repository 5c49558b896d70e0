//! Mails that could not become messages.

use channels::intake::{process, receive};
use serde_json::json;

use crate::harness::{TestApp, world::Side};

async fn unreadable(app: &TestApp, side: &Side, subject: &str) {
    let raw = format!("Subject: {} {subject}\r\n\r\nwords\r\n", side.canary);
    let address = format!("support@{}.localhost", side.organization.slug);
    let received = receive(&app.state, &address, raw.into()).await.unwrap();
    process(&app.state, received.organization, received.mail.unwrap()).await.unwrap();
}

#[tokio::test]
async fn what_cannot_be_read_is_seen_tried_again_or_thrown_away() {
    let app = TestApp::start().await;
    unreadable(&app, &app.world.a, "one").await;
    unreadable(&app, &app.world.a, "two").await;
    unreadable(&app, &app.world.b, "theirs").await;
    let list = app.admin().get("/mail-quarantine/").await.ok();
    assert_eq!(list["count"], 2);
    let mail = &list["results"][0];
    assert_eq!(mail["mailbox"], "support@acme.localhost");
    assert!(!mail["reason"].as_str().unwrap().is_empty());
    let path = format!("/mail-quarantine/{}/", mail["id"].as_str().unwrap());
    assert!(app.admin().get(&path).await.ok()["raw"].as_str().unwrap().contains("words"));
    app.agent().get("/mail-quarantine/").await.is(403);
    app.foreign_admin().get(&path).await.is(404);
    // It is as unreadable as before.
    assert_eq!(app.admin().post(&format!("{path}release/"), json!({})).await.is(202)["state"], "received");
    app.admin().get(&path).await.ok();
    app.run_jobs().await;
    app.admin().delete(&path).await.is(204);
    app.admin().delete(&path).await.is(404);
    assert_eq!(app.admin().get("/mail-quarantine/").await.ok()["count"], 1);
    assert_eq!(app.foreign_admin().get("/mail-quarantine/").await.ok()["count"], 1);
}
