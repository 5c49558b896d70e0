//! Sessions, accounts, second factors, staff and teams, roles, API keys, acting as somebody else.

pub mod account;
mod api_keys;
mod attacks;
pub mod domains;
mod impersonation;
mod links;
mod organization;
mod otp;
mod own_sessions;
mod people;
mod profile;
mod register;
mod removal;
mod roles;
mod sessions;

use serde_json::Value;
use sqlx::AssertSqlSafe;

use crate::harness::TestApp;

/// Rows of the audit log of organization A with this action, in the order of their time.
async fn audited(app: &TestApp, action: &str) -> Vec<Value> {
    let organization = &app.world.a.organization;
    let sql = format!(
        "select to_jsonb(l) from {}.audit_log l where organization_id = $1 and action = $2 order by occurred_at, id",
        organization.schema_name
    );
    sqlx::query_scalar(AssertSqlSafe(sql))
        .bind(organization.id.0)
        .bind(action)
        .fetch_all(&mut app.database.superuser().await)
        .await
        .unwrap()
}

/// Everything that stands in a table of organization A, as text.
async fn dump(app: &TestApp, table: &str) -> String {
    let organization = &app.world.a.organization;
    let sql = format!(
        "select coalesce(string_agg(t::text, ' '), '') from {}.{table} t where organization_id = $1",
        organization.schema_name
    );
    sqlx::query_scalar(AssertSqlSafe(sql))
        .bind(organization.id.0)
        .fetch_one(&mut app.database.superuser().await)
        .await
        .unwrap()
}
