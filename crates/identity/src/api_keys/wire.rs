//! Shapes of API keys.

use chrono::{DateTime, Utc};
use kernel::{ApiKeyId, OrganizationId, UserId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use web::api_key::ApiKey;

use super::store::ApiKeyRow;

/// An API key; its secret is shown once, when it is made.
#[derive(Debug, Serialize, ToSchema)]
pub struct ApiKeyOut {
    pub id: ApiKeyId,
    pub name: String,
    /// What it may do.
    pub scopes: Vec<String>,
    /// What the key begins with, to recognize it by.
    pub prefix: String,
    /// Who made it.
    pub created_by: KeyMaker,
    pub created_at: DateTime<Utc>,
    /// When it ends by itself.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was used last, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct KeyMaker {
    pub id: UserId,
    pub name: String,
}

impl ApiKeyOut {
    pub fn new(organization: OrganizationId, row: ApiKeyRow) -> Self {
        Self {
            prefix: ApiKey::prefix(organization, row.id),
            id: row.id,
            name: row.name,
            scopes: row.scopes,
            created_by: KeyMaker { id: row.created_by, name: row.created_by_name },
            created_at: row.created_at,
            expires_at: row.expires_at,
            last_used_at: row.last_used_at,
            revoked_at: row.revoked_at,
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct CreatedApiKey {
    #[serde(flatten)]
    pub about: ApiKeyOut,
    /// The key itself, for the header X-API-Key. It is shown this once.
    pub key: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateApiKey {
    /// Shown beside what the key does.
    pub name: String,
    /// Permissions such as `tickets:read`; only those that the caller has.
    pub scopes: Vec<String>,
    /// When it ends by itself; never when absent.
    pub expires_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PatchApiKey {
    #[serde(default, deserialize_with = "web::given")]
    #[schema(nullable = false)]
    pub name: Option<String>,
}

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct ApiKeyQuery {
    /// Counted from 1.
    pub page: Option<i64>,
    /// 20 unless told; at most 100.
    pub page_size: Option<i64>,
    /// name, created_at or last_used_at, with - for descending.
    pub ordering: Option<String>,
    /// Part of the name.
    pub search: Option<String>,
    /// Neither expired nor revoked, or one of both.
    pub is_active: Option<bool>,
}
