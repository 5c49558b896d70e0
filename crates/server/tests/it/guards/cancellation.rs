//! Callers that hang up at any moment leave no open transaction behind.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use db::{Db, Mode, TenantTx};
use kernel::{OrganizationId, TicketId};
use sqlx::PgConnection;

use crate::harness::TestApp;

const NAME: &str = "guard-cancellation";

async fn note(db: &Db, organization: OrganizationId) {
    let mut tx = TenantTx::system(db, organization, Mode::Write).await.unwrap();
    let (id, now) = (tx.id::<TicketId>(), tx.now());
    sqlx::query("insert into teams (organization_id, id, name, created_at) values ($1, $2, $3, $4)")
        .bind(organization.0)
        .bind(id.0)
        .bind(format!("CANARY-A {id}"))
        .bind(now)
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

/// The setting of a transaction, whose teams it sees, and how many.
async fn look(db: &Db, organization: OrganizationId) {
    let mut tx = TenantTx::system(db, organization, Mode::Read).await.unwrap();
    let setting: String =
        sqlx::query_scalar("select current_setting('app.organization_id')").fetch_one(&mut *tx).await.unwrap();
    assert_eq!(setting, organization.0.to_string());
    let role: String = sqlx::query_scalar("select current_user::text").fetch_one(&mut *tx).await.unwrap();
    assert_eq!(role, "app_api");
    let others: i64 =
        sqlx::query_scalar("select count(*) filter (where organization_id <> $1) from teams where name <> ''")
            .bind(organization.0)
            .fetch_one(&mut *tx)
            .await
            .unwrap();
    assert_eq!(others, 0);
    tx.commit().await.unwrap();
}

/// What the backends of this test do that are neither idle nor gone.
async fn busy(superuser: &mut PgConnection) -> Vec<String> {
    sqlx::query_scalar(
        "select state || ': ' || query from pg_stat_activity
         where application_name = $1 and datname = current_database() and state <> 'idle'",
    )
    .bind(NAME)
    .fetch_all(superuser)
    .await
    .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn cancelled_transactions_end() {
    let app = TestApp::start().await;
    let options = app.database.runtime().application_name(NAME);
    let db = Db::new(options, 1, Arc::clone(&app.state.db.clock), Arc::clone(&app.state.db.ids));
    let (a, b) = (app.world.a.organization.id, app.world.b.organization.id);
    look(&db, a).await;
    let (mut cancelled, mut random) = (0, 0x2545_f491_4f6c_dd1d_u64);
    for round in 0..500 {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        // Half of them while it opens, the others over the whole of it.
        let most = if round % 2 == 0 { 300 } else { 1_201 };
        if tokio::time::timeout(Duration::from_micros(random % most), note(&db, a)).await.is_err() {
            cancelled += 1;
        }
        if round % 10 == 0 {
            look(&db, b).await;
        }
    }
    assert!(cancelled >= 100, "only {cancelled} of 500 were cancelled");
    look(&db, b).await;
    let mut superuser = app.database.superuser().await;
    let begin = Instant::now();
    let mut left = busy(&mut superuser).await;
    while !left.is_empty() && begin.elapsed() < Duration::from_secs(2) {
        tokio::time::sleep(Duration::from_millis(10)).await;
        left = busy(&mut superuser).await;
    }
    assert!(left.is_empty(), "after {cancelled} cancelled transactions: {left:?}");
    look(&db, a).await;
    look(&db, b).await;
    assert!(db.connections().0 <= 1);
    db.close().await;
}
