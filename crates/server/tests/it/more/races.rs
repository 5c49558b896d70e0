//! Two at once: one wins, nothing is lost, nobody waits for ever.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::harness::{Answer, Client, TestApp, world::PASSWORD};

async fn sign_in(app: &TestApp) -> Value {
    let body = json!({ "email": "agent@acme.test", "password": PASSWORD });
    app.anonymous().post("/auth/login/", body).await.ok()
}

fn with(app: &TestApp, pair: &Value) -> Client {
    let mut client = app.anonymous();
    client.token = pair["access"].as_str().map(str::to_owned);
    client
}

async fn refresh(app: &TestApp, pair: &Value) -> Answer {
    app.anonymous().post("/auth/refresh/", json!({ "refresh": pair["refresh"] })).await
}

#[tokio::test]
async fn two_owners_who_remove_each_other_leave_one() {
    let app = TestApp::start().await;
    let (first, second) = (app.world.a.user("owner"), app.world.a.user("admin"));
    app.as_("owner").patch(&format!("/users/{second}/"), json!({ "role": "owner" })).await.ok();
    let (first, second) = (format!("/users/{first}/"), format!("/users/{second}/"));
    let (owner, admin) = (app.as_("owner"), app.admin());
    let (one, other) = tokio::join!(
        owner.patch(&second, json!({ "status": "suspended" })),
        admin.patch(&first, json!({ "role": "viewer" })),
    );
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses[0], 200, "{one:?} {other:?}");
    assert_ne!(statuses[1], 200, "{one:?} {other:?}");
    let owners = app.agent().get("/users/?role=owner&status=active").await.ok();
    assert_eq!(owners["count"], 1);
}

#[tokio::test]
async fn two_tabs_that_refresh_at_once_both_go_on() {
    let app = TestApp::start().await;
    let first = sign_in(&app).await;
    let (left, right) = tokio::join!(refresh(&app, &first), refresh(&app, &first));
    for answer in [left, right] {
        let pair = answer.ok();
        with(&app, &pair).get("/auth/me/").await.ok();
        refresh(&app, &pair).await.ok();
    }
}

#[tokio::test]
async fn two_who_activate_at_once_leave_one_active() {
    let app = TestApp::start().await;
    let manager = app.manager();
    let all = (0..6).map(|index| {
        let manager = manager.clone();
        async move {
            let body =
                json!({ "name": format!("CANARY-A {index}"), "priority": "high", "resolution_time": 60 + index });
            manager.post("/sla-policies/", body).await.created();
        }
    });
    join_all(all).await;
    assert_eq!(manager.get("/sla-policies/?priority=high&active_only=true").await.ok()["count"], 1);
    assert_eq!(manager.get("/sla-policies/?priority=high").await.ok()["count"], 7);
}

#[tokio::test]
async fn an_address_that_comes_four_times_at_once_is_one_customer() {
    let app = TestApp::start().await;
    let agents = [app.agent(), app.as_("agent2"), app.agent(), app.as_("agent2")];
    let body = json!({ "subject": "CANARY-A", "customer_email": "dora@example.org", "customer_name": "CANARY-A Dora" });
    let mut ids = BTreeSet::new();
    for answer in join_all(agents.iter().map(|agent| agent.post("/tickets/", body.clone()))).await {
        ids.insert(answer.created()["customer"]["id"].as_str().unwrap().to_owned());
    }
    assert_eq!(ids.len(), 1);
    app.run_jobs().await;
}

/// Policies lock tickets and tickets ask for policies: neither waits for the other for ever.
#[tokio::test]
async fn changes_of_policies_and_of_priorities_do_not_block_each_other() {
    let app = TestApp::start().await;
    let (agent, manager) = (app.agent(), app.manager());
    for index in 0..4 {
        agent.post("/tickets/", json!({ "subject": format!("CANARY-A {index}"), "priority": "high" })).await.created();
    }
    let tickets = (0..12).map(|index| {
        let (agent, number) = (agent.clone(), index % 4 + 1);
        async move {
            let priority = ["low", "high", "urgent"][index % 3];
            agent.patch(&format!("/tickets/{number}/"), json!({ "priority": priority })).await.ok();
        }
    });
    let policies = (0..6).map(|index| {
        let manager = manager.clone();
        async move {
            let priority = ["low", "high", "urgent"][index % 3];
            let body =
                json!({ "name": format!("CANARY-A {index}"), "priority": priority, "resolution_time": 100 + index });
            manager.post("/sla-policies/", body).await.created();
        }
    });
    tokio::join!(join_all(tickets), join_all(policies));
    // Whatever came last: each ticket has the deadline of the policy it names.
    let active = manager.get("/sla-policies/?active_only=true").await.ok()["results"].clone();
    for ticket in agent.get("/tickets/").await.ok()["results"].as_array().unwrap() {
        let policy = active.as_array().unwrap().iter().find(|policy| policy["priority"] == ticket["priority"]).unwrap();
        assert_eq!(ticket["sla"]["policy"]["id"], policy["id"]);
        let minutes = |field: &str| ticket[field].as_str().unwrap().parse::<DateTime<Utc>>().unwrap().timestamp() / 60;
        assert_eq!(minutes("due_at") - minutes("created_at"), policy["resolution_time"].as_i64().unwrap());
    }
    app.run_jobs().await;
}
