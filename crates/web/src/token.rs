//! Access tokens: a JWT (HS256) that only *names* a session. Role, permissions and state come
//! from the database at each request.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit, Mac};
use kernel::{OrganizationId, SessionId, SigningKeyId};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// Seconds an access token is good for.
pub const ACCESS_SECONDS: i64 = 900;

const ISSUER: &str = "helpdesk";

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

/// The header of every token that a key signs; nothing else is taken for one.
fn header(kid: SigningKeyId) -> String {
    URL_SAFE_NO_PAD.encode(format!(r#"{{"alg":"HS256","typ":"at+jwt","kid":"{kid}"}}"#))
}

/// Signs.
pub fn sign(kid: SigningKeyId, key: &[u8; 32], claims: &Claims) -> String {
    let payload = serde_json::to_vec(claims).unwrap_or_default();
    let signed = format!("{}.{}", header(kid), URL_SAFE_NO_PAD.encode(payload));
    let signature = URL_SAFE_NO_PAD.encode(mac(key, &signed));
    format!("{signed}.{signature}")
}

/// Which key a token says it was signed by. The header must be ours to the letter, so no other
/// algorithm, form of key id or embedded key is even looked at.
pub fn key_id(token: &str) -> Option<SigningKeyId> {
    let (given, _) = token.split_once('.')?;
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(given).ok()?).ok()?;
    let kid = text.strip_prefix(r#"{"alg":"HS256","typ":"at+jwt","kid":""#)?.strip_suffix(r#""}"#)?.parse().ok()?;
    (header(kid) == given).then_some(kid)
}

/// The claims of a token that this key signed for `audience` and that is good now.
pub fn verify(
    kid: SigningKeyId,
    key: &[u8; 32],
    token: &str,
    audience: Audience,
    now: DateTime<Utc>,
) -> Option<Claims> {
    let (signed, signature) = token.rsplit_once('.')?;
    let (given, payload) = signed.split_once('.')?;
    if given != header(kid) {
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
    const KID: SigningKeyId = SigningKeyId(Uuid::from_u128(3));

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
        let token = sign(KID, &KEY, &claims());
        assert_eq!(verify(KID, &KEY, &token, Audience::Organization, now()), Some(claims()));
        assert_eq!(verify(KID, &KEY, &token, Audience::Organization, now() + TimeDelta::seconds(ACCESS_SECONDS)), None);
        assert_eq!(verify(KID, &KEY, &token, Audience::Platform, now()), None);
        assert_eq!(verify(KID, &[8; 32], &token, Audience::Organization, now()), None);
    }

    #[test]
    fn forgeries_are_refused() {
        let good = serde_json::to_string(&claims()).unwrap();
        let ours = format!(r#"{{"alg":"HS256","typ":"at+jwt","kid":"{KID}"}}"#);
        let foreign = ours.replace(&KID.to_string(), &SigningKeyId(Uuid::from_u128(4)).to_string());
        for header in [
            r#"{"alg":"none"}"#,
            r#"{"alg":"None","typ":"at+jwt","kid":"1"}"#,
            r#"{"alg":"RS256","typ":"at+jwt","kid":"1"}"#,
            r#"{"alg":"HS256","typ":"at+jwt","kid":"../../dev/null"}"#,
            &ours.replace('}', r#","jwk":{}}"#),
            &ours.replace(':', ": "),
            &foreign,
        ] {
            assert_eq!(verify(KID, &KEY, &forge(header, &good, &KEY), Audience::Organization, now()), None, "{header}");
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
            assert_eq!(verify(KID, &KEY, &forge(&ours, &payload, &KEY), Audience::Organization, now()), None, "{to}");
        }
        let token = sign(KID, &KEY, &claims());
        let cut = token.rsplit_once('.').unwrap().0;
        for bad in ["", ".", "..", cut, &format!("{cut}."), &format!("{cut}.AAAA")] {
            assert_eq!(verify(KID, &KEY, bad, Audience::Organization, now()), None, "{bad}");
        }
    }
}
