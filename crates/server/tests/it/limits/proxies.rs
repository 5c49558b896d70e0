//! Who the peer is behind proxies: what stands in the audit log is what is counted.

use std::sync::Arc;

use axum::http::Method;
use serde_json::json;

use crate::harness::{Client, TestApp};

/// The peer of a bad sign-in, as the audit log has it.
async fn peer(app: &TestApp, client: &Client, forwarded: &str) -> String {
    let body = json!({"email": app.world.a.member("agent").email, "password": "not the password"});
    let headers = [("x-forwarded-for", forwarded), ("x-real-ip", "192.0.2.99"), ("forwarded", "for=192.0.2.98")];
    client.send(Method::POST, "/auth/login/", &headers, Some(body)).await.is(401);
    let schema = &app.world.a.organization.schema_name;
    let sql = format!("select ip from {schema}.audit_log where organization_id = $1 order by id desc limit 1");
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
        .bind(app.world.a.organization.id.0)
        .fetch_one(&mut app.database.superuser().await)
        .await
        .unwrap()
}

#[tokio::test]
async fn only_a_trusted_proxy_is_believed() {
    let app = TestApp::with(|state| {
        Arc::make_mut(&mut state.config).trusted_proxies = "10.0.0.0/8, 2001:db8::/32".parse().unwrap();
    })
    .await;
    let client = app.anonymous();
    for (tcp, forwarded, expected) in [
        ("203.0.113.5", "198.51.100.1", "203.0.113.5"),
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "1.2.3.4, 198.51.100.1, 10.7.7.7", "198.51.100.1"),
        ("::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("2001:db8::1", "2001:dead::5", "2001:dead::5"),
        ("10.0.0.1", "", "10.0.0.1"),
    ] {
        assert_eq!(peer(&app, &client.from_peer(tcp), forwarded).await, expected, "{tcp} {forwarded}");
    }
}

#[tokio::test]
async fn nobody_is_believed_unless_told() {
    let app = TestApp::start().await;
    assert_eq!(peer(&app, &app.anonymous().from_peer("127.0.0.1"), "198.51.100.1").await, "127.0.0.1");
}
