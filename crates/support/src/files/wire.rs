//! Shapes of files.

use chrono::{DateTime, Utc};
use kernel::{FileId, OrganizationId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// A file.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FileOut {
    /// `fil_…`
    pub id: FileId,
    /// As uploaded, made safe.
    pub name: String,
    /// Found by content.
    pub content_type: String,
    /// Bytes.
    pub size: i64,
    /// When it was uploaded or received.
    pub created_at: DateTime<Utc>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct SignedLink {
    #[param(value_type = String)]
    pub organization: OrganizationId,
    pub expires: i64,
    pub signature: String,
}
