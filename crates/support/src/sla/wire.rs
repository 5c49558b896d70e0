//! Shapes of SLA policies.

use chrono::{DateTime, Utc};
use kernel::SlaPolicyId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::Priority;

/// An SLA policy.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SlaPolicyOut {
    /// `sla_…`
    pub id: SlaPolicyId,
    /// As shown beside tickets.
    pub name: String,
    /// Tickets of this priority fall under it.
    pub priority: Priority,
    /// Minutes from creation to resolved; 0 is the shipped default.
    pub resolution_time: i32,
    /// Minutes from creation to the first answer; 0 is the shipped default.
    pub response_time: i32,
    /// Always false: there are no calendars yet.
    pub business_hours_only: bool,
    /// Whether it applies; one a priority does.
    pub is_active: bool,
    /// Rises with each change.
    pub version: i64,
    /// When it was added.
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    pub updated_at: DateTime<Utc>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WritePolicy {
    pub name: String,
    pub priority: Priority,
    /// Minutes, at most 5256000; 0 is the shipped default.
    pub resolution_time: i64,
    /// Minutes, at most 5256000; 0, also when absent, is the shipped default.
    #[serde(default)]
    pub response_time: i64,
    /// Only false.
    #[serde(default)]
    pub business_hours_only: bool,
    /// True unless told; retires the priority's active policy.
    #[serde(default = "yes")]
    pub is_active: bool,
}

fn yes() -> bool {
    true
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PatchPolicy {
    #[serde(default, deserialize_with = "web::given")]
    #[schema(nullable = false)]
    pub name: Option<String>,
    #[serde(default, deserialize_with = "web::given")]
    #[schema(nullable = false)]
    pub priority: Option<Priority>,
    /// Minutes, at most 5256000; 0 is the shipped default.
    #[serde(default, deserialize_with = "web::given")]
    #[schema(nullable = false)]
    pub resolution_time: Option<i64>,
    /// Minutes, at most 5256000; 0 is the shipped default.
    #[serde(default, deserialize_with = "web::given")]
    #[schema(nullable = false)]
    pub response_time: Option<i64>,
    /// Only false.
    #[serde(default, deserialize_with = "web::given")]
    #[schema(nullable = false)]
    pub business_hours_only: Option<bool>,
    /// True retires the priority's active policy.
    #[serde(default, deserialize_with = "web::given")]
    #[schema(nullable = false)]
    pub is_active: Option<bool>,
}

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct PolicyQuery {
    /// Counted from 1.
    pub page: Option<i64>,
    /// 20 unless told; at most 100.
    pub page_size: Option<i64>,
    /// created_at, name, priority or resolution_time, with - for descending; created_at unless told.
    pub ordering: Option<String>,
    /// True leaves out those that do not apply.
    pub active_only: Option<bool>,
    /// Repeat for any of several.
    #[serde(default)]
    pub priority: Vec<Priority>,
}
