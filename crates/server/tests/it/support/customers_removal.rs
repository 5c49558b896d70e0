//! Customers who are removed, and who come back.

use axum::http::Method;
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::seeds::go;
use crate::{
    harness::{Client, TestApp, world::PASSWORD},
    identity::account::{login, mails_to, send},
    mail::mails::{accept, caught, mail},
};

const BOX: &str = "support@acme.localhost";

fn path(app: &TestApp) -> String {
    format!("/customers/{}/", app.world.a.customer("customer"))
}

/// A ticket of the customer that is done, and its reply address.
async fn done(app: &TestApp) -> (String, String) {
    let made = app.customer().post("/tickets/", json!({"subject": "CANARY-A drips"})).await.created();
    let ticket = format!("/tickets/{}/", made["id"].as_str().unwrap());
    app.agent().post(&format!("{ticket}messages/"), json!({"body": "CANARY-A fixed"})).await.created();
    go(&app.agent(), &ticket, "resolved").await.ok();
    let reply_to = caught(app, "acme").await.into_iter().rev().find_map(|sent| sent.reply_to).unwrap();
    (ticket, reply_to)
}

async fn emails(client: &Client, query: &str) -> Vec<String> {
    let page = client.get(&format!("/customers/?{query}")).await.ok();
    page["results"].as_array().unwrap().iter().map(|row| row["email"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn who_is_removed_is_out_and_what_is_done_keeps_the_name() {
    let app = TestApp::start().await;
    let (agent, path, email) = (app.agent(), path(&app), app.world.a.member("customer").email.clone());
    let (ticket, _) = done(&app).await;
    send(&app.customer(), Method::DELETE, &path).await.is(403);
    send(&app.as_("viewer"), Method::DELETE, &path).await.is(403);
    send(&app.foreign_admin(), Method::DELETE, &path).await.is(404);
    agent.send(Method::DELETE, &path, &[("if-match", "\"9\"")], None).await.is(412);
    send(&agent, Method::DELETE, &path).await.is(204);
    send(&agent, Method::DELETE, &path).await.is(404);
    app.customer().get("/tickets/").await.is(401);
    login(&app.anonymous(), &email, PASSWORD).await.is(401);
    login(&app.anonymous().at("localhost"), &email, PASSWORD).await.is(401);
    assert_eq!(agent.get(&path).await.ok()["status"], "removed");
    assert_eq!(agent.patch(&path, json!({"name": "X"})).await.is(409)["code"], "CONFLICT");
    agent.post(&format!("{path}invite/"), Value::Null).await.is(404);
    for query in ["", "search=canary", "status=active"] {
        assert!(!emails(&agent, query).await.contains(&email), "{query}");
    }
    for query in ["status=removed", "status=removed&search=canary"] {
        assert_eq!(emails(&agent, query).await, [email.as_str()], "{query}");
    }
    agent.get("/customers/?status=gone").await.is(422);
    let row = agent.get(&ticket).await.ok();
    assert_eq!(row["customer"]["email"], email);
    let new = json!({"subject": "X", "customer": app.world.a.customer("customer")});
    assert_eq!(agent.post("/tickets/", new).await.problem("customer"), "unknown");
    // Nobody writes to them any more.
    let before = mails_to(&app, &email).await.len();
    let reply = agent.post(&format!("{ticket}messages/"), json!({"body": "CANARY-A by the way"})).await.created();
    assert_eq!((&reply["to"], &reply["delivery"]["state"]), (&json!([]), &json!("none")));
    assert_eq!(mails_to(&app, &email).await.len(), before);
    let line = app.admin().get("/audit-log/?action=customer.removed").await.ok()["results"][0].clone();
    assert_eq!(line["entity"]["id"], json!(app.world.a.customer("customer")));
}

#[tokio::test]
async fn open_tickets_come_first() {
    let app = TestApp::start().await;
    let (agent, path) = (app.agent(), path(&app));
    let made = app.customer().post("/tickets/", json!({"subject": "CANARY-A drips"})).await.created();
    let ticket = format!("/tickets/{}/", made["id"].as_str().unwrap());
    let refused = send(&agent, Method::DELETE, &path).await.is(409);
    assert_eq!(
        refused["detail"],
        "This customer has an open ticket: resolve them, or give them to another customer, first."
    );
    app.customer().get("/tickets/").await.ok();
    agent.patch(&ticket, json!({"customer": app.world.a.customer("customer2")})).await.ok();
    send(&agent, Method::DELETE, &path).await.is(204);
}

#[tokio::test]
async fn mail_from_the_address_is_that_of_somebody_new() {
    let app = TestApp::start().await;
    let (agent, email) = (app.agent(), app.world.a.member("customer").email.clone());
    let (ticket, reply_to) = done(&app).await;
    send(&agent, Method::DELETE, &path(&app)).await.is(204);
    let address = reply_to.rsplit('<').next().unwrap().trim_end_matches('>').to_owned();
    let answer = mail(&email, &address, "Re: drips", "again@x", "", "CANARY-A it drips again");
    let (new, _, is_new) = accept(&app, BOX, answer).await;
    assert!(is_new);
    let row = agent.get(&format!("/tickets/{new}/")).await.ok();
    assert_eq!(row["customer"]["email"], email);
    assert_ne!(row["customer"]["id"], json!(app.world.a.customer("customer")));
    assert_eq!(agent.get(&ticket).await.ok()["status"], "resolved");
    // Whoever has the address keeps it.
    let restore = format!("{}restore/", path(&app));
    assert_eq!(agent.post(&restore, Value::Null).await.problem("email"), "taken");
    go(&agent, &format!("/tickets/{new}/"), "resolved").await.ok();
    send(&agent, Method::DELETE, &format!("/customers/{}/", row["customer"]["id"].as_str().unwrap())).await.is(204);
    assert_eq!(agent.post(&restore, Value::Null).await.ok()["status"], "active");
}

#[tokio::test]
async fn a_customer_can_come_back_for_thirty_days() {
    let app = TestApp::start().await;
    let (path, email) = (path(&app), app.world.a.member("customer").email.clone());
    let restore = format!("{path}restore/");
    app.agent().patch(&path, json!({"status": "suspended"})).await.ok();
    send(&app.agent(), Method::DELETE, &path).await.is(204);
    assert_eq!(app.agent().post(&restore, Value::Null).await.ok()["status"], "suspended");
    app.agent().patch(&path, json!({"status": "active"})).await.ok();
    send(&app.agent(), Method::DELETE, &path).await.is(204);
    app.foreign_admin().post(&restore, Value::Null).await.is(404);
    app.as_("viewer").post(&restore, Value::Null).await.is(403);
    app.advance(TimeDelta::days(29));
    let agent = app.as_("agent");
    assert_eq!(agent.post(&restore, Value::Null).await.ok()["status"], "active");
    assert_eq!(agent.post(&restore, Value::Null).await.ok()["status"], "active", "again is harmless");
    login(&app.anonymous(), &email, PASSWORD).await.ok();
    login(&app.anonymous().at("localhost"), &email, PASSWORD).await.ok();
    send(&agent, Method::DELETE, &path).await.is(204);
    app.advance(TimeDelta::days(30) + TimeDelta::seconds(1));
    let tokens = login(&app.anonymous(), &app.world.a.member("agent").email, PASSWORD).await.ok();
    app.anonymous().with_token(&tokens["access"]).post(&restore, Value::Null).await.is(404);
}
