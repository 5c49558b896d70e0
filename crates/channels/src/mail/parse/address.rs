//! Sender and recipient fields.

use mail_parser::HeaderValue;
use mail_parser::parsers::MessageStream;

use super::headers::Headers;
use super::names::clean_line;
use super::types::{Address, ParseFailure};

/// An address usable in SMTP: one `@`, no spaces or control characters, at most 320 bytes; the
/// domain is lowered.
pub(super) fn clean_email(email: &str) -> Option<String> {
    let email = email.trim().trim_matches(['<', '>']);
    let (local, domain) = email.rsplit_once('@')?;
    let bad = |c: char| {
        c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | ',' | ';' | '(' | ')' | '\\' | ':' | '"')
    };
    let domain = domain.trim_end_matches('.');
    if local.is_empty() || domain.is_empty() || email.len() > 320 {
        return None;
    }
    if local.contains(bad) || local.contains('@') || domain.contains(bad) {
        return None;
    }
    Some(format!("{local}@{}", domain.to_lowercase()))
}

/// Calls `found` for each valid address of one raw field value.
fn each(value: &[u8], mut found: impl FnMut(Address)) {
    let HeaderValue::Address(list) = MessageStream::new(value).parse_address() else {
        return;
    };
    for entry in list.iter() {
        if let Some(email) = entry.address.as_deref().and_then(clean_email) {
            let name = entry.name.as_deref().map(|name| clean_line(name, 200)).filter(|name| !name.is_empty());
            found(Address { name, email });
        }
    }
}

/// Sender of a mail: first address of the first From, the others, and whether there are others.
pub(super) fn senders(headers: &Headers) -> Result<(Address, Vec<Address>, bool), ParseFailure> {
    let mut fields = 0;
    let mut all = Vec::new();
    let mut first_is_valid = false;
    for value in headers.all("from") {
        fields += 1;
        // An address hidden in an encoded word is none.
        let literal: Vec<u8> =
            value.iter().filter(|byte| !byte.is_ascii_whitespace()).map(u8::to_ascii_lowercase).collect();
        let literal = String::from_utf8_lossy(&literal);
        let before = all.len();
        each(value, |address| {
            if all.len() <= 10 && literal.contains(&address.email.to_lowercase()) {
                all.push(address);
            }
        });
        if fields == 1 {
            first_is_valid = all.len() > before;
        }
    }
    if !first_is_valid {
        return Err(ParseFailure::NoSender);
    }
    let mut all = all.into_iter();
    let from = all.next().ok_or(ParseFailure::NoSender)?;
    let others: Vec<Address> = all.collect();
    let ambiguous = fields > 1 || !others.is_empty();
    Ok((from, others, ambiguous))
}

/// Addresses of all fields with this name: at most `room` kept, all counted.
pub(super) fn recipients(headers: &Headers, name: &str, room: usize) -> (Vec<Address>, usize) {
    let mut kept = Vec::new();
    let mut total = 0;
    for value in headers.all(name) {
        each(value, |address| {
            total += 1;
            if kept.len() < room {
                kept.push(address);
            }
        });
    }
    (kept, total)
}

/// First valid address of a field.
pub(super) fn first(headers: &Headers, name: &str) -> Option<Address> {
    recipients(headers, name, 1).0.into_iter().next()
}

/// Addresses the mail was delivered to, as the receiving servers noted.
pub(super) fn delivered_to(headers: &Headers) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for name in ["delivered-to", "x-original-to", "envelope-to"] {
        for value in headers.all(name) {
            each(value, |address| {
                if found.len() < 20 && !found.contains(&address.email) {
                    found.push(address.email);
                }
            });
        }
    }
    found
}
