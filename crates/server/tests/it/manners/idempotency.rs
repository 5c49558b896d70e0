//! Requests that are sent again under the same `Idempotency-Key`.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use axum::http::Method;
use chrono::TimeDelta;
use db::{Mode, TenantTx};
use futures_util::future::join_all;
use serde_json::{Value, json};
use sqlx::Executor;
use uuid::Uuid;

use crate::harness::{Answer, Client, TestApp};

async fn keyed(client: &Client, path: &str, key: &str, body: Value) -> Answer {
    client.send(Method::POST, path, &[("idempotency-key", key)], Some(body)).await
}

#[track_caller]
fn is_replay(answer: &Answer, first: &Answer) {
    assert_eq!(answer.headers["idempotency-replayed"], "true");
    assert_eq!((answer.status, &answer.bytes), (first.status, &first.bytes));
    for name in ["content-type", "etag"] {
        assert_eq!(answer.headers.get(name), first.headers.get(name), "{name}");
    }
}

async fn tickets(app: &TestApp) -> Value {
    app.admin().get("/tickets/").await.ok()["count"].clone()
}

#[tokio::test]
async fn the_same_key_gives_the_same_answer_once() {
    let app = TestApp::start().await;
    let agent = app.agent();
    let body = json!({"subject": "CANARY-A boiler", "tags": ["heat"]});
    let first = keyed(&agent, "/tickets/", "key 1", body.clone()).await;
    assert!(!first.headers.contains_key("idempotency-replayed"));
    let number = first.created()["number"].clone();
    is_replay(&keyed(&agent, "/tickets/", "key 1", body.clone()).await, &first);
    is_replay(&keyed(&agent, "/api/tickets", "key 1", body.clone()).await, &first);
    assert_eq!(tickets(&app).await, 1);

    let reused = keyed(&agent, "/tickets/", "key 1", json!({"subject": "CANARY-A other"})).await.is(422);
    assert_eq!(reused["code"], "IDEMPOTENCY_KEY_REUSED");
    let spaced = agent.raw(
        Method::POST,
        "/tickets/",
        &[("idempotency-key", "key 1"), ("content-type", "application/json")],
        format!("{body} ").into_bytes(),
    );
    assert_eq!(spaced.await.is(422)["code"], "IDEMPOTENCY_KEY_REUSED");

    // Another operation, person, organization or key is another request.
    let second = keyed(&agent, "/tickets/", "key 2", body.clone()).await.created();
    assert_ne!(second["number"], number);
    keyed(&app.as_("agent2"), "/tickets/", "key 1", body.clone()).await.created();
    keyed(&app.foreign("agent"), "/tickets/", "key 1", json!({"subject": "CANARY-B"})).await.created();
    let tags = json!({"tags": ["x"]});
    keyed(&agent, &format!("/tickets/{number}/tags/"), "key 1", tags.clone()).await.ok();
    let elsewhere = keyed(&agent, &format!("/tickets/{}/tags/", second["number"]), "key 1", tags).await.is(422);
    assert_eq!(elsewhere["code"], "IDEMPOTENCY_KEY_REUSED");
    assert_eq!(tickets(&app).await, 3);
    app.run_jobs().await;
}

#[tokio::test]
async fn only_what_worked_is_remembered_and_for_a_day() {
    let app = TestApp::start().await;
    let agent = app.agent();
    keyed(&agent, "/tickets/", "again", json!({"subject": ""})).await.is(422);
    keyed(&agent, "/tickets/", "again", json!({"subject": "CANARY-A", "customer": "cus_7zzzzzzzzzzzzzzzzzzzzzzzzz"}))
        .await
        .is(422);
    let body = json!({"subject": "CANARY-A"});
    let first = keyed(&agent, "/tickets/", "again", body.clone()).await;
    first.created();
    app.advance(TimeDelta::hours(24) - TimeDelta::seconds(1));
    is_replay(&keyed(&app.agent(), "/tickets/", "again", body.clone()).await, &first);
    app.advance(TimeDelta::seconds(1));
    let later = keyed(&app.agent(), "/tickets/", "again", body.clone()).await;
    assert_ne!(later.created()["number"], first.json()["number"]);
    is_replay(&keyed(&app.agent(), "/tickets/", "again", body).await, &later);
    app.run_jobs().await;

    // The nightly prune forgets them.
    let kept = async || -> i64 {
        let organization = app.world.a.organization.clone();
        let sql = format!("select count(*) from {}.idempotency_keys", organization.schema_name);
        sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&mut app.database.superuser().await).await.unwrap()
    };
    assert_eq!(kept().await, 1);
    app.advance(TimeDelta::days(2));
    let mut tx = TenantTx::system(&app.state.db, app.world.a.organization.id, Mode::Write).await.unwrap();
    tx.enqueue("platform.prune", Uuid::nil(), Value::Null, None);
    tx.commit().await.unwrap();
    app.run_jobs().await;
    assert_eq!(kept().await, 0);
}

#[tokio::test]
async fn keys_that_are_none_are_refused() {
    let app = TestApp::start().await;
    let agent = app.agent();
    let body = json!({"subject": "CANARY-A"});
    for bad in ["", &"x".repeat(256), "schlüssel", "tab\there"] {
        let answer = keyed(&agent, "/tickets/", bad, body.clone()).await;
        assert_eq!(answer.problem("Idempotency-Key"), "invalid", "{bad:.20}");
    }
    let two = [("idempotency-key", "a"), ("idempotency-key", "b")];
    let answer = agent.send(Method::POST, "/tickets/", &two, Some(body.clone())).await;
    assert_eq!(answer.problem("Idempotency-Key"), "invalid");
    assert_eq!(tickets(&app).await, 0);
    keyed(&agent, "/tickets/", &"x".repeat(255), body).await.created();
    // Reading asks for none, and does not look.
    agent.send(Method::GET, "/tickets/", &[("idempotency-key", "")], None).await.ok();
    app.run_jobs().await;
}

#[tokio::test]
async fn a_replay_is_for_those_who_still_may() {
    let app = TestApp::start().await;
    let agent = app.agent();
    let body = json!({"subject": "CANARY-A"});
    keyed(&agent, "/tickets/", "k", body.clone()).await.created();
    let path = format!("/users/{}/", app.world.a.user("agent"));
    app.as_("owner").patch(&path, json!({"role": "viewer"})).await.ok();
    keyed(&agent, "/tickets/", "k", body.clone()).await.is(403);
    app.as_("owner").patch(&path, json!({"status": "suspended"})).await.ok();
    keyed(&agent, "/tickets/", "k", body.clone()).await.is(401);
    keyed(&app.anonymous(), "/tickets/", "k", body).await.is(401);
    app.run_jobs().await;
}

#[tokio::test]
async fn what_is_long_or_secret_or_empty_is_kept_as_it_should_be() {
    let app = TestApp::start().await;
    let (agent, admin) = (app.agent(), app.admin());
    // Done, but too long to be told again: refused, and not done again.
    let long = json!({"subject": "CANARY-A", "description": "x".repeat(70_000)});
    keyed(&agent, "/tickets/", "long", long.clone()).await.created();
    assert_eq!(keyed(&agent, "/tickets/", "long", long).await.is(409)["code"], "CONFLICT");
    assert_eq!(tickets(&app).await, 1);
    // No body at all, neither in nor out.
    let read = async || agent.send(Method::POST, "/tickets/1/read/", &[("idempotency-key", "r")], None).await;
    let first = read().await;
    first.is(204);
    is_replay(&read().await, &first);
    // The transaction is given back while a password is hashed; the key is taken all the same.
    for (key, password) in [("with", json!("correct horse battery")), ("without", Value::Null)] {
        let new =
            json!({"email": format!("{key}@example.org"), "name": "CANARY-A", "role": "agent", "password": password});
        let first = keyed(&admin, "/users/", key, new.clone()).await;
        first.created();
        is_replay(&keyed(&admin, "/users/", key, new).await, &first);
    }
    // A one-time link stands in that answer, and is not readable in the database.
    let sql =
        format!("select string_agg(k::text, '') from {}.idempotency_keys k", app.world.a.organization.schema_name);
    let rows: String =
        sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&mut app.database.superuser().await).await.unwrap();
    for secret in ["set-password", &"set-password".bytes().map(|byte| format!("{byte:02x}")).collect::<String>()] {
        assert!(!rows.contains(secret));
    }
    app.run_jobs().await;
}

#[tokio::test]
async fn twenty_at_once_make_one_ticket() {
    let app = TestApp::start().await;
    for round in 0..5 {
        let (agent, key) = (app.agent(), format!("round {round}"));
        let body = json!({"subject": format!("CANARY-A {round}")});
        let answers = join_all((0..20).map(|_| keyed(&agent, "/tickets/", &key, body.clone()))).await;
        let (mut made, mut numbers) = (0, BTreeSet::new());
        for answer in answers {
            match answer.status.as_u16() {
                201 => {
                    made += usize::from(!answer.headers.contains_key("idempotency-replayed"));
                    numbers.insert(answer.json()["number"].as_i64().unwrap());
                }
                503 => panic!("{:?}", answer.json()),
                _ => assert_eq!(answer.is(409)["code"], "CONFLICT"),
            }
        }
        assert_eq!((made, numbers.len()), (1, 1));
        assert_eq!(tickets(&app).await, round + 1);
    }
    app.run_jobs().await;
}

/// Whoever hangs up, at the commit too, and asks again under the same key has one ticket.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn those_who_hang_up_and_ask_again_have_one_ticket() {
    let app = TestApp::start().await;
    let agent = app.agent();
    let mut usual = Vec::new();
    for round in 0..9 {
        let begin = Instant::now();
        keyed(&agent, "/tickets/", &format!("usual {round}"), json!({"subject": "CANARY-A usual"})).await.created();
        usual.push(begin.elapsed());
    }
    usual.sort_unstable();
    let mut hung_up = 0;
    for round in 0..150_u32 {
        let (key, body) = (format!("round {round}"), json!({"subject": format!("CANARY-A round {round}")}));
        // From the first third of the usual time to somewhat beyond its end, where the commit is.
        let moment = Instant::now() + usual[4] / 3 + usual[4] * (round % 15) / 20;
        tokio::select! {
            biased;
            answer = keyed(&agent, "/tickets/", &key, body.clone()) => { answer.created(); }
            () = until(moment) => hung_up += 1,
        }
        let answer = loop {
            let answer = keyed(&agent, "/tickets/", &key, body.clone()).await;
            if answer.status != 409 {
                break answer;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        };
        answer.created();
    }
    assert!(hung_up >= 30, "only {hung_up} hung up");
    assert_eq!(tickets(&app).await, 159);
    app.run_jobs().await;
}

/// The same, caught in the middle of the commit for certain.
#[tokio::test]
async fn a_commit_that_was_left_is_in_flight_until_it_has_ended() {
    let app = TestApp::start().await;
    let agent = app.agent();
    let mut superuser = app.database.superuser().await;
    let table = format!("{}.outbox", app.world.a.organization.schema_name);
    superuser
        .execute(sqlx::raw_sql(sqlx::AssertSqlSafe(format!("begin; lock table {table} in exclusive mode"))))
        .await
        .unwrap();
    let body = json!({"subject": "CANARY-A"});
    let left = tokio::time::timeout(Duration::from_millis(500), keyed(&agent, "/tickets/", "k", body.clone())).await;
    left.unwrap_err();
    keyed(&agent, "/tickets/", "k", body.clone()).await.is(409);
    superuser.execute("rollback").await.unwrap();
    let answer = loop {
        let answer = keyed(&agent, "/tickets/", "k", body.clone()).await;
        if answer.status != 409 {
            break answer;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    };
    answer.created();
    assert_eq!(tickets(&app).await, 1);
    app.run_jobs().await;
}

async fn until(moment: Instant) {
    while Instant::now() < moment {
        tokio::task::yield_now().await;
    }
}
