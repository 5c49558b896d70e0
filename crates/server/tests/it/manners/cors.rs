//! Pages of other hosts: those that are listed may ask, all others are not even told why not.

use axum::http::Method;
use serde_json::json;

use crate::harness::{Answer, Client, TestApp};

const LISTED: &str = "https://console.example.org";

fn shared(answer: &Answer) -> Vec<String> {
    let mut names: Vec<String> = answer.headers.keys().map(ToString::to_string).collect();
    names.retain(|name| name.starts_with("access-control-"));
    names.sort_unstable();
    names
}

async fn preflight(client: &Client, origin: &str, path: &str) -> Answer {
    let headers = [
        ("origin", origin),
        ("access-control-request-method", "PATCH"),
        ("access-control-request-headers", "authorization,if-match"),
    ];
    client.send(Method::OPTIONS, path, &headers, None).await
}

#[tokio::test]
async fn listed_origins_may_ask() {
    let app = TestApp::start().await;
    let answer = preflight(&app.anonymous(), LISTED, "/tickets/1/").await;
    answer.is(204);
    assert_eq!(answer.headers["access-control-allow-origin"], LISTED);
    assert!(answer.headers["access-control-allow-methods"].to_str().unwrap().contains("PATCH"));
    let allowed = answer.headers["access-control-allow-headers"].to_str().unwrap().to_lowercase();
    for header in ["authorization", "content-type", "if-match", "idempotency-key", "x-request-id"] {
        assert!(allowed.contains(header), "{header}");
    }
    assert_eq!(
        (&answer.headers["access-control-max-age"], &answer.headers["vary"]),
        (&"600".parse().unwrap(), &"Origin".parse().unwrap())
    );
    let agent = app.agent();
    for (path, status) in [("/tickets/", 200), ("/tickets/9/", 404)] {
        let answer = agent.send(Method::GET, path, &[("origin", LISTED)], None).await;
        answer.is(status);
        assert_eq!(shared(&answer), ["access-control-allow-origin", "access-control-expose-headers"]);
        assert_eq!(answer.headers["access-control-allow-origin"], LISTED);
        assert_eq!(answer.headers["vary"], "Origin");
    }
}

#[tokio::test]
async fn nobody_else_is_told_anything() {
    let app = TestApp::start().await;
    let others = [
        "https://evil.example",
        "null",
        "*",
        "http://console.example.org",
        "https://console.example.org:8443",
        "https://console.example.org.evil.example",
        "https://console.example.org/",
        "https://CONSOLE.example.org",
        "https://sub.console.example.org",
        "",
    ];
    for origin in others {
        let answer = preflight(&app.anonymous(), origin, "/tickets/").await;
        assert_eq!(
            (answer.is(405)["code"].as_str(), shared(&answer)),
            (Some("METHOD_NOT_ALLOWED"), vec![]),
            "{origin}"
        );
        let answer = app.agent().send(Method::GET, "/tickets/", &[("origin", origin)], None).await;
        answer.ok();
        assert_eq!(shared(&answer), Vec::<String>::new(), "{origin}");
    }
    // Without an origin nothing is shared, and a page outside the API asks for nothing.
    assert!(shared(&app.agent().get("/tickets/").await).is_empty());
    assert_eq!(preflight(&app.anonymous(), LISTED, "/set-password").await.status, 405);
    // A cookie does nothing from elsewhere, listed or not.
    let headers = [("origin", LISTED), ("cookie", "helpdesk_refresh=x")];
    app.anonymous().send(Method::POST, "/auth/refresh/", &headers, Some(json!({}))).await.is(401);
}
