//! Access tokens: a JWT (HS256) that only *names* a session. Role, permissions and state come
//! from the database at each request.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit, Mac};
use kernel::{OrganizationId, SessionId};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// Seconds an access token is good for.
pub const ACCESS_SECONDS: i64 = 900;

const ISSUER: &str = "helpdesk";
const HEADER: &str = r#"{"alg":"HS256","typ":"at+jwt","kid":"1"}"#;

/// For whom a token was made; one is never taken for the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Audience {
    /// People of an organization.
    Organization,
    /// Operators of the installation.
    Platform,
}

/// What an access token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claims {
    /// The person, as a wire id.
    pub sub: String,
    /// The organization; the nil id in operators' tokens.
    pub org: OrganizationId,
    /// The session.
    pub sid: SessionId,
    /// Seconds since 1970 at which it ends.
    pub exp: i64,
    /// Seconds since 1970 at which it was made.
    pub iat: i64,
    /// Always `helpdesk`.
    pub iss: String,
    /// For whom.
    pub aud: Audience,
}

impl Claims {
    /// For a session, from now on.
    pub fn new(sub: String, org: OrganizationId, sid: SessionId, aud: Audience, now: DateTime<Utc>) -> Self {
        let exp = (now + TimeDelta::seconds(ACCESS_SECONDS)).timestamp();
        Self { sub, org, sid, exp, iat: now.timestamp(), iss: ISSUER.to_owned(), aud }
    }
}

/// Signs.
pub fn sign(key: &[u8; 32], claims: &Claims) -> String {
    let payload = serde_json::to_vec(claims).unwrap_or_default();
    let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(HEADER), URL_SAFE_NO_PAD.encode(payload));
    let signature = URL_SAFE_NO_PAD.encode(mac(key, &signed));
    format!("{signed}.{signature}")
}

/// The claims of a token that we signed for `audience` and that is good now. The header must be
/// ours to the letter, so no other algorithm, key id or embedded key is even looked at.
pub fn verify(key: &[u8; 32], token: &str, audience: Audience, now: DateTime<Utc>) -> Option<Claims> {
    let (signed, signature) = token.rsplit_once('.')?;
    let (header, payload) = signed.split_once('.')?;
    if header != URL_SAFE_NO_PAD.encode(HEADER) {
        return None;
    }
    let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
    if !bool::from(mac(key, signed).ct_eq(signature.as_slice())) {
        return None;
    }
    let claims: Claims = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()?;
    let now = now.timestamp();
    let good = claims.iss == ISSUER && claims.aud == audience && claims.exp > now && claims.iat <= now + 60;
    good.then_some(claims)
}

fn mac(key: &[u8; 32], text: &str) -> [u8; 32] {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any key length");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    const KEY: [u8; 32] = [7; 32];

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_790_000_000, 0).unwrap()
    }

    fn claims() -> Claims {
        let (org, sid) = (OrganizationId(Uuid::from_u128(1)), SessionId(Uuid::from_u128(2)));
        Claims::new("usr_x".into(), org, sid, Audience::Organization, now())
    }

    fn forge(header: &str, payload: &str, key: &[u8; 32]) -> String {
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
        let signature = URL_SAFE_NO_PAD.encode(mac(key, &signed));
        format!("{signed}.{signature}")
    }

    #[test]
    fn a_good_token_is_read_until_it_ends() {
        let token = sign(&KEY, &claims());
        assert_eq!(verify(&KEY, &token, Audience::Organization, now()), Some(claims()));
        assert_eq!(verify(&KEY, &token, Audience::Organization, now() + TimeDelta::seconds(ACCESS_SECONDS)), None);
        assert_eq!(verify(&KEY, &token, Audience::Platform, now()), None);
        assert_eq!(verify(&[8; 32], &token, Audience::Organization, now()), None);
    }

    #[test]
    fn forgeries_are_refused() {
        let good = serde_json::to_string(&claims()).unwrap();
        for header in [
            r#"{"alg":"none"}"#,
            r#"{"alg":"None","typ":"at+jwt","kid":"1"}"#,
            r#"{"alg":"RS256","typ":"at+jwt","kid":"1"}"#,
            r#"{"alg":"HS256","typ":"at+jwt","kid":"../../dev/null"}"#,
            r#"{"alg":"HS256","typ":"at+jwt","kid":"1","jwk":{}}"#,
        ] {
            assert_eq!(verify(&KEY, &forge(header, &good, &KEY), Audience::Organization, now()), None, "{header}");
        }
        for (from, to) in [
            (format!("\"exp\":{}", claims().exp), "\"exp\":\"9999999999\"".to_owned()),
            (format!("\"exp\":{}", claims().exp), "\"exp\":9999999999.5".to_owned()),
            (format!("\"exp\":{}", claims().exp), "\"exp\":-1".to_owned()),
            (format!("\"exp\":{},", claims().exp), String::new()),
            ("\"iss\":\"helpdesk\"".to_owned(), "\"iss\":\"other\"".to_owned()),
            ("\"aud\":\"organization\"".to_owned(), "\"aud\":\"platform\"".to_owned()),
        ] {
            let payload = good.replace(&from, &to);
            assert_ne!(payload, good);
            assert_eq!(verify(&KEY, &forge(HEADER, &payload, &KEY), Audience::Organization, now()), None, "{to}");
        }
        let token = sign(&KEY, &claims());
        let cut = token.rsplit_once('.').unwrap().0;
        for bad in ["", ".", "..", cut, &format!("{cut}."), &format!("{cut}.AAAA")] {
            assert_eq!(verify(&KEY, bad, Audience::Organization, now()), None, "{bad}");
        }
    }
}
