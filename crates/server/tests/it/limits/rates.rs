//! Requests a second: of people, organizations and peers.

use std::sync::Arc;

use chrono::TimeDelta;
use kernel::{AppError, AppResult};
use tokio::task::JoinSet;
use web::limits::{RateLimits, Rates};

use crate::harness::{Answer, Client, TestApp};

/// Limits of which so many are answered at once, and the next only after minutes: the tests do
/// not depend on how fast they run.
async fn app(rates: Rates) -> TestApp {
    TestApp::with(|state| {
        state.limits = Arc::new(RateLimits::new(rates));
        state.limits.set_nodes(600);
    })
    .await
}

fn header(answer: &Answer, name: &str) -> Option<u32> {
    answer.headers.get(name).map(|value| value.to_str().unwrap().parse().unwrap())
}

/// How many of so many requests are answered; the others are refused with 429.
async fn answered(client: &Client, count: usize) -> usize {
    let mut answered = 0;
    for _ in 0..count {
        let answer = client.get("/auth/me/").await;
        if answer.status == 429 {
            assert_eq!(answer.json()["code"], "RATE_LIMITED");
            assert!(header(&answer, "retry-after").unwrap() >= 1);
            assert_eq!(header(&answer, "ratelimit-remaining"), Some(0));
        } else {
            answered += 1;
        }
    }
    answered
}

#[tokio::test]
async fn every_answer_tells_where_the_caller_stands() {
    let app = app(Rates { person: 1_800, organization: 6_000, peer: 1_200 }).await;
    let first = app.agent().get("/auth/me/").await;
    first.ok();
    assert_eq!(header(&first, "ratelimit-limit"), Some(1_800));
    assert_eq!(header(&first, "ratelimit-remaining"), Some(2));
    assert_eq!(header(&first, "ratelimit-reset"), Some(1));
    let missing = app.agent().get("/tickets/4711/").await;
    missing.is(404);
    assert_eq!(header(&missing, "ratelimit-remaining"), Some(1));
    let nobody = app.anonymous().from_peer("203.0.113.5").get("/auth/me/").await;
    nobody.is(401);
    assert_eq!(header(&nobody, "ratelimit-limit"), Some(1_200));
    for free in ["/health/", "/api/openapi.json"] {
        assert_eq!(header(&app.anonymous().get(free).await, "ratelimit-limit"), None, "{free}");
    }
    let off = TestApp::start().await;
    assert_eq!(header(&off.agent().get("/auth/me/").await, "ratelimit-limit"), None);
}

#[tokio::test]
async fn a_person_has_one_limit_however_many_tokens() {
    let app = app(Rates { person: 1, organization: 0, peer: 0 }).await;
    assert_eq!(answered(&app.agent(), 1).await, 1);
    app.advance(TimeDelta::seconds(5));
    assert_eq!(answered(&app.agent(), 3).await, 0, "another token of the same person");
    assert_eq!(answered(&app.as_("agent2"), 3).await, 1);
    assert_eq!(answered(&app.foreign("agent"), 3).await, 1);
}

#[tokio::test]
async fn an_organization_has_one_limit_and_takes_nothing_from_others() {
    let app = app(Rates { person: 0, organization: 1, peer: 0 }).await;
    assert_eq!(answered(&app.agent(), 2).await, 1);
    assert_eq!(answered(&app.admin(), 2).await, 0);
    assert_eq!(answered(&app.customer(), 2).await, 0);
    assert_eq!(answered(&app.foreign_admin(), 2).await, 1);
}

#[tokio::test]
async fn who_is_not_signed_in_counts_by_peer() {
    let app = app(Rates { person: 0, organization: 0, peer: 1 }).await;
    let nobody = app.anonymous();
    assert_eq!(answered(&nobody.from_peer("2001:db8:1:2::1"), 1).await, 1);
    assert_eq!(answered(&nobody.from_peer("2001:db8:1:2::2"), 2).await, 0);
    assert_eq!(answered(&nobody.from_peer("2001:db8:1:3::1"), 2).await, 1);
    assert_eq!(answered(&nobody.from_peer("203.0.113.5"), 2).await, 1);
    assert_eq!(answered(&nobody.from_peer("::ffff:203.0.113.5"), 2).await, 0);
    // A token that is none of ours, and hosts that are unknown, are counted as well.
    let forged = Client { token: Some("x.y.z".to_owned()), ..nobody.from_peer("203.0.113.5") };
    assert_eq!(answered(&forged, 2).await, 0);
    assert_eq!(answered(&nobody.from_peer("203.0.113.5").at("nowhere.localhost"), 2).await, 0);
    assert_eq!(answered(&app.agent().from_peer("203.0.113.5"), 2).await, 2);
}

#[tokio::test]
async fn a_refusal_needs_no_database() {
    let app = app(Rates { person: 1, organization: 0, peer: 1 }).await;
    let (agent, nobody) = (app.agent(), app.anonymous().from_peer("203.0.113.5"));
    assert_eq!((answered(&agent, 1).await, answered(&nobody, 1).await), (1, 1));
    app.state.db.close().await;
    assert_eq!((answered(&agent, 3).await, answered(&nobody.at("other.localhost"), 3).await), (0, 0));
}

#[tokio::test]
async fn nodes_are_counted_while_they_are_seen() {
    let app = TestApp::start().await;
    let (db, seconds) = (&app.state.db, TimeDelta::seconds);
    assert_eq!(db::nodes::beat(db, "one").await.unwrap(), 1);
    assert_eq!(db::nodes::beat(db, "two").await.unwrap(), 2);
    app.advance(seconds(10));
    assert_eq!(db::nodes::beat(db, "two").await.unwrap(), 2);
    app.advance(seconds(5));
    assert_eq!(db::nodes::beat(db, "two").await.unwrap(), 1);
    db::nodes::beat(db, "one").await.unwrap();
    db::nodes::leave(db, "two").await.unwrap();
    assert_eq!(db::nodes::beat(db, "one").await.unwrap(), 1);
}

#[tokio::test]
async fn slow_statements_of_one_organization_leave_connections_to_the_others() {
    let app = TestApp::start().await;
    let (db, a) = (&app.state.db, app.world.a.organization.id);
    let mut held = Vec::new();
    while let Ok(tx) = db::TenantTx::system(db, a, db::Mode::Read).await {
        held.push(tx);
    }
    assert_eq!(held.len(), 3, "half of the five connections of a test");
    let refused: AppResult<()> = db::TenantTx::system(db, a, db::Mode::Read).await.map(drop);
    assert!(matches!(refused, Err(AppError::Unavailable(_, 1))));
    let answer = app.agent().get("/auth/me/").await;
    assert_eq!((answer.is(503)["code"].as_str(), header(&answer, "retry-after")), (Some("UNAVAILABLE"), Some(1)));
    let mut others = JoinSet::new();
    for _ in 0..10 {
        let client = app.foreign("agent");
        others.spawn(async move { client.get("/tickets/").await.status.as_u16() });
    }
    assert_eq!(others.join_all().await, [200; 10]);
    drop(held);
    app.agent().get("/auth/me/").await.ok();
}
