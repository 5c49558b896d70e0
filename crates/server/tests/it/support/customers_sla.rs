//! Customers, SLA policies, mailboxes.

use axum::http::Method;
use serde_json::{Value, json};

use super::seeds::ticket;
use crate::harness::TestApp;

#[tokio::test]
async fn customers_are_made_once_an_address() {
    let app = TestApp::start().await;
    let agent = app.agent();
    let body = json!({"email": "Cleo@Example.org", "name": " Cleo ", "company": "Initech", "phone": "+49 30 1"});
    let made = agent.post("/customers/", body.clone()).await.created();
    assert_eq!((&made["email"], &made["name"]), (&json!("cleo@example.org"), &json!("Cleo")));
    assert_eq!((&made["ticket_count"], &made["status"], &made["version"]), (&json!(0), &json!("active"), &json!(1)));
    let again = agent.post("/customers/", body.clone()).await;
    assert_eq!((again.is(409)["code"].as_str(), again.problem("email").as_str()), (Some("CONFLICT"), "taken"));
    app.foreign("agent").post("/customers/", body).await.created();
    let path = format!("/customers/{}/", made["id"].as_str().unwrap());
    assert_eq!(agent.get(&path).await.ok(), made);
    let stale = agent.send(Method::PATCH, &path, &[("if-match", "\"9\"")], Some(json!({"name": "X"}))).await;
    stale.is(412);
    let changed = agent.patch(&path, json!({"name": "Cleo Quint", "phone": null})).await.ok();
    assert_eq!(
        (&changed["name"], &changed["phone"], &changed["company"]),
        (&json!("Cleo Quint"), &Value::Null, &json!("Initech"))
    );
    let theirs = app.world.a.member("customer").email.clone();
    assert_eq!(agent.patch(&path, json!({"email": theirs})).await.problem("email"), "taken");
    app.foreign_admin().get(&path).await.is(404);
}

#[tokio::test]
async fn customers_are_listed_and_found() {
    let app = TestApp::start().await;
    let agent = app.agent();
    for (email, name, company) in [("zoe@x.org", "Zoë", "Initech"), ("adam@y.org", "Adam", "Umbrella")] {
        agent.post("/customers/", json!({"email": email, "name": name, "company": company})).await.created();
    }
    ticket(&app, json!({"subject": "S", "customer_email": "zoe@x.org"})).await;
    let names = async |query: &str| {
        let page = app.agent().get(&format!("/customers/?{query}")).await.ok();
        let local = |c: &Value| c["email"].as_str().unwrap().split('@').next().unwrap().to_owned();
        page["results"].as_array().unwrap().iter().map(local).collect::<Vec<_>>()
    };
    assert_eq!(names("ordering=email").await, ["adam", "customer2", "customer", "zoe"]);
    assert_eq!(names("ordering=-email&page_size=2").await, ["zoe", "customer"]);
    assert_eq!(names("company=Initech").await, ["zoe"]);
    assert_eq!(names("email=ADAM@y.org").await, ["adam"]);
    assert_eq!(names("search=umbr").await, ["adam"]);
    assert_eq!(names("search=zo%C3%AB").await, ["zoe"]);
    assert!(names("search=CANARY-B").await.is_empty());
    assert_eq!(agent.get("/customers/?email=zoe@x.org").await.ok()["results"][0]["ticket_count"], 1);
    agent.get("/customers/?ordering=phone").await.is(422);
}

#[tokio::test]
async fn customers_never_see_customers() {
    let app = TestApp::start().await;
    let (customer, me) = (app.customer(), app.world.a.customer("customer"));
    customer.get("/customers/").await.is(403);
    customer.get(&format!("/customers/{me}/")).await.is(403);
    customer.post("/customers/", json!({"email": "x@example.org", "name": "X"})).await.is(403);
    customer.patch(&format!("/customers/{me}/"), json!({"name": "X"})).await.is(403);
    for path in ["/sla-policies/", "/mailboxes/", "/users/", "/teams/", "/jobs/"] {
        customer.get(path).await.is(403);
    }
    app.as_("viewer").post("/customers/", json!({"email": "x@example.org", "name": "X"})).await.is(403);
    app.as_("viewer").get("/customers/").await.ok();
}

#[tokio::test]
async fn a_suspended_customer_is_out_at_once() {
    let app = TestApp::start().await;
    let customer = app.customer();
    customer.get("/tickets/").await.ok();
    let path = format!("/customers/{}/", app.world.a.customer("customer"));
    app.agent().patch(&path, json!({"status": "suspended"})).await.ok();
    customer.get("/tickets/").await.is(401);
    app.as_("customer2").get("/tickets/").await.ok();
}

fn policy(priority: &str, minutes: i64) -> Value {
    json!({"name": format!("P {minutes}"), "priority": priority, "resolution_time": minutes})
}

#[tokio::test]
async fn one_policy_a_priority_is_active() {
    let app = TestApp::start().await;
    let manager = app.manager();
    let active = async || {
        let page = app.manager().get("/sla-policies/?active_only=true&priority=low").await.ok();
        page["results"].as_array().unwrap().iter().map(|p| p["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(active().await.len(), 1);
    let first = manager.post("/sla-policies/", policy("low", 30)).await.created();
    let second = manager.post("/sla-policies/", policy("Low", 40)).await.created();
    assert_eq!(active().await, ["P 40"]);
    let path = format!("/sla-policies/{}/", first["id"].as_str().unwrap());
    assert_eq!(manager.get(&path).await.ok()["is_active"], false);
    manager.patch(&path, json!({"is_active": true})).await.ok();
    assert_eq!(active().await, ["P 30"]);
    let other = format!("/sla-policies/{}/", second["id"].as_str().unwrap());
    manager.put(&other, policy("high", 50)).await.ok();
    assert_eq!(active().await, ["P 30"]);
    assert_eq!(manager.get("/sla-policies/?priority=low").await.ok()["count"], 2);
    let stale = manager.send(Method::PATCH, &path, &[("if-match", "\"1\"")], Some(json!({"name": "X"}))).await;
    assert_eq!(stale.is(412)["code"], "STALE");
    manager.delete(&path).await.is(204);
    manager.delete(&path).await.is(404);
    assert!(active().await.is_empty());
}

#[tokio::test]
async fn zero_minutes_are_the_default() {
    let app = TestApp::start().await;
    let made = app.manager().post("/sla-policies/", policy("urgent", 0)).await.created();
    assert_eq!((&made["resolution_time"], &made["response_time"]), (&json!(0), &json!(0)));
    let path = ticket(&app, json!({"subject": "S", "priority": "urgent"})).await;
    let ticket = app.agent().get(&path).await.ok();
    assert_eq!(ticket["due_at"], "2026-03-02T13:00:00Z");
    assert_eq!(ticket["sla"]["policy"]["id"], made["id"]);
}

#[tokio::test]
async fn policies_that_cannot_be_are_refused() {
    let app = TestApp::start().await;
    let manager = app.manager();
    for (field, value) in [
        ("business_hours_only", json!(true)),
        ("resolution_time", json!(-1)),
        ("response_time", json!(5_256_001)),
        ("name", json!(" ")),
        ("priority", json!("sometime")),
    ] {
        let mut body = policy("low", 30);
        body[field] = value;
        let answer = manager.post("/sla-policies/", body).await;
        assert_eq!(answer.status.as_u16(), 422, "{field}");
        answer.problem(field);
    }
    for who in ["viewer", "agent", "technician"] {
        app.as_(who).get("/sla-policies/").await.ok();
        app.as_(who).post("/sla-policies/", policy("low", 30)).await.is(403);
    }
    let id = manager.get("/sla-policies/").await.ok()["results"][0]["id"].as_str().unwrap().to_owned();
    for verb in [Method::PATCH, Method::DELETE] {
        app.foreign_admin().send(verb, &format!("/sla-policies/{id}/"), &[], Some(json!({}))).await.is(404);
    }
}

#[tokio::test]
async fn mailboxes_belong_to_one_organization() {
    let app = TestApp::start().await;
    let (admin, theirs) = (app.admin(), app.foreign_admin());
    let made = admin.post("/mailboxes/", json!({"address": "Info@Example.org"})).await.created();
    assert_eq!((&made["address"], &made["is_default"]), (&json!("info@example.org"), &json!(false)));
    for (client, address) in [
        (&theirs, "info@example.org"),
        (&admin, "INFO@example.org"),
        (&admin, "sales@globex.localhost"),
        (&admin, "x@localhost"),
    ] {
        let answer = client.post("/mailboxes/", json!({"address": address})).await;
        assert_eq!((answer.status.as_u16(), answer.problem("address").as_str()), (409, "taken"), "{address}");
    }
    assert_eq!(admin.post("/mailboxes/", json!({"address": "nothing"})).await.problem("address"), "invalid");
    let path = format!("/mailboxes/{}/", made["id"].as_str().unwrap());
    theirs.get(&path).await.is(404);
    app.manager().post("/mailboxes/", json!({"address": "m@example.org"})).await.is(403);
    admin.delete(&path).await.is(204);
    theirs.post("/mailboxes/", json!({"address": "info@example.org"})).await.created();
}

#[tokio::test]
async fn one_mailbox_is_the_default() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let old = admin.get("/mailboxes/").await.ok()["results"][0].clone();
    assert_eq!((&old["address"], &old["is_default"]), (&json!("support@acme.localhost"), &json!(true)));
    let old = format!("/mailboxes/{}/", old["id"].as_str().unwrap());
    admin.delete(&old).await.is(409);
    admin.patch(&old, json!({"is_default": false})).await.is(409);
    let new = admin.post("/mailboxes/", json!({"address": "new@example.org", "is_default": true})).await.created();
    assert_eq!((&new["is_default"], &admin.get(&old).await.ok()["is_default"]), (&json!(true), &json!(false)));
    let new = format!("/mailboxes/{}/", new["id"].as_str().unwrap());
    admin.delete(&new).await.is(409);
    admin.patch(&old, json!({"is_default": true})).await.ok();
    assert_eq!(admin.get(&new).await.ok()["is_default"], false);
    admin.delete(&new).await.is(204);
}

#[tokio::test]
async fn a_deleted_policy_can_be_restored() {
    let app = TestApp::start().await;
    let manager = app.manager();
    let made = manager.post("/sla-policies/", policy("high", 60)).await.created();
    let path = format!("/sla-policies/{}/", made["id"].as_str().unwrap());
    let restore = format!("{path}restore/");
    let new = json!({"subject": "CANARY-A", "priority": "high"});
    let ticket = app.agent().post("/tickets/", new).await.created();
    let minutes = async || {
        let ticket = app.agent().get(&format!("/tickets/{}/", ticket["number"])).await.ok();
        let at = |field: &str| ticket[field].as_str().unwrap().parse::<chrono::DateTime<chrono::Utc>>().unwrap();
        ((at("due_at") - at("created_at")).num_minutes(), ticket["sla"]["policy"]["id"].clone())
    };
    assert_eq!(minutes().await, (60, made["id"].clone()));
    manager.delete(&path).await.is(204);
    manager.get(&path).await.is(404);
    manager.delete(&path).await.is(404);
    manager.patch(&path, json!({"name": "CANARY-A"})).await.is(404);
    assert_eq!(manager.get("/sla-policies/?priority=high&active_only=true").await.ok()["count"], 0);
    assert_eq!(minutes().await, (720, Value::Null), "the shipped target");

    // As it was, with its tickets.
    app.agent().post(&restore, json!({})).await.is(403);
    app.foreign_admin().post(&restore, json!({})).await.is(404);
    let back = manager.post(&restore, Value::Null).await.ok();
    assert_eq!((&back["is_active"], &back["name"]), (&json!(true), &made["name"]));
    assert!(back["version"].as_i64() > made["version"].as_i64());
    assert_eq!(minutes().await, (60, made["id"].clone()));
    assert_eq!(manager.post(&restore, Value::Null).await.ok(), back, "again is harmless");

    // One that was activated meanwhile stays.
    manager.delete(&path).await.is(204);
    let other = manager.post("/sla-policies/", policy("high", 90)).await.created();
    assert_eq!(manager.post(&restore, Value::Null).await.ok()["is_active"], false);
    assert_eq!(minutes().await, (90, other["id"].clone()));

    manager.delete(&path).await.is(204);
    app.advance(chrono::TimeDelta::days(29));
    app.manager().post(&restore, Value::Null).await.ok();
    app.manager().delete(&path).await.is(204);
    app.advance(chrono::TimeDelta::days(30) + chrono::TimeDelta::seconds(1));
    app.manager().post(&restore, Value::Null).await.is(404);
    app.run_jobs().await;
}
