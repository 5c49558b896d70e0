//! Purposes of links, and the token's form. Pure.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use db::audit::Origin;
use kernel::{LinkId, OrganizationId, id};
use serde::{Deserialize, Serialize};
use web::{Caller, Keys};

use crate::sessions::hash;

/// What a link does. One made for one thing is never good for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Sets the first password.
    Invitation,
    /// Sets another password.
    Reset,
    /// Proves the address of somebody who registered.
    Registration,
}

impl Purpose {
    /// The stored text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::Reset => "reset",
            Self::Registration => "registration",
        }
    }

    /// Reads the stored text.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Invitation, Self::Reset, Self::Registration].into_iter().find(|purpose| purpose.as_str() == text)
    }

    /// How long such a link is good.
    pub const fn life(self) -> TimeDelta {
        match self {
            Self::Invitation => TimeDelta::days(7),
            Self::Reset => TimeDelta::minutes(60),
            Self::Registration => TimeDelta::hours(24),
        }
    }

    /// The page that takes the token.
    pub const fn page(self) -> &'static str {
        match self {
            Self::Invitation | Self::Reset => "set-password",
            Self::Registration => "verify",
        }
    }
}

/// The mail that carries a link; also the name of its template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkMail {
    /// Somebody was invited.
    Invitation,
    /// Somebody wants another password.
    PasswordReset,
    /// Somebody registered.
    Registration,
    /// Somebody registered with an address that has an account.
    AccountExists,
}

impl LinkMail {
    /// The stable text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::PasswordReset => "password_reset",
            Self::Registration => "registration",
            Self::AccountExists => "account_exists",
        }
    }

    /// Reads the stable text.
    pub fn parse(text: &str) -> Option<Self> {
        let all = [Self::Invitation, Self::PasswordReset, Self::Registration, Self::AccountExists];
        all.into_iter().find(|mail| mail.as_str() == text)
    }
}

/// A link's token: its organization, and a secret that only the installation's key can make again.
pub struct LinkToken {
    /// Whose.
    pub organization: OrganizationId,
    secret: [u8; 32],
}

impl LinkToken {
    /// The token of a new link.
    pub fn of(keys: &Keys, organization: OrganizationId, link: LinkId) -> Self {
        Self { organization, secret: keys.derive(&purpose(organization, link)) }
    }

    /// The token of a link with this hash; none when it was made with a key that is not accepted any more.
    pub fn again(keys: &Keys, organization: OrganizationId, link: LinkId, stored: &[u8]) -> Option<Self> {
        let older = keys.accepted(&purpose(organization, link)).into_iter().map(|secret| Self { organization, secret });
        std::iter::once(Self::of(keys, organization, link)).chain(older).find(|token| token.hash() == stored)
    }

    /// What is stored.
    pub fn hash(&self) -> Vec<u8> {
        hash(&self.secret)
    }

    /// As it stands in the link.
    pub fn encode(&self) -> String {
        format!("hdl_{}.{}", id::encode(self.organization.0), URL_SAFE_NO_PAD.encode(self.secret))
    }

    /// Reads what [`LinkToken::encode`] wrote, and nothing that merely resembles it.
    pub fn decode(text: &str) -> Option<Self> {
        let (organization, secret) = text.strip_prefix("hdl_")?.split_once('.')?;
        let organization = OrganizationId(id::decode(organization)?);
        let secret = URL_SAFE_NO_PAD.decode(secret).ok()?.try_into().ok()?;
        let token = Self { organization, secret };
        (token.encode() == text).then_some(token)
    }
}

fn purpose(organization: OrganizationId, link: LinkId) -> String {
    format!("link {organization} {link}")
}

/// Who asked for something that a job does later, for the audit log.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Asker {
    ip: Option<String>,
    user_agent: Option<String>,
    request_id: Option<String>,
}

impl From<&Caller> for Asker {
    fn from(caller: &Caller) -> Self {
        let Origin { ip, user_agent, request_id, .. } = caller.anonymous();
        Self { ip, user_agent, request_id }
    }
}

impl From<Asker> for Origin {
    fn from(asker: Asker) -> Self {
        let Asker { ip, user_agent, request_id } = asker;
        Self { ip, user_agent, request_id, ..Caller::default().anonymous() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn tokens_round_trip_and_are_strict() {
        let (organization, link) = (OrganizationId(Uuid::from_u128(5)), LinkId(Uuid::from_u128(6)));
        let token = LinkToken::of(&Keys::new(b"key", &[]), organization, link);
        let text = token.encode();
        let same = LinkToken::decode(&text).unwrap();
        assert_eq!((same.organization, same.secret), (organization, token.secret));
        let cut = &text[..text.len() - 1];
        for bad in ["", "hdl_", "null", "%20", "[]", "{}", cut, &format!("{text} "), &text.to_uppercase()] {
            assert!(LinkToken::decode(bad).is_none(), "{bad}");
        }
        let others = [(Keys::new(b"other", &[]), link), (Keys::new(b"key", &[]), LinkId(Uuid::from_u128(7)))];
        for (keys, link) in others {
            assert!(LinkToken::again(&keys, organization, link, &token.hash()).is_none());
        }
        let replaced = Keys::new(b"other", &[b"key".to_vec()]);
        let again = LinkToken::again(&replaced, organization, link, &token.hash()).unwrap();
        assert_eq!(again.encode(), text);
    }

    #[test]
    fn purposes_round_trip() {
        for purpose in [Purpose::Invitation, Purpose::Reset, Purpose::Registration] {
            assert_eq!(Purpose::parse(purpose.as_str()), Some(purpose));
        }
        assert_eq!(Purpose::parse("login"), None);
    }
}
