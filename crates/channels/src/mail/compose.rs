//! Writing an outgoing mail.

use std::time::SystemTime;

use chrono::{DateTime, Utc};
use lettre::Message;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, MultiPart, SinglePart};

use super::parse::safe_file_name;

/// Ids kept in References: the first and the newest of the rest.
const MAX_REFERENCES: usize = 20;

/// A mail to be written. Control characters in any text are removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// Display name and address of the sender.
    pub from: (String, String),
    /// Recipients: optional name, address.
    pub to: Vec<(Option<String>, String)>,
    /// Copy recipients.
    pub cc: Vec<(Option<String>, String)>,
    /// Where answers go.
    pub reply_to: Option<String>,
    /// Subject, at most 900 characters are kept.
    pub subject: String,
    /// Text body.
    pub text: String,
    /// HTML body; already safe.
    pub html: Option<String>,
    /// Message-ID without `<>`.
    pub message_id: String,
    /// Message-ID of the mail this one answers.
    pub in_reply_to: Option<String>,
    /// Earlier Message-IDs, newest last; the first and the last 19 are sent.
    pub references: Vec<String>,
    /// Written by a machine: marked so that no machine answers.
    pub auto: bool,
    /// Value of `X-Helpdesk-Loop`.
    pub loop_id: String,
    /// File name, type, content.
    pub attachments: Vec<(String, String, Vec<u8>)>,
    /// Date field.
    pub date: DateTime<Utc>,
}

/// Why a mail cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ComposeError {
    /// No recipient at all.
    #[error("The mail has no recipient.")]
    NoRecipient,
    /// An address that cannot be used in a mail.
    #[error("{0:?} is no valid mail address.")]
    BadAddress(String),
    /// A Message-ID that cannot be used in a mail.
    #[error("The mail has no valid message id.")]
    BadMessageId,
    /// The mail library refused.
    #[error("The mail could not be written: {0}")]
    Library(String),
}

/// The complete mail as sent: CRLF line ends, no bytes above 127, header lines folded.
pub fn to_rfc822(mail: &Outgoing) -> Result<Vec<u8>, ComposeError> {
    if mail.to.is_empty() && mail.cc.is_empty() {
        return Err(ComposeError::NoRecipient);
    }
    let id = header_id(&mail.message_id).ok_or(ComposeError::BadMessageId)?;
    let mut builder = Message::builder()
        .message_id(Some(id))
        .date(system_time(mail.date))
        .from(mailbox(Some(&mail.from.0), &mail.from.1)?)
        .subject(one_line(&mail.subject, 900));
    for (name, address) in &mail.to {
        builder = builder.to(mailbox(name.as_deref(), address)?);
    }
    for (name, address) in &mail.cc {
        builder = builder.cc(mailbox(name.as_deref(), address)?);
    }
    if let Some(address) = &mail.reply_to {
        builder = builder.reply_to(mailbox(None, address)?);
    }
    if let Some(id) = mail.in_reply_to.as_deref().and_then(header_id) {
        builder = builder.in_reply_to(id);
    }
    let references = references(&mail.references);
    if !references.is_empty() {
        builder = builder.references(references);
    }
    if mail.auto {
        builder = builder.raw_header(raw(super::LOOP_HEADER, one_line(&mail.loop_id, 200))?);
        for (name, value) in
            [("Auto-Submitted", "auto-replied"), ("X-Auto-Response-Suppress", "All"), ("Precedence", "auto_reply")]
        {
            builder = builder.raw_header(raw(name, value.to_owned())?);
        }
    }
    let built = match content(mail) {
        Content::Single(part) => builder.singlepart(part),
        Content::Multi(part) => builder.multipart(part),
    };
    built.map(|message| message.formatted()).map_err(|error| ComposeError::Library(error.to_string()))
}

enum Content {
    Single(SinglePart),
    Multi(MultiPart),
}

fn content(mail: &Outgoing) -> Content {
    let text = SinglePart::plain(body_text(&mail.text));
    let body = match &mail.html {
        Some(html) => {
            Content::Multi(MultiPart::alternative().singlepart(text).singlepart(SinglePart::html(body_text(html))))
        }
        None => Content::Single(text),
    };
    if mail.attachments.is_empty() {
        return body;
    }
    let mut mixed = match body {
        Content::Single(part) => MultiPart::mixed().singlepart(part),
        Content::Multi(part) => MultiPart::mixed().multipart(part),
    };
    for (index, (name, kind, bytes)) in mail.attachments.iter().enumerate() {
        let name = safe_file_name(name).unwrap_or_else(|| format!("attachment-{}.bin", index + 1));
        mixed = mixed.singlepart(Attachment::new(name).body(bytes.clone(), content_type(kind)));
    }
    Content::Multi(mixed)
}

/// Bodies hold no NUL and no lone carriage returns.
fn body_text(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n").replace('\0', "")
}

fn content_type(kind: &str) -> ContentType {
    let simple = kind.bytes().all(|b| b.is_ascii_alphanumeric() || b"/.+-_".contains(&b));
    simple
        .then(|| ContentType::parse(kind).ok())
        .flatten()
        // A message or multipart type would need its content unencoded.
        .filter(|_| !kind.starts_with("multipart/") && !kind.starts_with("message/"))
        .or_else(|| ContentType::parse("application/octet-stream").ok())
        .unwrap_or(ContentType::TEXT_PLAIN)
}

fn one_line(text: &str, max: usize) -> String {
    let mut out = String::new();
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()) {
        if !word.is_empty() {
            if !out.is_empty() {
                out.push(' ');
            }
            out.push_str(word);
        }
    }
    out.chars().take(max).collect()
}

fn mailbox(name: Option<&str>, address: &str) -> Result<Mailbox, ComposeError> {
    let bad = || ComposeError::BadAddress(one_line(address, 100));
    if address.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Err(bad());
    }
    let address = address.parse::<lettre::Address>().map_err(|_| bad())?;
    let name = name.map(|name| one_line(name, 200)).filter(|name| !name.is_empty());
    Ok(Mailbox::new(name, address))
}

/// `<id>` when the id is printable ASCII without spaces and brackets.
fn header_id(id: &str) -> Option<String> {
    let id = id.trim().trim_matches(['<', '>']);
    let fine =
        (3..=500).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'<' | b'>' | b','));
    fine.then(|| format!("<{id}>"))
}

fn references(ids: &[String]) -> String {
    let ids: Vec<String> = ids.iter().filter_map(|id| header_id(id)).collect();
    let skipped = ids.len().saturating_sub(MAX_REFERENCES);
    let kept: Vec<&str> = ids
        .iter()
        .enumerate()
        .filter(|(index, _)| *index == 0 || *index > skipped)
        .map(|(_, id)| id.as_str())
        .collect();
    kept.join(" ")
}

fn raw(name: &'static str, value: String) -> Result<HeaderValue, ComposeError> {
    let name = HeaderName::new_from_ascii(name.to_owned()).map_err(|error| ComposeError::Library(error.to_string()))?;
    Ok(HeaderValue::new(name, value))
}

/// Years outside 1970 to 9999 cannot be written.
fn system_time(date: DateTime<Utc>) -> SystemTime {
    let seconds = u64::try_from(date.timestamp()).unwrap_or(0).min(253_402_300_799);
    SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::parse::{AutoKind, Limits, parse};

    fn outgoing() -> Outgoing {
        Outgoing {
            from: ("Änne via Helpdesk".into(), "support@example.com".into()),
            to: vec![(Some("Bob, the \"Builder\"".into()), "bob@x.example".into())],
            cc: vec![(None, "carol@x.example".into())],
            reply_to: Some("support+0123456789abcdefghjkmnpqrs0123456789abcdefghjk@example.com".into()),
            subject: "Grüße: 日本語 and a long tail that has to be folded over more than one header line".into(),
            text: "Hello\n.\nFrom here\nÄ line\n".into(),
            html: Some("<p>Hello <b>Ä</b></p>".into()),
            message_id: "hd.0123456789abcdefghjkmnpqrs.0123456789abcdefghjkmnpqrs@mail.example.com".into(),
            in_reply_to: Some("question-1@x.example".into()),
            references: (0..40).map(|n| format!("very-long-reference-number-{n}@mail.some-company.example")).collect(),
            auto: false,
            loop_id: "inbox-1".into(),
            attachments: vec![
                ("Rechnung März.pdf".into(), "application/pdf".into(), vec![0, 1, 2, 255]),
                ("../../etc/passwd".into(), "nonsense\r\nX: y".into(), b"x\r\n.\r\ny".to_vec()),
            ],
            date: DateTime::from_timestamp(1_700_000_000, 0).unwrap(),
        }
    }

    #[test]
    fn what_we_write_reads_back() {
        let mail = outgoing();
        let raw = to_rfc822(&mail).unwrap();
        assert!(raw.is_ascii());
        assert!(raw.split(|b| *b == b'\n').all(|line| line.len() <= 998));
        let parsed = parse(&raw, &Limits::default()).unwrap();
        assert_eq!(parsed.subject, mail.subject);
        assert_eq!(parsed.from.name.as_deref(), Some("Änne via Helpdesk"));
        assert_eq!(parsed.to[0].name.as_deref(), Some("Bob, the \"Builder\""));
        assert_eq!(parsed.cc[0].email, "carol@x.example");
        assert_eq!(parsed.reply_to.as_ref().unwrap().email, *mail.reply_to.as_ref().unwrap());
        assert_eq!(parsed.message_id.as_deref(), Some(mail.message_id.as_str()));
        assert_eq!(parsed.in_reply_to, vec!["question-1@x.example"]);
        assert_eq!(parsed.references.len(), 20);
        assert_eq!(parsed.references[0], mail.references[0]);
        assert_eq!(parsed.references[1..], mail.references[21..]);
        assert_eq!(parsed.text.trim_end(), mail.text.trim_end());
        assert_eq!(parsed.html.as_deref().map(str::trim_end), mail.html.as_deref());
        assert_eq!(parsed.date, Some(mail.date));
        assert_eq!(parsed.loop_marker, None);
        assert_eq!(parsed.attachments.len(), 2);
        assert_eq!(parsed.attachments[0].name, "Rechnung März.pdf");
        assert_eq!(parsed.attachments[0].bytes, mail.attachments[0].2);
        assert_eq!(parsed.attachments[1].name, "passwd");
        assert_eq!(parsed.attachments[1].content_type, "application/octet-stream");
        assert_eq!(parsed.attachments[1].bytes, mail.attachments[1].2);
    }

    #[test]
    fn automatic_mail_says_so() {
        let mut mail = outgoing();
        mail.auto = true;
        mail.html = None;
        mail.attachments.clear();
        let raw = String::from_utf8(to_rfc822(&mail).unwrap()).unwrap();
        for line in [
            "Auto-Submitted: auto-replied",
            "X-Auto-Response-Suppress: All",
            "Precedence: auto_reply",
            "X-Helpdesk-Loop: inbox-1",
        ] {
            assert!(raw.contains(&format!("\r\n{line}\r\n")), "{line} in {raw}");
        }
        assert_eq!(parse(raw.as_bytes(), &Limits::default()).unwrap().auto, AutoKind::AutoReply);
    }

    #[test]
    fn headers_cannot_be_injected() {
        for evil in [
            "x\r\nBcc: evil@x.example",
            "x\nBcc: evil@x.example",
            "x\rBcc: evil@x.example",
            "x\r\n\r\nBcc: evil",
            "x\0\u{85}\u{2028}Bcc: evil@x.example",
            "x\u{b}\u{c}\r\n Bcc: evil@x.example",
        ] {
            let mut mail = outgoing();
            mail.from.0 = evil.into();
            mail.to[0].0 = Some(evil.into());
            mail.subject = evil.into();
            mail.loop_id = evil.into();
            mail.in_reply_to = Some(evil.into());
            mail.references = vec![evil.into(), "fine@x".into()];
            mail.attachments = vec![(evil.into(), evil.into(), vec![1])];
            let raw = String::from_utf8(to_rfc822(&mail).unwrap()).unwrap();
            let bad = raw.lines().any(|line| line.trim_start().to_lowercase().starts_with("bcc:"));
            assert!(!bad, "{raw}");
            assert!(!raw.replace("\r\n", "").contains(['\r', '\n']), "{raw}");
            let parsed = parse(raw.as_bytes(), &Limits::default()).unwrap();
            assert_eq!(parsed.to.len() + parsed.cc.len(), 2);
            for field in 0..4 {
                let mut mail = outgoing();
                let address = format!("a@x.example{evil}");
                match field {
                    0 => mail.from.1 = address,
                    1 => mail.to[0].1 = address,
                    2 => mail.cc[0].1 = address,
                    _ => mail.reply_to = Some(address),
                }
                assert!(matches!(to_rfc822(&mail), Err(ComposeError::BadAddress(_))), "{field}");
            }
            let mut mail = outgoing();
            mail.message_id = evil.into();
            assert_eq!(to_rfc822(&mail), Err(ComposeError::BadMessageId));
        }
    }

    #[test]
    fn absurd_dates_and_missing_recipients() {
        let mut mail = outgoing();
        for seconds in [i64::from(i32::MIN), 253_402_300_799, 400_000_000_000] {
            mail.date = DateTime::from_timestamp(seconds, 0).unwrap();
            assert!(to_rfc822(&mail).is_ok());
        }
        mail.to.clear();
        mail.cc.clear();
        assert_eq!(to_rfc822(&mail), Err(ComposeError::NoRecipient));
    }
}
