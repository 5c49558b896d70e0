//! Mails made to hurt (security.md, S-MAIL-5): each is read or refused within two seconds in a
//! debug build.

use std::fmt::Write as _;
use std::time::Duration;

use super::{Limits, ParseFailure, ParsedMail, parse};

pub(super) const HEAD: &str = "From: a@x.example\r\nTo: b@x.example\r\nSubject: x\r\n";

/// CPU time this thread has used: other work on the machine does not count.
pub(crate) fn cpu() -> Duration {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    Duration::from_nanos(stat.split(' ').next().unwrap().parse().unwrap())
}

pub(super) fn timed(name: &str, raw: &[u8]) -> Result<ParsedMail, ParseFailure> {
    let started = cpu();
    let result = parse(raw, &Limits::default());
    let took = cpu() - started;
    println!(
        "{}: {} bytes, {took:?} CPU, {:?}",
        name.chars().take(60).collect::<String>(),
        raw.len(),
        result.as_ref().err()
    );
    assert!(took < Duration::from_secs(2), "{name} took {took:?}");
    result
}

pub(super) fn refused(name: &str, raw: &[u8], why: ParseFailure) {
    assert_eq!(timed(name, raw).unwrap_err(), why, "{name}");
}

#[test]
fn nesting() {
    let mut multiparts = String::from(HEAD);
    let mut messages = String::from(HEAD);
    let mut digests = String::from(HEAD);
    for level in 0..1_000 {
        write!(multiparts, "Content-Type: multipart/mixed; boundary=b{level}\r\n\r\n--b{level}\r\n").unwrap();
        messages.push_str("Content-Type: message/rfc822\r\n\r\nSubject: y\r\n");
        write!(digests, "Content-Type: multipart/digest; boundary=b{level}\r\n\r\n--b{level}\r\n\r\n").unwrap();
    }
    refused("1,000 multiparts", multiparts.as_bytes(), ParseFailure::TooDeep);
    let mail = timed("1,000 messages", messages.as_bytes()).unwrap();
    assert_eq!(mail.attachments.len(), 1);
    timed("1,000 digests", digests.as_bytes()).unwrap();
    let same = format!(
        "{HEAD}Content-Type: multipart/mixed; boundary=b\r\n\r\n{}",
        "--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n".repeat(1_000)
    );
    assert!(timed("same boundary", same.as_bytes()).is_err());
}

#[test]
fn large_bodies() {
    let base64 = format!("{HEAD}Content-Type: application/x\r\nContent-Transfer-Encoding: base64\r\n\r\n");
    refused("50 MB base64", format!("{base64}{}", "QUFB".repeat(12_500_000)).as_bytes(), ParseFailure::TooLarge);
    refused(
        "26 MB attachment",
        format!("{base64}{}", "QUFB".repeat(8_800_000)).as_bytes(),
        ParseFailure::AttachmentsTooLarge,
    );
    let mail = timed("24 MB attachment, one line", format!("{base64}{}", "QUFB".repeat(8_000_000)).as_bytes()).unwrap();
    assert_eq!(mail.attachments[0].bytes.len(), 24_000_000);
    let line = format!("{}\r\n", "QUFB".repeat(19));
    let mail = timed("24 MB attachment, lines", format!("{base64}{}", line.repeat(420_000)).as_bytes()).unwrap();
    assert_eq!(mail.attachments[0].bytes.len(), 57 * 420_000);
    let mail = timed("20 MB text", format!("{HEAD}\r\n{}", "word word\r\n".repeat(1_400_000)).as_bytes()).unwrap();
    assert!(mail.truncated && mail.text.len() <= 512 * 1024);
    let quoted = format!("{HEAD}Content-Transfer-Encoding: quoted-printable\r\n\r\n{}", "=41".repeat(8_000_000));
    assert!(timed("quoted-printable", quoted.as_bytes()).unwrap().truncated);
    refused("line feeds", format!("{HEAD}\r\n{}", "\n".repeat(30_000_000)).as_bytes(), ParseFailure::TooLarge);
    let dashes =
        format!("{HEAD}Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n{}", "--\n".repeat(1_400_000));
    timed("dashes", dashes.as_bytes()).unwrap();
}

#[test]
fn large_html() {
    let word = "<p class=MsoNormal style='mso-fareast-language:EN-US'><span lang=EN-US style='font-size:11.0pt;font-family:\"Calibri\",sans-serif'>Text&nbsp;of a line<o:p></o:p></span></p>\r\n";
    for (name, unit) in [
        ("Word", word),
        ("div", "<div>"),
        ("lt", "<"),
        ("amp", "&amp;"),
        ("quote", "<blockquote><br>"),
        ("table", "<table><td>x"),
        ("pre", "<pre>\n"),
        ("list", "<ul><li>"),
        ("link", "<a href='http://x/'>y</a>"),
    ] {
        let raw = format!("{HEAD}Content-Type: text/html\r\n\r\n{}", unit.repeat(2 * 1024 * 1024 / unit.len()));
        let mail = timed(&format!("2 MB {name} HTML"), raw.as_bytes()).unwrap();
        assert!(mail.text.len() <= 512 * 1024 && mail.html.unwrap().len() <= 2 * 1024 * 1024);
    }
}

#[test]
fn many_parts() {
    let part = "--b\r\nContent-Type: image/png; name=\"x\u{202e}gnp.exe\"\r\nContent-Transfer-Encoding: base64\r\n\r\nQUFB\r\n";
    let mails = |count: usize| {
        format!(
            "{HEAD}Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\ntext\r\n{}--b--\r\n",
            part.repeat(count)
        )
    };
    let mail = timed("500 attachments", mails(500).as_bytes()).unwrap();
    assert_eq!(mail.attachments.len(), 500);
    assert_eq!(mail.attachments[0].name, "xgnp.exe");
    refused("5,000 attachments", mails(5_000).as_bytes(), ParseFailure::TooManyParts);
    let empty = format!("{HEAD}Content-Type: multipart/mixed; boundary=b\r\n\r\n{}", "--b\r\n".repeat(400));
    timed("empty parts", empty.as_bytes()).unwrap();
    let texts = format!(
        "{HEAD}Content-Type: multipart/mixed; boundary=b\r\n\r\n{}",
        format!("--b\r\nContent-Type: text/html\r\n\r\n{}\r\n", "<b>x".repeat(20_000)).repeat(400)
    );
    assert!(timed("400 HTML parts", texts.as_bytes()).unwrap().truncated);
}

#[test]
fn nothing_and_noise() {
    for raw in [&b""[..], b" ", b"\r\n\r\n", b"\n"] {
        refused("empty", raw, ParseFailure::Empty);
    }
    refused("no header", b"hello world", ParseFailure::NoSender);
    let mut state = 1_u64;
    let mut seeds = vec![
        format!("{HEAD}Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nFinal-Recipient: rfc822; a@b\r\nStatus: 5.1.1\r\n\r\n--b\r\nContent-Type: text/html; charset=iso-2022-jp\r\nContent-Transfer-Encoding: base64\r\n\r\nPGI+eA==\r\n--b--\r\n").into_bytes(),
        format!("{HEAD}Content-Type: text/plain; charset=utf-7\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=41=\r\n+AGEAYg-").into_bytes(),
    ];
    seeds.push(b"From: =?utf-8?q?a?= <a@b>\r\nSubject: =?iso-2022-jp?b?GyRC?= =?big5?q?=a4?=\r\n\r\n".to_vec());
    let started = cpu();
    let mut failures = 0;
    for round in 0..6_000 {
        let mut raw = seeds[round % seeds.len()].clone();
        for _ in 0..1 + round % 5 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let at = usize::try_from(state >> 16).unwrap() % raw.len().max(1);
            if raw.is_empty() {
                break;
            }
            match state % 4 {
                0 => raw[at] = u8::try_from(state >> 56).unwrap(),
                1 => drop(raw.drain(at..(at + 7).min(raw.len()))),
                2 => raw.truncate(at.max(1)),
                _ => {
                    let piece = raw[at..(at + 20).min(raw.len())].to_vec();
                    raw.splice(at..at, piece);
                }
            }
        }
        if raw.is_empty() {
            continue;
        }
        let result = parse(&raw, &Limits::default());
        failures += usize::from(result == Err(ParseFailure::Unreadable));
    }
    println!("6,000 damaged mails in {:?}, {failures} unreadable", cpu() - started);
    assert_eq!(failures, 0, "a decoder panicked");
}
