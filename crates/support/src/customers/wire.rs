//! Shapes of customers.

use chrono::{DateTime, Utc};
use kernel::CustomerId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// A customer, as staff sees it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CustomerOut {
    /// `cus_…`
    pub id: CustomerId,
    /// Lower-case address.
    pub email: String,
    /// Shown name.
    pub name: String,
    /// As written by people.
    pub phone: Option<String>,
    /// As written by people.
    pub company: Option<String>,
    /// `active`, `suspended` or `removed`.
    pub status: String,
    /// Whether the customer has proven to own the address.
    pub email_verified: bool,
    /// Tickets that are not deleted.
    pub ticket_count: i64,
    /// Rises with each change.
    pub version: i64,
    /// When the customer was first known.
    pub created_at: DateTime<Utc>,
    /// When the customer was changed last.
    pub updated_at: DateTime<Utc>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateCustomer {
    pub email: String,
    pub name: String,
    pub phone: Option<String>,
    pub company: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Register {
    pub email: String,
    pub name: String,
    /// 10 to 256 characters.
    pub password: String,
    /// Slug; on the bare host only, and there it must be given.
    pub organization: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmRegistration {
    /// Of the mailed link.
    pub token: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PatchCustomer {
    /// A changed address is unverified.
    #[serde(default, deserialize_with = "web::given")]
    #[schema(nullable = false)]
    pub email: Option<String>,
    #[serde(default, deserialize_with = "web::given")]
    #[schema(nullable = false)]
    pub name: Option<String>,
    /// null removes it.
    #[serde(default, deserialize_with = "web::given")]
    #[schema(value_type = Option<String>)]
    pub phone: Option<Option<String>>,
    /// null removes it.
    #[serde(default, deserialize_with = "web::given")]
    #[schema(value_type = Option<String>)]
    pub company: Option<Option<String>>,
    /// `active` or `suspended`.
    #[serde(default, deserialize_with = "web::given")]
    #[schema(nullable = false)]
    pub status: Option<String>,
}

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct CustomerQuery {
    /// Counted from 1.
    pub page: Option<i64>,
    /// 20 unless told; at most 100.
    pub page_size: Option<i64>,
    /// Where the page before ended, from its `next`.
    pub cursor: Option<String>,
    /// created_at, name or email, with - for descending; -created_at unless told.
    pub ordering: Option<String>,
    /// Words that begin words of name, address, company or phone.
    pub search: Option<String>,
    /// The whole company.
    pub company: Option<String>,
    /// The whole address, in any case.
    pub email: Option<String>,
    /// active, suspended or removed; those who were removed are listed by this only.
    pub status: Option<String>,
    /// Inclusive.
    pub created_after: Option<DateTime<Utc>>,
    /// Exclusive.
    pub created_before: Option<DateTime<Utc>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_is_told_from_absent() {
        let patch = |json| serde_json::from_str::<PatchCustomer>(json).unwrap();
        assert_eq!(patch("{}").phone, None);
        assert_eq!(patch(r#"{"phone":null}"#).phone, Some(None));
        assert_eq!(patch(r#"{"phone":"1"}"#).phone, Some(Some("1".to_owned())));
        assert!(serde_json::from_str::<PatchCustomer>(r#"{"ticket_count":1}"#).is_err());
    }
}
