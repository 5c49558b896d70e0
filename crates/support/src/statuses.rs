//! Statuses: what an organization calls the states of its tickets, each in a fixed category that
//! the product's rules go by.
//!
//! Tables: `statuses`. No routes yet, no events. Shipped statuses are written at provisioning and
//! never overwritten.

use db::TenantTx;
use kernel::{AppResult, OrganizationId};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
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
}

/// What every organization starts with, in the order shown.
const SHIPPED: [(&str, &str, StatusCategory); 9] = [
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

/// Writes the shipped statuses that are missing.
pub async fn provision_statuses(tx: &mut TenantTx) -> AppResult<()> {
    let organization = tx.organization();
    let column = |of: fn(&(&str, &str, StatusCategory)) -> String| SHIPPED.iter().map(of).collect::<Vec<_>>();
    sqlx::query!(
        "insert into statuses (organization_id, key, name, category, position)
         select $1, s.key, s.name, s.category, s.position
           from unnest($2::text[], $3::text[], $4::text[]) with ordinality s (key, name, category, position)
         on conflict do nothing",
        organization as _,
        &column(|status| status.0.to_owned()),
        &column(|status| status.1.to_owned()),
        &column(|status| status.2.as_str().to_owned()),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The status with this key, which must be in the form of [`status_key`].
pub async fn find_status(tx: &mut PgConnection, organization: OrganizationId, key: &str) -> AppResult<Option<Status>> {
    Ok(sqlx::query_as!(
        Status,
        r#"select key, name, category as "category: StatusCategory" from statuses where organization_id = $1 and key = $2"#,
        organization as _,
        key
    )
    .fetch_optional(tx)
    .await?)
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
}
