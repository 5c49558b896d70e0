//! Movers that are killed: the next one, or the running server, finds either the old state or the new one.

use std::time::Duration;

use db::{Mode, TenantTx};
use serde_json::json;
use sqlx::PgConnection;

use super::{acme, assert_settled, load::Load, relocate};
use crate::harness::TestApp;

/// Ends every mover's connection; how many there were.
async fn kill(superuser: &mut PgConnection) -> i64 {
    sqlx::query_scalar(
        "select count(pg_terminate_backend(pid)) from pg_stat_activity
          where datname = current_database() and application_name = 'helpdesk mover'",
    )
    .fetch_one(superuser)
    .await
    .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_any_moment_nothing_is_lost_or_doubled() {
    let app = TestApp::start().await;
    let load = Load::start(&app);
    load.tickets(10).await;
    let mut superuser = app.database.superuser().await;
    // How long a move takes here: the blows fall all over that time, and some after it.
    let begin = std::time::Instant::now();
    assert!(relocate(&app).await.unwrap().cleaned);
    let whole = begin.elapsed();
    let mut killed = 0;
    for round in 0..25_u32 {
        let wait = whole * (round * 7 % 25) / 20;
        let before = acme(&app).await.placement_version;
        let (outcome, hits) = tokio::join!(relocate(&app), async {
            tokio::time::sleep(wait).await;
            kill(&mut superuser).await
        });
        killed += u32::from(hits > 0 && !outcome.as_ref().is_ok_and(|moved| moved.cleaned));
        let after = acme(&app).await.placement_version;
        assert!(after == before || after == before + 1, "{before} became {after}: {outcome:?}");
        assert_eq!(outcome.is_ok(), after > before || outcome.is_ok(), "{outcome:?}");
        if round % 3 == 0 {
            server::organizations::settle(&app.state).await.unwrap();
        }
    }
    assert!(killed >= 5, "only {killed} movers were killed");
    let last = relocate(&app).await.unwrap();
    assert!(last.changed && last.cleaned, "{last:?}");
    assert_settled(&app).await;
    load.stop(&app).await;
}

#[tokio::test]
async fn killed_between_flip_and_cleaning() {
    let app = TestApp::start().await;
    for index in 0..5 {
        app.agent().post("/tickets/", json!({ "subject": format!("CANARY-A {index}") })).await.created();
    }
    app.run_jobs().await;
    let mut superuser = app.database.superuser().await;
    for round in 0..2 {
        let old = acme(&app).await;
        // A reader keeps the old rows from being removed.
        let reader = TenantTx::system(&app.state.db, old.id, Mode::Read).await.unwrap();
        let (moved, ()) = tokio::join!(relocate(&app), async {
            let begin = std::time::Instant::now();
            while acme(&app).await.schema_name == old.schema_name {
                assert!(begin.elapsed() < Duration::from_secs(60));
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
            assert_eq!(kill(&mut superuser).await, 1);
        });
        let moved = moved.unwrap();
        assert!(moved.changed && !moved.cleaned, "{moved:?}");
        let new = acme(&app).await;
        assert_eq!(new.placement_version, old.placement_version + 1);
        let state: String =
            sqlx::query_scalar("select state from platform.moves order by started_at desc, id desc limit 1")
                .fetch_one(&mut superuser)
                .await
                .unwrap();
        assert_eq!(state, "cleaning");
        assert_eq!(app.agent().get("/tickets/").await.ok()["count"], 5);
        if round == 0 {
            // The running server finishes it, once nobody reads any more.
            server::organizations::settle(&app.state).await.unwrap();
            assert_eq!(acme(&app).await.schema_name, new.schema_name);
            drop(reader);
            server::organizations::settle(&app.state).await.unwrap();
        } else {
            // The next move finishes it before it begins.
            drop(reader);
            assert!(relocate(&app).await.unwrap().cleaned);
        }
        assert_settled(&app).await;
        assert_eq!(app.agent().get("/tickets/").await.ok()["count"], 5);
    }
}
