//! What an ID token says, and whether it is said to us, now, about this sign-in. Pure.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use ring::digest;
use serde::Deserialize;
use serde_json::Value;

use super::token::Algorithm;

/// Clocks may differ by so many seconds.
const LEEWAY: i64 = 60;

/// An audience, or several.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

/// Claims of an ID token. A claim of another type than it must have makes the token unreadable;
/// it is never taken as absent.
#[derive(Debug, Deserialize)]
pub struct Claims {
    iss: String,
    /// Who, at the issuer.
    pub sub: String,
    aud: Audience,
    azp: Option<String>,
    exp: i64,
    iat: i64,
    nbf: Option<i64>,
    nonce: Option<String>,
    at_hash: Option<String>,
    /// The person, as the provider describes them.
    #[serde(flatten)]
    pub profile: Profile,
}

/// Who somebody is, as far as a provider tells; also the answer of its userinfo endpoint.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Profile {
    email: Option<String>,
    email_verified: Option<Value>,
    name: Option<String>,
}

impl Profile {
    /// Whether an address is named at all.
    pub fn has_email(&self) -> bool {
        self.email.is_some()
    }

    /// The address in the form in which addresses are compared, if the provider says that it has
    /// verified it. Anything but `true` is no.
    pub fn verified_email(&self) -> Option<String> {
        let email = self.email.as_deref().filter(|_| self.email_verified == Some(Value::Bool(true)))?;
        kernel::email::normalize(email)
    }

    /// A name to show: the provider's, else what stands before the @.
    pub fn shown_name(&self, email: &str) -> String {
        let name: String =
            self.name.as_deref().unwrap_or_default().chars().filter(|c| !c.is_control()).take(200).collect();
        let name = name.trim();
        if name.is_empty() { email.split('@').next().unwrap_or(email).to_owned() } else { name.to_owned() }
    }
}

/// What a token must fit.
#[derive(Debug)]
pub struct Expected<'a> {
    pub issuer: &'a str,
    pub client_id: &'a str,
    pub nonce: &'a str,
    /// The access token that came with it.
    pub access_token: &'a str,
    pub algorithm: Algorithm,
    pub now: DateTime<Utc>,
}

/// The claims of a payload whose signature is good; otherwise what is wrong, for the log.
pub fn check(payload: &[u8], expected: &Expected<'_>) -> Result<Claims, &'static str> {
    let claims: Claims = serde_json::from_slice(payload).map_err(|_| "the claims cannot be read")?;
    let now = expected.now.timestamp();
    let for_us = match &claims.aud {
        Audience::One(audience) => audience == expected.client_id,
        // Whoever else it is for must have got it by us.
        Audience::Many(all) => {
            all.iter().any(|audience| audience == expected.client_id) && (all.len() == 1 || claims.azp.is_some())
        }
    };
    let at_hash_fits =
        claims.at_hash.as_deref().is_none_or(|hash| hash == at_hash(expected.access_token, expected.algorithm));
    let rules = [
        (claims.iss == expected.issuer, "another issuer"),
        (for_us, "another audience"),
        (claims.azp.as_deref().is_none_or(|azp| azp == expected.client_id), "another authorized party"),
        (claims.exp.saturating_add(LEEWAY) > now, "expired"),
        (claims.iat <= now.saturating_add(LEEWAY), "issued in the future"),
        (claims.nbf.is_none_or(|nbf| nbf <= now.saturating_add(LEEWAY)), "not valid yet"),
        (claims.nonce.as_deref() == Some(expected.nonce), "another nonce"),
        (at_hash_fits, "another access token"),
        ((1..=255).contains(&claims.sub.len()) && !claims.sub.contains('\0'), "no subject"),
    ];
    match rules.into_iter().find(|(good, _)| !good) {
        Some((_, problem)) => Err(problem),
        None => Ok(claims),
    }
}

/// The left half of the access token's hash, by the hash of the signature.
fn at_hash(access_token: &str, algorithm: Algorithm) -> String {
    let hash = match algorithm {
        Algorithm::Rs256 | Algorithm::Es256 => &digest::SHA256,
        Algorithm::EdDsa => &digest::SHA512,
    };
    let digest = digest::digest(hash, access_token.as_bytes());
    let half = digest.as_ref().get(..digest.as_ref().len() / 2).unwrap_or_default();
    URL_SAFE_NO_PAD.encode(half)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: i64 = 1_790_000_000;

    fn good() -> Value {
        json!({"iss": "https://idp.example", "sub": "u1", "aud": "client", "exp": NOW + 300, "iat": NOW, "nonce": "n",
            "at_hash": at_hash("access", Algorithm::Rs256)})
    }

    fn checked(claims: &Value) -> Result<Claims, &'static str> {
        let expected = Expected {
            issuer: "https://idp.example",
            client_id: "client",
            nonce: "n",
            access_token: "access",
            algorithm: Algorithm::Rs256,
            now: DateTime::from_timestamp(NOW, 0).unwrap(),
        };
        check(claims.to_string().as_bytes(), &expected)
    }

    fn with(name: &str, value: Value) -> Value {
        let mut claims = good();
        claims[name] = value;
        claims
    }

    #[test]
    fn what_fits_is_read() {
        assert_eq!(checked(&good()).unwrap().sub, "u1");
        assert!(checked(&with("aud", json!(["client"]))).is_ok());
        let mut two = with("aud", json!(["client", "other"]));
        assert!(checked(&two).is_err());
        two["azp"] = json!("client");
        assert!(checked(&two).is_ok());
        assert!(checked(&with("exp", json!(NOW - 59))).is_ok());
        assert!(checked(&with("iat", json!(NOW + 60))).is_ok());
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        for (name, value) in [
            ("iss", json!("https://idp.example/")),
            ("iss", json!("https://evil.example")),
            ("iss", json!(null)),
            ("aud", json!("other")),
            ("aud", json!([])),
            ("aud", json!(5)),
            ("azp", json!("other")),
            ("exp", json!(NOW - 60)),
            ("exp", json!((NOW + 300).to_string())),
            ("exp", json!(NOW as f64 + 0.5)),
            ("exp", json!(null)),
            ("iat", json!(NOW + 61)),
            ("iat", json!("now")),
            ("nbf", json!(NOW + 61)),
            ("nbf", json!("0")),
            ("nonce", json!("m")),
            ("nonce", json!(null)),
            ("nonce", json!(["n"])),
            ("at_hash", json!("AAAA")),
            ("sub", json!("")),
            ("sub", json!(7)),
            ("sub", json!("x".repeat(256))),
        ] {
            assert!(checked(&with(name, value.clone())).is_err(), "{name} = {value}");
        }
        for name in ["iss", "sub", "aud", "exp", "iat", "nonce"] {
            let mut claims = good();
            claims.as_object_mut().unwrap().remove(name);
            assert!(checked(&claims).is_err(), "without {name}");
        }
        let twice = good().to_string().replace("\"sub\":\"u1\"", "\"sub\":\"u1\",\"sub\":\"u2\"");
        let expected = Expected {
            issuer: "https://idp.example",
            client_id: "client",
            nonce: "n",
            access_token: "access",
            algorithm: Algorithm::Rs256,
            now: DateTime::from_timestamp(NOW, 0).unwrap(),
        };
        assert!(check(twice.as_bytes(), &expected).is_err());
    }

    #[test]
    fn only_a_verified_address_counts() {
        let email = |claims: Value| serde_json::from_value::<Profile>(claims).unwrap().verified_email();
        assert_eq!(email(json!({"email": "Ada@X.org", "email_verified": true})).as_deref(), Some("ada@x.org"));
        for verified in [json!(false), json!("true"), json!(1), json!(null)] {
            assert_eq!(email(json!({"email": "ada@x.org", "email_verified": verified})), None);
        }
        assert_eq!(email(json!({"email": "ada@x.org"})), None);
        assert_eq!(email(json!({"email": "no address", "email_verified": true})), None);
    }
}
