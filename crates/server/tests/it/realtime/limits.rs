//! What a connection must not do, and what ends it.

use std::time::Duration;

use realtime::Limits;
use serde_json::json;

use super::{
    node::{Node, SOON, ticket},
    ticket_of,
};
use crate::harness::TestApp;

#[tokio::test]
async fn frames_are_bounded() {
    let app = TestApp::start().await;
    let node = Node::start(&app, Limits::default()).await;
    let agent = app.agent();
    let many: Vec<String> = (0..201).map(|number| format!("ticket:{number}")).collect();
    for bad in [
        json!({ "subscribe": many }).to_string(),
        "{}".to_owned(),
        "no json".to_owned(),
        json!({"auth": "again"}).to_string(),
    ] {
        let mut socket = node.sign_in(&agent).await;
        socket.text(bad.clone()).await;
        assert_eq!(socket.closed(SOON).await, 4400, "{bad:.40}");
    }
    let mut long = node.sign_in(&agent).await;
    long.text("x".repeat(64 * 1024 * 1024)).await;
    assert!([4400, 1006].contains(&long.closed(SOON).await));
    let mut eager = node.sign_in(&agent).await;
    for _ in 0..200 {
        eager.send(json!({"typing": {"ticket": kernel::TicketId(uuid::Uuid::nil()), "on": true}})).await;
    }
    assert_eq!(eager.closed(SOON).await, 4429);
    node.stop().await;
}

#[tokio::test]
async fn connections_are_counted_and_dead_ones_are_let_go() {
    let app = TestApp::start().await;
    let limits = Limits {
        person: 2,
        strangers: 2,
        ping: Duration::from_millis(100),
        silence: Duration::from_millis(400),
        ..Limits::default()
    };
    let node = Node::start(&app, limits).await;
    let agent = app.agent();
    let (dead, mut alive) = (node.sign_in(&agent).await, node.sign_in(&agent).await);
    let mut third = node.open(&agent.host, Some("http://acme.localhost")).await.unwrap();
    third.send(json!({"auth": ticket(&agent).await})).await;
    assert_eq!(third.closed(SOON).await, 4429);
    // A client that reads answers pings; one that does not is gone, and its place is free.
    alive.all(Duration::from_millis(1_200)).await;
    let _again = node.sign_in(&agent).await;
    drop(dead);
    let strangers: Vec<_> = [
        node.open(&agent.host, Some("http://acme.localhost")).await,
        node.open(&agent.host, Some("http://acme.localhost")).await,
        node.open(&agent.host, Some("http://acme.localhost")).await,
    ]
    .into_iter()
    .map(|opened| opened.err())
    .collect();
    assert_eq!(strangers, [None, None, Some(429)]);
    node.stop().await;
}

#[tokio::test]
async fn one_address_does_not_take_all_places_of_strangers() {
    let app = TestApp::with(|state| {
        std::sync::Arc::make_mut(&mut state.config).trusted_proxies = "127.0.0.1".parse().unwrap();
    })
    .await;
    let limits = Limits { strangers_of_peer: 2, auth: Duration::from_millis(600), ..Limits::default() };
    let node = Node::start(&app, limits).await;
    let agent = app.agent();
    let open = async |ip: &'static str| node.open_from(&agent.host, ip).await;
    let (first, _second) = (open("198.51.100.1").await.unwrap(), open("198.51.100.1").await.unwrap());
    assert_eq!(open("198.51.100.1").await.err(), Some(429));
    assert_eq!(open("1.2.3.4, 198.51.100.1").await.err(), Some(429), "what anybody may have written is not believed");
    // Others come in, and so does who has said whose it is.
    let mut other = open("198.51.100.2").await.unwrap();
    other.send(json!({"auth": ticket(&agent).await})).await;
    assert_eq!(other.next().await["event"], "counts");
    // Who goes, or says nothing, makes room.
    let mut first = first;
    assert_eq!(first.closed(SOON).await, 4408);
    drop(first);
    open("198.51.100.1").await.unwrap();
    node.stop().await;
}

#[tokio::test]
async fn who_is_too_slow_is_let_go_and_others_are_not() {
    let app = TestApp::start().await;
    let node = Node::start(&app, Limits { queue: 8, ..Limits::default() }).await;
    let mut tickets = Vec::new();
    for index in 0..40 {
        tickets.push(ticket_of(&app.agent(), &format!("CANARY-A {index}")).await);
    }
    let topics: Vec<String> = tickets.iter().map(|ticket| super::topic(ticket)).collect();
    let topics: Vec<&str> = topics.iter().map(String::as_str).collect();
    tokio::time::sleep(Duration::from_secs(1)).await;
    let mut slow = node.watch(&app.agent(), &topics).await;
    let mut quick = node.watch(&app.manager(), &topics[..4]).await;
    app.agent().post("/tickets/bulk/", json!({"ids": tickets, "changes": {"priority": "low"}})).await.ok();
    assert_eq!(slow.closed(SOON).await, 1013);
    let told = quick.all(Duration::from_millis(500)).await;
    assert_eq!(told.iter().filter(|frame| frame["event"] == "ticket-updated").count(), 4, "{told:?}");
    node.stop().await;
}

#[tokio::test]
async fn the_end_of_the_process_is_said() {
    let app = TestApp::start().await;
    let node = Node::start(&app, Limits::default()).await;
    let mut sockets = [node.sign_in(&app.agent()).await, node.sign_in(&app.manager()).await];
    let mut stranger = node.open("acme.localhost", Some("http://acme.localhost")).await.unwrap();
    let ending = async {
        let mut codes = Vec::new();
        for socket in &mut sockets {
            codes.push(socket.closed(SOON).await);
        }
        codes.push(stranger.closed(SOON).await);
        codes
    };
    let (codes, ()) = tokio::join!(ending, node.stop());
    assert_eq!(codes, [1001, 1001, 1001]);
}
