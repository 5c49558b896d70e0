//! Other tries that can fail: refresh tokens, one-time links, operators; and mails nobody known causes.

use chrono::TimeDelta;
use db::{
    Mode, PlatformTx, TenantTx,
    attempts::{Attempt, Purpose, may_mail},
};
use kernel::{AppError, OrganizationId};
use serde_json::json;
use tokio::task::JoinSet;

use super::sign_in::{login, wait};
use crate::harness::{TestApp, world::PASSWORD};

#[tokio::test]
async fn bad_refresh_tokens_and_links_lock_their_peer_and_only_for_that() {
    let app = TestApp::start().await;
    let (bad, other) = (app.anonymous().from_peer("203.0.113.5"), app.anonymous().from_peer("203.0.113.6"));
    let pair = login(&other, &app.world.a.member("agent").email, PASSWORD).await.ok();
    let refresh = json!({"refresh": pair["refresh"]});
    for number in 0..30 {
        let body = json!({"refresh": format!("hdr_{number}")});
        bad.post("/auth/refresh/", body).await.is(401);
    }
    wait(&bad.post("/auth/refresh/", refresh.clone()).await);
    other.post("/auth/refresh/", refresh).await.ok();

    let confirm = |token: &str| json!({"token": token, "password": "a good long sentence"});
    let user = json!({"email": "new@acme.test", "name": "New", "role": "agent"});
    let url = app.admin().post("/users/", user).await.created()["invitation_url"].as_str().unwrap().to_owned();
    let token = url.split_once('#').unwrap().1;
    for _ in 0..30 {
        bad.post("/auth/password/reset/confirm/", confirm("hdl_none")).await.is(422);
    }
    wait(&bad.post("/auth/password/reset/confirm/", confirm(token)).await);
    other.post("/auth/password/reset/confirm/", confirm(token)).await.is(204);
    login(&bad, &app.world.a.member("agent").email, PASSWORD).await.ok();
}

#[tokio::test]
async fn operators_are_locked_too() {
    let app = TestApp::start().await;
    let hash = identity::password::hash(PASSWORD.to_owned()).await.unwrap();
    db::operators::upsert_operator(&app.state.db, &db::operators::By::default(), "op@example.org", &hash)
        .await
        .unwrap();
    let bare = app.anonymous().at("localhost");
    let try_ = async |email: &str, password: &str| {
        bare.post("/platform/auth/login/", json!({"email": email, "password": password})).await
    };
    for email in ["op@example.org", "nobody@example.org"] {
        for _ in 0..10 {
            try_(email, "not the password").await.is(401);
        }
        wait(&try_(email, PASSWORD).await);
    }
    app.advance(TimeDelta::seconds(60));
    try_("op@example.org", PASSWORD).await.ok();
}

#[tokio::test]
async fn a_right_try_that_was_overtaken_tells_nothing() {
    let app = TestApp::start().await;
    let (db, id) = (&app.state.db, app.world.a.organization.id);
    let attempt = Attempt::new(Purpose::Otp, None).of(Some(id), "usr_1");
    let mut tx = TenantTx::system(db, id, Mode::Write).await.unwrap();
    let now = tx.now();
    attempt.check(&mut tx, now).await.unwrap();
    for _ in 0..10 {
        attempt.failed(&mut tx, now).await.unwrap().answer().unwrap();
    }
    assert!(matches!(attempt.succeeded(&mut tx, now).await, Err(AppError::TooMany(60))));
    let other = Attempt::new(Purpose::SignIn, None).of(Some(id), "usr_1");
    other.check(&mut tx, now).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn an_organization_counts_its_own_accounts_only() {
    let app = TestApp::start().await;
    let (db, a, b) = (&app.state.db, app.world.a.organization.id, app.world.b.organization.id);
    let (ours, theirs) = (
        Attempt::new(Purpose::SignIn, None).of(Some(a), "x@y.z"),
        Attempt::new(Purpose::SignIn, None).of(Some(b), "x@y.z"),
    );
    let open = async || TenantTx::system(db, a, Mode::Write).await.unwrap();
    let now = db.now();
    assert!(theirs.check(&mut *open().await, now).await.is_err());
    assert!(theirs.failed(&mut *open().await, now).await.is_err());
    assert!(theirs.lift(&mut *open().await, now).await.is_err());
    assert!(may_mail(&mut *open().await, b, "x@y.z", now).await.is_err());
    ours.check(&mut *open().await, now).await.unwrap();
    ours.failed(&mut *open().await, now).await.unwrap().answer().unwrap();
    ours.lift(&mut *open().await, now).await.unwrap();
    assert!(may_mail(&mut *open().await, a, "x@y.z", now).await.unwrap());
}

#[tokio::test]
async fn twenty_failures_at_the_same_time_count_twenty() {
    let app = TestApp::start().await;
    let attempt = Attempt::new(Purpose::Otp, Some("203.0.113.5".parse().unwrap())).of(None, "usr_1");
    let mut tries = JoinSet::new();
    for _ in 0..20 {
        let (attempt, db) = (attempt.clone(), app.state.db.clone());
        tries.spawn(async move { attempt.failed_alone(&db).await.is_ok() });
    }
    assert_eq!(tries.join_all().await.into_iter().filter(|told| *told).count(), 10);
    let counted: Vec<i32> = sqlx::query_scalar("select cardinality(tried_at) from platform.attempts order by 1")
        .fetch_all(&mut app.database.superuser().await)
        .await
        .unwrap();
    assert_eq!(counted, [0, 20], "the account, which is locked, and the peer");
}

/// How many of so many mails at the same time may go.
async fn mails(app: &TestApp, organization: OrganizationId, count: usize) -> usize {
    let mut tries = JoinSet::new();
    for _ in 0..count {
        let db = app.state.db.clone();
        tries.spawn(async move {
            let mut tx = TenantTx::system(&db, organization, Mode::Write).await.unwrap();
            let now = tx.now();
            let may = may_mail(&mut tx, organization, "ada@example.org", now).await.unwrap();
            tx.commit().await.unwrap();
            may
        });
    }
    tries.join_all().await.into_iter().filter(|may| *may).count()
}

#[tokio::test]
async fn an_address_gets_three_mails_a_day() {
    let app = TestApp::start().await;
    let (a, b) = (app.world.a.organization.id, app.world.b.organization.id);
    assert_eq!(mails(&app, a, 20).await, 3);
    assert_eq!(mails(&app, b, 2).await, 2);
    app.advance(TimeDelta::hours(23));
    assert_eq!(mails(&app, a, 3).await, 0);
    app.advance(TimeDelta::hours(1));
    assert_eq!(mails(&app, a, 5).await, 3);
}

#[tokio::test]
async fn what_is_old_is_forgotten() {
    let app = TestApp::start().await;
    let attempt = Attempt::new(Purpose::Register, Some("203.0.113.5".parse().unwrap()));
    attempt.failed_alone(&app.state.db).await.unwrap();
    let count = async || {
        let mut tx = PlatformTx::begin(&app.state.db, Mode::Read).await.unwrap();
        sqlx::query_scalar::<_, i64>("select count(*) from platform.attempts").fetch_one(&mut *tx).await.unwrap()
    };
    assert_eq!(count().await, 1);
    app.advance(TimeDelta::minutes(61));
    db::platform::prune(&app.state.db, app.state.db.now()).await.unwrap();
    assert_eq!(count().await, 0);
}
