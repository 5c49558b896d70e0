//! Shapes of notifications.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use kernel::{MessageId, NotificationId, TicketId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::model::{Channels, Kind};

/// The ticket it is about.
#[derive(Debug, Serialize, ToSchema)]
pub struct TicketBrief {
    pub id: TicketId,
    pub number: i64,
    /// `TK-2026-00042`
    pub reference: String,
    pub subject: String,
}

/// Who did it.
#[derive(Debug, Serialize, ToSchema)]
pub struct NotificationActor {
    /// user, customer, key or system.
    #[serde(rename = "type")]
    pub kind: String,
    /// `usr_…`, `cus_…` or `key_…`; null for the product itself.
    pub id: Option<String>,
    pub name: String,
}

/// What somebody was told.
#[derive(Debug, Serialize, ToSchema)]
pub struct NotificationOut {
    pub id: NotificationId,
    pub kind: Kind,
    pub ticket: TicketBrief,
    /// The message that it is about, if it is about one.
    pub message_id: Option<MessageId>,
    pub actor: NotificationActor,
    /// By kind: `status`, `fields`, `team`, or `clock` (first_response, resolution) and `due_at`.
    #[schema(value_type = Object)]
    pub details: Value,
    /// Whether the browser may show it now: wanted, and not in quiet hours.
    pub browser: bool,
    pub created_at: DateTime<Utc>,
    /// Null until it is read.
    pub read_at: Option<DateTime<Utc>>,
}

/// How many are not read.
#[derive(Debug, Serialize, ToSchema)]
pub struct Unread {
    /// Counted up to 1000.
    pub unread: i64,
}

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct NotificationQuery {
    /// Counted from 1.
    pub page: Option<i64>,
    /// 20 unless told; at most 100.
    pub page_size: Option<i64>,
    /// Of a `next` link.
    pub cursor: Option<String>,
    /// True: only what is not read.
    pub unread: Option<bool>,
    /// Repeat for any of several.
    #[serde(default)]
    pub kind: Vec<String>,
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadAll {
    /// Only these, at most 100; all when absent.
    pub ids: Option<Vec<NotificationId>>,
    /// Only those about this ticket.
    pub ticket: Option<TicketId>,
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadOne {
    /// False marks it as not read; true when absent.
    pub read: Option<bool>,
}

/// When browser and mail wait.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuietHoursOut {
    /// `22:00` of the person's own time zone.
    pub from: String,
    /// `07:00`; earlier than `from` means the next morning.
    pub until: String,
}

/// What somebody is told, and how.
#[derive(Debug, Serialize, ToSchema)]
pub struct PreferencesOut {
    /// Every kind, with its channels.
    #[schema(value_type = BTreeMap<String, Channels>)]
    pub events: BTreeMap<&'static str, Channels>,
    /// Null: never.
    pub quiet_hours: Option<QuietHoursOut>,
    /// Rises with each change.
    pub version: i64,
}

/// Channels of a kind; what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PatchChannels {
    pub in_app: Option<bool>,
    pub email: Option<bool>,
    pub browser: Option<bool>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PatchPreferences {
    #[serde(default, deserialize_with = "web::given")]
    #[schema(nullable = false)]
    pub events: Option<BTreeMap<String, PatchChannels>>,
    /// Null: never.
    #[serde(default, deserialize_with = "web::given")]
    #[schema(value_type = Option<QuietHoursOut>)]
    pub quiet_hours: Option<Option<QuietHoursOut>>,
}
