//! Shapes of domains.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// A host name of the organization's own.
#[derive(Debug, Serialize, ToSchema)]
pub struct DomainOut {
    /// In ASCII and lower case.
    pub domain: String,
    /// `pending` until the proof was found, `verified`, or `failing` when the proof is gone for seven days.
    pub state: &'static str,
    /// What to put into the domain name system.
    pub proof: DomainProof,
    /// Since when it is a host of the organization.
    pub verified_at: Option<DateTime<Utc>>,
    /// When the name servers answered last.
    pub checked_at: Option<DateTime<Utc>>,
    /// Since when the proof is gone.
    pub failing_since: Option<DateTime<Utc>>,
    /// When it was added.
    pub created_at: DateTime<Utc>,
}

/// A DNS record that proves a domain.
#[derive(Debug, Serialize, ToSchema)]
pub struct DomainProof {
    /// `TXT`
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// Its text.
    pub value: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateDomain {
    pub domain: String,
}

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct DomainQuery {
    /// Counted from 1.
    pub page: Option<i64>,
    /// 20 unless told; at most 100.
    pub page_size: Option<i64>,
}
