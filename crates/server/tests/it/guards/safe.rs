//! Reading changes nothing.

use axum::http::Method;
use sqlx::{AssertSqlSafe, PgConnection};

use super::things::{Things, operations};
use crate::harness::TestApp;

/// A digest of every table of the database, but the audit log: it notes what was refused or exported.
async fn digests(superuser: &mut PgConnection) -> Vec<(String, Option<String>)> {
    let tables: Vec<String> = sqlx::query_scalar(
        "select quote_ident(n.nspname) || '.' || quote_ident(c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace
          where c.relkind = 'r' and n.nspname not in ('pg_catalog', 'information_schema')
            and c.relname not like 'audit%' order by 1",
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
    let before = digests(&mut superuser).await;
    assert!(before.len() > 25);
    let (admin, customer) = (app.admin(), app.customer());
    for operation in operations().into_iter().filter(|operation| operation.method == Method::GET) {
        for client in [&admin, &customer, &app.anonymous()] {
            let path = own.fill(&operation.path);
            let answer = client.get(&path).await;
            if answer.status.is_redirection() {
                client.get(answer.headers["location"].to_str().unwrap()).await;
            }
        }
        assert_eq!(digests(&mut superuser).await, before, "{}", operation.name);
    }
}
