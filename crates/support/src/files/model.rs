//! What kind of file it is, by content, and how large it may be. Pure.

/// Bytes of a megabyte.
const MB: u64 = 1024 * 1024;
/// No upload is larger than this.
pub const MAX_UPLOAD: u64 = 100 * MB;

/// The content type found in the first bytes; text that declares itself as such is text.
pub fn sniff(head: &[u8], name: &str) -> String {
    if let Some(kind) = infer::get(head) {
        return kind.mime_type().to_owned();
    }
    let text = head.iter().all(|byte| *byte >= 0x20 || matches!(byte, b'\n' | b'\r' | b'\t' | 0x0c));
    if !text {
        return "application/octet-stream".to_owned();
    }
    let start = String::from_utf8_lossy(head).trim_start().to_lowercase();
    if start.contains("<svg") {
        "image/svg+xml".to_owned()
    } else if ["<!doctype html", "<html", "<script", "<head", "<body"].iter().any(|tag| start.contains(tag)) {
        "text/html".to_owned()
    } else {
        match mime_guess::from_path(name).first_raw() {
            Some(guess @ ("text/csv" | "text/calendar" | "text/vcard" | "application/json" | "message/rfc822")) => {
                guess.to_owned()
            }
            _ => "text/plain".to_owned(),
        }
    }
}

/// Largest size in bytes for a kind of content.
pub fn limit_of(content_type: &str) -> u64 {
    match content_type.split('/').next().unwrap_or_default() {
        "image" => 5 * MB,
        "audio" => 20 * MB,
        "video" => 100 * MB,
        _ if is_archive(content_type) => 50 * MB,
        _ => 10 * MB,
    }
}

fn is_archive(content_type: &str) -> bool {
    matches!(
        content_type,
        "application/zip"
            | "application/gzip"
            | "application/x-tar"
            | "application/x-7z-compressed"
            | "application/vnd.rar"
            | "application/x-rar-compressed"
            | "application/x-bzip2"
            | "application/x-xz"
            | "application/zstd"
    )
}

/// Why the name and the content do not go together, if they do not: programs are refused, and an
/// image's name must not hide something else.
pub fn mismatch(content_type: &str, name: &str) -> Option<&'static str> {
    let executable = matches!(
        content_type,
        "application/x-executable"
            | "application/vnd.microsoft.portable-executable"
            | "application/x-msdownload"
            | "application/x-mach-binary"
    );
    if executable {
        return Some("Programs cannot be uploaded.");
    }
    let named = mime_guess::from_path(name).first_raw().unwrap_or_default();
    let claims_image = named.starts_with("image/") && named != "image/svg+xml";
    (claims_image && !content_type.starts_with("image/")).then_some("The name says image, the content does not.")
}

/// Whether a browser may show it in place; everything else is downloaded.
pub fn is_inline(content_type: &str) -> bool {
    matches!(content_type, "image/png" | "image/jpeg" | "image/gif" | "image/webp")
}

/// A name that is safe as a file name everywhere: no path, no control or direction characters.
pub fn safe_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    let name: String = last.chars().filter(|c| !hidden(*c) && !"<>:\"|?*".contains(*c)).take(200).collect();
    let name = name.trim().trim_start_matches('.').to_owned();
    if name.is_empty() { "file".to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_come_from_the_content() {
        assert_eq!(sniff(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "x.txt"), "image/png");
        assert_eq!(sniff(b"  <svg onload=alert(1)>", "x.png"), "image/svg+xml");
        assert_eq!(sniff(b"<!DOCTYPE html><p>", "x.txt"), "text/html");
        assert_eq!(sniff(b"a;b\n1;2\n", "x.csv"), "text/csv");
        assert_eq!(sniff(b"hello", "x.html"), "text/plain");
        assert_eq!(sniff(b"a\0b", "x"), "application/octet-stream");
    }

    #[test]
    fn names_do_not_hide_contents() {
        let exe = sniff(b"MZ\x90\0\x03\0\0\0", "holiday.png");
        assert!(mismatch(&exe, "holiday.png").is_some(), "{exe}");
        assert!(mismatch("text/plain", "holiday.png").is_some());
        assert!(mismatch("image/jpeg", "holiday.png").is_none());
        assert!(mismatch("text/plain", "notes.txt").is_none());
    }

    #[test]
    fn hostile_names_are_tamed() {
        assert_eq!(safe_name("../../etc/passwd"), "passwd");
        assert_eq!(safe_name("C:\\temp\\a.pdf"), "a.pdf");
        assert_eq!(safe_name("x\u{202e}gnp.exe\r\n"), "xgnp.exe");
        assert_eq!(safe_name("..."), "file");
        assert_eq!(safe_name(&"ä".repeat(500)).chars().count(), 200);
    }
}
