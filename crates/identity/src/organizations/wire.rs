//! Shapes of an organization's settings.

use chrono::{DateTime, Utc};
use kernel::OrganizationId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// An organization with what it decides for itself.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OrganizationSettings {
    /// `org_…`
    pub id: OrganizationId,
    /// First label of its host name; operators decide it.
    pub slug: String,
    /// Shown name.
    pub name: String,
    /// Its address.
    pub url: String,
    /// IANA name; decides the year in references.
    pub time_zone: String,
    /// Language of mails and of the portal.
    pub locale: String,
    /// What references begin with: `TK` in TK-2026-00042.
    pub ticket_prefix: String,
    /// Digits of the number in references, at least.
    pub ticket_padding: i16,
    /// Whether leaving `new` for an open status counts as first response.
    pub first_response_on_status: bool,
    /// Which tickets agents see: `all`, `teams` or `own`.
    pub agent_visibility: String,
    /// Whether people may open an account as customers by themselves.
    pub customer_registration: bool,
    /// `#rrggbb`
    pub brand_color: String,
    /// Where the logo is; null for the product's own mark.
    pub logo_url: Option<String>,
    /// Rises with each change.
    pub version: i64,
    /// When they were changed last.
    pub updated_at: DateTime<Utc>,
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PatchSettings {
    #[serde(default, deserialize_with = "web::given")]
    #[schema(nullable = false)]
    pub name: Option<String>,
    /// IANA name, `Europe/Berlin`.
    #[serde(default, deserialize_with = "web::given")]
    #[schema(nullable = false)]
    pub time_zone: Option<String>,
    /// `en`
    #[serde(default, deserialize_with = "web::given")]
    #[schema(nullable = false)]
    pub locale: Option<String>,
    /// 1 to 10 upper-case letters and digits.
    #[serde(default, deserialize_with = "web::given")]
    #[schema(nullable = false)]
    pub ticket_prefix: Option<String>,
    /// 1 to 10.
    #[serde(default, deserialize_with = "web::given")]
    #[schema(nullable = false)]
    pub ticket_padding: Option<i16>,
    #[serde(default, deserialize_with = "web::given")]
    #[schema(nullable = false)]
    pub first_response_on_status: Option<bool>,
    /// `all`, `teams` or `own`.
    #[serde(default, deserialize_with = "web::given")]
    #[schema(nullable = false)]
    pub agent_visibility: Option<String>,
    pub customer_registration: Option<bool>,
    /// `#rrggbb`
    #[serde(default, deserialize_with = "web::given")]
    #[schema(nullable = false)]
    pub brand_color: Option<String>,
}

/// What everybody at the organization's host may know of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Branding {
    /// Shown name.
    pub name: String,
    /// `#rrggbb`
    pub brand_color: String,
    /// Black or white, whichever is read better on the color.
    pub on_brand_color: &'static str,
    /// Where the logo is; null for the product's own mark.
    pub logo_url: Option<String>,
}

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct LogoQuery {
    /// Names the very picture, so that it can be kept for ever.
    pub v: Option<String>,
}
