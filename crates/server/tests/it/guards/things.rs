//! One of everything that an organization can have, and addresses of operations filled with it.

use std::collections::HashMap;

use axum::http::Method;
use channels::intake::{process, receive};
use kernel::{IdentityId, IdentityProviderId, JobId, OutgoingMailId, id};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    harness::{
        Answer, Client, TestApp, schema,
        world::{PASSWORD, Side},
    },
    oidc::fake::standing_issuer,
};

/// What stands in the tickets of the first customers, in everything that was said there, and in their
/// files: who does not see the tickets never reads it.
pub const PRIVATE: &str = "PRIVATE-WORD";

/// Wire ids by the first part of their path.
#[derive(Debug, Clone)]
pub struct Things(HashMap<&'static str, String>);

pub const KINDS: [(&str, &str); 21] = [
    ("tickets", "tkt"),
    ("messages", "msg"),
    ("files", "fil"),
    ("customers", "cus"),
    ("teams", "tea"),
    ("users", "usr"),
    ("mailboxes", "mbx"),
    ("sla-policies", "sla"),
    ("mail-catcher", "out"),
    ("jobs", "job"),
    ("failed-mails", "out"),
    ("roles", "rol"),
    ("api-keys", "key"),
    ("identity-providers", "idp"),
    ("identities", "idn"),
    ("auth", "ses"),
    ("platform", "opr"),
    ("audit-log", "aud"),
    ("organization", "exp"),
    ("notifications", "ntf"),
    ("mail-quarantine", "inb"),
];

impl Things {
    /// Well-formed ids of nothing.
    pub fn random() -> Self {
        let id = |prefix: &str| format!("{prefix}_{}", id::encode(Uuid::from_u128(rand::random())));
        let mut ids: HashMap<_, _> = KINDS.iter().map(|(kind, prefix)| (*kind, id(prefix))).collect();
        ids.insert("domains", format!("{}.example", id("none")));
        ids.insert("statuses", "no_such_status".to_owned());
        ids.insert("mail-templates", "no_such_mail".to_owned());
        Self(ids)
    }

    /// Makes one of each, in both organizations.
    pub async fn of_both(app: &TestApp) -> (Self, Self) {
        let a = Self::make(app, &app.world.a, &app.admin(), &app.customer()).await;
        let b = Self::make(app, &app.world.b, &app.foreign_admin(), &app.foreign("customer")).await;
        for customer in [app.as_("customer2"), app.foreign("customer2")] {
            second_factor(app, &customer).await;
        }
        (a, b)
    }

    async fn make(app: &TestApp, side: &Side, admin: &Client, customer: &Client) -> Self {
        let text = |what: &str| format!("{} {what}", side.canary);
        let private = |what: &str| format!("{} {PRIVATE} {what}", side.canary);
        let file = uploaded(customer, &private("file")).await.created()["id"].as_str().unwrap().to_owned();
        let new = json!({"subject": private("ticket"), "description": private("words"), "attachments": [file]});
        let ticket = customer.post("/tickets/", new).await.created()["id"].as_str().unwrap().to_owned();
        let below = |rest: &str| format!("/tickets/{ticket}/{rest}/");
        admin.post(&below("tags"), json!({"tags": ["guard"]})).await.ok();
        let to = json!({"assignee_id": side.user("agent"), "team_id": side.team});
        admin.post(&below("assign"), to).await.ok();
        admin.post(&below("watchers"), json!({"user_id": side.user("agent")})).await.created();
        let reply = json!({"body": private("reply"), "cc": [format!("cc@{}.example", side.organization.slug)]});
        let message = admin.post(&below("messages"), reply).await.created()["id"].as_str().unwrap().to_owned();
        admin.post(&below("read"), json!({})).await.is(204);
        // By somebody else, since nobody is told of their own doing.
        let manager = if side.organization.slug == "acme" { app.manager() } else { app.foreign("manager") };
        let [agent, reader] = ["agent", "admin"].map(|who| side.user(who));
        let named = format!("{} [@Agent](mention:{agent}) [@Admin](mention:{reader})", private("note"));
        manager.post(&below("messages"), json!({"body": named, "visibility": "internal"})).await.created();
        admin.patch(&format!("/teams/{}/", side.team), json!({"members": [side.user("agent")]})).await.ok();
        let made =
            async |path: &str, body: Value| admin.post(path, body).await.created()["id"].as_str().unwrap().to_owned();
        let role = made("/roles/", json!({"name": text("role"), "key": "guards", "permissions": ["users:read"]})).await;
        let key = made("/api-keys/", json!({"name": text("key"), "scopes": ["tickets:read"]})).await;
        let mailbox = admin.get("/mailboxes/").await.ok()["results"][0].clone();
        let raw = format!(
            "From: cleo@{0}.example\r\nTo: {1}\r\nSubject: {2}\r\nMessage-ID: <guard@{0}>\r\n\r\n{2}\r\n",
            side.organization.slug,
            mailbox["address"].as_str().unwrap(),
            private("mail")
        );
        let received = receive(&app.state, mailbox["address"].as_str().unwrap(), raw.into()).await.unwrap();
        process(&app.state, received.organization, received.mail.unwrap()).await.unwrap();
        // Without a sender nobody wrote it.
        let unreadable = format!("Subject: {}\r\n\r\n", private("unreadable"));
        let received = receive(&app.state, mailbox["address"].as_str().unwrap(), unreadable.into()).await.unwrap();
        process(&app.state, received.organization, received.mail.unwrap()).await.unwrap();
        let archive = admin.post("/organization/exports/", json!({})).await.is(202)["id"].as_str().unwrap().to_owned();
        app.run_jobs().await;
        let domain = format!("help.{}.example", side.organization.slug);
        admin.post("/domains/", json!({ "domain": domain })).await.created();
        let provider = json!({
            "name": text("provider"), "issuer": standing_issuer(), "client_id": "guard", "client_secret": "secret",
        });
        let provider = admin.post("/identity-providers/", provider).await.created()["id"].as_str().unwrap().to_owned();
        admin.post(&format!("/auth/oidc/{provider}/link/"), json!({})).await.ok();
        let identity = identity(app, side, &provider).await;
        let status =
            json!({"name": text("status"), "key": format!("guard_{}", side.organization.slug), "category": "on_hold"});
        let status = admin.post("/statuses/", status).await.created()["key"].as_str().unwrap().to_owned();
        let first = async |path: &str| admin.get(path).await.ok()["results"][0]["id"].as_str().unwrap().to_owned();
        let ids = [
            ("tickets", ticket),
            ("messages", message),
            ("files", file),
            ("customers", side.customer("customer").to_string()),
            ("teams", side.team.to_string()),
            ("users", side.user("agent").to_string()),
            ("mailboxes", first("/mailboxes/").await),
            ("sla-policies", first("/sla-policies/").await),
            ("mail-catcher", first("/mail-catcher/").await),
            ("jobs", dead_job(app, side).await),
            ("failed-mails", failed_mail(app, side).await),
            ("roles", role),
            ("api-keys", key),
            ("domains", domain),
            ("identity-providers", provider),
            ("identities", identity),
            ("auth", other_session(admin, side).await),
            ("audit-log", first("/audit-log/").await),
            ("platform", app.state.db.ids.id::<kernel::OperatorId>().to_string()),
            ("organization", archive),
            ("statuses", status),
            ("notifications", first("/notifications/").await),
            ("mail-quarantine", first("/mail-quarantine/").await),
            // These have the same keys everywhere; what belongs to B is nothing of A.
            ("mail-templates", if side.organization.slug == "acme" { "created" } else { "of_globex" }.to_owned()),
        ];
        Self(ids.into_iter().collect())
    }

    pub fn id(&self, kind: &str) -> &str {
        self.0.get(kind).unwrap_or_else(|| panic!("add {kind} to the things of the guards"))
    }

    /// The address of an operation with our ids.
    pub fn fill(&self, template: &str) -> String {
        let kind = match template.trim_start_matches("/api/v1/") {
            path if path.starts_with("auth/oidc/") => "identity-providers",
            path if path.starts_with("auth/identities/") => "identities",
            path if path.starts_with("jobs/mails/") => "failed-mails",
            path => path.split('/').next().unwrap(),
        };
        let mut path = template.replace("{user}", self.id("users")).replace("{domain}", self.id("domains"));
        path = path.replace("{slug}", "acme").replace("{kind}", "reply");
        for own in ["{id}", "{key}"] {
            if path.contains(own) {
                path = path.replace(own, self.id(kind));
            }
        }
        assert!(!path.contains('{'), "add the parameters of {template} to the guards");
        path
    }
}

/// Sets up a second factor; the caller's session goes on.
pub async fn second_factor(app: &TestApp, client: &Client) -> (Value, Vec<String>) {
    let secret = client.post("/auth/otp/setup/", json!({"password": PASSWORD})).await.ok()["secret"].clone();
    let confirmed = client.post("/auth/otp/confirm/", json!({"code": app.totp(&secret, 0)})).await.ok();
    let codes = confirmed["recovery_codes"].as_array().unwrap().iter();
    (secret, codes.map(|code| code.as_str().unwrap().to_owned()).collect())
}

/// The answer to a small file.
pub async fn uploaded(client: &Client, text: &str) -> Answer {
    client.raw(Method::POST, "/files/", &[("content-type", UPLOAD)], upload(text)).await
}

/// The type of `upload`.
pub const UPLOAD: &str = "multipart/form-data; boundary=x";

/// A small file as the body of a request.
pub fn upload(text: &str) -> Vec<u8> {
    let body = format!(
        "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\nContent-Type: text/plain\r\n\r\n{text}\r\n--x--\r\n"
    );
    body.into_bytes()
}

/// A second session of the administrator.
async fn other_session(admin: &Client, side: &Side) -> String {
    let signed_out = Client { token: None, ..admin.clone() };
    let login = json!({"email": side.member("admin").email, "password": PASSWORD});
    signed_out.post("/auth/login/", login).await.ok();
    let sessions = admin.get("/auth/sessions/").await.ok();
    let other = sessions["results"].as_array().unwrap().iter().find(|session| session["is_current"] == false);
    other.unwrap()["id"].as_str().unwrap().to_owned()
}

/// A job that failed for good.
async fn dead_job(app: &TestApp, side: &Side) -> String {
    let id: JobId = app.state.db.ids.id();
    sqlx::query(
        "insert into platform.jobs (id, organization_id, kind, run_at, attempts, state, created_at, died_at)
         values ($1, $2, 'test.guard', $3, 20, 'dead', $3, $3)",
    )
    .bind(id.0)
    .bind(side.organization.id.0)
    .bind(app.state.db.now())
    .execute(&mut app.database.superuser().await)
    .await
    .unwrap();
    id.to_string()
}

/// A mail that could not be sent, like one that was.
async fn failed_mail(app: &TestApp, side: &Side) -> String {
    let id: OutgoingMailId = app.state.db.ids.id();
    let sql = format!(
        "insert into {0}.outgoing_mails (organization_id, id, subscriber, event_id, recipient, kind, ticket_id, mailbox_id, is_automatic,
             from_name, subject, body_text, body_html, mail_message_id, state, created_at, finished_at)
         select organization_id, $2, subscriber, gen_random_uuid(), recipient, kind, ticket_id, mailbox_id, is_automatic,
                from_name, subject, body_text, body_html, 'failed-' || mail_message_id, 'failed', created_at, created_at
           from {0}.outgoing_mails where organization_id = $1 and ticket_id is not null order by id limit 1",
        side.organization.schema_name
    );
    let made = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(side.organization.id.0)
        .bind(id.0)
        .execute(&mut app.database.superuser().await)
        .await
        .unwrap();
    assert_eq!(made.rows_affected(), 1);
    id.to_string()
}

/// What a provider knows the admin by.
async fn identity(app: &TestApp, side: &Side, provider: &str) -> String {
    let id: IdentityId = app.state.db.ids.id();
    let provider: IdentityProviderId = provider.parse().unwrap();
    let sql = format!(
        "insert into {}.identities (organization_id, id, provider_id, issuer, subject, person_kind, person_id, created_at)
         values ($1, $2, $3, 'guard', 'guard', 'user', $4, $5)",
        side.organization.schema_name
    );
    sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(side.organization.id.0)
        .bind(id.0)
        .bind(provider.0)
        .bind(side.user("admin").0)
        .bind(app.state.db.now())
        .execute(&mut app.database.superuser().await)
        .await
        .unwrap();
    id.to_string()
}

/// One operation of the description.
#[derive(Debug, Clone)]
pub struct Operation {
    pub name: &'static str,
    pub method: Method,
    pub path: String,
    /// What a caller needs; none for public ones.
    pub needs: Option<&'static str>,
    pub takes_json: bool,
    pub description: &'static Value,
}

/// All of organizations but signing out, after which a session is of no use.
pub fn operations() -> Vec<Operation> {
    let mut all = everything();
    all.retain(|operation| operation.name != "auth_logout" && operation.needs != Some("operator"));
    all
}

/// Those of operators.
pub fn operators() -> Vec<Operation> {
    let mut all = everything();
    all.retain(|operation| operation.needs == Some("operator"));
    all
}

fn everything() -> Vec<Operation> {
    let all = schema::operations().into_iter().map(|(method, path, description)| Operation {
        name: description["operationId"].as_str().unwrap(),
        method: method.parse().unwrap(),
        path,
        needs: description["security"][0]["bearer"][0].as_str(),
        takes_json: description["requestBody"]["content"]["application/json"].is_object(),
        description,
    });
    all.collect()
}

impl Operation {
    pub async fn send(&self, client: &Client, ids: &Things, body: Value) -> Answer {
        let body = self.takes_json.then_some(body);
        client.send(self.method.clone(), &ids.fill(&self.path), &[], body).await
    }

    /// A body that is accepted, as far as it goes without other ids.
    pub fn body(&self) -> Value {
        match self.name {
            "auth_login" | "platform_auth_login" => json!({"email": "nobody@example.org", "password": "no password"}),
            "auth_password_reset_confirm" => json!({"token": "none", "password": "correct horse battery"}),
            "auth_otp_setup" | "auth_otp_recovery_codes" | "auth_otp_delete" => json!({"password": "no password"}),
            "auth_otp_confirm" => json!({"code": "000000"}),
            "users_impersonate" | "customers_impersonate" => json!({"reason": "Guard"}),
            "roles_create" => json!({"name": "Guard", "permissions": ["users:read"]}),
            "api_keys_create" => json!({"name": "Guard", "scopes": ["tickets:read"]}),
            "auth_password_reset" => json!({"email": "nobody@example.org"}),
            "auth_password_change" => {
                json!({"current_password": "no password", "new_password": "correct horse battery"})
            }
            "auth_register" => {
                json!({"email": "guard@example.org", "name": "Guard", "password": "correct horse battery"})
            }
            "auth_register_confirm" => json!({"token": "none"}),
            "auth_refresh" => json!({"refresh": "none"}),
            "auth_oidc_begin" | "auth_oidc_link" => json!({"next": "/"}),
            "identity_providers_create" => {
                json!({"name": "Guard", "issuer": "https://idp.example", "client_id": "guard", "client_secret": "secret"})
            }
            "platform_domains_verify" => json!({"vouched": true}),
            "domains_create" | "platform_domains_create" => json!({"domain": "guard.example"}),
            "customers_create" => json!({"email": "guard@example.org", "name": "Guard"}),
            "users_create" => json!({"email": "guard@example.org", "name": "Guard", "role": "agent"}),
            "teams_create" => json!({"name": "Guard"}),
            "statuses_create" => json!({"name": "Guard", "category": "pending"}),
            "tickets_drafts_put" => json!({"rev": 1, "body": "Guard"}),
            "mail_templates_update" | "mail_templates_preview" => json!({"subject": "Guard {reference}"}),
            "mail_catcher_write" => json!({"from": "guard@example.org", "subject": "Guard", "body": "Guard"}),
            "mail_catcher_answer" => json!({"body": "Guard"}),
            "statuses_reorder" => json!({"keys": ["open", "new"]}),
            "mailboxes_create" => json!({"address": "guard@acme.localhost", "name": "Guard"}),
            "sla_policies_create" | "sla_policies_replace" => {
                json!({"name": "Guard", "priority": "low", "resolution_time": 60, "response_time": 30})
            }
            "customers_update"
            | "roles_update"
            | "api_keys_update"
            | "users_update"
            | "users_update_me"
            | "teams_update"
            | "mailboxes_update"
            | "identity_providers_update"
            | "sla_policies_update"
            | "organization_update"
            | "statuses_update"
            | "platform_organizations_update" => json!({"name": "Guard"}),
            "auth_oidc_complete" => json!({"otp": "123456"}),
            "platform_organizations_move" => json!({"placement": "shared"}),
            "platform_organizations_create" => json!({"slug": "guard", "name": "Guard"}),
            "platform_operators_create" => json!({"email": "guard@example.org", "password": "correct horse battery"}),
            "tickets_create" | "tickets_update" | "tickets_replace" => json!({"subject": "Guard"}),
            "tickets_bulk" => json!({"changes": {"priority": "low"}, "ids": []}),
            "tickets_assign" => json!({"assignee_id": null}),
            "tickets_change_status" => json!({"status": "resolved"}),
            "tickets_force_close" => json!({"reason": "Guard"}),
            // With a status, so that the reason beside it is looked at.
            "tickets_comments_create" | "tickets_messages_create" => json!({"body": "Guard", "status": "pending"}),
            "tickets_tags_add" | "tickets_tags_replace" => json!({"tags": ["guard"]}),
            "tickets_watchers_add" | "tickets_read" | "notifications_read" | "notifications_read_all" => json!({}),
            "notifications_preferences_update" => json!({"events": {"mention": {"email": false}}}),
            name if self.takes_json => panic!("add a body for {name} to the guards"),
            _ => Value::Null,
        }
    }
}

/// An answer without what differs each time.
pub fn comparable(answer: &Answer) -> (u16, String) {
    let mut text = String::from_utf8_lossy(&answer.bytes).into_owned();
    if let Ok(Value::Object(mut body)) = serde_json::from_str(&text) {
        body.remove("request_id");
        text = Value::Object(body).to_string();
    }
    (answer.status.as_u16(), text)
}
