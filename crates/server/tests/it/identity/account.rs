//! Helpers: signing in, and the links in mails about accounts.

use axum::http::Method;
use channels::mail::parse::{Limits, parse};
use serde_json::{Value, json};

use crate::{
    harness::{Answer, Client, TestApp, world::PASSWORD},
    mail::mails::{Sent, caught},
};

pub const OTHER: &str = "a good long sentence";

pub async fn login(client: &Client, email: &str, password: &str) -> Answer {
    client.post("/auth/login/", json!({"email": email, "password": password})).await
}

/// The tokens of somebody of organization A.
pub async fn signed_in(app: &TestApp, who: &str) -> Value {
    login(&app.anonymous(), &app.world.a.member(who).email, PASSWORD).await.ok()
}

pub async fn refresh(client: &Client, token: &Value) -> Answer {
    client.post("/auth/refresh/", json!({"refresh": token})).await
}

pub fn bearer(app: &TestApp, access: &Value) -> Client {
    Client { token: Some(access.as_str().unwrap().to_owned()), ..app.anonymous() }
}

pub async fn ask_reset(client: &Client, email: &str) -> Answer {
    client.post("/auth/password/reset/", json!({"email": email})).await
}

pub async fn confirm(client: &Client, token: &str, password: &str) -> Answer {
    client.post("/auth/password/reset/confirm/", json!({"token": token, "password": password})).await
}

pub async fn register(client: &Client, email: &str) -> Answer {
    client.post("/auth/register/", json!({"email": email, "name": "Cleo Muster", "password": OTHER})).await
}

pub async fn verify(client: &Client, token: &str) -> Answer {
    client.post("/auth/register/confirm/", json!({"token": token})).await
}

/// Mails to an address, oldest first.
pub async fn mails_to(app: &TestApp, email: &str) -> Vec<Sent> {
    caught(app, "acme").await.into_iter().filter(|sent| sent.to == email).collect()
}

/// Origin, page and token of the one link in a mail.
pub fn link_in(sent: &Sent) -> (String, String, String) {
    let mail = parse(sent.raw.as_bytes(), &Limits::default()).unwrap();
    let links: Vec<&str> = mail.text.split_whitespace().filter(|word| word.contains("://")).collect();
    assert_eq!(links.len(), 1, "{}", mail.text);
    assert!(mail.html.unwrap_or_default().contains(links[0].split('#').next().unwrap()));
    let (page, token) = links[0].split_once('#').unwrap();
    let (origin, page) = page.rsplit_once('/').unwrap();
    (origin.to_owned(), page.to_owned(), token.to_owned())
}

/// The token of the latest mail with a link to an address, which must be for this page.
pub async fn token_for(app: &TestApp, email: &str, page: &str) -> String {
    let mails = mails_to(app, email).await;
    let latest = mails.iter().rev().find(|sent| sent.raw.contains("localhost:8000/")).expect("a mail with a link");
    let (origin, found, token) = link_in(latest);
    assert_eq!((origin.as_str(), found.as_str()), ("http://acme.localhost:8000", page));
    token
}

/// An answer without what differs between any two answers.
pub fn comparable(answer: &Answer) -> (u16, Value) {
    let mut body = answer.json();
    body.as_object_mut().unwrap().remove("request_id");
    (answer.status.as_u16(), body)
}

/// Everything that the database holds, as text.
pub async fn everything_stored(app: &TestApp) -> String {
    use sqlx::{AssertSqlSafe, Row};
    let mut superuser = app.database.superuser().await;
    let tables = sqlx::query(
        "select c.oid::regclass::text from pg_class c where c.relkind = 'r'
            and c.relnamespace::regnamespace::text !~ '^pg_|^information_schema$'",
    )
    .fetch_all(&mut superuser)
    .await
    .unwrap();
    let mut text = String::new();
    for table in tables {
        let sql =
            format!("select coalesce(string_agg(to_jsonb(x)::text, ' '), '') from {} x", table.get::<String, _>(0));
        text += &sqlx::query_scalar::<_, String>(AssertSqlSafe(sql)).fetch_one(&mut superuser).await.unwrap();
    }
    text
}

pub async fn send(client: &Client, method: Method, path: &str) -> Answer {
    client.send(method, path, &[], None).await
}
