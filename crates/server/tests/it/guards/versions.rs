//! Things with a version: what is known is not sent again, what is stale is not written.

use axum::http::Method;
use serde_json::{Value, json};

use super::things::{Operation, Things, operations};
use crate::harness::{TestApp, schema};

/// As much of a picture as is looked at.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";

fn takes(operation: &Operation, header: &str) -> bool {
    let parameters = operation.description["parameters"].as_array();
    parameters.is_some_and(|all| all.iter().any(|each| each["in"] == "header" && each["name"] == header))
}

#[tokio::test]
async fn what_has_a_version_is_read_and_written_by_it() {
    let app = TestApp::start().await;
    let (own, _) = Things::of_both(&app).await;
    let (admin, mut seen) = (app.admin(), 0);
    let mut walked = operations();
    walked.sort_by_key(|operation| operation.method == Method::DELETE);
    for operation in walked {
        let (path, name) = (own.fill(&operation.path), operation.name);
        let body = operation.takes_json.then(|| operation.body());
        let send = async |header: &str, value: &str| {
            let method = operation.method.clone();
            if name == "organization_logo_put" {
                return admin.raw(method, &path, &[(header, value)], PNG.to_vec()).await;
            }
            admin.send(method, &path, &[(header, value)], body.clone()).await
        };
        if operation.method == Method::GET {
            let answer = admin.get(&path).await;
            let etag = answer.headers.get("etag").map(|etag| etag.to_str().unwrap().to_owned());
            assert_eq!(etag.is_some(), takes(&operation, "If-None-Match"), "{name}");
            let Some(etag) = etag else { continue };
            assert_eq!(etag, format!("\"{}\"", answer.json()["version"]), "{name}");
            for known in [&etag, &format!("W/{etag}"), "*", &format!("\"0\", {etag}")] {
                let known = send("if-none-match", known).await;
                assert_eq!((known.status.as_u16(), known.bytes.len()), (304, 0), "{name}");
                assert_eq!(known.headers["etag"].to_str().unwrap(), etag, "{name}");
            }
            for other in ["\"0\"", "nonsense"] {
                assert_eq!(send("if-none-match", other).await.ok(), answer.json(), "{name}");
            }
            seen += 1;
        } else if takes(&operation, "If-Match") {
            assert_eq!(send("if-match", "\"0\"").await.is(412)["code"], "STALE", "{name}");
            assert_eq!(send("if-match", "\"abc\"").await.is(412)["code"], "STALE", "{name}");
            assert_eq!(send("if-match", "nonsense").await.problem("If-Match"), "invalid", "{name}");
            let answer = send("if-match", "*").await;
            assert!(answer.status.is_success(), "{name}: {answer:?}");
            seen += 1;
        }
    }
    // One thing of a kind, each read and written.
    for kind in ["tickets", "customers", "users", "sla-policies"] {
        let one = &schema::document()["paths"][format!("/api/v1/{kind}/{{id}}/")];
        let names = |method: &str| one[method]["parameters"].to_string();
        assert!(names("get").contains("If-None-Match") && names("patch").contains("If-Match"), "{kind}");
        assert!(one["delete"].is_null() || names("delete").contains("If-Match"), "{kind}");
    }
    assert!(seen >= 20, "{seen}");
    app.expect_pending();
}

#[tokio::test]
async fn of_two_who_write_the_same_version_one_wins() {
    let app = TestApp::start().await;
    let (own, _) = Things::of_both(&app).await;
    let (one, other) = (app.admin(), app.as_("owner"));
    for kind in ["tickets", "customers", "users", "sla-policies"] {
        let path = format!("/{kind}/{}/", own.id(kind));
        for round in 0..5 {
            let etag = one.get(&path).await.headers["etag"].to_str().unwrap().to_owned();
            let field = if kind == "tickets" { "subject" } else { "name" };
            let body = |who: &str| -> Option<Value> { Some(json!({field: format!("CANARY-A {who} {round}")})) };
            let header = [("if-match", etag.as_str())];
            let (first, second) = tokio::join!(
                one.send(Method::PATCH, &path, &header, body("one")),
                other.send(Method::PATCH, &path, &header, body("other")),
            );
            let mut statuses = [first.status.as_u16(), second.status.as_u16()];
            statuses.sort_unstable();
            assert_eq!(statuses, [200, 412], "{kind}");
            let winner = if first.status == 200 { &first } else { &second };
            let now = one.get(&path).await;
            assert_eq!(now.ok()[field], winner.json()[field], "{kind}");
            assert_eq!(now.headers["etag"], winner.headers["etag"], "{kind}");
            assert_ne!(now.headers["etag"], etag.as_str(), "{kind}");
        }
    }
    app.expect_pending();
}
