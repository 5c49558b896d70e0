//! Finding the leaf parts of a mail: one pass over its lines with a stack of boundaries, no
//! recursion. A `message/rfc822` part is a leaf: mails inside mails are attachments.

use mail_parser::HeaderValue;
use mail_parser::parsers::MessageStream;

use super::headers::{BlockEnd, Headers, Lines};
use super::types::{Limits, ParseFailure};

/// A part that holds content.
#[derive(Debug)]
pub(super) struct Leaf<'a> {
    pub(super) headers: Headers,
    pub(super) kind: ContentKind,
    pub(super) body: &'a [u8],
    /// Which alternatives belong together: number of the nearest multipart/alternative.
    pub(super) group: Option<usize>,
    /// Directly or indirectly inside multipart/related.
    pub(super) related: bool,
}

/// Content-Type of a part.
#[derive(Debug, Clone, Default)]
pub(super) struct ContentKind {
    /// `type/subtype`, lower case.
    pub(super) mime: String,
    pub(super) charset: Option<String>,
    pub(super) name: Option<String>,
    pub(super) boundary: Option<String>,
    pub(super) report_type: Option<String>,
}

/// All parts and the headers of the mail.
pub(super) struct Walked<'a> {
    pub(super) headers: Headers,
    pub(super) root: ContentKind,
    pub(super) leaves: Vec<Leaf<'a>>,
}

struct Level {
    boundary: Vec<u8>,
    group: Option<usize>,
    related: bool,
    digest: bool,
}

enum Found {
    Part(usize),
    Close(usize),
    End,
}

/// Which open boundary a line is, innermost first.
fn boundary(stack: &[Level], line: &[u8]) -> Option<Found> {
    let line = line.strip_prefix(b"--")?.trim_ascii_end();
    for (index, level) in stack.iter().enumerate().rev() {
        if let Some(rest) = line.strip_prefix(level.boundary.as_slice()) {
            match rest {
                b"" => return Some(Found::Part(index)),
                b"--" => return Some(Found::Close(index)),
                _ => {}
            }
        }
    }
    None
}

struct Walker<'a, 'l> {
    lines: Lines<'a>,
    limits: &'l Limits,
    stack: Vec<Level>,
    groups: usize,
    leaves: Vec<Leaf<'a>>,
}

impl<'a> Walker<'a, '_> {
    /// Reads up to the next boundary: where the content ended and which boundary it was.
    fn seek(&mut self) -> Result<(usize, Found), ParseFailure> {
        loop {
            let start = self.lines.pos();
            let Some(line) = self.lines.next()? else {
                return Ok((start, Found::End));
            };
            if let Some(found) = boundary(&self.stack, line) {
                return Ok((start, found));
            }
        }
    }

    fn headers(&mut self) -> Result<(Headers, BlockEnd), ParseFailure> {
        let stack = &self.stack;
        Headers::read(&mut self.lines, self.limits, &|line| boundary(stack, line).is_some())
    }

    fn kind(&self, headers: &Headers) -> ContentKind {
        let mut kind = content_kind(headers);
        if kind.mime.is_empty() {
            let digest = self.stack.last().is_some_and(|level| level.digest);
            kind.mime = if digest { "message/rfc822" } else { "text/plain" }.to_owned();
        }
        kind
    }

    fn leaf(&mut self, headers: Headers, kind: ContentKind, body: &'a [u8]) -> Result<(), ParseFailure> {
        if self.leaves.len() >= self.limits.parts {
            return Err(ParseFailure::TooManyParts);
        }
        let level = self.stack.last();
        self.leaves.push(Leaf {
            group: level.and_then(|level| level.group),
            related: level.is_some_and(|level| level.related),
            headers,
            kind,
            body,
        });
        Ok(())
    }

    fn push(&mut self, mime: &str, boundary: &str) -> Result<(), ParseFailure> {
        if self.stack.len() >= self.limits.depth {
            return Err(ParseFailure::TooDeep);
        }
        let outer = self.stack.last();
        let mut group = outer.and_then(|level| level.group);
        if mime == "multipart/alternative" && group.is_none() {
            self.groups += 1;
            group = Some(self.groups);
        }
        self.stack.push(Level {
            boundary: boundary.as_bytes().to_vec(),
            group,
            related: outer.is_some_and(|level| level.related) || mime == "multipart/related",
            digest: mime == "multipart/digest",
        });
        Ok(())
    }

    /// One part from its first header line on; tells which boundary follows.
    fn part(&mut self, headers: Headers, mut kind: ContentKind, end: BlockEnd) -> Result<Found, ParseFailure> {
        let body_start = self.lines.pos();
        if matches!(end, BlockEnd::End) {
            self.leaf(headers, kind, &[])?;
            return Ok(Found::End);
        }
        if !kind.mime.starts_with("multipart/") {
            let (body_end, found) = self.seek()?;
            self.leaf(headers, kind, self.lines.slice(body_start, body_end))?;
            return Ok(found);
        }
        let depth = self.stack.len();
        let boundary = kind.boundary.as_deref().unwrap_or("").trim_end();
        if !boundary.is_empty() {
            self.push(&kind.mime, boundary)?;
        }
        let (body_end, found) = self.seek()?;
        if matches!(found, Found::Part(index) if index >= depth) {
            return Ok(found);
        }
        // The promised parts do not exist: keep the content readable.
        self.stack.truncate(depth);
        kind.mime = "text/plain".to_owned();
        self.leaf(headers, kind, self.lines.slice(body_start, body_end))?;
        match found {
            Found::Close(index) if index >= depth => Ok(self.seek()?.1),
            found => Ok(found),
        }
    }

    fn run(&mut self, mut found: Found) -> Result<(), ParseFailure> {
        loop {
            match found {
                Found::End => return Ok(()),
                Found::Close(index) => {
                    self.stack.truncate(index);
                    if self.stack.is_empty() {
                        return Ok(());
                    }
                    found = self.seek()?.1;
                }
                Found::Part(index) => {
                    self.stack.truncate(index + 1);
                    let (headers, end) = self.headers()?;
                    let kind = self.kind(&headers);
                    found = self.part(headers, kind, end)?;
                }
            }
        }
    }
}

/// Content-Type of a header block; `mime` stays empty when it has none.
pub(super) fn content_kind(headers: &Headers) -> ContentKind {
    let Some(value) = headers.first("content-type") else {
        return ContentKind::default();
    };
    if value.len() > 8_000 {
        return ContentKind::default();
    }
    let HeaderValue::ContentType(parsed) = MessageStream::new(value).parse_content_type() else {
        return ContentKind::default();
    };
    let attribute = |name: &str| parsed.attribute(name).map(str::to_owned);
    let subtype = parsed.subtype().unwrap_or("");
    let token = |part: &str| {
        !part.is_empty()
            && part.len() <= 80
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&^_.+-".contains(&b))
    };
    let mime = if token(parsed.ctype()) && token(subtype) {
        format!("{}/{subtype}", parsed.ctype()).to_ascii_lowercase()
    } else if parsed.ctype().eq_ignore_ascii_case("text") {
        "text/plain".to_owned()
    } else {
        "application/octet-stream".to_owned()
    };
    ContentKind {
        mime,
        charset: attribute("charset"),
        name: attribute("name"),
        boundary: attribute("boundary"),
        report_type: attribute("report-type").map(|kind| kind.to_ascii_lowercase()),
    }
}

/// Skips blank lines and an mbox separator before the first header.
fn skip_preface(lines: &mut Lines<'_>) -> Result<(), ParseFailure> {
    loop {
        let start = lines.pos();
        match lines.next()? {
            None => return Err(ParseFailure::Empty),
            Some(line) if line.trim_ascii().is_empty() => {}
            Some(line) if start == 0 && line.starts_with(b"From ") => {}
            Some(_) => {
                lines.rewind(start);
                return Ok(());
            }
        }
    }
}

/// Splits a mail into its headers and leaf parts.
pub(super) fn walk<'a>(raw: &'a [u8], limits: &Limits) -> Result<Walked<'a>, ParseFailure> {
    let mut walker =
        Walker { lines: Lines::new(raw, limits.lines), limits, stack: Vec::new(), groups: 0, leaves: Vec::new() };
    skip_preface(&mut walker.lines)?;
    let (headers, end) = walker.headers()?;
    if headers.is_empty() {
        return Err(ParseFailure::NoSender);
    }
    let root = walker.kind(&headers);
    let found = walker.part(headers.content_fields(), root.clone(), end)?;
    walker.run(found)?;
    Ok(Walked { headers, root, leaves: walker.leaves })
}
