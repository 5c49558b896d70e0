//! Shapes of statuses.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::model::StatusCategory;

/// A status. Customers get `key`, `name` and `category`, with the name that is meant for them.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StatusOut {
    /// Stable; what tickets and calls name.
    pub key: String,
    /// As shown.
    pub name: String,
    /// What customers read instead of the name; null when it is the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub customer_name: Option<Option<String>>,
    /// What it means to the product; fixed.
    pub category: StatusCategory,
    /// Place in the order, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<i16>,
    /// Tickets keep it, and none is moved to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_retired: Option<bool>,
    /// The product itself moves tickets to it, so that it cannot be retired.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_built_in: Option<bool>,
    /// Rises with each change.
    pub version: i64,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateStatus {
    /// 1 to 50 characters.
    pub name: String,
    pub category: StatusCategory,
    /// Made of the name when absent: lower-case letters, digits and `_`.
    pub key: Option<String>,
    /// What customers read; the name when absent.
    pub customer_name: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PatchStatus {
    #[serde(default, deserialize_with = "web::given")]
    #[schema(nullable = false)]
    pub name: Option<String>,
    /// Null: the same as the name.
    #[serde(default, deserialize_with = "web::given")]
    #[schema(value_type = Option<String>)]
    pub customer_name: Option<Option<String>>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reorder {
    /// From the first one on; those that are not named follow in the order they have.
    pub keys: Vec<String>,
}

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct StatusQuery {
    /// Counted from 1.
    pub page: Option<i64>,
    /// 20 unless told; at most 100.
    pub page_size: Option<i64>,
    /// Without retired ones.
    pub active_only: Option<bool>,
}
