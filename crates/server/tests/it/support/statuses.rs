//! Statuses of an organization's own.

use serde_json::{Value, json};

use crate::harness::TestApp;

async fn keys(app: &TestApp, query: &str) -> Vec<String> {
    let list = app.agent().get(&format!("/statuses/?page_size=100{query}")).await.ok();
    list["results"].as_array().unwrap().iter().map(|status| status["key"].as_str().unwrap().to_owned()).collect()
}

async fn ticket(app: &TestApp) -> String {
    let new = json!({"subject": "CANARY-A pump"});
    format!("/tickets/{}/", app.customer().post("/tickets/", new).await.created()["id"].as_str().unwrap())
}

#[tokio::test]
async fn an_organization_has_statuses_of_its_own() {
    let app = TestApp::start().await;
    let new =
        json!({"name": "CANARY-A Waiting for parts", "category": "on_hold", "customer_name": "CANARY-A In progress"});
    let made = app.admin().post("/statuses/", new.clone()).await.created();
    assert_eq!(made["key"], "canary_a_waiting_for_parts");
    assert_eq!(
        (&made["category"], &made["position"], &made["is_built_in"]),
        (&json!("on_hold"), &json!(10), &json!(false))
    );
    assert_eq!(app.admin().post("/statuses/", new).await.is(409)["errors"]["name"][0]["code"], "taken");
    // It is taken and filtered by like the shipped ones, in any spelling.
    let path = ticket(&app).await;
    let move_to = json!({"status": "Canary-A waiting for parts"});
    assert_eq!(app.agent().post(&format!("{path}change_status/"), move_to).await.ok()["status_category"], "on_hold");
    let found = app.agent().get("/tickets/?status=canary_a_waiting_for_parts").await.ok();
    assert_eq!(found["count"], 1);
    // The other organization knows nothing of it.
    app.foreign_admin().get("/statuses/canary_a_waiting_for_parts/").await.is(404);
    assert_eq!(
        app.foreign("agent").get("/tickets/?status=canary_a_waiting_for_parts").await.problem("status"),
        "invalid"
    );
    // Customers read what is meant for them.
    let seen = app.customer().get("/statuses/canary_a_waiting_for_parts/").await.ok();
    assert_eq!(seen["name"], "CANARY-A In progress");
    assert_eq!(seen.as_object().unwrap().len(), 4, "{seen}");
    // Another name changes no key.
    let renamed =
        app.admin().patch("/statuses/canary_a_waiting_for_parts/", json!({"name": "CANARY-A Parts"})).await.ok();
    assert_eq!((&renamed["key"], &renamed["version"]), (&made["key"], &json!(2)));
    let plain = app.admin().patch("/statuses/canary_a_waiting_for_parts/", json!({"customer_name": null})).await.ok();
    assert_eq!(plain["customer_name"], Value::Null);
    // A name without Latin letters has a key too.
    let arabic = app.admin().post("/statuses/", json!({"name": "في الانتظار", "category": "pending"})).await.created();
    assert_eq!(arabic["key"], "pending_11");
    for (body, field) in [
        (json!({"name": " ", "category": "open"}), "name"),
        (json!({"name": "A", "category": "open", "key": "Ä"}), "key"),
        (json!({"name": "A", "category": "later"}), "category"),
    ] {
        app.admin().post("/statuses/", body).await.problem(field);
    }
    app.agent().post("/statuses/", json!({"name": "A", "category": "open"})).await.is(403);
}

#[tokio::test]
async fn retired_statuses_stay_on_their_tickets() {
    let app = TestApp::start().await;
    let (kept, other) = (ticket(&app).await, ticket(&app).await);
    let progress = || json!({"status": "in_progress"});
    app.agent().post(&format!("{kept}change_status/"), progress()).await.ok();
    app.admin().delete("/statuses/in_progress/").await.is(204);
    app.admin().delete("/statuses/in_progress/").await.is(204);
    assert_eq!(app.agent().get(&kept).await.ok()["status"], "in_progress");
    assert_eq!(app.agent().get("/tickets/?status=in_progress").await.ok()["count"], 1);
    app.agent().patch(&kept, json!({"status": "in_progress", "subject": "CANARY-A still"})).await.ok();
    let refused = app.agent().post(&format!("{other}change_status/"), progress()).await;
    assert_eq!(refused.problem("status"), "retired");
    assert!(!keys(&app, "&active_only=true").await.contains(&"in_progress".to_owned()));
    assert!(keys(&app, "").await.contains(&"in_progress".to_owned()));
    assert_eq!(app.admin().post("/statuses/in_progress/restore/", json!({})).await.ok()["is_retired"], false);
    app.agent().post(&format!("{other}change_status/"), progress()).await.ok();
    // Not what the product needs, and not the last of a category.
    for built_in in ["new", "open", "reopened", "resolved", "closed"] {
        app.admin().delete(&format!("/statuses/{built_in}/")).await.is(409);
    }
    app.admin().delete("/statuses/pending/").await.is(409);
    app.admin().post("/statuses/", json!({"name": "CANARY-A Later", "category": "pending"})).await.created();
    app.admin().delete("/statuses/pending/").await.is(204);
}

#[tokio::test]
async fn statuses_have_an_order() {
    let app = TestApp::start().await;
    let mut order = keys(&app, "").await;
    assert_eq!(order[0], "new");
    order.reverse();
    let page = app.admin().post("/statuses/reorder/", json!({ "keys": order })).await.ok();
    assert_eq!((&page["results"][0]["key"], &page["results"][0]["position"]), (&json!("cancelled"), &json!(1)));
    assert_eq!(keys(&app, "").await, order);
    app.admin().post("/statuses/reorder/", json!({"keys": ["open", "new"]})).await.ok();
    assert_eq!(keys(&app, "").await[..3], ["open", "new", "cancelled"]);
    for wrong in [json!([]), json!(["none"]), json!(["new", "new"])] {
        assert_eq!(app.admin().post("/statuses/reorder/", json!({ "keys": wrong })).await.problem("keys"), "invalid");
    }
    app.agent().post("/statuses/reorder/", json!({ "keys": order })).await.is(403);
}
