//! Operators of the installation.

use db::operators::By;
use serde_json::{Value, json};

use crate::{
    harness::{Client, TestApp, world::PASSWORD},
    identity::domains::NameServer,
    mail::mails::{accept, mail},
    support::{files::upload, seeds::go},
};

/// An operator on the bare host.
async fn operator(app: &TestApp) -> Client {
    let hash = identity::password::hash(PASSWORD.to_owned()).await.unwrap();
    db::operators::upsert_operator(&app.state.db, &By::default(), "op@example.org", &hash).await.unwrap();
    sign_in(app, "Op@example.org").await
}

async fn sign_in(app: &TestApp, email: &str) -> Client {
    let mut client = app.anonymous().at("localhost");
    // Operators see every organization.
    client.forbidden = "no such word";
    let body = json!({"email": email, "password": PASSWORD});
    client.token = client.post("/platform/auth/login/", body).await.ok()["access"].as_str().map(str::to_owned);
    client
}

#[tokio::test]
async fn operators_sign_in_on_the_bare_host_and_see_no_tickets() {
    let app = TestApp::start().await;
    let operator = operator(&app).await;
    let body = json!({"email": "op@example.org", "password": PASSWORD});
    app.anonymous().post("/platform/auth/login/", body).await.is(404);
    for path in ["/tickets/", "/auth/me/", "/customers/"] {
        operator.get(path).await.is(401);
        operator.at("acme.localhost").get(path).await.is(401);
    }
    let wrong = json!({"email": "op@example.org", "password": "not the password"});
    operator.post("/platform/auth/login/", wrong).await.is(401);
    operator.at("acme.localhost").get("/platform/organizations/").await.is(404);
    app.admin().at("localhost").get("/platform/organizations/").await.is(401);
    assert_eq!(operator.get("/platform/auth/me/").await.ok()["email"], "op@example.org");
    operator.post("/platform/auth/logout/", Value::Null).await.is(204);
    operator.get("/platform/auth/me/").await.is(401);
}

#[tokio::test]
async fn organizations_are_made_listed_and_suspended() {
    let app = TestApp::start().await;
    let operator = operator(&app).await;
    let all = "/platform/organizations/";
    assert_eq!(operator.get(all).await.ok()["count"], 2);
    let new =
        json!({"slug": "umbrella", "name": " Umbrella ", "placement": "schema", "admin_email": "Ada@umbrella.example"});
    let made = operator.post(all, new.clone()).await.created();
    assert_eq!(
        (&made["name"], &made["placement"], &made["status"]),
        (&json!("Umbrella"), &json!("schema"), &json!("active"))
    );
    let token = made["invitation_url"].as_str().unwrap().split_once('#').unwrap().1.to_owned();
    let confirm = json!({"token": token, "password": PASSWORD});
    app.anonymous().at("umbrella.localhost").post("/auth/password/reset/confirm/", confirm).await.is(204);
    let login = json!({"email": "ada@umbrella.example", "password": PASSWORD});
    let owner = app.anonymous().at("umbrella.localhost").post("/auth/login/", login).await.ok();
    assert_eq!(owner["user"]["role"], "owner");
    assert_eq!(operator.post(all, new).await.problem("slug"), "taken");
    for (field, value) in
        [("slug", "www"), ("slug", "Acme"), ("name", ""), ("placement", "moon"), ("domain", "x"), ("admin_email", "x")]
    {
        let mut bad = json!({"slug": "fresh", "name": "Fresh"});
        bad[field] = json!(value);
        let answer = operator.post(all, bad).await;
        answer.is(422);
        assert!(!answer.problem(field).is_empty(), "{field}");
    }
    assert_eq!(operator.get(&format!("{all}?search=umb")).await.ok()["count"], 1);
    let one = "/platform/organizations/umbrella/";
    assert_eq!(operator.patch(one, json!({"name": "Umbrella Ltd"})).await.ok()["name"], "Umbrella Ltd");
    assert_eq!(operator.post(&format!("{one}suspend/"), Value::Null).await.ok()["status"], "suspended");
    assert_eq!(operator.get(&format!("{all}?status=suspended")).await.ok()["count"], 1);
    app.anonymous().at("umbrella.localhost").get("/auth/me/").await.is(403);
    assert_eq!(operator.post(&format!("{one}resume/"), Value::Null).await.ok()["status"], "active");
    operator.post(&format!("{one}resume/"), Value::Null).await.ok();
    assert_eq!(
        operator.post(&format!("{one}move/"), json!({"placement": "moon"})).await.problem("placement"),
        "invalid"
    );
    assert_eq!(
        operator.post(&format!("{one}move/"), json!({"placement": "shared"})).await.is(202)["placement"],
        "shared"
    );
    app.run_jobs().await;
    assert_eq!(operator.get(one).await.ok()["placement"], "shared");
    operator.delete(one).await.is(202);
    assert_eq!(operator.get(one).await.ok()["status"], "deleting");
    operator.post(&format!("{one}suspend/"), Value::Null).await.is(409);
    app.anonymous().at("umbrella.localhost").get("/auth/me/").await.is(403);
    assert_eq!(operator.post(&format!("{one}restore/"), Value::Null).await.ok()["status"], "active");
    operator.post(&format!("{one}restore/"), Value::Null).await.is(409);
    for path in ["/platform/organizations/nope/", "/platform/organizations/%00/"] {
        operator.get(path).await.is(404);
    }
    let log = operator.get("/platform/log/?organization=umbrella").await.ok();
    let actions: Vec<_> =
        log["results"].as_array().unwrap().iter().map(|row| row["action"].as_str().unwrap()).collect();
    assert_eq!(
        actions,
        [
            "organization.restored",
            "organization.deleted",
            "organization.moved",
            "organization.resumed",
            "organization.suspended",
            "organization.renamed",
            "organization.created"
        ]
    );
    // Also of the move, which a worker did.
    let is_named = |row: &Value| row["operator"] == "op@example.org" && row["request_id"].is_string();
    assert!(log["results"].as_array().unwrap().iter().all(is_named));
    app.expect_pending();
}

#[tokio::test]
async fn operators_look_after_each_other() {
    let app = TestApp::start().await;
    let operator = operator(&app).await;
    let all = "/platform/operators/";
    let weak = operator.post(all, json!({"email": "two@example.org", "password": "short"})).await;
    weak.is(422);
    let two = operator.post(all, json!({"email": "Two@example.org", "password": PASSWORD})).await.created();
    operator.post(all, json!({"email": "two@example.org", "password": PASSWORD})).await.is(409);
    let second = sign_in(&app, "two@example.org").await;
    operator.post("/platform/keys/rotate/", Value::Null).await.ok();
    second.get("/platform/auth/me/").await.ok();
    let path = format!("{all}{}/", two["id"].as_str().unwrap());
    operator.delete(&path).await.is(204);
    second.get("/platform/auth/me/").await.is(401);
    operator.delete(&path).await.is(404);
    let own = operator.get(all).await.ok()["results"][0]["id"].as_str().unwrap().to_owned();
    operator.delete(&format!("{all}{own}/")).await.is(409);
}

#[tokio::test]
async fn the_operators_log_can_only_be_added_to() {
    let app = TestApp::start().await;
    let _ = operator(&app).await;
    let mut tx = db::PlatformTx::begin(&app.state.db, db::Mode::Write).await.unwrap();
    for sql in ["delete from platform.operator_log", "update platform.operator_log set action = 'x'"] {
        let refused = sqlx::query(sql).execute(&mut *tx).await.unwrap_err();
        assert_eq!(refused.as_database_error().unwrap().code().as_deref(), Some("42501"), "{sql}");
        drop(tx);
        tx = db::PlatformTx::begin(&app.state.db, db::Mode::Write).await.unwrap();
    }
}

#[tokio::test]
async fn operators_look_after_domains() {
    let mut server = NameServer::new();
    let app = TestApp::with(|state| state.dns = server.dns()).await;
    let operator = operator(&app).await;
    let all = "/platform/organizations/acme/domains/";
    let new = json!({"domain": "Help.Acme.example"});
    let made = operator.post(all, new.clone()).await.created();
    assert_eq!((&made["domain"], &made["state"]), (&json!("help.acme.example"), &json!("pending")));
    assert_eq!(operator.post(all, new.clone()).await.problem("domain"), "taken");
    assert_eq!(operator.post(all, json!({"domain": "x"})).await.problem("domain"), "invalid");
    assert_eq!(app.admin().get("/domains/").await.ok()["results"][0], made, "the organization sees the same");
    let verify = format!("{all}help.acme.example/verify/");
    server.serve(&[]).await;
    assert_eq!(operator.post(&verify, json!({})).await.is(409)["code"], "CONFLICT");
    server.prove(&app.admin()).await;
    assert_eq!(operator.post(&verify, json!({})).await.ok()["state"], "verified");
    app.admin().at("help.acme.example").get("/auth/me/").await.ok();
    // Whose it is, nobody else gets, not even by an operator's word.
    let theirs = "/platform/organizations/globex/domains/";
    operator.post(theirs, new).await.created();
    let vouched = json!({"vouched": true});
    let taken = operator.post(&format!("{theirs}help.acme.example/verify/"), vouched.clone()).await;
    assert_eq!(taken.is(409)["code"], "CONFLICT");
    operator.delete(&format!("{all}help.acme.example/")).await.is(204);
    operator.delete(&format!("{all}help.acme.example/")).await.is(404);
    app.admin().at("help.acme.example").get("/auth/me/").await.is(404);
    operator.post(&format!("{theirs}help.acme.example/verify/"), vouched.clone()).await.is(409);
    operator.post(all, json!({"domain": "desk.acme.example"})).await.created();
    assert_eq!(operator.post(&format!("{all}desk.acme.example/verify/"), vouched).await.ok()["state"], "verified");
    for path in ["/platform/organizations/nope/domains/", "/platform/organizations/%00/usage/"] {
        operator.get(path).await.is(404);
    }
    operator.post(&format!("{all}%00/verify/"), json!({})).await.is(404);
    let log = operator.get("/platform/log/?organization=acme").await.ok();
    let actions: Vec<_> = log["results"].as_array().unwrap().iter().map(|row| row["action"].clone()).collect();
    assert_eq!(
        actions,
        [
            "domain.added",
            "domain.requested",
            "domain.removed",
            "domain.verified",
            "domain.requested",
            "organization.created"
        ]
    );
}

#[tokio::test]
async fn operators_see_how_much_there_is() {
    let app = TestApp::start().await;
    let operator = operator(&app).await;
    let usage = async |slug: &str| operator.get(&format!("/platform/organizations/{slug}/usage/")).await.ok();
    let before = usage("globex").await;
    let empty = usage("acme").await;
    assert_eq!((&empty["tickets"], &empty["messages"], &empty["file_bytes"]), (&json!(0), &json!(0), &json!(0)));
    let raw = mail("zoe@example.org", "support@acme.localhost", "Drips", "a@x", "", "CANARY-A words");
    accept(&app, "support@acme.localhost", &raw).await;
    for _ in 0..2 {
        app.agent().post("/tickets/", json!({"subject": "CANARY-A"})).await.created();
    }
    go(&app.agent(), "/tickets/2/", "resolved").await.ok();
    app.manager().delete("/tickets/3/").await.is(204);
    upload(&app.agent(), "words.txt", b"CANARY-A words").await;
    app.run_jobs().await;
    let now = usage("acme").await;
    assert_eq!((&now["tickets"], &now["open_tickets"]), (&json!(2), &json!(1)));
    let counted = |field: &str| now[field].as_i64().unwrap() - empty[field].as_i64().unwrap();
    assert_eq!((counted("messages"), counted("customers"), counted("staff")), (3, 1, 0));
    assert_eq!((&now["file_bytes"], now["mail_bytes"].as_u64()), (&json!(14), Some(raw.len() as u64)));
    let months = now["mails"].as_array().unwrap();
    assert_eq!((months.len(), &months[11]["received"], &months[11]["sent"]), (12, &json!(1), &json!(1)), "{now}");
    assert_eq!(usage("globex").await, before);
    // Also of somebody who is refused.
    operator.post("/platform/organizations/acme/suspend/", Value::Null).await.ok();
    assert_eq!(usage("acme").await, now);
    app.admin().at("localhost").get("/platform/organizations/acme/usage/").await.is(401);
}
