//! Forms of domains and of their proof. Pure.

use std::net::Ipv4Addr;

use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit, Mac};
use idna::{
    AsciiDenyList,
    uts46::{DnsLength, Hyphens, Uts46},
};
use kernel::{AppError, AppResult, OrganizationId, id};
use sha2::Sha256;
use unicode_security::{RestrictionLevel, RestrictionLevelDetection};
use url::Host;
use web::Keys;

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

/// The text of the TXT record: only this installation can tell it, for each organization another one.
pub fn proof(keys: &Keys, organization: OrganizationId, domain: &str) -> String {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(&keys.derive("domain-proof")).expect("any key length");
    mac.update(organization.0.as_bytes());
    mac.update(domain.as_bytes());
    let bytes: [u8; 32] = mac.finalize().into_bytes().into();
    let (first, _) = bytes.split_first_chunk::<16>().unwrap_or((&[0; 16], &[]));
    format!("helpdesk-verification={}", id::encode(uuid::Uuid::from_bytes(*first)))
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
    fn a_proof_is_for_one_organization_and_one_domain() {
        let keys = Keys::new(b"secret");
        let (one, two) = (OrganizationId(uuid::Uuid::from_u128(1)), OrganizationId(uuid::Uuid::from_u128(2)));
        let proof = |organization, domain: &str| proof(&keys, organization, domain);
        assert_eq!(proof(one, "a.example"), proof(one, "a.example"));
        assert_ne!(proof(one, "a.example"), proof(two, "a.example"));
        assert_ne!(proof(one, "a.example"), proof(one, "b.example"));
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
