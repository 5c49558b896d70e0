//! Staff who leave, and who come back.

use axum::http::Method;
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::account::*;
use crate::{
    harness::{TestApp, world::PASSWORD},
    mail::mails::{accept, mail},
};

const BOX: &str = "support@acme.localhost";

fn user(app: &TestApp, who: &str) -> String {
    format!("/users/{}/", app.world.a.user(who))
}

#[tokio::test]
async fn who_is_removed_is_out_at_once() {
    let app = TestApp::start().await;
    let pair = signed_in(&app, "agent").await;
    ask_reset(&app.anonymous(), "agent@acme.test").await.is(202);
    let link = token_for(&app, "agent@acme.test", "set-password").await;
    app.admin()
        .patch(&format!("/teams/{}/", app.world.a.team), json!({"members": [app.world.a.user("agent")]}))
        .await
        .ok();
    send(&app.admin(), Method::DELETE, &user(&app, "agent")).await.is(204);
    app.agent().get("/tickets/").await.is(401);
    bearer(&app, &pair["access"]).get("/auth/me/").await.is(401);
    refresh(&app.anonymous(), &pair["refresh"]).await.is(401);
    let unknown = comparable(&login(&app.anonymous(), "nobody@acme.test", PASSWORD).await);
    assert_eq!(comparable(&login(&app.anonymous(), "agent@acme.test", PASSWORD).await), unknown);
    assert_eq!(confirm(&app.anonymous(), &link, OTHER).await.problem("token"), "invalid");
    send(&app.admin(), Method::DELETE, &user(&app, "agent")).await.is(404);
    let admin = app.admin();
    assert_eq!(admin.get(&user(&app, "agent")).await.ok()["status"], "removed");
    assert_eq!(admin.patch(&user(&app, "agent"), json!({"status": "active"})).await.is(409)["code"], "CONFLICT");
    assert_eq!(admin.post(&format!("{}invite/", user(&app, "agent")), Value::Null).await.is(404)["code"], "NOT_FOUND");
    let listed = async |query: &str| admin.get(&format!("/users/?{query}")).await.ok();
    assert_eq!(listed("search=agent@acme").await["count"], 0);
    assert_eq!(listed("status=removed").await["results"][0]["email"], "agent@acme.test");
    let team = format!("/teams/{}/", app.world.a.team);
    assert_eq!(admin.get(&team).await.ok()["members"], json!([]));
    let back = json!({"members": [app.world.a.user("agent")]});
    assert_eq!(admin.patch(&team, back).await.problem("members"), "unknown");
}

#[tokio::test]
async fn only_those_who_may_remove_and_never_the_last_owner() {
    let app = TestApp::start().await;
    let (admin, owner) = (app.admin(), app.as_("owner"));
    for who in ["manager", "agent", "viewer", "technician", "customer"] {
        send(&app.as_(who), Method::DELETE, &user(&app, "agent2")).await.is(403);
        app.as_(who).post(&format!("{}restore/", user(&app, "agent2")), Value::Null).await.is(403);
    }
    send(&app.foreign_admin(), Method::DELETE, &user(&app, "agent2")).await.is(404);
    send(&admin, Method::DELETE, &user(&app, "owner")).await.is(403);
    send(&admin, Method::DELETE, &user(&app, "admin")).await.is(403);
    assert_eq!(send(&owner, Method::DELETE, &user(&app, "owner")).await.is(409)["code"], "CONFLICT");
    let second = json!({"email": "second@acme.test", "name": "Second", "role": "owner", "password": PASSWORD});
    let second = owner.post("/users/", second).await.created();
    let path = format!("/users/{}/", second["id"].as_str().unwrap());
    send(&owner, Method::DELETE, &user(&app, "owner")).await.is(403);
    let stale = owner.send(Method::DELETE, &path, &[("if-match", "\"9\"")], None).await;
    assert_eq!(stale.is(412)["code"], "STALE");
    send(&owner, Method::DELETE, &path).await.is(204);
    send(&owner, Method::DELETE, &user(&app, "owner")).await.is(409);
}

#[tokio::test]
async fn open_tickets_are_nobodys_then_and_history_keeps_the_name() {
    let app = TestApp::start().await;
    let (manager, me) = (app.manager(), app.world.a.user("agent").to_string());
    let new = async |subject: &str| {
        let body = json!({"subject": subject, "assignee_id": me, "customer_email": "cleo@example.org"});
        format!("/tickets/{}/", manager.post("/tickets/", body).await.created()["id"].as_str().unwrap())
    };
    let (open, done) = (new("Open").await, new("Done").await);
    app.agent().post(&format!("{open}messages/"), json!({"body": "I look after it."})).await.created();
    manager.post(&format!("{done}change_status/"), json!({"status": "resolved"})).await.ok();
    app.run_jobs().await;
    send(&app.admin(), Method::DELETE, &user(&app, "agent")).await.is(204);
    app.run_jobs().await;
    assert_eq!(manager.get(&open).await.ok()["assignee"], Value::Null);
    assert_eq!(manager.get(&done).await.ok()["assignee"]["name"], "CANARY-A agent");
    let history = manager.get(&format!("{open}history/")).await.ok();
    let line =
        history["results"].as_array().unwrap().iter().find(|line| line["field"] == "assignee" && line["new"].is_null());
    let line = line.unwrap_or_else(|| panic!("{history}"));
    assert_eq!(line["old"], "CANARY-A agent");
    assert_eq!(line["reason"], "CANARY-A agent was removed from the staff.");
    let messages = manager.get(&format!("{open}messages/")).await.ok();
    assert!(
        messages["results"].as_array().unwrap().iter().any(|message| message["author"]["name"] == "CANARY-A agent")
    );
    assert_eq!(manager.post(&format!("{open}assign/"), json!({"assignee_id": me})).await.status, 422);
    // Neither is anything sent to them.
    manager.patch(&done, json!({"category": "heating"})).await.ok();
    let before = mails_to(&app, "agent@acme.test").await.len();
    manager.post(&format!("{done}messages/"), json!({"body": "By the way", "visibility": "internal"})).await.created();
    assert_eq!(mails_to(&app, "agent@acme.test").await.len(), before);
}

#[tokio::test]
async fn their_mail_is_that_of_a_customer() {
    let app = TestApp::start().await;
    send(&app.admin(), Method::DELETE, &user(&app, "agent")).await.is(204);
    let (ticket, _, is_new) = accept(&app, BOX, mail("agent@acme.test", BOX, "Me again", "a@x", "", "Close it!")).await;
    assert!(is_new);
    let row = app.manager().get(&format!("/tickets/{ticket}/")).await.ok();
    assert_eq!(row["customer"]["email"], "agent@acme.test");
    assert!(row["customer"]["id"].as_str().unwrap().starts_with("cus_"));
    app.agent().get("/tickets/").await.is(401);
}

#[tokio::test]
async fn who_was_suspended_is_so_again() {
    let app = TestApp::start().await;
    let (admin, path) = (app.admin(), user(&app, "agent"));
    admin.patch(&path, json!({"status": "suspended"})).await.ok();
    send(&admin, Method::DELETE, &path).await.is(204);
    let back = admin.post(&format!("{path}restore/"), Value::Null).await.ok();
    assert_eq!(back["status"], "suspended");
    login(&app.anonymous(), "agent@acme.test", PASSWORD).await.is(401);
    let line = admin.get("/audit-log/?action=user.restored").await.ok()["results"][0].clone();
    assert_eq!((&line["before"]["status"], &line["after"]["status"]), (&json!("removed"), &json!("suspended")));
    admin.patch(&path, json!({"status": "active"})).await.ok();
    login(&app.anonymous(), "agent@acme.test", PASSWORD).await.ok();
    send(&admin, Method::DELETE, &path).await.is(204);
    assert_eq!(admin.post(&format!("{path}restore/"), Value::Null).await.ok()["status"], "active");
}

#[tokio::test]
async fn somebody_can_come_back_for_thirty_days() {
    let app = TestApp::start().await;
    let (admin, path) = (app.admin(), user(&app, "agent"));
    let restore = format!("{path}restore/");
    send(&admin, Method::DELETE, &path).await.is(204);
    app.run_jobs().await;
    app.advance(TimeDelta::days(30));
    let admin_again = app.as_("admin");
    assert_eq!(admin_again.post(&restore, Value::Null).await.ok()["status"], "active");
    assert_eq!(admin_again.post(&restore, Value::Null).await.ok()["status"], "active", "again is harmless");
    app.agent().get("/auth/me/").await.is(401);
    login(&app.anonymous(), "agent@acme.test", PASSWORD).await.ok();
    login(&app.anonymous().at("localhost"), "agent@acme.test", PASSWORD).await.ok();
    send(&admin_again, Method::DELETE, &path).await.is(204);
    login(&app.anonymous().at("localhost"), "agent@acme.test", PASSWORD).await.is(401);
    app.foreign_admin().post(&restore, Value::Null).await.is(404);
    // The address is free meanwhile; whoever has it keeps it.
    let body = json!({"email": "agent@acme.test", "name": "Another", "role": "viewer", "password": OTHER});
    let another = admin_again.post("/users/", body).await.created();
    assert_eq!(login(&app.anonymous(), "agent@acme.test", OTHER).await.ok()["user"]["name"], "Another");
    login(&app.anonymous(), "agent@acme.test", PASSWORD).await.is(401);
    assert_eq!(admin_again.post(&restore, Value::Null).await.problem("email"), "taken");
    send(&admin_again, Method::DELETE, &format!("/users/{}/", another["id"].as_str().unwrap())).await.is(204);
    app.advance(TimeDelta::days(30) + TimeDelta::seconds(1));
    let admin = bearer(&app, &signed_in(&app, "admin").await["access"]);
    admin.post(&restore, Value::Null).await.is(404);
}
