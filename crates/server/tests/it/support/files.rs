//! Uploads, attachments, links of five minutes.

use axum::http::Method;
use chrono::TimeDelta;
use serde_json::json;

use super::seeds::mine;
use crate::harness::{Answer, Client, TestApp, s3::S3Server};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0";

/// One part of this name.
async fn send(client: &Client, part: &str, name: &str, bytes: &[u8]) -> Answer {
    let mut body = format!(
        "--line\r\ncontent-disposition: form-data; name=\"{part}\"; filename=\"{name}\"\r\ncontent-type: image/png\r\n\r\n"
    )
    .into_bytes();
    body.extend_from_slice(bytes);
    body.extend_from_slice(b"\r\n--line--\r\n");
    let kind = [("content-type", "multipart/form-data; boundary=line")];
    client.raw(Method::POST, "/files/", &kind, body).await
}

pub async fn upload(client: &Client, name: &str, bytes: &[u8]) -> String {
    send(client, "file", name, bytes).await.created()["id"].as_str().unwrap().to_owned()
}

/// Uploads and attaches: the ticket and the file.
async fn attached(app: &TestApp, visibility: &str) -> (String, String) {
    let (path, file) = (mine(app).await, upload(&app.agent(), "plan.png", PNG).await);
    let body = json!({"body": "See", "visibility": visibility, "attachments": [file]});
    app.agent().post(&format!("{path}messages/"), body).await.created();
    (path, file)
}

/// Where the file's link leads.
async fn link(client: &Client, file: &str) -> String {
    let answer = client.get(&format!("/files/{file}/")).await;
    answer.is(302);
    answer.headers["location"].to_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_attachment_is_listed_and_downloaded_by_its_link() {
    let app = TestApp::start().await;
    let (path, file) = attached(&app, "public").await;
    let page = app.customer().get(&format!("{path}messages/")).await.ok();
    let listed = &page["results"][1]["attachments"];
    assert_eq!(listed.as_array().unwrap().len(), 1);
    assert_eq!((&listed[0]["id"], &listed[0]["name"]), (&json!(file), &json!("plan.png")));
    assert_eq!((&listed[0]["content_type"], &listed[0]["size"]), (&json!("image/png"), &json!(PNG.len())));
    for client in [app.agent(), app.customer(), app.as_("viewer")] {
        let here = link(&client, &file).await;
        let answer = app.anonymous().get(&here).await;
        assert_eq!((answer.status.as_u16(), &answer.bytes[..]), (200, PNG));
        assert_eq!(answer.headers["content-type"], "image/png");
        assert_eq!(answer.headers["content-security-policy"], "default-src 'none'; sandbox; frame-ancestors 'none'");
        assert_eq!(answer.headers["x-content-type-options"], "nosniff");
        assert!(answer.headers["content-disposition"].to_str().unwrap().starts_with("inline"));
    }
}

#[tokio::test]
async fn links_end_and_cannot_be_changed() {
    let app = TestApp::start().await;
    let (_, file) = attached(&app, "public").await;
    let (_, other) = attached(&app, "public").await;
    let (here, nobody) = (link(&app.agent(), &file).await, app.anonymous());
    assert_eq!(nobody.at("localhost").get(&here).await.bytes, PNG);
    nobody.at("globex.localhost").get(&here).await.is(404);
    nobody.get(&here.replace(&file, &other)).await.is(404);
    let expires = here.split("expires=").nth(1).unwrap().split('&').next().unwrap();
    let later = (expires.parse::<i64>().unwrap() + 600).to_string();
    nobody.get(&here.replace(expires, &later)).await.is(404);
    let cut = here.len() - 4;
    for forged in [format!("{}AAAA", &here[..cut]), here[..cut].to_owned(), format!("{}!!!!", &here[..cut])] {
        nobody.get(&forged).await.is(404);
    }
    nobody.get(here.split("&signature").next().unwrap()).await.is(422);
    app.advance(TimeDelta::seconds(299));
    assert_eq!(nobody.get(&here).await.bytes, PNG);
    app.advance(TimeDelta::seconds(1));
    nobody.get(&here).await.is(404);
    nobody.get(&format!("/files/{file}/")).await.is(401);
}

#[tokio::test]
async fn files_are_seen_with_their_message_only() {
    let app = TestApp::start().await;
    let (_, public) = attached(&app, "public").await;
    let (_, note) = attached(&app, "internal").await;
    let get = |client: Client, file: &str| {
        let path = format!("/files/{file}/");
        async move { client.get(&path).await.status.as_u16() }
    };
    for (who, file, status) in [
        ("customer", &public, 302),
        ("customer2", &public, 404),
        ("customer", &note, 404),
        ("agent2", &note, 302),
        ("viewer", &note, 302),
    ] {
        assert_eq!(get(app.as_(who), file).await, status, "{who}");
    }
    assert_eq!(get(app.foreign_admin(), &public).await, 404);
    let loose = upload(&app.customer(), "mine.txt", b"mine").await;
    for (who, status) in [("customer", 302), ("customer2", 404), ("agent", 404), ("admin", 404)] {
        assert_eq!(get(app.as_(who), &loose).await, status, "{who}");
    }
}

#[tokio::test]
async fn files_hang_once_and_on_their_uploaders_message() {
    let app = TestApp::start().await;
    let (path, used) = attached(&app, "public").await;
    let say = async |client: Client, file: &str| {
        client.post(&format!("{path}messages/"), json!({"body": "x", "attachments": [file]})).await
    };
    assert_eq!(say(app.agent(), &used).await.problem("attachments"), "unknown");
    let file = upload(&app.as_("agent2"), "a.txt", b"text").await;
    let theirs = upload(&app.foreign("agent"), "b.txt", b"text").await;
    assert_eq!(say(app.agent(), &file).await.problem("attachments"), "unknown");
    assert_eq!(say(app.agent(), &theirs).await.problem("attachments"), "unknown");
    let only = json!({"attachments": [file, file]});
    let made = app.as_("agent2").post(&format!("{path}messages/"), only).await.created();
    assert_eq!(made["attachments"].as_array().unwrap().len(), 1);
    let first = upload(&app.customer(), "c.txt", b"text").await;
    let ticket = json!({"subject": "With a file", "attachments": [first]});
    let ticket = app.customer().post("/tickets/", ticket).await.created();
    let page = app.agent().get(&format!("/tickets/{}/messages/", ticket["id"].as_str().unwrap())).await.ok();
    assert_eq!(page["results"][0]["attachments"][0]["id"], json!(first));
}

#[tokio::test]
async fn active_content_is_only_downloaded() {
    let app = TestApp::start().await;
    for (name, bytes, kind) in [
        ("logo.svg", &b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"[..], "image/svg+xml"),
        ("page.html", b"<!doctype html><script>alert(1)</script>", "text/html"),
        ("x.txt", b"<html><script>alert(1)</script>", "text/html"),
        ("table.csv", b"a;b\n1;2\n", "text/csv"),
    ] {
        let made = send(&app.agent(), "file", name, bytes).await.created();
        assert_eq!((&made["content_type"], &made["size"]), (&json!(kind), &json!(bytes.len())), "{name}");
        let here = link(&app.agent(), made["id"].as_str().unwrap()).await;
        let answer = app.anonymous().get(&here).await;
        assert_eq!(
            (answer.headers["content-type"].to_str().unwrap(), &answer.bytes[..]),
            ("application/octet-stream", bytes)
        );
        assert!(answer.headers["content-disposition"].to_str().unwrap().starts_with("attachment;"), "{name}");
    }
    let made = send(&app.agent(), "file", "../../Überweisung ?.txt", b"text").await.created();
    assert_eq!(made["name"], "Überweisung .txt");
}

#[tokio::test]
async fn wrong_uploads_are_refused() {
    let app = TestApp::start().await;
    let agent = app.agent();
    let program = [b"MZ\x90\0\x03\0\0\0".as_slice(), &[0; 200]].concat();
    assert_eq!(send(&agent, "file", "holiday.png", &program).await.problem("file"), "invalid");
    assert_eq!(send(&agent, "file", "tool.exe", &program).await.problem("file"), "invalid");
    assert_eq!(send(&agent, "file", "holiday.png", b"just words").await.problem("file"), "invalid");
    assert_eq!(send(&agent, "file", "empty.txt", b"").await.problem("file"), "empty");
    assert_eq!(send(&agent, "upload", "a.txt", b"text").await.problem("file"), "required");
    let large = [PNG, &vec![7; 6 * 1024 * 1024]].concat();
    assert_eq!(send(&agent, "file", "large.png", &large).await.is(413)["code"], "PAYLOAD_TOO_LARGE");
    let fitting = [PNG, &vec![7; 5 * 1024 * 1024 - PNG.len()]].concat();
    send(&agent, "file", "fitting.png", &fitting).await.created();
    agent.post("/files/", json!({"file": "x"})).await.is(415);
    let cut = b"--line\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nhalf".to_vec();
    let kind = [("content-type", "multipart/form-data; boundary=line")];
    agent.raw(Method::POST, "/files/", &kind, cut).await.is(400);
    send(&app.as_("viewer"), "file", "a.txt", b"text").await.is(403);
    send(&app.anonymous(), "file", "a.txt", b"text").await.is(401);
}

#[tokio::test]
async fn files_lie_in_a_bucket() {
    let server = S3Server::start();
    let bucket = server.bucket("helpdesk-files");
    let app = TestApp::with(|state| state.files = bucket.open().unwrap()).await;
    server::health::probe(app.state.files.as_ref(), "test").await.unwrap();
    let (_, file) = attached(&app, "public").await;
    // More than one part of an upload in parts.
    let mut large = b"PK\x03\x04".to_vec();
    large.extend((0..12_000_000_u32).map(|n| (n % 251) as u8));
    let zip = upload(&app.agent(), "logs.zip", &large).await;
    let nobody = app.anonymous();
    assert_eq!(nobody.get(&link(&app.agent(), &file).await).await.bytes, PNG);
    assert!(nobody.get(&link(&app.agent(), &zip).await).await.bytes == large, "the large file came back changed");
    assert!(server.path("helpdesk-files").read_dir().unwrap().count() > 0);
    assert!(!app.state.config.data_dir.join("files").read_dir().unwrap().any(|_| true), "written to the folder");

    assert!(app.run_jobs().await > 0, "the reply with its file is sent");
    let mut stranger = bucket.clone();
    stranger.secret = "another secret altogether".to_owned();
    assert!(server::health::probe(stranger.open().unwrap().as_ref(), "test").await.is_err());
}
