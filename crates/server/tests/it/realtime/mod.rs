//! The WebSocket over real sockets: who gets in, what is told to whom, and when it ends.

mod admission;
mod hints;
mod limits;
mod node;
mod nodes;

use serde_json::{Value, json};

use crate::harness::{Client, TestApp};

/// A new ticket; its wire id.
async fn ticket_of(client: &Client, subject: &str) -> String {
    client.post("/tickets/", json!({ "subject": subject })).await.created()["id"].as_str().unwrap().to_owned()
}

/// `ticket:ID`
fn topic(ticket: &str) -> String {
    format!("ticket:{ticket}")
}

/// Whether a frame says this of that.
fn is(event: &'static str, topic: &str) -> impl Fn(&Value) -> bool {
    let topic = topic.to_owned();
    move |frame| frame["event"] == event && frame["topic"] == topic.as_str()
}

async fn note(app: &TestApp, ticket: &str) {
    let body = json!({"body": "CANARY-A words", "visibility": "internal"});
    app.agent().post(&format!("/tickets/{ticket}/messages/"), body).await.created();
}
