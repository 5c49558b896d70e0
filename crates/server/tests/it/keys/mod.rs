//! Keys of tokens and secrets, and their rotation while everything goes on.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use chrono::TimeDelta;
use db::{Mode, TenantTx, Vault, vault::Sealed};
use serde_json::json;
use sqlx::Row;
use tokio::task::JoinSet;
use uuid::Uuid;
use web::{Keys, SigningKeys};

use crate::harness::TestApp;

const PLACE: Sealed = identity::otp::SEALED;
const NAME: &str = "otp_factors.secret";

async fn plant(app: &TestApp, tx: &mut TenantTx, secret: &[u8]) -> Uuid {
    let (organization, row) = (tx.organization(), tx.id::<Uuid>());
    let sealed = app.state.vault.seal(tx, NAME, row, secret).await.unwrap();
    assert!(!sealed.windows(secret.len()).any(|part| part == secret), "in the clear");
    sqlx::query(
        "insert into otp_factors (organization_id, secret, person_kind, person_id, created_at) values ($1, $2, 'user', $3, now())",
    )
    .bind(organization.0)
    .bind(sealed)
    .bind(row)
    .execute(&mut **tx)
    .await
    .unwrap();
    row
}

async fn sealed(tx: &mut TenantTx, row: Uuid) -> Vec<u8> {
    let organization = tx.organization();
    sqlx::query("select secret from otp_factors where organization_id = $1 and person_id = $2")
        .bind(organization.0)
        .bind(row)
        .fetch_one(&mut **tx)
        .await
        .unwrap()
        .get(0)
}

#[tokio::test]
async fn a_secret_opens_only_in_its_own_place() {
    let app = TestApp::start().await;
    let (a, b) = (app.world.a.organization.id, app.world.b.organization.id);
    let vault = &app.state.vault;
    let mut tx = TenantTx::system(&app.state.db, a, Mode::Write).await.unwrap();
    let row = plant(&app, &mut tx, b"the seed").await;
    let kept = sealed(&mut tx, row).await;
    assert_eq!(vault.open(&mut tx, NAME, row, &kept).await.unwrap(), b"the seed");
    assert!(vault.open(&mut tx, "otp_factors.other", row, &kept).await.is_err(), "another column");
    assert!(vault.open(&mut tx, NAME, Uuid::from_u128(1), &kept).await.is_err(), "another row");
    for at in [0, 1, 17, 29, kept.len() - 1] {
        let mut changed = kept.clone();
        changed[at] ^= 1;
        assert!(vault.open(&mut tx, NAME, row, &changed).await.is_err(), "byte {at}");
    }
    for cut in [0, 1, 17, 28, kept.len() - 1] {
        assert!(vault.open(&mut tx, NAME, row, &kept[..cut]).await.is_err(), "{cut} bytes");
    }
    tx.commit().await.unwrap();
    let mut tx = TenantTx::system(&app.state.db, b, Mode::Write).await.unwrap();
    assert!(vault.open(&mut tx, NAME, row, &kept).await.is_err(), "another organization");
}

#[tokio::test]
async fn data_keys_rotate_under_load() {
    let app = Arc::new(TestApp::start().await);
    let tenant = app.world.a.organization.tenant();
    let done = Arc::new(AtomicBool::new(false));
    let mut writers = JoinSet::new();
    for writer in 0..3 {
        let (app, done) = (Arc::clone(&app), Arc::clone(&done));
        writers.spawn(async move {
            let mut rows = Vec::new();
            while !done.load(Ordering::Relaxed) || rows.len() < 20 {
                let secret = format!("secret {writer}-{}", rows.len()).into_bytes();
                let mut tx = TenantTx::system(&app.state.db, tenant, Mode::Write).await.unwrap();
                let row = plant(&app, &mut tx, &secret).await;
                tx.commit().await.unwrap();
                rows.push((row, secret));
                let (row, secret) = &rows[rows.len() / 2];
                let mut tx = TenantTx::system(&app.state.db, tenant, Mode::Read).await.unwrap();
                let kept = sealed(&mut tx, *row).await;
                assert_eq!(app.state.vault.open(&mut tx, NAME, *row, &kept).await.unwrap(), *secret);
            }
            rows
        });
    }
    for _ in 0..5 {
        app.state.vault.rotate(&app.state.db, tenant, &[PLACE]).await.unwrap();
        app.advance(TimeDelta::days(20));
        let before = app.state.db.now() - TimeDelta::days(14);
        app.state.vault.sweep(&app.state.db, tenant, &[PLACE], before).await.unwrap();
    }
    done.store(true, Ordering::Relaxed);
    let rows: Vec<_> = writers.join_all().await.into_iter().flatten().collect();
    app.state.vault.rotate(&app.state.db, tenant, &[PLACE]).await.unwrap();
    app.advance(TimeDelta::days(20));
    app.state.vault.sweep(&app.state.db, tenant, &[PLACE], app.state.db.now() - TimeDelta::days(14)).await.unwrap();
    // A vault that remembers nothing, so that what is read comes from the database.
    let vault = Vault::new(app.state.keys.derive("data-keys"), Vec::new());
    let mut tx = TenantTx::system(&app.state.db, tenant, Mode::Read).await.unwrap();
    for (row, secret) in rows {
        let kept = sealed(&mut tx, row).await;
        assert_eq!(vault.open(&mut tx, NAME, row, &kept).await.unwrap(), secret);
    }
    let keys: i64 = sqlx::query_scalar("select count(*) from data_keys where organization_id = $1")
        .bind(tenant.id.0)
        .fetch_one(&mut *tx)
        .await
        .unwrap();
    assert_eq!(keys, 1, "retired keys are gone");
}

#[tokio::test]
async fn another_secret_key_takes_over() {
    let app = TestApp::start().await;
    let tenant = app.world.a.organization.tenant();
    let mut tx = TenantTx::system(&app.state.db, tenant, Mode::Write).await.unwrap();
    let row = plant(&app, &mut tx, b"the seed").await;
    let kept = sealed(&mut tx, row).await;
    tx.commit().await.unwrap();
    let old = b"the secret of all tests".to_vec();
    let keys = Keys::new(b"another secret", std::slice::from_ref(&old));
    let stranger = Vault::new(keys.derive("data-keys"), Vec::new());
    assert!(SigningKeys::load(&app.state.db, &stranger).await.is_err(), "nobody starts with a wrong secret");
    let both = Vault::new(keys.derive("data-keys"), keys.accepted("data-keys"));
    let signing = SigningKeys::load(&app.state.db, &both).await.unwrap();
    assert_eq!(signing.wrap_again(&app.state.db).await.unwrap(), 1);
    assert_eq!(both.wrap_again(&app.state.db, tenant).await.unwrap(), 1);
    let alone = Vault::new(keys.derive("data-keys"), Vec::new());
    SigningKeys::load(&app.state.db, &alone).await.unwrap();
    let mut tx = TenantTx::system(&app.state.db, tenant, Mode::Read).await.unwrap();
    assert_eq!(alone.open(&mut tx, NAME, row, &kept).await.unwrap(), b"the seed");
    // What runs by the clock has the old secret here.
    app.expect_pending();
}

#[tokio::test]
async fn signing_keys_rotate_and_nobody_is_signed_out() {
    let app = TestApp::start().await;
    let (before, agent) = (app.agent(), app.as_("agent2"));
    app.state.signing.rotate(&app.state.db).await.unwrap();
    before.get("/auth/me/").await.ok();
    let after = app.agent();
    assert_ne!(before.token.as_ref().unwrap().split('.').next(), after.token.as_ref().unwrap().split('.').next());
    after.get("/auth/me/").await.ok();
    // Another node learns of the key when it meets a token of it.
    let elsewhere = SigningKeys::load(&app.state.db, &app.state.vault).await.unwrap();
    app.state.signing.rotate(&app.state.db).await.unwrap();
    let newest = app.agent().token.unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    assert!(elsewhere.verify(&app.state.db, &newest, web::token::Audience::Organization).await.is_some());
    agent.get("/auth/me/").await.ok();
    // Its tokens have ended long before a key ends.
    app.advance(TimeDelta::minutes(21));
    agent.get("/auth/me/").await.is(401);
    app.agent().get("/auth/me/").await.ok();
    assert_eq!(db::platform::signing_keys(&app.state.db).await.unwrap().len(), 3);
    let text = format!("{:?} {:?}", app.state.vault, app.state.signing);
    assert!(!text.contains("secret"), "{text}");
    app.agent().post("/tickets/", json!({"subject": "still here"})).await.created();
    app.expect_pending();
}
