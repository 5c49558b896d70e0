//! Shapes of sign-in.

use chrono::{DateTime, Utc};
use kernel::{Actor, OrganizationId, Permission, SessionId, UserId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Login {
    /// Mail address.
    pub email: String,
    pub password: String,
    /// The code of the second factor, once one is set up, or a recovery code.
    pub otp: Option<String>,
    /// Slug; on the bare host only.
    pub organization: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Refresh {
    /// Absent when it comes as a cookie.
    pub refresh: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct SignedIn {
    pub access: String,
    /// Absent when it was set as a cookie.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh: Option<String>,
    /// Seconds the access token is good for.
    pub expires_in: i64,
    pub user: Me,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Me {
    /// `usr_…` or `cus_…`.
    pub id: String,
    pub email: String,
    pub name: String,
    pub role: String,
    pub permissions: Vec<String>,
    /// The role requires a second factor that is not set up; nothing else is allowed until then.
    pub otp_required: bool,
    /// Who really acts, while somebody acts as this person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub impersonator: Option<MyImpersonator>,
    pub organization: MyOrganization,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct MyImpersonator {
    pub id: UserId,
    pub name: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct MyOrganization {
    pub id: OrganizationId,
    pub slug: String,
    pub name: String,
}

impl Me {
    pub fn new(actor: &Actor, organization: &db::platform::Organization) -> Self {
        Self {
            id: actor.person.wire_id().unwrap_or_default(),
            email: actor.email.clone(),
            name: actor.name.clone(),
            role: actor.role.clone(),
            permissions: actor.permissions.iter().copied().map(Permission::as_str).map(str::to_owned).collect(),
            otp_required: actor.otp_required,
            impersonator: actor.impersonator.clone().map(|of| MyImpersonator { id: of.id, name: of.name }),
            organization: MyOrganization {
                id: organization.id,
                slug: organization.slug.clone(),
                name: organization.name.clone(),
            },
        }
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangePassword {
    /// As it is now.
    pub current_password: String,
    /// 10 to 256 characters.
    pub new_password: String,
}

/// Somewhere where somebody is signed in.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionOut {
    /// `ses_…`
    pub id: SessionId,
    /// When the person signed in.
    pub created_at: DateTime<Utc>,
    /// When its tokens were refreshed last: at most a quarter of an hour before its last use.
    pub last_seen_at: DateTime<Utc>,
    /// When it ends at the latest.
    pub expires_at: DateTime<Utc>,
    /// Address of the peer at sign-in.
    pub ip: Option<String>,
    /// What the client called itself at sign-in.
    pub user_agent: Option<String>,
    /// Whether this request belongs to it.
    pub is_current: bool,
}

/// Which page of the sessions.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct SessionQuery {
    /// Counted from 1.
    pub page: Option<i64>,
    /// 20 unless told; at most 100.
    pub page_size: Option<i64>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OperatorLogin {
    pub email: String,
    pub password: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct OperatorSignedIn {
    pub access: String,
    /// Seconds the access token is good for.
    pub expires_in: i64,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Impersonate {
    /// Why; stands in the audit log.
    pub reason: String,
}
