//! Hostile headers (security.md, S-MAIL-5).

use std::fmt::Write as _;
use std::time::Duration;

use super::hostile_tests::{HEAD, cpu, refused, timed};
use super::{Limits, ParseFailure, parse};

#[test]
fn recipients_without_end() {
    let mut list = String::new();
    for number in 0..10_000 {
        write!(list, "Name {number} <user{number}@x.example>, ").unwrap();
    }
    for raw in [
        format!("From: a@x.example\r\nTo: {list}\r\n\r\nx"),
        format!("From: a@x.example\r\nTo: z@x.example\r\nCc: {}\r\n\r\nx", list.replace(", ", ",\r\n ")),
    ] {
        let mail = timed("10,000 recipients", raw.as_bytes()).unwrap();
        assert_eq!(mail.to.len() + mail.cc.len(), 100);
        assert!(mail.recipients_total >= 10_000);
    }
}

#[test]
fn headers_without_end() {
    let many: String = (0..100_000).map(|n| format!("X-{n}: y\r\n")).collect();
    refused("100,000 headers", format!("{HEAD}{many}\r\nx").as_bytes(), ParseFailure::TooManyHeaders);
    let long = format!("{HEAD}X-Long: {}\r\n\r\nx", "y".repeat(1_000_000));
    refused("1 MB header line", long.as_bytes(), ParseFailure::HeaderTooLong);
    let folded = format!("{HEAD}X-Long: y\r\n{}\r\nx", " y\r\n".repeat(300_000));
    refused("folded header", folded.as_bytes(), ParseFailure::HeaderTooLong);
    refused("only a header", "X".repeat(3_000_000).as_bytes(), ParseFailure::HeaderTooLong);
    let parts = format!("{HEAD}Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n{many}\r\nx\r\n--b--");
    refused("100,000 part headers", parts.as_bytes(), ParseFailure::TooManyHeaders);
}

#[test]
fn header_values_that_parse_badly() {
    for unit in [
        "(",
        "((\\",
        "<",
        "\"",
        "\\",
        "=?utf-8?q?",
        "=?utf-8?b?",
        "=?utf-8?q?=41?= ",
        "=?",
        "@",
        ",",
        ";",
        ":",
        "a@b,",
        "<a@b",
        "a:b;",
        "=?x?q?a",
        "\u{e9}",
        "%",
        "*0*=",
        "; a*0=b",
        "; a=\"b\"",
        "\r\n (",
    ] {
        let value = unit.repeat(400_000 / unit.len());
        for name in [
            "Subject",
            "From",
            "To",
            "Reply-To",
            "Date",
            "References",
            "Message-ID",
            "Content-Type",
            "Content-Disposition",
            "Content-Type: multipart/mixed; boundary",
        ] {
            let raw = format!("From: a@x.example\r\n{name}: {value}\r\n\r\nx");
            let started = cpu();
            let _ = parse(raw.as_bytes(), &Limits::default());
            let took = cpu() - started;
            assert!(took < Duration::from_secs(2), "{name} of {unit:?} took {took:?}");
        }
    }
}

#[test]
fn line_ends_and_control_characters() {
    let mail = timed("bare CR", b"From: a@x.example\rSubject: x\r\rone\rtwo").unwrap();
    assert_eq!((mail.subject.as_str(), mail.text.as_str()), ("x", "one\ntwo"));
    let mail = timed("bare LF", b"From: a@x.example\nSubject: x\n\none\ntwo").unwrap();
    assert_eq!(mail.text, "one\ntwo");
    for smuggle in ["\r\n.\r\n", "\n.\n", "\r.\r", "\n.\r\n", "\r\n.\n", "\r\n\0.\r\n"] {
        let raw = format!("{HEAD}\r\none{smuggle}MAIL FROM:<e@x>\r\nFrom: evil@x.example\r\n\r\ntwo");
        let mail = timed("smuggling", raw.as_bytes()).unwrap();
        assert_eq!(mail.from.email, "a@x.example");
        assert!(mail.text.contains("evil@x.example") && !mail.text.contains('\0'));
    }
    let raw = "From: a@x.example\r\nSubject: a\0b\rBcc: x\u{202e}\u{7}=?utf-8?q?=0D=0ABcc:_e=40x=00?=\r\nX-Helpdesk-Loop: a\0b\r\nMessage-ID: <a\0b@x>\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>a\0b</p>\u{1b}[31m";
    let mail = timed("control characters", raw.as_bytes()).unwrap();
    for text in [Some(&mail.subject), mail.loop_marker.as_ref(), mail.message_id.as_ref()].into_iter().flatten() {
        assert!(!text.chars().any(char::is_control) && !text.contains('\u{202e}'), "{text:?}");
    }
    assert!(!mail.text.contains(['\0', '\u{1b}']) && !mail.html.unwrap().contains(['\0', '\u{1b}']));
}

#[test]
fn odd_headers() {
    let read = |headers: &str| timed(headers, format!("From: a@x.example\r\n{headers}\r\n\r\nx").as_bytes()).unwrap();
    for date in [
        "Mon, 1 Jan 1601 00:00:00 +0000",
        "Fri, 31 Dec 9999 23:59:59 +0000",
        "Mon, 99 Foo 20x4 77:99:99 +9999",
        "yesterday",
        "",
        "Mon, 31 Feb 2024 00:00:00 -9999999999999999999",
        "1 Jan 99999999999999999999 00:00 +0000",
    ] {
        let mail = read(&format!("Date: {date}"));
        assert!(mail.date.is_none_or(|date| date.timestamp() > 0), "{date}");
    }
    assert_eq!(read("Date: Fri, 31 Dec 9999 23:59:59 +0000").date, None);
    assert_eq!(read("Date: Mon, 1 Jan 1601 00:00:00 +0000").date, None);
    let mail = read("Subject:  ");
    assert_eq!((mail.subject.as_str(), mail.message_id), ("(no subject)", None));
    assert_eq!(read("Message-ID: <1@x>\r\nMessage-ID: <2@x>").message_id.as_deref(), Some("1@x"));
    assert_eq!(read("Message-ID: naked@x").message_id.as_deref(), Some("naked@x"));
    assert_eq!(read(&format!("Message-ID: <{}@x>", "y".repeat(5_000))).message_id, None);
    assert_eq!(read(&format!("Subject: {}", "ä".repeat(3_000))).subject.chars().count(), 500);
    let ids: String = (0..5_000).map(|n| format!(" <{n}@x>")).collect();
    let mail = read(&format!("References:{ids}"));
    assert_eq!((mail.references.len(), mail.references.last().map(String::as_str)), (50, Some("4999@x")));
    for header in [
        "no colon here",
        ": empty",
        "Content-Type: ;;;",
        "Content-Type: multipart/mixed",
        "Content-Type: multipart/mixed; boundary=\"\"",
        "Content-Type: multipart/mixed; boundary=nowhere",
        "Content-Transfer-Encoding: x-uuencode",
        "Content-Type: text/plain; charset=\"=?utf-8?q?x?=\"",
        " folded first",
    ] {
        assert_eq!(read(header).text.trim(), "x", "{header}");
    }
}
