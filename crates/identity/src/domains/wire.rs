//! Shapes of domains.

use chrono::{DateTime, Utc};
use db::platform::Domain;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::model;

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

impl DomainOut {
    /// As it stands now.
    pub fn new(row: Domain, now: DateTime<Utc>) -> Self {
        let proof =
            DomainProof { kind: "TXT", name: model::proof_name(&row.domain), value: model::proof(&row.challenge) };
        Self {
            state: model::state(row.verified_at, row.failing_since, now),
            proof,
            domain: row.domain,
            verified_at: row.verified_at,
            checked_at: row.checked_at,
            failing_since: row.failing_since,
            created_at: row.created_at,
        }
    }
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

/// A domain to be proven.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateDomain {
    /// `help.example.org`; may be written in Unicode.
    pub domain: String,
}

/// Which page of them.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct DomainQuery {
    /// Counted from 1.
    pub page: Option<i64>,
    /// 20 unless told; at most 100.
    pub page_size: Option<i64>,
}
