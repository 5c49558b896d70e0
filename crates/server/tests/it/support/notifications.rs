//! What people of the staff are told.

use axum::http::Method;
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::harness::{Client, TestApp};

async fn ticket(app: &TestApp) -> String {
    let new = json!({"subject": "CANARY-A pump", "description": "CANARY-A drips"});
    let ticket = app.customer().post("/tickets/", new).await.created();
    format!("/tickets/{}/", ticket["id"].as_str().unwrap())
}

/// Assigned to the agent, and everything told about that read.
async fn of_agent(app: &TestApp) -> String {
    let path = ticket(app).await;
    app.admin().post(&format!("{path}assign/"), json!({"assignee_id": app.world.a.user("agent")})).await.ok();
    app.run_jobs().await;
    app.agent().post("/notifications/read/", json!({})).await.ok();
    path
}

async fn told(client: &Client) -> Vec<Value> {
    client.get("/notifications/?unread=true").await.ok()["results"].as_array().unwrap().clone()
}

async fn kinds(client: &Client) -> Vec<Value> {
    told(client).await.iter().map(|one| one["kind"].clone()).collect()
}

async fn mails(app: &TestApp, who: &str) -> i64 {
    app.admin().get(&format!("/mail-catcher/?to={who}@acme.test")).await.ok()["count"].as_i64().unwrap()
}

#[tokio::test]
async fn people_hear_of_what_is_given_to_them() {
    let app = TestApp::start().await;
    let path = ticket(&app).await;
    app.admin()
        .patch(&format!("/teams/{}/", app.world.a.team), json!({"members": [app.world.a.user("agent2")]}))
        .await
        .ok();
    let to = json!({"assignee_id": app.world.a.user("agent"), "team_id": app.world.a.team});
    app.admin().post(&format!("{path}assign/"), to).await.ok();
    app.run_jobs().await;
    let news = told(&app.agent()).await;
    assert_eq!(news.iter().filter(|one| one["kind"] == "assigned").count(), 1, "{news:?}");
    let one = news.iter().find(|one| one["kind"] == "assigned").unwrap();
    assert_eq!((&one["actor"]["name"], &one["ticket"]["subject"]), (&json!("CANARY-A admin"), &json!("CANARY-A pump")));
    assert_eq!((&one["browser"], &one["read_at"]), (&json!(true), &Value::Null));
    assert_eq!(kinds(&app.as_("agent2")).await, ["team_assigned"]);
    assert_eq!(mails(&app, "agent2").await, 0, "a list is enough for teams");
    // One's own doing is no news.
    assert_eq!(kinds(&app.admin()).await, [""; 0]);
    app.as_("manager").post(&format!("{path}assign/"), json!({"assignee_id": app.world.a.user("manager")})).await.ok();
    app.run_jobs().await;
    assert_eq!(kinds(&app.manager()).await, [""; 0]);
    // Marking is for oneself.
    let id = one["id"].as_str().unwrap();
    app.as_("agent2").post(&format!("/notifications/{id}/read/"), json!({})).await.is(404);
    let before = app.agent().get("/notifications/unread/").await.ok()["unread"].as_i64().unwrap();
    let left = app.agent().post(&format!("/notifications/{id}/read/"), json!({})).await.ok();
    assert_eq!(left["unread"], before - 1);
    let back = app.agent().post(&format!("/notifications/{id}/read/"), json!({"read": false})).await.ok();
    assert_eq!(back["unread"], before);
    assert_eq!(app.agent().post("/notifications/read/", json!({})).await.ok()["unread"], 0);
    assert_eq!(app.agent().get("/notifications/?kind=assigned").await.ok()["count"], 1);
    assert_eq!(app.agent().get("/notifications/?kind=rain").await.problem("kind"), "invalid");
}

#[tokio::test]
async fn a_customers_answer_is_told_once() {
    let app = TestApp::start().await;
    let path = of_agent(&app).await;
    app.agent().post(&format!("{path}change_status/"), json!({"status": "pending"})).await.ok();
    app.as_("agent2").post(&format!("{path}watchers/"), json!({})).await.created();
    app.run_jobs().await;
    app.as_("agent2").post("/notifications/read/", json!({})).await.ok();
    let (before, watching) = (mails(&app, "agent").await, mails(&app, "agent2").await);
    // It wakes the ticket up, too.
    app.customer().post(&format!("{path}messages/"), json!({"body": "CANARY-A again"})).await.created();
    app.run_jobs().await;
    assert_eq!(app.agent().get(&path).await.ok()["status"], "open");
    for who in ["agent", "agent2"] {
        assert_eq!(kinds(&app.as_(who)).await, ["customer_reply"], "{who}");
    }
    assert_eq!((mails(&app, "agent").await - before, mails(&app, "agent2").await - watching), (1, 1));
    // The job of an event that runs again tells nobody twice.
    app.run_jobs().await;
    assert_eq!(told(&app.agent()).await.len(), 1);
}

#[tokio::test]
async fn notes_name_people_and_teams() {
    let app = TestApp::start().await;
    let path = ticket(&app).await;
    let world = &app.world.a;
    app.admin().patch(&format!("/teams/{}/", world.team), json!({"members": [world.user("manager")]})).await.ok();
    let (agent, team, foreign) = (world.user("agent2"), world.team, app.world.b.user("agent"));
    let body = format!(
        "Ask [@Ada](mention:{agent}), [@Team](mention:{team}), [@Nobody](mention:{foreign}) and [@me](mention:{})",
        world.user("agent")
    );
    let note = json!({"body": body, "visibility": "internal"});
    let note = app.agent().post(&format!("{path}messages/"), note).await.created();
    let named: Vec<_> = note["mentions"].as_array().unwrap().iter().map(|one| &one["id"]).collect();
    assert_eq!(named.len(), 3, "{note}");
    assert!(named.contains(&&json!(agent)) && named.contains(&&json!(team)), "{note}");
    assert!(note["body_html"].as_str().unwrap().contains(&format!("href=\"mention:{agent}\"")), "{note}");
    assert_eq!(
        app.agent().get(&format!("{path}messages/?ordering=-seq")).await.ok()["results"][0]["mentions"],
        note["mentions"]
    );
    app.run_jobs().await;
    for who in ["agent2", "manager"] {
        let news = told(&app.as_(who)).await;
        assert_eq!((&news[0]["kind"], &news[0]["message_id"]), (&json!("mention"), &note["id"]), "{who}");
        assert_eq!(mails(&app, who).await, 1, "{who}");
    }
    assert_eq!(kinds(&app.agent()).await, [""; 0]);
    // A reply names nobody, and neither does a link that says something else.
    let html = format!("<a href=\"mention:{agent}\" onclick=\"x()\">@Ada</a><a href=\"mention:javascript\">x</a>");
    let reply = app.agent().post(&format!("{path}messages/"), json!({"body": html, "format": "html"})).await.created();
    assert_eq!(reply["mentions"], Value::Null);
    let shown = reply["body_html"].as_str().unwrap();
    assert!(!shown.contains("onclick") && !shown.contains("mention:javascript"), "{shown}");
    app.run_jobs().await;
    assert_eq!(told(&app.as_("agent2")).await.len(), 1);
}

#[tokio::test]
async fn who_does_not_see_the_ticket_is_not_told() {
    let app = TestApp::start().await;
    let path = ticket(&app).await;
    app.admin().patch("/organization/", json!({"agent_visibility": "own"})).await.ok();
    let body = format!("[@Ada](mention:{})", app.world.a.user("agent2"));
    let note = json!({"body": body, "visibility": "internal"});
    let note = app.admin().post(&format!("{path}messages/"), note).await.created();
    assert_eq!(note["mentions"], Value::Null);
    app.run_jobs().await;
    assert_eq!(kinds(&app.as_("agent2")).await, [""; 0]);
    // What somebody was told is gone with the sight of it.
    let to = |who: &str| json!({"assignee_id": app.world.a.user(who)});
    app.admin().post(&format!("{path}assign/"), to("agent2")).await.ok();
    app.run_jobs().await;
    assert_eq!(kinds(&app.as_("agent2")).await, ["assigned"]);
    app.admin().post(&format!("{path}assign/"), to("agent")).await.ok();
    assert_eq!(app.as_("agent2").get("/notifications/").await.ok()["count"], 0);
    assert_eq!(app.as_("agent2").get("/notifications/unread/").await.ok()["unread"], 0);
    app.run_jobs().await;
}

#[tokio::test]
async fn deadlines_are_told_once_each() {
    let app = TestApp::start().await;
    let path = of_agent(&app).await;
    app.agent().post(&format!("{path}messages/"), json!({"body": "CANARY-A we come"})).await.created();
    let minute = async |minutes: i64| {
        app.advance(TimeDelta::minutes(minutes));
        app.run_jobs().await;
    };
    // Medium: a day. A quarter of it is left.
    minute(18 * 60 - 1).await;
    assert_eq!(kinds(&app.agent()).await, [""; 0]);
    minute(1).await;
    minute(1).await;
    let news = told(&app.agent()).await;
    assert_eq!((news.len(), &news[0]["kind"]), (1, &json!("sla_at_risk")));
    assert_eq!(news[0]["details"], json!({"clock": "resolution", "due_at": "2026-03-03T09:00:00Z"}));
    minute(6 * 60).await;
    minute(60).await;
    assert_eq!(kinds(&app.agent()).await, ["sla_breached", "sla_at_risk"]);
    // Another deadline is told anew.
    app.agent().post("/notifications/read/", json!({})).await.ok();
    app.agent().patch(&path, json!({"priority": "low"})).await.ok();
    minute(60).await;
    assert_eq!(kinds(&app.agent()).await, [""; 0]);
    minute(48 * 60).await;
    assert_eq!(kinds(&app.agent()).await, ["sla_breached"]);
}

#[tokio::test]
async fn everybody_decides_what_they_are_told() {
    let app = TestApp::start().await;
    let agent = app.agent();
    let shipped = agent.get("/notifications/preferences/").await.ok();
    assert_eq!(shipped["events"].as_object().unwrap().len(), 9);
    assert_eq!((&shipped["quiet_hours"], &shipped["version"]), (&Value::Null, &json!(1)));
    let none = json!({"in_app": false, "email": false, "browser": false});
    let wish = json!({"events": {"assigned": none, "mention": {"email": false}}});
    let mine = agent.patch("/notifications/preferences/", wish).await.ok();
    assert_eq!((&mine["events"]["assigned"], &mine["version"]), (&none, &json!(2)));
    assert_eq!(mine["events"]["mention"], json!({"in_app": true, "email": false, "browser": true}));
    let path = ticket(&app).await;
    app.admin().post(&format!("{path}assign/"), json!({"assignee_id": app.world.a.user("agent")})).await.ok();
    let body = format!("[@Ada](mention:{})", app.world.a.user("agent"));
    app.admin().post(&format!("{path}messages/"), json!({"body": body, "visibility": "internal"})).await.created();
    app.run_jobs().await;
    assert_eq!(kinds(&agent).await, ["mention"]);
    assert_eq!(mails(&app, "agent").await, 0);
    for (wrong, field) in [
        (json!({"events": {"rain": {"email": true}}}), "events"),
        (json!({"quiet_hours": {"from": "25:00", "until": "07:00"}}), "quiet_hours"),
        (json!({"quiet_hours": {"from": "07:00", "until": "07:00"}}), "quiet_hours"),
    ] {
        assert_eq!(agent.patch("/notifications/preferences/", wrong).await.problem(field), "invalid");
    }
    let stale = [("if-match", "\"1\"")];
    agent.send(Method::PATCH, "/notifications/preferences/", &stale, Some(json!({}))).await.is(412);
    assert_eq!(app.as_("agent2").get("/notifications/preferences/").await.ok(), shipped);
}

#[tokio::test]
async fn quiet_hours_put_off_and_nothing_is_lost() {
    let app = TestApp::start().await;
    let agent = app.agent();
    let quiet = json!({"quiet_hours": {"from": "08:00", "until": "10:00"}});
    agent.patch("/notifications/preferences/", quiet).await.ok();
    let (first, second) = (ticket(&app).await, ticket(&app).await);
    for path in [&first, &second] {
        app.admin().post(&format!("{path}assign/"), json!({"assignee_id": app.world.a.user("agent")})).await.ok();
    }
    app.run_jobs().await;
    let news = told(&agent).await;
    assert_eq!((news.len(), &news[0]["browser"]), (2, &json!(false)), "in the list, and quiet");
    assert_eq!(mails(&app, "agent").await, 0);
    // What was read meanwhile needs no mail.
    let seen = news.iter().find(|one| first.contains(one["ticket"]["id"].as_str().unwrap())).unwrap();
    agent.post(&format!("/notifications/{}/read/", seen["id"].as_str().unwrap()), json!({})).await.ok();
    app.advance(TimeDelta::minutes(59));
    app.run_jobs().await;
    assert_eq!(mails(&app, "agent").await, 0);
    app.advance(TimeDelta::minutes(1));
    app.run_jobs().await;
    assert_eq!(mails(&app, "agent").await, 1);
    assert_eq!(told(&app.agent()).await[0]["browser"], true);
    app.advance(TimeDelta::hours(1));
    app.run_jobs().await;
    assert_eq!(mails(&app, "agent").await, 1, "once");
}
