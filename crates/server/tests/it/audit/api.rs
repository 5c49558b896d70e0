//! Reading the log by API.

use axum::http::Method;
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{lines, past_all_walls};
use crate::harness::TestApp;

async fn ticket(app: &TestApp, subject: &str) -> String {
    let made = app.agent().post("/tickets/", json!({ "subject": subject })).await.created();
    made["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_change_of_priority_is_told_with_old_and_new() {
    let app = TestApp::start().await;
    let ticket = ticket(&app, "CANARY-A boiler").await;
    let agent = app.agent().from_peer("192.0.2.7");
    let answer = agent.patch(&format!("/tickets/{ticket}/"), json!({"priority": "urgent"})).await;
    answer.ok();
    let line = lines(&app, &format!("entity={ticket}&action=ticket.updated")).await.remove(0);
    let agent = app.world.a.user("agent").to_string();
    assert_eq!(line["actor"], json!({"type": "user", "id": agent, "name": "CANARY-A agent"}));
    assert_eq!(line["entity"], json!({"type": "ticket", "id": ticket}));
    assert_eq!((&line["before"], &line["after"]), (&json!({"priority": "medium"}), &json!({"priority": "urgent"})));
    assert_eq!(line["request_id"], answer.headers["x-request-id"].to_str().unwrap());
    assert_eq!(
        (&line["ip"], &line["impersonator"], &line["chained"]),
        (&json!("192.0.2.7"), &Value::Null, &Value::Null)
    );
    app.run_jobs().await;
    let id = line["id"].as_str().unwrap();
    let one = app.admin().get(&format!("/audit-log/{id}/")).await.ok();
    assert!(one["chained"]["seq"].as_i64().unwrap() > 0 && one["chained"]["hash"].as_str().unwrap().len() == 64);
    app.foreign_admin().get(&format!("/audit-log/{id}/")).await.is(404);
}

#[tokio::test]
async fn only_administrators_read_and_nobody_writes() {
    let app = TestApp::start().await;
    let id = lines(&app, "").await.remove(0)["id"].as_str().unwrap().to_owned();
    let paths = [
        "/audit-log/".to_owned(),
        format!("/audit-log/{id}/"),
        "/audit-log/export/".to_owned(),
        "/audit-log/checkpoints/".to_owned(),
    ];
    for path in &paths {
        for who in ["manager", "agent", "viewer", "technician", "customer"] {
            app.as_(who).get(path).await.is(403);
        }
        app.anonymous().get(path).await.is(401);
        for method in [Method::DELETE, Method::PATCH, Method::PUT, Method::POST] {
            app.as_("owner").send(method.clone(), path, &[], None).await.is(405);
        }
    }
    app.as_("owner").get(&paths[1]).await.ok();
}

#[tokio::test]
async fn filters_narrow_the_list() {
    let app = TestApp::start().await;
    let first = ticket(&app, "CANARY-A one").await;
    app.advance(TimeDelta::minutes(1));
    let middle = app.state.db.now();
    app.admin().patch(&format!("/tickets/{first}/"), json!({"type": "incident"})).await.ok();
    let customer = app.customer().from_peer("192.0.2.7");
    customer.post("/tickets/", json!({"subject": "CANARY-A two"})).await.created();
    app.agent().post("/teams/", json!({"name": "no"})).await.is(403);
    let actions = async |query: &str| -> Vec<String> {
        lines(&app, query).await.iter().map(|line| line["action"].as_str().unwrap().to_owned()).collect()
    };
    let agent = app.world.a.user("agent");
    assert_eq!(actions(&format!("actor={agent}")).await, ["access.denied", "message.created", "ticket.created"]);
    assert_eq!(actions("actor_kind=customer").await, ["message.created", "ticket.created"]);
    assert_eq!(actions(&format!("entity={first}")).await, ["ticket.updated", "ticket.created"]);
    assert_eq!(actions(&format!("entity={first}&ordering=created_at")).await, ["ticket.created", "ticket.updated"]);
    assert_eq!(actions("action=ticket.").await, ["ticket.created", "ticket.updated", "ticket.created"]);
    assert_eq!(actions("action=ticket.updated&action=access.").await, ["access.denied", "ticket.updated"]);
    assert_eq!(actions("action=ticket").await, [""; 0]);
    assert_eq!(actions("entity_kind=message").await.len(), 2);
    assert_eq!(actions("entity_kind=message&entity_kind=ticket").await.len(), 5);
    let time = middle.format("%Y-%m-%dT%H:%M:%SZ");
    let later = actions(&format!("created_after={time}")).await.len();
    let earlier = actions(&format!("created_before={time}")).await.len();
    assert_eq!((later, later + earlier), (4, actions("").await.len()));
    assert_eq!(actions("ip=192.0.2.7").await, ["message.created", "ticket.created"]);
    assert_eq!(actions("ip=192.0.2.8").await.len(), 0);
    for (bad, field) in [
        ("actor=me", "actor"),
        ("actor=xyz_00000000000000000000000001", "actor"),
        ("actor_kind=robot", "actor_kind"),
        ("action=", "action"),
        ("action=.", "action"),
        ("entity=42", "entity"),
        ("created_after=yesterday", "created_after"),
        ("ordering=actor", "ordering"),
        ("cursor=x", "cursor"),
        ("search=x", "search"),
    ] {
        app.admin().get(&format!("/audit-log/?{bad}")).await.problem(field);
    }
}

#[tokio::test]
async fn pages_and_cursors_show_every_line_once() {
    let app = TestApp::start().await;
    for n in 0..7 {
        ticket(&app, &format!("CANARY-A {n}")).await;
        app.advance(TimeDelta::seconds(i64::from(n % 2)));
    }
    let all: Vec<Value> = lines(&app, "").await;
    for ordering in ["-created_at", "created_at"] {
        let (mut paged, mut walked) = (Vec::new(), Vec::new());
        let mut next = Some(format!("/audit-log/?page_size=4&ordering={ordering}"));
        while let Some(path) = next {
            let page = app.admin().get(&path).await.ok();
            paged.extend(page["results"].as_array().unwrap().clone());
            next = page["next"].as_str().map(str::to_owned);
        }
        // From the first line by cursor, made the way the list makes them beyond row 10 000.
        let mut place = paged[0].clone();
        walked.push(place.clone());
        loop {
            let micros = place["created_at"]
                .as_str()
                .unwrap()
                .parse::<chrono::DateTime<chrono::Utc>>()
                .unwrap()
                .timestamp_micros();
            let id: kernel::AuditEntryId = place["id"].as_str().unwrap().parse().unwrap();
            let cursor = web::Cursor { o: ordering.to_owned(), v: Some(micros.to_string()), i: id.0 }.encode();
            let page =
                app.admin().get(&format!("/audit-log/?page_size=4&ordering={ordering}&cursor={cursor}")).await.ok();
            assert_eq!(page["count"], Value::Null);
            let rows = page["results"].as_array().unwrap().clone();
            let Some(last) = rows.last() else { break };
            place = last.clone();
            walked.extend(rows);
        }
        assert_eq!(paged, walked, "{ordering}");
        let mut expected = all.clone();
        if ordering == "created_at" {
            expected.reverse();
        }
        assert_eq!(paged, expected, "{ordering}");
    }
    let page = app.admin().get("/audit-log/?page=1000").await.ok();
    assert_eq!((page["count"].as_u64(), page["results"].as_array().unwrap().len()), (Some(all.len() as u64), 0));
}

#[tokio::test]
async fn the_export_is_whole_harmless_and_told() {
    let app = TestApp::start().await;
    let formula = "=HYPERLINK(\"http://x\")";
    app.admin().patch("/users/me/", json!({"name": formula})).await.ok();
    app.admin().patch("/users/me/", json!({"name": "CANARY-A admin"})).await.ok();
    let many = "insert into {s}.audit_log select {o}, gen_random_uuid(), '2026-01-01', 'test.done', 'system', null, '+1', null, null,
        null, 'a, \"b\"' || chr(10) || 'c', null, 'ticket', null, null, jsonb_build_object('n', n) from generate_series(1, 1200) n";
    past_all_walls(&app, many).await;
    app.admin().post("/teams/", json!({"name": "CANARY-A other"})).await.created();
    let answer = app.admin().get("/audit-log/export/?action=test.&action=user.updated").await;
    assert_eq!(
        (answer.status.as_u16(), &answer.headers["content-type"]),
        (200, &"text/csv; charset=utf-8".parse().unwrap())
    );
    let text = String::from_utf8(answer.bytes.to_vec()).unwrap();
    assert!(text.starts_with("\"id\",\"created_at\",\"action\","), "{text:.100}");
    assert_eq!(text.matches("\"test.done\"").count(), 1_200);
    assert_eq!(text.matches("\"'+1\"").count(), 1_200);
    assert!(text.contains("\"a, \"\"b\"\"\nc\"") && !text.contains("team.created"));
    assert!(!text.contains(",\"=") && text.contains(",\"'=HYPERLINK(\"\"http://x\"\")\","), "{text:.2000}");
    let mut seen: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("\"aud_")?.get(..26)).collect();
    let all = seen.len();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!((seen.len(), all), (1_202, 1_202));
    let told = lines(&app, "action=audit_log.exported").await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0]["after"], json!({"action": ["test.", "user.updated"]}));
    app.admin().get("/audit-log/export/?page=2").await.problem("page");
    app.admin().get("/audit-log/export/?actor=me").await.problem("actor");
    assert_eq!(lines(&app, "action=audit_log.exported").await.len(), 1);
    // The lines that were put there past the product stay unchained.
    app.run_jobs().await;
}

#[tokio::test]
async fn a_long_list_goes_on_by_cursor_and_its_count_is_capped() {
    let app = TestApp::start().await;
    let many = "insert into {s}.audit_log select {o}, gen_random_uuid(), '2026-01-01', 'test.done', 'system', null, 'System', null, null,
        null, null, null, 'ticket', null, null, null from generate_series(1, 10050) n";
    past_all_walls(&app, many).await;
    let page = app.admin().get("/audit-log/?page_size=100&page=100&action=test.done").await.ok();
    assert_eq!((page["count"].as_u64(), page["count_capped"].as_bool()), (Some(1_000), Some(true)));
    let next = page["next"].as_str().unwrap();
    assert!(next.contains("cursor="), "{next}");
    let last = app.admin().get(next).await.ok();
    assert_eq!((last["results"].as_array().unwrap().len(), &last["next"]), (50, &Value::Null));
}
