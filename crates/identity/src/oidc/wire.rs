//! Shapes of sign-in through an identity provider.

use chrono::{DateTime, Utc};
use kernel::{IdentityId, IdentityProviderId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Where people may sign in.
#[derive(Debug, Serialize, ToSchema)]
pub struct SignInProvider {
    /// `idp_…`
    pub id: IdentityProviderId,
    /// Shown name.
    pub name: String,
}

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct PlainQuery {
    /// Counted from 1.
    pub page: Option<i64>,
    /// 20 unless told; at most 100.
    pub page_size: Option<i64>,
}

#[derive(Debug, Clone, Default, Deserialize, IntoParams, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Start {
    /// The path on this host where the browser goes in the end; `/` unless told.
    pub next: Option<String>,
}

/// A sign-in that has begun; the answer also sets its cookie.
#[derive(Debug, Serialize, ToSchema)]
pub struct StartedFlow {
    /// Where the browser must go, within ten minutes.
    pub url: String,
}

/// What a provider sends back. It may send more, which is not looked at.
#[derive(Debug, Clone, Deserialize, IntoParams)]
pub struct Callback {
    /// To be exchanged.
    pub code: Option<String>,
    /// Which sign-in.
    pub state: Option<String>,
    /// The provider, if it says so.
    pub iss: Option<String>,
    /// Why there is no code.
    pub error: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Complete {
    /// A code of the authenticator app, or a recovery code.
    pub otp: String,
}

/// Somebody as an identity provider knows them.
#[derive(Debug, Serialize, ToSchema)]
pub struct IdentityOut {
    /// `idn_…`
    pub id: IdentityId,
    /// At which provider.
    pub provider: SignInProvider,
    /// The address that the provider knew when it was linked.
    pub email: Option<String>,
    /// When it was linked.
    pub created_at: DateTime<Utc>,
    /// When somebody signed in with it last.
    pub last_used_at: Option<DateTime<Utc>>,
}
