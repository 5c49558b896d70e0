//! Delivery reports.

use super::address::clean_email;
use super::decode::transfer;
use super::headers::Headers;
use super::names::clean_line;
use super::types::{Bounce, BouncedRecipient, Limits};
use super::walk::Leaf;

const MAX_RECIPIENTS: usize = 100;
/// Bytes of a report part that are looked at.
const MAX_REPORT: usize = 256 * 1024;

/// Reads the report out of a mail known to be a bounce. `None` when it says nothing about
/// recipients or the original mail.
pub(super) fn bounce(headers: &Headers, leaves: &[Leaf<'_>], text: &str, limits: &Limits) -> Option<Bounce> {
    let mut recipients = Vec::new();
    let mut original = None;
    for leaf in leaves {
        let encoding = leaf.headers.plain("content-transfer-encoding").unwrap_or_default();
        match leaf.kind.mime.as_str() {
            "message/delivery-status" | "message/global-delivery-status" => {
                let body = transfer(&encoding, leaf.body, MAX_REPORT);
                status_blocks(&body, limits, &mut recipients);
            }
            "message/rfc822" | "text/rfc822-headers" | "message/global" | "message/global-headers"
                if original.is_none() =>
            {
                let body = transfer(&encoding, leaf.body, MAX_REPORT);
                original = Headers::of(body.trim_ascii_start(), limits).ids("message-id").into_iter().next();
            }
            _ => {}
        }
    }
    if recipients.is_empty() {
        failed_recipients(headers, text, &mut recipients);
    }
    let original = original.or_else(|| id_in_text(text));
    if recipients.is_empty() && original.is_none() {
        return None;
    }
    let permanent = recipients.iter().any(|recipient| {
        let failed = recipient.action == "failed" || recipient.action.is_empty();
        match recipient.status.bytes().next() {
            Some(b'5') => failed,
            Some(_) => false,
            None => recipient.action == "failed",
        }
    });
    Some(Bounce { original_message_id: original, recipients, permanent })
}

fn status_blocks(body: &[u8], limits: &Limits, found: &mut Vec<BouncedRecipient>) {
    let text = String::from_utf8_lossy(body.get(..body.len().min(MAX_REPORT)).unwrap_or_default());
    let text = text.replace("\r\n", "\n");
    for block in text.split("\n\n") {
        if found.len() >= MAX_RECIPIENTS {
            return;
        }
        let fields = Headers::of(block.trim_start_matches('\n').as_bytes(), limits);
        let address = ["final-recipient", "original-recipient"]
            .into_iter()
            .filter_map(|name| fields.plain(name))
            .find_map(|value| clean_email(value.rsplit_once(';').map_or(value.as_str(), |(_, address)| address)));
        let Some(address) = address else { continue };
        let diagnostic = fields.plain("diagnostic-code").unwrap_or_default();
        let diagnostic = diagnostic.split_once(';').map_or(diagnostic.as_str(), |(_, text)| text);
        found.push(BouncedRecipient {
            address,
            status: fields
                .plain("status")
                .and_then(|value| status_code(&value))
                .or_else(|| status_code(diagnostic))
                .unwrap_or_default(),
            action: fields
                .plain("action")
                .map(|value| value.to_lowercase())
                .filter(|value| matches!(value.as_str(), "failed" | "delayed" | "delivered" | "relayed" | "expanded"))
                .unwrap_or_default(),
            diagnostic: clean_line(diagnostic, 500),
        });
    }
}

/// Reports without a machine readable part: the recipients are in a header, the code somewhere
/// in the text.
fn failed_recipients(headers: &Headers, text: &str, found: &mut Vec<BouncedRecipient>) {
    let Some(list) = headers.plain("x-failed-recipients") else {
        return;
    };
    let head = support::content::cut(text, 16 * 1024);
    let line = head.lines().find(|line| status_code(line).is_some());
    let status = line.and_then(status_code).unwrap_or_default();
    let diagnostic = clean_line(line.unwrap_or(""), 500);
    for address in list.split(',').filter_map(clean_email).take(MAX_RECIPIENTS) {
        found.push(BouncedRecipient {
            address,
            status: status.clone(),
            action: String::new(),
            diagnostic: diagnostic.clone(),
        });
    }
}

/// The first enhanced status code (`5.1.1`) of a text.
fn status_code(text: &str) -> Option<String> {
    text.split(|c: char| !c.is_ascii_digit() && c != '.').find_map(|word| {
        let word = word.trim_end_matches('.');
        let mut parts = word.split('.');
        let class = parts.next()?;
        let rest: Vec<&str> = parts.collect();
        let fine = matches!(class, "2" | "4" | "5")
            && rest.len() == 2
            && rest.iter().all(|part| (1..=3).contains(&part.len()));
        fine.then(|| word.to_owned())
    })
}

/// Plain text reports repeat the headers of the original mail.
fn id_in_text(text: &str) -> Option<String> {
    support::content::cut(text, MAX_REPORT).lines().find_map(|line| {
        let line = line.trim_start_matches(['>', ' ', '\t']);
        let (name, value) = line.split_once(':')?;
        if !name.eq_ignore_ascii_case("message-id") {
            return None;
        }
        let (_, id) = value.split_once('<')?;
        super::headers::clean_id(id.split_once('>')?.0)
    })
}
