//! Refusals in the audit log: who asked for what they may not do.

use chrono::{DateTime, TimeDelta, Utc};
use db::{Mode, TenantTx};
use kernel::{AppResult, OrganizationId};
use moka::future::Cache;
use serde_json::json;
use uuid::Uuid;

use crate::{AppState, middleware::Asked};

/// Asking again within so long is not written again, so that nobody fills the disk with refusals.
const PAUSE: TimeDelta = TimeDelta::minutes(1);

/// When each person was last written down for each operation. Bounded: with more of them than fit,
/// some are written more often.
#[derive(Debug, Clone)]
pub(crate) struct Refusals(Cache<(OrganizationId, Uuid, &'static str), DateTime<Utc>>);

impl Default for Refusals {
    fn default() -> Self {
        Self(Cache::new(10_000))
    }
}

impl Refusals {
    /// Writes the refusal, in a transaction of its own. Whether that works changes nothing about the answer.
    pub(crate) async fn note(&self, state: &AppState, asked: Asked, operation: &'static str) {
        let (now, organization) = (state.db.now(), asked.organization.id);
        let key = (organization, asked.origin.id.unwrap_or_default(), operation);
        if self.0.get(&key).await.is_some_and(|last| now - last < PAUSE) {
            return;
        }
        self.0.insert(key, now).await;
        if let Err(error) = write(state, asked, operation).await {
            tracing::error!(%organization, operation, %error, "a refusal could not be written into the audit log");
        }
    }
}

async fn write(state: &AppState, asked: Asked, operation: &'static str) -> AppResult<()> {
    let organization = asked.organization;
    let mut tx = TenantTx::system(&state.db, organization.tenant(), Mode::Write).await?;
    tx.act_as(asked.origin);
    tx.audit("access.denied", ("organization", Some(organization.id.0)), &(), &json!({ "operation": operation }));
    tx.commit().await
}
