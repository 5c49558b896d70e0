//! What is told, how soon, how often, and again after a gap.

use std::time::{Duration, Instant};

use realtime::Limits;
use serde_json::{Value, json};

use super::{
    is,
    node::{Node, SOON},
    ticket_of, topic,
};
use crate::harness::TestApp;

#[tokio::test]
async fn changes_are_told_at_once_without_their_contents() {
    let app = TestApp::start().await;
    let node = Node::start(&app, Limits::default()).await;
    let ticket = ticket_of(&app.customer(), "CANARY-A").await;
    let mine = topic(&ticket);
    let mut agent = node.watch(&app.agent(), &[&mine, "view:mine", "view:unassigned", "me"]).await;
    let path = format!("/tickets/{ticket}/");
    let mut slowest = Duration::ZERO;
    for priority in ["high", "low", "urgent"] {
        let changed = app.manager().patch(&path, json!({ "priority": priority })).await.ok();
        let begin = Instant::now();
        let (is_it, version) = (is("ticket-updated", &mine), &changed["version"]);
        let told = agent.until(|frame| is_it(frame) && frame["version"] == *version).await;
        slowest = slowest.max(begin.elapsed());
        assert_eq!(told["id"], json!(ticket));
        let keys: Vec<&String> = told.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["event", "id", "seq", "topic", "version"]);
    }
    assert!(slowest < Duration::from_secs(1), "{slowest:?}");
    app.manager().post(&format!("{path}assign/"), json!({"assignee_id": app.world.a.user("agent")})).await.ok();
    agent.until(is("ticket-updated", "view:mine")).await;
    app.customer().post(&format!("{path}messages/"), json!({"body": "CANARY-A"})).await.created();
    agent.until(is("new-message", &mine)).await;
    app.manager().delete(&path).await.is(204);
    agent.until(is("ticket-updated", &mine)).await;
    node.stop().await;
}

#[tokio::test]
async fn who_is_named_hears_that_their_lists_are_others() {
    let app = TestApp::start().await;
    let node = Node::start(&app, Limits::default()).await;
    let ticket = ticket_of(&app.manager(), "CANARY-A").await;
    let mut agent = node.watch(&app.agent(), &["me"]).await;
    let mut other = node.watch(&app.as_("agent2"), &["me"]).await;
    agent.all(Duration::from_millis(300)).await;
    other.all(Duration::from_millis(300)).await;
    let note = format!("[@Ada](mention:{})", app.world.a.user("agent"));
    let note = json!({"body": note, "visibility": "internal"});
    app.manager().post(&format!("/tickets/{ticket}/messages/"), note).await.created();
    agent.until(is("counts", "me")).await;
    assert_eq!(app.agent().get("/tickets/counts/").await.ok()["mentions"], json!(1));
    let told = other.all(Duration::from_millis(500)).await;
    assert!(told.is_empty(), "{told:?}");
    node.stop().await;
}

#[tokio::test]
async fn the_author_hears_that_a_held_message_was_not_sent() {
    let app = TestApp::start().await;
    let node = Node::start(&app, Limits::default()).await;
    let hold = async |subject: &str| {
        let ticket = ticket_of(&app.manager(), subject).await;
        let reply = json!({"body": "CANARY-A words", "hold_seconds": 5});
        app.agent().post(&format!("/tickets/{ticket}/messages/"), reply).await.created();
        ticket
    };
    let (deleted, hidden) = (hold("CANARY-A 1").await, hold("CANARY-A 2").await);
    let mut agent = node.watch(&app.agent(), &["me"]).await;
    let mut other = node.watch(&app.as_("agent2"), &["me"]).await;
    app.manager().delete(&format!("/tickets/{deleted}/")).await.is(204);
    app.admin().patch("/organization/", json!({"agent_visibility": "own"})).await.ok();
    app.advance(chrono::TimeDelta::seconds(5));
    let mut told = Vec::new();
    while told.len() < 2 {
        told.push(agent.until(is("new-message", "me")).await["id"].as_str().unwrap().to_owned());
    }
    told.sort();
    let mut expected = [deleted, hidden];
    expected.sort();
    assert_eq!(told, expected);
    let others = other.all(Duration::from_millis(300)).await;
    assert!(others.iter().all(|frame| frame["event"] != "new-message"), "{others:?}");
    node.stop().await;
}

#[tokio::test]
async fn a_list_hears_at_most_once_a_second() {
    let app = TestApp::start().await;
    let node = Node::start(&app, Limits::default()).await;
    let tickets = [ticket_of(&app.agent(), "CANARY-A 1").await, ticket_of(&app.agent(), "CANARY-A 2").await];
    tokio::time::sleep(Duration::from_millis(500)).await;
    let mut agent = node.watch(&app.agent(), &["view:all"]).await;
    for _ in 0..6 {
        for ticket in &tickets {
            super::note(&app, ticket).await;
        }
    }
    let told = agent.all(Duration::from_millis(2_600)).await;
    assert!((2..=6).contains(&told.len()), "{told:?}");
    for ticket in &tickets {
        assert!(told.iter().any(|frame| frame["id"] == ticket.as_str()), "{ticket}: {told:?}");
    }
    // Very many at once are the list itself.
    let many: Vec<String> = {
        let mut made = Vec::new();
        for index in 0..60 {
            made.push(ticket_of(&app.agent(), &format!("CANARY-A many {index}")).await);
        }
        made
    };
    agent.all(Duration::from_millis(2_500)).await;
    let body = json!({"ids": many, "changes": {"priority": "urgent"}});
    app.agent().post("/tickets/bulk/", body).await.ok();
    let told = agent.all(Duration::from_millis(2_500)).await;
    assert!(told.iter().any(|frame| frame["event"] == "counts" && frame["id"].is_null()), "{told:?}");
    assert!(told.len() <= 3, "{told:?}");
    node.stop().await;
}

#[tokio::test]
async fn what_was_missed_is_told_again_or_everything_is_to_be_fetched() {
    let app = TestApp::start().await;
    let node = Node::start(&app, Limits::default()).await;
    let (one, two) = (ticket_of(&app.agent(), "CANARY-A").await, ticket_of(&app.agent(), "CANARY-A").await);
    let foreign = ticket_of(&app.foreign("agent"), "CANARY-B").await;
    let topics = [topic(&one), topic(&two), topic(&foreign), "me".to_owned()];
    let topics: Vec<&str> = topics.iter().map(String::as_str).collect();
    let mut before = node.watch(&app.agent(), &topics).await;
    super::note(&app, &one).await;
    let seq = before.until(is("new-message", topics[0])).await["seq"].as_i64().unwrap();
    drop(before);
    for _ in 0..3 {
        super::note(&app, &two).await;
    }
    app.agent().patch(&format!("/tickets/{one}/"), json!({"priority": "low"})).await.ok();
    // Another one sees that all of it was told.
    node.watch(&app.manager(), &["me"]).await;
    app.foreign("agent").patch(&format!("/tickets/{foreign}/"), json!({"priority": "low"})).await.ok();
    tokio::time::sleep(Duration::from_millis(700)).await;
    let mut after = node.sign_in(&app.agent()).await;
    after.send(json!({ "subscribe": topics })).await;
    after.send(json!({ "resume": seq })).await;
    let told = after.all(Duration::from_millis(700)).await;
    let of = |event: &str, id: &str| told.iter().filter(|frame| frame["event"] == event && frame["id"] == id).count();
    assert_eq!((of("new-message", &two), of("ticket-updated", &one), of("new-message", &one)), (1, 1, 0), "{told:?}");
    assert!(told.iter().all(|frame| frame["seq"].as_i64().unwrap() > seq && frame["event"] != "resync"), "{told:?}");
    for gap in [-1, 1_000_000_000] {
        after.send(json!({ "resume": gap })).await;
        after.until(|frame| frame["event"] == "resync").await;
    }
    // More than is told again.
    let sql = "insert into platform.feed (organization_id, event_id, topic, entity_id, payload, occurred_at)
               select organization_id, gen_random_uuid(), topic, entity_id, payload, occurred_at
                 from platform.feed, generate_series(1, 501) where seq = $1";
    sqlx::query(sql).bind(seq).execute(&mut app.database.superuser().await).await.unwrap();
    let now = after.until(is("new-message", topics[0])).await["seq"].as_i64().unwrap();
    assert!(now > seq);
    after.send(json!({ "resume": seq })).await;
    after.until(|frame| frame["event"] == "resync").await;
    node.stop().await;
}

#[tokio::test]
async fn notifications_are_told_to_their_person_only() {
    let app = TestApp::start().await;
    let node = Node::start(&app, Limits::default()).await;
    let mut agent = node.watch(&app.agent(), &["me"]).await;
    let mut other = node.watch(&app.as_("agent2"), &["me"]).await;
    let mut tx = db::TenantTx::system(&app.state.db, app.world.a.organization.id, db::Mode::Write).await.unwrap();
    let (user, id) = (app.world.a.user("agent"), app.state.db.ids.id());
    tx.emit(db::outbox::Event { topic: "notification.created", entity: id, payload: json!({ "user": user.0 }) });
    tx.commit().await.unwrap();
    assert!(agent.until(is("notification", "me")).await["id"].is_string());
    let told: Vec<Value> = other.all(Duration::from_millis(300)).await;
    assert!(told.is_empty(), "{told:?}");
    assert!(SOON > Duration::ZERO);
    node.stop().await;
}
