//! Deleting: closed at once, restored when asked in time, gone without a trace after that.

use channels::intake::receive;
use chrono::TimeDelta;
use db::{Mode, TenantTx, operators::By, platform, removal};
use kernel::AppError;
use object_store::path::Path;
use serde_json::{Value, json};
use server::organizations;
use sqlx::AssertSqlSafe;

use super::{acme, relocate, schema_exists, sums};
use crate::{
    guards::things::Things,
    harness::{TestApp, world::PASSWORD},
};

/// Tables of the platform that have rows of organization A, but for the log of what operators did.
async fn traces(app: &TestApp) -> Vec<String> {
    let mut superuser = app.database.superuser().await;
    let columns: Vec<(String, String)> = sqlx::query_as(
        "select table_name::text, column_name::text from information_schema.columns
          where table_schema = 'platform' and table_name <> 'operator_log' and (column_name = 'organization_id' or (table_name, column_name) = ('organizations', 'id'))
          order by 1",
    )
    .fetch_all(&mut superuser)
    .await
    .unwrap();
    assert!(columns.len() >= 7, "{columns:?}");
    let mut found = Vec::new();
    for (table, column) in columns {
        let sql = format!("select exists (select from platform.{table} where {column} = $1)");
        let id = app.world.a.organization.id.0;
        if sqlx::query_scalar(AssertSqlSafe(sql)).bind(id).fetch_one(&mut superuser).await.unwrap() {
            found.push(table);
        }
    }
    found
}

async fn objects(app: &TestApp, organization: kernel::OrganizationId) -> usize {
    use futures_util::StreamExt;
    let all = app.state.files.list(Some(&Path::from(kernel::id::encode(organization.0))));
    all.filter(|object| {
        // Archives of the others end by the clock meanwhile.
        let is_archive = object.as_ref().unwrap().location.as_ref().contains("/exports/");
        std::future::ready(!is_archive || organization == app.world.a.organization.id)
    })
    .count()
    .await
}

async fn login(app: &TestApp) -> u16 {
    let login = json!({ "email": "agent@acme.test", "password": PASSWORD });
    app.anonymous().post("/auth/login/", login).await.status.as_u16()
}

#[tokio::test]
async fn a_deleted_organization_is_closed_and_can_be_restored() {
    let app = TestApp::start().await;
    let (own, _) = Things::of_both(&app).await;
    let ticket = app.agent().get(&own.fill("/api/v1/tickets/{id}/")).await.ok();
    let deletion = removal::delete(&app.state.db, &By::default(), "acme", false).await.unwrap();
    assert_eq!(deletion.delete_after, app.state.db.now() + TimeDelta::days(30));
    for path in ["/tickets/", "/auth/me/"] {
        assert_eq!(app.agent().get(path).await.is(403)["code"], "ORGANIZATION_SUSPENDED");
        assert_eq!(app.agent().at("localhost").get(path).await.is(403)["code"], "ORGANIZATION_SUSPENDED");
    }
    assert_eq!(login(&app).await, 403);
    let mail = b"From: cleo@acme.example\r\nSubject: CANARY-A\r\n\r\nx\r\n".to_vec();
    let taken = receive(&app.state, "support@acme.localhost", mail.into()).await;
    assert!(matches!(taken, Err(AppError::Suspended)), "{taken:?}");
    app.foreign("agent").get("/tickets/").await.ok();
    // Neither suspended nor resumed nor moved meanwhile, and asked again it keeps its date.
    for status in ["active", "suspended"] {
        assert!(matches!(
            platform::set_status(&app.state.db, &By::default(), "acme", status).await,
            Err(AppError::Conflict(..))
        ));
    }
    assert!(matches!(relocate(&app).await, Err(AppError::Conflict(..))));
    app.advance(TimeDelta::days(2));
    assert_eq!(
        removal::delete(&app.state.db, &By::default(), "acme", false).await.unwrap().delete_after,
        deletion.delete_after
    );
    organizations::settle(&app.state).await.unwrap();
    removal::restore(&app.state.db, &By::default(), "acme").await.unwrap();
    let again = removal::restore(&app.state.db, &By::default(), "acme").await;
    assert!(
        matches!(&again, Err(AppError::Conflict(sentence, _)) if sentence.contains("not being deleted")),
        "{again:?}"
    );
    assert_eq!(acme(&app).await.status, "active");
    assert_eq!(login(&app).await, 200);
    let same = app.agent().get(&own.fill("/api/v1/tickets/{id}/")).await.ok();
    assert_eq!((&same["subject"], &same["version"]), (&ticket["subject"], &ticket["version"]));
    // One that was suspended is suspended again.
    platform::set_status(&app.state.db, &By::default(), "acme", "suspended").await.unwrap();
    removal::delete(&app.state.db, &By::default(), "acme", false).await.unwrap();
    removal::restore(&app.state.db, &By::default(), "acme").await.unwrap();
    assert_eq!(acme(&app).await.status, "suspended");
}

#[tokio::test]
async fn after_the_grace_period_nothing_is_left_but_the_names() {
    let app = TestApp::start().await;
    Things::of_both(&app).await;
    platform::add_domain(&app.state.db, &By::default(), &app.world.a.organization, "help.acme.example").await.unwrap();
    let (ours, theirs) = (&app.world.a.organization, &app.world.b.organization);
    let mut superuser = app.database.superuser().await;
    let rest = |mut sums: std::collections::BTreeMap<String, (i64, i64)>| {
        // These the clock changes too: archives end, entries are chained, keys are replaced, what is over goes.
        let by_clock = [
            "organization_exports",
            "audit_chain",
            "audit_log",
            "audit_unchained",
            "data_keys",
            "identity_providers",
            "idempotency_keys",
            "links",
            "oidc_flows",
            "otp_factors",
            "drafts",
            "realtime_tickets",
            "refresh_tokens",
            "sessions",
            "sla_marks",
        ];
        by_clock.iter().for_each(|table| assert!(sums.remove(*table).is_some(), "{table}"));
        sums
    };
    let strangers = rest(sums(&mut superuser, &theirs.schema_name, theirs).await);
    let their_objects = objects(&app, theirs.id).await;
    assert!(objects(&app, ours.id).await > 0 && their_objects > 0);
    let caught = app.state.config.data_dir.join("mail-catcher");
    assert!(caught.join("acme").exists());
    removal::delete(&app.state.db, &By::default(), "acme", false).await.unwrap();
    app.advance(TimeDelta::days(30) - TimeDelta::minutes(1));
    organizations::settle(&app.state).await.unwrap();
    assert_eq!(acme(&app).await.status, "deleting");
    assert!(removal::remove_rows(&app.state.db, &app.database.owner, ours.id).await.is_err(), "before its time");
    app.advance(TimeDelta::minutes(2));
    assert!(
        matches!(removal::restore(&app.state.db, &By::default(), "acme").await, Err(AppError::Conflict(..))),
        "too late"
    );
    // By the clock.
    app.run_jobs().await;
    assert!(platform::find(&app.state.db, ours.id).await.unwrap().is_none());
    assert_eq!(traces(&app).await, ["released_names"]);
    let left = sums(&mut superuser, "shared", ours).await;
    assert!(left.values().all(|(count, _)| *count == 0), "{left:?}");
    assert!(!schema_exists(&mut superuser, &db::placement::Placement::Schema.schema_of(ours.id)).await);
    assert_eq!(objects(&app, ours.id).await, 0);
    assert!(!caught.join("acme").exists() && caught.join("globex").exists());
    assert_eq!(rest(sums(&mut superuser, &theirs.schema_name, theirs).await), strangers);
    assert_eq!(objects(&app, theirs.id).await, their_objects);
    app.agent().get("/tickets/").await.is(404);
    assert_eq!(login(&app).await, 404);
    // The next start still works, and settling again finds nothing to do.
    db::migrate(&app.database.owner).await.unwrap();
    organizations::settle(&app.state).await.unwrap();
}

#[tokio::test]
async fn names_of_a_removed_organization_are_kept_from_others() {
    let app = TestApp::start().await;
    let db = &app.state.db;
    let theirs = app.world.b.organization.id;
    platform::add_domain(db, &By::default(), &app.world.a.organization, "help.acme.example").await.unwrap();
    let deletion = removal::delete(db, &By::default(), "acme", true).await.unwrap();
    organizations::remove(&app.state, &deletion).await.unwrap();
    let refused = |error: AppError| match error {
        AppError::Conflict(sentence, fields) => (sentence, fields.0.into_keys().next().unwrap()),
        other => panic!("{other}"),
    };
    let date = (app.state.db.now() + TimeDelta::days(90)).format("%Y-%m-%d").to_string();
    let slug = organizations::ensure(&app.state, &By::default(), "acme", "Eve", false).await.map(|_| ()).unwrap_err();
    assert_eq!(
        refused(slug),
        (format!("acme belonged to an organization that was deleted; it is free again on {date}."), "slug".to_owned())
    );
    let domain =
        platform::add_domain(db, &By::default(), &app.world.b.organization, "help.acme.example").await.unwrap_err();
    assert_eq!(refused(domain).1, "domain");
    let mailbox = json!({ "address": "support@help.acme.example", "name": "CANARY-B" });
    let taken = app.foreign_admin().post("/mailboxes/", mailbox).await;
    assert_eq!(taken.is(409)["errors"]["address"][0]["code"], Value::from("taken"));
    app.advance(TimeDelta::days(91));
    organizations::settle(&app.state).await.unwrap();
    assert_eq!(traces(&app).await, [""; 0]);
    assert!(organizations::ensure(&app.state, &By::default(), "acme", "Anew", false).await.unwrap().1);
    platform::add_domain(db, &By::default(), &app.world.b.organization, "help.acme.example").await.unwrap();
    let mut tx = TenantTx::system(db, theirs, Mode::Write).await.unwrap();
    sqlx::query("select platform.claim_mail_address($1, 'support@help.acme.example', $2)")
        .bind(theirs.0)
        .bind(uuid::Uuid::nil())
        .execute(&mut *tx)
        .await
        .unwrap();
}

/// Whatever step it was killed after, the next run brings it to its end.
#[tokio::test]
async fn a_removal_is_finished_from_every_step() {
    for steps in 0..2 {
        let app = TestApp::start().await;
        Things::of_both(&app).await;
        let id = app.world.a.organization.id;
        removal::delete(&app.state.db, &By::default(), "acme", true).await.unwrap();
        if steps > 0 {
            removal::remove_rows(&app.state.db, &app.database.owner, id).await.unwrap();
            // A start in between is none the wiser.
            db::migrate(&app.database.owner).await.unwrap();
        }
        organizations::settle(&app.state).await.unwrap();
        assert_eq!(traces(&app).await, ["released_names"], "after step {steps}");
        assert_eq!(objects(&app, id).await, 0);
    }
}
