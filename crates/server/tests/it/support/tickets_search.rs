//! Search in tickets, counts and figures over them.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;

use super::seeds::{bulk, hour, numbers, seed};
use crate::harness::TestApp;

#[tokio::test]
async fn search_looks_into_subject_messages_customer_and_reference() {
    let app = TestApp::start().await;
    seed(&app).await;
    let agent = app.agent();
    agent.post("/tickets/3/messages/", json!({"body": "The **hinge** is rusty; Müller says E-4711, see http://x.example/manual_v1.2 or a@b.example"})).await.created();
    agent.post("/tickets/5/messages/", json!({"body": "secretword", "visibility": "internal"})).await.created();
    for (words, expected) in [
        ("boil", vec![1]),
        ("BOILER%20bro", vec![1]),
        ("oiler", vec![]),
        ("everywh", vec![1]),
        ("hinge", vec![3]),
        ("quint", vec![1, 4]),
        ("E-4711", vec![3]),
        ("m%C3%BCll", vec![3]),
        ("manual_v1.2", vec![3]),
        ("x.example", vec![3]),
        ("a@b.exam", vec![3]),
        ("2026-00002", vec![2]),
        ("cleo@example.org", vec![1, 4]),
        ("TK-2026-00002", vec![2]),
        ("secretw", vec![5]),
        ("boiler%20invoice", vec![]),
        ("%27%3A*%26!", vec![]),
        ("door%20%7C%20!%20%3C-%3E", vec![3]),
        ("%5C%27", vec![]),
    ] {
        assert_eq!(numbers(&agent, &format!("ordering=number&search={words}")).await, expected, "{words}");
    }
    let customer = app.customer();
    assert_eq!(numbers(&customer, "").await, [5]);
    assert_eq!(numbers(&customer, "search=portal").await, [5]);
    for hidden in ["secretw", "boil", "quint"] {
        let page = customer.get(&format!("/tickets/?search={hidden}")).await.ok();
        assert_eq!((&page["count"], &page["results"]), (&json!(0), &json!([])), "{hidden}");
    }
    assert!(numbers(&app.as_("customer2"), "").await.is_empty());
    assert!(numbers(&app.foreign("agent"), "search=boil").await.is_empty());
}

#[tokio::test]
async fn counts_end_at_a_thousand() {
    let app = TestApp::start().await;
    bulk(&app, 1_000, "Many", 1).await;
    for query in ["", "search=many&"] {
        let page = app.agent().get(&format!("/tickets/?{query}")).await.ok();
        assert_eq!((&page["count"], page.get("count_capped")), (&json!(1_000), None), "{query}");
    }
    bulk(&app, 50, "Many", 2_000).await;
    for query in ["", "search=many&"] {
        let page = app.agent().get(&format!("/tickets/?{query}")).await.ok();
        assert_eq!((&page["count"], &page["count_capped"]), (&json!(1_000), &json!(true)), "{query}");
        let last = app.agent().get(&format!("/tickets/?{query}page=53")).await.ok();
        assert_eq!(last["results"].as_array().unwrap().len(), 10);
    }
}

#[tokio::test]
async fn ten_thousand_invisible_matches_hide_nothing() {
    let app = TestApp::start().await;
    app.customer().post("/tickets/", json!({"subject": "needle of mine"})).await.created();
    bulk(&app, 10_050, "needle", 10).await;
    let page = app.customer().get("/tickets/?search=needle").await.ok();
    assert_eq!((&page["count"], &page["results"][0]["number"]), (&json!(1), &json!(1)));
    let deep = app.agent().get("/tickets/?page=500&ordering=number").await.ok();
    let next = deep["next"].as_str().unwrap().to_owned();
    assert!(next.contains("cursor=") && !next.contains("page="), "{next}");
    let behind = app.agent().get(&next).await.ok();
    let last = deep["results"].as_array().unwrap().last().unwrap()["number"].as_i64().unwrap();
    assert_eq!(behind["results"][0]["number"].as_i64(), Some(last + 1));
}

#[tokio::test]
async fn late_tickets_have_a_list_and_counts() {
    let app = TestApp::start().await;
    seed(&app).await;
    let agent = app.agent();
    assert_eq!(agent.get("/tickets/overdue/").await.ok()["results"][0]["number"], 1);
    let counts = agent.get("/tickets/counts/").await.ok();
    let team = app.world.a.team.to_string();
    assert_eq!(
        counts,
        json!({"all_open": 4, "overdue": 1, "mine": 1, "mentions": 0, "unassigned": 2, "teams": {team: 1}})
    );
    assert_eq!(app.customer().get("/tickets/counts/").await.ok(), json!({"all_open": 1, "overdue": 0}));
    app.advance(TimeDelta::days(4));
    let late = app.agent().get("/tickets/overdue/?page_size=2").await.ok();
    let order: Vec<_> = late["results"].as_array().unwrap().iter().map(|t| t["number"].as_i64().unwrap()).collect();
    assert_eq!((&late["count"], order), (&json!(4), vec![1, 3]));
    assert_eq!(app.customer().get("/tickets/overdue/").await.ok()["count"], 1);
    assert_eq!(app.foreign("agent").get("/tickets/counts/").await.ok()["all_open"], 0);
}

#[tokio::test]
async fn statistics_are_what_the_rows_say() {
    let app = TestApp::start().await;
    seed(&app).await;
    let agent = app.agent();
    agent.post("/tickets/2/messages/", json!({"body": "We look."})).await.created();
    agent.post("/tickets/1/change_status/", json!({"status": "resolved"})).await.ok();
    agent.post("/tickets/1/change_status/", json!({"status": "closed"})).await.ok();
    app.manager().delete("/tickets/3/").await.is(204);
    let figures = agent.get("/tickets/statistics/").await.ok();
    let schema = &app.world.a.organization.schema_name;
    let mut connection = app.database.superuser().await;
    for (key, column) in [
        ("by_status", "status"),
        ("by_status_category", "status_category"),
        ("by_priority", "priority"),
        ("by_channel", "channel"),
        ("by_category", "coalesce(category, 'none')"),
    ] {
        let sql = format!(
            "select {column}, count(*) from {schema}.tickets where deleted_at is null and organization_id = $1 group by 1"
        );
        let rows: Vec<(String, i64)> = sqlx::query_as(AssertSqlSafe(sql))
            .bind(app.world.a.organization.id.0)
            .fetch_all(&mut connection)
            .await
            .unwrap();
        assert_eq!(figures[key], json!(rows.into_iter().collect::<BTreeMap<_, _>>()), "{key}");
    }
    assert_eq!(figures["by_team"], json!({app.world.a.team.to_string(): 1, "none": 3}));
    let whole = |key: &str| figures[key].as_i64().unwrap();
    assert_eq!([whole("total"), whole("open"), whole("resolved"), whole("overdue")], [4, 2, 2, 0]);
    // 1 was resolved an hour late, 4 at once; 2 was answered after four hours.
    assert_eq!(
        figures["sla"],
        json!({"first_response_met_percent": 100.0, "resolution_met_percent": 50.0, "first_responses": 1, "resolutions": 2})
    );
    assert_eq!(figures["median"], json!({"first_response_seconds": 14_400.0, "resolution_seconds": 9_000.0}));
    assert_eq!(figures["open_by_priority"].as_object().unwrap().values().filter_map(Value::as_i64).sum::<i64>(), 2);
    let days = figures["daily"].as_array().unwrap();
    let quiet = days[..29].iter().all(|day| day["created"] == 0 && day["resolved"] == 0);
    assert!(days.len() == 30 && quiet, "{days:?}");
    assert_eq!((&days[29]["created"], &days[29]["resolved"]), (&json!(4), &json!(2)));
    // The list behind a figure has as many tickets; days are those of the organization's time zone.
    let since = days[29]["starts_at"].as_str().unwrap();
    assert_eq!(agent.get(&format!("/tickets/?resolved_after={since}")).await.ok()["count"], 2);
    app.admin().patch("/organization/", json!({"time_zone": "Pacific/Kiritimati"})).await.ok();
    let figures = agent.get("/tickets/statistics/").await.ok();
    assert!(figures["daily"][29]["starts_at"].as_str().unwrap().ends_with("T10:00:00Z"), "{}", figures["daily"]);
    let narrow = agent.get(&format!("/tickets/statistics/?created_after={}", hour(4))).await.ok();
    assert_eq!(narrow["total"], 1);
    let own = app.customer().get("/tickets/statistics/").await.ok();
    assert_eq!((&own["total"], own.get("by_team")), (&json!(1), None));
}
