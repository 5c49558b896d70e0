//! Shapes of links.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResetPassword {
    /// Mail address.
    pub email: String,
    /// Slug; on the bare host only.
    pub organization: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmPassword {
    /// Of the one-time link.
    pub token: String,
    pub password: String,
}

/// What will be done, said alike whoever asks about whom.
#[derive(Debug, Serialize, ToSchema)]
pub struct Accepted {
    /// One sentence for people.
    pub detail: &'static str,
}
