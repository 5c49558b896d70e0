//! Character references of HTML: the ones mail programs write.

use std::borrow::Cow;

/// Names of U+00A0 to U+00FF, in order.
const LATIN1: [&str; 96] = [
    "nbsp", "iexcl", "cent", "pound", "curren", "yen", "brvbar", "sect", "uml", "copy", "ordf", "laquo", "not", "shy",
    "reg", "macr", "deg", "plusmn", "sup2", "sup3", "acute", "micro", "para", "middot", "cedil", "sup1", "ordm",
    "raquo", "frac14", "frac12", "frac34", "iquest", "Agrave", "Aacute", "Acirc", "Atilde", "Auml", "Aring", "AElig",
    "Ccedil", "Egrave", "Eacute", "Ecirc", "Euml", "Igrave", "Iacute", "Icirc", "Iuml", "ETH", "Ntilde", "Ograve",
    "Oacute", "Ocirc", "Otilde", "Ouml", "times", "Oslash", "Ugrave", "Uacute", "Ucirc", "Uuml", "Yacute", "THORN",
    "szlig", "agrave", "aacute", "acirc", "atilde", "auml", "aring", "aelig", "ccedil", "egrave", "eacute", "ecirc",
    "euml", "igrave", "iacute", "icirc", "iuml", "eth", "ntilde", "ograve", "oacute", "ocirc", "otilde", "ouml",
    "divide", "oslash", "ugrave", "uacute", "ucirc", "uuml", "yacute", "thorn", "yuml",
];

const OTHER: [(&str, char); 30] = [
    ("amp", '&'),
    ("AMP", '&'),
    ("lt", '<'),
    ("LT", '<'),
    ("gt", '>'),
    ("GT", '>'),
    ("quot", '"'),
    ("QUOT", '"'),
    ("apos", '\''),
    ("euro", '€'),
    ("ndash", '–'),
    ("mdash", '—'),
    ("lsquo", '‘'),
    ("rsquo", '’'),
    ("sbquo", '‚'),
    ("ldquo", '“'),
    ("rdquo", '”'),
    ("bdquo", '„'),
    ("bull", '•'),
    ("hellip", '…'),
    ("trade", '™'),
    ("colon", ':'),
    ("Tab", '\t'),
    ("NewLine", '\n'),
    ("zwnj", '\u{200c}'),
    ("zwj", '\u{200d}'),
    ("oelig", 'œ'),
    ("OElig", 'Œ'),
    ("rarr", '→'),
    ("larr", '←'),
];

fn named(name: &str) -> Option<char> {
    if let Some((_, found)) = OTHER.iter().find(|(known, _)| *known == name) {
        return Some(*found);
    }
    let index = LATIN1.iter().position(|known| *known == name)?;
    char::from_u32(0xA0 + u32::try_from(index).ok()?)
}

fn numbered(digits: &str) -> Option<char> {
    let code = match digits.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => digits.parse().ok()?,
    };
    if code == 0 {
        return Some('\u{fffd}');
    }
    char::from_u32(code)
}

/// `text` with its character references replaced. Unknown ones stay as they are.
pub(crate) fn decode(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let body = from.get(1..).unwrap_or("");
        let digits_of = body.strip_prefix('#');
        let name_len = digits_of.unwrap_or(body).bytes().take(32).take_while(u8::is_ascii_alphanumeric).count();
        let name = digits_of.unwrap_or(body).get(..name_len).unwrap_or("");
        let found = match digits_of {
            Some(_) => numbered(name),
            None => named(name),
        };
        let used = 1 + usize::from(digits_of.is_some()) + name_len;
        if let Some(found) = found {
            out.push(found);
            let after = from.get(used..).unwrap_or("");
            rest = after.strip_prefix(';').unwrap_or(after);
        } else {
            out.push('&');
            rest = body;
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// Appends `text` to `out` with `&`, `<`, `>` and `"` escaped.
pub(crate) fn escape_into(out: &mut String, text: &str) {
    for part in text.split_inclusive(['&', '<', '>', '"']) {
        let cut = part.len().saturating_sub(1);
        let replacement = match part.as_bytes().last() {
            Some(b'&') => "&amp;",
            Some(b'<') => "&lt;",
            Some(b'>') => "&gt;",
            Some(b'"') => "&quot;",
            _ => {
                out.push_str(part);
                continue;
            }
        };
        out.push_str(part.get(..cut).unwrap_or(""));
        out.push_str(replacement);
    }
}
