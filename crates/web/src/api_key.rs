//! The text of an API key: `hdk_<organization>_<key>_<secret>`, each part in the alphabet of ids.

use kernel::{ApiKeyId, OrganizationId, id};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// An API key as its owner has it. What is stored is [`ApiKey::hash`].
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Whose.
    pub organization: OrganizationId,
    /// Which.
    pub id: ApiKeyId,
    secret: [u8; 32],
}

impl std::fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&Self::prefix(self.organization, self.id))
    }
}

impl ApiKey {
    /// With 256 unguessable bits.
    pub fn new(organization: OrganizationId, id: ApiKeyId, secret: [u8; 32]) -> Self {
        Self { organization, id, secret }
    }

    /// What stands before the secret and may be shown.
    pub fn prefix(organization: OrganizationId, id: ApiKeyId) -> String {
        format!("hdk_{}_{}", id::encode(organization.0), id::encode(id.0))
    }

    /// SHA-256 of the secret.
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.secret).into()
    }

    /// The whole text.
    pub fn encode(&self) -> String {
        let value = |half: &[u8]| half.iter().fold(0_u128, |value, byte| (value << 8) | u128::from(*byte));
        let (high, low) = self.secret.split_at(16);
        let secret = [high, low].map(|half| id::encode(Uuid::from_u128(value(half)))).concat();
        format!("{}_{secret}", Self::prefix(self.organization, self.id))
    }

    /// Reads exactly what [`ApiKey::encode`] wrote.
    pub fn decode(text: &str) -> Option<Self> {
        let mut parts = text.strip_prefix("hdk_")?.split('_');
        let organization = OrganizationId(id::decode(parts.next()?)?);
        let key = ApiKeyId(id::decode(parts.next()?)?);
        let (high, low) = parts.next()?.split_at_checked(26)?;
        let secret = [id::decode(high)?.into_bytes(), id::decode(low)?.into_bytes()].concat().try_into().ok()?;
        let key = Self { organization, id: key, secret };
        (parts.next().is_none() && key.encode() == text).then_some(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_round_trip_and_are_strict() {
        let mut secret = [0; 32];
        secret.iter_mut().zip(0..).for_each(|(byte, value)| *byte = 250_u8.wrapping_add(value));
        let key = ApiKey::new(OrganizationId(Uuid::from_u128(5)), ApiKeyId(Uuid::from_u128(6)), secret);
        let text = key.encode();
        assert_eq!(text.len(), 110);
        assert_eq!(ApiKey::decode(&text), Some(key.clone()));
        assert!(text.starts_with(&format!("{key:?}_")) && !format!("{key:?}").contains(&text[58..]));
        let longer = format!("{text}0");
        for bad in ["", "hdk_", "hdk___", "null", &text[..109], &longer, &format!("{text}_"), &text.to_uppercase()] {
            assert_eq!(ApiKey::decode(bad), None, "{bad}");
        }
        assert_eq!(ApiKey::decode(&text.replace("hdk_0000", "hdk_O000")), None);
    }
}
