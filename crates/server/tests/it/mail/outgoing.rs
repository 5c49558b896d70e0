//! Who hears of what.

use serde_json::json;

use super::mails::{accept, caught, mail};
use crate::harness::TestApp;

const BOX: &str = "support@acme.localhost";

#[tokio::test]
async fn assignees_hear_of_assignment_and_of_what_others_do() {
    let app = TestApp::start().await;
    let (agent, manager) = (app.agent(), app.manager());
    let ticket =
        manager.post("/tickets/", json!({"subject": "Quiet", "customer_email": "q@example.org"})).await.created();
    let path = format!("/tickets/{}/", ticket["id"].as_str().unwrap());
    let me = app.world.a.user("agent").to_string();
    let to_me = |sent: &super::mails::Sent| sent.to == "agent@acme.test";
    caught(&app, "acme").await;
    agent.post(&format!("{path}assign/"), json!({"assignee_id": me})).await.ok();
    assert_eq!(caught(&app, "acme").await.iter().filter(|sent| to_me(sent)).count(), 0, "own doing");
    manager.post(&format!("{path}assign/"), json!({"assignee_id": null})).await.ok();
    manager.post(&format!("{path}assign/"), json!({"assignee_id": me})).await.ok();
    manager.patch(&path, json!({"priority": "high"})).await.ok();
    agent.patch(&path, json!({"category": "mine"})).await.ok();
    let sent: Vec<_> = caught(&app, "acme").await.into_iter().filter(to_me).map(|sent| sent.subject).collect();
    assert_eq!(sent.len(), 2, "{sent:?}");
    assert!(
        sent.iter().any(|subject| subject.contains("Assigned to you"))
            && sent.iter().any(|subject| subject.contains("Updated"))
    );
}

#[tokio::test]
async fn a_customer_hears_of_replies_but_never_of_notes() {
    let app = TestApp::start().await;
    let (ticket, ..) =
        accept(&app, BOX, mail("cleo@example.org", BOX, "Cold", "c@x", "Cc: dora@example.org\r\n", "It is cold."))
            .await;
    let path = format!("/tickets/{ticket}/messages/");
    app.agent().post(&path, json!({"body": "SECRET between us", "visibility": "internal"})).await.created();
    app.agent().post(&path, json!({"body": "Hello", "format": "text"})).await.created();
    let sent = caught(&app, "acme").await;
    assert!(sent.iter().all(|sent| !sent.raw.contains("SECRET")));
    let reply = sent.iter().find(|sent| sent.subject.starts_with("Re: Cold")).unwrap();
    assert!(
        reply.raw.contains("Cc: <dora@example.org>") || reply.raw.contains("Cc: dora@example.org"),
        "{}",
        reply.raw
    );
    let listed = app.admin().get("/mail-catcher/?to=cleo@example.org").await.ok();
    assert_eq!(listed["count"], 2);
    let id = listed["results"][0]["id"].as_str().unwrap();
    assert!(
        app.admin().get(&format!("/mail-catcher/{id}/")).await.ok()["raw"].as_str().unwrap().contains("Message-ID")
    );
    assert_eq!(app.agent().get("/mail-catcher/").await.status, 403);
    assert_eq!(app.foreign_admin().get(&format!("/mail-catcher/{id}/")).await.status, 404);
}

#[tokio::test]
async fn nobody_is_flooded() {
    let app = TestApp::start().await;
    for index in 0..14 {
        accept(
            &app,
            BOX,
            mail("often@example.org", BOX, "Again", &format!("n{index}@x"), "", &format!("Mail {index}")),
        )
        .await;
    }
    accept(&app, BOX, mail(BOX, BOX, "Myself", "self@x", "", "Loop")).await;
    accept(&app, BOX, mail("noreply@example.org", BOX, "Robot", "robot@x", "", "Beep")).await;
    let sent = caught(&app, "acme").await;
    assert_eq!(sent.len(), 10);
    assert!(sent.iter().all(|sent| sent.to == "often@example.org"));
}

#[tokio::test]
async fn attachments_of_staff_go_with_the_mail() {
    let app = TestApp::start().await;
    let (ticket, ..) = accept(&app, BOX, mail("cleo@example.org", BOX, "Cold", "c@x", "", "It is cold.")).await;
    let form =
        "--f\r\nContent-Disposition: form-data; name=\"file\"; filename=\"plan.txt\"\r\n\r\nThe plan\r\n--f--\r\n";
    let headers = [("content-type", "multipart/form-data; boundary=f")];
    let file = app.agent().raw(axum::http::Method::POST, "/files/", &headers, form.into()).await.created();
    let body = json!({"body": "See the plan.", "attachments": [file["id"]]});
    app.agent().post(&format!("/tickets/{ticket}/messages/"), body).await.created();
    let sent = caught(&app, "acme").await;
    let reply = sent.iter().find(|sent| sent.subject.starts_with("Re:")).unwrap();
    assert!(reply.raw.contains("plan.txt") && reply.raw.contains("multipart/mixed"), "{}", reply.raw);
}
