//! Counts are those of the lists they stand beside.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::harness::TestApp;

fn path(ticket: &Value) -> String {
    format!("/tickets/{}/", ticket["id"].as_str().expect("an id"))
}

async fn seed(app: &TestApp) {
    let a = &app.world.a;
    let (priorities, channels) = (["low", "medium", "high", "urgent"], ["email", "phone", "web"]);
    for index in 0..24 {
        let agent = app.agent();
        let body = json!({
            "subject": format!("CANARY-A {index}"),
            "priority": priorities[index % 4],
            "channel": channels[index % 3],
            "category": if index % 5 == 0 { Value::Null } else { json!("heating") },
            "team": if index % 2 == 0 { json!(a.team) } else { Value::Null },
            "assignee": if index % 6 == 0 { json!(a.user("agent")) } else { Value::Null },
            "customer": if index % 2 == 0 { json!(a.customer("customer")) } else { Value::Null },
        });
        let ticket = agent.post("/tickets/", body).await.created();
        app.advance(TimeDelta::minutes(37));
        let status = ["new", "open", "pending", "resolved", "resolved", "cancelled"][index % 6];
        if status != "new" {
            app.agent().post(&format!("{}change_status/", path(&ticket)), json!({ "status": status })).await.ok();
        }
    }
    let body = format!("[@Team](mention:{}) [@Ada](mention:{})", a.team, a.user("viewer"));
    for number in 1..=20 {
        let note = json!({"body": body, "visibility": "internal"});
        app.manager().post(&format!("/tickets/{number}/messages/"), note).await.created();
    }
    app.manager().delete("/tickets/24/").await.is(204);
    app.advance(TimeDelta::hours(3));
}

#[tokio::test]
async fn counts_are_those_of_the_lists() {
    let app = TestApp::start().await;
    seed(&app).await;
    for who in ["agent", "agent2", "viewer", "manager", "customer"] {
        let client = app.as_(who);
        let counts = client.get("/tickets/counts/").await.ok();
        let open = "status_category=new&status_category=open&status_category=pending&status_category=on_hold";
        for (field, query) in [
            ("all_open", open.to_owned()),
            ("overdue", "is_overdue=true".to_owned()),
            ("mine", format!("{open}&assignee=me")),
            ("mentions", format!("{open}&mentioned=me")),
            ("unassigned", format!("{open}&assignee=none")),
        ] {
            if who == "customer" && ["mine", "mentions", "unassigned"].contains(&field) {
                assert!(counts.get(field).is_none());
                continue;
            }
            assert_eq!(
                counts[field],
                client.get(&format!("/tickets/?{query}")).await.ok()["count"],
                "{field} as {who}"
            );
        }
        if who != "customer" {
            let team = app.world.a.team;
            let of_team = client.get(&format!("/tickets/?{open}&team={team}")).await.ok()["count"].clone();
            assert_eq!(counts["teams"], json!({ team.to_string(): of_team }), "{who}");
        }
    }
    let named = app.as_("viewer").get("/tickets/counts/").await.ok()["mentions"].clone();
    assert!(named.as_i64().is_some_and(|named| named > 0 && named < 20), "{named}");
    app.run_jobs().await;
}
