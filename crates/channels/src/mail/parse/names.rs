//! Making names from the outside safe to store and show.

/// Characters that change the direction of text or are invisible, and control characters.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffd}' | '\u{e0000}'..='\u{e007f}')
}

/// `text` on one line, without control and direction characters, at most `max` characters.
pub(super) fn clean_line(text: &str, max: usize) -> String {
    let mut out = String::new();
    let mut count = 0;
    let mut space = false;
    for c in text.chars() {
        if c.is_whitespace() || matches!(c, '\u{2028}' | '\u{2029}') {
            space = count > 0;
        } else if !is_hidden(c) {
            if std::mem::take(&mut space) && count + 1 < max {
                out.push(' ');
                count += 1;
            }
            if count >= max {
                break;
            }
            out.push(c);
            count += 1;
        }
    }
    out
}

const MAX_NAME: usize = 200;

/// A file name without path, control, direction and reserved characters, at most 200
/// characters with its extension kept, or `None` when nothing usable is left.
pub fn safe_file_name(name: &str) -> Option<String> {
    let name: String = name.chars().filter(|c| !is_hidden(*c)).collect();
    let last = name.rsplit(['/', '\\']).next().unwrap_or("");
    let cleaned: String =
        last.chars().map(|c| if matches!(c, ':' | '*' | '?' | '"' | '<' | '>' | '|') { '_' } else { c }).collect();
    let cleaned = clean_line(&cleaned, usize::MAX);
    let cleaned = cleaned.trim_matches(|c: char| c == '.' || c == ' ');
    if cleaned.is_empty() {
        return None;
    }
    let stem = cleaned.split('.').next().unwrap_or("").trim().to_ascii_lowercase();
    let numbered = |prefix: &str| {
        stem.strip_prefix(prefix).is_some_and(|rest| rest.len() == 1 && rest.bytes().all(|b| b.is_ascii_digit()))
    };
    let reserved = matches!(stem.as_str(), "con" | "prn" | "aux" | "nul") || numbered("com") || numbered("lpt");
    let cleaned = if reserved { format!("_{cleaned}") } else { cleaned.to_owned() };
    Some(shorten(&cleaned))
}

fn shorten(name: &str) -> String {
    if name.chars().count() <= MAX_NAME {
        return name.to_owned();
    }
    let extension = name
        .rsplit_once('.')
        .map(|(_, extension)| extension)
        .filter(|extension| (1..=10).contains(&extension.chars().count()));
    match extension {
        Some(extension) => {
            let room = MAX_NAME - extension.chars().count() - 1;
            let stem: String = name.chars().take(room).collect();
            format!("{stem}.{extension}")
        }
        None => name.chars().take(MAX_NAME).collect(),
    }
}

/// Extension for attachments that come without a name.
pub(super) fn extension(mime: &str) -> &'static str {
    match mime {
        "image/png" => "png",
        "image/jpeg" | "image/jpg" => "jpg",
        "image/gif" => "gif",
        "image/webp" => "webp",
        "image/bmp" => "bmp",
        "image/tiff" => "tif",
        "image/heic" => "heic",
        "application/pdf" => "pdf",
        "application/zip" => "zip",
        "application/ms-tnef" => "dat",
        "text/plain" | "message/delivery-status" | "text/rfc822-headers" => "txt",
        "text/html" => "html",
        "text/csv" => "csv",
        "text/calendar" => "ics",
        "text/vcard" | "text/x-vcard" => "vcf",
        "message/rfc822" | "message/global" => "eml",
        "audio/mpeg" => "mp3",
        "video/mp4" => "mp4",
        _ => "bin",
    }
}
