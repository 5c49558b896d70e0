//! Rewrites untrusted HTML into a small, well nested subset before a real parser builds a tree.
//!
//! The HTML parsing algorithm has several quadratic corners (unclosed formatting elements,
//! content misplaced inside tables, thousands of attributes on one tag, very deep nesting).
//! After this pass none of them can be reached: every element is closed in order, nothing but
//! rows sits in a table, and depth, number of elements and attributes are bounded.

use super::elements::{Kind, element};
use super::entities::{decode, escape_into};
use super::sanitize::is_link;
use super::tokens::{Token, Tokens, attributes};

/// Elements open at the same time; deeper tags are dropped, their text stays.
pub const MAX_DEPTH: usize = 100;
/// Elements kept of one body; later tags are dropped, their text stays.
pub const MAX_ELEMENTS: usize = 50_000;
/// Bytes of an attribute value; longer ones are dropped.
const MAX_VALUE: usize = 4_096;
/// Bytes of text after which an empty comment starts a new text node: html5ever 0.40 writes a
/// text node in quadratic time when it is full of `&` or of U+0080 to U+00BF.
const MAX_TEXT_NODE: usize = 1_024;

/// What an image reference became.
#[derive(Debug, PartialEq, Eq)]
pub enum Image {
    /// Shown at once from this address.
    Show(String),
    /// Remote: kept as `data-src`, loaded only when the reader asks.
    Blocked(String),
    /// Not shown.
    Drop,
}

struct Writer<'f> {
    out: String,
    open: Vec<(&'static str, Kind)>,
    elements: usize,
    /// Length of `out` where the current text node began at the latest.
    node_start: usize,
    image: &'f mut dyn FnMut(&str) -> Image,
}

impl Writer<'_> {
    fn top(&self) -> Option<Kind> {
        self.open.last().map(|(_, kind)| *kind)
    }

    fn push(&mut self, name: &'static str, kind: Kind) {
        self.out.push('<');
        self.out.push_str(name);
        self.out.push('>');
        self.open.push((name, kind));
        self.elements += 1;
    }

    fn pop(&mut self) {
        if let Some((name, _)) = self.open.pop() {
            self.out.push_str("</");
            self.out.push_str(name);
            self.out.push('>');
        }
    }

    fn pop_to(&mut self, len: usize) {
        while self.open.len() > len {
            self.pop();
        }
    }

    /// Index of the nearest open element that fits, not looking outside the current cell.
    fn find_inside(&self, fits: impl Fn(&str) -> bool, stop: impl Fn(&str) -> bool) -> Option<usize> {
        for (index, (name, kind)) in self.open.iter().enumerate().rev() {
            if fits(name) {
                return Some(index);
            }
            if matches!(kind, Kind::Cell | Kind::Table) || stop(name) {
                return None;
            }
        }
        None
    }

    /// Makes sure the next content does not sit directly between rows and cells.
    fn enter_cell(&mut self) {
        loop {
            match self.top() {
                Some(Kind::Table) => self.push("tbody", Kind::Rows),
                Some(Kind::Rows) => self.push("tr", Kind::Row),
                Some(Kind::Row) => self.push("td", Kind::Cell),
                _ => return,
            }
        }
    }

    /// Closes everything up to the nearest table, keeping what may hold an element of `kind`.
    /// False when there is no table.
    fn enter_table(&mut self, kind: Kind, name: &str) -> bool {
        let Some(table) = self.open.iter().rposition(|(_, kind)| *kind == Kind::Table) else {
            return false;
        };
        let keeps = |open: Kind| match kind {
            Kind::Row => open == Kind::Rows,
            Kind::Cell if name != "caption" => matches!(open, Kind::Rows | Kind::Row),
            _ => false,
        };
        let kept = self.open.iter().skip(table + 1).take_while(|(_, open)| keeps(*open)).count();
        self.pop_to(table + 1 + kept);
        if kind == Kind::Row && self.top() == Some(Kind::Table) {
            self.push("tbody", Kind::Rows);
        }
        if kind == Kind::Cell && name != "caption" {
            if self.top() == Some(Kind::Table) {
                self.push("tbody", Kind::Rows);
            }
            if self.top() == Some(Kind::Rows) {
                self.push("tr", Kind::Row);
            }
        }
        true
    }

    /// Closes what this start tag ends without saying so.
    fn imply_ends(&mut self, name: &str, kind: Kind) {
        if matches!(kind, Kind::Block | Kind::Item | Kind::Table) || name == "hr" {
            if let Some(index) = self.find_inside(|open| open == "p", |_| false) {
                self.pop_to(index);
            }
            let heading = |n: &str| n.len() == 2 && n.starts_with('h') && n != "hr";
            if heading(name)
                && let Some(index) = self.find_inside(heading, |_| false)
            {
                self.pop_to(index);
            }
        }
        let same = match name {
            "li" => self.find_inside(|open| open == "li", |open| matches!(open, "ul" | "ol")),
            "dd" | "dt" => self.find_inside(|open| matches!(open, "dd" | "dt"), |open| open == "dl"),
            "a" => self.find_inside(|open| open == "a", |_| false),
            _ => None,
        };
        if let Some(index) = same {
            self.pop_to(index);
        }
    }

    fn start(&mut self, name: &str, source: &str) {
        let Some((name, kind)) = element(name) else {
            return;
        };
        if self.elements >= MAX_ELEMENTS {
            return;
        }
        if matches!(kind, Kind::Rows | Kind::Row | Kind::Cell) {
            if !self.enter_table(kind, name) {
                return;
            }
        } else {
            self.enter_cell();
            self.imply_ends(name, kind);
        }
        if self.open.len() >= MAX_DEPTH {
            return;
        }
        let start = self.out.len();
        self.out.push('<');
        self.out.push_str(name);
        let useful = self.attributes(name, source);
        if (name == "img" || name == "a") && !useful {
            self.out.truncate(start);
            return;
        }
        self.out.push('>');
        self.elements += 1;
        if kind != Kind::Void {
            self.open.push((name, kind));
        }
    }

    /// Writes the allowed attributes; true when a link or image has a reason to exist.
    fn attributes(&mut self, name: &str, source: &str) -> bool {
        let mut useful = false;
        for (attribute, value) in attributes(source) {
            if value.len() > MAX_VALUE {
                continue;
            }
            let value = decode(value);
            let number = value.len() <= 4 && value.bytes().all(|b| b.is_ascii_digit());
            let keep = match (name, attribute.as_str()) {
                ("img", "src" | "data-src") => {
                    let (attribute, address) = match (self.image)(value.trim()) {
                        Image::Show(address) => ("src", address),
                        Image::Blocked(address) => ("data-src", address),
                        Image::Drop => continue,
                    };
                    useful = true;
                    self.attribute(attribute, &address);
                    false
                }
                ("img", "alt") => {
                    useful |= !value.is_empty();
                    true
                }
                ("a", "href") => {
                    useful = is_link(&value);
                    useful
                }
                ("img", "width" | "height")
                | ("td" | "th", "colspan" | "rowspan")
                | ("ol", "start")
                | ("li", "value") => number && !value.is_empty(),
                ("td" | "th" | "p" | "div" | "tr", "align") => {
                    matches!(&*value, "left" | "right" | "center")
                }
                (_, "dir") => matches!(&*value, "ltr" | "rtl" | "auto"),
                ("a" | "img" | "abbr", "title") => true,
                _ => false,
            };
            if keep {
                self.attribute(&attribute, &value);
            }
        }
        useful
    }

    fn attribute(&mut self, name: &str, value: &str) {
        self.out.push(' ');
        self.out.push_str(name);
        self.out.push_str("=\"");
        escape_into(&mut self.out, value);
        self.out.push('"');
    }

    fn end(&mut self, name: &str) {
        let Some((name, kind)) = element(name) else {
            return;
        };
        let index = match kind {
            Kind::Void => return,
            Kind::Table => self.open.iter().rposition(|(_, kind)| *kind == Kind::Table),
            Kind::Rows | Kind::Row | Kind::Cell => self
                .open
                .iter()
                .enumerate()
                .rev()
                .take_while(|(_, (_, kind))| *kind != Kind::Table)
                .find(|(_, (open, _))| *open == name)
                .map(|(index, _)| index),
            _ => self.find_inside(|open| open == name, |_| false),
        };
        if let Some(index) = index {
            self.pop_to(index);
        }
    }

    /// Text keeps its character references: the parser behind resolves them.
    fn text(&mut self, text: &str) {
        let blank = text.bytes().all(|b| b.is_ascii_whitespace());
        if blank && matches!(self.top(), Some(Kind::Table | Kind::Rows | Kind::Row)) {
            return;
        }
        self.enter_cell();
        let mut rest = text;
        while let Some(at) = rest.find(is_special) {
            let (before, from) = rest.split_at(at);
            self.out.push_str(before);
            let special = from.chars().next().unwrap_or('\0');
            rest = from.get(special.len_utf8()..).unwrap_or("");
            match special {
                '<' => self.out.push_str("&lt;"),
                '>' => self.out.push_str("&gt;"),
                '\0' => {}
                other => {
                    if self.out.len() - self.node_start > MAX_TEXT_NODE {
                        self.out.push_str("<!---->");
                        self.node_start = self.out.len();
                    }
                    self.out.push(other);
                }
            }
        }
        self.out.push_str(rest);
    }
}

fn is_special(c: char) -> bool {
    matches!(c, '<' | '>' | '\0' | '&' | '\u{80}'..='\u{bf}')
}

/// The bounded, well nested form of `html`. `image` decides what becomes of each image source.
pub fn balance(html: &str, image: &mut dyn FnMut(&str) -> Image) -> String {
    let html = super::cut(html, super::MAX_INPUT);
    let mut writer =
        Writer { out: String::with_capacity(html.len() / 2), open: Vec::new(), elements: 0, node_start: 0, image };
    for token in Tokens::new(html) {
        match token {
            Token::Text(text) => writer.text(text),
            Token::Open(name, source) => writer.start(&name, source),
            Token::Close(name) => writer.end(&name),
        }
    }
    writer.pop_to(0);
    writer.out
}
