//! Signed reply addresses and Message-IDs: a received mail joins a ticket only with a token
//! only we could have written, for this organization and this mailbox.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use uuid::Uuid;

/// Crockford's alphabet: no i, l, o, u.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const ID_LEN: usize = 26;
/// 100 bits.
const REPLY_MAC_LEN: usize = 20;
/// 130 bits.
const ID_MAC_LEN: usize = 26;

/// Longest local part of a mailbox that still leaves room for a token within the 64 bytes SMTP
/// guarantees.
pub const MAX_MAILBOX_LOCAL: usize = 64 - 1 - ID_LEN - REPLY_MAC_LEN;

/// Keys of mail tokens: the present one signs, those still accepted only verify.
#[derive(Clone)]
pub struct MailKey {
    present: [u8; 32],
    accepted: Vec<[u8; 32]>,
}

impl std::fmt::Debug for MailKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MailKey(***)")
    }
}

impl MailKey {
    /// HMAC-SHA256(secret, "mail-token") of the present secret and of those still accepted.
    pub fn derive(secret: &[u8], accepted: &[[u8; 32]]) -> Self {
        let key = |secret: &[u8]| hmac(secret, &[b"mail-token"]);
        Self { present: key(secret), accepted: accepted.iter().map(|secret| key(secret)).collect() }
    }

    /// For the mail tokens of an installation.
    pub fn of(keys: &web::Keys) -> Self {
        Self::derive(&keys.derive("mail"), &keys.accepted("mail"))
    }

    /// Whether one of the keys gives this MAC.
    fn is_good(&self, given: &str, mac: impl Fn(&[u8; 32]) -> String) -> bool {
        std::iter::once(&self.present).chain(&self.accepted).any(|key| same(given, &mac(key)))
    }
}

/// MAC over the parts, each with its length in front.
fn mac(key: &[u8; 32], parts: &[&[u8]]) -> String {
    let mut framed = Vec::with_capacity(parts.len() * 2);
    let lengths: Vec<[u8; 8]> =
        parts.iter().map(|part| u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes()).collect();
    for (part, length) in parts.iter().zip(&lengths) {
        framed.push(length.as_slice());
        framed.push(*part);
    }
    base32(&hmac(key, &framed))
}

fn hmac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    // HMAC takes keys of any length: the error cannot happen, and the fallback key is used
    // for signing and checking alike.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        return [0; 32];
    };
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

fn base32(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 8 / 5 + 1);
    let (mut bits, mut count) = (0_u32, 0_u32);
    let mut push = |value: u32| {
        let index = usize::try_from(value & 31).unwrap_or(0);
        out.push(char::from(ALPHABET.get(index).copied().unwrap_or(b'0')));
    };
    for byte in bytes {
        bits = (bits << 8) | u32::from(*byte);
        count += 8;
        while count >= 5 {
            count -= 5;
            push(bits >> count);
        }
        bits &= (1 << count) - 1;
    }
    if count > 0 {
        push(bits << (5 - count));
    }
    out
}

/// The id a 26 character lower-case text stands for.
fn decode_id(text: &str) -> Option<Uuid> {
    if text.len() != ID_LEN {
        return None;
    }
    let mut value = 0_u128;
    let mut padding = 0_u8;
    for (index, byte) in text.bytes().enumerate() {
        let digit = u8::try_from(ALPHABET.iter().position(|known| *known == byte)?).ok()?;
        if index + 1 == ID_LEN {
            value = (value << 3) | u128::from(digit >> 2);
            padding = digit & 3;
        } else {
            value = (value << 5) | u128::from(digit);
        }
    }
    (padding == 0).then(|| Uuid::from_u128(value))
}

fn first(text: &str, len: usize) -> &str {
    text.get(..len).unwrap_or(text)
}

fn same(left: &str, right: &str) -> bool {
    left.as_bytes().ct_eq(right.as_bytes()).into()
}

fn reply_mac(key: &[u8; 32], organization: Uuid, mail_id: Uuid, mailbox: &str) -> String {
    let mac = mac(key, &[b"reply", organization.as_bytes(), mail_id.as_bytes(), mailbox.to_lowercase().as_bytes()]);
    first(&mac, REPLY_MAC_LEN).to_owned()
}

fn id_mac(key: &[u8; 32], organization: Uuid, mail_id: Uuid) -> String {
    let mac = mac(key, &[b"message-id", organization.as_bytes(), mail_id.as_bytes()]);
    first(&mac, ID_MAC_LEN).to_owned()
}

/// Whether reply addresses of this mailbox stay within the 64 bytes of a local part; otherwise
/// use the plain address and rely on the Message-ID.
pub fn supports_reply_address(mailbox: &str) -> bool {
    mailbox
        .rsplit_once('@')
        .is_some_and(|(local, domain)| (1..=MAX_MAILBOX_LOCAL).contains(&local.len()) && !domain.is_empty())
}

/// The address answers to `mail_id` go to: `local+<id><mac>@domain`, 46 characters more than
/// the mailbox and one for the `+`. A mailbox without `@` is returned unchanged.
pub fn reply_address(key: &MailKey, organization: Uuid, mail_id: Uuid, mailbox: &str) -> String {
    let Some((local, domain)) = mailbox.rsplit_once('@') else {
        return mailbox.to_owned();
    };
    let id = base32(mail_id.as_bytes());
    let mac = reply_mac(&key.present, organization, mail_id, mailbox);
    format!("{local}+{id}{mac}@{domain}")
}

/// The mail an address was made for by [`reply_address`] with the same organization and
/// mailbox. Upper and lower case are the same; the MAC is compared in constant time.
pub fn verify_reply_address(key: &MailKey, organization: Uuid, mailbox: &str, candidate: &str) -> Option<Uuid> {
    let candidate = candidate.trim().to_lowercase();
    let mailbox = mailbox.to_lowercase();
    let (local, domain) = mailbox.rsplit_once('@')?;
    let (candidate, candidate_domain) = candidate.rsplit_once('@')?;
    if candidate_domain != domain {
        return None;
    }
    let token = candidate.strip_prefix(local)?.strip_prefix('+')?;
    let (id, mac) = token.split_at_checked(ID_LEN)?;
    let id = decode_id(id)?;
    key.is_good(mac, |key| reply_mac(key, organization, id, &mailbox)).then_some(id)
}

/// Message-ID of an outgoing mail, without `<>`: `hd.<id>.<mac>@domain`.
pub fn message_id(key: &MailKey, organization: Uuid, mail_id: Uuid, domain: &str) -> String {
    let id = base32(mail_id.as_bytes());
    let mac = id_mac(&key.present, organization, mail_id);
    format!("hd.{id}.{mac}@{domain}")
}

/// The mail a Message-ID (with or without `<>`) was made for by [`message_id`] with the same
/// organization, whatever its domain.
pub fn verify_message_id(key: &MailKey, organization: Uuid, candidate: &str) -> Option<Uuid> {
    let candidate = candidate.trim().trim_matches(['<', '>']).to_lowercase();
    let (local, _) = candidate.rsplit_once('@')?;
    let (id, mac) = local.strip_prefix("hd.")?.split_once('.')?;
    let id = decode_id(id)?;
    key.is_good(mac, |key| id_mac(key, organization, id)).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAILBOX: &str = "Support@Example.com";

    fn ids() -> (MailKey, Uuid, Uuid) {
        (
            MailKey::derive(b"secret", &[]),
            Uuid::from_u128(0x0190_1234_5678_7abc_9def_0123_4567_89ab),
            Uuid::from_u128(u128::MAX - 7),
        )
    }

    #[test]
    fn own_tokens_verify_in_any_case() {
        let (key, organization, mail) = ids();
        let address = reply_address(&key, organization, mail, MAILBOX);
        assert_eq!(address.len(), MAILBOX.len() + 47);
        for candidate in [address.clone(), address.to_uppercase(), address.to_lowercase()] {
            assert_eq!(verify_reply_address(&key, organization, MAILBOX, &candidate), Some(mail));
            assert_eq!(verify_reply_address(&key, organization, "support@EXAMPLE.com", &candidate), Some(mail));
        }
        let id = message_id(&key, organization, mail, "example.com");
        for candidate in [id.clone(), format!("<{}>", id.to_uppercase()), id.replace("example.com", "relay.net")] {
            assert_eq!(verify_message_id(&key, organization, &candidate), Some(mail));
        }
    }

    #[test]
    fn ids_round_trip() {
        for value in [0, 1, u128::MAX, 0x1234_5678_9abc_def0] {
            let id = Uuid::from_u128(value);
            let text = base32(id.as_bytes());
            assert_eq!(text.len(), ID_LEN);
            assert_eq!(decode_id(&text), Some(id));
        }
    }

    #[test]
    fn every_changed_character_breaks_a_token() {
        let (key, organization, mail) = ids();
        let address = reply_address(&key, organization, mail, MAILBOX).to_lowercase();
        let id = message_id(&key, organization, mail, "example.com");
        for index in 0..address.len() {
            let mut bytes = address.clone().into_bytes();
            bytes[index] = if bytes[index] == b'7' { b'8' } else { b'7' };
            let changed = String::from_utf8(bytes).unwrap();
            assert_eq!(verify_reply_address(&key, organization, MAILBOX, &changed), None, "{changed}");
            let shorter = [&address[..index], &address[index + 1..]].concat();
            assert_eq!(verify_reply_address(&key, organization, MAILBOX, &shorter), None, "{shorter}");
        }
        for index in 0..id.find('@').unwrap() {
            let mut bytes = id.clone().into_bytes();
            bytes[index] = if bytes[index] == b'7' { b'8' } else { b'7' };
            let changed = String::from_utf8(bytes).unwrap();
            assert_eq!(verify_message_id(&key, organization, &changed), None, "{changed}");
        }
    }

    #[test]
    fn tokens_belong_to_one_organization_mailbox_and_key() {
        let (key, organization, mail) = ids();
        let other = Uuid::from_u128(9);
        let address = reply_address(&key, organization, mail, MAILBOX);
        let id = message_id(&key, organization, mail, "example.com");
        assert_eq!(verify_reply_address(&key, other, MAILBOX, &address), None);
        assert_eq!(verify_message_id(&key, other, &id), None);
        let moved = address.to_lowercase().replace("support+", "sales+");
        assert_eq!(verify_reply_address(&key, organization, "sales@example.com", &moved), None);
        assert_eq!(verify_reply_address(&key, organization, "sales@example.com", &address), None);
        let elsewhere = address.to_lowercase().replace("example.com", "example.org");
        assert_eq!(verify_reply_address(&key, organization, "support@example.org", &elsewhere), None);
        let stranger = MailKey::derive(b"other", &[]);
        assert_eq!(verify_reply_address(&stranger, organization, MAILBOX, &address), None);
        assert_eq!(verify_message_id(&stranger, organization, &id), None);
        // A reply MAC is no Message-ID MAC.
        let (_, token) = address.split_once('+').unwrap();
        let token = token.split_once('@').unwrap().0;
        let mixed = format!("hd.{}.{}@x", &token[..26], &token[26..]);
        assert_eq!(verify_message_id(&key, organization, &mixed), None);
    }

    #[test]
    fn ten_thousand_guesses_join_nothing() {
        let (key, organization, mail) = ids();
        let id = base32(mail.as_bytes());
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let mut letter = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            char::from(ALPHABET[usize::try_from(state >> 59).unwrap()])
        };
        for _ in 0..10_000 {
            let mac: String = (0..REPLY_MAC_LEN).map(|_| letter()).collect();
            let address = format!("support+{id}{mac}@example.com");
            assert_eq!(verify_reply_address(&key, organization, MAILBOX, &address), None);
            let mac: String = (0..ID_MAC_LEN).map(|_| letter()).collect();
            assert_eq!(verify_message_id(&key, organization, &format!("hd.{id}.{mac}@x")), None);
        }
    }

    #[test]
    fn nonsense_is_refused() {
        let (key, organization, mail) = ids();
        for candidate in [
            "",
            "@",
            "support@example.com",
            "support+@example.com",
            "+é@example.com",
            "hd..@x",
            "hd.@",
            "support+id5@example.com",
        ] {
            assert_eq!(verify_reply_address(&key, organization, MAILBOX, candidate), None);
            assert_eq!(verify_message_id(&key, organization, candidate), None);
        }
        assert_eq!(reply_address(&key, organization, mail, "broken"), "broken");
        assert!(supports_reply_address("customer.service1@example.com"));
        assert!(!supports_reply_address("customer.service.emea@example.com"));
        assert_eq!(format!("{key:?}"), "MailKey(***)");
    }
}
