//! Shapes of messages.

use chrono::{DateTime, Utc};
use kernel::{FileId, MessageId, TicketId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{mentions::MentionOut, store::MessageRow};
use crate::{
    content::{BodyFormat, render},
    files::{FileOut, store::FileRow},
};

#[derive(Debug, Serialize, ToSchema)]
pub struct Author {
    /// user, customer, key or system.
    #[serde(rename = "type")]
    pub kind: String,
    /// `usr_…`, `cus_…` or `key_…`; null for the product itself.
    pub id: Option<String>,
    pub name: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Delivery {
    /// none, held, queued, sent, caught (no mail server is configured) or failed.
    pub state: String,
    pub error: Option<String>,
    pub attempts: i32,
}

/// A message of a ticket.
#[derive(Debug, Serialize, ToSchema)]
pub struct MessageOut {
    pub id: MessageId,
    pub ticket_id: TicketId,
    /// Place in the conversation, from 1.
    pub seq: i32,
    /// public or internal.
    pub visibility: String,
    /// in, out or system.
    pub direction: String,
    pub author: Author,
    /// Sanitized at this moment.
    pub body_html: String,
    pub body_text: String,
    pub to: Vec<String>,
    pub cc: Vec<String>,
    pub attachments: Vec<FileOut>,
    /// People and teams that a note names; only staff who see the ticket can be named.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<MentionOut>,
    /// Written by a machine: an absence note, a mailing.
    pub is_automatic: bool,
    pub delivery: Delivery,
    /// Until then the author can take it back, and nobody else knows of it. Its place is 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held_until: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
}

impl MessageOut {
    /// With the files that hang on it.
    pub fn new(row: MessageRow, files: Vec<FileRow>, internal: bool) -> Self {
        let address = |content_id: &str| {
            let file = files.iter().find(|file| file.content_id.as_deref() == Some(content_id))?;
            Some(format!("/api/v1/files/{}/", file.id))
        };
        let format = BodyFormat::of(&row.format);
        let author_id = row.author_id.map(|author| kernel::id::wire(&row.author_kind, author));
        Self {
            id: row.id,
            ticket_id: row.ticket_id,
            seq: row.seq,
            visibility: row.visibility,
            direction: row.direction,
            author: Author { kind: row.author_kind, id: author_id, name: row.author_name },
            body_html: render(&row.body, format, &address),
            body_text: row.body_text,
            to: row.recipients,
            cc: row.cc,
            attachments: files.into_iter().map(FileOut::from).collect(),
            mentions: Vec::new(),
            is_automatic: row.is_automatic,
            delivery: Delivery {
                state: row.delivery_state,
                error: row.delivery_error.filter(|_| internal),
                attempts: row.delivery_attempts,
            },
            held_until: None,
            created_at: row.created_at,
        }
    }
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    #[default]
    Markdown,
    Html,
    Text,
}

impl Format {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Markdown => "markdown",
            Self::Html => "html",
            Self::Text => "text",
        }
    }
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum MessageVisibility {
    #[default]
    Public,
    Internal,
}

/// A reply or a note.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateMessage {
    #[serde(default)]
    pub body: String,
    #[serde(default)]
    pub format: Format,
    #[serde(default)]
    pub visibility: MessageVisibility,
    /// The ticket's customer when absent.
    pub to: Option<Vec<String>>,
    /// Those who take part already when absent.
    pub cc: Option<Vec<String>>,
    #[serde(default)]
    pub attachments: Vec<FileId>,
    /// Moves the ticket together with the reply.
    pub status: Option<String>,
    /// For moving it back to new.
    pub reason: Option<String>,
    /// How many seconds the author can take it back, 0 to 60; nothing else happens meanwhile.
    pub hold_seconds: Option<i64>,
}

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct MessageQuery {
    /// Counted from 1.
    pub page: Option<i64>,
    /// 20 unless told; at most 100.
    pub page_size: Option<i64>,
    /// seq or -seq.
    pub ordering: Option<String>,
    /// True: instead of the conversation my own messages that are held.
    pub held: Option<bool>,
}
