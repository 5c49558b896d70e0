//! Shapes of the audit log.

use chrono::{DateTime, Utc};
use kernel::{AuditEntryId, id};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::{checkpoints::hex, search::Row};

/// One line of the audit log.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditEntry)]
pub struct EntryOut {
    /// `aud_…`
    pub id: AuditEntryId,
    /// When it was done.
    pub created_at: DateTime<Utc>,
    /// `ticket.updated`, `sign_in.succeeded`, …
    pub action: String,
    /// Who did it; null when nobody was signed in.
    pub actor: Option<ActorOut>,
    /// The member of staff who acted as this person.
    pub impersonator: Option<String>,
    /// Address it came from.
    pub ip: Option<String>,
    /// What the client called itself.
    pub user_agent: Option<String>,
    /// As in the answer's `X-Request-Id` and in the log.
    pub request_id: Option<String>,
    /// What it was done to.
    pub entity: EntityOut,
    /// The fields that changed, as they were.
    #[schema(value_type = Option<Object>)]
    pub before: Option<Value>,
    /// The fields that changed, as they became.
    #[schema(value_type = Option<Object>)]
    pub after: Option<Value>,
    /// Its place in the chain; null for about a second.
    pub chained: Option<ChainedOut>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditActor)]
pub struct ActorOut {
    /// user, customer, key, operator or system.
    #[serde(rename = "type")]
    pub kind: String,
    /// `usr_…`, `cus_…`; null for the product itself.
    pub id: Option<String>,
    pub name: String,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditEntity)]
pub struct EntityOut {
    /// ticket, message, customer, user, …
    #[serde(rename = "type")]
    pub kind: String,
    /// With the prefix of its kind.
    pub id: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditChained)]
pub struct ChainedOut {
    /// From 1, without gaps.
    pub seq: i64,
    /// SHA-256, in hexadecimal digits.
    pub hash: String,
}

impl From<Row> for EntryOut {
    fn from(row: Row) -> Self {
        let actor = (row.actor_kind != "anonymous").then(|| ActorOut {
            id: row.actor_id.map(|actor| id::wire(&row.actor_kind, actor)),
            kind: row.actor_kind,
            name: row.actor_name,
        });
        Self {
            id: row.id,
            created_at: row.occurred_at,
            action: row.action,
            actor,
            impersonator: row.impersonator_id.map(|user| id::wire("user", user)),
            ip: row.ip,
            user_agent: row.user_agent,
            request_id: row.request_id,
            entity: EntityOut {
                id: row.entity_id.map(|entity| id::wire(&row.entity_kind, entity)),
                kind: row.entity_kind,
            },
            before: row.before,
            after: row.after,
            chained: row.seq.zip(row.hash).map(|(seq, hash)| ChainedOut { seq, hash: hex(&hash) }),
        }
    }
}

/// The lines that are wanted.
#[derive(Debug, Clone, Default, Deserialize, Serialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
pub struct Filters {
    /// Id of a person.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub actor: Vec<String>,
    /// user, customer, key, operator, system or anonymous.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub actor_kind: Vec<String>,
    /// An action such as `ticket.updated`, or the beginning of actions, ending with a dot: `ticket.`
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub action: Vec<String>,
    /// ticket, message, customer, user, …
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub entity_kind: Vec<String>,
    /// Id of what it was done to.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub entity: Vec<String>,
    /// Inclusive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_after: Option<DateTime<Utc>>,
    /// Exclusive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_before: Option<DateTime<Utc>>,
    /// The whole address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip: Option<String>,
}

#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
pub struct AuditQuery {
    /// Counted from 1.
    pub page: Option<i64>,
    /// 20 unless told; at most 100.
    pub page_size: Option<i64>,
    /// Of a `next` link.
    pub cursor: Option<String>,
    /// -created_at or created_at.
    pub ordering: Option<String>,
    /// Id of a person.
    pub actor: Vec<String>,
    /// user, customer, key, operator, system or anonymous.
    pub actor_kind: Vec<String>,
    /// An action such as `ticket.updated`, or the beginning of actions, ending with a dot: `ticket.`
    pub action: Vec<String>,
    /// ticket, message, customer, user, …
    pub entity_kind: Vec<String>,
    /// Id of what it was done to.
    pub entity: Vec<String>,
    /// Inclusive.
    pub created_after: Option<DateTime<Utc>>,
    /// Exclusive.
    pub created_before: Option<DateTime<Utc>>,
    /// The whole address.
    pub ip: Option<String>,
}

impl AuditQuery {
    /// Without page and order.
    pub fn filters(&self) -> Filters {
        let Self { actor, actor_kind, action, entity_kind, entity, created_after, created_before, ip, .. } =
            self.clone();
        Filters { actor, actor_kind, action, entity_kind, entity, created_after, created_before, ip }
    }
}

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct CheckpointQuery {
    /// Counted from 1.
    pub page: Option<i64>,
    /// 20 unless told; at most 100.
    pub page_size: Option<i64>,
}
