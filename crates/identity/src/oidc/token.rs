//! Signatures of ID tokens (JWS), by `ring`. Only asymmetric algorithms exist here, so neither
//! `none` nor an HMAC with a public key can be chosen; keys come from the provider's own document
//! and never from the token.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde::Deserialize;
use serde_json::Value;

/// A signature that is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// RSA PKCS #1 1.5 with SHA-256, 2048 bits or more.
    Rs256,
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// Ed25519.
    EdDsa,
}

impl Algorithm {
    const ALL: [Self; 3] = [Self::Rs256, Self::Es256, Self::EdDsa];

    /// As it stands in the header of a token.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
        }
    }

    /// Nothing for those that are not accepted.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.as_str() == text)
    }
}

/// A public key of a provider.
#[derive(Debug, Deserialize)]
struct Key {
    kty: String,
    kid: Option<String>,
    #[serde(rename = "use")]
    purpose: Option<String>,
    alg: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

impl Key {
    fn is_for(&self, algorithm: Algorithm) -> bool {
        let shape = match algorithm {
            Algorithm::Rs256 => self.kty == "RSA",
            Algorithm::Es256 => self.kty == "EC" && self.crv.as_deref() == Some("P-256"),
            Algorithm::EdDsa => self.kty == "OKP" && self.crv.as_deref() == Some("Ed25519"),
        };
        shape
            && self.purpose.as_deref().is_none_or(|purpose| purpose == "sig")
            && self.alg.as_deref().is_none_or(|alg| alg == algorithm.as_str())
    }

    fn verifies(&self, algorithm: Algorithm, signed: &[u8], signature: &[u8]) -> Option<()> {
        let part = |text: &Option<String>| URL_SAFE_NO_PAD.decode(text.as_deref()?).ok();
        match algorithm {
            Algorithm::Rs256 => {
                let (n, e) = (part(&self.n)?, part(&self.e)?);
                let zeros = n.iter().take_while(|byte| **byte == 0).count();
                let key = RsaPublicKeyComponents { n: n.get(zeros..)?, e: &e };
                key.verify(&RSA_PKCS1_2048_8192_SHA256, signed, signature).ok()
            }
            Algorithm::Es256 => {
                let (x, y) = (part(&self.x)?, part(&self.y)?);
                let point = [&[4][..], &x, &y].concat();
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(signed, signature).ok()
            }
            Algorithm::EdDsa => UnparsedPublicKey::new(&ED25519, part(&self.x)?).verify(signed, signature).ok(),
        }
    }
}

/// Public keys of a provider; those of a kind that is not known here are left out.
#[derive(Debug, Default)]
pub struct Keys(Vec<Key>);

impl Keys {
    /// From a JWK set.
    pub fn read(document: &[u8]) -> Option<Self> {
        let document: Value = serde_json::from_slice(document).ok()?;
        let keys = document.get("keys")?.as_array()?;
        Some(Self(keys.iter().filter_map(|key| Key::deserialize(key).ok()).collect()))
    }

    /// How many are good for one of these algorithms.
    pub fn usable(&self, algorithms: &[Algorithm]) -> usize {
        self.0.iter().filter(|key| algorithms.iter().any(|algorithm| key.is_for(*algorithm))).count()
    }

    /// Keys that the token may mean: those of its key id, or all when it names none.
    fn candidates(&self, algorithm: Algorithm, kid: Option<&str>) -> Vec<&Key> {
        let fits = |key: &&Key| key.is_for(algorithm) && (kid.is_none() || key.kid.as_deref() == kid);
        self.0.iter().filter(fits).collect()
    }
}

/// Why a token proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// No signed token, or one that wants to be understood in a way that is not known here.
    Malformed,
    /// Not one of the algorithms that the provider announces.
    Algorithm,
    /// No key of that id: the provider may have changed its keys.
    UnknownKey,
    /// Signed by somebody else, or changed.
    Signature,
}

#[derive(Debug, Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    crit: Option<Value>,
}

/// The payload of a token that one of the keys signed, and by which algorithm.
pub fn verify(token: &str, keys: &Keys, algorithms: &[Algorithm]) -> Result<(Vec<u8>, Algorithm), Refused> {
    let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).map_err(|_| Refused::Malformed);
    let (signed, signature) = token.rsplit_once('.').ok_or(Refused::Malformed)?;
    let (header, payload) = signed.split_once('.').ok_or(Refused::Malformed)?;
    if payload.contains('.') {
        return Err(Refused::Malformed);
    }
    let header: Header = serde_json::from_slice(&decode(header)?).map_err(|_| Refused::Malformed)?;
    if header.crit.is_some() {
        return Err(Refused::Malformed);
    }
    let algorithm = Algorithm::parse(&header.alg).filter(|algorithm| algorithms.contains(algorithm));
    let algorithm = algorithm.ok_or(Refused::Algorithm)?;
    let (signature, payload) = (decode(signature)?, decode(payload)?);
    let candidates = keys.candidates(algorithm, header.kid.as_deref());
    if candidates.is_empty() {
        return Err(Refused::UnknownKey);
    }
    let good = candidates.iter().any(|key| key.verifies(algorithm, signed.as_bytes(), &signature).is_some());
    if good { Ok((payload, algorithm)) } else { Err(Refused::Signature) }
}

#[cfg(test)]
mod tests {
    use ring::{
        rand::SystemRandom,
        signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair},
    };
    use serde_json::json;

    use super::*;

    const ALL: &[Algorithm] = &Algorithm::ALL;

    fn b64(bytes: impl AsRef<[u8]>) -> String {
        URL_SAFE_NO_PAD.encode(bytes)
    }

    fn keys(keys: Value) -> Keys {
        Keys::read(json!({ "keys": keys }).to_string().as_bytes()).unwrap()
    }

    fn ed25519() -> (Ed25519KeyPair, Value) {
        let pair = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
        let jwk = json!({"kty": "OKP", "crv": "Ed25519", "kid": "1", "x": b64(pair.public_key())});
        (pair, jwk)
    }

    fn signed(header: Value, sign: impl Fn(&[u8]) -> Vec<u8>) -> String {
        let text = format!("{}.{}", b64(header.to_string()), b64("{}"));
        let signature = sign(text.as_bytes());
        format!("{text}.{}", b64(signature))
    }

    #[test]
    fn good_signatures_are_read() {
        let (pair, jwk) = ed25519();
        let token = signed(json!({"alg": "EdDSA", "kid": "1"}), |text| pair.sign(text).as_ref().to_vec());
        assert_eq!(verify(&token, &keys(json!([jwk])), ALL), Ok((b"{}".to_vec(), Algorithm::EdDsa)));
        assert_eq!(verify(&token, &keys(json!([jwk])), &[Algorithm::Rs256]), Err(Refused::Algorithm));
        assert_eq!(verify(&token, &keys(json!([])), ALL), Err(Refused::UnknownKey));

        let random = SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref(), &random).unwrap();
        let point = pair.public_key().as_ref().to_vec();
        let jwk = json!({"kty": "EC", "crv": "P-256", "x": b64(&point[1..33]), "y": b64(&point[33..])});
        let token = signed(json!({"alg": "ES256"}), |text| pair.sign(&random, text).unwrap().as_ref().to_vec());
        assert_eq!(verify(&token, &keys(json!([jwk])), ALL).map(|found| found.1), Ok(Algorithm::Es256));
    }

    #[test]
    fn the_token_chooses_neither_key_nor_algorithm() {
        let (pair, jwk) = ed25519();
        let sign = |text: &[u8]| pair.sign(text).as_ref().to_vec();
        let set = || keys(json!([jwk]));
        for alg in ["none", "None", "NONE", "", "HS256", "HS512", "eddsa", "RS1", "PS256"] {
            assert_eq!(verify(&signed(json!({"alg": alg}), sign), &set(), ALL), Err(Refused::Algorithm), "{alg}");
            assert_eq!(verify(&signed(json!({"alg": alg}), |_| Vec::new()), &set(), ALL), Err(Refused::Algorithm));
        }
        // HMAC with the public key, where the header says what the provider uses.
        let public = pair.public_key().as_ref().to_vec();
        let hmac = |text: &[u8]| {
            ring::hmac::sign(&ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &public), text).as_ref().to_vec()
        };
        assert_eq!(verify(&signed(json!({"alg": "EdDSA"}), hmac), &set(), ALL), Err(Refused::Signature));
        // A key of the attacker's own, inside the token or beside it.
        let evil = Ed25519KeyPair::from_seed_unchecked(&[8; 32]).unwrap();
        let own = json!({"kty": "OKP", "crv": "Ed25519", "x": b64(evil.public_key())});
        let forge = |text: &[u8]| evil.sign(text).as_ref().to_vec();
        for header in [
            json!({"alg": "EdDSA", "kid": "1", "jwk": own}),
            json!({"alg": "EdDSA", "jku": "https://evil.example/keys", "x5u": "https://evil.example/cert"}),
        ] {
            assert_eq!(verify(&signed(header, forge), &set(), ALL), Err(Refused::Signature));
        }
        for kid in ["2", "../../dev/null", "' or 1=1", "https://evil.example/keys"] {
            let token = signed(json!({"alg": "EdDSA", "kid": kid}), sign);
            assert_eq!(verify(&token, &set(), ALL), Err(Refused::UnknownKey), "{kid}");
        }
        assert_eq!(verify(&signed(json!({"alg": "EdDSA", "crit": ["x"]}), sign), &set(), ALL), Err(Refused::Malformed));
    }

    #[test]
    fn keys_are_used_for_what_they_are() {
        let (pair, jwk) = ed25519();
        let token = signed(json!({"alg": "EdDSA"}), |text| pair.sign(text).as_ref().to_vec());
        for (name, value) in [("use", "enc"), ("alg", "ES256"), ("kty", "EC"), ("crv", "X25519")] {
            let mut other = jwk.clone();
            other[name] = json!(value);
            assert_eq!(verify(&token, &keys(json!([other])), ALL), Err(Refused::UnknownKey), "{name}");
        }
        // Strange keys beside the good one do not matter.
        assert!(verify(&token, &keys(json!([5, {"kty": 5}, {"kty": "oct", "k": "AA"}, jwk])), ALL).is_ok());
        for bad in ["", ".", "..", "...", "a.b", "a.b.c", &format!("{token}.x"), &token[..token.len() - 4]] {
            assert!(verify(bad, &keys(json!([jwk])), ALL).is_err(), "{bad}");
        }
    }
}
