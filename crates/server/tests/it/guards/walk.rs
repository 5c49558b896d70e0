//! Every operation of the API as everybody who must not, and with ids that are somebody else's.

use std::collections::HashSet;

use axum::http::{Method, StatusCode};
use kernel::{Permission, RoleKey};
use serde_json::{Value, json};

use super::things::{Things, comparable, operations, operators};
use crate::harness::{Client, TestApp, schema};

#[tokio::test]
async fn nobody_and_strangers_are_told_to_sign_in() {
    let app = TestApp::start().await;
    let ids = Things::random();
    let stranger = app.key(&every_scope()).await.at("globex.localhost");
    for operation in operations() {
        let answer = operation.send(&app.anonymous(), &ids, operation.body()).await;
        if operation.needs.is_some() {
            answer.is(401);
            operation.send(&app.foreign("admin").at("acme.localhost"), &ids, operation.body()).await.is(401);
            operation.send(&stranger, &ids, operation.body()).await.is(401);
        } else {
            // What is answered alike for everybody says only that it will be done, or what everybody may
            // see who comes to sign in.
            let is_silent =
                answer.status == StatusCode::ACCEPTED || ["auth_oidc_list", "branding_get"].contains(&operation.name);
            assert!(answer.status.is_client_error() || is_silent, "{}: {}", operation.name, answer.status);
        }
    }
    app.anonymous().post("/auth/logout/", Value::Null).await.is(401);
    app.foreign("admin").at("acme.localhost").post("/auth/logout/", Value::Null).await.is(401);
    app.foreign("admin").get("/auth/me/").await.ok();
}

fn every_scope() -> Vec<&'static str> {
    Permission::ALL.iter().filter(|permission| permission.is_scope()).map(|permission| permission.as_str()).collect()
}

#[tokio::test]
async fn operators_operations_are_for_operators_on_the_bare_host() {
    let app = TestApp::start().await;
    let ids = Things::random();
    let operators = operators();
    assert!(operators.len() > 10);
    for operation in operators {
        let at = |client: Client, host: &str| {
            let (operation, ids, client) = (operation.clone(), ids.clone(), client.at(host));
            async move { operation.send(&client, &ids, operation.body()).await.status.as_u16() }
        };
        assert_eq!(at(app.anonymous(), "localhost").await, 401, "{}", operation.name);
        assert_eq!(at(app.anonymous(), "acme.localhost").await, 404, "{}", operation.name);
        for role in RoleKey::ALL {
            assert_eq!(at(app.as_(role.as_str()), "localhost").await, 401, "{}", operation.name);
            assert_eq!(at(app.as_(role.as_str()), "acme.localhost").await, 404, "{}", operation.name);
        }
    }
}

#[tokio::test]
async fn roles_and_keys_may_what_their_permissions_say() {
    let app = TestApp::start().await;
    let (own, _) = Things::of_both(&app).await;
    let nothing = Things::random();
    let mut refused = Vec::new();
    let mut callers = Vec::new();
    for role in RoleKey::ALL {
        callers.push((role.as_str(), app.as_(role.as_str()), role.permissions()));
    }
    let scopes = Permission::ALL.iter().copied().filter(|permission| permission.is_scope()).collect();
    callers.push(("the key of all scopes", app.key(&every_scope()).await, scopes));
    let poor = vec![Permission::MailCatcherRead];
    callers.push(("the key of one scope", app.key(&[poor[0].as_str()]).await, poor));
    for (name, client, permissions) in callers {
        for operation in operations() {
            let Some(needs) = operation.needs else { continue };
            let may = Permission::parse(needs).is_some_and(|needs| permissions.contains(&needs));
            let what = format!("{} as {name}", operation.name);
            if may {
                let answer = operation.send(&client, &nothing, operation.body()).await;
                assert!(answer.status != StatusCode::UNAUTHORIZED, "{what}: {}", answer.status);
                assert!(!answer.status.is_server_error(), "{what}: {}", answer.status);
                if answer.status == StatusCode::FORBIDDEN {
                    refused.push(what);
                }
            } else {
                for ids in [&own, &nothing] {
                    let answer = operation.send(&client, ids, operation.body()).await;
                    assert_eq!(answer.status, StatusCode::FORBIDDEN, "{what}");
                    assert_eq!(answer.json()["code"], "PERMISSION_DENIED", "{what}");
                }
            }
        }
        if client.key.is_some() {
            client.post("/auth/logout/", Value::Null).await.is(403);
            continue;
        }
        client.post("/auth/logout/", Value::Null).await.is(204);
        client.get("/auth/me/").await.is(401);
    }
    assert!(refused.is_empty(), "refused although the permission is there: {refused:?}");
}

#[tokio::test]
async fn ids_of_others_are_ids_of_nothing() {
    let app = TestApp::start().await;
    let (own, theirs) = Things::of_both(&app).await;
    let nothing = Things::random();
    let admin = app.admin();
    let their_ticket = async || app.foreign_admin().get(&theirs.fill("/api/v1/tickets/{id}/")).await.ok();
    let before = their_ticket().await;
    let mut walked = operations();
    walked.retain(|operation| operation.path.contains('{'));
    // What ends something comes last: with our own ids everything must work, or nothing was shown.
    walked.sort_by_key(|operation| (operation.method == Method::DELETE, operation.name == "tickets_delete"));
    for operation in walked {
        for body in [operation.body(), json!({})] {
            let foreign = comparable(&operation.send(&admin, &theirs, body.clone()).await);
            let unknown = comparable(&operation.send(&admin, &nothing, body).await);
            assert_eq!(foreign, unknown, "{}", operation.name);
        }
        let foreign = operation.send(&admin, &theirs, operation.body()).await;
        let is_public = operation.needs.is_none();
        assert!(foreign.status == StatusCode::NOT_FOUND || is_public, "{}: {}", operation.name, foreign.status);
        let ours = operation.send(&admin, &own, operation.body()).await;
        let worked = ours.status.is_success() || ours.status.is_redirection() || ours.status == StatusCode::CONFLICT;
        assert!(worked || is_public, "{} with our own: {} {:?}", operation.name, ours.status, ours.bytes);
    }
    assert_eq!(their_ticket().await, before);
}

#[tokio::test]
async fn the_second_id_of_a_path_or_a_body_is_checked_too() {
    let app = TestApp::start().await;
    let (own, theirs) = Things::of_both(&app).await;
    let nothing = Things::random();
    let ticket = own.fill("/api/v1/tickets/{id}/");
    let requests = |ids: &Things| {
        let id = |kind: &str| ids.id(kind).to_owned();
        vec![
            (Method::DELETE, format!("{ticket}watchers/{}/", id("users")), None),
            (Method::POST, format!("{ticket}watchers/"), Some(json!({"user_id": id("users")}))),
            (Method::POST, format!("{ticket}assign/"), Some(json!({"assignee_id": id("users")}))),
            (Method::POST, format!("{ticket}assign/"), Some(json!({"team_id": id("teams")}))),
            (Method::PATCH, ticket.clone(), Some(json!({"customer": id("customers")}))),
            (Method::PATCH, ticket.clone(), Some(json!({"team_id": id("teams")}))),
            (Method::PATCH, ticket.clone(), Some(json!({"assignee": id("users")}))),
            (Method::POST, format!("{ticket}messages/"), Some(json!({"body": "x", "attachments": [id("files")]}))),
            (Method::POST, format!("{ticket}comments/"), Some(json!({"body": "x", "attachments": [id("files")]}))),
            (Method::POST, "/tickets/".to_owned(), Some(json!({"subject": "x", "customer": id("customers")}))),
            (Method::POST, "/tickets/".to_owned(), Some(json!({"subject": "x", "assignee_id": id("users")}))),
            (Method::POST, "/tickets/".to_owned(), Some(json!({"subject": "x", "team": id("teams")}))),
            (Method::POST, "/tickets/".to_owned(), Some(json!({"subject": "x", "attachments": [id("files")]}))),
            (Method::POST, "/teams/".to_owned(), Some(json!({"name": "x", "members": [id("users")]}))),
            (Method::PATCH, own.fill("/api/v1/teams/{id}/"), Some(json!({"members": [id("users")]}))),
            (Method::GET, format!("/tickets/?assignee={}", id("users")), None),
            (Method::GET, format!("/tickets/?customer={}", id("customers")), None),
            (Method::GET, format!("/tickets/?team={}", id("teams")), None),
        ]
    };
    for ((method, path, theirs), (_, other_path, nothing)) in requests(&theirs).into_iter().zip(requests(&nothing)) {
        let what = format!("{method} {path} {theirs:?}");
        let foreign = comparable(&app.admin().send(method.clone(), &path, &[], theirs).await);
        let unknown = comparable(&app.admin().send(method.clone(), &other_path, &[], nothing).await);
        assert_eq!(foreign, unknown, "{what}");
        let is_read = method == Method::GET || method == Method::DELETE;
        assert!(is_read || [404, 422].contains(&foreign.0), "{what}: {foreign:?}");
    }
}

#[tokio::test]
async fn hosts_and_suspended_organizations() {
    let app = TestApp::start().await;
    let login = json!({"email": "agent@acme.test", "password": crate::harness::world::PASSWORD});
    for host in ["nobody.localhost", "evil.example", "acme.localhost.evil.example", "x.acme.localhost"] {
        for operation in operations() {
            let answer = operation.send(&app.admin().at(host), &Things::random(), operation.body()).await;
            assert_eq!(answer.is(404)["code"], "NOT_FOUND", "{} at {host}", operation.name);
        }
        for path in ["/api/openapi.json", "/api/docs/"] {
            app.anonymous().at(host).get(path).await;
            assert_eq!(app.anonymous().at(host).get(path).await.status, StatusCode::OK, "{path} at {host}");
        }
    }
    app.anonymous().post("/auth/login/", login.clone()).await.ok();
    sqlx::query("update platform.organizations set status = 'suspended' where slug = 'acme'")
        .execute(&mut app.database.superuser().await)
        .await
        .unwrap();
    let refused = app.anonymous().post("/auth/login/", login).await.is(403);
    assert_eq!(refused["code"], "ORGANIZATION_SUSPENDED");
    for operation in operations().into_iter().filter(|operation| operation.needs.is_some()) {
        let answer = operation.send(&app.admin(), &Things::random(), operation.body()).await;
        assert_eq!(answer.is(403)["code"], "ORGANIZATION_SUSPENDED", "{}", operation.name);
    }
    app.foreign_admin().get("/tickets/").await.ok();
}

#[tokio::test]
async fn what_is_not_described_is_not_there() {
    let app = TestApp::start().await;
    let ids = Things::random();
    for (path, item) in schema::document()["paths"].as_object().unwrap() {
        for method in ["get", "post", "put", "patch", "delete"] {
            if item.get(method).is_none() {
                let method: Method = method.to_uppercase().parse().unwrap();
                let answer = app.admin().send(method.clone(), &ids.fill(path), &[], None).await;
                assert_eq!(answer.is(405)["code"], "METHOD_NOT_ALLOWED", "{method} {path}");
            }
        }
    }
    for path in ["/nothing/", "/tickets/1/nothing/", "/api/", "/api/v2/tickets/", "/api/v1/", "/tickets/../users/"] {
        assert_eq!(app.admin().get(path).await.is(404)["code"], "NOT_FOUND", "{path}");
    }
    let mut names = HashSet::new();
    for (_, _, operation) in schema::operations() {
        assert!(names.insert(operation["operationId"].as_str().unwrap()), "{}", operation["operationId"]);
    }
    let schemas = schema::document()["components"]["schemas"].as_object().unwrap();
    let lower: HashSet<String> = schemas.keys().map(|name| name.to_lowercase()).collect();
    assert_eq!(lower.len(), schemas.len(), "names of schemas that differ in case only");
}

#[tokio::test]
async fn addresses_have_several_forms_and_requests_a_name() {
    let app = TestApp::start().await;
    let (own, _) = Things::of_both(&app).await;
    for operation in operations() {
        if operation.method != Method::GET || operation.needs.is_none() || operation.name.starts_with("files_") {
            continue;
        }
        if operation.name == "audit_log_export" {
            // It tells of itself, so it is never the same twice.
            continue;
        }
        let path = own.fill(&operation.path);
        let bare = path.trim_end_matches('/').to_owned();
        // Links to other pages have the form that was asked for.
        let asked = async |form: &str| {
            let (status, text) = comparable(&app.admin().get(form).await);
            (status, text.replace(&format!("\"{form}?"), "\"?"))
        };
        let usual = asked(&path).await;
        for other in [bare.clone(), path.replace("/api/v1/", "/api/"), bare.replace("/api/v1/", "/api/")] {
            assert_eq!(asked(&other).await, usual, "{other}");
        }
    }
    let named = |id: &'static str| async move { [("x-request-id", id)] };
    for path in ["/tickets/", "/tickets/tkt_0/", "/nothing/"] {
        let answer = app.agent().send(Method::GET, path, &named("my.id_7-z").await, None).await;
        assert_eq!(answer.headers["x-request-id"], "my.id_7-z", "{path}");
        if !answer.status.is_success() {
            assert_eq!(answer.json()["request_id"], "my.id_7-z", "{path}");
        }
        for bad in ["", "with space", "<b>", "0123456789012345678901234567890123456789012345678901234567890123456789"] {
            let answer = app.agent().send(Method::GET, path, &[("x-request-id", bad)], None).await;
            assert_ne!(answer.headers["x-request-id"], bad, "{path}");
        }
    }
}
