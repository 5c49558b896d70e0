//! Many tickets in one call.

use axum::http::Method;
use serde_json::{Value, json};

use crate::harness::TestApp;

async fn tickets(app: &TestApp, count: usize) -> Vec<Value> {
    let mut made = Vec::new();
    for index in 0..count {
        let body = json!({"subject": format!("CANARY-A {index}"), "tags": ["old"]});
        made.push(app.agent().post("/tickets/", body).await.created());
    }
    made
}

fn ids(tickets: &[Value]) -> Vec<Value> {
    tickets.iter().map(|ticket| ticket["id"].clone()).collect()
}

/// What puts everything back that was done.
fn undo(answer: &Value) -> Value {
    let items = answer["results"].as_array().unwrap().iter().filter(|result| result["done"] == true);
    json!({"items": items.map(|result| json!({
        "id": result["id"], "version": result["version"], "changes": result["before"],
    })).collect::<Vec<_>>()})
}

#[tokio::test]
async fn all_of_it_is_done_as_one_by_one_and_can_be_undone() {
    let app = TestApp::start().await;
    let (agent, a) = (app.agent(), &app.world.a);
    let made = tickets(&app, 3).await;
    let changes = json!({
        "assignee_id": a.user("agent2"), "team_id": a.team, "status": "In Progress", "priority": "urgent",
        "add_tags": ["New"], "remove_tags": ["old"],
    });
    let answer = agent.post("/tickets/bulk/", json!({"ids": ids(&made), "changes": changes})).await.ok();
    assert_eq!((answer["done"].as_i64(), answer["skipped"].as_i64()), (Some(3), Some(0)), "{answer}");
    for (ticket, result) in made.iter().zip(answer["results"].as_array().unwrap()) {
        let path = format!("/tickets/{}/", ticket["id"].as_str().unwrap());
        let now = agent.get(&path).await.ok();
        assert_eq!(now["assignee"]["id"], json!(a.user("agent2")));
        assert_eq!((&now["team"]["id"], &now["status"]), (&json!(a.team), &json!("in_progress")));
        assert_eq!((&now["priority"], &now["tags"]), (&json!("urgent"), &json!(["new"])));
        assert!(now["first_response_at"].is_string() && now["due_at"] != ticket["due_at"]);
        let next = json!(ticket["version"].as_i64().unwrap() + 1);
        assert_eq!((&now["version"], &result["version"]), (&next, &next));
        let history = agent.get(&format!("{path}history/")).await.ok();
        let mut fields: Vec<_> =
            history["results"].as_array().unwrap().iter().map(|line| line["field"].as_str()).collect();
        fields.sort();
        fields.dedup();
        assert_eq!(fields, ["assignee", "priority", "status", "tags", "team"].map(Some));
    }
    let log = app.admin().get("/audit-log/?action=ticket.updated").await.ok();
    let of_bulk = log["results"].as_array().unwrap().iter().filter(|line| line["after"]["assignee"].is_object());
    assert_eq!(of_bulk.count(), 3);
    // The new assignee hears of each.
    app.run_jobs().await;
    let mails = app.admin().get("/mail-catcher/?to=agent2@acme.test").await.ok();
    let told = mails["results"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|mail| mail["subject"].as_str().unwrap().contains("Assigned"));
    assert_eq!(told.count(), 3);

    let back = agent.post("/tickets/bulk/", undo(&answer)).await.ok();
    assert_eq!(back["done"], 3, "{back}");
    for ticket in &made {
        let now = agent.get(&format!("/tickets/{}/", ticket["id"].as_str().unwrap())).await.ok();
        for field in ["assignee", "team", "status", "priority", "tags", "due_at"] {
            assert_eq!(now[field], ticket[field], "{field}");
        }
    }
    // What was undone is another version: doing it again is stale.
    let again = agent.post("/tickets/bulk/", undo(&answer)).await.ok();
    assert_eq!((&again["skipped"], &again["results"][0]["code"]), (&json!(3), &json!("STALE")));
}

#[tokio::test]
async fn each_ticket_stands_for_itself() {
    let app = TestApp::start().await;
    let agent = app.agent();
    let made = tickets(&app, 4).await;
    let path = |index: usize| format!("/tickets/{}/", made[index]["id"].as_str().unwrap());
    agent.post(&format!("{}change_status/", path(1)), json!({"status": "resolved"})).await.ok();
    app.manager().delete(&path(2)).await.is(204);
    let foreign = app.foreign("agent").post("/tickets/", json!({"subject": "CANARY-B"})).await.created();
    let mut named = ids(&made);
    named.extend([foreign["id"].clone(), json!(kernel::TicketId(uuid::Uuid::from_u128(7))), made[0]["id"].clone()]);
    let answer = agent.post("/tickets/bulk/", json!({"ids": named, "changes": {"status": "closed"}})).await.ok();
    let of = |index: usize| &answer["results"][index];
    assert_eq!(answer["results"].as_array().unwrap().len(), 6, "named twice is named once");
    assert_eq!((&of(0)["done"], &of(0)["code"]), (&json!(false), &json!("CONFLICT")));
    assert!(of(0)["detail"].as_str().unwrap().contains("only after it was resolved"));
    assert_eq!((&of(1)["done"], &of(1)["before"]), (&json!(true), &json!({"status": "resolved"})));
    let mut absent: Vec<Value> = [2, 4, 5].map(|index| of(index).clone()).to_vec();
    absent.iter_mut().for_each(|result| drop(result.as_object_mut().unwrap().remove("id")));
    assert!(absent.iter().all(|result| *result == absent[0] && result["code"] == "NOT_FOUND"), "{absent:?}");
    assert_eq!(agent.get(&path(0)).await.ok()["status"], "new");
    assert_eq!(app.foreign("agent").get("/tickets/1/").await.ok()["version"], 1);
    // What changes nothing is done, without a new version.
    let same = json!({"ids": [made[1]["id"]], "changes": {"status": "closed", "remove_tags": ["none"]}});
    let same = agent.post("/tickets/bulk/", same).await.ok();
    assert_eq!((&same["results"][0]["before"], &same["results"][0]["version"]), (&json!({}), &of(1)["version"]));
}

#[tokio::test]
async fn what_is_wrong_with_the_request_changes_nothing() {
    let app = TestApp::start().await;
    let (agent, a) = (app.agent(), &app.world.a);
    let made = tickets(&app, 2).await;
    let ask = async |body: Value| agent.post("/tickets/bulk/", body).await;
    let with = |changes: Value| json!({"ids": ids(&made), "changes": changes});
    assert_eq!(ask(json!({"ids": ids(&made)})).await.problem("changes"), "required");
    assert_eq!(ask(json!({"changes": {}})).await.problem("ids"), "required");
    let both = json!({"ids": ids(&made), "items": [{"id": made[0]["id"], "changes": {}}]});
    assert_eq!(ask(both).await.problem("items"), "contradiction");
    assert_eq!(ask(with(json!({"status": "nonsense"}))).await.problem("status"), "invalid");
    assert_eq!(ask(with(json!({"team_id": app.world.b.team}))).await.problem("team_id"), "unknown");
    assert_eq!(ask(with(json!({"assignee_id": app.world.b.user("agent")}))).await.problem("assignee_id"), "unknown");
    let many: Vec<_> = (0..501).map(|id| json!(kernel::TicketId(uuid::Uuid::from_u128(id)))).collect();
    assert_eq!(ask(json!({"ids": many, "changes": {}})).await.problem("ids"), "too_long");
    // In items a wrong value is that of its ticket.
    let items = json!({"items": [
        {"id": made[0]["id"], "changes": {"assignee_id": app.world.b.user("agent")}},
        {"id": made[1]["id"], "changes": {"assignee_id": a.user("agent")}},
    ]});
    let answer = ask(items).await.ok();
    assert_eq!((&answer["done"], &answer["results"][0]["code"]), (&json!(1), &json!("VALIDATION_ERROR")));
    // Permissions are those of the single calls.
    app.as_("viewer").post("/tickets/bulk/", with(json!({"priority": "low"}))).await.is(403);
    app.customer().post("/tickets/bulk/", with(json!({"priority": "low"}))).await.is(403);
    let key = app.key(&["tickets:read", "tickets:update"]).await;
    key.post("/tickets/bulk/", with(json!({"assignee_id": null}))).await.is(403);
    key.post("/tickets/bulk/", with(json!({"status": "open"}))).await.is(403);
    assert_eq!(key.post("/tickets/bulk/", with(json!({"priority": "low"}))).await.ok()["done"], 2);
}

#[tokio::test]
async fn five_hundred_are_quick_and_happen_once_under_a_key() {
    let app = TestApp::start().await;
    let schema = &app.world.a.organization.schema_name;
    let first = tickets(&app, 1).await.remove(0);
    let number: kernel::TicketId = first["id"].as_str().unwrap().parse().unwrap();
    let sql = format!(
        "insert into {schema}.tickets (organization_id, id, number, reference, subject, status, status_category, priority, type, channel,
           first_response_due_at, resolution_due_at, created_at, updated_at)
         select t.organization_id, gen_random_uuid(), 1000 + n, 'B-' || n, 'CANARY-A', t.status, t.status_category, t.priority, t.type, t.channel,
           t.first_response_due_at, t.resolution_due_at, t.created_at, t.updated_at
         from {schema}.tickets t, generate_series(1, 499) n where t.id = $1 returning id"
    );
    let others: Vec<uuid::Uuid> = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
        .bind(number.0)
        .fetch_all(&mut app.database.superuser().await)
        .await
        .unwrap();
    let all: Vec<_> = others.into_iter().map(kernel::TicketId).chain([number]).collect();
    let body = |ids: &[kernel::TicketId]| json!({"ids": ids, "changes": {"assignee_id": app.world.a.user("agent2"), "add_tags": ["bulk"]}});
    let key = [("idempotency-key", "one")];
    let once = app.agent().send(Method::POST, "/tickets/bulk/", &key, Some(body(&all[..200]))).await.ok();
    let again = app.agent().send(Method::POST, "/tickets/bulk/", &key, Some(body(&all[..200]))).await;
    assert_eq!((again.headers["idempotency-replayed"].to_str().unwrap(), again.ok()), ("true", once));
    let begin = std::time::Instant::now();
    assert_eq!(app.agent().post("/tickets/bulk/", body(&all)).await.ok()["done"], 500);
    assert!(begin.elapsed() < std::time::Duration::from_secs(5), "{:?}", begin.elapsed());
    app.expect_pending();
}
