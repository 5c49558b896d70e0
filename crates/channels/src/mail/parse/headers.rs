//! Splitting a header block into fields.

use std::borrow::Cow;

use mail_parser::HeaderValue;
use mail_parser::parsers::MessageStream;

use super::{
    decode::charset,
    types::{Limits, ParseFailure},
};

/// Line reader over the raw mail, counting lines.
pub(super) struct Lines<'a> {
    raw: &'a [u8],
    pos: usize,
    left: usize,
}

impl<'a> Lines<'a> {
    pub(super) fn new(raw: &'a [u8], limit: usize) -> Self {
        Self { raw, pos: 0, left: limit }
    }

    /// Offset of the next line.
    pub(super) fn pos(&self) -> usize {
        self.pos
    }

    /// Puts the reader back to an offset it gave before.
    pub(super) fn rewind(&mut self, pos: usize) {
        self.pos = pos;
    }

    /// The next line without its end, or `None` at the end of the mail.
    pub(super) fn next(&mut self) -> Result<Option<&'a [u8]>, ParseFailure> {
        let rest = self.raw.get(self.pos..).unwrap_or_default();
        if rest.is_empty() {
            return Ok(None);
        }
        self.left = self.left.checked_sub(1).ok_or(ParseFailure::TooLarge)?;
        let mut reader = rest;
        let used = std::io::BufRead::skip_until(&mut reader, b'\n').unwrap_or(rest.len());
        self.pos += used;
        let line = rest.get(..used).unwrap_or_default();
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        Ok(Some(line.strip_suffix(b"\r").unwrap_or(line)))
    }

    /// Raw bytes between two offsets.
    pub(super) fn slice(&self, from: usize, to: usize) -> &'a [u8] {
        self.raw.get(from..to).unwrap_or_default()
    }
}

/// One header field: lower-case name, value with folds, closed by a line end.
#[derive(Debug)]
pub(super) struct Field {
    name: String,
    value: Vec<u8>,
}

/// The header fields of a mail or part, in order.
#[derive(Debug, Default)]
pub(super) struct Headers {
    fields: Vec<Field>,
}

/// What ended a header block.
pub(super) enum BlockEnd {
    Blank,
    Boundary,
    End,
}

impl Headers {
    /// Reads fields until a blank line, a line for which `is_boundary` holds (not consumed), or
    /// the end. Lines that are no field are skipped.
    pub(super) fn read(
        lines: &mut Lines<'_>,
        limits: &Limits,
        is_boundary: &dyn Fn(&[u8]) -> bool,
    ) -> Result<(Self, BlockEnd), ParseFailure> {
        let mut headers = Self::default();
        let mut total = 0_usize;
        loop {
            let start = lines.pos();
            let Some(line) = lines.next()? else {
                return Ok((headers, BlockEnd::End));
            };
            if is_boundary(line) {
                lines.rewind(start);
                return Ok((headers, BlockEnd::Boundary));
            }
            if line.is_empty() {
                return Ok((headers, BlockEnd::Blank));
            }
            total += line.len();
            if total > limits.header_block {
                return Err(ParseFailure::HeaderTooLong);
            }
            headers.line(line, limits)?;
        }
    }

    fn line(&mut self, line: &[u8], limits: &Limits) -> Result<(), ParseFailure> {
        if matches!(line.first(), Some(b' ' | b'\t')) {
            if let Some(last) = self.fields.last_mut() {
                last.value.truncate(last.value.len().saturating_sub(2));
                last.value.extend_from_slice(b"\r\n");
                last.value.extend_from_slice(&readable(line));
                last.value.extend_from_slice(b"\r\n");
                if last.value.len() > limits.header {
                    return Err(ParseFailure::HeaderTooLong);
                }
            }
            return Ok(());
        }
        if line.len() > limits.header {
            return Err(ParseFailure::HeaderTooLong);
        }
        let Some(colon) = line.iter().take(100).position(|byte| *byte == b':') else {
            return Ok(());
        };
        let (name, value) = line.split_at(colon);
        let name = name.trim_ascii();
        if name.is_empty() || !name.iter().all(u8::is_ascii_graphic) {
            return Ok(());
        }
        if self.fields.len() >= limits.headers {
            return Err(ParseFailure::TooManyHeaders);
        }
        let mut bytes = readable(value.get(1..).unwrap_or_default()).into_owned();
        // NUL and bare CR have no business in a header.
        bytes.retain(|byte| !matches!(byte, 0 | b'\r'));
        bytes.extend_from_slice(b"\r\n");
        self.fields.push(Field { name: String::from_utf8_lossy(name).to_ascii_lowercase(), value: bytes });
        Ok(())
    }

    /// Fields of a block of bytes, such as the headers kept in a delivery report.
    pub(super) fn of(block: &[u8], limits: &Limits) -> Self {
        let mut lines = Lines::new(block, limits.lines);
        Self::read(&mut lines, limits, &|_| false).map_or_else(|_| Self::default(), |(h, _)| h)
    }

    /// The fields that describe the content, for the root part.
    pub(super) fn content_fields(&self) -> Self {
        let fields = self
            .fields
            .iter()
            .filter(|field| field.name.starts_with("content-"))
            .map(|field| Field { name: field.name.clone(), value: field.value.clone() })
            .collect();
        Self { fields }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// Raw values of all fields with this lower-case name.
    pub(super) fn all<'h>(&'h self, name: &'h str) -> impl Iterator<Item = &'h [u8]> {
        self.fields.iter().filter(move |field| field.name == name).map(|field| field.value.as_slice())
    }

    /// Raw value of the first field with this name.
    pub(super) fn first<'h>(&'h self, name: &'h str) -> Option<&'h [u8]> {
        self.all(name).next()
    }

    /// First field as one trimmed line of text, not decoded, at most 4,000 bytes.
    pub(super) fn plain(&self, name: &str) -> Option<String> {
        self.first(name).map(one_line)
    }

    /// First field with encoded words decoded.
    pub(super) fn unstructured(&self, name: &str) -> Option<String> {
        let value = self.first(name)?;
        let value = value.get(..value.len().min(16 * 1024)).unwrap_or_default();
        let mut bytes = value.to_vec();
        if !bytes.ends_with(b"\n") {
            bytes.extend_from_slice(b"\r\n");
        }
        match MessageStream::new(&bytes).parse_unstructured() {
            HeaderValue::Text(text) => Some(text.into_owned()),
            _ => None,
        }
    }

    /// Ids (`<…>`) of all fields with this name, without `<>`, in order.
    pub(super) fn ids(&self, name: &str) -> Vec<String> {
        let mut ids = Vec::new();
        for value in self.all(name) {
            let text = String::from_utf8_lossy(value);
            if text.contains('<') {
                ids.extend(
                    text.split('<').skip(1).filter_map(|part| part.split_once('>')).filter_map(|(id, _)| clean_id(id)),
                );
            } else {
                ids.extend(text.split_whitespace().filter_map(clean_id));
            }
        }
        ids
    }
}

/// Header text is ASCII or UTF-8; where it is neither, somebody forgot to encode Western European text.
fn readable(line: &[u8]) -> Cow<'_, [u8]> {
    match std::str::from_utf8(line) {
        Ok(_) => Cow::Borrowed(line),
        Err(_) => Cow::Owned(charset(Some("windows-1252"), line).into_bytes()),
    }
}

/// A raw value as one line of text without control characters, at most 4,000 bytes.
pub(super) fn one_line(value: &[u8]) -> String {
    let value = value.get(..value.len().min(4_000)).unwrap_or_default();
    let text = String::from_utf8_lossy(value);
    let mut line = String::with_capacity(text.len());
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()) {
        if !word.is_empty() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    line
}

/// A message id that can be stored and compared: printable, no spaces, 3 to 500 bytes. Folding
/// inside an id is undone.
pub(super) fn clean_id(id: &str) -> Option<String> {
    let id: String = id.split_whitespace().collect();
    let fine = (3..=500).contains(&id.len()) && id.chars().all(|c| !c.is_control() && !matches!(c, '<' | '>'));
    fine.then_some(id)
}
