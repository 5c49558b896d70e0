//! Chaining: soon, in order, without gaps and without forks.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use chrono::TimeDelta;
use db::{Db, Mode, Tasks, TenantTx, audit_chain};
use kernel::SystemClock;
use serde_json::json;
use server::compose;
use sqlx::Connection;
use tokio::task::JoinSet;

use super::{number, past_all_walls};
use crate::harness::TestApp;

const WAITING: &str = "select count(*) from {s}.audit_unchained where organization_id = {o}";
const CHAINED: &str = "select count(*) from {s}.audit_chain where organization_id = {o}";
const LOGGED: &str = "select count(*) from {s}.audit_log where organization_id = {o}";
/// Rows that follow the row before them, and the first.
const LINKED: &str = "select count(*) from {s}.audit_chain c where organization_id = {o} and previous = coalesce(
    (select p.hash from {s}.audit_chain p where p.organization_id = {o} and p.seq = c.seq - 1), decode(repeat('00', 32), 'hex'))";

async fn write(db: &Db, app: &TestApp, count: usize) {
    let mut tx = TenantTx::system(db, app.world.a.organization.tenant(), Mode::Write).await.unwrap();
    for n in 0..count {
        tx.audit("test.done", ("ticket", None), &(), &json!({ "n": n }));
    }
    tx.commit().await.unwrap();
}

async fn is_whole(app: &TestApp) {
    let logged = number(app, LOGGED).await;
    assert!(logged > 0);
    assert_eq!(number(app, WAITING).await, 0, "waiting");
    assert_eq!(number(app, CHAINED).await, logged, "chained");
    assert_eq!(number(app, LINKED).await, logged, "linked");
    let last = "select max(seq) from {s}.audit_chain where organization_id = {o}";
    assert_eq!(number(app, last).await, logged, "without gaps");
}

#[tokio::test]
async fn a_burst_is_chained_in_batches() {
    let app = TestApp::start().await;
    write(&app.state.db, &app, 10_000).await;
    app.run_jobs().await;
    is_whole(&app).await;
    app.run_jobs().await;
    is_whole(&app).await;
    let files = app.state.config.data_dir.join("files/audit");
    let organization = std::fs::read_dir(files).unwrap().next().unwrap().unwrap().path();
    assert!(std::fs::read_dir(organization).unwrap().count() >= 10, "a checkpoint for each thousand");
}

#[tokio::test]
async fn a_slow_commit_is_not_missed() {
    let app = TestApp::start().await;
    app.run_jobs().await;
    let tenant = app.world.a.organization.tenant();
    let mut slow = TenantTx::system(&app.state.db, tenant, Mode::Write).await.unwrap();
    slow.audit("test.slow", ("ticket", None), &(), &());
    write(&app.state.db, &app, 3).await;
    app.run_jobs().await;
    let before = number(&app, CHAINED).await;
    slow.commit().await.unwrap();
    app.run_jobs().await;
    is_whole(&app).await;
    assert_eq!(number(&app, CHAINED).await, before + 1);
    let sql = "select c.seq from {s}.audit_chain c join {s}.audit_log l on l.id = c.entry_id
                where c.organization_id = {o} and l.action = 'test.slow'";
    assert_eq!(number(&app, sql).await, before + 1);
}

#[tokio::test]
async fn two_that_chain_at_once_make_one_chain() {
    let app = TestApp::start().await;
    write(&app.state.db, &app, 3_000).await;
    let organization = app.world.a.organization.id;
    let mut chainers = JoinSet::new();
    for _ in 0..4 {
        let db = app.state.db.clone();
        chainers.spawn(async move {
            loop {
                match audit_chain::chain_batch(&db, organization).await {
                    Ok(None) => return,
                    Ok(Some(_)) | Err(kernel::AppError::Conflict(..)) => {}
                    Err(error) => panic!("{error}"),
                }
            }
        });
    }
    chainers.join_all().await;
    is_whole(&app).await;
}

/// The primary key refuses the second row of one number, whoever writes it.
#[tokio::test]
async fn a_chain_that_read_an_old_end_is_refused() {
    let app = TestApp::start().await;
    app.run_jobs().await;
    write(&app.state.db, &app, 2).await;
    let organization = &app.world.a.organization;
    let mut other = sqlx::PgConnection::connect_with(&app.database.owner).await.unwrap();
    let mut other = other.begin().await.unwrap();
    let sql = format!(
        "insert into {0}.audit_chain select organization_id, seq + 1, gen_random_uuid(), version, hash, sha256('x'), chained_at
           from {0}.audit_chain where organization_id = $1 order by seq desc limit 1",
        organization.schema_name
    );
    sqlx::query(sqlx::AssertSqlSafe(sql)).bind(organization.id.0).execute(&mut *other).await.unwrap();
    let (db, id) = (app.state.db.clone(), organization.id);
    let mut second = JoinSet::new();
    second.spawn(async move { audit_chain::chain_batch(&db, id).await });
    tokio::time::sleep(Duration::from_millis(300)).await;
    other.commit().await.unwrap();
    let refused = second.join_next().await.unwrap().unwrap();
    assert!(matches!(refused, Err(kernel::AppError::Conflict(..))), "{refused:?}");
    assert_eq!(number(&app, WAITING).await, 2, "what was not chained waits on");
    past_all_walls(&app, "delete from {s}.audit_chain where organization_id = {o} and hash = sha256('x')").await;
    app.run_jobs().await;
    is_whole(&app).await;
}

#[tokio::test]
async fn an_entry_is_chained_once() {
    let app = TestApp::start().await;
    write(&app.state.db, &app, 2).await;
    app.run_jobs().await;
    past_all_walls(
        &app,
        "insert into {s}.audit_unchained select organization_id, id from {s}.audit_log where organization_id = {o}",
    )
    .await;
    past_all_walls(&app, "insert into {s}.audit_unchained values ({o}, gen_random_uuid())").await;
    app.run_jobs().await;
    is_whole(&app).await;
}

#[tokio::test]
async fn suspended_organizations_wait() {
    let app = TestApp::start().await;
    app.run_jobs().await;
    write(&app.state.db, &app, 2).await;
    past_all_walls(&app, "update platform.organizations set status = 'suspended' where id = {o}").await;
    app.run_jobs().await;
    assert_eq!(number(&app, WAITING).await, 2);
    past_all_walls(&app, "update platform.organizations set status = 'active' where id = {o}").await;
    app.run_jobs().await;
    is_whole(&app).await;
}

/// With the worker of `serve` and a clock that runs.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_running_worker_chains_soon() {
    let app = TestApp::start().await;
    app.run_jobs().await;
    let mut state = app.state.clone();
    state.db =
        Db::new(app.database.runtime(), 8, Arc::new(SystemClock), Arc::new(kernel::IdGen::new(Arc::new(SystemClock))));
    let tasks = Tasks::default();
    let registry = Arc::new(compose::registry(&state, &app.mailer));
    db::worker::start(&state.db, registry, &tasks, "test".to_owned());
    for _ in 0..3 {
        write(&state.db, &app, 1).await;
        let written = Instant::now();
        while number(&app, WAITING).await > 0 {
            // A second is the promise; the machine of a test may be busy.
            assert!(written.elapsed() < Duration::from_secs(10), "nobody chains");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    is_whole(&app).await;
    tasks.shutdown().await;
    state.db.close().await;
    // Jobs of the real present would never be due in the present of this test.
    app.advance(TimeDelta::days(3_650));
}
