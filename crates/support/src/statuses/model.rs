//! What a status is. Pure.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a status means to the product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum StatusCategory {
    /// Nobody has looked at it.
    New,
    /// Somebody works on it.
    Open,
    /// Waits for the customer.
    Pending,
    /// Waits for somebody else.
    OnHold,
    /// Answered, as far as staff can tell.
    Resolved,
    /// Over.
    Closed,
}

impl StatusCategory {
    /// All of them, in the order of a ticket's life.
    pub const ALL: [Self; 6] = [Self::New, Self::Open, Self::Pending, Self::OnHold, Self::Resolved, Self::Closed];

    /// The stable text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Open => "open",
            Self::Pending => "pending",
            Self::OnHold => "on_hold",
            Self::Resolved => "resolved",
            Self::Closed => "closed",
        }
    }

    /// Reads any spelling of the stable text.
    pub fn parse(text: &str) -> Option<Self> {
        let key = status_key(text);
        Self::ALL.into_iter().find(|category| category.as_str() == key)
    }

    /// Resolved or closed: no clock runs any more.
    pub const fn is_done(self) -> bool {
        matches!(self, Self::Resolved | Self::Closed)
    }
}

/// One status of an organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// Stable, `in_progress`.
    pub key: String,
    /// As shown.
    pub name: String,
    /// What it means.
    pub category: StatusCategory,
    /// No ticket is moved to it any more.
    pub is_retired: bool,
}

/// What every organization starts with, in the order shown.
pub const SHIPPED: [(&str, &str, StatusCategory); 9] = [
    ("new", "New", StatusCategory::New),
    ("open", "Open", StatusCategory::Open),
    ("in_progress", "In progress", StatusCategory::Open),
    ("reopened", "Reopened", StatusCategory::Open),
    ("pending", "Pending", StatusCategory::Pending),
    ("on_hold", "On hold", StatusCategory::OnHold),
    ("resolved", "Resolved", StatusCategory::Resolved),
    ("closed", "Closed", StatusCategory::Closed),
    ("cancelled", "Cancelled", StatusCategory::Closed),
];

/// Statuses that the product itself moves tickets to; they cannot be retired.
pub const BUILT_IN: [&str; 5] = ["new", "open", "reopened", "resolved", "closed"];

/// Characters of a key.
pub const MAX_KEY: usize = 50;

/// The key that a caller means: `In Progress`, `in-progress` and `in_progress` are one.
pub fn status_key(text: &str) -> String {
    let lower = text.to_lowercase();
    lower.split(|c: char| c.is_whitespace() || c == '-' || c == '_').filter(|part| !part.is_empty()).fold(
        String::with_capacity(lower.len()),
        |mut key, part| {
            if !key.is_empty() {
                key.push('_');
            }
            key.push_str(part);
            key
        },
    )
}

/// The key of a new status, made of the ASCII letters and digits of its name; none when there are none.
pub fn new_key(name: &str) -> Option<String> {
    let plain: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { ' ' }).collect();
    let mut key = status_key(&plain);
    key.truncate(MAX_KEY);
    Some(key.trim_end_matches('_').to_owned()).filter(|key| !key.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_in_any_spelling() {
        for text in ["in_progress", "In Progress", "IN-PROGRESS", " in  progress "] {
            assert_eq!(status_key(text), "in_progress");
        }
        assert_eq!(status_key(""), "");
        assert_eq!(StatusCategory::parse("On Hold"), Some(StatusCategory::OnHold));
        assert_eq!(StatusCategory::parse("cancelled"), None);
    }

    #[test]
    fn shipped_keys_are_in_key_form_and_cover_all_categories() {
        assert!(SHIPPED.iter().all(|(key, name, _)| status_key(key) == *key && status_key(name) == *key));
        for category in StatusCategory::ALL {
            assert!(SHIPPED.iter().any(|status| status.2 == category), "{category:?}");
            assert_eq!(serde_json::to_value(category).unwrap(), category.as_str());
        }
    }

    #[test]
    fn new_keys_are_made_of_names() {
        assert_eq!(new_key("Waiting for parts!").unwrap(), "waiting_for_parts");
        assert_eq!(new_key("Vor-Ort 2").unwrap(), "vor_ort_2");
        assert_eq!(new_key("في الانتظار"), None);
        assert_eq!(new_key(&"a".repeat(80)).unwrap().len(), MAX_KEY);
        for built_in in BUILT_IN {
            assert!(SHIPPED.iter().any(|(key, ..)| *key == built_in), "{built_in}");
        }
    }
}
