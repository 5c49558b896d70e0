//! Signed links: whoever holds one may download one thing of one organization until it ends.

use std::fmt::Display;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit, Mac};
use kernel::OrganizationId;
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// How long a link is good.
const LIFE: TimeDelta = TimeDelta::minutes(5);

/// Query of a link that is good from now on.
pub fn sign(key: &[u8; 32], organization: OrganizationId, thing: impl Display, now: DateTime<Utc>) -> String {
    let expires = (now + LIFE).timestamp();
    format!(
        "organization={organization}&expires={expires}&signature={}",
        URL_SAFE_NO_PAD.encode(mac(key, organization, thing, expires))
    )
}

/// Whether the signature is ours and the link has not ended.
pub fn is_good(
    key: &[u8; 32],
    organization: OrganizationId,
    thing: impl Display,
    expires: i64,
    signature: &str,
    now: DateTime<Utc>,
) -> bool {
    let Ok(signature) = URL_SAFE_NO_PAD.decode(signature) else { return false };
    bool::from(mac(key, organization, thing, expires).ct_eq(signature.as_slice())) && expires > now.timestamp()
}

fn mac(key: &[u8; 32], organization: OrganizationId, thing: impl Display, expires: i64) -> [u8; 32] {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any key length");
    mac.update(format!("{organization}|{thing}|{expires}").as_bytes());
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::FileId;
    use uuid::Uuid;

    #[test]
    fn a_link_is_for_one_file_and_five_minutes() {
        let (key, now) = ([1; 32], DateTime::from_timestamp(1_000, 0).unwrap());
        let (org, file) = (OrganizationId(Uuid::from_u128(1)), FileId(Uuid::from_u128(2)));
        let query = sign(&key, org, file, now);
        let signature = query.rsplit('=').next().unwrap();
        let good = |key: &[u8; 32], org, file, at| is_good(key, org, file, 1_300, signature, at);
        assert!(good(&key, org, file, now));
        assert!(!good(&key, org, file, now + LIFE));
        assert!(!good(&key, org, FileId(Uuid::from_u128(3)), now));
        assert!(!good(&key, OrganizationId(Uuid::from_u128(3)), file, now));
        assert!(!good(&[2; 32], org, file, now));
        assert!(!is_good(&key, org, file, 1_301, signature, now));
    }
}
