//! Shapes of archives.

use chrono::{DateTime, Utc};
use kernel::{ExportId, OrganizationId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// An archive of the organization.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportOut {
    /// `exp_…`
    pub id: ExportId,
    /// `queued`, `running`, `ready`, `failed` or `expired`.
    pub state: String,
    /// Per cent.
    pub progress: i16,
    /// Bytes, when it is ready.
    pub size: Option<i64>,
    /// Why it failed.
    pub error: Option<String>,
    /// Who asked for it.
    pub requested_by: String,
    /// When.
    pub created_at: DateTime<Utc>,
    /// When it was ready or had failed.
    pub finished_at: Option<DateTime<Utc>>,
    /// From then on it is gone.
    pub expires_at: Option<DateTime<Utc>>,
    /// Where it can be downloaded for five minutes, when it is ready; not in lists.
    pub link: Option<String>,
}

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct ExportQuery {
    /// Counted from 1.
    pub page: Option<i64>,
    /// 20 unless told; at most 100.
    pub page_size: Option<i64>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct SignedLink {
    #[param(value_type = String)]
    pub organization: OrganizationId,
    pub expires: i64,
    pub signature: String,
}
