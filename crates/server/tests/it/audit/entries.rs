//! What is in the log, and what is not.

use channels::intake::{process, receive};
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::lines;
use crate::harness::{Client, TestApp, world::PASSWORD};

async fn sign_in(app: &TestApp, who: &str) -> (Client, String) {
    let login = json!({"email": app.world.a.member(who).email, "password": PASSWORD});
    let tokens = app.anonymous().from_peer("192.0.2.7").post("/auth/login/", login).await.ok();
    let client = Client { token: Some(tokens["access"].as_str().unwrap().to_owned()), ..app.anonymous() };
    (client, tokens["refresh"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn signing_in_and_out_and_a_stolen_token() {
    let app = TestApp::start().await;
    let (client, refresh) = sign_in(&app, "customer").await;
    let line = lines(&app, "action=sign_in.succeeded").await.remove(0);
    let customer = app.world.a.customer("customer").to_string();
    assert_eq!(line["actor"], json!({"type": "customer", "id": customer, "name": "CANARY-A customer"}));
    assert_eq!((&line["entity"]["id"], &line["ip"]), (&json!(customer), &json!("192.0.2.7")));
    app.anonymous().post("/auth/refresh/", json!({ "refresh": refresh })).await.ok();
    app.advance(TimeDelta::minutes(1));
    app.anonymous().post("/auth/refresh/", json!({ "refresh": refresh })).await.is(401);
    let stolen = lines(&app, "action=session.reuse_detected").await.remove(0);
    assert_eq!((&stolen["actor"], &stolen["after"]), (&Value::Null, &json!({ "owner": customer })));
    assert_eq!(stolen["entity"]["type"], "session");
    client.get("/auth/me/").await.is(401);

    let (client, _) = sign_in(&app, "agent").await;
    client.post("/auth/logout/", Value::Null).await.is(204);
    let ended = lines(&app, "action=session.ended").await.remove(0);
    assert_eq!((&ended["actor"]["name"], &ended["entity"]["type"]), (&json!("CANARY-A agent"), &json!("session")));
}

#[tokio::test]
async fn people_their_roles_and_their_passwords() {
    let app = TestApp::start().await;
    let new = json!({"email": "new@acme.test", "name": "CANARY-A new", "role": "agent"});
    let made = app.admin().post("/users/", new).await.created();
    let id = made["id"].as_str().unwrap();
    app.admin().patch(&format!("/users/{id}/"), json!({"role": "manager"})).await.ok();
    let token = made["invitation_url"].as_str().unwrap().split('#').next_back().unwrap();
    let confirm = json!({"token": token, "password": "another horse battery"});
    app.anonymous().post("/auth/password/reset/confirm/", confirm).await.is(204);
    let all = lines(&app, &format!("entity={id}")).await;
    let actions: Vec<_> = all.iter().map(|line| line["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["password.set", "user.updated", "password_link.created", "user.created"]);
    assert_eq!((&all[1]["before"], &all[1]["after"]), (&json!({"role": "agent"}), &json!({"role": "manager"})));
    assert_eq!(
        all[3]["after"],
        json!({"email": "new@acme.test", "name": "CANARY-A new", "role": "agent", "status": "active", "teams": [], "availability": "available"})
    );
    assert_eq!((&all[3]["before"], &all[0]["actor"]), (&Value::Null, &Value::Null));
    assert_eq!((&all[0]["after"], &all[2]["after"]), (&Value::Null, &Value::Null));
}

#[tokio::test]
async fn links_are_told_by_id_and_name_and_long_texts_are_cut() {
    let app = TestApp::start().await;
    let ticket = app.agent().post("/tickets/", json!({"subject": "CANARY-A"})).await.created();
    let path = format!("/tickets/{}/", ticket["number"]);
    let to = json!({"assignee_id": app.world.a.user("agent2"), "team_id": app.world.a.team});
    app.agent().post(&format!("{path}assign/"), to).await.ok();
    let line = lines(&app, "action=ticket.updated").await.remove(0);
    assert_eq!(line["before"], json!({"assignee": null, "team": null}));
    let agent = json!({"id": app.world.a.user("agent2"), "name": "CANARY-A agent2"});
    assert_eq!((&line["after"]["assignee"], &line["after"]["team"]["name"]), (&agent, &json!("CANARY-A team")));
    app.agent().patch(&path, json!({"description": "é".repeat(5_000)})).await.ok();
    let line = lines(&app, "action=ticket.updated").await.remove(0);
    assert_eq!(line["after"]["description"], format!("{}…", "é".repeat(2_000)));

    app.agent().post(&format!("{path}change_status/"), json!({"status": "resolved", "reason": "done"})).await.ok();
    let line = lines(&app, "action=ticket.updated").await.remove(0);
    assert_eq!(
        (&line["before"], &line["after"]),
        (&json!({"status": "new"}), &json!({"status": "resolved", "reason": "done"}))
    );
    app.manager().post(&format!("{path}force_close/"), json!({})).await.ok();
    app.manager().delete(&path).await.is(204);
    let id = ticket["id"].as_str().unwrap();
    app.manager().post(&format!("/tickets/{id}/restore/"), json!({})).await.ok();
    let all = lines(&app, &format!("entity={id}")).await;
    let actions: Vec<_> = all.iter().take(3).map(|line| line["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["ticket.restored", "ticket.deleted", "ticket.force_closed"]);
}

#[tokio::test]
async fn what_changes_nothing_or_fails_leaves_no_line() {
    let app = TestApp::start().await;
    let ticket = app.agent().post("/tickets/", json!({"subject": "CANARY-A", "priority": "low"})).await.created();
    let path = format!("/tickets/{}/", ticket["number"]);
    let before = lines(&app, "").await.len();
    app.agent().patch(&path, json!({"priority": "low", "subject": "CANARY-A"})).await.ok();
    app.agent().patch(&path, json!({"priority": "urgent", "status": "closed"})).await.is(409);
    app.admin().patch(&format!("/teams/{}/", app.world.a.team), json!({})).await.ok();
    app.admin().patch("/users/me/", json!({"name": "CANARY-A admin"})).await.ok();
    app.agent().post(&format!("{path}watchers/"), json!({})).await.created();
    app.agent().post(&format!("{path}watchers/"), json!({})).await.created();
    app.agent().post(&format!("{path}read/"), json!({})).await.is(204);
    assert_eq!(lines(&app, "").await.len(), before + 1, "the first watching only");
}

#[tokio::test]
async fn a_mail_is_told_as_the_products_own_doing() {
    let app = TestApp::start().await;
    let raw = "From: Nora <nora@customer.example>\r\nTo: support@acme.localhost\r\nSubject: CANARY-A boiler\r\nMessage-ID: <1@customer.example>\r\n\r\nsecret words\r\n";
    let received = receive(&app.state, "support@acme.localhost", raw.into()).await.unwrap();
    process(&app.state, received.organization, received.mail.unwrap()).await.unwrap();
    let all = lines(&app, "actor_kind=system").await;
    let customer = all
        .iter()
        .find(|line| line["action"] == "customer.created" && line["after"]["email"] == "nora@customer.example");
    let customer = customer.unwrap()["entity"]["id"].clone();
    let message = all.iter().find(|line| line["action"] == "message.created").unwrap();
    assert_eq!((&message["after"]["author"], &message["after"]["visibility"]), (&customer, &json!("public")));
    assert_eq!(message["actor"], json!({"type": "system", "id": null, "name": "System"}));
    let ticket = all.iter().find(|line| line["action"] == "ticket.created").unwrap();
    assert_eq!((&ticket["after"]["customer"], &ticket["after"]["channel"]), (&customer, &json!("email")));
    assert_eq!(message["after"]["ticket"], ticket["entity"]["id"]);
    assert!(!json!(all).to_string().contains("secret words"));
}

#[tokio::test]
async fn refusals_are_told_once_a_minute() {
    let app = TestApp::start().await;
    let denied = async || lines(&app, "action=access.denied").await;
    for _ in 0..5 {
        app.agent().from_peer("192.0.2.7").post("/teams/", json!({"name": "CANARY-A x"})).await.is(403);
    }
    let all = denied().await;
    assert_eq!(all.len(), 1);
    assert_eq!(all[0]["after"], json!({"operation": "teams_create"}));
    assert_eq!((&all[0]["actor"]["name"], &all[0]["ip"]), (&json!("CANARY-A agent"), &json!("192.0.2.7")));
    app.agent().get("/audit-log/").await.is(403);
    app.as_("agent2").get("/audit-log/").await.is(403);
    app.customer().get("/customers/").await.is(403);
    assert_eq!(denied().await.len(), 4);
    app.advance(TimeDelta::seconds(59));
    app.agent().get("/audit-log/").await.is(403);
    assert_eq!(denied().await.len(), 4);
    app.advance(TimeDelta::seconds(1));
    let again = app.agent().get("/audit-log/").await;
    again.is(403);
    assert_eq!(denied().await[0]["request_id"], again.headers["x-request-id"].to_str().unwrap());
    // Who is not known, or what is not visible, is not a refusal of somebody.
    app.anonymous().get("/audit-log/").await.is(401);
    app.customer().get("/tickets/999/").await.is(404);
    assert_eq!(denied().await.len(), 5);
    assert_eq!(app.foreign_admin().get("/audit-log/?action=access.denied").await.ok()["count"], 0);
}

#[tokio::test]
async fn reading_a_caught_mail_is_told() {
    let app = TestApp::start().await;
    app.customer().post("/tickets/", json!({"subject": "CANARY-A"})).await.created();
    app.run_jobs().await;
    let mail = app.admin().get("/mail-catcher/").await.ok()["results"][0]["id"].as_str().unwrap().to_owned();
    app.admin().get(&format!("/mail-catcher/{mail}/")).await.ok();
    let line = lines(&app, "action=mail_catcher.read").await.remove(0);
    assert_eq!((&line["entity"]["id"], &line["actor"]["name"]), (&json!(mail), &json!("CANARY-A admin")));
}
