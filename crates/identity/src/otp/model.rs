//! Codes of RFC 6238 (SHA-1, six digits, 30 seconds) and recovery codes. Pure.

use chrono::{DateTime, Utc};
use kernel::id;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use ring::hmac;
use sha2::{Digest, Sha256};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};
use uuid::Uuid;

/// Bytes of a secret, as RFC 4226 recommends.
pub const SECRET_BYTES: usize = 20;
/// How many recovery codes somebody gets.
pub const RECOVERY_CODES: usize = 10;
const STEP_SECONDS: i64 = 30;

/// The six digits of one time step.
fn code(secret: &[u8], step: i64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let tag = tag.as_ref();
    let offset = usize::from(tag.last().copied().unwrap_or(0) & 0x0f);
    let four = tag.iter().skip(offset).take(4).fold(0_u32, |value, byte| (value << 8) | u32::from(*byte));
    format!("{:06}", (four & 0x7fff_ffff) % 1_000_000)
}

/// The time step of which this is the code: the present one, the one before or the next. Takes as
/// long for every code.
pub fn step_of(secret: &[u8], given: &str, now: DateTime<Utc>) -> Option<i64> {
    let given = given.trim();
    let present = now.timestamp().div_euclid(STEP_SECONDS);
    let (mut found, mut step) = (Choice::from(0), 0_i64);
    for candidate in [present + 1, present, present - 1] {
        let fits = code(secret, candidate).as_bytes().ct_eq(given.as_bytes());
        step.conditional_assign(&candidate, fits);
        found |= fits;
    }
    bool::from(found).then_some(step)
}

/// RFC 4648 base32, as authenticator apps expect secrets.
pub fn base32(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bit = |index: usize| bytes.get(index / 8).map_or(0, |byte| (byte >> (7 - index % 8)) & 1);
    let digit = |group: usize| (0..5).fold(0, |value, place| (value << 1) | bit(group * 5 + place));
    let letter = |group| char::from(ALPHABET.get(usize::from(digit(group))).copied().unwrap_or(b'A'));
    (0..(bytes.len() * 8).div_ceil(5)).map(letter).collect()
}

/// What authenticator apps read from a QR code.
pub fn uri(issuer: &str, account: &str, secret: &[u8]) -> String {
    let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let (issuer, account, secret) = (encoded(issuer), encoded(account), base32(secret));
    format!("otpauth://totp/{issuer}:{account}?secret={secret}&issuer={issuer}&algorithm=SHA1&digits=6&period=30")
}

/// A recovery code as it is shown, of 128 unguessable bits.
pub fn recovery_code(bits: [u8; 16]) -> String {
    let text = id::encode(Uuid::from_bytes(bits));
    let (left, right) = text.split_at(text.len() / 2);
    format!("{left}-{right}")
}

/// What is stored of a recovery code; case, spaces and hyphens make no difference. None for what cannot be one.
pub fn recovery_hash(code: &str) -> Option<Vec<u8>> {
    let plain: String = code.chars().filter(|c| !c.is_whitespace() && *c != '-').take(27).collect();
    Some(Sha256::digest(id::decode(&plain)?.as_bytes()).to_vec())
}

#[cfg(test)]
pub mod tests {
    use super::*;

    const SECRET: &[u8] = b"12345678901234567890";

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    #[test]
    fn codes_are_those_of_the_rfc() {
        for (seconds, eight_digits) in [
            (59, "94287082"),
            (1_111_111_109, "07081804"),
            (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"),
            (20_000_000_000, "65353130"),
        ] {
            assert_eq!(code(SECRET, seconds / 30), eight_digits[2..], "{seconds}");
            assert_eq!(step_of(SECRET, &eight_digits[2..], at(seconds)), Some(seconds / 30));
        }
    }

    #[test]
    fn one_step_early_or_late_is_accepted() {
        let now = at(1_234_567_890);
        let present = 1_234_567_890 / 30;
        for (step, expected) in [(-2, None), (-1, Some(-1)), (0, Some(0)), (1, Some(1)), (2, None)] {
            let found = step_of(SECRET, &code(SECRET, present + step), now);
            assert_eq!(found, expected.map(|step| present + step), "{step}");
        }
        for bad in ["", "0", "89005", "0890059", "００５９２４", "005924\0", "-05924"] {
            assert_eq!(step_of(SECRET, bad, now), None, "{bad}");
        }
        assert_eq!(step_of(SECRET, " 005924 ", now), Some(present));
    }

    #[test]
    fn apps_can_read_secret_and_address() {
        assert_eq!(base32(b"12345678901234567890"), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert_eq!(base32(b"fooba"), "MZXW6YTB");
        assert_eq!(
            uri("Acme: Heating & Co", "a+b@x.org", b"fooba"),
            "otpauth://totp/Acme%3A%20Heating%20%26%20Co:a%2Bb%40x%2Eorg?secret=MZXW6YTB&issuer=Acme%3A%20Heating%20%26%20Co&algorithm=SHA1&digits=6&period=30"
        );
    }

    #[test]
    fn recovery_codes_are_recognized_however_they_are_typed() {
        let code = recovery_code([0xab; 16]);
        assert_eq!(code.len(), 27);
        let hash = recovery_hash(&code);
        assert!(hash.is_some());
        for same in [code.to_uppercase(), code.replace('-', ""), format!(" {} ", code.replace('-', " - "))] {
            assert_eq!(recovery_hash(&same), hash, "{same}");
        }
        for bad in ["", "123456", &code[..26], &format!("{code}0")] {
            assert_eq!(recovery_hash(bad), None, "{bad}");
        }
    }
}
