//! The refresh token's form and the rule of its reuse. Pure.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use kernel::{OrganizationId, SessionId, id};
use sha2::{Digest, Sha256};

/// A session ends so long after sign-in, however often it is refreshed.
pub const SESSION_LIFE: TimeDelta = TimeDelta::days(30);
/// A rotated token may be used again for so long: the first answer may have been lost.
const GRACE: TimeDelta = TimeDelta::seconds(10);

/// Names its organization and session and proves it by a secret.
#[derive(Debug, PartialEq, Eq)]
pub struct RefreshToken {
    /// Whose.
    pub organization: OrganizationId,
    /// Which family.
    pub session: SessionId,
    secret: [u8; 32],
}

impl RefreshToken {
    pub fn new(organization: OrganizationId, session: SessionId, secret: [u8; 32]) -> Self {
        Self { organization, session, secret }
    }

    /// What is stored.
    pub fn hash(&self) -> Vec<u8> {
        hash(&self.secret)
    }

    pub fn encode(&self) -> String {
        let secret = URL_SAFE_NO_PAD.encode(self.secret);
        format!("hdr_{}.{}.{secret}", id::encode(self.organization.0), id::encode(self.session.0))
    }

    pub fn decode(text: &str) -> Option<Self> {
        let mut parts = text.strip_prefix("hdr_")?.split('.');
        let organization = OrganizationId(id::decode(parts.next()?)?);
        let session = SessionId(id::decode(parts.next()?)?);
        let secret = URL_SAFE_NO_PAD.decode(parts.next()?).ok()?.try_into().ok()?;
        parts.next().is_none().then_some(Self { organization, session, secret })
    }
}

/// What is stored of a secret.
pub fn hash(secret: &[u8]) -> Vec<u8> {
    Sha256::digest(secret).to_vec()
}

/// What the use of a known token means.
#[derive(Debug, PartialEq, Eq)]
pub enum Use {
    /// The first use: rotate.
    First,
    /// Again within the grace: another pair of the same family.
    Repeated,
    /// Again later: stolen; end the session.
    Stolen,
}

pub fn judge(rotated_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Use {
    match rotated_at {
        None => Use::First,
        Some(at) if now - at <= GRACE => Use::Repeated,
        Some(_) => Use::Stolen,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn tokens_round_trip_and_are_strict() {
        let token = RefreshToken::new(OrganizationId(Uuid::from_u128(5)), SessionId(Uuid::from_u128(6)), [9; 32]);
        let text = token.encode();
        assert_eq!(RefreshToken::decode(&text).as_ref(), Some(&token));
        for bad in ["", "hdr_", "null", "%20", &text[..text.len() - 1], &format!("{text}.x"), &text.to_uppercase()] {
            assert_eq!(RefreshToken::decode(bad), None, "{bad}");
        }
    }

    #[test]
    fn reuse_is_forgiven_for_ten_seconds() {
        let at = DateTime::from_timestamp(1_000, 0).unwrap();
        assert_eq!(judge(None, at), Use::First);
        assert_eq!(judge(Some(at), at + TimeDelta::seconds(10)), Use::Repeated);
        assert_eq!(judge(Some(at), at + TimeDelta::seconds(11)), Use::Stolen);
    }
}
