//! Changes of tickets: assignment, versions, deletion, rights, tags, watchers, history.

use axum::http::Method;
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::seeds::ticket;
use crate::harness::{Client, TestApp};

async fn assign(client: &Client, path: &str, body: Value) -> crate::harness::Answer {
    client.post(&format!("{path}assign/"), body).await
}

#[tokio::test]
async fn assigning_has_six_cases() {
    let app = TestApp::start().await;
    let (agent, path) = (app.agent(), ticket(&app, json!({"subject": "S"})).await);
    let (a, b) = (&app.world.a, &app.world.b);
    let (me, other) = (a.user("agent").to_string(), a.user("agent2").to_string());
    assert_eq!(assign(&agent, &path, json!({"assignee_id": me})).await.ok()["assignee"]["id"], json!(me));
    assert_eq!(assign(&agent, &path, json!({"assignee_id": null})).await.ok()["assignee"], Value::Null);
    assert_eq!(assign(&agent, &path, json!({})).await.problem("assignee_id"), "required");
    let absent = kernel::UserId(uuid::Uuid::from_u128(7)).to_string();
    for nobody in [absent, b.user("agent").to_string(), b.customer("customer").to_string(), "nonsense".to_owned()] {
        assign(&agent, &path, json!({"assignee_id": nobody})).await.is(404);
    }
    let customer = json!({"assignee_id": a.customer("customer").to_string()});
    assert_eq!(assign(&agent, &path, customer).await.problem("assignee_id"), "not_staff");
    app.admin().patch(&format!("/users/{other}/"), json!({"status": "suspended"})).await.ok();
    assert_eq!(assign(&agent, &path, json!({"assignee_id": other})).await.problem("assignee_id"), "suspended");
    assert_eq!(assign(&agent, &path, json!({"team_id": a.team.to_string()})).await.problem("assignee_id"), "required");
    let team = assign(&agent, &path, json!({"assignee_id": null, "team_id": a.team.to_string()})).await.ok();
    assert_eq!((&team["team"]["id"], &team["assignee"]), (&json!(a.team.to_string()), &Value::Null));
    assign(&agent, &path, json!({"assignee_id": null, "team_id": b.team.to_string()})).await.is(404);
    assert_eq!(assign(&agent, &path, json!({"assignee_id": null, "team_id": null})).await.ok()["team"], Value::Null);
}

#[tokio::test]
async fn stale_writes_are_refused() {
    let app = TestApp::start().await;
    let (agent, path) = (app.agent(), ticket(&app, json!({"subject": "S"})).await);
    let write = async |etag: &str, subject: &str| {
        agent.send(Method::PATCH, &path, &[("if-match", etag)], Some(json!({"subject": subject}))).await
    };
    let first = write("\"1\"", "One").await;
    assert_eq!((first.headers["etag"].to_str().unwrap(), &first.ok()["version"]), ("\"2\"", &json!(2)));
    assert_eq!(write("\"1\"", "Two").await.is(412)["code"], "STALE");
    let (one, other) = tokio::join!(write("\"2\"", "Left"), write("\"2\"", "Right"));
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412]);
    let stale = [("if-match", "\"1\"")];
    agent.send(Method::POST, &format!("{path}assign/"), &stale, Some(json!({"assignee_id": null}))).await.is(412);
    agent.send(Method::POST, &format!("{path}tags/"), &stale, Some(json!({"tags": ["late"]}))).await.is(412);
    agent.send(Method::POST, &format!("{path}change_status/"), &stale, Some(json!({"status": "open"}))).await.is(412);
    app.manager().send(Method::DELETE, &path, &stale, None).await.is(412);
    assert_eq!(agent.patch(&path, json!({"subject": "Free"})).await.ok()["version"], 4);
    agent.post(&format!("{path}messages/"), json!({"body": "Note", "visibility": "internal"})).await.created();
    assert_eq!(agent.get(&path).await.ok()["version"], 4, "messages do not raise the version");
}

#[tokio::test]
async fn patch_takes_every_field_and_put_needs_the_subject() {
    let app = TestApp::start().await;
    let (agent, path) = (app.agent(), ticket(&app, json!({"subject": "S", "category": "Old"})).await);
    let body = json!({"title": "New", "description": "Other words", "priority": "Critical", "type": "Task", "category": null,
        "tags": ["Z", "a"], "custom_fields": {"floor": 3}, "external_id": "x-1", "team": app.world.a.team.to_string(),
        "assigned_agent": app.world.a.user("agent2").to_string(), "customer": app.world.a.customer("customer").to_string()});
    let changed = agent.patch(&path, body).await.ok();
    for (field, value) in [
        ("subject", json!("New")),
        ("description", json!("Other words")),
        ("priority", json!("urgent")),
        ("type", json!("task")),
        ("category", Value::Null),
        ("tags", json!(["a", "z"])),
        ("custom_fields", json!({"floor": 3})),
        ("external_id", json!("x-1")),
        ("version", json!(2)),
    ] {
        assert_eq!(changed[field], value, "{field}");
    }
    assert_eq!(agent.get(&path).await.ok(), changed);
    assert_eq!(agent.put(&path, json!({"priority": "low"})).await.problem("subject"), "required");
    assert_eq!(agent.put(&path, json!({"subject": "Put"})).await.ok()["priority"], "urgent");
    let same = agent.patch(&path, json!({"subject": "Put"})).await.ok();
    assert_eq!(same["version"], 3, "nothing changed");
    let cleared = json!({"assignee": null, "team_id": null, "customer": null, "external_id": null});
    assert_eq!(agent.patch(&path, cleared).await.ok()["assignee"], Value::Null);
    for (field, body) in [("title", json!({"subject": "A", "title": "B"})), ("subject", json!({"subject": " "}))] {
        agent.patch(&path, body).await.problem(field);
    }
    agent.patch(&path, json!({"number": 5})).await.is(422);
    ticket(&app, json!({"subject": "T", "external_id": "taken"})).await;
    assert_eq!(agent.patch(&path, json!({"external_id": "taken"})).await.problem("external_id"), "taken");
}

#[tokio::test]
async fn managers_delete_and_restore_within_thirty_days() {
    let app = TestApp::start().await;
    let path = ticket(&app, json!({"subject": "S", "external_id": "x"})).await;
    let (restore, late) = (format!("{path}restore/"), ticket(&app, json!({"subject": "Late"})).await);
    for who in ["agent", "viewer", "technician", "customer"] {
        let refused = app.as_(who).delete(&path).await.status.as_u16();
        assert!(refused == 403 || (refused == 404 && ["customer", "technician"].contains(&who)), "{who}: {refused}");
    }
    app.manager().delete(&path).await.is(204);
    for gone in
        [path.as_str(), "/tickets/1/", "/tickets/ext:x/", &format!("{path}messages/"), &format!("{path}history/")]
    {
        app.manager().get(gone).await.is(404);
    }
    app.agent().patch(&path, json!({"subject": "T"})).await.is(404);
    app.manager().delete(&path).await.is(404);
    assert_eq!(app.manager().get("/tickets/").await.ok()["count"], 1);
    app.agent().post(&restore, Value::Null).await.is(403);
    app.manager().delete(&late).await.is(204);
    app.advance(TimeDelta::days(30));
    assert_eq!(app.manager().post(&restore, Value::Null).await.ok()["subject"], "S");
    app.agent().get(&path).await.ok();
    app.advance(TimeDelta::seconds(1));
    app.manager().post(&format!("{late}restore/"), Value::Null).await.is(404);
}

#[tokio::test]
async fn customers_only_read_and_reply() {
    let app = TestApp::start().await;
    let id = app.customer().post("/tickets/", json!({"subject": "Mine"})).await.created()["id"].clone();
    let path = format!("/tickets/{}/", id.as_str().unwrap());
    let customer = app.customer();
    customer.patch(&path, json!({"subject": "X"})).await.is(403);
    customer.put(&path, json!({"subject": "X"})).await.is(403);
    customer.delete(&path).await.is(403);
    for (action, body) in [
        ("assign", json!({"assignee_id": null})),
        ("change_status", json!({"status": "closed"})),
        ("force_close", json!({})),
        ("messages", json!({"body": "psst", "visibility": "internal"})),
        ("tags", json!({"tags": ["x"]})),
        ("watchers", json!({})),
        ("read", json!({})),
        ("messages", json!({"body": "done", "status": "resolved"})),
    ] {
        customer.post(&format!("{path}{action}/"), body).await.is(403);
    }
    for part in ["history", "tags", "watchers"] {
        customer.get(&format!("{path}{part}/")).await.is(403);
    }
    for stranger in [app.as_("customer2"), app.foreign("customer"), app.foreign_admin()] {
        stranger.get(&path).await.is(404);
        stranger.get(&format!("{path}messages/")).await.is(404);
        stranger.post(&format!("{path}messages/"), json!({"body": "x"})).await.is(404);
    }
    assert_eq!(app.as_("customer2").get("/tickets/").await.ok()["count"], 0);
}

#[tokio::test]
async fn history_holds_exactly_the_changes() {
    let app = TestApp::start().await;
    let path = ticket(&app, json!({"subject": "S"})).await;
    let a = &app.world.a;
    app.agent().patch(&path, json!({"subject": "T", "priority": "high"})).await.ok();
    app.advance(TimeDelta::seconds(1));
    app.agent().patch(&path, json!({"subject": "T"})).await.ok();
    app.advance(TimeDelta::seconds(1));
    app.manager().post(&format!("{path}assign/"), json!({"assignee_id": a.user("agent2").to_string()})).await.ok();
    app.advance(TimeDelta::seconds(1));
    let reopen = json!({"status": "new", "reason": "by mistake"});
    app.manager().post(&format!("{path}change_status/"), json!({"status": "open"})).await.ok();
    app.advance(TimeDelta::seconds(1));
    app.manager().post(&format!("{path}change_status/"), reopen).await.ok();
    app.advance(TimeDelta::seconds(1));
    app.agent().post(&format!("{path}tags/"), json!({"tags": ["b", "a"]})).await.ok();
    app.advance(TimeDelta::seconds(1));
    let page = app.as_("viewer").get(&format!("{path}history/")).await.ok();
    let lines = page["results"].as_array().unwrap();
    // The fields of one change have no order.
    let mut short: Vec<_> =
        lines.iter().map(|l| json!([l["actor"]["id"], l["field"], l["old"], l["new"], l["reason"]])).collect();
    short[..2].sort_by_key(|line| std::cmp::Reverse(line[1].to_string()));
    let (agent, manager) = (a.user("agent").to_string(), a.user("manager").to_string());
    assert_eq!(
        json!(short),
        json!([
            [agent, "subject", "S", "T", null],
            [agent, "priority", "medium", "high", null],
            [manager, "assignee", null, "CANARY-A agent2", null],
            [manager, "status", "new", "open", null],
            [manager, "status", "open", "new", "by mistake"],
            [agent, "tags", "", "a, b", null],
        ])
    );
    assert_eq!((&page["count"], &lines[0]["actor"]["name"]), (&json!(6), &json!("CANARY-A agent")));
}

#[tokio::test]
async fn tags_are_added_and_replaced() {
    let app = TestApp::start().await;
    let path = ticket(&app, json!({"subject": "S", "tags": ["one"]})).await;
    let (agent, tags) = (app.agent(), format!("{path}tags/"));
    assert_eq!(agent.post(&tags, json!({"tags": ["Two", "one"]})).await.ok()["tags"], json!(["one", "two"]));
    assert_eq!(agent.put(&tags, json!({"tags": ["three"]})).await.ok()["tags"], json!(["three"]));
    assert_eq!(app.as_("viewer").get(&tags).await.ok()["tags"], json!(["three"]));
    assert_eq!(agent.put(&tags, json!({"tags": []})).await.ok()["tags"], json!([]));
    for bad in [json!([""]), json!(["x".repeat(51)]), json!((0..51).map(|n| n.to_string()).collect::<Vec<_>>())] {
        agent.post(&tags, json!({"tags": bad})).await.is(422);
    }
    app.as_("viewer").post(&tags, json!({"tags": ["x"]})).await.is(403);
}

#[tokio::test]
async fn watchers_come_and_go() {
    let app = TestApp::start().await;
    let path = format!("{}watchers/", ticket(&app, json!({"subject": "S"})).await);
    let (agent, a) = (app.agent(), &app.world.a);
    let me = a.user("agent").to_string();
    assert_eq!(agent.post(&path, json!({})).await.created()["id"], json!(me));
    agent.post(&path, json!({})).await.created();
    agent.post(&path, json!({"user_id": a.user("viewer").to_string()})).await.created();
    assert_eq!(agent.get(&path).await.ok()["count"], 2);
    let stranger = json!({"user_id": app.world.b.user("agent").to_string()});
    assert_eq!(agent.post(&path, stranger).await.problem("user_id"), "unknown");
    agent.delete(&format!("{path}{me}/")).await.is(204);
    assert_eq!(agent.get(&path).await.ok()["results"][0]["id"], json!(a.user("viewer").to_string()));
}

#[tokio::test]
async fn unread_is_personal_and_never_goes_back() {
    let app = TestApp::start().await;
    let id = app.customer().post("/tickets/", json!({"subject": "Mine"})).await.created()["id"].clone();
    let path = format!("/tickets/{}/", id.as_str().unwrap());
    let unread = async |who: &str| app.as_(who).get(&path).await.ok()["unread"].clone();
    assert_eq!((unread("agent").await, unread("agent2").await), (json!(true), json!(true)));
    app.agent().post(&format!("{path}read/"), json!({})).await.is(204);
    assert_eq!((unread("agent").await, unread("agent2").await), (json!(false), json!(true)));
    app.customer().post(&format!("{path}messages/"), json!({"body": "More"})).await.created();
    assert_eq!(unread("agent").await, json!(true));
    app.agent().post(&format!("{path}messages/"), json!({"body": "Answer"})).await.created();
    assert_eq!((unread("agent").await, unread("agent2").await), (json!(false), json!(true)));
    app.agent().post(&format!("{path}read/"), json!({"seq": 1})).await.is(204);
    assert_eq!(unread("agent").await, json!(false));
    for seq in [-1, 4] {
        assert_eq!(app.agent().post(&format!("{path}read/"), json!({"seq": seq})).await.problem("seq"), "invalid");
    }
}
