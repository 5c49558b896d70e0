//! Turning message bodies into something a browser may show, and back into plain text.
//!
//! Everything here is a pure function with bounded time and memory: input is cut at
//! [`MAX_INPUT`], nesting at [`balance::MAX_DEPTH`] and elements at [`balance::MAX_ELEMENTS`]
//! before any third party parser sees it.
//!
//! Bodies are stored as they came and sanitized each time they are shown, so that a better
//! sanitizer also protects old messages.

pub mod balance;
mod elements;
mod entities;
mod markdown;
mod plain;
mod sanitize;
pub mod tokens;

#[cfg(test)]
mod tests;

pub use markdown::markdown_to_html;
pub use plain::{html_to_text, text_to_html};
pub use sanitize::{mentions, sanitize, sanitize_with};

/// Bytes of a body that are looked at; the rest is ignored.
pub const MAX_INPUT: usize = 2 * 1024 * 1024;

/// How a stored body is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BodyFormat {
    /// CommonMark with tables, strikethrough, task lists and bare links.
    Markdown,
    /// HTML, untrusted.
    Html,
    /// Plain text.
    Text,
}

impl BodyFormat {
    /// From the stored name; what is not known is text.
    pub fn of(name: &str) -> Self {
        match name {
            "markdown" => Self::Markdown,
            "html" => Self::Html,
            _ => Self::Text,
        }
    }
}

/// The safe HTML of `body`. `cid` gives the address of an inline image by its Content-ID
/// (without `<>`), or `None` when the mail has no such part.
pub fn render(body: &str, format: BodyFormat, cid: &dyn Fn(&str) -> Option<String>) -> String {
    match format {
        BodyFormat::Markdown => sanitize_with(&markdown::raw(body), cid),
        BodyFormat::Html => sanitize_with(body, cid),
        BodyFormat::Text => sanitize_with(&text_to_html(body), cid),
    }
}

/// `text` cut to at most `max` bytes, at a character boundary.
pub fn cut(text: &str, max: usize) -> &str {
    text.get(..text.floor_char_boundary(max)).unwrap_or(text)
}
