//! Delivery to a real mail server: once, later, or never.

use std::{
    io::{BufRead, BufReader},
    net::TcpListener,
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use channels::mail::smtp::{SmtpConfig, SmtpTls};
use chrono::TimeDelta;
use kernel::TicketId;
use serde_json::{Value, json};

use super::mails::{accept, mail};
use crate::harness::TestApp;

/// A mail server (aiosmtpd) that keeps what it gets; `nobody@` is refused for good, `later@` for now.
struct Server {
    child: Child,
    folder: tempfile::TempDir,
}

impl Server {
    fn start(port: u16) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut child = Command::new("/usr/bin/python3")
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/../channels/tests/smtp_sink.py"))
            .arg(folder.path())
            .env("SMTP_SINK_PORT", port.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line.trim(), port.to_string());
        Self { child, folder }
    }

    fn mails(&self) -> Vec<String> {
        let mut files: Vec<PathBuf> = std::fs::read_dir(self.folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|end| end == "eml"))
            .collect();
        files.sort();
        files.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

async fn app(port: u16) -> TestApp {
    let config = SmtpConfig { host: "127.0.0.1".into(), port, tls: SmtpTls::Off, user: None, password: None };
    TestApp::with_smtp(Some(config)).await
}

/// A ticket of this customer that nobody is written to about, and an answer to it.
async fn answer(app: &TestApp, customer: &str) -> (TicketId, Value) {
    let raw =
        mail(customer, "support@acme.localhost", "Cold", "c@x", "Auto-Submitted: auto-generated\r\n", "It is cold.");
    let (ticket, ..) = accept(app, "support@acme.localhost", raw).await;
    let message =
        app.agent().post(&format!("/tickets/{ticket}/messages/"), json!({"body": "We come."})).await.created();
    assert_eq!(message["delivery"]["state"], "queued");
    (ticket, message)
}

async fn delivery(app: &TestApp, ticket: TicketId) -> Value {
    let page = app.agent().get(&format!("/tickets/{ticket}/messages/?ordering=-seq")).await.ok();
    page["results"].as_array().unwrap().iter().find(|message| message["direction"] == "out").unwrap()["delivery"]
        .clone()
}

#[tokio::test]
async fn an_answer_arrives_once() {
    let port = free_port();
    let server = Server::start(port);
    let app = app(port).await;
    let (ticket, _) = answer(&app, "cleo@example.org").await;
    app.run_jobs().await;
    app.run_jobs().await;
    assert_eq!(delivery(&app, ticket).await, json!({"state": "sent", "error": null, "attempts": 1}));
    let mails = server.mails();
    assert_eq!(mails.len(), 1);
    assert!(mails[0].contains("References: <c@x>") && mails[0].contains("Reply-To: support+"));
}

#[tokio::test]
async fn a_server_that_was_away_gets_it_later_once_under_the_same_id() {
    let port = free_port();
    let app = app(port).await;
    let (ticket, _) = answer(&app, "cleo@example.org").await;
    app.run_jobs().await;
    let waiting = delivery(&app, ticket).await;
    assert_eq!((waiting["state"].as_str(), waiting["attempts"].as_i64()), (Some("queued"), Some(1)));
    assert!(waiting["error"].is_string());
    let server = Server::start(port);
    app.advance(TimeDelta::seconds(2));
    app.run_jobs().await;
    assert!(server.mails().is_empty(), "it waits before it tries again");
    app.advance(TimeDelta::seconds(10));
    app.run_jobs().await;
    assert_eq!(delivery(&app, ticket).await, json!({"state": "sent", "error": null, "attempts": 2}));
    assert_eq!(server.mails().len(), 1);
}

#[tokio::test]
async fn a_refused_answer_says_why_and_can_be_sent_again() {
    let port = free_port();
    let server = Server::start(port);
    let app = app(port).await;
    let (ticket, message) = answer(&app, "nobody@example.org").await;
    app.run_jobs().await;
    let failed = delivery(&app, ticket).await;
    assert_eq!(failed["state"], "failed");
    assert!(failed["error"].as_str().unwrap().contains("no such user"), "{failed}");
    let id = message["id"].as_str().unwrap();
    let again = app.agent().post(&format!("/messages/{id}/retry/"), json!({})).await.is(202);
    assert_eq!(again["delivery"]["state"], "queued");
    assert_eq!(app.agent().post(&format!("/messages/{id}/retry/"), json!({})).await.status, 409);
    app.run_jobs().await;
    let failed = delivery(&app, ticket).await;
    assert_eq!((failed["state"].as_str(), failed["attempts"].as_i64()), (Some("failed"), Some(2)));
    assert!(server.mails().is_empty());
}

#[tokio::test]
async fn what_is_put_off_for_ever_is_given_up() {
    let port = free_port();
    let _server = Server::start(port);
    let app = app(port).await;
    let (ticket, _) = answer(&app, "later@example.org").await;
    for _ in 0..20 {
        app.run_jobs().await;
        app.advance(TimeDelta::hours(7));
    }
    let failed = delivery(&app, ticket).await;
    assert_eq!((failed["state"].as_str(), failed["attempts"].as_i64()), (Some("failed"), Some(20)));
    assert!(failed["error"].as_str().unwrap().starts_with("Given up after 20 attempts"), "{failed}");
}

#[tokio::test]
async fn what_failed_is_listed_with_the_reason_and_sent_again() {
    let port = free_port();
    let app = app(port).await;
    let server = Server::start(port);
    let (ticket, message) = answer(&app, "nobody@example.org").await;
    app.run_jobs().await;
    let failed = app.admin().get("/jobs/mails/").await.ok();
    let row = &failed["results"][0];
    assert_eq!(
        (&failed["count"], &row["to"], &row["kind"]),
        (&json!(1), &json!("nobody@example.org"), &json!("reply"))
    );
    assert_eq!((&row["ticket_id"], &row["attempts"]), (&json!(ticket), &json!(1)));
    assert!(row["error"].as_str().unwrap().contains("no such user") && row["failed_at"].is_string(), "{row}");
    let retry = format!("/jobs/mails/{}/retry/", row["id"].as_str().unwrap());
    for who in ["manager", "agent", "customer"] {
        app.as_(who).get("/jobs/mails/").await.is(403);
        app.as_(who).post(&retry, Value::Null).await.is(403);
    }
    assert_eq!(app.foreign_admin().get("/jobs/mails/").await.ok()["count"], 0);
    app.foreign_admin().post(&retry, Value::Null).await.is(404);
    assert_eq!(app.admin().post(&retry, Value::Null).await.is(202)["state"], "queued");
    app.admin().post(&retry, Value::Null).await.is(404);
    assert_eq!(app.admin().get("/jobs/mails/").await.ok()["count"], 0);
    assert_eq!(delivery(&app, ticket).await["state"], "queued");
    app.run_jobs().await;
    // It failed again, as itself; sent again from its ticket it is the same mail.
    let again = app.admin().get("/jobs/mails/").await.ok();
    assert_eq!((&again["count"], &again["results"][0]["attempts"]), (&json!(1), &json!(2)));
    app.agent().post(&format!("/messages/{}/retry/", message["id"].as_str().unwrap()), json!({})).await.is(202);
    app.run_jobs().await;
    let again = app.admin().get("/jobs/mails/").await.ok();
    assert_eq!((&again["count"], &again["results"][0]["attempts"]), (&json!(1), &json!(3)));
    assert!(server.mails().is_empty());
}
