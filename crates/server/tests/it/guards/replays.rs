//! Every POST takes an `Idempotency-Key`, but those that are named here.

use axum::http::Method;
use serde_json::{Value, json};

use super::things::{Operation, Things, operations};
use crate::{harness::TestApp, identity::domains::NameServer};

/// Sign-in, also as somebody else, and keys give out secrets that are used once; files are sent in pieces; operators are
/// no members of an organization; the queue has transactions of its own, and a job runs again once anyway; tickets for
/// sockets are good once.
const WITHOUT: [&str; 6] =
    ["/api/v1/realtime/", "/api/v1/auth/", "/api/v1/api-keys/", "/api/v1/files/", "/api/v1/platform/", "/api/v1/jobs/"];

fn describes_key(operation: &Operation) -> bool {
    let parameters = operation.description["parameters"].as_array();
    parameters.is_some_and(|all| all.iter().any(|each| each["in"] == "header" && each["name"] == "Idempotency-Key"))
}

#[tokio::test]
async fn every_post_can_be_sent_again() {
    let mut names = NameServer::new();
    let app = TestApp::with(|state| state.dns = names.dns()).await;
    let (own, _) = Things::of_both(&app).await;
    names.prove(&app.admin()).await;
    let mut posts = operations();
    posts.retain(|operation| operation.method == Method::POST);
    let mut unchecked = Vec::new();
    for operation in posts {
        let without = operation.needs.is_none()
            || operation.path.ends_with("/impersonate/")
            || WITHOUT.iter().any(|prefix| operation.path.starts_with(prefix));
        assert_eq!(describes_key(&operation), !without, "{}", operation.name);
        if without {
            continue;
        }
        let key = [("idempotency-key", operation.name)];
        let body = operation.takes_json.then(|| match operation.name {
            "tickets_bulk" => json!({"ids": [own.id("tickets")], "changes": {"priority": "low"}}),
            _ => operation.body(),
        });
        let send =
            async |body: Option<Value>| app.admin().send(Method::POST, &own.fill(&operation.path), &key, body).await;
        let first = send(body.clone()).await;
        if !first.status.is_success() {
            unchecked.push(operation.name);
            continue;
        }
        let again = send(body).await;
        assert!(again.headers.contains_key("idempotency-replayed"), "{}: {again:?}", operation.name);
        assert_eq!((again.status, &again.bytes), (first.status, &first.bytes), "{}", operation.name);
        let other = send(Some(json!({"other": true}))).await;
        assert_eq!(other.is(422)["code"], "IDEMPOTENCY_KEY_REUSED", "{}", operation.name);
    }
    // Nobody of the things waits for an invitation, and no message has failed.
    let without = ["customers_invite", "messages_retry", "users_invite"];
    assert_eq!(unchecked, without, "these did not work the first time: see to it that they can");
    app.expect_pending();
}
