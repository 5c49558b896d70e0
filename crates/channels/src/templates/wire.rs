//! Shapes of mail templates.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Something that a text can name.
#[derive(Debug, Serialize, ToSchema)]
pub struct Variable {
    /// Stands in braces: `{reference}`.
    pub name: &'static str,
    /// What stands for it in a preview.
    pub example: String,
}

/// The text of a system mail.
#[derive(Debug, Serialize, ToSchema)]
pub struct TemplateOut {
    /// created, assigned, updated, team_assigned, mentioned, deadline, not_sent, invitation,
    /// password_reset, registration, account_exists or password_changed.
    pub key: String,
    pub subject: String,
    /// Plain text; the mail's HTML is made of it.
    pub body: String,
    /// Whether it is as shipped.
    pub is_default: bool,
    pub variables: Vec<Variable>,
    /// When it was changed last; null when it never was.
    pub updated_at: Option<DateTime<Utc>>,
}

/// Changes to a text, or a text to be shown; what is absent is as it is.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PatchTemplate {
    /// 1 to 200 characters.
    #[serde(default, deserialize_with = "web::given")]
    #[schema(nullable = false)]
    pub subject: Option<String>,
    /// 1 to 10000 characters.
    #[serde(default, deserialize_with = "web::given")]
    #[schema(nullable = false)]
    pub body: Option<String>,
}

/// A mail as it would leave.
#[derive(Debug, Serialize, ToSchema)]
pub struct PreviewOut {
    pub subject: String,
    pub body_text: String,
    pub body_html: String,
}

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct TemplateQuery {
    /// Counted from 1.
    pub page: Option<i64>,
    /// 20 unless told; at most 100.
    pub page_size: Option<i64>,
}
