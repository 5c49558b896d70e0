//! What people of the staff set for themselves.

use axum::http::Method;
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::harness::{Client, TestApp};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";

async fn picture(client: &Client, kind: &str, bytes: &[u8]) -> crate::harness::Answer {
    client.raw(Method::PUT, "/users/me/avatar/", &[("content-type", kind)], bytes.to_vec()).await
}

#[tokio::test]
async fn preferences_are_ones_own() {
    let app = TestApp::start().await;
    let agent = app.agent();
    let me = agent.get("/users/me/").await.ok();
    assert_eq!((&me["preferences"]["language"], &me["preferences"]["shortcuts"]), (&Value::Null, &json!({})));
    let wish = json!({"language": "ar", "time_zone": "Asia/Dubai", "hour_cycle": "h12", "week_start": "sunday",
        "theme": "dark", "contrast": "high", "density": "compact", "undo_send_seconds": 20, "shortcuts_enabled": false,
        "shortcuts": {"ticket.resolve": "r", "ticket.assign": null}});
    let mine = agent.patch("/users/me/", json!({ "preferences": wish })).await.ok();
    assert_eq!(mine["preferences"], wish);
    let next = agent.patch("/users/me/", json!({"preferences": {"theme": null}})).await.ok();
    assert_eq!((&next["preferences"]["theme"], &next["preferences"]["density"]), (&Value::Null, &json!("compact")));
    let wrong = agent.patch("/users/me/", json!({"preferences": {"theme": "pink", "time_zone": "Mars"}})).await;
    assert_eq!(wrong.problem("preferences.theme"), "invalid");
    assert_eq!(wrong.problem("preferences.time_zone"), "invalid");
    // Nobody else reads them.
    let path = format!("/users/{}/", app.world.a.user("agent"));
    assert_eq!(app.admin().get(&path).await.ok()["preferences"], Value::Null);
    let stale = [("if-match", "\"1\"")];
    agent.send(Method::PATCH, "/users/me/", &stale, Some(json!({"name": "CANARY-A agent"}))).await.is(412);
}

#[tokio::test]
async fn absences_end_by_themselves() {
    let app = TestApp::start().await;
    let agent = app.agent();
    let until = "2026-03-02T12:00:00Z";
    let away = agent.patch("/users/me/", json!({"availability": "away", "availability_until": until})).await.ok();
    assert_eq!((&away["availability"], &away["availability_until"]), (&json!("away"), &json!(until)));
    let path = format!("/users/{}/", app.world.a.user("agent"));
    assert_eq!(app.as_("viewer").get(&path).await.ok()["availability"], "away");
    app.advance(TimeDelta::hours(3) - TimeDelta::seconds(1));
    app.run_jobs().await;
    assert_eq!(app.as_("viewer").get(&path).await.ok()["availability"], "away");
    app.advance(TimeDelta::seconds(1));
    app.run_jobs().await;
    let back = app.as_("viewer").get(&path).await.ok();
    assert_eq!((&back["availability"], &back["availability_until"]), (&json!("available"), &Value::Null));
    // An end that was set anew counts, not the old one.
    let agent = app.agent();
    agent.patch("/users/me/", json!({"availability": "busy", "availability_until": "2026-03-02T13:00:00Z"})).await.ok();
    agent.patch("/users/me/", json!({"availability": "away"})).await.ok();
    app.advance(TimeDelta::hours(2));
    app.run_jobs().await;
    assert_eq!(app.as_("viewer").get(&path).await.ok()["availability"], "away");
    let agent = app.agent();
    for (wrong, field) in [
        (json!({"availability": "asleep"}), "availability"),
        (json!({"availability": "away", "availability_until": "2026-03-02T09:00:00Z"}), "availability_until"),
        (json!({"availability": "available", "availability_until": "2026-03-03T09:00:00Z"}), "availability_until"),
    ] {
        assert_eq!(agent.patch("/users/me/", wrong).await.problem(field), "invalid");
    }
}

#[tokio::test]
async fn people_have_pictures() {
    let app = TestApp::start().await;
    let agent = app.agent();
    let url = picture(&agent, "image/png", PNG).await.ok()["avatar_url"].as_str().unwrap().to_owned();
    let path = format!("/users/{}/", app.world.a.user("agent"));
    assert_eq!(app.as_("viewer").get(&path).await.ok()["avatar_url"], url.as_str());
    // Pages show it without a token; without its whole address, or elsewhere, it is not there.
    let shown = app.anonymous().raw(Method::GET, &url, &[], Vec::new()).await;
    assert_eq!((shown.status.as_u16(), shown.bytes.as_ref()), (200, PNG));
    assert_eq!(shown.headers["content-type"], "image/png");
    let bare = url.split('?').next().unwrap();
    for elsewhere in [bare.to_owned(), format!("{bare}?v=00")] {
        assert_eq!(app.anonymous().raw(Method::GET, &elsewhere, &[], Vec::new()).await.status, 404);
    }
    assert_eq!(app.foreign("agent").raw(Method::GET, &url, &[], Vec::new()).await.status, 404);
    let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"x()\"/>";
    assert_eq!(picture(&agent, "image/png", svg).await.status, 415);
    assert_eq!(picture(&agent, "image/png", &vec![0; 600_000]).await.status, 413);
    agent.delete("/users/me/avatar/").await.is(204);
    assert_eq!(agent.get("/users/me/").await.ok()["avatar_url"], Value::Null);
    assert_eq!(app.anonymous().raw(Method::GET, &url, &[], Vec::new()).await.status, 404);
}
