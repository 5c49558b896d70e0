//! Every operation that changes something leaves a line in the audit log, and no secret in it.

use crate::identity::domains::NameServer;
use axum::http::Method;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, FromRow};
use uuid::Uuid;

use super::things::{Operation, Things, operations, second_factor, uploaded};
use crate::{
    harness::{Answer, Client, TestApp, schema, world::PASSWORD},
    identity::account::{login, register, token_for},
};

/// Operations that change nothing worth a line, and why.
const EXCEPTIONS: [(&str, &str); 5] = [
    ("auth_oidc_begin", "sends a browser away; what comes of it is told when it is back"),
    ("auth_oidc_link", "the same"),
    ("identity_providers_test", "asks a provider and changes nothing"),
    ("auth_refresh", "goes on with a session; its begin and end are told, and its theft"),
    ("tickets_read", "reading state: what somebody has seen on a screen, every few seconds"),
];

/// Where the calls come from.
const PEER: &str = "192.0.2.7";

/// A line, as stored.
#[derive(Debug, FromRow)]
struct Line {
    action: String,
    actor_kind: String,
    actor_id: Option<Uuid>,
    actor_name: String,
    ip: Option<String>,
    entity_id: Option<Uuid>,
}

async fn lines_of(app: &TestApp, request: &str) -> Vec<Line> {
    let sql = format!(
        "select action, actor_kind, actor_id, actor_name, ip, entity_id from {}.audit_log
          where organization_id = $1 and request_id = $2 order by id",
        app.world.a.organization.schema_name
    );
    sqlx::query_as(AssertSqlSafe(sql))
        .bind(app.world.a.organization.id.0)
        .bind(request)
        .fetch_all(&mut app.database.superuser().await)
        .await
        .unwrap()
}

/// What the walk goes on with.
struct Walk {
    things: Things,
    names: NameServer,
    admin: Client,
    anonymous: Client,
    /// Of somebody who signed in for the walk.
    session: Client,
    /// Of a one-time link.
    link: String,
    /// Confirms the second factor of the administrator.
    code: String,
    team: String,
    mailbox: String,
    /// Of a registration.
    registration: String,
    /// Somebody of the staff, and a customer, who have no password yet.
    invited: [String; 2],
    manager: Client,
    owner: Client,
    /// What must stand in no line.
    secrets: Vec<String>,
}

impl Walk {
    async fn begin(app: &TestApp, names: NameServer) -> Self {
        let (things, _) = Things::of_both(app).await;
        let (admin, anonymous) = (app.admin().from_peer(PEER), app.anonymous().from_peer(PEER));
        let id = |answer: Answer| answer.created()["id"].as_str().unwrap().to_owned();
        let team = id(admin.post("/teams/", json!({"name": "CANARY-A to delete"})).await);
        let mailbox = json!({"address": "delete@acme.localhost", "name": "CANARY-A to delete"});
        let mailbox = id(admin.post("/mailboxes/", mailbox).await);
        let invited = json!({"email": "invited@acme.test", "name": "CANARY-A invited", "role": "agent"});
        let invited = admin.post("/users/", invited).await.created();
        let link = invited["invitation_url"].as_str().unwrap().split('#').next_back().unwrap().to_owned();
        let again = json!({"email": "again@acme.test", "name": "CANARY-A again", "role": "agent"});
        let customer = json!({"email": "again@acme.example", "name": "CANARY-A again"});
        let invited = [id(admin.post("/users/", again).await), id(admin.post("/customers/", customer).await)];
        register(&anonymous, "registered@acme.example").await.is(202);
        let registration = token_for(app, "registered@acme.example", "verify").await;
        login(&anonymous, "owner@acme.test", PASSWORD).await.ok();
        let (manager, owner) = (app.manager(), app.as_("owner"));
        let login = json!({"email": "viewer@acme.test", "password": PASSWORD});
        let tokens = anonymous.post("/auth/login/", login).await.ok();
        let text = |name: &str| tokens[name].as_str().unwrap().to_owned();
        let session = Client { token: Some(text("access")), ..anonymous.clone() };
        let secrets = vec![PASSWORD.to_owned(), link.clone(), text("access"), text("refresh"), registration.clone()];
        let setup = admin.post("/auth/otp/setup/", json!({"password": PASSWORD})).await.ok();
        let code = app.totp(&setup["secret"], 0);
        let sql = format!(
            "update {}.messages set delivery_state = 'failed' where id = $1",
            app.world.a.organization.schema_name
        );
        let message: kernel::MessageId = things.id("messages").parse().unwrap();
        sqlx::query(AssertSqlSafe(sql)).bind(message.0).execute(&mut app.database.superuser().await).await.unwrap();
        Self {
            things,
            names,
            admin,
            anonymous,
            session,
            link,
            code,
            team,
            mailbox,
            registration,
            invited,
            manager,
            owner,
            secrets,
        }
    }

    /// Puts the proof of the domain where it is looked for.
    async fn prove_domain(&mut self) {
        let list = self.admin.get("/domains/").await.ok();
        let proof = &list["results"][0]["proof"];
        self.names.serve(&[(proof["name"].as_str().unwrap(), proof["value"].as_str().unwrap())]).await;
    }

    /// A call that succeeds and changes something.
    async fn call(&mut self, app: &TestApp, operation: &Operation) -> Answer {
        let named = json!({ "name": format!("CANARY-A {}", operation.name) });
        let body = match operation.name {
            "auth_login" => json!({"email": "agent@acme.test", "password": PASSWORD}),
            "auth_password_reset_confirm" => json!({"token": self.link, "password": "another horse battery"}),
            "auth_otp_confirm" => json!({"code": self.code}),
            "auth_otp_setup" | "auth_otp_recovery_codes" | "auth_otp_delete" => json!({"password": PASSWORD}),
            "auth_password_reset" => json!({"email": "technician@acme.test"}),
            "auth_register_confirm" => json!({"token": self.registration}),
            "auth_password_change" => json!({"current_password": PASSWORD, "new_password": "another horse battery"}),
            "tickets_update" | "tickets_replace" => json!({ "subject": format!("CANARY-A {}", operation.name) }),
            "tickets_tags_add" | "tickets_tags_replace" => json!({"tags": [operation.name.replace('_', "-")]}),
            "sla_policies_replace" => {
                json!({"name": operation.name, "priority": "low", "resolution_time": 61, "response_time": 30})
            }
            name if name.ends_with("_update") || name.ends_with("_update_me") => named,
            _ => operation.body(),
        };
        if operation.name == "users_lockout_lift" {
            let wrong = json!({"email": "agent@acme.test", "password": "not the password"});
            self.anonymous.post("/auth/login/", wrong).await.is(401);
        }
        let delete = |path: &str, id: &str| format!("/api/v1/{path}/{id}/");
        match operation.name {
            // Somebody has one that can be taken away.
            "users_otp_reset" => drop(second_factor(app, &app.agent()).await),
            "customers_otp_reset" => drop(second_factor(app, &app.customer()).await),
            _ => {}
        }
        match operation.name {
            // The administrator's own is confirmed by now.
            "auth_otp_setup" => operation.send(&app.manager(), &self.things, body).await,
            "auth_password_change" => operation.send(&self.manager, &self.things, body).await,
            "auth_sessions_end_others" => operation.send(&self.owner, &self.things, body).await,
            "users_invite" => self.admin.post(&format!("/users/{}/invite/", self.invited[0]), Value::Null).await,
            "customers_invite" => {
                self.admin.post(&format!("/customers/{}/invite/", self.invited[1]), Value::Null).await
            }
            "auth_logout" => self.session.post("/auth/logout/", Value::Null).await,
            "organization_logo_put" => {
                let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
                self.admin.raw(operation.method.clone(), &operation.path, &[], png).await
            }
            "files_create" => uploaded(&self.admin, "CANARY-A file").await,
            "teams_delete" => self.admin.delete(&delete("teams", &self.team)).await,
            "mailboxes_delete" => self.admin.delete(&delete("mailboxes", &self.mailbox)).await,
            _ if operation.needs.is_none() => operation.send(&self.anonymous, &self.things, body).await,
            _ => operation.send(&self.admin, &self.things, body).await,
        }
    }
}

/// Those that change something, in an order in which each still finds what it changes.
fn changing() -> Vec<Operation> {
    let mut all = operations();
    all.extend(schema::operations().into_iter().filter_map(|(method, path, description)| {
        (description["operationId"] == "auth_logout").then(|| Operation {
            name: "auth_logout",
            method: method.parse().unwrap(),
            path,
            needs: Some("self:use"),
            takes_json: false,
            description,
        })
    }));
    // What operators do belongs to no organization, in whose log it could stand; they have their own.
    all.retain(|operation| operation.method != Method::GET && !operation.path.starts_with("/api/v1/platform/"));
    all.sort_by_key(|operation| {
        let late = match operation.name {
            name if name.ends_with("_restore") => 3,
            "tickets_delete" => 2,
            _ => u8::from(operation.method == Method::DELETE),
        };
        (late, operation.name)
    });
    all
}

#[tokio::test]
async fn every_change_leaves_a_line() {
    let names = NameServer::new();
    let app = TestApp::with(|state| state.dns = names.dns()).await;
    let mut walk = Walk::begin(&app, names).await;
    walk.prove_domain().await;
    let changing = changing();
    for (name, _) in EXCEPTIONS {
        assert!(changing.iter().any(|operation| operation.name == name), "{name} is no operation any more");
    }
    for operation in &changing {
        if EXCEPTIONS.iter().any(|(name, _)| *name == operation.name) {
            continue;
        }
        let name = operation.name;
        let answer = walk.call(&app, operation).await;
        let text = String::from_utf8_lossy(&answer.bytes);
        assert!(answer.status.is_success(), "{name}: give it a call that works: {} {text}", answer.status);
        if name == "api_keys_create" || name.starts_with("auth_otp_") && !answer.bytes.is_empty() {
            let shown = answer.json();
            let codes = shown["recovery_codes"].as_array().into_iter().flatten();
            walk.secrets.extend(codes.chain([&shown["secret"]]).filter_map(Value::as_str).map(str::to_owned));
            walk.secrets.extend(shown["key"].as_str().and_then(|key| key.rsplit('_').next()).map(str::to_owned));
        }
        if operation.name == "auth_password_reset" {
            // Only a job looks at who it is about.
            app.run_jobs().await;
        }
        let lines = lines_of(&app, answer.headers["x-request-id"].to_str().unwrap()).await;
        assert!(!lines.is_empty(), "{name} leaves nothing in the audit log");
        for line in lines {
            let is_somebody = line.actor_id.is_some() && line.actor_kind != "system" && !line.actor_name.is_empty();
            let is_nobody = operation.needs.is_none() && line.actor_kind == "anonymous";
            assert!(is_somebody || is_nobody, "{name}: {line:?}");
            assert_eq!(line.ip.as_deref(), Some(PEER), "{name}: {line:?}");
            assert!(line.entity_id.is_some(), "{name}: {line:?}");
            let (noun, verb) = line.action.split_once('.').unwrap_or_else(|| panic!("{name}: {line:?}"));
            assert!(!noun.is_empty() && verb.ends_with(|end: char| end.is_ascii_lowercase()), "{name}: {line:?}");
        }
    }
    app.run_jobs().await;
    nothing_secret(&app, &walk).await;
    wire_ids(&app).await;
}

/// Passwords, tokens and hashes stand in no line, in no form.
async fn nothing_secret(app: &TestApp, walk: &Walk) {
    let schema = &app.world.a.organization.schema_name;
    let mut superuser = app.database.superuser().await;
    let hashes = format!(
        "select password_hash from {schema}.users where password_hash is not null
         union select password_hash from {schema}.customers where password_hash is not null
         union select encode(hash, 'hex') from {schema}.refresh_tokens union select encode(hash, 'hex') from {schema}.links
         union select encode(hash, 'hex') from {schema}.api_keys union select encode(hash, 'hex') from {schema}.recovery_codes
         union select encode(hash, 'base64') from {schema}.refresh_tokens union select encode(hash, 'base64') from {schema}.links"
    );
    let mut secrets: Vec<String> = sqlx::query_scalar(AssertSqlSafe(hashes)).fetch_all(&mut superuser).await.unwrap();
    assert!(secrets.len() >= 6, "{secrets:?}");
    secrets.extend(walk.secrets.iter().cloned());
    secrets.extend(["another horse battery", "the secret of all tests", "$argon2"].map(str::to_owned));
    let all = format!("select l::text from {schema}.audit_log l");
    let all: Vec<String> = sqlx::query_scalar(AssertSqlSafe(all)).fetch_all(&mut superuser).await.unwrap();
    assert!(all.len() >= 60, "{}", all.len());
    for line in all {
        for secret in &secrets {
            assert!(!line.contains(secret.as_str()), "{secret} stands in {line}");
        }
    }
}

/// Every kind of thing is known by the prefix of its ids.
async fn wire_ids(app: &TestApp) {
    let mut next = Some("/audit-log/?page_size=100".to_owned());
    while let Some(path) = next {
        let page = app.admin().get(&path).await.ok();
        for line in page["results"].as_array().unwrap() {
            let ids = [&line["entity"]["id"], &line["actor"]["id"]];
            for id in ids.into_iter().filter_map(Value::as_str) {
                assert!(id.len() == 30 && id.as_bytes()[3] == b'_', "add the kind to kernel::id: {line}");
            }
            assert!(line["chained"]["seq"].is_i64(), "{line}");
        }
        next = page["next"].as_str().map(str::to_owned);
    }
}
