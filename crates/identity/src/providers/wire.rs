//! Shapes of identity providers.

use chrono::{DateTime, Utc};
use kernel::IdentityProviderId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Where people may sign in.
#[derive(Debug, Serialize, ToSchema)]
pub struct IdentityProviderOut {
    /// `idp_…`
    pub id: IdentityProviderId,
    /// Shown where people sign in.
    pub name: String,
    /// Its address, exactly as the provider calls itself.
    pub issuer: String,
    /// What the provider calls this organization.
    pub client_id: String,
    /// The secret itself is never shown.
    pub has_client_secret: bool,
    /// What is asked for.
    pub scopes: Vec<String>,
    /// Whether people may sign in there.
    pub is_active: bool,
    /// For customers; otherwise for staff.
    pub customers: bool,
    /// Whether people who are not known yet are added.
    pub create_users: bool,
    /// Role of staff who are added.
    pub default_role: Option<String>,
    /// Whether a verified address finds the person who has it.
    pub link_verified_email: bool,
    /// Domains of addresses that may be added or linked; empty for any.
    pub allowed_domains: Vec<String>,
    /// To be registered at the provider.
    pub redirect_uri: String,
    /// When it was added.
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    pub updated_at: DateTime<Utc>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateIdentityProvider {
    pub name: String,
    pub issuer: String,
    pub client_id: String,
    pub client_secret: String,
    /// openid, email and profile unless told.
    pub scopes: Option<Vec<String>>,
    pub is_active: Option<bool>,
    pub customers: Option<bool>,
    pub create_users: Option<bool>,
    pub default_role: Option<String>,
    pub link_verified_email: Option<bool>,
    #[serde(default)]
    pub allowed_domains: Vec<String>,
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PatchIdentityProvider {
    #[serde(default, deserialize_with = "web::given")]
    #[schema(nullable = false)]
    pub name: Option<String>,
    #[serde(default, deserialize_with = "web::given")]
    #[schema(nullable = false)]
    pub issuer: Option<String>,
    #[serde(default, deserialize_with = "web::given")]
    #[schema(nullable = false)]
    pub client_id: Option<String>,
    /// Absent keeps it.
    #[serde(default, deserialize_with = "web::given")]
    #[schema(nullable = false)]
    pub client_secret: Option<String>,
    #[serde(default, deserialize_with = "web::given")]
    #[schema(nullable = false)]
    pub scopes: Option<Vec<String>>,
    #[serde(default, deserialize_with = "web::given")]
    #[schema(nullable = false)]
    pub is_active: Option<bool>,
    #[serde(default, deserialize_with = "web::given")]
    #[schema(nullable = false)]
    pub customers: Option<bool>,
    #[serde(default, deserialize_with = "web::given")]
    #[schema(nullable = false)]
    pub create_users: Option<bool>,
    /// Null empties it.
    #[serde(default, deserialize_with = "web::given")]
    #[schema(value_type = Option<String>)]
    pub default_role: Option<Option<String>>,
    #[serde(default, deserialize_with = "web::given")]
    #[schema(nullable = false)]
    pub link_verified_email: Option<bool>,
    #[serde(default, deserialize_with = "web::given")]
    #[schema(nullable = false)]
    pub allowed_domains: Option<Vec<String>>,
}

/// What a provider says of itself.
#[derive(Debug, Serialize, ToSchema)]
pub struct TestedProvider {
    /// Whether people could sign in there, as far as it can be seen from here.
    pub is_usable: bool,
    /// Why not.
    pub problem: Option<String>,
    /// Where people are sent.
    pub authorization_endpoint: Option<String>,
    /// Where codes are exchanged.
    pub token_endpoint: Option<String>,
    /// Where its keys are.
    pub jwks_uri: Option<String>,
    /// Signatures of it that are accepted here.
    pub algorithms: Vec<&'static str>,
    /// Keys that are good for these.
    pub keys: usize,
    /// To be registered at the provider.
    pub redirect_uri: String,
}

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct ProviderQuery {
    /// Counted from 1.
    pub page: Option<i64>,
    /// 20 unless told; at most 100.
    pub page_size: Option<i64>,
}
