//! Whoever owns the database alters the log: `audit verify` names it.

use std::path::PathBuf;

use chrono::TimeDelta;
use db::Vault;
use identity::audit::{Verification, verify};
use serde_json::json;
use web::Keys;

use super::{number, past_all_walls};
use crate::harness::TestApp;

const ALL: &str = "select count(*) from {s}.audit_log where organization_id = {o}";

async fn check(app: &TestApp) -> Verification {
    verify(&app.state, app.world.a.organization.tenant()).await.unwrap()
}

/// Kind and number of everything that was found.
async fn found(app: &TestApp) -> Vec<(&'static str, Option<i64>)> {
    let found = check(app).await;
    assert_eq!(found.is_good(), found.findings.is_empty());
    found.findings.into_iter().map(|finding| (finding.kind, finding.seq)).collect()
}

/// Some work, chained and signed; how many rows.
async fn signed(app: &TestApp) -> i64 {
    for n in 0..5 {
        let ticket = app.agent().post("/tickets/", json!({ "subject": format!("CANARY-A {n}") })).await.created();
        let path = format!("/tickets/{}/", ticket["number"]);
        app.agent().patch(&path, json!({"priority": "urgent"})).await.ok();
    }
    app.run_jobs().await;
    app.advance(TimeDelta::hours(1));
    app.run_jobs().await;
    let all = number(app, ALL).await;
    assert_eq!((found(app).await, check(app).await.checkpoints), (vec![], 1));
    for table in ["audit_log", "audit_chain"] {
        past_all_walls(app, &format!("create table {{s}}.{table}_saved as select * from {{s}}.{table}")).await;
    }
    all
}

/// As [`signed`] left it.
async fn put_back(app: &TestApp) {
    for table in ["audit_log", "audit_chain"] {
        past_all_walls(app, &format!("truncate {{s}}.{table}")).await;
        past_all_walls(app, &format!("insert into {{s}}.{table} select * from {{s}}.{table}_saved")).await;
    }
    assert_eq!(found(app).await, []);
}

/// The id of the entry at a place of the chain, as SQL.
fn entry(seq: i64) -> String {
    format!("(select entry_id from {{s}}.audit_chain_saved where organization_id = {{o}} and seq = {seq})")
}

#[tokio::test]
async fn every_altered_field_is_named() {
    let app = TestApp::start().await;
    signed(&app).await;
    // A change of a ticket's priority: every column of it says something.
    let sql =
        "select max(c.seq) from {s}.audit_chain c join {s}.audit_log l on l.organization_id = {o} and l.id = c.entry_id
                where c.organization_id = {o} and l.action = 'ticket.updated'";
    let row = number(&app, sql).await;
    for change in [
        "occurred_at = occurred_at - interval '1 microsecond'",
        "action = 'ticket.deleted'",
        "actor_kind = 'system'",
        "actor_id = gen_random_uuid()",
        "actor_name = actor_name || ' '",
        "impersonator_id = gen_random_uuid()",
        "session_id = null",
        "ip = '192.0.2.1'",
        "user_agent = 'curl'",
        "request_id = null",
        "entity_kind = 'message'",
        "entity_id = gen_random_uuid()",
        "before = jsonb_set(coalesce(before, '{}'), '{priority}', '\"low\"')",
        "after = after || '{\"x\": null}'",
    ] {
        let sql = format!("update {{s}}.audit_log set {change} where organization_id = {{o}} and id = {}", entry(row));
        past_all_walls(&app, &sql).await;
        assert_eq!(found(&app).await, [("altered", Some(row))], "{change}");
        put_back(&app).await;
    }
    for (change, expected) in [
        ("hash = sha256('x')", vec![("altered", Some(3)), ("reordered", Some(4))]),
        ("previous = sha256('x')", vec![("reordered", Some(3))]),
        ("chained_at = chained_at + interval '1 second'", vec![("altered", Some(3))]),
        ("version = 2", vec![("altered", Some(3))]),
    ] {
        past_all_walls(
            &app,
            &format!("update {{s}}.audit_chain set {change} where organization_id = {{o}} and seq = 3"),
        )
        .await;
        assert_eq!(found(&app).await, expected, "{change}");
        put_back(&app).await;
    }
}

#[tokio::test]
async fn what_is_gone_or_moved_is_named() {
    let app = TestApp::start().await;
    let all = signed(&app).await;
    past_all_walls(&app, &format!("delete from {{s}}.audit_log where organization_id = {{o}} and id = {}", entry(4)))
        .await;
    assert_eq!(found(&app).await, [("missing", Some(4))]);
    put_back(&app).await;

    // The row of the chain alone: its line of the log is left over.
    past_all_walls(&app, "delete from {s}.audit_chain where organization_id = {o} and seq = 4").await;
    assert_eq!(found(&app).await, [("gap", Some(4)), ("unchained", None)]);
    put_back(&app).await;

    // Both of the last three.
    past_all_walls(
        &app,
        &format!(
            "delete from {{s}}.audit_log where organization_id = {{o}} and id in
        (select entry_id from {{s}}.audit_chain where organization_id = {{o}} and seq > {})",
            all - 3
        ),
    )
    .await;
    past_all_walls(&app, &format!("delete from {{s}}.audit_chain where organization_id = {{o}} and seq > {}", all - 3))
        .await;
    assert_eq!(found(&app).await, [("cut", Some(all - 2))]);
    put_back(&app).await;

    past_all_walls(&app, "delete from {s}.audit_log where organization_id = {o}").await;
    past_all_walls(&app, "delete from {s}.audit_chain where organization_id = {o}").await;
    assert_eq!(found(&app).await, [("cut", Some(1))]);
    put_back(&app).await;

    // Two lines exchanged, by their ids and by their places.
    let nobody = "'00000000-0000-0000-0000-000000000001'".to_owned();
    for (from, to) in [(entry(5), nobody.clone()), (entry(6), entry(5)), (nobody, entry(6))] {
        past_all_walls(
            &app,
            &format!("update {{s}}.audit_log set id = {to} where organization_id = {{o}} and id = {from}"),
        )
        .await;
    }
    assert_eq!(found(&app).await, [("altered", Some(5)), ("altered", Some(6))]);
    put_back(&app).await;
    for (from, to) in [(5, 1_000_005), (6, 5), (1_000_005, 6)] {
        past_all_walls(
            &app,
            &format!("update {{s}}.audit_chain set seq = {to} where organization_id = {{o}} and seq = {from}"),
        )
        .await;
    }
    assert_eq!(found(&app).await, [("reordered", Some(5)), ("reordered", Some(6)), ("reordered", Some(7))]);
    put_back(&app).await;
}

#[tokio::test]
async fn what_was_put_there_is_named() {
    let app = TestApp::start().await;
    let all = signed(&app).await;
    let forged = "insert into {s}.audit_log select organization_id, gen_random_uuid(), {when}, action, actor_kind, actor_id, actor_name,
        impersonator_id, session_id, ip, user_agent, request_id, entity_kind, entity_id, before, after
        from {s}.audit_log where organization_id = {o} and id = {entry}";
    for when in ["occurred_at", "occurred_at + interval '100 years'"] {
        past_all_walls(&app, &forged.replace("{when}", when).replace("{entry}", &entry(3))).await;
        assert_eq!(found(&app).await, [("unchained", None)], "{when}");
        put_back(&app).await;
    }
    // Just written, it may be one of ours: a notice.
    let now = format!("'{}'", app.state.db.now().to_rfc3339());
    past_all_walls(&app, &forged.replace("{when}", &now).replace("{entry}", &entry(3))).await;
    let young = check(&app).await;
    assert!(young.is_good() && young.waiting == 1, "{young:?}");
    app.advance(TimeDelta::seconds(11));
    assert_eq!(found(&app).await, [("unchained", None)]);
    put_back(&app).await;

    // Somebody who knows how rows are chained writes everything anew from row 2 on.
    past_all_walls(
        &app,
        "update {s}.audit_log set actor_name = 'Nobody' where organization_id = {o} and id = (
        select entry_id from {s}.audit_chain where organization_id = {o} and seq = 2)",
    )
    .await;
    past_all_walls(&app, "insert into {s}.audit_unchained select organization_id, entry_id from {s}.audit_chain where organization_id = {o}").await;
    past_all_walls(&app, "delete from {s}.audit_chain where organization_id = {o}").await;
    app.run_jobs().await;
    assert_eq!(found(&app).await, [("rewritten", Some(all))]);
}

#[tokio::test]
async fn checkpoints_that_were_altered_are_named() {
    let mut app = TestApp::start().await;
    let all = signed(&app).await;
    let files = app.state.config.data_dir.join("files");
    let name = kernel::id::encode(app.world.a.organization.id.0);
    let path: PathBuf = files.join(format!("audit/{name}/{all:019}.json"));
    let good = std::fs::read_to_string(&path).unwrap();
    let public = app.admin().get("/audit-log/checkpoints/").await.ok();
    assert_eq!((public["count"].as_i64(), public["results"][0]["seq"].as_i64()), (Some(1), Some(all)));
    assert_eq!(public["results"][0]["public_key"], check(&app).await.public_key);
    for bad in [good.replacen("\"hash\":\"", "\"hash\":\"0", 1), good.replace("2026", "2025"), "nonsense".to_owned()] {
        assert_ne!(bad, good);
        std::fs::write(&path, bad).unwrap();
        assert_eq!(found(&app).await, [("checkpoint", Some(all))]);
    }
    std::fs::write(&path, &good).unwrap();
    // One of another row, or of another organization, proves nothing about this one.
    std::fs::write(path.with_file_name(format!("{:019}.json", all + 5)), &good).unwrap();
    assert_eq!(found(&app).await, [("checkpoint", Some(all + 5))]);
    std::fs::remove_file(path.with_file_name(format!("{:019}.json", all + 5))).unwrap();
    // The key survives the secret that it is wrapped with, and nobody can put another one in its place.
    let (old, new) = (
        Keys::new(b"the secret of all tests", &[]),
        Keys::new(b"another secret", &[b"the secret of all tests".to_vec()]),
    );
    assert_eq!(old.derive("data-keys"), app.state.keys.derive("data-keys"));
    let mut other = app.state.clone();
    other.vault = Vault::new(new.derive("data-keys"), new.accepted("data-keys"));
    server::keys::wrap_again(&other).await.unwrap();
    other.vault = Vault::new(new.derive("data-keys"), Vec::new());
    let there = verify(&other, app.world.a.organization.tenant()).await.unwrap();
    assert!(
        there.is_good() && there.checkpoints == 1 && there.public_key == public["results"][0]["public_key"],
        "{there:?}"
    );
    past_all_walls(&app, "create table platform.audit_key_saved as table platform.audit_key").await;
    past_all_walls(&app, "delete from platform.audit_key").await;
    let there = verify(&other, app.world.a.organization.tenant()).await.unwrap();
    assert_eq!(there.findings[0].kind, "checkpoint");
    past_all_walls(
        &app,
        "delete from platform.audit_key; insert into platform.audit_key select * from platform.audit_key_saved",
    )
    .await;
    app.state.vault.clone_from(&other.vault);
    // What was signed is never signed over.
    app.advance(TimeDelta::hours(1));
    app.run_jobs().await;
    assert_eq!(std::fs::read_to_string(&path).unwrap(), good);
    assert_eq!(found(&app).await, []);
}
