//! Markdown to HTML.

use comrak::Options;

use super::sanitize::sanitize;
use super::{cut, text_to_html};

/// Bytes of Markdown that are formatted; a longer text is shown as plain text.
const MAX_MARKDOWN: usize = 256 * 1024;
/// Nesting marks (`>`, `[`, `*` …) in one line above which a text is shown as plain text.
const MAX_MARKS: usize = 400;

/// Safe HTML of Markdown: CommonMark, tables, strikethrough, task lists and bare links; HTML in
/// the source is not executed and not shown.
pub fn markdown_to_html(source: &str) -> String {
    sanitize(&raw(source))
}

/// HTML of Markdown before the sanitizer.
pub(super) fn raw(source: &str) -> String {
    if source.len() > MAX_MARKDOWN || is_hostile(source) {
        return text_to_html(cut(source, super::MAX_INPUT));
    }
    let mut options = Options::default();
    options.extension.strikethrough = true;
    options.extension.table = true;
    options.extension.autolink = true;
    options.extension.tasklist = true;
    options.render.r#unsafe = false;
    options.render.hardbreaks = true;
    comrak::markdown_to_html(source, &options)
}

/// Nested blocks and brackets cost the parser more than linear time.
fn is_hostile(source: &str) -> bool {
    source.lines().any(|line| {
        line.bytes()
            .filter(|byte| matches!(byte, b'>' | b'[' | b'*' | b'_' | b'`' | b'<' | b'~' | b'!' | b'|'))
            .take(MAX_MARKS + 1)
            .count()
            > MAX_MARKS
    })
}
