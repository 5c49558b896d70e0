//! Replies, notes, and what they do to the ticket.

use axum::http::Method;
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::seeds::{go, mine, ticket};
use crate::harness::{Answer, Client, TestApp};

async fn say(client: &Client, path: &str, body: Value) -> Answer {
    client.post(&format!("{path}messages/"), body).await
}

async fn texts(client: &Client, path: &str) -> Vec<String> {
    let page = client.get(&format!("{path}messages/")).await.ok();
    assert_eq!(page["count"].as_u64(), Some(page["results"].as_array().unwrap().len() as u64));
    page["results"].as_array().unwrap().iter().map(|m| m["body_text"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn notes_are_hidden_from_customers() {
    let app = TestApp::start().await;
    let path = mine(&app).await;
    let note = say(&app.agent(), &path, json!({"body": "Rich.", "visibility": "internal"})).await.created();
    assert_eq!(
        (&note["direction"], &note["delivery"]["state"], &note["to"]),
        (&json!("out"), &json!("none"), &json!([]))
    );
    let reply = say(&app.agent(), &path, json!({"body": "We come."})).await.created();
    assert_eq!(
        (&reply["seq"], &reply["author"]["type"], &reply["visibility"]),
        (&json!(3), &json!("user"), &json!("public"))
    );
    assert_eq!(texts(&app.agent(), &path).await, ["Help!", "Rich.", "We come."]);
    assert_eq!(texts(&app.customer(), &path).await, ["Help!", "We come."]);
    assert_eq!(app.customer().get(&path).await.ok()["message_count"], 2);
    assert_eq!(app.agent().get(&path).await.ok()["message_count"], 3);
    say(&app.as_("viewer"), &path, json!({"body": "x"})).await.is(403);
    say(&app.as_("viewer"), &path, json!({"body": "x", "visibility": "internal"})).await.is(403);
}

#[tokio::test]
async fn only_a_public_answer_of_staff_is_a_first_response() {
    let app = TestApp::start().await;
    let path = mine(&app).await;
    say(&app.agent(), &path, json!({"body": "Note", "visibility": "internal"})).await.created();
    say(&app.customer(), &path, json!({"body": "Hello?"})).await.created();
    assert_eq!(app.agent().get(&path).await.ok()["first_response_at"], Value::Null);
    app.advance(TimeDelta::minutes(1));
    say(&app.agent(), &path, json!({"body": "We come."})).await.created();
    let first = app.agent().get(&path).await.ok()["first_response_at"].clone();
    assert_eq!(first, "2026-03-02T09:01:00Z");
    app.advance(TimeDelta::minutes(1));
    say(&app.agent(), &path, json!({"body": "Soon."})).await.created();
    let after = app.agent().get(&path).await.ok();
    assert_eq!((&after["first_response_at"], &after["status"]), (&first, &json!("new")));
}

#[tokio::test]
async fn a_reply_can_move_the_ticket() {
    let app = TestApp::start().await;
    let path = mine(&app).await;
    say(&app.agent(), &path, json!({"body": "Wait.", "status": "Pending"})).await.created();
    assert_eq!(app.agent().get(&path).await.ok()["status"], "pending");
    let refused = say(&app.agent(), &path, json!({"body": "Gone.", "status": "closed"})).await;
    assert_eq!(refused.is(409)["code"], "CONFLICT");
    assert_eq!(say(&app.agent(), &path, json!({"body": "?", "status": "new"})).await.problem("reason"), "required");
    assert_eq!(texts(&app.agent(), &path).await, ["Help!", "Wait."], "refused replies are not there");
    say(&app.agent(), &path, json!({"body": "Done.", "status": "resolved", "visibility": "internal"})).await.created();
    assert_eq!(app.agent().get(&path).await.ok()["status"], "resolved");
}

#[tokio::test]
async fn customers_wake_their_tickets_up() {
    let app = TestApp::start().await;
    for (statuses, wakes) in [
        (&["open"][..], "open"),
        (&["on_hold"], "on_hold"),
        (&["pending"], "open"),
        (&["resolved"], "reopened"),
        (&["resolved", "closed"], "reopened"),
        (&["cancelled"], "reopened"),
    ] {
        let path = mine(&app).await;
        for status in statuses {
            go(&app.agent(), &path, status).await.ok();
        }
        app.advance(TimeDelta::days(1));
        say(&app.customer(), &path, json!({"body": "Again."})).await.created();
        let now = app.agent().get(&path).await.ok();
        assert_eq!(now["status"], wakes, "{statuses:?}");
        assert_eq!((&now["resolved_at"], &now["closed_at"]), (&Value::Null, &Value::Null));
    }
}

#[tokio::test]
async fn after_fourteen_days_a_new_ticket_follows() {
    let app = TestApp::start().await;
    let (early, late) = (mine(&app).await, mine(&app).await);
    for path in [&early, &late] {
        go(&app.agent(), path, "resolved").await.ok();
        go(&app.agent(), path, "closed").await.ok();
    }
    app.advance(TimeDelta::days(14));
    say(&app.customer(), &early, json!({"body": "Just in time."})).await.created();
    assert_eq!(app.agent().get(&early).await.ok()["status"], "reopened");
    app.advance(TimeDelta::seconds(1));
    let message = say(&app.customer(), &late, json!({"body": "Too late."})).await.created();
    let next = format!("/tickets/{}/", message["ticket_id"].as_str().unwrap());
    let old = app.agent().get(&late).await.ok();
    let new = app.customer().get(&next).await.ok();
    assert_eq!((&old["status"], &old["message_count"]), (&json!("closed"), &json!(1)));
    assert_eq!((&new["follow_up_of"], &new["status"], &new["subject"]), (&old["id"], &json!("new"), &old["subject"]));
    assert_eq!(new["customer"], old["customer"]);
    assert_eq!(texts(&app.customer(), &next).await, ["Too late."]);
}

#[tokio::test]
async fn empty_and_foreign_things_are_refused() {
    let app = TestApp::start().await;
    let (path, agent) = (mine(&app).await, app.agent());
    for body in [json!({}), json!({"body": " \n"}), json!({"body": "", "attachments": []})] {
        assert_eq!(say(&agent, &path, body).await.problem("body"), "required");
    }
    assert_eq!(say(&agent, &path, json!({"body": "a\u{0}b"})).await.problem("body"), "invalid");
    assert_eq!(say(&agent, &path, json!({"body": "x".repeat(200_001)})).await.problem("body"), "too_long");
    let file = kernel::FileId(uuid::Uuid::from_u128(7)).to_string();
    assert_eq!(say(&agent, &path, json!({"body": "x", "attachments": [file]})).await.problem("attachments"), "unknown");
    say(&agent, &path, json!({"body": "x", "format": "rtf"})).await.is(422);
    say(&agent, &path, json!({"body": "x", "visibility": "secret"})).await.is(422);
    assert_eq!(say(&agent, &path, json!({"body": "x", "status": "lost"})).await.problem("status"), "invalid");
    assert_eq!(texts(&agent, &path).await, ["Help!"]);
    say(&agent, "/tickets/77/", json!({"body": "x"})).await.is(404);
}

#[tokio::test]
async fn comments_are_messages() {
    let app = TestApp::start().await;
    let path = mine(&app).await;
    let made = app.agent().post(&format!("{path}comments/"), json!({"body": "Same."})).await.created();
    let both = [app.agent().get(&format!("{path}comments/")).await, app.agent().get(&format!("{path}messages/")).await];
    assert_eq!(both[0].ok()["results"], both[1].ok()["results"]);
    assert_eq!(both[0].ok()["results"][1]["id"], made["id"]);
    let down = app.agent().get(&format!("{path}messages/?ordering=-seq&page_size=1")).await.ok();
    assert_eq!((&down["results"][0]["seq"], &down["count"]), (&json!(2), &json!(2)));
    app.agent().get(&format!("{path}messages/?ordering=body")).await.is(422);
}

#[tokio::test]
async fn bodies_are_sanitized() {
    let app = TestApp::start().await;
    let path = mine(&app).await;
    let evil = "<p onclick=\"steal()\">Hi <b>you</b></p><script>alert(1)</script><a href=\"javascript:alert(2)\">x</a>\
                <img src=x onerror=alert(3)><iframe src=\"//evil.example\"></iframe><style>p{}</style>";
    for format in ["html", "markdown"] {
        let body = format!("{evil}\n\n[y](javascript:alert(4)) **bold** [z](https://good.example)");
        let made = say(&app.agent(), &path, json!({"body": body, "format": format})).await.created();
        let html = made["body_html"].as_str().unwrap().to_lowercase();
        for bad in ["<script", "onclick", "onerror", "href=\"javascript", "<iframe", "<style", "alert(1)"] {
            assert!(!html.contains(bad), "{format}: {bad} in {html}");
        }
        assert_eq!(html.contains("<strong>bold</strong>"), format == "markdown");
        if format == "html" {
            assert!(html.contains("<b>you</b>"), "{html}");
        } else {
            assert!(html.contains("https://good.example"), "{html}");
        }
    }
    let text = say(&app.agent(), &path, json!({"body": evil, "format": "text"})).await.created();
    let html = text["body_html"].as_str().unwrap();
    assert!(html.contains("&lt;script&gt;") && !html.contains("<script"), "{html}");
}

#[tokio::test]
async fn only_failed_messages_are_sent_again() {
    let app = TestApp::start().await;
    let path = mine(&app).await;
    let reply = say(&app.agent(), &path, json!({"body": "We come."})).await.created();
    assert_eq!(reply["delivery"]["state"], "queued");
    let retry = format!("/messages/{}/retry/", reply["id"].as_str().unwrap());
    let call = async |client: Client| client.send(Method::POST, &retry, &[], None).await;
    assert_eq!(call(app.agent()).await.is(409)["code"], "CONFLICT");
    app.run_jobs().await;
    call(app.agent()).await.is(409);
    call(app.as_("viewer")).await.is(403);
    call(app.customer()).await.is(403);
    call(app.foreign("agent")).await.is(404);
}

#[tokio::test]
async fn recipients_follow_the_ticket() {
    let app = TestApp::start().await;
    let path = mine(&app).await;
    let to = app.world.a.member("customer").email.clone();
    let first = say(&app.agent(), &path, json!({"body": "1", "cc": ["Dora@Example.org", "dora@example.org", to]}))
        .await
        .created();
    assert_eq!((&first["to"], &first["cc"]), (&json!([to]), &json!(["dora@example.org"])));
    let second = say(&app.agent(), &path, json!({"body": "2"})).await.created();
    assert_eq!((&second["to"], &second["cc"]), (&json!([to]), &json!(["dora@example.org"])));
    let third = say(&app.agent(), &path, json!({"body": "3", "to": ["eve@example.org"], "cc": []})).await.created();
    assert_eq!((&third["to"], &third["cc"]), (&json!(["eve@example.org"]), &json!([])));
    for field in ["to", "cc"] {
        assert_eq!(
            say(&app.agent(), &path, json!({"body": "x", field: ["no address"]})).await.problem(field),
            "invalid"
        );
        let many: Vec<_> = (0..51).map(|n| format!("a{n}@example.org")).collect();
        assert_eq!(say(&app.agent(), &path, json!({"body": "x", field: many})).await.problem(field), "too_long");
        let note = json!({"body": "x", "visibility": "internal", field: ["a@example.org"]});
        assert_eq!(say(&app.agent(), &path, note).await.problem(field), "not_allowed");
        let theirs = json!({"body": "x", field: ["a@example.org"]});
        assert_eq!(say(&app.customer(), &path, theirs).await.problem(field), "not_allowed");
    }
    let nobody = ticket(&app, json!({"subject": "Without a customer"})).await;
    let reply = say(&app.agent(), &nobody, json!({"body": "Into the void"})).await.created();
    assert_eq!((&reply["to"], &reply["delivery"]["state"]), (&json!([]), &json!("none")));
}
