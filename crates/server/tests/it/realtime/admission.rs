//! Who gets in, and who has to leave.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use realtime::Limits;
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;

use super::{
    is,
    node::{Node, SOON, ticket},
    ticket_of, topic,
};
use crate::harness::TestApp;

const ORIGIN: Option<&str> = Some("http://acme.localhost");

#[tokio::test]
async fn a_ticket_is_good_once_and_for_thirty_seconds() {
    let app = TestApp::start().await;
    let node = Node::start(&app, Limits::default()).await;
    let with = async |text: Value, host: &str| {
        let mut socket = node.open(host, Some(&format!("http://{host}"))).await.unwrap();
        socket.send(text).await;
        socket.frame(SOON).await.unwrap().map(|frame| frame["event"].clone())
    };
    let good = ticket(&app.agent()).await;
    assert_eq!(with(json!({ "auth": good }), "acme.localhost").await, Ok(json!("counts")));
    assert_eq!(with(json!({ "auth": good }), "acme.localhost").await, Err(4401), "used");
    let late = ticket(&app.agent()).await;
    app.advance(TimeDelta::seconds(30));
    assert_eq!(with(json!({ "auth": late }), "acme.localhost").await, Err(4401), "too late");
    let strange = ticket(&app.agent()).await;
    assert_eq!(with(json!({ "auth": strange }), "globex.localhost").await, Err(4401), "of another host");
    assert_eq!(with(json!({ "auth": strange }), "localhost").await, Ok(json!("counts")), "on the bare host");
    for bad in [json!({"auth": ""}), json!({"auth": "x.y"}), json!({"subscribe": ["me"]}), json!("auth"), json!(7)] {
        assert_eq!(with(bad, "acme.localhost").await, Err(4401));
    }
    let token = app.agent().token.unwrap();
    assert_eq!(with(json!({ "auth": token }), "acme.localhost").await, Err(4401), "a token is no ticket");
    let signed_out = app.as_("agent2");
    let over = ticket(&signed_out).await;
    signed_out.post("/auth/logout/", Value::Null).await.is(204);
    assert_eq!(with(json!({ "auth": over }), "acme.localhost").await, Err(4401), "signed out meanwhile");
    app.key(&["tickets:read"]).await.post("/realtime/ticket/", Value::Null).await.is(403);
    let mut silent = node.open("acme.localhost", ORIGIN).await.unwrap();
    let begin = Instant::now();
    assert_eq!(silent.closed(Duration::from_secs(8)).await, 4408);
    assert!(begin.elapsed() >= Duration::from_secs(4));
    node.stop().await;
}

#[tokio::test]
async fn only_pages_of_the_host_and_listed_ones_get_in() {
    let app = TestApp::start().await;
    let node = Node::start(&app, Limits::default()).await;
    for origin in [
        None,
        Some("null"),
        Some(""),
        Some("http://globex.localhost"),
        Some("http://evil.example"),
        Some("https://acme.localhost"),
        Some("http://acme.localhost.evil.example"),
        Some("http://acme.localhost:9999"),
    ] {
        assert_eq!(node.open("acme.localhost", origin).await.err(), Some(403), "{origin:?}");
    }
    for origin in ["http://acme.localhost", "http://acme.localhost:8000", "https://console.example.org"] {
        assert!(node.open("acme.localhost", Some(origin)).await.is_ok(), "{origin}");
    }
    assert_eq!(node.open("nobody.localhost", Some("http://nobody.localhost")).await.err(), Some(404));
    app.anonymous().post("/realtime/ticket/", Value::Null).await.is(401);
    node.stop().await;
}

#[tokio::test]
async fn who_is_revoked_is_let_go_within_five_seconds() {
    let app = TestApp::start().await;
    let node = Node::start(&app, Limits::default()).await;
    let (manager, admin) = (app.manager(), app.admin());
    let mut stays = node.sign_in(&app.as_("owner")).await;
    let mut signed_out = node.sign_in(&app.agent()).await;
    let mut suspended = node.sign_in(&app.as_("agent2")).await;
    let mut removed = node.sign_in(&app.as_("viewer")).await;
    let mut demoted = node.watch(&manager, &["me", "view:all"]).await;
    let mut foreign = node.sign_in(&app.foreign("agent")).await;
    app.agent().post("/auth/logout/", Value::Null).await.is(204);
    let user = |who: &str| format!("/users/{}/", app.world.a.user(who));
    admin.patch(&user("agent2"), json!({"status": "suspended"})).await.ok();
    admin.delete(&user("viewer")).await.is(204);
    // A role that sees no tickets: the connection stays, and hears nothing of them.
    let role = json!({"name": "Guests", "key": "guests", "permissions": ["users:read"]});
    app.as_("owner").post("/roles/", role).await.created();
    app.as_("owner").patch(&user("manager"), json!({"role": "guests"})).await.ok();
    let begin = Instant::now();
    for socket in [&mut signed_out, &mut suspended, &mut removed] {
        assert_eq!(socket.closed(SOON).await, 4401);
    }
    assert!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
    ticket_of(&app.as_("owner"), "CANARY-A").await;
    let told = demoted.all(Duration::from_millis(1_500)).await;
    assert!(told.is_empty(), "{told:?}");

    let sql = "update platform.organizations set status = 'suspended' where slug = 'acme'";
    sqlx::query(AssertSqlSafe(sql)).execute(&mut app.database.superuser().await).await.unwrap();
    assert_eq!(stays.closed(SOON).await, 4401);
    foreign.subscribe(&["me"]).await;
    app.expect_pending();
    node.stop().await;
}

#[tokio::test]
async fn what_somebody_may_not_see_is_never_told() {
    let app = TestApp::start().await;
    // Signs of life name nothing, but here everything that is told counts.
    let node = Node::start(&app, Limits { ping: Duration::from_secs(600), ..Limits::default() }).await;
    let ours = ticket_of(&app.customer(), "CANARY-A of the customer").await;
    let other = ticket_of(&app.as_("customer2"), "CANARY-A of another").await;
    let theirs = ticket_of(&app.foreign("customer"), "CANARY-B").await;
    let (ours_topic, other_topic, their_topic) = (topic(&ours), topic(&other), topic(&theirs));
    let wanted = [&ours_topic[..], &other_topic, &their_topic, "view:all", "view:mine", "me", "nonsense", "view:x"];
    let mut customer = node.watch(&app.customer(), &wanted).await;
    let mut technician = node.watch(&app.as_("technician"), &wanted).await;
    let mut foreign = node.watch(&app.foreign("agent"), &wanted).await;
    let mut agent = node.watch(&app.agent(), &wanted).await;
    super::note(&app, &ours).await;
    super::note(&app, &other).await;
    app.agent().post(&format!("/tickets/{ours}/tags/"), json!({"tags": ["inside"]})).await.ok();
    agent.until(is("new-message", &other_topic)).await;
    agent.until(is("ticket-updated", &ours_topic)).await;
    for socket in [&mut customer, &mut technician, &mut foreign] {
        let told = socket.all(Duration::from_millis(600)).await;
        assert!(told.iter().all(|frame| frame["id"] == theirs.as_str()), "{told:?}");
    }
    let public = json!({"body": "CANARY-A answer"});
    app.agent().post(&format!("/tickets/{ours}/messages/"), public).await.created();
    let told = customer.next().await;
    assert_eq!((&told["topic"], &told["id"]), (&json!(ours_topic), &json!(ours)));
    // What comes to the technician is told, and no more when it goes.
    let assign = async |to: Value| {
        app.agent().post(&format!("/tickets/{other}/assign/"), json!({ "assignee_id": to })).await.ok();
    };
    assign(json!(app.world.a.user("technician"))).await;
    technician.until(is("ticket-updated", "view:mine")).await;
    technician.subscribe(&[&other_topic, "view:mine"]).await;
    super::note(&app, &other).await;
    technician.until(is("new-message", &other_topic)).await;
    assign(Value::Null).await;
    // Lists are to be looked at again; of which ticket is not said.
    let gone = technician.until(|frame| frame["event"] == "counts" && frame["topic"] == "view:mine").await;
    assert_eq!(gone["id"], Value::Null);
    super::note(&app, &other).await;
    let told = technician.all(Duration::from_millis(1_500)).await;
    assert!(told.iter().all(|frame| frame["id"].is_null()), "{told:?}");
    let theirs = foreign.all(Duration::from_millis(100)).await;
    assert!(theirs.is_empty(), "{theirs:?}");
    node.stop().await;
}
