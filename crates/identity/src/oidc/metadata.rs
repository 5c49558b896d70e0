//! What a provider says of itself, and its keys.

use chrono::TimeDelta;
use serde::Deserialize;
use url::Url;
use web::{
    AppState,
    outbound::{OutboundError, http_url},
};

use super::token::{Algorithm, Keys};

/// Documents of a provider are asked for again after this time,
const FRESH: TimeDelta = TimeDelta::minutes(10);
/// and keys after this one when a token names a key that is not among them.
const RENEWED: TimeDelta = TimeDelta::minutes(1);

/// Why a provider cannot be used, in a sentence for whoever set it up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// See there.
    #[error("{0}")]
    Outbound(#[from] OutboundError),
    /// No discovery document.
    #[error("At /.well-known/openid-configuration there is no description of an OpenID provider.")]
    Unreadable,
    /// Mix-up, or a typing error.
    #[error("The provider calls itself by another issuer.")]
    Issuer,
    /// Plain http, or no address at all.
    #[error("An address of the provider is not https.")]
    Insecure,
    /// No signature that is accepted here.
    #[error("The provider signs with none of RS256, ES256 and EdDSA.")]
    Algorithms,
    /// No key set.
    #[error("The keys of the provider cannot be read.")]
    Keys,
}

#[derive(Debug, Deserialize)]
struct Document {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    userinfo_endpoint: Option<String>,
    id_token_signing_alg_values_supported: Vec<String>,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

/// A provider's own description, checked.
#[derive(Debug)]
pub struct Metadata {
    /// Where people are sent.
    pub authorization_endpoint: Url,
    /// Where codes are exchanged.
    pub token_endpoint: Url,
    /// Where its keys are.
    pub jwks_uri: Url,
    /// Where more is told about a person.
    pub userinfo_endpoint: Option<Url>,
    /// Its signatures that are accepted here.
    pub algorithms: Vec<Algorithm>,
    /// Whether the client's password goes into the form because the provider takes it nowhere else.
    pub secret_in_form: bool,
    /// Whether it names itself when it sends people back.
    pub names_itself: bool,
}

impl Metadata {
    /// By discovery, at most ten minutes old.
    pub async fn fetch(state: &AppState, issuer: &str) -> Result<Self, Unusable> {
        let address = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
        let document = state.outbound.document(&secure(state, &address)?, state.db.now(), FRESH).await?;
        let document: Document = serde_json::from_slice(&document).map_err(|_| Unusable::Unreadable)?;
        if document.issuer != issuer {
            return Err(Unusable::Issuer);
        }
        let algorithms: Vec<_> =
            document.id_token_signing_alg_values_supported.iter().filter_map(|text| Algorithm::parse(text)).collect();
        if algorithms.is_empty() {
            return Err(Unusable::Algorithms);
        }
        let methods = document.token_endpoint_auth_methods_supported.unwrap_or_default();
        let takes = |method: &str| methods.iter().any(|known| known == method);
        Ok(Self {
            authorization_endpoint: secure(state, &document.authorization_endpoint)?,
            token_endpoint: secure(state, &document.token_endpoint)?,
            jwks_uri: secure(state, &document.jwks_uri)?,
            userinfo_endpoint: document.userinfo_endpoint.map(|text| secure(state, &text)).transpose()?,
            algorithms,
            secret_in_form: takes("client_secret_post") && !takes("client_secret_basic"),
            names_itself: document.authorization_response_iss_parameter_supported,
        })
    }

    /// Its keys, at most ten minutes old; at most one when they must be `renewed`.
    pub async fn keys(&self, state: &AppState, renewed: bool) -> Result<Keys, Unusable> {
        let age = if renewed { RENEWED } else { FRESH };
        let document = state.outbound.document(&self.jwks_uri, state.db.now(), age).await?;
        Keys::read(&document).ok_or(Unusable::Keys)
    }
}

/// An https address, or one of a host that the operator allowed.
fn secure(state: &AppState, text: &str) -> Result<Url, Unusable> {
    let url = http_url(text).map_err(|_| Unusable::Insecure)?;
    if url.scheme() == "https" || state.outbound.allowed().names(&url) { Ok(url) } else { Err(Unusable::Insecure) }
}
