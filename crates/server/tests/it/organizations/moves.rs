//! Moving: nobody loses a row, writers wait, readers do not notice.

use std::time::Duration;

use channels::intake::receive;
use db::{
    Mode, TenantTx,
    placement::{Placement, move_organization},
};
use kernel::AppError;
use serde_json::json;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use super::{acme, assert_settled, load::Load, other_place, relocate, sums};
use crate::{
    guards::things::Things,
    harness::{TestApp, world::PASSWORD},
};

#[tokio::test]
async fn every_row_comes_along_and_nothing_is_left() {
    let app = TestApp::start().await;
    Things::of_both(&app).await;
    app.run_jobs().await;
    let mut superuser = app.database.superuser().await;
    let (ours, theirs) = (&app.world.a.organization, &app.world.b.organization);
    let strangers = sums(&mut superuser, &theirs.schema_name, theirs).await;
    let pages = async || {
        let mut pages = Vec::new();
        for path in
            ["/tickets/?search=words", "/customers/", "/users/", "/teams/", "/mailboxes/", "/tickets/1/history/"]
        {
            pages.push(app.admin().get(path).await.ok());
        }
        pages
    };
    let shown = pages().await;
    for version in [2, 3] {
        let before = sums(&mut superuser, &acme(&app).await.schema_name, ours).await;
        let moved = relocate(&app).await.unwrap();
        assert!(moved.changed && moved.cleaned, "{moved:?}");
        assert_eq!(moved.rows, before.values().map(|(count, _)| count).sum::<i64>());
        let organization = acme(&app).await;
        assert_eq!((organization.placement_version, &organization.schema_name), (version, &moved.to));
        assert_settled(&app).await;
        assert_eq!(sums(&mut superuser, &moved.to, ours).await, before);
        assert_eq!(sums(&mut superuser, &theirs.schema_name, theirs).await, strangers);
        assert_eq!(pages().await, shown);
        let login = json!({ "email": "agent@acme.test", "password": PASSWORD });
        app.anonymous().post("/auth/login/", login).await.ok();
        let placement = if moved.to == "shared" { Placement::Shared } else { Placement::Schema };
        let again =
            move_organization(&app.state.db, &app.database.owner, &db::operators::By::default(), ours.id, placement)
                .await
                .unwrap();
        assert!(!again.changed);
    }
    assert_eq!(&acme(&app).await.schema_name, &ours.schema_name);
}

/// Waits until the mover has closed the organization and stands before `table` of it, which `holder` locked.
async fn stands(superuser: &mut PgConnection) {
    let begin = std::time::Instant::now();
    let sql = "select exists (select from pg_stat_activity where datname = current_database()
                 and application_name = 'helpdesk mover' and wait_event_type = 'Lock' and query like 'with taken%')";
    while !sqlx::query_scalar::<_, bool>(sql).fetch_one(&mut *superuser).await.unwrap() {
        assert!(begin.elapsed() < Duration::from_secs(60), "the mover does not come");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn writers_are_told_to_wait_and_readers_go_on() {
    let app = TestApp::start().await;
    let mut superuser = app.database.superuser().await;
    for _ in 0..2 {
        // The outbox row of a fresh ticket is locked, as by a dispatcher: so the mover waits at its last step.
        let held = app.agent().post("/tickets/", json!({ "subject": "CANARY-A held" })).await.created();
        let held = format!("/tickets/{}/", held["id"].as_str().unwrap());
        let mut holder = app.database.superuser().await;
        holder.execute("begin").await.unwrap();
        let schema = acme(&app).await.schema_name;
        let sql = format!("select id from {schema}.outbox where organization_id = $1 for update");
        let id = app.world.a.organization.id.0;
        let rows = sqlx::query(AssertSqlSafe(sql)).bind(id).fetch_all(&mut holder).await.unwrap();
        assert!(!rows.is_empty());
        let (moved, ()) = tokio::join!(relocate(&app), async {
            stands(&mut superuser).await;
            let refused = app.agent().post("/tickets/", json!({ "subject": "CANARY-A late" })).await;
            assert_eq!(refused.is(503)["code"], "UNAVAILABLE");
            assert_eq!(refused.headers["retry-after"], "2");
            let login = json!({ "email": "agent@acme.test", "password": PASSWORD });
            app.anonymous().post("/auth/login/", login).await.is(503);
            let mail = b"From: cleo@acme.example\r\nSubject: CANARY-A\r\nMessage-ID: <m@x>\r\n\r\nx\r\n".to_vec();
            let taken = receive(&app.state, "support@acme.localhost", mail.into()).await;
            assert!(matches!(taken, Err(AppError::Unavailable(..))), "{taken:?}");
            assert_eq!(app.agent().get(&held).await.ok()["subject"], "CANARY-A held");
            app.agent().get("/auth/me/").await.ok();
            app.foreign("agent").post("/tickets/", json!({ "subject": "CANARY-B" })).await.created();
            holder.execute("commit").await.unwrap();
        });
        assert!(moved.unwrap().cleaned);
        app.agent().patch(&held, json!({ "subject": "CANARY-A released" })).await.ok();
        assert_settled(&app).await;
        assert!(app.run_jobs().await > 0);
    }
    assert_eq!(app.agent().get("/tickets/?ordering=number").await.ok()["results"][1]["number"], 2);
}

#[tokio::test]
async fn a_mail_that_left_meanwhile_is_not_sent_again() {
    let app = TestApp::start().await;
    let new = json!({ "subject": "CANARY-A", "customer_email": "nora@example.org", "customer_name": "CANARY-A Nora" });
    app.agent().post("/tickets/", new).await.created();
    app.run_jobs().await;
    let caught = app.state.config.data_dir.join("mail-catcher/acme");
    std::fs::remove_dir_all(&caught).unwrap();
    // The same mail once more, and the organization is closed for writers when its job runs.
    let (id, mut superuser) = (app.world.a.organization.id, app.database.superuser().await);
    let mut tx = TenantTx::system(&app.state.db, id, Mode::Write).await.unwrap();
    let mail: kernel::OutgoingMailId = sqlx::query_scalar(
        "update outgoing_mails set state = 'queued', attempts = 0 where organization_id = $1 returning id",
    )
    .bind(id.0)
    .fetch_one(&mut *tx)
    .await
    .unwrap();
    tx.enqueue(channels::outgoing::SEND_JOB, mail.0, json!({ "mail": mail }), None);
    tx.commit().await.unwrap();
    sqlx::query("select pg_advisory_lock(platform.write_lock($1))").bind(id.0).execute(&mut superuser).await.unwrap();
    let (ran, ()) = tokio::join!(app.run_jobs(), async {
        let begin = std::time::Instant::now();
        while !caught.exists() {
            assert!(begin.elapsed() < Duration::from_secs(60), "the mail does not leave");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
        superuser.close().await.unwrap();
    });
    assert_eq!(ran, 1);
    let mut tx = TenantTx::system(&app.state.db, id, Mode::Read).await.unwrap();
    let outcome: (String, i32) =
        sqlx::query_as("select state, attempts from outgoing_mails where organization_id = $1")
            .bind(id.0)
            .fetch_one(&mut *tx)
            .await
            .unwrap();
    assert_eq!(outcome, ("caught".to_owned(), 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn under_load_nothing_is_lost_doubled_or_unreadable() {
    let app = TestApp::start().await;
    let load = Load::start(&app);
    for round in 1..=4 {
        load.tickets(round * 6).await;
        // As a task of its own, as a server that goes on answering does it.
        let (db, owner) = (app.state.db.clone(), app.database.owner.clone());
        let (id, place) = (app.world.a.organization.id, other_place(&app).await);
        let moving =
            db::uncancelled(
                async move { move_organization(&db, &owner, &db::operators::By::default(), id, place).await },
            );
        let moved = moving.await.unwrap().unwrap();
        assert!(moved.changed && moved.cleaned, "{moved:?}");
        assert_settled(&app).await;
    }
    load.tickets(30).await;
    assert!(load.promises().reads.load(std::sync::atomic::Ordering::Relaxed) > 10);
    load.stop(&app).await;
}

#[tokio::test]
async fn a_reader_of_the_old_place_sees_all_of_it_until_it_ends() {
    let app = TestApp::start().await;
    for index in 0..5 {
        app.agent().post("/tickets/", json!({ "subject": format!("CANARY-A {index}") })).await.created();
    }
    app.run_jobs().await;
    let id = app.world.a.organization.id;
    let mut reader = TenantTx::system(&app.state.db, id, Mode::Read).await.unwrap();
    let count = async |reader: &mut TenantTx| -> i64 {
        sqlx::query_scalar("select count(*) from tickets where organization_id = $1")
            .bind(id.0)
            .fetch_one(&mut **reader)
            .await
            .unwrap()
    };
    let old = acme(&app).await;
    let (moved, ()) = tokio::join!(relocate(&app), async {
        let begin = std::time::Instant::now();
        while acme(&app).await.schema_name == old.schema_name {
            assert!(begin.elapsed() < Duration::from_secs(60));
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        // Moved already; a change in the new place does not show in the old one, nor does anything vanish there.
        app.agent().post("/tickets/", json!({ "subject": "CANARY-A new" })).await.created();
        assert_eq!(count(&mut reader).await, 5);
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert_eq!(count(&mut reader).await, 5);
        drop(reader);
    });
    assert!(moved.unwrap().cleaned);
    assert_settled(&app).await;
    assert_eq!(app.agent().get("/tickets/").await.ok()["count"], 6);
}

/// What people keep for seconds about an organization that has moved is found out and looked up again.
#[tokio::test]
async fn what_was_remembered_of_the_old_place_does_no_harm() {
    let app = TestApp::start().await;
    app.agent().get("/tickets/").await.ok();
    app.agent().at("localhost").get("/tickets/").await.ok();
    for _ in 0..3 {
        let before = acme(&app).await;
        assert!(relocate(&app).await.unwrap().changed);
        let mut stale = TenantTx::system(&app.state.db, before.tenant(), Mode::Read).await.unwrap();
        let schema: String = sqlx::query_scalar("select current_schema()::text").fetch_one(&mut *stale).await.unwrap();
        assert_eq!(schema, acme(&app).await.schema_name);
        drop(stale);
        let login = json!({ "email": "agent@acme.test", "password": PASSWORD });
        let pair = app.anonymous().post("/auth/login/", login).await.ok();
        app.anonymous().post("/auth/refresh/", json!({ "refresh": pair["refresh"] })).await.ok();
        app.agent().get("/tickets/").await.ok();
        app.agent().post("/tickets/", json!({ "subject": "CANARY-A" })).await.created();
        app.agent().at("localhost").get("/tickets/").await.ok();
    }
    let place = other_place(&app).await;
    let unknown = move_organization(
        &app.state.db,
        &app.database.owner,
        &db::operators::By::default(),
        kernel::OrganizationId(uuid::Uuid::nil()),
        place,
    )
    .await;
    assert!(matches!(unknown, Err(AppError::NotFound)), "{unknown:?}");
    app.run_jobs().await;
}

#[tokio::test]
async fn somebody_who_writes_for_too_long_is_not_cut_off() {
    let app = TestApp::start().await;
    let mut long = TenantTx::system(&app.state.db, app.world.a.organization.id, Mode::Write).await.unwrap();
    let before = acme(&app).await;
    let moved = relocate(&app).await;
    assert!(matches!(&moved, Err(AppError::Conflict(sentence, _)) if sentence.contains("writing")), "{moved:?}");
    assert_eq!(acme(&app).await.placement_version, before.placement_version);
    assert_settled(&app).await;
    sqlx::query("select 1").execute(&mut *long).await.unwrap();
    long.commit().await.unwrap();
    assert!(relocate(&app).await.unwrap().changed);
}
