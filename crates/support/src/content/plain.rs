//! Plain text to HTML and HTML to plain text.

use super::entities::{decode, escape_into};
use super::tokens::{Token, Tokens, attributes};
use super::{MAX_INPUT, cut};

/// HTML of plain text: escaped, blank lines part paragraphs, web and mail addresses become
/// links. The result still goes through the sanitizer before it is shown.
pub fn text_to_html(text: &str) -> String {
    let text = cut(text, MAX_INPUT).replace("\r\n", "\n").replace('\r', "\n");
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    let mut open = false;
    for line in text.split('\n') {
        if line.trim().is_empty() {
            if open {
                out.push_str("</p>\n");
                open = false;
            }
            continue;
        }
        out.push_str(if open { "<br>\n" } else { "<p>" });
        open = true;
        link_line(&mut out, line);
    }
    if open {
        out.push_str("</p>\n");
    }
    out
}

fn link_line(out: &mut String, line: &str) {
    for word in line.split_inclusive(' ') {
        let start = word.find("https://").or_else(|| word.find("http://")).unwrap_or(word.len());
        let (before, address) = word.split_at(start);
        let end = address.find(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"')).unwrap_or(address.len());
        let address = address.get(..end).unwrap_or("");
        let kept = address.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '\'', '*']).len();
        let (address, after) = word.get(start..).unwrap_or("").split_at_checked(kept).unwrap_or(("", ""));
        escape_into(out, before);
        if address.len() > "https://".len() && address.len() <= 2_000 {
            out.push_str("<a href=\"");
            escape_into(out, address);
            out.push_str("\">");
            escape_into(out, address);
            out.push_str("</a>");
        } else {
            escape_into(out, address);
        }
        escape_into(out, after);
    }
}

/// Longest link address repeated in the text form.
const MAX_LINK: usize = 300;
const MAX_QUOTE: usize = 8;

#[derive(Default)]
struct TextWriter {
    out: String,
    /// Line breaks owed before the next text: 1 = new line, 2 = blank line.
    breaks: usize,
    /// White space owed before the next word.
    space: bool,
    quote: usize,
    /// Lowest quote level since the last text: the level of the blank line in between.
    gap: Option<usize>,
    pre: usize,
    link: Option<(String, usize)>,
    lists: Vec<Option<u32>>,
}

impl TextWriter {
    fn block(&mut self, breaks: usize) {
        self.breaks = self.breaks.max(breaks);
        self.gap = Some(self.gap.map_or(self.quote, |gap| gap.min(self.quote)));
        self.space = false;
    }

    fn prefix(&mut self) {
        for _ in 0..self.quote.min(MAX_QUOTE) {
            self.out.push_str("> ");
        }
    }

    fn settle(&mut self) {
        if self.out.is_empty() {
            self.breaks = 0;
            self.prefix();
        }
        let gap = self.gap.take().unwrap_or(self.quote).min(self.quote);
        for left in (0..std::mem::take(&mut self.breaks).min(3)).rev() {
            self.out.push('\n');
            if left > 0 && gap > 0 {
                self.out.push('>');
            } else if left == 0 {
                self.prefix();
            }
        }
        if std::mem::take(&mut self.space) && !self.out.ends_with(['\n', ' ']) {
            self.out.push(' ');
        }
    }

    fn text(&mut self, text: &str) {
        let text = decode(text);
        if self.pre > 0 {
            for line in text.split_inclusive('\n') {
                let body = line.trim_end_matches(['\n', '\r']);
                if !body.is_empty() {
                    self.settle();
                    self.out.push_str(body);
                }
                if line.ends_with('\n') {
                    self.breaks += 1;
                }
            }
            return;
        }
        let blank = |c: char| c.is_whitespace();
        if text.starts_with(blank) {
            self.space = self.breaks == 0 && !self.out.is_empty();
        }
        for word in text.split(blank).filter(|word| !word.is_empty()) {
            self.settle();
            self.out.push_str(word);
            self.space = true;
        }
        if !text.ends_with(blank) {
            self.space = false;
        }
    }

    fn open(&mut self, name: &str, source: &str) {
        match name {
            "br" => {
                self.breaks += 1;
                self.space = false;
            }
            "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "table" | "dl" => self.block(2),
            "blockquote" => {
                self.block(2);
                self.quote += 1;
            }
            "ul" | "ol" => {
                self.block(if self.lists.is_empty() { 2 } else { 1 });
                if self.lists.len() < MAX_QUOTE {
                    self.lists.push((name == "ol").then_some(0));
                }
            }
            "li" => {
                self.block(1);
                let indent = self.lists.len().saturating_sub(1) * 2;
                let mark = match self.lists.last_mut() {
                    Some(Some(number)) => {
                        *number += 1;
                        format!("{:indent$}{number}. ", "")
                    }
                    _ => format!("{:indent$}- ", ""),
                };
                self.settle();
                self.out.push_str(&mark);
            }
            "hr" => {
                self.block(1);
                self.settle();
                self.out.push_str("---");
                self.block(1);
            }
            "pre" => {
                self.block(2);
                self.pre += 1;
            }
            "td" | "th" => self.space = !self.out.is_empty() && self.breaks == 0,
            "img" => {
                if let Some((_, alt)) = attributes(source).into_iter().find(|(n, _)| n == "alt") {
                    self.text(cut(alt, MAX_LINK));
                }
            }
            "a" => {
                let address = attributes(source)
                    .into_iter()
                    .find(|(n, _)| n == "href")
                    .map(|(_, value)| decode(value).trim().to_owned())
                    .filter(|a| a.starts_with("http") && a.len() <= MAX_LINK);
                self.link = address.map(|address| (address, self.out.len()));
            }
            _ if is_block(name) => self.block(1),
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        match name {
            "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "table" | "dl" => self.block(2),
            "blockquote" => {
                self.block(2);
                self.quote = self.quote.saturating_sub(1);
            }
            "ul" | "ol" => {
                self.lists.pop();
                self.block(if self.lists.is_empty() { 2 } else { 1 });
            }
            "pre" => {
                self.pre = self.pre.saturating_sub(1);
                self.block(2);
            }
            "a" => {
                if let Some((address, start)) = self.link.take() {
                    let label = self.out.get(start..).unwrap_or("").trim();
                    let known =
                        label.contains(address.trim_end_matches('/')) || address.ends_with(label) && !label.is_empty();
                    if !known && !label.is_empty() {
                        self.out.push_str(" (");
                        self.out.push_str(&address);
                        self.out.push(')');
                    }
                }
            }
            _ if is_block(name) => self.block(1),
            _ => {}
        }
    }
}

fn is_block(name: &str) -> bool {
    matches!(
        name,
        "div"
            | "tr"
            | "section"
            | "article"
            | "header"
            | "footer"
            | "address"
            | "center"
            | "form"
            | "dt"
            | "dd"
            | "body"
            | "main"
            | "nav"
            | "figure"
            | "fieldset"
            | "caption"
    )
}

/// The readable text of HTML: paragraphs, list marks, `> ` before quoted lines, addresses of
/// links in parentheses. Linear time, no recursion; input and output are cut at
/// [`MAX_INPUT`] bytes.
pub fn html_to_text(html: &str) -> String {
    let mut writer = TextWriter::default();
    for token in Tokens::new(cut(html, MAX_INPUT)) {
        match token {
            Token::Text(text) => writer.text(text),
            Token::Open(name, source) => writer.open(&name, source),
            Token::Close(name) => writer.close(&name),
        }
        if writer.out.len() > MAX_INPUT {
            break;
        }
    }
    cut(&writer.out, MAX_INPUT).trim_end().to_owned()
}
