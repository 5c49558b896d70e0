//! Shapes of tickets.

use chrono::{DateTime, Utc};
use kernel::{Actor, CustomerId, FileId, HistoryId, SlaPolicyId, TeamId, TicketId, UserId};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};

use super::store::TicketRow;
use crate::{
    Priority,
    sla::model::{ClockInput, SlaState, state},
};

/// Somebody of the staff, or a team, or a policy.
#[derive(Debug, Serialize, ToSchema)]
pub struct UserBrief {
    pub id: UserId,
    pub name: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct TeamBrief {
    pub id: TeamId,
    pub name: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct PolicyBrief {
    pub id: SlaPolicyId,
    pub name: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerBrief {
    pub id: CustomerId,
    pub name: String,
    pub email: String,
    pub company: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct SlaOut {
    /// Null for customers and when no policy applies.
    pub policy: Option<PolicyBrief>,
    pub first_response_due_at: Option<DateTime<Utc>>,
    /// Set once policies have a target for it.
    pub next_response_due_at: Option<DateTime<Utc>>,
    pub resolution_due_at: Option<DateTime<Utc>>,
    pub state: SlaState,
    /// To `due_at`; negative when past, null once done.
    pub remaining_seconds: Option<i64>,
    /// For people: `Escalates in 2h 5m`, `Overdue by 7m`; null once done.
    pub label: Option<String>,
}

/// A ticket. Customers do not get `tags`, `team`, `custom_fields`, `source`, `external_id`, `unread` and `draft`.
#[derive(Debug, Serialize, ToSchema)]
pub struct TicketOut {
    pub id: TicketId,
    /// The organization's own number.
    pub number: i64,
    /// `TK-2026-00042`
    pub reference: String,
    pub subject: String,
    /// Text of message 1.
    pub description: String,
    pub status: String,
    pub status_category: String,
    pub priority: Priority,
    #[serde(rename = "type")]
    pub kind: String,
    pub channel: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub source: Option<Option<String>>,
    pub customer: Option<CustomerBrief>,
    pub assignee: Option<UserBrief>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<TeamBrief>)]
    pub team: Option<Option<TeamBrief>>,
    pub sla: SlaOut,
    pub due_at: Option<DateTime<Utc>>,
    pub is_overdue: bool,
    pub first_response_at: Option<DateTime<Utc>>,
    pub resolved_at: Option<DateTime<Utc>>,
    pub closed_at: Option<DateTime<Utc>>,
    pub reopened_count: i32,
    pub follow_up_of: Option<TicketId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub custom_fields: Option<Value>,
    pub category: Option<String>,
    pub csat: Option<i16>,
    pub message_count: i32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unread: Option<bool>,
    /// Whether I have begun to write in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub draft: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub external_id: Option<Option<String>>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl TicketOut {
    /// As this actor may see it, at this moment.
    pub fn new(row: TicketRow, actor: &Actor, now: DateTime<Utc>) -> Self {
        let internal = actor.is_internal();
        let is_done = super::model::is_done(row.status_category);
        let clock = ClockInput {
            created_at: row.created_at,
            first_response_due_at: Some(row.first_response_due_at),
            first_response_at: row.first_response_at,
            resolution_due_at: Some(row.resolution_due_at),
            resolved_at: row.resolved_at.or(row.closed_at),
            is_done,
        };
        let view = state(&clock, now);
        let policy = match (row.sla_policy_id, row.sla_policy_name) {
            (Some(id), Some(name)) if internal => Some(PolicyBrief { id, name }),
            _ => None,
        };
        let team = match (row.team_id, row.team_name) {
            (Some(id), Some(name)) => Some(TeamBrief { id, name }),
            _ => None,
        };
        let customer = match (row.customer_id, row.customer_name, row.customer_email) {
            (Some(id), Some(name), Some(email)) => {
                Some(CustomerBrief { id, name, email, company: row.customer_company })
            }
            _ => None,
        };
        Self {
            id: row.id,
            number: row.number,
            reference: row.reference,
            subject: row.subject,
            description: row.description.unwrap_or_default(),
            status: row.status,
            status_category: row.status_category.as_str().to_owned(),
            priority: row.priority,
            kind: row.kind,
            channel: row.channel,
            source: internal.then_some(row.source),
            customer,
            assignee: row.assignee_id.zip(row.assignee_name).map(|(id, name)| UserBrief { id, name }),
            team: internal.then_some(team),
            sla: SlaOut {
                policy,
                first_response_due_at: Some(row.first_response_due_at),
                next_response_due_at: None,
                resolution_due_at: Some(row.resolution_due_at),
                state: view.state,
                remaining_seconds: view.remaining_seconds,
                label: view.label,
            },
            due_at: Some(row.resolution_due_at),
            is_overdue: !is_done && row.resolution_due_at < now,
            first_response_at: row.first_response_at,
            resolved_at: row.resolved_at,
            closed_at: row.closed_at,
            reopened_count: row.reopened_count,
            follow_up_of: row.follow_up_of,
            tags: internal.then_some(row.tags),
            custom_fields: internal.then_some(row.custom_fields),
            category: row.category,
            csat: row.csat,
            message_count: if internal { row.message_count } else { row.public_message_count },
            unread: internal.then_some(row.message_count > row.read_seq),
            draft: internal.then_some(row.has_draft),
            external_id: internal.then_some(row.external_id),
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// A new ticket. Fields that differ only in their spelling may be sent together when they agree.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateTicket {
    pub subject: Option<String>,
    /// Same as `subject`.
    pub title: Option<String>,
    pub description: Option<String>,
    /// low, medium, high, urgent; also `Critical`, in any case.
    pub priority: Option<String>,
    /// question, incident, problem or task.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// email, web, portal, chat, phone, api, sms, social or iot.
    pub channel: Option<String>,
    pub category: Option<String>,
    pub tags: Option<Vec<String>>,
    #[schema(value_type = Option<Object>)]
    pub custom_fields: Option<Map<String, Value>>,
    pub customer: Option<CustomerId>,
    /// Found, or made with `customer_name`.
    pub customer_email: Option<String>,
    pub customer_name: Option<String>,
    pub assignee: Option<UserId>,
    /// Same as `assignee`.
    pub assignee_id: Option<UserId>,
    /// Same as `assignee`.
    pub assigned_agent: Option<UserId>,
    pub team: Option<TeamId>,
    /// Same as `team`.
    pub team_id: Option<TeamId>,
    pub status: Option<String>,
    pub external_id: Option<String>,
    /// Files that the caller uploaded.
    #[serde(default)]
    pub attachments: Vec<FileId>,
}

/// Changes to a ticket; what is absent stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PatchTicket {
    #[serde(default, deserialize_with = "web::given")]
    #[schema(nullable = false)]
    pub subject: Option<String>,
    /// Same as `subject`.
    #[serde(default, deserialize_with = "web::given")]
    #[schema(nullable = false)]
    pub title: Option<String>,
    #[serde(default, deserialize_with = "web::given")]
    #[schema(nullable = false)]
    pub description: Option<String>,
    #[serde(default, deserialize_with = "web::given")]
    #[schema(nullable = false)]
    pub priority: Option<String>,
    #[serde(rename = "type")]
    #[serde(default, deserialize_with = "web::given")]
    #[schema(nullable = false)]
    pub kind: Option<String>,
    #[serde(default, deserialize_with = "web::given")]
    #[schema(value_type = Option<String>)]
    pub category: Option<Option<String>>,
    #[serde(default, deserialize_with = "web::given")]
    #[schema(nullable = false)]
    pub tags: Option<Vec<String>>,
    #[schema(value_type = Option<Object>, nullable = false)]
    #[serde(default, deserialize_with = "web::given")]
    pub custom_fields: Option<Map<String, Value>>,
    #[serde(default, deserialize_with = "web::given")]
    #[schema(value_type = Option<CustomerId>)]
    pub customer: Option<Option<CustomerId>>,
    #[serde(default, deserialize_with = "web::given")]
    #[schema(value_type = Option<UserId>)]
    pub assignee: Option<Option<UserId>>,
    #[serde(default, deserialize_with = "web::given")]
    #[schema(value_type = Option<UserId>)]
    pub assignee_id: Option<Option<UserId>>,
    #[serde(default, deserialize_with = "web::given")]
    #[schema(value_type = Option<UserId>)]
    pub assigned_agent: Option<Option<UserId>>,
    #[serde(default, deserialize_with = "web::given")]
    #[schema(value_type = Option<TeamId>)]
    pub team: Option<Option<TeamId>>,
    #[serde(default, deserialize_with = "web::given")]
    #[schema(value_type = Option<TeamId>)]
    pub team_id: Option<Option<TeamId>>,
    #[serde(default, deserialize_with = "web::given")]
    #[schema(nullable = false)]
    pub status: Option<String>,
    /// Why the status changes; needed for going back to new.
    pub reason: Option<String>,
    #[serde(default, deserialize_with = "web::given")]
    #[schema(value_type = Option<String>)]
    pub external_id: Option<Option<String>>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Assign {
    /// Null takes the ticket from whoever has it.
    #[serde(default, deserialize_with = "web::given")]
    #[schema(value_type = Option<String>)]
    pub assignee_id: Option<Option<String>>,
    #[serde(default, deserialize_with = "web::given")]
    #[schema(value_type = Option<TeamId>)]
    pub team_id: Option<Option<TeamId>>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeStatus {
    pub status: String,
    pub reason: Option<String>,
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ForceClose {
    pub reason: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Tags {
    pub tags: Vec<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct TagsOut {
    pub tags: Vec<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Watch {
    /// The caller when absent.
    pub user_id: Option<UserId>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MarkRead {
    /// Up to this message; all when absent.
    pub seq: Option<i32>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct HistoryActor {
    /// user, customer, key or system.
    #[serde(rename = "type")]
    pub kind: String,
    /// `usr_…`, `cus_…` or `key_…`; null for the system.
    pub id: Option<String>,
    pub name: String,
}

/// One change of one field.
#[derive(Debug, Serialize, ToSchema)]
pub struct HistoryOut {
    pub id: HistoryId,
    pub at: DateTime<Utc>,
    pub actor: HistoryActor,
    pub field: String,
    pub old: Option<String>,
    pub new: Option<String>,
    pub reason: Option<String>,
}

/// Whom filters mean that know nobody but the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnlyMe {
    Me,
}

/// Filters of the list. Choice and id filters repeat: any of the values.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
pub struct TicketQuery {
    /// Counted from 1.
    pub page: Option<i64>,
    /// 20 unless told; at most 100.
    pub page_size: Option<i64>,
    /// Of a `next` link.
    pub cursor: Option<String>,
    /// created_at, updated_at, due_at, priority or number, with - for descending.
    pub ordering: Option<String>,
    pub status: Vec<String>,
    pub status_category: Vec<String>,
    pub priority: Vec<String>,
    #[serde(rename = "type")]
    pub kind: Vec<String>,
    pub channel: Vec<String>,
    /// An id, me or none.
    pub assignee: Vec<String>,
    /// In which a note names the caller, alone or as one of a team.
    #[param(inline, value_type = OnlyMe, required = false)]
    pub mentioned: Option<OnlyMe>,
    /// Which the caller watches.
    #[param(inline, value_type = OnlyMe, required = false)]
    pub watching: Option<OnlyMe>,
    /// An id or none.
    pub team: Vec<String>,
    pub customer: Vec<String>,
    pub company: Vec<String>,
    pub tag: Vec<String>,
    pub category: Vec<String>,
    /// Inclusive.
    pub created_after: Option<DateTime<Utc>>,
    /// Exclusive.
    pub created_before: Option<DateTime<Utc>>,
    /// Inclusive.
    pub updated_after: Option<DateTime<Utc>>,
    /// Exclusive.
    pub updated_before: Option<DateTime<Utc>>,
    /// Inclusive; tickets that are not resolved are left out.
    pub resolved_after: Option<DateTime<Utc>>,
    /// Exclusive; tickets that are not resolved are left out.
    pub resolved_before: Option<DateTime<Utc>>,
    /// Exclusive.
    pub due_before: Option<DateTime<Utc>>,
    pub is_overdue: Option<bool>,
    /// Words of subject, messages, reference, customer.
    pub search: Option<String>,
    /// At most 100.
    pub ids: Vec<String>,
}
