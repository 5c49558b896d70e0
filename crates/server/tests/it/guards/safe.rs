//! Reading changes nothing.

use axum::http::Method;
use sqlx::{AssertSqlSafe, PgConnection};

use super::things::{Things, operations};
use crate::harness::TestApp;

/// A digest of every table of the database.
async fn digests(superuser: &mut PgConnection) -> Vec<(String, Option<String>)> {
    let tables: Vec<String> = sqlx::query_scalar(
        "select quote_ident(n.nspname) || '.' || quote_ident(c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace
          where c.relkind = 'r' and n.nspname not in ('pg_catalog', 'information_schema') order by 1",
    )
    .fetch_all(&mut *superuser)
    .await
    .unwrap();
    let mut digests = Vec::new();
    for table in tables {
        let sql = format!("select md5(string_agg(t::text, ';' order by t::text)) from {table} t");
        digests.push((table, sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut *superuser).await.unwrap()));
    }
    digests
}

#[tokio::test]
async fn reading_changes_nothing() {
    let app = TestApp::start().await;
    let (own, _) = Things::of_both(&app).await;
    let mut superuser = app.database.superuser().await;
    let mut before = digests(&mut superuser).await;
    assert!(before.len() > 25);
    let (admin, customer) = (app.admin(), app.customer());
    for operation in operations().into_iter().filter(|operation| operation.method == Method::GET) {
        for client in [&admin, &customer, &app.anonymous()] {
            let path = own.fill(&operation.path);
            let answer = client.get(&path).await;
            if answer.status.is_redirection() {
                client.get(answer.headers["location"].to_str().unwrap()).await;
            }
            let after = digests(&mut superuser).await;
            // Only the audit log notes that somebody tried what they may not, or took it with them.
            let changed = |(before, after): (&(String, _), &(String, _))| (before != after).then(|| after.0.clone());
            let changed: Vec<String> = before.iter().zip(&after).filter_map(changed).collect();
            let is_log = |table: &String| {
                (answer.status == 403 || operation.name == "audit_log_export") && table.contains(".audit_")
            };
            assert!(changed.iter().all(is_log), "{} changes {changed:?}", operation.name);
            before = after;
        }
    }
}
