use super::{AutoKind, Limits, ParseFailure, ParsedMail, parse, safe_file_name};

pub(super) fn read(raw: &str) -> ParsedMail {
    parse(raw.replace('\n', "\r\n").as_bytes(), &Limits::default()).unwrap()
}

pub(super) const HEAD: &str = "From: Bob <bob@X.Example>\nTo: support@acme.example\nMessage-ID: <1@x.example>\nSubject: Hi\nDate: Mon, 1 Jan 2024 12:00:00 +0100\n";

pub(super) fn with(headers: &str) -> ParsedMail {
    read(&format!("{HEAD}{headers}\nbody\n"))
}

#[test]
fn a_plain_mail() {
    let mail = read(&format!(
        "{HEAD}Cc: =?utf-8?q?J=C3=BCrgen?= <J@x.example>, \"A, B\" <ab@x.example>\nReply-To: other@x.example\nIn-Reply-To: <q@acme>\nReferences: <a@acme>\n <b@acme> <a@acme>\nDelivered-To: support+tok@acme.example\nX-Original-To: Support@ACME.example\n\nHello\nworld\n"
    ));
    assert_eq!(mail.message_id.as_deref(), Some("1@x.example"));
    assert_eq!((mail.from.name.as_deref(), mail.from.email.as_str()), (Some("Bob"), "bob@x.example"));
    assert_eq!(mail.to[0].email, "support@acme.example");
    assert_eq!(mail.cc[0].name.as_deref(), Some("Jürgen"));
    assert_eq!(mail.cc[1].name.as_deref(), Some("A, B"));
    assert_eq!(mail.recipients_total, 3);
    assert_eq!(mail.reply_to.unwrap().email, "other@x.example");
    assert_eq!(mail.in_reply_to, ["q@acme"]);
    assert_eq!(mail.references, ["b@acme", "a@acme"]);
    assert_eq!(mail.delivered_to, ["support+tok@acme.example", "Support@acme.example"]);
    assert_eq!(mail.date.unwrap().to_rfc3339(), "2024-01-01T11:00:00+00:00");
    assert_eq!(mail.text, "Hello\nworld\n");
    assert_eq!((mail.html, mail.auto, mail.ambiguous_sender), (None, AutoKind::Human, false));
}

#[test]
fn bodies_and_attachments_of_nested_parts() {
    let mail = read(&format!(
        "{HEAD}Content-Type: multipart/mixed; boundary=m\n\npreamble\n--m\nContent-Type: multipart/related; boundary=\"r r\"\n\n--r r\nContent-Type: multipart/alternative; boundary=a\n\n--a\nContent-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n\nGr=FC=DFe =\nend\n--a\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: base64\n\nPGI+R3LDvMOfZTwvYj48aW1nIHNyYz0iY2lkOmxvZ28iPg==\n--a--\n--r r\nContent-Type: image/png; name=\"l.png\"\nContent-ID: <logo>\nContent-Transfer-Encoding: base64\n\niVBORw0KGgo=\n--r r--\n--m\nContent-Type: application/ms-tnef; name=\"winmail.dat\"\nContent-Transfer-Encoding: base64\n\neJ8+Ig==\n--m\nContent-Type: application/pdf\nContent-Disposition: attachment;\n filename*0*=utf-8''Rechnung%20M%C3%A4rz;\n filename*1=.pdf\n\nraw\nbytes\n--m\nContent-Type: message/rfc822\n\nSubject: inner\nContent-Type: multipart/mixed; boundary=z\n\n--z\n\ninner text\n--z--\n--m\nContent-Disposition: attachment; filename=\"=?utf-8?B?w6QudHh0?=\"\n\nnotes\n--m--\nepilogue\n"
    ));
    assert_eq!(mail.text.trim_end(), "Grüße end");
    assert_eq!(mail.html.as_deref().map(str::trim_end), Some("<b>Grüße</b><img src=\"cid:logo\">"));
    let seen: Vec<_> =
        mail.attachments.iter().map(|a| (a.name.as_str(), a.content_type.as_str(), a.inline, a.bytes.len())).collect();
    assert_eq!(
        seen,
        [
            ("l.png", "image/png", true, 8),
            ("winmail.dat", "application/ms-tnef", false, 4),
            ("Rechnung März.pdf", "application/pdf", false, 10),
            ("attachment-4.eml", "message/rfc822", false, 85),
            ("ä.txt", "text/plain", false, 5),
        ]
    );
    assert_eq!(mail.attachments[0].content_id.as_deref(), Some("logo"));
}

#[test]
fn html_only_and_mixed_bodies() {
    let mail = read(&format!("{HEAD}Content-Type: text/html\n\n<p>Hello<blockquote>old</blockquote>"));
    assert_eq!(mail.text, "Hello\n\n> old");
    let mail = read(&format!(
        "{HEAD}Content-Type: multipart/mixed; boundary=m\n\n--m\nContent-Type: text/plain\n\none\n--m\nContent-Type: image/jpeg\n\nx\n--m\nContent-Type: text/plain\n\n<two>\n--m\nContent-Type: text/html\n\n<p>three</p>\n--m--\n"
    ));
    assert_eq!(mail.text.split_whitespace().collect::<Vec<_>>(), ["one", "<two>", "three"]);
    let html = mail.html.unwrap();
    assert!(html.contains("one") && html.contains("&lt;two&gt;") && html.contains("<p>three</p>"), "{html}");
    assert_eq!(mail.attachments[0].name, "attachment-1.jpg");
}

#[test]
fn headers_that_nobody_encoded_keep_their_letters() {
    let raw = b"From: J\xf6rg <j@x.example>\nSubject: Gr\xfc\xdfe\n roh \xe4\n\nx";
    let mail = parse(raw, &Limits::default()).unwrap();
    assert_eq!((mail.from.name.as_deref(), mail.subject.as_str()), (Some("Jörg"), "Grüße roh ä"));
    let raw = "From: Jörg <j@x.example>\nSubject: Grüße\n\nx";
    assert_eq!(parse(raw.as_bytes(), &Limits::default()).unwrap().subject, "Grüße");
}

#[test]
fn charsets_never_fail() {
    for (charset, bytes, wanted) in [
        ("iso-2022-jp", &b"\x1b$B$3$s\x1b(B"[..], "こん"),
        ("shift_jis", b"\x82\xb1", "こ"),
        ("gb2312", b"\xc4\xe3", "你"),
        ("koi8-r", b"\xf0", "П"),
        ("windows-1252", b"\x80", "€"),
        ("utf-7", b"+AOQ-", "ä"),
        ("utf-16le", b"a\0b\0", "ab"),
        ("us-ascii", "ä".as_bytes(), "ä"),
        ("x-unknown", b"\xe4b", "äb"),
        ("", b"\xe4b", "äb"),
        ("utf-8", b"\xe4b", "\u{fffd}b"),
        ("\0\0\0", b"x", "x"),
        ("utf-7", b"+////////////", ""),
        ("utf-16", b"\xff", ""),
        ("iso-2022-jp", b"\x1b$B\xff\xff\x1b", ""),
        ("hz-gb-2312", b"~{~~}", ""),
    ] {
        let mut raw = format!("{HEAD}Content-Type: text/plain; charset=\"{charset}\"\n\n").into_bytes();
        raw.extend_from_slice(bytes);
        let mail = parse(&raw, &Limits::default()).unwrap();
        assert!(wanted.is_empty() || mail.text == wanted, "{charset}: {:?}", mail.text);
    }
}

#[test]
fn senders_are_not_fooled() {
    let from = |from: &str| parse(format!("{from}\r\nSubject: x\r\n\r\nx").as_bytes(), &Limits::default());
    let mail = from("From: a@x.example\r\nFrom: agent@acme.example").unwrap();
    assert_eq!((mail.from.email.as_str(), mail.ambiguous_sender, mail.other_from.len()), ("a@x.example", true, 1));
    let mail = from("From: a@x.example, agent@acme.example").unwrap();
    assert!(mail.ambiguous_sender);
    let mail = from("From: agent@acme.example <evil@y.example>").unwrap();
    assert_eq!(mail.from.email, "evil@y.example");
    let mail = from("From: \"agent@acme.example\" <evil@y.example>").unwrap();
    assert_eq!(mail.from.email, "evil@y.example");
    let mail = from("From: =?utf-8?q?agent=40acme.example=00?= <evil@y.example>").unwrap();
    assert_eq!(mail.from.email, "evil@y.example");
    assert!(!mail.from.name.unwrap().contains('\0'));
    for bad in [
        "From: =?utf-8?q?agent=40acme.example?=",
        "From:",
        "From: Bob",
        "From: <>",
        "From: <a@>",
        "X: y",
        "From: undisclosed:;",
        "From: =?utf-8?q?agent=40acme.example=3C?= <",
    ] {
        assert_eq!(from(bad).unwrap_err(), ParseFailure::NoSender, "{bad}");
    }
    assert_eq!(from("From: broken\r\nFrom: agent@acme.example").unwrap_err(), ParseFailure::NoSender);
}

#[test]
fn one_mail_by_two_ways_has_one_fingerprint() {
    let body = "Content-Type: text/plain; charset=utf-8\n\nGrüße\n";
    let quoted =
        "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\nGr=C3=BC=C3=9Fe\n\n";
    let direct = with(body).fingerprint;
    let relayed = read(&format!("Return-Path: <x@y>\nReceived: from a by b; Mon, 1 Jan 2024\nDelivered-To: x@y.example\nDKIM-Signature: v=1\n{HEAD}{body}")).fingerprint;
    let recoded = read(&format!("Received: c\n{HEAD}{quoted}")).fingerprint;
    assert_eq!(direct.len(), 64);
    assert_eq!(read(&format!("{HEAD}{body}")).fingerprint, relayed);
    assert_eq!(recoded, relayed);
    for (from, to) in [("1@x", "2@x"), ("bob@", "eve@"), ("Hi", "Ho"), ("12:00", "12:01"), ("Grüße", "Grüsse")] {
        assert_ne!(read(&format!("{HEAD}{body}").replace(from, to)).fingerprint, relayed, "{from}");
    }
}

#[test]
fn file_names_are_safe() {
    for (given, wanted) in [
        ("../../x", Some("x")),
        ("..%2fx", Some("%2fx")),
        ("C:\\dir\\x.txt", Some("x.txt")),
        ("a\0b.txt", Some("ab.txt")),
        (".htaccess", Some("htaccess")),
        ("\u{200b}.htaccess", Some("htaccess")),
        ("x.phtml", Some("x.phtml")),
        ("CON", Some("_CON")),
        ("nul.txt", Some("_nul.txt")),
        ("com1.log", Some("_com1.log")),
        ("invoice\u{202e}fdp.exe", Some("invoicefdp.exe")),
        ("\"\r\nX: y", Some("_X_ y")),
        ("x\r\ny", Some("xy")),
        ("", None),
        ("...", None),
        ("a/", None),
        ("a  b", Some("a b")),
        ("c:", Some("c_")),
    ] {
        assert_eq!(safe_file_name(given).as_deref(), wanted, "{given:?}");
    }
    let long = safe_file_name(&format!("{}.pdf", "ä".repeat(300))).unwrap();
    assert_eq!((long.chars().count(), long.ends_with(".pdf")), (200, true));
}
