//! For each operation of an organization a request that succeeds, in an order in which each still
//! finds what it changes.

use axum::http::Method;
use serde_json::json;
use sqlx::AssertSqlSafe;

use super::things::{Operation, Things, UPLOAD, operations, second_factor, upload};
use crate::{
    harness::{Answer, Client, TestApp, schema, world::PASSWORD},
    identity::account::{login, register, token_for},
};

/// Where the calls come from.
pub const PEER: &str = "192.0.2.7";

/// What the walk goes on with.
#[derive(Debug)]
pub struct Walk {
    pub things: Things,
    pub admin: Client,
    anonymous: Client,
    /// Of somebody who signed in for the walk.
    session: Client,
    refresh: String,
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
    pub secrets: Vec<String>,
}

impl Walk {
    pub async fn begin(app: &TestApp, things: Things) -> Self {
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
        // One session to end by name, one to end with all others.
        for _ in 0..2 {
            login(&anonymous, "owner@acme.test", PASSWORD).await.ok();
        }
        let (manager, owner) = (app.manager().from_peer(PEER), app.as_("owner").from_peer(PEER));
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
            admin,
            anonymous,
            session,
            refresh: text("refresh"),
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

    /// A call that succeeds, and changes something when the operation does.
    pub async fn call(&self, app: &TestApp, operation: &Operation) -> Call {
        let named = json!({ "name": format!("CANARY-A {}", operation.name) });
        let body = match operation.name {
            "auth_login" => json!({"email": "agent@acme.test", "password": PASSWORD}),
            "auth_password_reset_confirm" => json!({"token": self.link, "password": "another horse battery"}),
            "auth_otp_confirm" => json!({"code": self.code}),
            "auth_otp_setup" | "auth_otp_recovery_codes" | "auth_otp_delete" => json!({"password": PASSWORD}),
            "auth_password_reset" => json!({"email": "technician@acme.test"}),
            // With a status it would need another permission too.
            "tickets_comments_create" | "tickets_messages_create" => json!({"body": "CANARY-A words"}),
            "auth_refresh" => json!({"refresh": self.refresh}),
            "tickets_bulk" => json!({"ids": [self.things.id("tickets")], "changes": {"add_tags": ["guard-bulk"]}}),
            "auth_register_confirm" => json!({"token": self.registration}),
            "tickets_watchers_add" => json!({"user_id": app.world.a.user("manager")}),
            "auth_password_change" => json!({"current_password": PASSWORD, "new_password": "another horse battery"}),
            "tickets_update" | "tickets_replace" => json!({ "subject": format!("CANARY-A {}", operation.name) }),
            "tickets_tags_add" | "tickets_tags_replace" => json!({"tags": [operation.name.replace('_', "-")]}),
            "sla_policies_replace" => {
                json!({"name": operation.name, "priority": "low", "resolution_time": 61, "response_time": 30})
            }
            "notifications_preferences_update" | "mail_templates_update" => operation.body(),
            name if name.ends_with("_update") || name.ends_with("_update_me") => named,
            _ => operation.body(),
        };
        if operation.name == "users_lockout_lift" {
            let wrong = json!({"email": "agent@acme.test", "password": "not the password"});
            let elsewhere = self.anonymous.from_peer("192.0.2.99");
            while elsewhere.post("/auth/login/", wrong.clone()).await.status == 401 {}
        }
        let delete = |path: &str, id: &str| format!("/api/v1/{path}/{id}/");
        match operation.name {
            // Somebody has one that can be taken away.
            "users_otp_reset" => drop(second_factor(app, &app.agent()).await),
            "customers_otp_reset" => drop(second_factor(app, &app.customer()).await),
            // And sessions that can be ended.
            "users_sessions_end" => drop(login(&self.anonymous, "agent@acme.test", PASSWORD).await.ok()),
            "customers_sessions_end" => drop(login(&self.anonymous, "customer@acme.example", PASSWORD).await.ok()),
            _ => {}
        }
        let path = match operation.name {
            "users_invite" => format!("/api/v1/users/{}/invite/", self.invited[0]),
            "customers_delete" => delete("customers", &self.invited[1]),
            "customers_restore" => format!("/api/v1/customers/{}/restore/", self.invited[1]),
            "customers_invite" => format!("/api/v1/customers/{}/invite/", self.invited[1]),
            "teams_delete" => delete("teams", &self.team),
            "mailboxes_delete" => delete("mailboxes", &self.mailbox),
            "files_content" => self.link_to_file().await,
            "organization_exports_content" => self.link_to_archive().await,
            "users_avatar" => self.avatar().await,
            "messages_take_back" => format!("/api/v1/messages/{}/", self.held().await),
            "auth_sessions_end" => format!("/api/v1/auth/sessions/{}/", self.other_session().await),
            _ => self.things.fill(&operation.path),
        };
        let client = match operation.name {
            // The administrator's own is confirmed by now.
            "auth_otp_setup" | "auth_password_change" => self.manager.clone(),
            "auth_sessions_end" | "auth_sessions_end_others" => self.owner.clone(),
            "auth_logout" => self.session.clone(),
            _ if operation.needs.is_none() => self.anonymous.clone(),
            _ => self.admin.clone(),
        };
        let (kind, body) = match operation.name {
            "organization_logo_put" | "users_avatar_put" => ("image/png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec()),
            "files_create" => (UPLOAD, upload("CANARY-A file")),
            _ if operation.takes_json => ("application/json", body.to_string().into_bytes()),
            _ => ("", Vec::new()),
        };
        Call { client, method: operation.method.clone(), path, kind, body }
    }

    /// The address of a picture of the administrator, which needs no token.
    async fn avatar(&self) -> String {
        let headers = [("content-type", "image/png")];
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
        let me = self.admin.raw(Method::PUT, "/users/me/avatar/", &headers, png).await.ok();
        me["avatar_url"].as_str().unwrap().to_owned()
    }

    /// A message of the administrator that can be taken back.
    async fn held(&self) -> String {
        let path = format!("/tickets/{}/messages/", self.things.id("tickets"));
        let held = json!({"body": "CANARY-A held", "hold_seconds": 60});
        self.admin.post(&path, held).await.created()["id"].as_str().unwrap().to_owned()
    }

    /// A session of the owner that the calls do not need.
    async fn other_session(&self) -> String {
        let sessions = self.owner.get("/auth/sessions/").await.ok();
        let other = sessions["results"].as_array().unwrap().iter().find(|session| session["is_current"] == false);
        other.unwrap()["id"].as_str().unwrap().to_owned()
    }

    /// The address of an archive, which needs no token either.
    async fn link_to_archive(&self) -> String {
        let archive = self.admin.get(&format!("/organization/exports/{}/", self.things.id("organization"))).await.ok();
        archive["link"].as_str().unwrap_or_else(|| panic!("no link in {archive}")).to_owned()
    }

    /// The address of a file's bytes, which needs no token.
    async fn link_to_file(&self) -> String {
        let link = self.admin.get(&format!("/files/{}/", self.things.id("files"))).await;
        link.headers["location"].to_str().unwrap().to_owned()
    }
}

/// A request, and whose it is.
#[derive(Debug, Clone)]
pub struct Call {
    pub client: Client,
    pub method: Method,
    pub path: String,
    /// The type of the body, if there is one.
    pub kind: &'static str,
    pub body: Vec<u8>,
}

impl Call {
    pub async fn send(&self) -> Answer {
        self.send_as(&self.client, &[]).await
    }

    /// The same as somebody else, with headers.
    pub async fn send_as(&self, client: &Client, headers: &[(&str, &str)]) -> Answer {
        let mut all = headers.to_vec();
        if !self.kind.is_empty() {
            all.push(("content-type", self.kind));
        }
        client.raw(self.method.clone(), &self.path, &all, self.body.clone()).await
    }
}

/// All of one organization, in an order in which each still finds what it is about: what reads first,
/// but for the logo, which has to be made; what ends something last.
pub fn all() -> Vec<Operation> {
    let (mut reading, logo): (Vec<_>, Vec<_>) = operations()
        .into_iter()
        .filter(|operation| operation.method == Method::GET)
        .partition(|operation| operation.name != "branding_logo");
    let changing = changing();
    let ending = changing.iter().position(|operation| operation.method == Method::DELETE).unwrap();
    let (making, ending) = changing.split_at(ending);
    reading.extend([making, &logo, ending].concat());
    reading
}

/// Those that change something, in an order in which each still finds what it changes.
pub fn changing() -> Vec<Operation> {
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
            "tickets_delete" | "users_delete" => 2,
            // With other passwords and without sessions nothing else could be asked.
            "auth_password_change" => 4,
            "auth_logout" => 5,
            _ => u8::from(operation.method == Method::DELETE),
        };
        (late, operation.name)
    });
    all
}
