//! Mails that come in: what they become, and what hostile ones come to.

use channels::intake::Outcome;
use serde_json::json;

use super::mails::{accept, caught, ingest, mail};
use crate::harness::TestApp;

const BOX: &str = "support@acme.localhost";

#[tokio::test]
async fn a_mail_becomes_a_ticket_with_number_deadline_and_customer() {
    let app = TestApp::start().await;
    let (ticket, reference, is_new) = accept(
        &app,
        BOX,
        mail("Cleo <Cleo@Example.org>", BOX, "Cold =?utf-8?q?=C3=9Cberall?=", "1@x", "", "It is cold."),
    )
    .await;
    assert!(is_new);
    let found = app.agent().get(&format!("/tickets/{ticket}/")).await.ok();
    assert_eq!(found["reference"], json!(reference));
    assert_eq!(found["subject"], "Cold Überall");
    assert_eq!(found["customer"]["email"], "cleo@example.org");
    assert_eq!(found["customer"]["name"], "Cleo");
    assert_eq!(found["channel"], "email");
    assert_eq!(found["source"], BOX);
    assert!(found["due_at"].is_string());
    let sent = caught(&app, "acme").await;
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].to, "cleo@example.org");
    assert!(sent[0].subject.contains(&reference));
    assert!(!sent[0].raw.contains("It is cold"), "nothing of the sender is repeated");
    assert!(sent[0].raw.contains("Auto-Submitted: auto-replied"));
}

#[tokio::test]
async fn the_same_mail_counts_once_also_in_parallel_and_by_another_way() {
    let app = TestApp::start().await;
    let raw = mail("a@example.org", BOX, "Once", "once@x", "", "Only once.");
    let (one, two, three) = tokio::join!(ingest(&app, BOX, &raw), ingest(&app, BOX, &raw), ingest(&app, BOX, &raw));
    let fresh = [&one, &two, &three]
        .into_iter()
        .filter(|outcome| matches!(outcome, Outcome::Accepted { is_new: true, .. }))
        .count();
    assert_eq!(fresh, 1, "{one:?} {two:?} {three:?}");
    let other_way = format!("Received: from elsewhere\r\nDelivered-To: {BOX}\r\n{raw}");
    assert_eq!(ingest(&app, BOX, other_way).await, Outcome::Duplicate);
    let count = app.agent().get("/tickets/?search=Once").await.ok()["count"].clone();
    assert_eq!(count, 1);
    app.run_jobs().await;
}

#[tokio::test]
async fn a_mail_goes_to_the_organization_of_its_mailbox_only() {
    let app = TestApp::start().await;
    accept(&app, "support@globex.localhost", mail("a@example.org", BOX, "For the other", "g@x", "", "CANARY-B text"))
        .await;
    app.run_jobs().await;
    assert_eq!(app.agent().get("/tickets/?search=other").await.ok()["count"], 0);
    assert_eq!(app.foreign_admin().get("/tickets/?search=other").await.ok()["count"], 1);
    let unknown = channels::intake::receive(&app.state, "nobody@acme.localhost", "x".into()).await;
    assert!(unknown.is_err());
}

#[tokio::test]
async fn attachments_and_inline_images_are_kept_and_html_is_tamed() {
    let app = TestApp::start().await;
    let raw = format!(
        "From: h@example.org\r\nTo: {BOX}\r\nSubject: Picture\r\nMessage-ID: <p@x>\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/related; boundary=b\r\n\r\n--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n\
         <p onclick=alert(1)>See <img src=\"cid:pic\"> <script>alert(1)</script></p>\r\n--b\r\nContent-Type: image/png; name=a.png\r\n\
         Content-ID: <pic>\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==\r\n--b--\r\n"
    );
    let (ticket, ..) = accept(&app, BOX, raw).await;
    let page = app.agent().get(&format!("/tickets/{ticket}/messages/")).await.ok();
    let message = &page["results"][0];
    let html = message["body_html"].as_str().unwrap();
    assert!(!html.contains("script") && !html.contains("onclick"), "{html}");
    let file = message["attachments"][0]["id"].as_str().unwrap();
    assert!(html.contains(&format!("/api/v1/files/{file}/")), "{html}");
    assert_eq!(message["attachments"][0]["content_type"], "image/png");
    app.run_jobs().await;
}

#[tokio::test]
async fn machines_are_heard_but_never_answered_and_wake_nothing() {
    let app = TestApp::start().await;
    let (ticket, ..) = accept(&app, BOX, mail("auto@example.org", BOX, "Help", "h@x", "", "Help me.")).await;
    let ack = caught(&app, "acme").await.remove(0);
    let agent = app.agent();
    agent.post(&format!("/tickets/{ticket}/change_status/"), json!({"status": "resolved"})).await.ok();
    for (index, header) in [
        "Auto-Submitted: auto-replied\r\n",
        "X-Autoreply: yes\r\n",
        "Precedence: bulk\r\n",
        "X-Auto-Response-Suppress: All\r\n",
        "List-Id: <l.example.org>\r\n",
    ]
    .iter()
    .enumerate()
    {
        let extra = format!("{header}In-Reply-To: <{}>\r\n", ack.message_id);
        let (same, _, is_new) =
            accept(&app, BOX, mail("auto@example.org", BOX, "Away", &format!("away{index}@x"), &extra, "I am away."))
                .await;
        assert_eq!((same, is_new), (ticket, false), "{header}");
    }
    assert_eq!(agent.get(&format!("/tickets/{ticket}/")).await.ok()["status"], "resolved");
    let (_, _, is_new) = accept(
        &app,
        BOX,
        mail("robot@example.org", BOX, "Alert", "al@x", "Auto-Submitted: auto-generated\r\n", "Disk full."),
    )
    .await;
    assert!(is_new);
    let sent = caught(&app, "acme").await;
    assert!(sent.iter().all(|sent| sent.to != "robot@example.org"));
    assert_eq!(sent.iter().filter(|sent| sent.to == "auto@example.org").count(), 1);
}

#[tokio::test]
async fn a_bounce_marks_the_reply_as_failed_and_wakes_nothing() {
    let app = TestApp::start().await;
    let (ticket, ..) = accept(&app, BOX, mail("gone@example.org", BOX, "Bye", "bye@x", "", "Bye.")).await;
    let agent = app.agent();
    agent
        .post(&format!("/tickets/{ticket}/messages/"), json!({"body": "An answer.", "status": "pending"}))
        .await
        .created();
    let reply = caught(&app, "acme").await.into_iter().find(|sent| sent.subject.starts_with("Re:")).unwrap();
    let report = format!(
        "From: MAILER-DAEMON@mx.example.org\r\nTo: {BOX}\r\nSubject: Undelivered\r\nMessage-ID: <dsn@x>\r\nReturn-Path: <>\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=r\r\n\r\n--r\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n\
         --r\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.org\r\n\r\nFinal-Recipient: rfc822; gone@example.org\r\n\
         Action: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 no such user\r\n\r\n--r\r\nContent-Type: message/rfc822\r\n\r\n\
         Message-ID: <{}>\r\nSubject: Re\r\n\r\nx\r\n--r--\r\n",
        reply.message_id
    );
    let (same, _, is_new) = accept(&app, BOX, report).await;
    assert_eq!((same, is_new), (ticket, false));
    let page = agent.get(&format!("/tickets/{ticket}/messages/")).await.ok();
    assert_eq!(page["results"][1]["delivery"]["state"], "failed");
    assert!(page["results"][1]["delivery"]["error"].as_str().unwrap().contains("no such user"));
    assert_eq!(page["results"][2]["visibility"], "internal");
    assert_eq!(agent.get(&format!("/tickets/{ticket}/")).await.ok()["status"], "pending");
    app.run_jobs().await;
}

#[tokio::test]
async fn hostile_mails_are_kept_and_the_next_one_works() {
    let app = TestApp::start().await;
    let nested: String =
        (0..1_000).map(|n| format!("Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n")).collect();
    let many = (0..10_000).map(|n| format!("p{n}@example.org")).collect::<Vec<_>>().join(", ");
    let hostile: Vec<Vec<u8>> = vec![
        Vec::new(),
        b"\0\0\0".to_vec(),
        format!("From: a@example.org\r\nSubject: deep\r\nMIME-Version: 1.0\r\n{nested}").into_bytes(),
        vec![b'x'; 40 * 1024 * 1024],
    ];
    for raw in hostile {
        let outcome = ingest(&app, BOX, &raw).await;
        assert!(matches!(outcome, Outcome::Quarantined { .. }), "{outcome:?}");
    }
    let strange = [
        "From: a@example.org\r\nSubject: no id\r\n\r\nText\r\n".to_owned(),
        "From: a@example.org\r\nFrom: b@example.org\r\nSubject: two\r\nMessage-ID: <two@x>\r\n\r\nText\r\n".to_owned(),
        format!("From: a@example.org\r\nTo: {many}\r\nSubject: many\r\nMessage-ID: <many@x>\r\n\r\nText\r\n"),
        "From: a@example.org\r\nDate: Thu, 01 Jan 1601 00:00:00 +0000\r\nContent-Type: text/plain; charset=nonsense\r\n\r\n\u{fffd}\r\n".to_owned(),
    ];
    for raw in strange {
        accept(&app, BOX, raw).await;
    }
    let (_, _, is_new) = accept(&app, BOX, mail("next@example.org", BOX, "Fine", "fine@x", "", "Fine.")).await;
    assert!(is_new);
    app.run_jobs().await;
}
