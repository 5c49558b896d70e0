//! Several nodes on one database: each tells everything, and people see each other.

use std::{sync::Arc, time::Duration};

use db::Db;
use realtime::Limits;
use serde_json::{Value, json};
use server::{compose, pages};
use web::AppState;

use super::{
    is,
    node::{Node, Socket},
    ticket_of, topic,
};
use crate::{
    harness::{Client, TestApp},
    limits::redis::Redis,
};

/// The state of another process.
fn elsewhere(app: &TestApp) -> AppState {
    let db = &app.state.db;
    let db = Db::new(app.database.runtime(), 5, Arc::clone(&db.clock), Arc::clone(&db.ids));
    AppState { db, ..app.state.clone() }
}

fn at(state: &AppState, client: &Client) -> Client {
    Client { service: compose::service(state, pages::router()), ..client.clone() }
}

fn people(frame: &Value) -> Vec<&str> {
    frame["who"].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect()
}

#[track_caller]
fn until_people(socket: &mut Socket, event: &'static str, topic: &str, who: &[String]) -> impl Future<Output = Value> {
    let (is, who) = (is(event, topic), who.to_vec());
    socket.until(move |frame| is(frame) && people(frame) == who)
}

/// What both ways between nodes have to do.
async fn two_nodes(redis: Option<&str>) {
    let app = TestApp::start().await;
    let second = elsewhere(&app);
    let one = Node::of(&app, &app.state, Limits::default(), redis, true).await;
    // Nobody dispatches here: what is committed here is told by the other one's work.
    let two = Node::of(&app, &second, Limits::default(), redis, false).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let (ada, bo) = (app.agent(), app.as_("agent2"));
    let ticket = ticket_of(&ada, "CANARY-A").await;
    let open = topic(&ticket);
    let mut on_one = one.watch(&ada, &[&open]).await;
    let mut list_on_two = two.watch(&app.manager(), &["view:all"]).await;
    let mut foreign = two.watch(&app.foreign("agent"), &[&open, "view:all", "me"]).await;
    let mut customer = two.watch(&app.customer(), &["me"]).await;
    let names = |who: &[&str]| {
        let mut ids: Vec<String> = who.iter().map(|who| app.world.a.user(who).to_string()).collect();
        ids.sort();
        ids
    };
    until_people(&mut list_on_two, "presence", &open, &names(&["agent"])).await;
    let mut on_two = two.watch(&bo, &[&open]).await;
    until_people(&mut on_one, "presence", &open, &names(&["agent", "agent2"])).await;
    until_people(&mut list_on_two, "presence", &open, &names(&["agent", "agent2"])).await;

    on_two.send(json!({"typing": {"ticket": ticket, "on": true}})).await;
    until_people(&mut on_one, "typing", &open, &names(&["agent2"])).await;
    on_two.send(json!({"typing": {"ticket": ticket, "on": false}})).await;
    until_people(&mut on_one, "typing", &open, &[]).await;
    on_two.send(json!({"typing": {"ticket": ticket, "on": true}})).await;
    until_people(&mut on_one, "typing", &open, &names(&["agent2"])).await;

    // Who comes later is told who is there already.
    let mut late = one.watch(&app.as_("viewer"), &["view:mine"]).await;
    late.send(json!({"subscribe": ["view:all"]})).await;
    until_people(&mut late, "presence", &open, &names(&["agent", "agent2"])).await;

    // A change by either node reaches the sockets of both.
    for (client, tag) in [(ada.clone(), "one"), (at(&second, &bo), "two")] {
        client.post(&format!("/tickets/{ticket}/tags/"), json!({ "tags": [tag] })).await.ok();
        let begin = std::time::Instant::now();
        let (first, other) =
            tokio::join!(on_one.until(is("ticket-updated", &open)), on_two.until(is("ticket-updated", &open)));
        assert!(begin.elapsed() < Duration::from_secs(1), "{:?}", begin.elapsed());
        assert_eq!(first, other, "the same place on each node");
    }
    drop(on_two);
    until_people(&mut on_one, "presence", &open, &names(&["agent"])).await;
    until_people(&mut on_one, "typing", &open, &[]).await;
    let told = foreign.all(Duration::from_millis(200)).await;
    assert!(told.is_empty(), "{told:?}");
    assert!(customer.all(Duration::from_millis(200)).await.iter().all(|frame| frame["who"].is_null()));
    // A node that goes takes its people along.
    let third = two.watch(&bo, &[&open]).await;
    until_people(&mut on_one, "presence", &open, &names(&["agent", "agent2"])).await;
    drop(third);
    two.stop().await;
    until_people(&mut on_one, "presence", &open, &names(&["agent"])).await;
    one.stop().await;
    second.db.close().await;
}

#[tokio::test]
async fn nodes_speak_through_the_database() {
    two_nodes(None).await;
}

#[tokio::test]
async fn nodes_speak_through_redis() {
    let folder = tempfile::tempdir().unwrap();
    let _redis = Redis::start(folder.path()).await;
    let url = format!("redis+unix://{}", folder.path().join("redis.sock").display());
    two_nodes(Some(&url)).await;
}

#[tokio::test]
async fn typing_ends_by_itself() {
    let app = TestApp::start().await;
    let node = Node::start(&app, Limits { typing: Duration::from_millis(400), ..Limits::default() }).await;
    let ticket = ticket_of(&app.agent(), "CANARY-A").await;
    let open = topic(&ticket);
    let mut watcher = node.watch(&app.manager(), &[&open]).await;
    let mut agent = node.watch(&app.agent(), &[&open]).await;
    agent.send(json!({"typing": {"ticket": ticket, "on": true}})).await;
    until_people(&mut watcher, "typing", &open, &[app.world.a.user("agent").to_string()]).await;
    until_people(&mut watcher, "typing", &open, &[]).await;
    // Who does not look at a ticket does not type in it.
    let mut elsewhere = node.watch(&app.as_("agent2"), &["view:all"]).await;
    elsewhere.send(json!({"typing": {"ticket": ticket, "on": true}})).await;
    let told = watcher.all(Duration::from_millis(400)).await;
    assert!(told.iter().all(|frame| frame["event"] != "typing"), "{told:?}");
    node.stop().await;
}
