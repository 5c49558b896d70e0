//! Telling people from machines by headers.

use super::headers::Headers;
use super::types::AutoKind;
use super::walk::ContentKind;

/// Whether the local part of an address belongs to a machine that does not want answers:
/// `noreply`, `no-reply`, `do_not_reply`, `mailer-daemon`, `postmaster` …
pub fn is_no_reply(email: &str) -> bool {
    is_daemon(email) || {
        let squeezed: String = local(email).chars().filter(|c| c.is_ascii_alphanumeric()).collect();
        squeezed.starts_with("noreply")
            || squeezed.starts_with("donotreply")
            || squeezed.starts_with("dontreply")
            || squeezed.ends_with("noreply")
            || squeezed.ends_with("donotreply")
    }
}

fn local(email: &str) -> String {
    email.rsplit_once('@').map_or(email, |(local, _)| local).to_lowercase()
}

fn is_daemon(email: &str) -> bool {
    let local = local(email);
    matches!(local.as_str(), "mailer-daemon" | "mailerdaemon" | "mailer_daemon" | "postmaster" | "mail-daemon")
        || local.starts_with("mailer-daemon+")
}

fn value(headers: &Headers, name: &str) -> Option<String> {
    headers.plain(name).map(|value| value.to_lowercase())
}

/// Kind of a mail by its headers alone.
pub(super) fn auto_kind(headers: &Headers, root: &ContentKind, from: &str) -> AutoKind {
    if is_bounce(headers, root, from) {
        AutoKind::Bounce
    } else if is_bulk(headers) {
        AutoKind::Bulk
    } else if is_auto_reply(headers, from) || root.mime == "multipart/report" {
        AutoKind::AutoReply
    } else {
        AutoKind::Human
    }
}

fn is_bounce(headers: &Headers, root: &ContentKind, from: &str) -> bool {
    let report =
        root.mime == "multipart/report" && root.report_type.as_deref().is_none_or(|kind| kind == "delivery-status");
    let null_sender = headers.plain("return-path").is_some_and(|path| path == "<>" || path == "< >");
    report || null_sender || headers.first("x-failed-recipients").is_some() || is_daemon(from)
}

fn precedence(headers: &Headers) -> impl Iterator<Item = String> {
    ["precedence", "x-precedence"].into_iter().filter_map(|name| value(headers, name))
}

fn is_bulk(headers: &Headers) -> bool {
    precedence(headers).any(|value| matches!(value.as_str(), "bulk" | "list" | "junk"))
        || headers.first("list-id").is_some()
        || headers.first("list-unsubscribe").is_some()
        || headers.first("x-amazon-mail-relay-type").is_some()
}

fn is_auto_reply(headers: &Headers, from: &str) -> bool {
    const PRESENT: [&str; 5] =
        ["x-autoreply", "x-autorespond", "x-autoresponder", "x-autoreply-from", "x-mail-autoreply"];
    let submitted = value(headers, "auto-submitted").is_some_and(|value| {
        let keyword = value.split([';', ' ', '(']).next().unwrap_or("");
        keyword != "no"
    });
    let suppressed = value(headers, "x-auto-response-suppress").is_some_and(|value| {
        value.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| matches!(word, "dr" | "autoreply" | "all" | "oof"))
    });
    let looped = value(headers, "x-loop").is_some_and(|value| matches!(value.as_str(), "yes" | "true"));
    let responder = headers
        .all("delivered-to")
        .any(|value| super::headers::one_line(value).to_lowercase().starts_with("autoresponder"));
    submitted
        || suppressed
        || looped
        || responder
        || PRESENT.iter().any(|name| headers.first(name).is_some())
        || precedence(headers).any(|value| value == "auto_reply")
        || headers.first("x-helpdesk-loop").is_some()
        || is_no_reply(from)
}
