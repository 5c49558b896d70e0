//! Reading changes nothing.

use axum::http::Method;
use sqlx::{AssertSqlSafe, PgConnection};

use super::things::{Things, operations};
use crate::harness::TestApp;

/// Every table of the database, but the audit log: it notes what was refused or exported.
#[derive(Debug)]
pub struct Digests {
    connection: PgConnection,
    sql: String,
}

impl Digests {
    /// Of all tables but the audit log, which tells of refusals and exports, and the sign-ins under way: a
    /// browser begins one by going there.
    pub async fn of(app: &TestApp) -> Self {
        let mut connection = app.database.superuser().await;
        let tables: Vec<String> = sqlx::query_scalar(
            "select quote_ident(n.nspname) || '.' || quote_ident(c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace
              where c.relkind = 'r' and n.nspname not in ('pg_catalog', 'information_schema')
                and c.relname not like 'audit%' and c.relname <> 'oidc_flows' order by 1",
        )
        .fetch_all(&mut connection)
        .await
        .unwrap();
        assert!(tables.len() > 25, "{tables:?}");
        let each = tables.iter().map(|table| {
            format!("select '{table}', coalesce(sum(hashtextextended(t::text, 0)), 0)::text from {table} t")
        });
        let sql = each.collect::<Vec<_>>().join(" union all ");
        Self { connection, sql }
    }

    /// The tables with a number that changes with any of their rows.
    pub async fn take(&mut self) -> Vec<(String, String)> {
        let rows = sqlx::query_as(AssertSqlSafe(self.sql.clone())).fetch_all(&mut self.connection).await;
        // PostgreSQL answers the parts of a union in the order in which they are done.
        let mut rows: Vec<(String, String)> = rows.unwrap();
        rows.sort();
        rows
    }
}

#[tokio::test]
async fn reading_changes_nothing() {
    let app = TestApp::start().await;
    let (own, _) = Things::of_both(&app).await;
    let mut digests = Digests::of(&app).await;
    let before = digests.take().await;
    let (admin, customer) = (app.admin(), app.customer());
    for operation in operations().into_iter().filter(|operation| operation.method == Method::GET) {
        if operation.name == "auth_oidc_start" {
            // A sign-in begins, for browsers that follow a link; it is remembered until they are back.
            continue;
        }
        for client in [&admin, &customer, &app.anonymous()] {
            let path = own.fill(&operation.path);
            let answer = client.get(&path).await;
            if answer.status.is_redirection() {
                client.get(answer.headers["location"].to_str().unwrap()).await;
            }
        }
        assert_eq!(digests.take().await, before, "{}", operation.name);
    }
}
