//! Shapes of staff.

use chrono::{DateTime, Utc};
use kernel::{TeamId, UserId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::preferences::{PatchPreferences, Preferences};

/// A member of staff.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct UserOut {
    /// `usr_…`
    pub id: UserId,
    /// Lower-case address.
    pub email: String,
    /// Shown name.
    pub name: String,
    /// Key of the role.
    pub role: String,
    /// `active`, `suspended` or `removed`.
    pub status: String,
    /// Teams the person is in.
    pub teams: Vec<TeamId>,
    /// available, busy or away.
    pub availability: String,
    /// When it goes back to available by itself; null: never.
    pub availability_until: Option<DateTime<Utc>>,
    /// Where the picture is; null when there is none.
    pub avatar_url: Option<String>,
    /// Rises with each change.
    pub version: i64,
    /// When the person was added.
    pub created_at: DateTime<Utc>,
    /// When the person was changed last.
    pub updated_at: DateTime<Utc>,
}

/// Oneself.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MeOut {
    #[serde(flatten)]
    pub user: UserOut,
    pub preferences: Preferences,
}

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct AvatarQuery {
    /// Names the very picture; without it there is nothing to see.
    pub v: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateUser {
    pub email: String,
    pub name: String,
    /// owner, admin, manager, agent, viewer, technician or a custom role.
    pub role: String,
    /// Without one, the person is invited by mail, and the answer carries the same link.
    pub password: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct CreatedUser {
    #[serde(flatten)]
    pub user: UserOut,
    /// Where the person sets a password: once, within seven days. Absent when one was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invitation_url: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PatchUser {
    #[serde(default, deserialize_with = "web::given")]
    #[schema(nullable = false)]
    pub name: Option<String>,
    #[serde(default, deserialize_with = "web::given")]
    #[schema(nullable = false)]
    pub role: Option<String>,
    /// `active` or `suspended`.
    #[serde(default, deserialize_with = "web::given")]
    #[schema(nullable = false)]
    pub status: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PatchMe {
    #[serde(default, deserialize_with = "web::given")]
    #[schema(nullable = false)]
    pub name: Option<String>,
    /// available, busy or away.
    #[serde(default, deserialize_with = "web::given")]
    #[schema(nullable = false)]
    pub availability: Option<String>,
    /// When it goes back to available by itself; null or absent beside `availability`: never.
    #[serde(default, deserialize_with = "web::given")]
    #[schema(value_type = Option<DateTime<Utc>>)]
    pub availability_until: Option<Option<DateTime<Utc>>>,
    #[serde(default, deserialize_with = "web::given")]
    #[schema(nullable = false)]
    pub preferences: Option<PatchPreferences>,
}

/// Whether too many bad tries locked a person's sign-in.
#[derive(Debug, Serialize, ToSchema)]
pub struct LockoutOut {
    pub is_locked: bool,
    /// When it ends by itself.
    pub locked_until: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct UserQuery {
    /// Counted from 1.
    pub page: Option<i64>,
    /// 20 unless told; at most 100.
    pub page_size: Option<i64>,
    /// name, email or created_at, with - for descending.
    pub ordering: Option<String>,
    /// Part of name or address.
    pub search: Option<String>,
    /// Role key; repeat for any of several.
    #[serde(default)]
    pub role: Vec<String>,
    /// active, suspended or removed; whoever was removed is shown only when asked for.
    pub status: Option<String>,
}
