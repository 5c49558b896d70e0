//! Shapes of teams.

use chrono::{DateTime, Utc};
use kernel::{TeamId, UserId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

#[derive(Debug, Serialize, ToSchema)]
pub struct TeamOut {
    pub id: TeamId,
    pub name: String,
    pub members: Vec<UserId>,
    pub created_at: DateTime<Utc>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateTeam {
    pub name: String,
    #[serde(default)]
    pub members: Vec<UserId>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PatchTeam {
    #[serde(default, deserialize_with = "web::given")]
    #[schema(nullable = false)]
    pub name: Option<String>,
    /// Replaces all members.
    #[serde(default, deserialize_with = "web::given")]
    #[schema(nullable = false)]
    pub members: Option<Vec<UserId>>,
}

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct TeamQuery {
    /// Counted from 1.
    pub page: Option<i64>,
    /// 20 unless told; at most 100.
    pub page_size: Option<i64>,
    /// Part of the name.
    pub search: Option<String>,
}
