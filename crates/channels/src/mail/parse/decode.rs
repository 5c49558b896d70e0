//! Transfer encodings and charsets. Both are lenient: what cannot be decoded is kept.

use std::borrow::Cow;

use mail_parser::decoders::charsets::map::charset_decoder;

/// Undoes a Content-Transfer-Encoding. `max` bounds the bytes written.
pub(super) fn transfer<'a>(encoding: &str, body: &'a [u8], max: usize) -> Cow<'a, [u8]> {
    match encoding.trim().to_ascii_lowercase().as_str() {
        "base64" => Cow::Owned(base64(body, max)),
        "quoted-printable" => Cow::Owned(quoted_printable(body, max)),
        _ => Cow::Borrowed(body.get(..body.len().min(max)).unwrap_or(body)),
    }
}

const INVALID: u8 = 0xff;

const fn base64_table() -> [u8; 256] {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut table = [INVALID; 256];
    let mut index = 0_u8;
    while index < 64 {
        #[expect(clippy::indexing_slicing, reason = "constant evaluation, bounds are checked")]
        {
            table[alphabet[index as usize] as usize] = index;
        }
        index += 1;
    }
    table
}

static BASE64: [u8; 256] = base64_table();

/// Skips everything outside the alphabet; padding restarts the next group.
fn base64(body: &[u8], max: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity((body.len() / 4 * 3 + 3).min(max));
    let mut bits = 0_u32;
    let mut count = 0_u8;
    for byte in body {
        let value = BASE64.get(usize::from(*byte)).copied().unwrap_or(INVALID);
        if value == INVALID {
            if *byte == b'=' && count > 0 {
                flush(&mut out, bits, count);
                (bits, count) = (0, 0);
            }
            continue;
        }
        bits = (bits << 6) | u32::from(value);
        count += 1;
        if count == 4 {
            if out.len() >= max {
                return out;
            }
            let [_, a, b, c] = bits.to_be_bytes();
            out.extend_from_slice(&[a, b, c]);
            (bits, count) = (0, 0);
        }
    }
    flush(&mut out, bits, count);
    out
}

fn flush(out: &mut Vec<u8>, bits: u32, count: u8) {
    match count {
        2 => out.push(u8::try_from((bits >> 4) & 0xff).unwrap_or(0)),
        3 => {
            let [_, _, a, b] = (bits >> 2).to_be_bytes();
            out.extend_from_slice(&[a, b]);
        }
        _ => {}
    }
}

fn hex(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

fn quoted_printable(body: &[u8], max: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len().min(max));
    for line in body.split_inclusive(|byte| *byte == b'\n') {
        let content = line.trim_ascii_end();
        let soft = content.strip_suffix(b"=");
        let mut bytes = soft.unwrap_or(content).iter();
        while let Some(byte) = bytes.next() {
            let mut ahead = bytes.clone();
            let pair = (*byte == b'=').then(|| Some((hex(*ahead.next()?)?, hex(*ahead.next()?)?))).flatten();
            match pair {
                Some((high, low)) => {
                    out.push(high * 16 + low);
                    bytes = ahead;
                }
                None => out.push(*byte),
            }
        }
        if soft.is_none() && line.ends_with(b"\n") {
            out.extend_from_slice(b"\r\n");
        }
        if out.len() >= max {
            break;
        }
    }
    out
}

/// Text in any charset as a string. Unknown and undeclared charsets are read as UTF-8, or as
/// Latin-1 when they are not that.
pub(super) fn charset(name: Option<&str>, bytes: &[u8]) -> String {
    if let Some(rest) = bytes.strip_prefix(b"\xef\xbb\xbf") {
        return String::from_utf8_lossy(rest).into_owned();
    }
    let name = name.unwrap_or("").trim().trim_matches('"');
    let lower = name.to_ascii_lowercase();
    let utf8 = matches!(lower.as_str(), "utf-8" | "utf8");
    let undeclared = matches!(lower.as_str(), "" | "us-ascii");
    if !utf8
        && !undeclared
        && name.len() <= 45
        && let Some(decode) = charset_decoder(name.as_bytes())
    {
        return decode(bytes);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        // Declared as UTF-8, or only cut inside the last character.
        Err(error) if utf8 || error.error_len().is_none() => String::from_utf8_lossy(bytes).into_owned(),
        Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect(),
    }
}

/// Lines ended by `\n`, no control characters besides it and tab.
pub(super) fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' => {
                if chars.peek() != Some(&'\n') {
                    out.push('\n');
                }
            }
            '\n' | '\t' => out.push(c),
            c if c.is_control() || c == '\u{feff}' => {}
            c => out.push(c),
        }
    }
    out
}
