//! A small HTML tokenizer: linear time, no tree, no recursion. It follows the tag rules of the
//! HTML standard closely enough to see what a browser sees; safety never rests on it alone
//! (the sanitizer parses its output again).

/// One piece of HTML source.
#[derive(Debug, PartialEq, Eq)]
pub enum Token<'a> {
    /// Text with character references still in place.
    Text(&'a str),
    /// A start tag: name in lower case and the source of its attributes.
    Open(String, &'a str),
    /// An end tag: name in lower case.
    Close(String),
}

/// Iterator over the tokens of HTML source; comments, declarations and the content of scripts,
/// styles, embedded documents, SVG and MathML are left out.
#[derive(Debug)]
pub struct Tokens<'a> {
    rest: &'a str,
}

/// Elements that disappear with everything inside.
const DROPPED: [&str; 20] = [
    "script",
    "style",
    "xmp",
    "iframe",
    "noembed",
    "noframes",
    "noscript",
    "textarea",
    "title",
    "template",
    "svg",
    "math",
    "object",
    "embed",
    "applet",
    "select",
    "video",
    "audio",
    "canvas",
    "plaintext",
];

impl<'a> Tokens<'a> {
    /// Tokens of `html`.
    pub fn new(html: &'a str) -> Self {
        Self { rest: html }
    }

    fn skip_past(&mut self, end: &str, from: usize) {
        let after = self.rest.get(from..).unwrap_or("");
        self.rest = match after.find(end) {
            Some(at) => after.get(at + end.len()..).unwrap_or(""),
            None => "",
        };
    }

    /// Consumes a comment, declaration or bogus comment at the start of `rest`.
    fn skip_markup(&mut self) {
        if self.rest.starts_with("<!--") {
            self.skip_past("-->", 2);
        } else {
            self.skip_past(">", 2);
        }
    }

    /// Consumes everything up to the end tag of `name`, counting nested start tags for the
    /// elements that nest.
    fn skip_content(&mut self, name: &str) {
        if name == "embed" {
            return;
        }
        let nests = matches!(name, "svg" | "math" | "object" | "template");
        let mut depth = 1_usize;
        while let Some(at) = self.rest.find('<') {
            self.rest = self.rest.get(at + 1..).unwrap_or("");
            let (closing, body) = match self.rest.strip_prefix('/') {
                Some(body) => (true, body),
                None => (false, self.rest),
            };
            let hit = body.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name))
                && body.as_bytes().get(name.len()).is_none_or(|next| !next.is_ascii_alphanumeric());
            if hit && closing {
                depth -= 1;
                if depth == 0 {
                    self.skip_past(">", 0);
                    return;
                }
            } else if hit && nests {
                depth += 1;
            }
        }
        self.rest = "";
    }

    fn tag(&mut self, closing: bool) -> Option<Token<'a>> {
        let body = self.rest.get(1 + usize::from(closing)..).unwrap_or("");
        let name_end = body.find(|c: char| c.is_ascii_whitespace() || c == '/' || c == '>').unwrap_or(body.len());
        let (name, after) = body.split_at(name_end);
        let Some(end) = tag_end(after) else {
            self.rest = "";
            return None;
        };
        let (attributes, rest) = after.split_at(end);
        self.rest = rest.get(1..).unwrap_or("");
        let name = super::cut(name, 40).to_ascii_lowercase();
        if closing {
            return Some(Token::Close(name));
        }
        if DROPPED.contains(&name.as_str()) {
            self.skip_content(&name);
        }
        Some(Token::Open(name, attributes))
    }
}

/// Where the `>` of a tag is, honouring quoted attribute values.
fn tag_end(source: &str) -> Option<usize> {
    let mut quote = None;
    let mut value_starts = false;
    for (index, byte) in source.bytes().enumerate() {
        match quote {
            Some(open) => {
                if byte == open {
                    quote = None;
                }
            }
            None => match byte {
                b'>' => return Some(index),
                b'=' => value_starts = true,
                b'"' | b'\'' if value_starts => {
                    quote = Some(byte);
                    value_starts = false;
                }
                byte if byte.is_ascii_whitespace() => {}
                _ => value_starts = false,
            },
        }
    }
    None
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            if self.rest.is_empty() {
                return None;
            }
            let end = markup_start(self.rest);
            if end > 0 {
                let (text, rest) = self.rest.split_at(end);
                self.rest = rest;
                return Some(Token::Text(text));
            }
            let mut bytes = self.rest.bytes().skip(1);
            match (bytes.next(), bytes.next()) {
                (Some(b'/'), Some(second)) if second.is_ascii_alphabetic() => {
                    return self.tag(true);
                }
                (Some(b'/' | b'!' | b'?'), _) => self.skip_markup(),
                _ => return self.tag(false),
            }
        }
    }
}

/// Where the next tag, comment or declaration begins; other `<` are text.
fn markup_start(source: &str) -> usize {
    let mut from = 0;
    while let Some(at) = source.get(from..).and_then(|rest| rest.find('<')) {
        let next = source.as_bytes().get(from + at + 1).copied();
        if next.is_some_and(|b| b.is_ascii_alphabetic() || matches!(b, b'/' | b'!' | b'?')) {
            return from + at;
        }
        from += at + 1;
    }
    source.len()
}

/// The attributes of a start tag: lower-case name and value with character references in
/// place. At most 40 are looked at.
pub fn attributes(source: &str) -> Vec<(String, &str)> {
    let mut found = Vec::new();
    let mut rest = source;
    while found.len() < 40 {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        if rest.is_empty() {
            break;
        }
        let name_end = rest
            .char_indices()
            .skip(1)
            .find(|(_, c)| c.is_ascii_whitespace() || *c == '/' || *c == '=')
            .map_or(rest.len(), |(at, _)| at);
        let (name, after) = rest.split_at(name_end);
        let name = super::cut(name, 40).to_ascii_lowercase();
        let Some(value) = after.trim_start().strip_prefix('=') else {
            rest = after;
            found.push((name, ""));
            continue;
        };
        let value = value.trim_start();
        let (value, after) = match value.bytes().next() {
            Some(quote @ (b'"' | b'\'')) => {
                let inner = value.get(1..).unwrap_or("");
                inner.split_once(char::from(quote)).unwrap_or((inner, ""))
            }
            _ => value.split_at(value.find(|c: char| c.is_ascii_whitespace()).unwrap_or(value.len())),
        };
        rest = after;
        found.push((name, value));
    }
    found
}
