//! Sign-in locks after too many bad tries, for accounts that exist and for those that do not.

use axum::http::Method;
use chrono::TimeDelta;
use serde_json::{Value, json};
use sqlx::Row;
use tokio::task::JoinSet;

use crate::harness::{Answer, Client, TestApp, world::PASSWORD};

pub async fn login(client: &Client, email: &str, password: &str) -> Answer {
    client.post("/auth/login/", json!({"email": email, "password": password})).await
}

/// The wait that a refusal names.
#[track_caller]
pub fn wait(answer: &Answer) -> i64 {
    assert_eq!(answer.is(429)["code"], "RATE_LIMITED");
    answer.headers["retry-after"].to_str().unwrap().parse().unwrap()
}

async fn fail(client: &Client, email: &str, times: usize) {
    for _ in 0..times {
        login(client, email, "not the password").await.is(401);
    }
}

/// Action, actor and entity of the audit log of organization A, oldest first.
async fn audit(app: &TestApp) -> Vec<(String, String, bool)> {
    let schema = &app.world.a.organization.schema_name;
    let sql = format!(
        "select action, actor_kind, entity_id = $2 as same, after is null or after::text not like '%password%' as clean
           from {schema}.audit_log where organization_id = $1 and action like 'sign_in.%' order by occurred_at, id"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(app.world.a.organization.id.0)
        .bind(app.world.a.user("agent").0)
        .fetch_all(&mut app.database.superuser().await)
        .await
        .unwrap();
    assert!(rows.iter().all(|row| row.get::<bool, _>("clean")));
    rows.iter().map(|row| (row.get("action"), row.get("actor_kind"), row.get("same"))).collect()
}

async fn rows(app: &TestApp) -> i64 {
    sqlx::query_scalar("select count(*) from platform.attempts")
        .fetch_one(&mut app.database.superuser().await)
        .await
        .unwrap()
}

#[tokio::test]
async fn ten_bad_tries_lock_for_a_minute_known_and_unknown_alike() {
    let app = TestApp::start().await;
    let client = app.anonymous().from_peer("203.0.113.5");
    let (known, other) = (&app.world.a.member("agent").email, &app.world.a.member("agent2").email);
    let mut refusals = Vec::new();
    for email in [known.as_str(), "nobody@acme.test"] {
        fail(&client, email, 10).await;
        let mut answers = vec![login(&client, email, "not the password").await];
        answers.push(login(&client, &email.to_uppercase(), PASSWORD).await);
        answers.push(login(&client.from_peer("198.51.100.1"), email, PASSWORD).await);
        for answer in answers {
            assert_eq!(wait(&answer), 60);
            let mut body = answer.json();
            body.as_object_mut().unwrap().remove("request_id");
            let mut names: Vec<_> = answer.headers.keys().map(|name| name.to_string()).collect();
            names.sort();
            refusals.push((body, names));
        }
    }
    assert!(refusals.windows(2).all(|pair| pair[0] == pair[1]), "{refusals:?}");
    login(&client, other, PASSWORD).await.ok();
    app.advance(TimeDelta::seconds(60));
    login(&client, known, PASSWORD).await.ok();
}

#[tokio::test]
async fn repeated_excess_locks_longer_and_peace_starts_over() {
    let app = TestApp::start().await;
    let (client, email) = (app.anonymous(), &app.world.a.member("agent").email);
    for minutes in [1, 2, 4, 8, 15, 15] {
        fail(&client, email, 10).await;
        let answer = login(&client, email, PASSWORD).await;
        assert_eq!(wait(&answer), minutes * 60);
        app.advance(TimeDelta::minutes(minutes));
    }
    fail(&client, email, 9).await;
    app.advance(TimeDelta::minutes(61));
    fail(&client, email, 10).await;
    assert_eq!(wait(&login(&client, email, PASSWORD).await), 60);
}

#[tokio::test]
async fn failures_count_for_a_minute_and_a_success_forgets_them() {
    let app = TestApp::start().await;
    let (client, email) = (app.anonymous(), &app.world.a.member("agent").email);
    login(&client, email, PASSWORD).await.ok();
    assert_eq!(rows(&app).await, 0, "a success writes nothing");
    fail(&client, email, 9).await;
    app.advance(TimeDelta::seconds(61));
    fail(&client, email, 9).await;
    assert_eq!(rows(&app).await, 1);
    login(&client, email, PASSWORD).await.ok();
    assert_eq!(rows(&app).await, 0);
    fail(&client, email, 9).await;
    login(&client, email, PASSWORD).await.ok();
}

#[tokio::test]
async fn failures_at_the_same_time_all_count() {
    let app = TestApp::start().await;
    let client = app.anonymous().from_peer("203.0.113.5");
    let email = app.world.a.member("agent").email.clone();
    let mut tries = JoinSet::new();
    for _ in 0..20 {
        let (client, email) = (client.clone(), email.clone());
        tries.spawn(async move { login(&client, &email, "not the password").await.status.as_u16() });
    }
    let mut answers = tries.join_all().await;
    answers.sort_unstable();
    assert_eq!(answers, [[401; 10], [429; 10]].concat());
    app.admin().get(&format!("/users/{}/lockout/", app.world.a.user("agent"))).await.ok()["is_locked"]
        .as_bool()
        .filter(|locked| *locked)
        .unwrap();
}

#[tokio::test]
async fn a_peer_is_locked_whatever_it_tries_and_nobody_else() {
    let app = TestApp::start().await;
    let client = app.anonymous().from_peer("2001:db8:1:2::1");
    let email = &app.world.a.member("agent").email;
    for number in 0..30 {
        // Each from another address of the same network, at three hosts.
        let client = client.from_peer(&format!("2001:db8:1:2::{number}"));
        let host = ["acme.localhost", "globex.localhost", "localhost"][number % 3];
        login(&client.at(host), &format!("nobody{number}@acme.test"), PASSWORD).await.is(401);
    }
    assert_eq!(wait(&login(&client.from_peer("2001:db8:1:2:ffff::9"), email, PASSWORD).await), 60);
    for other in ["2001:db8:1:3::1", "203.0.113.5"] {
        login(&client.from_peer(other), email, PASSWORD).await.ok();
    }
}

#[tokio::test]
async fn a_rotating_forwarded_address_changes_nothing() {
    let app = TestApp::start().await;
    let client = app.anonymous().from_peer("203.0.113.5");
    let mut answered = 0;
    for number in 0..1_000 {
        let forged = format!("198.51.{}.{}", number / 250, number % 250);
        let headers = [("x-forwarded-for", forged.as_str()), ("x-real-ip", &forged), ("forwarded", &forged)];
        let body = json!({"email": format!("nobody{number}@acme.test"), "password": PASSWORD});
        let answer = client.send(Method::POST, "/auth/login/", &headers, Some(body)).await;
        answered += usize::from(answer.status == 401);
    }
    assert_eq!(answered, 30);
}

#[tokio::test]
async fn an_account_is_the_same_on_the_bare_host() {
    let app = TestApp::start().await;
    let (client, email) = (app.anonymous(), &app.world.a.member("agent").email);
    fail(&client.at("localhost"), email, 5).await;
    fail(&client, email, 5).await;
    for host in ["localhost", "acme.localhost"] {
        wait(&login(&client.at(host), email, PASSWORD).await);
    }
    let at_other = login(&client.at("globex.localhost"), email, PASSWORD).await;
    at_other.is(401);
}

#[tokio::test]
async fn administrators_see_and_lift_a_lock() {
    let app = TestApp::start().await;
    let (client, email) = (app.anonymous(), &app.world.a.member("agent").email);
    let path = format!("/users/{}/lockout/", app.world.a.user("agent"));
    let open = json!({"is_locked": false, "locked_until": null});
    assert_eq!(app.admin().get(&path).await.ok(), open);
    fail(&client, email, 10).await;
    let locked = app.admin().get(&path).await.ok();
    assert_eq!(locked, json!({"is_locked": true, "locked_until": "2026-03-02T09:01:00Z"}));
    app.agent().get(&path).await.is(403);
    app.agent().delete(&path).await.is(403);
    app.foreign_admin().delete(&path).await.is(404);
    wait(&login(&client, email, PASSWORD).await);
    app.admin().delete(&path).await.is(204);
    app.admin().delete(&path).await.is(204);
    assert_eq!(app.admin().get(&path).await.ok(), open);
    login(&client, email, PASSWORD).await.ok();
    let owner = format!("/users/{}/lockout/", app.world.a.user("owner"));
    app.admin().delete(&owner).await.is(403);

    let row = |action: &str, actor: &str| (action.to_owned(), actor.to_owned(), true);
    let mut expected = vec![row("sign_in.failed", "anonymous"); 10];
    expected.push(row("sign_in.locked", "anonymous"));
    expected.push(row("sign_in.unlocked", "user"));
    expected.push(row("sign_in.succeeded", "user"));
    assert_eq!(audit(&app).await, expected);
}

#[tokio::test]
async fn the_audit_log_tells_of_accounts_that_exist_only() {
    let app = TestApp::start().await;
    let client = app.anonymous();
    fail(&client, "nobody@acme.test", 3).await;
    fail(&client.at("localhost"), "nobody@acme.test", 3).await;
    fail(&client, &app.world.b.member("agent").email, 3).await;
    assert_eq!(audit(&app).await, []);
    assert_eq!(login(&client, "nobody@acme.test", "x").await.json()["errors"], Value::Null);
}
