//! Which leaf parts are the body and which are attachments.

use support::content::{cut, html_to_text, text_to_html};

use super::decode::{charset, tidy, transfer};
use super::headers::Headers;
use super::names::{clean_line, extension, safe_file_name};
use super::types::{Attachment, Limits, ParseFailure};
use super::walk::{ContentKind, Leaf};

use mail_parser::HeaderValue;
use mail_parser::parsers::MessageStream;

/// Bodies and attachments of a mail.
#[derive(Default)]
pub(super) struct Content {
    pub(super) text: String,
    pub(super) html: Option<String>,
    pub(super) truncated: bool,
    pub(super) attachments: Vec<Attachment>,
}

/// One piece of the body; alternatives of the same content share one piece.
#[derive(Default)]
struct Piece {
    group: Option<usize>,
    text: String,
    html: String,
}

struct Disposition {
    attachment: bool,
    name: Option<String>,
}

fn disposition(headers: &Headers, kind: &ContentKind) -> Disposition {
    let parsed = headers
        .first("content-disposition")
        .filter(|value| value.len() <= 8_000)
        .map(|value| MessageStream::new(value).parse_content_type());
    let (attachment, name) = match &parsed {
        Some(HeaderValue::ContentType(parsed)) => {
            (parsed.ctype().eq_ignore_ascii_case("attachment"), parsed.attribute("filename").map(str::to_owned))
        }
        _ => (false, None),
    };
    let name = name.or_else(|| kind.name.clone()).map(|name| words(&name));
    Disposition { attachment, name }
}

/// Encoded words in file names are against the rules and common.
fn words(name: &str) -> String {
    if !name.contains("=?") || name.len() > 4_000 {
        return name.to_owned();
    }
    let value = format!(" {}\r\n", name.replace(['\r', '\n'], " "));
    match MessageStream::new(value.as_bytes()).parse_unstructured() {
        HeaderValue::Text(text) => text.into_owned(),
        _ => name.to_owned(),
    }
}

/// The decoded text of a leaf, at most `max` bytes; true when it was cut.
fn text_of(leaf: &Leaf<'_>, max: usize) -> (String, bool) {
    let encoding = leaf.headers.plain("content-transfer-encoding").unwrap_or_default();
    let bytes = transfer(&encoding, leaf.body, max + 8);
    let over = bytes.len() > max;
    let bytes = bytes.get(..bytes.len().min(max)).unwrap_or(&bytes);
    let text = tidy(&charset(leaf.kind.charset.as_deref(), bytes));
    let cut_off = text.len() > max;
    (cut(&text, max).to_owned(), over || cut_off)
}

fn append(target: &mut String, more: &str, max: usize) -> bool {
    if !target.is_empty() && !target.ends_with('\n') && !more.is_empty() {
        target.push('\n');
    }
    let room = max.saturating_sub(target.len());
    target.push_str(cut(more, room));
    more.len() > room
}

/// Sorts the leaves of a mail into body and attachments.
pub(super) fn content(leaves: &[Leaf<'_>], limits: &Limits) -> Result<Content, ParseFailure> {
    let mut content = Content::default();
    let mut pieces: Vec<Piece> = Vec::new();
    let mut size = 0_usize;
    let (mut text_left, mut html_left) = (limits.text, limits.html);
    for leaf in leaves {
        let disposition = disposition(&leaf.headers, &leaf.kind);
        let is_html = leaf.kind.mime == "text/html";
        let is_body =
            (is_html || leaf.kind.mime == "text/plain") && !disposition.attachment && disposition.name.is_none();
        if !is_body {
            attach(&mut content, leaf, disposition, &mut size, limits)?;
            continue;
        }
        let left = if is_html { &mut html_left } else { &mut text_left };
        let (text, was_cut) = text_of(leaf, *left);
        *left = left.saturating_sub(text.len());
        content.truncated |= was_cut;
        let same = leaf.group.is_some() && pieces.last().is_some_and(|p| p.group == leaf.group);
        if !same {
            pieces.push(Piece { group: leaf.group, ..Piece::default() });
        }
        if let Some(piece) = pieces.last_mut() {
            let target = if is_html { &mut piece.html } else { &mut piece.text };
            content.truncated |= append(target, &text, limits.html);
        }
    }
    join(&mut content, pieces, limits);
    Ok(content)
}

fn join(content: &mut Content, pieces: Vec<Piece>, limits: &Limits) {
    let has_html = pieces.iter().any(|piece| !piece.html.trim().is_empty());
    let mut html = String::new();
    for piece in pieces {
        if has_html {
            let more = if piece.html.trim().is_empty() { text_to_html(&piece.text) } else { piece.html.clone() };
            content.truncated |= append(&mut html, &more, limits.html);
        }
        let text = if piece.text.trim().is_empty() { html_to_text(&piece.html) } else { piece.text };
        content.truncated |= append(&mut content.text, &text, limits.text);
    }
    content.html = has_html.then_some(html);
}

fn attach(
    content: &mut Content,
    leaf: &Leaf<'_>,
    disposition: Disposition,
    size: &mut usize,
    limits: &Limits,
) -> Result<(), ParseFailure> {
    let encoding = leaf.headers.plain("content-transfer-encoding").unwrap_or_default();
    let left = limits.attachments.saturating_sub(*size);
    let bytes = transfer(&encoding, leaf.body, left + 1);
    if bytes.len() > left {
        return Err(ParseFailure::AttachmentsTooLarge);
    }
    *size += bytes.len();
    let mime = leaf.kind.mime.clone();
    let number = content.attachments.len() + 1;
    let name = disposition
        .name
        .as_deref()
        .and_then(safe_file_name)
        .unwrap_or_else(|| format!("attachment-{number}.{}", extension(&mime)));
    let content_id = leaf
        .headers
        .plain("content-id")
        .map(|id| clean_line(id.trim().trim_matches(['<', '>']), 200))
        .filter(|id| !id.is_empty());
    let bytes = match bytes {
        std::borrow::Cow::Borrowed(raw) => {
            // The line end before a boundary belongs to the boundary.
            let raw = raw.strip_suffix(b"\n").unwrap_or(raw);
            raw.strip_suffix(b"\r").unwrap_or(raw).to_vec()
        }
        std::borrow::Cow::Owned(bytes) => bytes,
    };
    content.attachments.push(Attachment {
        inline: !disposition.attachment && content_id.is_some() && (leaf.related || mime.starts_with("image/")),
        name,
        content_type: mime,
        content_id,
        bytes,
    });
    Ok(())
}
