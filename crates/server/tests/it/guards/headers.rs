//! Headers of every kind of answer. That each answer of every test has the common ones is looked at
//! by the harness; here are all kinds there are, and what differs between them.

use std::sync::Arc;

use axum::http::Method;
use serde_json::json;
use server::{compose, pages};
use web::{AppState, Config};

use super::things::{Things, operations};
use crate::harness::{Client, TestApp};

/// The same client, where people come by HTTPS.
pub fn by_https(app: &TestApp, client: &Client) -> Client {
    let config = Config { https: true, public_port: 443, ..(*app.state.config).clone() };
    let state = AppState { config: Arc::new(config), ..app.state.clone() };
    Client { service: compose::service(&state, pages::router()), ..client.clone() }
}

#[tokio::test]
async fn every_operation_and_every_error_has_them() {
    let app = TestApp::start().await;
    let (own, _) = Things::of_both(&app).await;
    for operation in operations() {
        for client in [app.admin(), app.anonymous()] {
            operation.send(&client, &own, operation.body()).await;
        }
    }
    // The sessions of the first agent have been ended by now.
    let agent = app.as_("agent2");
    let (json, ticket) = ([("content-type", "application/json")], own.fill("/api/v1/tickets/{id}/"));
    agent.raw(Method::POST, "/tickets/", &json, b"{".to_vec()).await.is(400);
    app.anonymous().get("/tickets/").await.is(401);
    app.as_("viewer").post("/tickets/", json!({"subject": "x"})).await.is(403);
    for path in ["/nothing.js", "/api/nothing", "/api/docs/nothing.js"] {
        agent.get(path).await.is(404);
    }
    agent.at("nobody.localhost").get("/tickets/").await.is(404);
    agent.put("/tickets/", json!({})).await.is(405);
    let customer = json!({"email": "customer@acme.example", "name": "CANARY-A"});
    app.admin().post("/customers/", customer).await.is(409);
    agent.send(Method::PATCH, &ticket, &[("if-match", "\"0\"")], Some(json!({}))).await.is(412);
    agent.raw(Method::POST, "/tickets/", &json, vec![b'x'; 1_000_001]).await.is(413);
    agent.raw(Method::POST, "/tickets/", &[("content-type", "text/plain")], b"x".to_vec()).await.is(415);
    agent.post("/tickets/", json!({})).await.is(422);
    app.state.db.close().await;
    agent.get("/tickets/").await.is(503);
    app.expect_pending();
}

#[tokio::test]
async fn pages_documents_and_files_have_policies_of_their_own() {
    let app = TestApp::start().await;
    let (own, _) = Things::of_both(&app).await;
    let nobody = app.anonymous();
    let policy =
        |answer: &crate::harness::Answer| answer.headers["content-security-policy"].to_str().unwrap().to_owned();
    for route in ["/", "/inbox", "/inbox/of-mine", "/set-password", "/verify/"] {
        let answer = nobody.get(route).await;
        assert_eq!(answer.status, 200, "{route}");
        assert!(policy(&answer).starts_with("default-src '") && !policy(&answer).contains("unsafe"), "{route}");
        assert_eq!(answer.headers["cache-control"], "no-cache", "{route}");
    }
    for page in ["/link.js", "/page.css"] {
        let answer = nobody.get(page).await;
        assert_eq!(answer.status, 200, "{page}");
        assert!(policy(&answer).contains("script-src 'self';") && !policy(&answer).contains("unsafe"), "{page}");
        assert_eq!(answer.headers["referrer-policy"], "no-referrer", "{page}");
    }
    for page in
        ["/api/docs/", "/api/docs/index.html", "/api/docs/swagger-ui-bundle.js", "/api/docs/swagger-initializer.js"]
    {
        let answer = nobody.get(page).await;
        assert_eq!(answer.status, 200, "{page}");
        assert!(
            policy(&answer).contains("script-src 'self';") && policy(&answer).contains("connect-src 'self'"),
            "{page}"
        );
        let is_html = answer.headers["content-type"].to_str().unwrap().contains("html");
        assert!(!is_html || !String::from_utf8_lossy(&answer.bytes).contains("<script>"), "{page} has a script inside");
    }
    for data in ["/api/openapi.json", "/health/", "/health/live/"] {
        assert_eq!(policy(&nobody.get(data).await), "default-src 'none'; frame-ancestors 'none'", "{data}");
    }
    for redirect in ["/api/docs", "/api/v1/openapi.json"] {
        assert!(nobody.get(redirect).await.status.is_redirection(), "{redirect}");
    }
    let link = app.customer().get(&format!("/files/{}/", own.id("files"))).await;
    assert_eq!(link.status, 302);
    let file = app.customer().get(link.headers["location"].to_str().unwrap()).await;
    assert!(policy(&file).contains("sandbox") && file.headers["referrer-policy"] == "no-referrer");
    assert!(file.headers["content-disposition"].to_str().unwrap().starts_with("attachment"));
}

#[tokio::test]
async fn browsers_are_kept_on_https_where_it_is_in_use() {
    let app = TestApp::start().await;
    let plain = app.agent();
    let https = by_https(&app, &plain);
    for path in ["/", "/tickets/", "/nothing/", "/api/docs/", "/api/docs"] {
        assert!(!plain.get(path).await.headers.contains_key("strict-transport-security"), "{path}");
        assert_eq!(https.get(path).await.headers["strict-transport-security"], "max-age=31536000", "{path}");
    }
    // Links say so too.
    let new = json!({"email": "new@example.org", "name": "CANARY-A", "role": "agent"});
    let made = by_https(&app, &app.admin()).post("/users/", new).await.created();
    assert!(made["invitation_url"].as_str().unwrap().starts_with("https://acme.localhost/set-password#"), "{made}");
}
