//! The audit log: what is in it, that it cannot be altered unseen, and how it is read.

mod api;
mod chain;
mod entries;
mod verify;

use serde_json::Value;
use sqlx::{AssertSqlSafe, Executor};

use crate::harness::TestApp;

/// Runs SQL past all walls, with `{s}` for the schema and `{o}` for the id of organization A.
async fn past_all_walls(app: &TestApp, sql: &str) {
    let organization = &app.world.a.organization;
    let sql = sql.replace("{s}", &organization.schema_name).replace("{o}", &format!("'{}'", organization.id.0));
    let mut superuser = app.database.superuser().await;
    superuser.execute(sqlx::raw_sql(AssertSqlSafe(sql.clone()))).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

/// One number, asked for in the same way.
async fn number(app: &TestApp, sql: &str) -> i64 {
    let organization = &app.world.a.organization;
    let sql = sql.replace("{s}", &organization.schema_name).replace("{o}", &format!("'{}'", organization.id.0));
    sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut app.database.superuser().await).await.unwrap()
}

/// Lines that administrators see, newest first.
async fn lines(app: &TestApp, query: &str) -> Vec<Value> {
    let page = app.admin().get(&format!("/audit-log/?page_size=100&{query}")).await.ok();
    page["results"].as_array().unwrap().clone()
}
