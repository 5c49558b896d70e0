//! Forms of domains and of their proof. Pure.

use std::net::Ipv4Addr;

use chrono::{DateTime, TimeDelta, Utc};
use idna::{
    AsciiDenyList,
    uts46::{DnsLength, Hyphens, Uts46},
};
use kernel::{AppError, AppResult};
use unicode_security::{RestrictionLevel, RestrictionLevelDetection};
use url::Host;

/// Where the proof stands.
const PREFIX: &str = "_helpdesk-challenge";
/// A proof may be gone for so long before it shows.
const PATIENCE: TimeDelta = TimeDelta::days(7);

/// The form in which domains are stored and compared: lower case, ASCII, no dot at the end. 422 on
/// `domain` unless it is a name of at least two labels outside of `base_domain`, whose labels do
/// not mix scripts.
pub fn normalize(text: &str, base_domain: &str) -> AppResult<String> {
    let given = text.trim().trim_end_matches('.').to_lowercase();
    let ascii = ascii(&given).filter(|name| name.len() + PREFIX.len() < 253);
    let ascii = ascii.ok_or_else(|| invalid("This is not a domain such as help.example.org."))?;
    if ascii == base_domain || ascii.ends_with(&format!(".{base_domain}")) {
        return Err(invalid(format!("Names below {base_domain} are given by slug.")));
    }
    Ok(ascii)
}

fn invalid(message: impl Into<String>) -> AppError {
    AppError::invalid("domain", "invalid", message)
}

fn ascii(given: &str) -> Option<String> {
    let ascii = Uts46::new()
        .to_ascii(given.as_bytes(), AsciiDenyList::STD3, Hyphens::CheckFirstLast, DnsLength::Verify)
        .ok()?
        .into_owned();
    let (unicode, valid) = idna::domain_to_unicode(&ascii);
    // Invisible and wide characters would vanish on the way: what is written is what counts.
    let as_written = valid.is_ok() && (given == unicode || given == ascii);
    let one_script =
        |label: &str| label.is_ascii() || label.check_restriction_level(RestrictionLevel::HighlyRestrictive);
    let last = ascii.rsplit('.').next()?;
    let is_name = ascii.contains('.')
        && matches!(Host::parse(&ascii), Ok(Host::Domain(_)))
        && ascii.parse::<Ipv4Addr>().is_err()
        && !last.bytes().all(|byte| byte.is_ascii_digit());
    (as_written && is_name && unicode.split('.').all(one_script)).then_some(ascii)
}

/// The name of the TXT record.
pub fn proof_name(domain: &str) -> String {
    format!("{PREFIX}.{domain}")
}

/// The text of the TXT record.
pub fn proof(challenge: &str) -> String {
    format!("helpdesk-verification={challenge}")
}

/// `pending`, `verified` or `failing`.
pub fn state(
    verified_at: Option<DateTime<Utc>>,
    failing_since: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> &'static str {
    match (verified_at, failing_since) {
        (None, _) => "pending",
        (Some(_), Some(since)) if now - since >= PATIENCE => "failing",
        (Some(_), _) => "verified",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_have_one_form() {
        for (given, form) in [
            ("Help.Example.ORG.", "help.example.org"),
            ("hilfe.müller.example", "hilfe.xn--mller-kva.example"),
            ("HILFE.MÜLLER.example", "hilfe.xn--mller-kva.example"),
            ("hilfe.xn--mller-kva.example", "hilfe.xn--mller-kva.example"),
            ("помощь.пример", "xn--l1adbb7cs.xn--e1afmkfd"),
            ("サポート.example", "xn--vckvb6c8f.example"),
        ] {
            assert_eq!(normalize(given, "localhost").ok().as_deref(), Some(form), "{given}");
        }
    }

    #[test]
    fn what_is_no_domain_of_ones_own_is_refused() {
        for bad in [
            "",
            ".",
            "com",
            "localhost",
            "desk.example",
            "acme.desk.example",
            "a.acme.desk.example",
            "127.0.0.1",
            "127.1",
            "0x7f.1",
            "help.1",
            "[::1]",
            "::1",
            "help..example",
            "-a.example",
            "a-.example",
            "a_b.example",
            "_dmarc.example",
            "a b.example",
            "http://a.example",
            "a.example:80",
            "a.example/",
            "user@a.example",
            "*.example",
            // Cyrillic and Latin in one label, written out and in ASCII.
            "аcme.example",
            "xn--cme-7cd.example",
            "pаypal.example",
            // Greek omicron in a Latin word.
            "gοogle.example",
            "ac\u{200b}me.example",
            "ac\u{ad}me.example",
            "ａcme.example",
            "①.example",
            "a。example",
            "xn--a.example",
            "xn--.example",
        ] {
            assert!(normalize(bad, "desk.example").is_err(), "{bad:?}");
        }
        assert!(normalize(&format!("{}.example", "a".repeat(64)), "localhost").is_err());
        assert!(normalize(&"a.".repeat(130), "localhost").is_err());
    }

    #[test]
    fn failing_shows_after_a_week() {
        let now = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
        assert_eq!(state(None, None, now), "pending");
        assert_eq!(state(Some(now), None, now), "verified");
        assert_eq!(state(Some(now), Some(now - TimeDelta::days(6)), now), "verified");
        assert_eq!(state(Some(now), Some(now - TimeDelta::days(7)), now), "failing");
    }
}
