//! Automatic mail and delivery reports (features.md 3.4).

use super::tests::{read, with};
use super::{AutoKind, ParsedMail};

#[test]
fn every_sign_of_a_machine() {
    for (headers, kind) in [
        ("Auto-Submitted: auto-replied\n", AutoKind::AutoReply),
        ("Auto-Submitted: auto-generated; owner-email=x\n", AutoKind::AutoReply),
        ("auto-submitted: No\n", AutoKind::Human),
        ("Auto-Submitted: no (really)\n", AutoKind::Human),
        ("X-Autoreply: yes\n", AutoKind::AutoReply),
        ("X-Autorespond:\n", AutoKind::AutoReply),
        ("X-Autoresponder: x\n", AutoKind::AutoReply),
        ("X-AutoReply-From: x\n", AutoKind::AutoReply),
        ("X-Mail-Autoreply: x\n", AutoKind::AutoReply),
        ("X-Auto-Response-Suppress: DR\n", AutoKind::AutoReply),
        ("X-Auto-Response-Suppress: RN, AutoReply\n", AutoKind::AutoReply),
        ("X-Auto-Response-Suppress: All\n", AutoKind::AutoReply),
        ("X-Auto-Response-Suppress: OOF\n", AutoKind::AutoReply),
        ("X-Auto-Response-Suppress: NRN, RN\n", AutoKind::Human),
        ("Precedence: bulk\n", AutoKind::Bulk),
        ("Precedence: LIST\n", AutoKind::Bulk),
        ("X-Precedence: junk\n", AutoKind::Bulk),
        ("Precedence: auto_reply\n", AutoKind::AutoReply),
        ("Precedence: first-class\n", AutoKind::Human),
        ("List-Id: <x.y>\n", AutoKind::Bulk),
        ("List-Unsubscribe: <mailto:x@y>\n", AutoKind::Bulk),
        ("X-Loop: yes\n", AutoKind::AutoReply),
        ("X-Loop: TRUE\n", AutoKind::AutoReply),
        ("X-Loop: x@y\n", AutoKind::Human),
        ("Delivered-To: autoresponder\n", AutoKind::AutoReply),
        ("Delivered-To: x@y.example\n", AutoKind::Human),
        ("X-AMAZON-MAIL-RELAY-TYPE: notification\n", AutoKind::Bulk),
        ("X-Helpdesk-Loop: inbox-1\n", AutoKind::AutoReply),
        ("Return-Path: <>\n", AutoKind::Bounce),
        ("Return-Path: <a@b.example>\n", AutoKind::Human),
        ("X-Failed-Recipients: a@b.example\n", AutoKind::Bounce),
        ("Content-Type: multipart/report; report-type=delivery-status; boundary=x\n", AutoKind::Bounce),
        ("Content-Type: multipart/report; report-type=disposition-notification; boundary=x\n", AutoKind::AutoReply),
        ("", AutoKind::Human),
    ] {
        assert_eq!(with(headers).auto, kind, "{headers}");
    }
    for (from, kind) in [
        ("MAILER-DAEMON@x.example", AutoKind::Bounce),
        ("postmaster@x.example", AutoKind::Bounce),
        ("noreply@x.example", AutoKind::AutoReply),
        ("no-reply+tag@x.example", AutoKind::AutoReply),
        ("Do_Not_Reply@x.example", AutoKind::AutoReply),
        ("billing-noreply@x.example", AutoKind::AutoReply),
        ("nora.reply@x.example", AutoKind::Human),
    ] {
        assert_eq!(read(&format!("From: <{from}>\n\nx")).auto, kind, "{from}");
    }
    let mail = with("X-Helpdesk-Loop: inbox-1\n");
    assert_eq!(mail.loop_marker.as_deref(), Some("inbox-1"));
    let mail = with("");
    assert_eq!(mail.auto_for(&["acme.example".into()], &["a@acme.example".into()]), AutoKind::Human);
    assert_eq!(mail.auto_for(&["x.example".into()], &[]), AutoKind::AutoReply);
    assert_eq!(mail.auto_for(&[], &["bob@x.example".into()]), AutoKind::AutoReply);
}

fn report(status: &str, action: &str) -> ParsedMail {
    read(&format!(
        "From: MAILER-DAEMON@mx.example\nSubject: Undelivered\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nSorry\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\nOriginal-Recipient: rfc822;Bob@X.example\nFinal-Recipient: rfc822; Bob@X.example\nAction: {action}\nStatus: {status}\nDiagnostic-Code: smtp; 550 5.1.1 <bob@x.example>:\n  no such user\n\nFinal-Recipient: rfc822; carol@x.example\nAction: delivered\nStatus: 2.0.0\n\n--b\nContent-Type: message/rfc822\n\nMessage-ID:\n <hd.1.2@acme.example>\nSubject: x\n\nold\n--b--\n"
    ))
}

#[test]
fn delivery_reports_are_read() {
    let mail = report("5.1.1", "failed");
    assert_eq!(mail.auto, AutoKind::Bounce);
    let bounce = mail.bounce.unwrap();
    assert_eq!(bounce.original_message_id.as_deref(), Some("hd.1.2@acme.example"));
    assert!(bounce.permanent);
    assert_eq!(bounce.recipients.len(), 2);
    let first = &bounce.recipients[0];
    assert_eq!(
        (first.address.as_str(), first.status.as_str(), first.action.as_str()),
        ("Bob@x.example", "5.1.1", "failed")
    );
    assert_eq!(first.diagnostic, "550 5.1.1 <bob@x.example>: no such user");
    assert!(!report("4.4.1", "delayed").bounce.unwrap().permanent);
    assert!(!report("4.4.1 (timeout)", "failed").bounce.unwrap().permanent);
    assert!(report("5.2.2 (mailbox full)", "Failed").bounce.unwrap().permanent);
    let exim = read(
        "From: Mail Delivery System <Mailer-Daemon@mx.example>\nX-Failed-Recipients: bob@x.example,\n carol@x.example\nReturn-path: <>\n\nThis failed:\n  bob@x.example\n    host mx: 550 5.1.1 unknown\n\n------ copy ------\n\nMessage-Id: <hd.3.4@acme.example>\nSubject: x\n",
    );
    let bounce = exim.bounce.unwrap();
    assert_eq!(bounce.original_message_id.as_deref(), Some("hd.3.4@acme.example"));
    assert_eq!(bounce.recipients.iter().map(|r| r.status.as_str()).collect::<Vec<_>>(), ["5.1.1", "5.1.1"]);
    assert!(bounce.permanent);
    assert_eq!(with("Return-Path: <>\n").bounce, None);
    assert_eq!(with("").bounce, None);
}
