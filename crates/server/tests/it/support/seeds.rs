//! Tickets to look for.

use chrono::TimeDelta;
use serde_json::json;
use sqlx::AssertSqlSafe;

use crate::harness::{Answer, Client, TestApp, start_of_time};

/// The numbers of a page, in its order.
pub async fn numbers(client: &Client, query: &str) -> Vec<i64> {
    let page = client.get(&format!("/tickets/?{query}")).await.ok();
    page["results"].as_array().unwrap().iter().map(|ticket| ticket["number"].as_i64().unwrap()).collect()
}

pub fn hour(hours: i64) -> String {
    (start_of_time() + TimeDelta::hours(hours)).format("%FT%TZ").to_string()
}

/// Five tickets, an hour apart; it is five hours later then. The first is late.
pub async fn seed(app: &TestApp) {
    let world = &app.world.a;
    let tickets = [
        json!({"subject": "Boiler broken", "description": "Water everywhere", "priority": "urgent", "type": "incident", "channel": "phone",
            "customer_email": "cleo@example.org", "customer_name": "Cleo Quint", "tags": ["heat", "wet"], "category": "Heating",
            "assignee": world.user("agent"), "team": world.team}),
        json!({"subject": "Invoice wrong", "priority": "low", "channel": "email", "customer_email": "dora@example.org",
            "tags": ["money"], "category": "Billing", "assignee": world.user("agent2")}),
        json!({"subject": "Door stuck", "type": "task", "channel": "web", "status": "pending"}),
        json!({"subject": "Old lamp", "priority": "high", "type": "problem", "channel": "chat", "customer_email": "cleo@example.org",
            "status": "resolved", "tags": ["heat"]}),
    ];
    for ticket in tickets {
        app.agent().post("/tickets/", ticket).await.created();
        app.advance(TimeDelta::hours(1));
    }
    app.customer().post("/tickets/", json!({"subject": "Portal question", "description": "Where?"})).await.created();
    app.advance(TimeDelta::hours(1));
    let agent = app.agent();
    let dora = agent.get("/customers/?email=dora@example.org").await.ok()["results"][0]["id"].clone();
    agent.patch(&format!("/customers/{}/", dora.as_str().unwrap()), json!({"company": "Initech"})).await.ok();
}

/// `count` tickets by SQL: priorities, changes and deadlines in runs of equal ones.
pub async fn bulk(app: &TestApp, count: i64, subject: &str, first: i64) {
    let organization = &app.world.a.organization;
    let sql = format!(
        "insert into {}.tickets (organization_id, id, number, reference, subject, status, status_category, priority, type, channel,
           first_response_due_at, resolution_due_at, created_at, updated_at)
         select $1, gen_random_uuid(), n, 'TK-2026-' || n, $2, 'open', 'open', (array['low', 'medium', 'high', 'urgent'])[n % 4 + 1],
           'question', 'api', $3 + interval '4 hours', $3 + n / 3 * interval '7 hours', $3 + n / 2 * interval '1 second',
           $3 + n / 4 * interval '1 minute'
           from generate_series($4, $4 + $5 - 1) n",
        organization.schema_name
    );
    let mut connection = app.database.superuser().await;
    sqlx::query(AssertSqlSafe(sql))
        .bind(organization.id.0)
        .bind(subject)
        .bind(start_of_time())
        .bind(first)
        .bind(count)
        .execute(&mut connection)
        .await
        .unwrap();
}

/// A ticket of an agent: its path.
pub async fn ticket(app: &TestApp, body: serde_json::Value) -> String {
    let made = app.agent().post("/tickets/", body).await.created();
    format!("/tickets/{}/", made["id"].as_str().unwrap())
}

/// A ticket of the customer: its path.
pub async fn mine(app: &TestApp) -> String {
    let made = app.customer().post("/tickets/", json!({"subject": "Mine", "description": "Help!"})).await.created();
    format!("/tickets/{}/", made["id"].as_str().unwrap())
}

/// Moves a ticket.
pub async fn go(client: &Client, path: &str, status: &str) -> Answer {
    client.post(&format!("{path}change_status/"), json!({"status": status})).await
}
