//! Sign-in through identity providers: a certified one, and one that does what no good one does.

mod attacks;
mod certified;
pub mod fake;
mod flow;
mod settings;

use std::collections::HashMap;

use axum::http::{Method, header};
use serde_json::{Value, json};

use crate::harness::{Answer, Client, TestApp};

/// A browser at one host: it keeps cookies.
struct Browser {
    client: Client,
    cookies: HashMap<String, String>,
}

impl Browser {
    fn new(client: Client) -> Self {
        Self { client, cookies: HashMap::new() }
    }

    async fn send(&mut self, method: Method, path: &str, headers: &[(&str, &str)], body: Option<Value>) -> Answer {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let cookies = cookies.join("; ");
        let mut headers = headers.to_vec();
        if !cookies.is_empty() {
            headers.push(("cookie", &cookies));
        }
        let answer = self.client.send(method, path, &headers, body).await;
        for line in answer.headers.get_all(header::SET_COOKIE) {
            let (name, value) = line.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
            if value.is_empty() {
                self.cookies.remove(name)
            } else {
                self.cookies.insert(name.into(), value.into())
            };
        }
        answer
    }

    async fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], None).await
    }

    /// Goes to the provider: the address there.
    async fn start(&mut self, provider: &str) -> String {
        let answer = self.get(&format!("/auth/oidc/{provider}/start/?next=/tickets?status=open")).await;
        assert_eq!(answer.status, 302, "{:?}", answer.bytes);
        location(&answer)
    }

    /// Who the browser is signed in as.
    async fn me(&mut self) -> Option<Value> {
        let origin = format!("http://{}", self.client.host);
        let answer = self.send(Method::POST, "/auth/refresh/", &[("origin", &origin)], Some(json!({}))).await;
        (answer.status == 200).then(|| answer.json()["user"].clone())
    }
}

fn location(answer: &Answer) -> String {
    answer.headers[header::LOCATION].to_str().unwrap().to_owned()
}

/// One parameter of an address.
fn parameter(url: &str, name: &str) -> String {
    let url = url::Url::parse(url).unwrap();
    let found = url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    found.unwrap_or_else(|| panic!("{url} has no {name}"))
}

/// Adds a provider with more settings: its id.
async fn add(admin: &Client, issuer: &str, more: Value) -> String {
    let mut body = json!({"name": "Work", "issuer": issuer, "client_id": "helpdesk", "client_secret": fake::PASSWORD});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    admin.post("/identity-providers/", body).await.created()["id"].as_str().unwrap().to_owned()
}

/// Settings that let new staff in.
fn for_new_staff() -> Value {
    json!({"create_users": true, "default_role": "agent", "allowed_domains": ["corp.example"]})
}

/// Actions of the audit log of organization A that begin like this and came of requests, oldest
/// first, with all they say.
async fn audit(app: &TestApp, begin: &str) -> Vec<(String, String)> {
    let sql = format!(
        "select action, concat_ws(' ', actor_kind, actor_name, before::text, after::text) from {}.audit_log
          where organization_id = $1 and action like $2 and request_id is not null order by id",
        app.world.a.organization.schema_name
    );
    sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(app.world.a.organization.id.0)
        .bind(format!("{begin}%"))
        .fetch_all(&mut app.database.superuser().await)
        .await
        .unwrap()
}
