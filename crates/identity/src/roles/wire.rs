//! Shapes of roles.

use chrono::{DateTime, Utc};
use kernel::RoleId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// A role.
#[derive(Debug, Serialize, ToSchema)]
pub struct RoleOut {
    pub id: RoleId,
    /// Stable name; what `role` of a person is.
    pub key: String,
    pub name: String,
    /// What it allows.
    pub permissions: Vec<String>,
    /// Comes with the product; only `require_otp` can be changed.
    pub is_shipped: bool,
    /// Tickets that are seen: all, teams or own; null where the organization decides.
    pub visibility: Option<String>,
    /// People with it may do nothing before they have set up a second factor.
    pub require_otp: bool,
    /// How many people have it.
    pub user_count: i64,
    /// Rises with each change.
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// Which tickets somebody with the role sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Sees {
    All,
    Teams,
    Own,
}

impl Sees {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Teams => "teams",
            Self::Own => "own",
        }
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateRole {
    pub name: String,
    /// Texts such as `tickets:read`, as `roles/permissions/` lists them.
    pub permissions: Vec<String>,
    /// Made of the name when absent; never changes.
    pub key: Option<String>,
    /// Tickets that are seen; the organization decides when absent.
    pub visibility: Option<Sees>,
    #[serde(default)]
    pub require_otp: bool,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PatchRole {
    #[serde(default, deserialize_with = "web::given")]
    #[schema(nullable = false)]
    pub name: Option<String>,
    /// Replaces all of them.
    #[serde(default, deserialize_with = "web::given")]
    #[schema(nullable = false)]
    pub permissions: Option<Vec<String>>,
    /// Null: the organization decides.
    #[serde(default, deserialize_with = "web::given")]
    #[schema(value_type = Option<Sees>)]
    pub visibility: Option<Option<Sees>>,
    #[serde(default, deserialize_with = "web::given")]
    #[schema(nullable = false)]
    pub require_otp: Option<bool>,
}

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct RoleQuery {
    /// Counted from 1.
    pub page: Option<i64>,
    /// 20 unless told; at most 100.
    pub page_size: Option<i64>,
    /// name, key or created_at, with - for descending.
    pub ordering: Option<String>,
    /// Part of name or key.
    pub search: Option<String>,
}

/// One thing that a role can allow.
#[derive(Debug, Serialize, ToSchema)]
pub struct PermissionOut {
    /// `resource:verb`
    pub key: &'static str,
    /// What it allows, in one sentence.
    pub description: &'static str,
    /// Everybody has it, whatever the role.
    pub is_personal: bool,
    /// API keys can have it.
    pub is_scope: bool,
    /// The caller has it, and can give it.
    pub is_mine: bool,
}

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct PermissionQuery {
    /// Counted from 1.
    pub page: Option<i64>,
    /// 20 unless told; at most 100.
    pub page_size: Option<i64>,
}
