//! Shapes of mailboxes.

use chrono::{DateTime, Utc};
use kernel::MailboxId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// A mailbox.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MailboxOut {
    /// `mbx_…`
    pub id: MailboxId,
    /// Lower-case address.
    pub address: String,
    /// Shown as the sender's name.
    pub name: String,
    /// Whether it writes where no other is named; one does.
    pub is_default: bool,
    /// When it was added.
    pub created_at: DateTime<Utc>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateMailbox {
    /// Free in the whole installation; it cannot be changed later.
    pub address: String,
    /// The organization's name unless told.
    pub name: Option<String>,
    /// True makes it the default instead of the present one; the first one is it anyway.
    #[serde(default)]
    pub is_default: bool,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PatchMailbox {
    #[serde(default, deserialize_with = "web::given")]
    #[schema(nullable = false)]
    pub name: Option<String>,
    /// True makes it the default instead of the present one.
    #[serde(default, deserialize_with = "web::given")]
    #[schema(nullable = false)]
    pub is_default: Option<bool>,
}

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct MailboxQuery {
    /// Counted from 1.
    pub page: Option<i64>,
    /// 20 unless told; at most 100.
    pub page_size: Option<i64>,
}
