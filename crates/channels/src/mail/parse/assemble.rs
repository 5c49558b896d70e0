//! Putting a [`ParsedMail`] together.

use chrono::{DateTime, Utc};
use mail_parser::HeaderValue;
use mail_parser::parsers::MessageStream;
use sha2::{Digest, Sha256};

use super::address::{delivered_to, first, recipients, senders};
use super::auto::auto_kind;
use super::body::{Content, content};
use super::bounce::bounce;
use super::headers::{Headers, clean_id};
use super::names::clean_line;
use super::types::{Address, AutoKind, Limits, ParseFailure, ParsedMail};
use super::walk::walk;

const NO_SUBJECT: &str = "(no subject)";

pub(super) fn assemble(raw: &[u8], limits: &Limits) -> Result<ParsedMail, ParseFailure> {
    if raw.len() > limits.raw {
        return Err(ParseFailure::TooLarge);
    }
    // Mails with nothing but CR as line end: rewrite once, then go on as usual.
    let rewritten = (raw.contains(&b'\r') && !raw.contains(&b'\n'))
        .then(|| raw.iter().map(|byte| if *byte == b'\r' { b'\n' } else { *byte }).collect::<Vec<u8>>());
    let walked = walk(rewritten.as_deref().unwrap_or(raw), limits)?;
    let headers = &walked.headers;
    let (from, other_from, ambiguous_sender) = senders(headers)?;
    let content = content(&walked.leaves, limits)?;
    let auto = auto_kind(headers, &walked.root, &from.email);
    let bounce = (auto == AutoKind::Bounce).then(|| bounce(headers, &walked.leaves, &content.text, limits)).flatten();
    let (to, to_total) = recipients(headers, "to", limits.recipients);
    let (cc, cc_total) = recipients(headers, "cc", limits.recipients.saturating_sub(to.len()));
    let message_id = headers.ids("message-id").into_iter().next();
    let subject = subject(headers);
    let date = date(headers);
    let fingerprint = fingerprint(message_id.as_deref(), &from, &subject, date, &content);
    Ok(ParsedMail {
        message_id,
        in_reply_to: headers.ids("in-reply-to").into_iter().take(10).collect(),
        references: newest(headers.ids("references"), 50),
        from,
        other_from,
        ambiguous_sender,
        reply_to: first(headers, "reply-to"),
        to,
        cc,
        recipients_total: to_total + cc_total,
        delivered_to: delivered_to(headers),
        authentication_results: authentication_results(headers),
        subject,
        date,
        text: content.text,
        html: content.html,
        truncated: content.truncated,
        attachments: content.attachments,
        auto,
        bounce,
        loop_marker: headers.plain("x-helpdesk-loop").map(|value| clean_line(&value, 200)),
        fingerprint,
    })
}

/// The last `count` different ids, in order.
fn newest(ids: Vec<String>, count: usize) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for id in ids.into_iter().rev().filter_map(|id| clean_id(&id)).take(500) {
        if kept.len() < count && !kept.contains(&id) {
            kept.push(id);
        }
    }
    kept.reverse();
    kept
}

fn authentication_results(headers: &Headers) -> Vec<String> {
    headers
        .all("authentication-results")
        .take(10)
        .map(|value| clean_line(&super::headers::one_line(value), 2_000))
        .collect()
}

fn subject(headers: &Headers) -> String {
    let subject = clean_line(&headers.unstructured("subject").unwrap_or_default(), 500);
    if subject.is_empty() {
        return NO_SUBJECT.to_owned();
    }
    subject
}

fn date(headers: &Headers) -> Option<DateTime<Utc>> {
    let value = headers.first("date").filter(|value| value.len() <= 300)?;
    let HeaderValue::DateTime(date) = MessageStream::new(value).parse_date() else {
        return None;
    };
    if !date.is_valid() || !(1970..=2100).contains(&date.year) {
        return None;
    }
    DateTime::from_timestamp(date.to_timestamp(), 0).filter(|date| date.timestamp() >= 0)
}

fn fingerprint(
    message_id: Option<&str>,
    from: &Address,
    subject: &str,
    date: Option<DateTime<Utc>>,
    content: &Content,
) -> String {
    let mut hash = Sha256::new();
    let mut add = |bytes: &[u8]| {
        hash.update(u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(bytes);
    };
    add(message_id.unwrap_or("").as_bytes());
    add(from.email.as_bytes());
    add(subject.as_bytes());
    add(&date.map_or(0, |date| date.timestamp()).to_be_bytes());
    add(content.text.trim_end().as_bytes());
    add(content.html.as_deref().unwrap_or("").trim_end().as_bytes());
    for attachment in &content.attachments {
        add(attachment.name.as_bytes());
        add(&attachment.bytes);
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
