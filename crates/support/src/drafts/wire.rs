//! Shapes of drafts.

use chrono::{DateTime, Utc};
use kernel::FileId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{conversation::wire::Format, files::FileOut};

/// A draft. Without one, body and `updated_at` are empty; `rev` is what the next save has to exceed.
#[derive(Debug, Serialize, ToSchema)]
pub struct DraftOut {
    /// reply or note.
    pub kind: String,
    /// Counted by the author with each save.
    pub rev: i64,
    pub body: String,
    /// markdown, html or text.
    pub format: String,
    /// Null: as a reply without recipients.
    pub to: Option<Vec<String>>,
    pub cc: Option<Vec<String>>,
    pub attachments: Vec<FileOut>,
    /// What the ticket is to be moved to with it.
    pub status: Option<String>,
    /// Null when there is no draft.
    pub updated_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SaveDraft {
    /// Higher than that of the save before.
    pub rev: i64,
    #[serde(default)]
    pub body: String,
    #[serde(default)]
    pub format: Format,
    /// Addresses as far as they are typed.
    pub to: Option<Vec<String>>,
    pub cc: Option<Vec<String>>,
    #[serde(default)]
    pub attachments: Vec<FileId>,
    pub status: Option<String>,
}

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct DeleteDraft {
    /// Higher than that of every save before; whatever is not above it is refused from now on.
    pub rev: Option<i64>,
}
