//! Settings and branding of an organization.

use axum::http::Method;
use serde_json::{Value, json};

use crate::harness::TestApp;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89";

#[tokio::test]
async fn settings_are_read_by_staff_and_changed_by_administrators() {
    let app = TestApp::start().await;
    let (admin, path) = (app.admin(), "/organization/");
    let before = app.as_("viewer").get(path).await.ok();
    assert_eq!((&before["slug"], &before["ticket_prefix"]), (&json!("acme"), &json!("TK")));
    app.customer().get(path).await.is(403);
    app.manager().patch(path, json!({"name": "x"})).await.is(403);
    let change = json!({"name": "CANARY-A Acme", "time_zone": "Europe/Berlin", "ticket_prefix": "AC", "ticket_padding": 3,
        "brand_color": "#A02020", "first_response_on_status": false});
    let after = admin.patch(path, change).await.ok();
    assert_eq!((&after["brand_color"], &after["name"]), (&json!("#a02020"), &json!("CANARY-A Acme")));
    assert_eq!(after["version"], before["version"].as_i64().unwrap() + 1);
    let ticket = app.agent().post("/tickets/", json!({"subject": "numbered"})).await.created();
    assert!(ticket["reference"].as_str().unwrap().starts_with("AC-2026-00"), "{ticket}");
    let path_of = format!("/tickets/{}/", ticket["id"].as_str().unwrap());
    let opened = app.agent().post(&format!("{path_of}change_status/"), json!({"status": "open"})).await.ok();
    assert_eq!(opened["first_response_at"], Value::Null);
    for (field, value) in [
        ("time_zone", json!("Mars/Base")),
        ("locale", json!("xx")),
        ("ticket_prefix", json!("a-b")),
        ("ticket_padding", json!(0)),
        ("agent_visibility", json!("none")),
        ("brand_color", json!("red;}")),
        ("name", json!(" ")),
    ] {
        admin.patch(path, json!({field: value})).await.problem(field);
    }
    let register = json!({"email": "new@acme.test", "name": "New", "password": "correct horse battery"});
    app.anonymous().post("/auth/register/", register.clone()).await.is(202);
    admin.patch(path, json!({"customer_registration": false})).await.ok();
    assert!(!app.anonymous().post("/auth/register/", register).await.status.is_success());
    let stale = admin.send(Method::PATCH, path, &[("if-match", "\"1\"")], Some(json!({"locale": "en"}))).await;
    stale.is(412);
    assert_eq!(app.foreign_admin().get(path).await.ok()["slug"], "globex");
    app.run_jobs().await;
}

#[tokio::test]
async fn agents_see_what_the_organization_says() {
    let app = TestApp::start().await;
    app.customer().post("/tickets/", json!({"subject": "unassigned"})).await.created();
    let seen = async || app.as_("agent2").get("/tickets/").await.ok()["count"].as_i64().unwrap();
    assert_eq!(seen().await, 1);
    app.admin().patch("/organization/", json!({"agent_visibility": "own"})).await.ok();
    assert_eq!(seen().await, 0);
    app.admin().patch("/organization/", json!({"agent_visibility": "all"})).await.ok();
    assert_eq!(seen().await, 1);
    app.run_jobs().await;
}

#[tokio::test]
async fn everybody_sees_the_branding_of_the_host() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let put = async |kind: &str, bytes: &[u8]| {
        admin.raw(Method::PUT, "/organization/logo/", &[("content-type", kind)], bytes.to_vec()).await
    };
    admin.patch("/organization/", json!({"brand_color": "#ffd400"})).await.ok();
    let shown = app.anonymous().get("/branding/").await.ok();
    assert_eq!((&shown["brand_color"], &shown["on_brand_color"]), (&json!("#ffd400"), &json!("#000000")));
    assert_eq!(shown["logo_url"], Value::Null);
    app.anonymous().get("/branding/logo/").await.is(404);
    put("image/svg+xml", b"<svg onload=alert(1) xmlns='http://www.w3.org/2000/svg'/>").await.is(415);
    put("image/png", b"<html>").await.is(415);
    put("image/png", &vec![0; 600 * 1024]).await.is(413);
    app.agent().raw(Method::PUT, "/organization/logo/", &[], PNG.to_vec()).await.is(403);
    let url = put("image/png", PNG).await.ok()["logo_url"].as_str().unwrap().to_owned();
    let logo = app.anonymous().get(&url).await;
    assert_eq!((logo.status.as_u16(), &logo.bytes[..]), (200, PNG));
    assert_eq!(logo.headers["content-type"], "image/png");
    assert_eq!(logo.headers["x-content-type-options"], "nosniff");
    app.foreign("admin").get(&url).await.is(404);
    app.anonymous().get("/branding/logo/?v=00").await.is(404);
    app.anonymous().at("localhost").get("/branding/").await.is(404);
    admin.delete("/organization/logo/").await.is(204);
    app.anonymous().get(&url).await.is(404);
}
