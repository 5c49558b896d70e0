//! API keys: what they may, whose name they write under, and how they end.

use axum::http::Method;
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{audited, dump};
use crate::harness::{Answer, Client, TestApp};

async fn make(client: &Client, body: Value) -> Value {
    client.post("/api-keys/", body).await.created()
}

fn refusal(answer: &Answer) -> Value {
    let mut body = answer.is(401);
    body.as_object_mut().unwrap().remove("request_id");
    body
}

#[tokio::test]
async fn a_key_is_shown_once_and_stored_as_a_hash() {
    let app = TestApp::start().await;
    let made = make(&app.admin(), json!({"name": "Shop", "scopes": ["tickets:read", "tickets:create"]})).await;
    let (key, prefix) = (made["key"].as_str().unwrap(), made["prefix"].as_str().unwrap());
    assert!(key.starts_with(&format!("{prefix}_")) && key.len() >= prefix.len() + 27, "{key}");
    assert_eq!(made["created_by"]["id"], app.world.a.user("admin").to_string());
    let listed = app.admin().get("/api-keys/").await.ok();
    assert_eq!((&listed["count"], &listed["results"][0]["id"]), (&json!(1), &made["id"]));
    let shown = app.admin().get(&format!("/api-keys/{}/", made["id"].as_str().unwrap())).await.ok();
    for answer in [&listed["results"][0], &shown] {
        assert_eq!((&answer["key"], &answer["scopes"]), (&Value::Null, &json!(["tickets:read", "tickets:create"])));
        assert_eq!((&answer["last_used_at"], &answer["revoked_at"]), (&Value::Null, &Value::Null));
    }
    let secret = key.rsplit('_').next().unwrap();
    for table in ["api_keys", "audit_log"] {
        let stored = dump(&app, table).await;
        assert!(stored.contains("Shop") && !stored.contains(secret), "{stored}");
    }
    assert_eq!(audited(&app, "api_key.created").await[0]["after"]["name"], "Shop");
    app.foreign_admin().get(&format!("/api-keys/{}/", made["id"].as_str().unwrap())).await.is(404);
}

#[tokio::test]
async fn a_key_writes_under_its_own_name() {
    let app = TestApp::start().await;
    let key = app.key(&["tickets:read", "tickets:create", "tickets:message", "tickets:reply", "tickets:note"]).await;
    let able = app.key(&["tickets:read", "tickets:update", "tickets:insight", "tickets:message", "files:use"]).await;
    let new = json!({"subject": "From the shop", "description": "Words", "customer_email": "Zoe@example.org"});
    key.post("/tickets/", new.clone()).await.created();
    let messages = "/tickets/1/messages/";
    let reply = key.post(messages, json!({"body": "We come."})).await.created();
    let id = app.as_("owner").get("/api-keys/?ordering=created_at").await.ok()["results"][0]["id"].clone();
    assert_eq!(reply["author"], json!({"type": "key", "id": id, "name": "CANARY-A key"}));
    key.post(messages, json!({"body": "Psst", "visibility": "internal"})).await.created();
    let ticket = able.get("/tickets/1/").await.ok();
    assert_eq!((&ticket["message_count"], &ticket["channel"]), (&json!(3), &json!("api")));
    assert!(ticket["first_response_at"].is_string());
    able.patch("/tickets/1/", json!({"priority": "urgent"})).await.ok();
    let line = able.get("/tickets/1/history/").await.ok();
    let by: Vec<&Value> = line["results"].as_array().unwrap().iter().map(|line| &line["actor"]["type"]).collect();
    assert!(by.iter().all(|kind| *kind == "key"), "{by:?}");
    let body = "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\ntext\r\n--x--\r\n";
    let kind = [("content-type", "multipart/form-data; boundary=x")];
    let file = able.raw(Method::POST, "/files/", &kind, body.into()).await.created()["id"].clone();
    able.get(&format!("/files/{}/", file.as_str().unwrap())).await.is(302);
    key.post(messages, json!({"body": "Theirs", "attachments": [file]})).await.is(422);
    // An assignee hears who it was.
    let give = json!({"assignee_id": app.world.a.user("agent")});
    let giver = app.key(&["tickets:read", "tickets:assign"]).await;
    giver.post("/tickets/1/assign/", give).await.ok();
    app.run_jobs().await;
    let mails = app.admin().get("/mail-catcher/?to=agent@acme.test").await.ok();
    let mail = format!("/mail-catcher/{}/", mails["results"][0]["id"].as_str().unwrap());
    assert!(app.admin().get(&mail).await.ok()["raw"].as_str().unwrap().contains("CANARY-A key"));
}

#[tokio::test]
async fn scopes_are_all_that_a_key_may() {
    let app = TestApp::start().await;
    let key = app.key(&["tickets:read"]).await;
    key.get("/tickets/").await.ok();
    let refused = key.post("/tickets/", json!({"subject": "No"})).await.is(403);
    assert!(refused["detail"].as_str().unwrap().contains("tickets:create"), "{refused}");
    for path in ["/auth/me/", "/auth/otp/", "/users/", "/api-keys/", "/customers/"] {
        key.get(path).await.is(403);
    }
    key.post("/auth/logout/", json!({})).await.is(403);
    // What is about one's own person there is none of.
    let people = app.key(&["users:read", "tickets:read"]).await;
    people.get("/users/").await.ok();
    people.get("/users/me/").await.is(404);
    people.patch("/users/me/", json!({"name": "Key"})).await.is(404);
    assert_eq!(people.get("/tickets/?assignee=me").await.ok()["count"], 0);
}

#[tokio::test]
async fn nobody_gives_a_scope_that_they_lack() {
    let app = TestApp::start().await;
    let role = json!({"name": "Integrator", "permissions": ["api_keys:manage", "tickets:read", "users:read"], "visibility": "all"});
    let role = app.as_("owner").post("/roles/", role).await.created();
    let user = format!("/users/{}/", app.world.a.user("agent"));
    app.as_("owner").patch(&user, json!({"role": "integrator"})).await.ok();
    let integrator = app.agent();
    make(&integrator, json!({"name": "Fine", "scopes": ["tickets:read", "tickets:read"]})).await;
    for scopes in [json!(["customers:read"]), json!(["tickets:read", "users:write"])] {
        integrator.post("/api-keys/", json!({"name": "More", "scopes": scopes})).await.is(403);
    }
    // Keys see every ticket; whoever does not makes none.
    let role = format!("/roles/{}/", role["id"].as_str().unwrap());
    app.as_("owner").patch(&role, json!({"visibility": "own"})).await.ok();
    integrator.post("/api-keys/", json!({"name": "More", "scopes": ["tickets:read"]})).await.is(403);
    let bad = async |body: Value| app.admin().post("/api-keys/", body).await;
    for scope in ["self:use", "self:write", "api_keys:manage", "users:impersonate"] {
        assert_eq!(bad(json!({"name": "x", "scopes": [scope]})).await.problem("scopes"), "not_allowed", "{scope}");
    }
    assert_eq!(bad(json!({"name": "x", "scopes": ["tickets:all"]})).await.problem("scopes"), "unknown");
    assert_eq!(bad(json!({"name": "x", "scopes": []})).await.problem("scopes"), "required");
    assert_eq!(bad(json!({"name": " ", "scopes": ["tickets:read"]})).await.problem("name"), "required");
    let past = json!({"name": "x", "scopes": ["tickets:read"], "expires_at": app.state.db.now()});
    assert_eq!(bad(past).await.problem("expires_at"), "invalid");
}

#[tokio::test]
async fn keys_that_are_not_good_are_refused_alike() {
    let app = TestApp::start().await;
    let nobody = app.anonymous();
    let made = make(&app.admin(), json!({"name": "One", "scopes": ["tickets:read"]})).await;
    let (key, id) = (made["key"].as_str().unwrap().to_owned(), made["id"].as_str().unwrap().to_owned());
    let good = nobody.with_key(&key);
    good.get("/tickets/").await.ok();
    // On the bare host the key decides, on another organization's it is nobody's.
    assert_eq!(good.at("localhost").get("/tickets/").await.ok()["count"], 0);
    let refused = refusal(&nobody.with_key("hdk_nothing").get("/tickets/").await);
    assert_eq!(refusal(&good.at("globex.localhost").get("/tickets/").await), refused);
    let (before, secret) = key.rsplit_once('_').unwrap();
    let other = make(&app.admin(), json!({"name": "Two", "scopes": ["tickets:read"]})).await["key"].clone();
    let (other_before, other_secret) = other.as_str().unwrap().rsplit_once('_').unwrap();
    let unknown = app.world.b.organization.id.to_string().replace("org_", "");
    let ours = app.world.a.organization.id.to_string().replace("org_", "");
    let bad = [
        format!("{before}_{other_secret}"),
        format!("{other_before}_{secret}"),
        format!("{before}_{}", "0".repeat(52)),
        key.replace(&ours, &unknown),
        key.replace(&ours, "00000000000000000000000000"),
        before.to_owned(),
        key.to_uppercase(),
        String::new(),
        format!("{key}0"),
    ];
    for bad in bad {
        for host in ["acme.localhost", "localhost"] {
            assert_eq!(refusal(&nobody.with_key(&bad).at(host).get("/tickets/").await), refused, "{bad} at {host}");
        }
    }
    // Two proofs are one too many.
    let both = Client { key: Some(key.clone()), ..app.agent() };
    assert_eq!(both.get("/tickets/").await.is(400)["code"], "VALIDATION_ERROR");
    good.send(Method::GET, "/tickets/", &[("x-api-key", &key)], None).await.is(400);
    // It ends at once when it is revoked, whatever runs at the same time, and when its time is over.
    app.admin().delete(&format!("/api-keys/{id}/")).await.is(204);
    assert_eq!(refusal(&good.get("/tickets/").await), refused);
    app.admin().delete(&format!("/api-keys/{id}/")).await.is(204);
    assert_eq!(audited(&app, "api_key.revoked").await.len(), 1);
    let soon = app.state.db.now() + TimeDelta::minutes(5);
    let brief = make(&app.admin(), json!({"name": "Brief", "scopes": ["tickets:read"], "expires_at": soon})).await;
    let brief = nobody.with_key(brief["key"].as_str().unwrap());
    brief.get("/tickets/").await.ok();
    app.advance(TimeDelta::minutes(5));
    assert_eq!(refusal(&brief.get("/tickets/").await), refused);
    let names = async |query: &str| {
        let page = app.admin().get(&format!("/api-keys/?ordering=name&{query}")).await.ok();
        page["results"]
            .as_array()
            .unwrap()
            .iter()
            .map(|key| key["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(names("is_active=true").await, ["Two"]);
    assert_eq!(names("is_active=false").await, ["Brief", "One"]);
    assert_eq!(names("search=W").await, ["Two"]);
}

#[tokio::test]
async fn a_key_is_an_account_of_its_own() {
    let app = TestApp::start().await;
    let made = make(&app.admin(), json!({"name": "Night shift", "scopes": ["tickets:read"]})).await;
    let key = app.anonymous().with_key(made["key"].as_str().unwrap());
    let maker = format!("/users/{}/", app.world.a.user("admin"));
    app.as_("owner").patch(&maker, json!({"status": "suspended"})).await.ok();
    key.get("/tickets/").await.ok();
    let path = format!("/api-keys/{}/", made["id"].as_str().unwrap());
    let renamed = app.as_("owner").patch(&path, json!({"name": "Day shift"})).await.ok();
    assert_eq!((&renamed["name"], &renamed["created_by"]["name"]), (&json!("Day shift"), &json!("CANARY-A admin")));
    app.as_("owner").patch(&path, json!({"scopes": ["tickets:delete"]})).await.is(422);
    app.as_("owner").delete(&path).await.is(204);
    key.get("/tickets/").await.is(401);
}

#[tokio::test]
async fn use_is_noted_about_once_a_minute() {
    let app = TestApp::start().await;
    let key = app.key(&["tickets:read", "tickets:create"]).await;
    let used = async || app.admin().get("/api-keys/").await.ok()["results"][0]["last_used_at"].clone();
    assert_eq!(used().await, Value::Null);
    key.get("/tickets/").await.ok();
    let first = used().await;
    assert_eq!(first, json!(app.state.db.now()));
    app.advance(TimeDelta::seconds(59));
    key.get("/tickets/").await.ok();
    assert_eq!(used().await, first);
    app.advance(TimeDelta::seconds(1));
    // Refused for what it wants, the key was used nevertheless.
    key.get("/customers/").await.is(403);
    assert_eq!(used().await, json!(app.state.db.now()));
    // Many at once, of which one notes it.
    app.advance(TimeDelta::seconds(60));
    let mut many = tokio::task::JoinSet::new();
    for number in 0..20 {
        let key = key.clone();
        many.spawn(async move { key.post("/tickets/", json!({"subject": format!("{number}")})).await.created() });
    }
    assert_eq!(many.join_all().await.len(), 20);
    assert_eq!(used().await, json!(app.state.db.now()));
}
