//! Bodies, queries and paths that nobody should send: refused with a reason, never a failure of ours.

use axum::http::Method;
use serde_json::{Value, json};

use super::things::{Operation, Things, operations};
use crate::harness::{Answer, Client, TestApp, schema};

async fn raw(client: &Client, operation: &Operation, ids: &Things, kind: &str, body: &[u8]) -> Answer {
    client.raw(operation.method.clone(), &ids.fill(&operation.path), &[("content-type", kind)], body.to_vec()).await
}

/// Operations with a JSON body, but those of the bare host.
fn writing() -> impl Iterator<Item = Operation> {
    operations().into_iter().filter(|operation| operation.takes_json && !operation.path.starts_with("/api/v1/platform"))
}

#[tokio::test]
async fn what_is_not_the_expected_json_is_refused_everywhere() {
    let app = TestApp::start().await;
    let (own, _) = Things::of_both(&app).await;
    let admin = app.admin();
    let json = "application/json";
    let deep = format!("{{\"subject\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    let large = format!("{{\"subject\":\"{}\"}}", "x".repeat(1_000_001));
    for operation in writing() {
        // Half, no and broken JSON; bytes that are no UTF-8, overlong and half a pair among them; a byte order mark.
        for malformed in [
            &b"{"[..],
            b"",
            b"nul",
            b"{\"a",
            b"{\"subject\":\"\xff\"}",
            b"{\"subject\":\"\xc0\xaf\"}",
            b"{\"subject\":\"\\ud800\"}",
            b"\xef\xbb\xbf{}",
            deep.as_bytes(),
        ] {
            raw(&admin, &operation, &own, json, malformed).await.is(400);
        }
        for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""] {
            raw(&admin, &operation, &own, kind, b"{}").await.is(415);
        }
        raw(&admin, &operation, &own, json, large.as_bytes()).await.is(413);
        for nothing in ["[]", "null", "5", "\"x\""] {
            let answer = raw(&admin, &operation, &own, json, nothing.as_bytes()).await;
            assert_eq!(answer.status, 422, "{} takes {nothing}", operation.name);
        }
        for field in fields(&operation) {
            let value = operation.body().get(&field).cloned().unwrap_or(Value::Null);
            let twice = format!("{{\"{field}\":{value},\"{field}\":{value}}}");
            let answer = raw(&admin, &operation, &own, json, twice.as_bytes()).await;
            assert_eq!(answer.problem(&field), "duplicate", "{}", operation.name);
        }
        let mut body = operation.body();
        body["no_such_field_xyz"] = json!(1);
        for body in [body, json!({"no_such_field_xyz": 1})] {
            let answer = operation.send(&admin, &own, body).await;
            assert_eq!(answer.problem("no_such_field_xyz"), "unknown", "{}", operation.name);
        }
    }
    app.run_jobs().await;
}

#[tokio::test]
async fn errors_name_the_field() {
    let app = TestApp::start().await;
    let agent = app.agent();
    let create = async |body: Value| agent.post("/tickets/", body).await;
    assert_eq!(create(json!({"subject": 5})).await.problem("subject"), "invalid");
    assert_eq!(create(json!({"subject": "x", "custom_fields": 5})).await.problem("custom_fields"), "invalid");
    assert_eq!(create(json!({"subject": "x", "organization_id": "o"})).await.problem("organization_id"), "unknown");
    assert_eq!(create(json!({"subject": "a\0b"})).await.problem("subject"), "invalid");
    assert_eq!(create(json!({"subject": "x", "description": "a\0b"})).await.problem("description"), "invalid");
    assert_eq!(create(json!({})).await.problem("subject"), "required");
    assert_eq!(agent.get("/tickets/?no_such_parameter=1").await.problem("no_such_parameter"), "unknown");
    assert_eq!(agent.get("/tickets/?page=x").await.problem("page"), "invalid");
    let (own, _) = Things::of_both(&app).await;
    let below = own.fill("/api/v1/tickets/{id}/messages/");
    for bad in ["a\0b".to_owned(), "x".repeat(2_001)] {
        let answer = agent.post(&below, json!({"body": "x", "status": "on_hold", "reason": bad})).await;
        answer.problem("reason");
    }
    app.run_jobs().await;
}

/// Values of every kind for any field.
fn strange() -> Vec<Value> {
    vec![
        Value::Null,
        json!(true),
        json!(-1),
        json!(0),
        json!(i64::MAX),
        json!(1e300),
        json!(""),
        json!("a\0b"),
        json!("\u{202e}\u{feff}🦀'\"\\%_;--"),
        json!("x".repeat(300_000)),
        json!([]),
        json!([null]),
        json!(["a\0b"]),
        json!(vec!["x"; 2000]),
        json!({}),
        json!({"a\0b": "a\0b"}),
        json!("tkt_7zzzzzzzzzzzzzzzzzzzzzzzzz"),
    ]
}

/// The fields of an operation's body.
fn fields(operation: &Operation) -> Vec<String> {
    properties(operation).into_iter().map(|(name, _)| name).collect()
}

/// The fields of an operation's JSON body, with their descriptions.
pub fn properties(operation: &Operation) -> Vec<(String, Value)> {
    let reference = operation.description["requestBody"]["content"]["application/json"]["schema"]["$ref"].as_str();
    let name = reference.unwrap().rsplit('/').next().unwrap();
    let properties = &schema::document()["components"]["schemas"][name]["properties"];
    properties.as_object().unwrap_or_else(|| panic!("{name} has no fields")).clone().into_iter().collect()
}

#[tokio::test]
async fn no_value_of_a_field_makes_us_fail() {
    let app = TestApp::start().await;
    let (own, _) = Things::of_both(&app).await;
    let (admin, mut failures) = (app.admin(), Vec::new());
    for operation in writing() {
        // Sign-in takes a password's time for each; two of the values are enough.
        let is_slow = operation.needs.is_none();
        for field in fields(&operation) {
            for value in strange() {
                let has_nul = value.to_string().contains("\\u0000");
                if is_slow && !has_nul {
                    continue;
                }
                let mut body = operation.body();
                body[&field] = value.clone();
                let answer = operation.send(&admin, &own, body).await;
                let wrong = answer.status.is_server_error() || has_nul && answer.status != 422;
                if wrong {
                    failures.push(format!("{} {field} = {value:.40}: {}", operation.name, answer.status));
                }
            }
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
    app.run_jobs().await;
}

/// What may be emptied says so; for everything else null is no value.
#[tokio::test]
async fn null_is_refused_where_something_must_be() {
    let app = TestApp::start().await;
    let (own, _) = Things::of_both(&app).await;
    let (admin, mut refused) = (app.admin(), 0);
    for operation in writing().filter(|operation| operation.method == Method::PATCH) {
        for (field, description) in properties(&operation) {
            let may_be_null = description.to_string().contains("\"null\"");
            let answer = operation.send(&admin, &own, json!({&field: null})).await;
            let what = format!("{} {field}: {}", operation.name, String::from_utf8_lossy(&answer.bytes));
            if may_be_null {
                assert!(answer.status.is_success(), "{what}");
            } else {
                assert_eq!(answer.problem(&field), "invalid", "{what}");
                refused += 1;
            }
        }
    }
    assert!(refused > 15, "{refused}");
    app.run_jobs().await;
}

#[tokio::test]
async fn no_query_and_no_path_makes_us_fail() {
    let app = TestApp::start().await;
    let (own, _) = Things::of_both(&app).await;
    let (admin, mut failures) = (app.admin(), Vec::new());
    let strange = [
        "",
        "x",
        "%00",
        "a%00b",
        "-1",
        "0",
        "9223372036854775807",
        "99999999999999999999",
        "%ff",
        "%F0%9F%A6%80",
        "null",
        "2026-13-40T99:99:99Z",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "'%22%5C%25_;--",
        "a,b,,c",
        "true",
        "-created_at,subject",
    ];
    for operation in operations() {
        let path = own.fill(&operation.path);
        let parameters = operation.description["parameters"].as_array().cloned().unwrap_or_default();
        let query = parameters.iter().filter(|parameter| parameter["in"] == "query");
        for name in query.clone().filter_map(|parameter| parameter["name"].as_str()) {
            for value in strange {
                let answer = admin.get(&format!("{path}?{name}={value}")).await;
                let is_text = !["%00", "a%00b", "%ff"].contains(&value);
                // What is no text is refused; sign-in and links do not tell what was wrong with them.
                let taken = !is_text && answer.status != 422;
                if answer.status.is_server_error() || taken || value == "x" && answer.status.is_redirection() {
                    failures.push(format!("{} ?{name}={value}: {}", operation.name, answer.status));
                }
            }
        }
        if query.count() > 0 && operation.needs.is_some() {
            let answer = admin.get(&format!("{path}?no_such_parameter=1")).await;
            assert_eq!(answer.problem("no_such_parameter"), "unknown", "{}", operation.name);
        }
        if operation.path.contains('{') {
            for value in strange.into_iter().skip(1).chain([
                "ext:",
                "ext:%00",
                "ext:x",
                "..",
                "%2e%2e%2f",
                "tkt_",
                "tkt_8zzzzzzzzzzzzzzzzzzzzzzzzz",
            ]) {
                let path = operation.path.replace("{id}", value).replace("{user}", value).replace("{domain}", value);
                let body = operation.takes_json.then(|| operation.body());
                let answer = admin.send(operation.method.clone(), &path, &[], body).await;
                let worked = answer.status.is_success() && operation.method != Method::GET;
                if answer.status.is_server_error() || worked {
                    failures.push(format!("{} {path}: {}", operation.name, answer.status));
                }
            }
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
    app.run_jobs().await;
}
