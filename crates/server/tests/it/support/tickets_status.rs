//! Statuses, their stamps, and the clocks.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::seeds::{go, ticket};
use crate::harness::{TestApp, start_of_time};

fn at(minutes: i64) -> Value {
    json!((start_of_time() + TimeDelta::minutes(minutes)).format("%FT%TZ").to_string())
}

#[tokio::test]
async fn the_whole_way_leaves_its_stamps() {
    let app = TestApp::start().await;
    let path = ticket(&app, json!({"subject": "S"})).await;
    let null = &Value::Null;
    let mut minute = 0;
    for (status, category, first, resolved, closed, reopened) in [
        ("open", "open", &at(1), null, null, 0),
        ("resolved", "resolved", &at(1), &at(2), null, 0),
        ("closed", "closed", &at(1), &at(2), &at(3), 0),
        ("reopened", "open", &at(1), null, null, 1),
        ("In Progress", "open", &at(1), null, null, 1),
        ("resolved", "resolved", &at(1), &at(6), null, 1),
        ("open", "open", &at(1), null, null, 2),
    ] {
        app.advance(TimeDelta::minutes(1));
        minute += 1;
        let now = go(&app.agent(), &path, status).await.ok();
        assert_eq!(now["status_category"], category);
        assert_eq!(
            [&now["first_response_at"], &now["resolved_at"], &now["closed_at"]],
            [first, resolved, closed],
            "{status} {minute}"
        );
        assert_eq!(now["reopened_count"], reopened);
    }
}

#[tokio::test]
async fn rules_of_new_closed_and_cancelled() {
    let app = TestApp::start().await;
    let (agent, path) = (app.agent(), ticket(&app, json!({"subject": "S"})).await);
    assert_eq!(go(&agent, &path, "closed").await.is(409)["code"], "CONFLICT");
    go(&agent, &path, "open").await.ok();
    go(&agent, &path, "closed").await.is(409);
    agent.patch(&path, json!({"status": "closed"})).await.is(409);
    assert_eq!(go(&agent, &path, "new").await.problem("reason"), "required");
    assert_eq!(agent.patch(&path, json!({"status": "new"})).await.problem("reason"), "required");
    let spaces = json!({"status": "new", "reason": "  "});
    assert_eq!(agent.post(&format!("{path}change_status/"), spaces).await.problem("reason"), "required");
    agent.post(&format!("{path}change_status/"), json!({"status": "new", "reason": "wrong"})).await.ok();
    assert_eq!(go(&agent, &path, "lost").await.problem("status"), "invalid");
    let cancelled = go(&agent, &path, "cancelled").await.ok();
    assert_eq!((&cancelled["status_category"], &cancelled["resolved_at"]), (&json!("closed"), &Value::Null));
    go(&agent, &path, "closed").await.is(409);
    app.as_("viewer").post(&format!("{path}change_status/"), json!({"status": "open"})).await.is(403);
}

#[tokio::test]
async fn managers_close_by_force_once() {
    let app = TestApp::start().await;
    let path = ticket(&app, json!({"subject": "S"})).await;
    let force = format!("{path}force_close/");
    for who in ["agent", "viewer", "technician"] {
        let refused = app.as_(who).post(&force, json!({})).await.status.as_u16();
        assert!(refused == 403 || (who == "technician" && refused == 404), "{who}: {refused}");
    }
    let closed = app.manager().post(&force, json!({"reason": "spam"})).await.ok();
    assert_eq!((&closed["status"], &closed["closed_at"]), (&json!("closed"), &at(0)));
    app.advance(TimeDelta::minutes(1));
    assert_eq!(app.manager().post(&force, json!({})).await.ok(), closed);
    assert_eq!(app.admin().get(&format!("{path}history/")).await.ok()["count"], 1);
    for who in ["admin", "owner"] {
        let path = ticket(&app, json!({"subject": "S"})).await;
        app.as_(who).post(&format!("{path}force_close/"), json!({})).await.ok();
    }
}

#[tokio::test]
async fn deadlines_follow_the_priority_while_open() {
    let app = TestApp::start().await;
    let path = ticket(&app, json!({"subject": "S"})).await;
    app.advance(TimeDelta::minutes(5));
    let changed = app.agent().patch(&path, json!({"priority": "high"})).await.ok();
    assert_eq!((&changed["due_at"], &changed["sla"]["first_response_due_at"]), (&at(12 * 60), &at(120)));
    go(&app.agent(), &path, "resolved").await.ok();
    let kept = app.agent().patch(&path, json!({"priority": "urgent"})).await.ok();
    assert_eq!((&kept["due_at"], &kept["priority"]), (&at(12 * 60), &json!("urgent")));
}

#[tokio::test]
async fn deadlines_follow_the_policy_of_open_tickets_only() {
    let app = TestApp::start().await;
    let (open, done) = (ticket(&app, json!({"subject": "S"})).await, ticket(&app, json!({"subject": "T"})).await);
    let other = ticket(&app, json!({"subject": "U", "priority": "low"})).await;
    go(&app.agent(), &done, "resolved").await.ok();
    let body = json!({"name": "Fast", "priority": "medium", "resolution_time": 30, "response_time": 10});
    let policy = app.manager().post("/sla-policies/", body).await.created();
    let agent = app.agent();
    let now = agent.get(&open).await.ok();
    assert_eq!((&now["due_at"], &now["sla"]["policy"]["name"]), (&at(30), &json!("Fast")));
    assert_eq!(now["sla"]["first_response_due_at"], at(10));
    assert_eq!(agent.get(&done).await.ok()["due_at"], at(24 * 60));
    assert_eq!(agent.get(&other).await.ok()["due_at"], at(72 * 60));
    let path = format!("/sla-policies/{}/", policy["id"].as_str().unwrap());
    app.manager().patch(&path, json!({"resolution_time": 45})).await.ok();
    assert_eq!(agent.get(&open).await.ok()["due_at"], at(45));
    app.manager().delete(&path).await.is(204);
    let now = agent.get(&open).await.ok();
    assert_eq!((&now["due_at"], &now["sla"]["policy"]), (&at(24 * 60), &Value::Null));
}

#[tokio::test]
async fn clocks_run_down_and_over() {
    let app = TestApp::start().await;
    let path = ticket(&app, json!({"subject": "S", "priority": "urgent"})).await;
    let look = async || {
        let t = app.agent().get(&path).await.ok();
        json!([t["sla"]["state"], t["sla"]["remaining_seconds"], t["sla"]["label"], t["is_overdue"]])
    };
    assert_eq!(look().await, json!(["on_track", 14_400, "Escalates in 4h 0m", false]));
    app.advance(TimeDelta::minutes(45));
    assert_eq!(look().await, json!(["at_risk", 11_700, "Escalates in 3h 15m", false]));
    app.agent().post(&format!("{path}messages/"), json!({"body": "We come."})).await.created();
    assert_eq!(look().await, json!(["on_track", 11_700, "Escalates in 3h 15m", false]));
    app.advance(TimeDelta::minutes(135));
    assert_eq!(look().await, json!(["at_risk", 3_600, "Escalates in 1h 0m", false]));
    app.advance(TimeDelta::minutes(60));
    assert_eq!(look().await, json!(["at_risk", 0, "Escalates in 0m", false]));
    app.advance(TimeDelta::minutes(7));
    assert_eq!(look().await, json!(["breached", -420, "Overdue by 7m", true]));
    go(&app.agent(), &path, "pending").await.ok();
    assert_eq!(look().await, json!(["breached", -420, "Overdue by 7m", true]));
    go(&app.agent(), &path, "resolved").await.ok();
    assert_eq!(look().await, json!(["breached", null, null, false]));
}
