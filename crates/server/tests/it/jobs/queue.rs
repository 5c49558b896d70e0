//! The outbox, the queue, and schedules, with handlers of the tests' own.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use axum::http::Method;
use chrono::TimeDelta;
use db::{
    Mode, TenantTx,
    jobs::{ClaimedJob, claim, reclaim},
    outbox::{Event, dispatch},
    platform::Organization,
    schedule::Schedule,
    worker::{JobError, Registry},
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::TestApp;

/// What ran, in order.
#[derive(Debug, Clone, Default)]
struct Log(Arc<Mutex<Vec<Value>>>);

impl Log {
    fn write(&self, job: &ClaimedJob) {
        self.0.lock().unwrap().push(job.payload.clone());
    }

    fn lines(&self) -> Vec<Value> {
        self.0.lock().unwrap().clone()
    }
}

/// A registry whose `test.note` jobs are logged.
fn noting(log: &Log) -> Registry {
    let (mut registry, log) = (Registry::default(), log.clone());
    registry.handle("test.note", move |job| {
        let log = log.clone();
        async move {
            log.write(&job);
            Ok(())
        }
    });
    registry
}

async fn begin(app: &TestApp, organization: &Organization) -> TenantTx {
    TenantTx::system(&app.state.db, organization.tenant(), Mode::Write).await.unwrap()
}

/// Queues `count` jobs of a kind and makes them jobs.
async fn enqueue(app: &TestApp, organization: &Organization, kind: &'static str, count: usize) {
    let mut tx = begin(app, organization).await;
    for n in 0..count {
        tx.enqueue(kind, Uuid::nil(), json!({"n": n}), None);
    }
    tx.commit().await.unwrap();
    while dispatch(&app.state.db, &db::outbox::Subscriptions::default()).await.unwrap() > 0 {}
}

/// State and attempts of every test job.
async fn rows(app: &TestApp) -> Vec<(String, i32)> {
    let sql = "select state, attempts from platform.jobs where kind like 'test.%' order by id";
    sqlx::query_as(sql).fetch_all(&mut app.database.superuser().await).await.unwrap()
}

#[tokio::test]
async fn events_reach_the_feed_in_order_and_each_subscriber_once() {
    let app = TestApp::start().await;
    let (log, seen) = (Log::default(), Log::default());
    let mut registry = noting(&log);
    let inner = seen.clone();
    registry.subscribe(&["test.happened"], "test.hear", move |job| {
        let seen = inner.clone();
        async move {
            seen.write(&job);
            Ok(())
        }
    });
    for n in 0..5_u128 {
        let organization = if n % 2 == 0 { &app.world.a.organization } else { &app.world.b.organization };
        let mut tx = begin(&app, organization).await;
        tx.emit(Event { topic: "test.happened", entity: Uuid::from_u128(n), payload: json!({"n": n as u64}) });
        tx.emit(Event { topic: "test.unheard", entity: Uuid::from_u128(n), payload: json!({}) });
        tx.commit().await.unwrap();
        app.advance(TimeDelta::seconds(1));
    }
    assert_eq!(registry.drain(&app.state.db, "test").await.unwrap(), 5);
    assert_eq!(registry.drain(&app.state.db, "test").await.unwrap(), 0);
    let sql = "select entity_id from platform.feed where topic = 'test.happened' order by seq";
    let feed: Vec<Uuid> = sqlx::query_scalar(sql).fetch_all(&mut app.database.superuser().await).await.unwrap();
    assert_eq!(feed, (0..5).map(Uuid::from_u128).collect::<Vec<_>>());
    let mut heard: Vec<_> = seen.lines().iter().map(|payload| payload["payload"]["n"].as_u64().unwrap()).collect();
    heard.sort_unstable();
    assert_eq!((heard, log.lines().len()), (vec![0, 1, 2, 3, 4], 0));
}

#[tokio::test]
async fn what_is_rolled_back_never_runs_and_what_is_later_waits() {
    let app = TestApp::start().await;
    let (log, organization) = (Log::default(), &app.world.a.organization);
    let registry = noting(&log);
    let mut tx = begin(&app, organization).await;
    tx.enqueue("test.note", Uuid::nil(), json!("rolled back"), None);
    drop(tx);
    let mut tx = begin(&app, organization).await;
    let later = tx.now() + TimeDelta::minutes(5);
    tx.enqueue("test.note", Uuid::nil(), json!("later"), Some(later));
    tx.enqueue("test.note", Uuid::nil(), json!("now"), None);
    tx.commit().await.unwrap();
    registry.drain(&app.state.db, "test").await.unwrap();
    assert_eq!(log.lines(), [json!("now")]);
    app.advance(TimeDelta::minutes(5));
    registry.drain(&app.state.db, "test").await.unwrap();
    assert_eq!(log.lines(), [json!("now"), json!("later")]);
}

#[tokio::test]
async fn failures_wait_longer_each_time_die_and_are_retried() {
    let app = TestApp::start().await;
    let (log, db) = (Log::default(), app.state.db.clone());
    let mut registry = Registry::default();
    let inner = log.clone();
    registry.handle("test.fail", move |job| {
        let log = inner.clone();
        async move {
            log.write(&job);
            Err(JobError::Retry("the printer is on fire".to_owned()))
        }
    });
    enqueue(&app, &app.world.a.organization, "test.fail", 1).await;
    let tries: usize = 20;
    let mut waits = Vec::new();
    for attempt in 1..=tries {
        assert_eq!(registry.drain(&db, "test").await.unwrap(), 1, "attempt {attempt}");
        assert_eq!(registry.drain(&db, "test").await.unwrap(), 0, "it waits");
        let sql = "select run_at from platform.jobs where kind = 'test.fail'";
        let run_at: chrono::DateTime<chrono::Utc> =
            sqlx::query_scalar(sql).fetch_one(&mut app.database.superuser().await).await.unwrap();
        waits.push(run_at - db.now());
        app.advance(run_at - db.now());
    }
    assert!(waits[0] <= TimeDelta::seconds(5) && waits[3] > waits[0] && waits[19] <= TimeDelta::hours(6), "{waits:?}");
    assert_eq!(rows(&app).await, [("dead".to_owned(), 20)]);
    let (admin, path) = (app.admin(), "/jobs/");
    let dead = admin.get(path).await.ok();
    assert_eq!((&dead["count"], &dead["results"][0]["kind"]), (&json!(1), &json!("test.fail")));
    assert_eq!(dead["results"][0]["last_error"], "the printer is on fire");
    let retry = format!("/jobs/{}/retry/", dead["results"][0]["id"].as_str().unwrap());
    app.manager().send(Method::POST, &retry, &[], None).await.is(403);
    app.foreign_admin().send(Method::POST, &retry, &[], None).await.is(404);
    assert_eq!(app.foreign_admin().get(path).await.ok()["count"], 0);
    admin.send(Method::POST, &retry, &[], None).await.is(202);
    admin.send(Method::POST, &retry, &[], None).await.is(404);
    assert_eq!(noting_as("test.fail", &log).drain(&db, "test").await.unwrap(), 1);
    assert_eq!((log.lines().len(), rows(&app).await.len()), (tries + 1, 0));
}

/// Logs jobs of this kind.
fn noting_as(kind: &'static str, log: &Log) -> Registry {
    let (mut registry, log) = (Registry::default(), log.clone());
    registry.handle(kind, move |job| {
        let log = log.clone();
        async move {
            log.write(&job);
            Ok(())
        }
    });
    registry
}

#[tokio::test]
async fn unknown_kinds_and_hopeless_jobs_die_at_once() {
    let app = TestApp::start().await;
    let organization = &app.world.a.organization;
    enqueue(&app, organization, "test.unknown", 1).await;
    enqueue(&app, organization, "test.hopeless", 1).await;
    let mut registry = Registry::default();
    registry.handle("test.hopeless", |_| async { Err(JobError::Hopeless("gone".to_owned())) });
    assert_eq!(registry.drain(&app.state.db, "test").await.unwrap(), 2);
    assert_eq!(rows(&app).await, [("dead".to_owned(), 1), ("dead".to_owned(), 1)]);
    let dead = app.admin().get("/jobs/").await.ok();
    let errors = dead["results"].to_string();
    assert!(errors.contains("test.unknown.") && errors.contains("gone"), "{errors}");
}

#[tokio::test]
async fn a_silent_worker_loses_its_job() {
    let app = TestApp::start().await;
    let db = &app.state.db;
    enqueue(&app, &app.world.a.organization, "test.note", 1).await;
    let first = claim(db, "one", 10, 10).await.unwrap().pop().unwrap();
    assert!(claim(db, "two", 10, 10).await.unwrap().is_empty());
    app.advance(TimeDelta::seconds(50));
    assert!(first.keep(db).await.unwrap());
    app.advance(TimeDelta::seconds(60));
    assert_eq!(reclaim(db).await.unwrap(), 0, "the lease was kept");
    app.advance(TimeDelta::seconds(1));
    assert_eq!(reclaim(db).await.unwrap(), 1);
    let second = claim(db, "two", 10, 10).await.unwrap().pop().unwrap();
    assert_eq!((second.id, second.attempt), (first.id, 2));
    assert!(!first.keep(db).await.unwrap() && !first.finish(db).await.unwrap());
    first.fail(db, "too late", true).await.unwrap();
    assert_eq!(rows(&app).await, [("leased".to_owned(), 2)]);
    assert!(second.finish(db).await.unwrap());
    assert!(rows(&app).await.is_empty());
}

#[tokio::test]
async fn many_jobs_of_one_do_not_hold_up_the_other() {
    let app = TestApp::start().await;
    let (a, b) = (&app.world.a.organization, &app.world.b.organization);
    enqueue(&app, a, "test.note", 200).await;
    app.advance(TimeDelta::seconds(1));
    enqueue(&app, b, "test.note", 2).await;
    let mut taken = BTreeMap::<_, usize>::new();
    for job in claim(&app.state.db, "test", 20, 20).await.unwrap() {
        *taken.entry(job.organization).or_default() += 1;
    }
    assert_eq!(taken, BTreeMap::from([(a.id, 18), (b.id, 2)]));
    let mut running = claim(&app.state.db, "other", 20, 4).await.unwrap();
    assert_eq!(running.len(), 4, "at most four of one");
    assert!(claim(&app.state.db, "other", 20, 4).await.unwrap().is_empty(), "as long as they run");
    assert!(running.remove(0).finish(&app.state.db).await.unwrap());
    assert_eq!(claim(&app.state.db, "other", 20, 4).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_tick_of_a_schedule_happens_once() {
    let app = TestApp::start().await;
    let log = Log::default();
    let mut registry = noting(&log);
    registry.schedule(Schedule { name: "test-hourly", cron: "0 * * * *", kind: "test.note" });
    let drain = async || {
        let (one, two) = (registry.clone(), registry.clone());
        let (one, two) = tokio::join!(one.drain(&app.state.db, "one"), two.drain(&app.state.db, "two"));
        one.unwrap() + two.unwrap()
    };
    assert_eq!(drain().await, 1);
    app.advance(TimeDelta::minutes(59));
    assert_eq!(drain().await, 0);
    app.advance(TimeDelta::minutes(1));
    assert_eq!(drain().await, 1);
    app.advance(TimeDelta::hours(5));
    assert_eq!(drain().await, 1, "missed ticks are not made up for");
    let due: Vec<_> = log.lines().iter().map(|payload| payload["due_at"].clone()).collect();
    assert_eq!(due, ["2026-03-02T09:00:00Z", "2026-03-02T10:00:00Z", "2026-03-02T15:00:00Z"]);
}

#[tokio::test]
async fn a_tick_of_last_month_is_not_made_up_for_after_the_nightly_prune() {
    let app = TestApp::start().await;
    let log = Log::default();
    let started = || {
        let mut registry = noting(&log);
        registry.schedule(Schedule { name: "test-monthly", cron: "0 0 1 * *", kind: "test.note" });
        registry
    };
    assert_eq!(started().drain(&app.state.db, "one").await.unwrap(), 1);
    app.advance(TimeDelta::days(25));
    db::platform::prune(&app.state.db, app.state.db.now() - TimeDelta::days(14)).await.unwrap();
    assert_eq!(started().drain(&app.state.db, "two").await.unwrap(), 0, "a process that starts makes it up");
    app.advance(TimeDelta::days(7));
    assert_eq!(started().drain(&app.state.db, "three").await.unwrap(), 1);
}

#[tokio::test]
async fn two_workers_run_each_job_once() {
    let app = TestApp::start().await;
    let log = Log::default();
    let registry = noting(&log);
    let mut tx = begin(&app, &app.world.a.organization).await;
    for n in 0..100 {
        tx.enqueue("test.note", Uuid::nil(), json!(n), None);
    }
    tx.commit().await.unwrap();
    let (one, two) = tokio::join!(registry.drain(&app.state.db, "one"), registry.drain(&app.state.db, "two"));
    assert_eq!(one.unwrap() + two.unwrap(), 100);
    let mut ran: Vec<_> = log.lines().iter().map(|n| n.as_u64().unwrap()).collect();
    ran.sort_unstable();
    assert_eq!(ran, (0..100).collect::<Vec<_>>());
    assert!(rows(&app).await.is_empty());
}

#[tokio::test]
async fn administrators_see_what_runs_by_the_clock() {
    let app = TestApp::start().await;
    let before = app.admin().get("/jobs/schedules/").await.ok();
    assert_eq!(before["count"], server::housekeeping::SCHEDULES.len());
    assert_eq!(before["results"][0]["last_at"], serde_json::Value::Null);
    app.run_jobs().await;
    let after = app.admin().get("/jobs/schedules/").await.ok()["results"][0].clone();
    assert_eq!(
        (&after["last_at"], &after["next_at"]),
        (&json!("2026-03-02T03:17:00Z"), &json!("2026-03-03T03:17:00Z"))
    );
    app.agent().get("/jobs/schedules/").await.is(403);
}
