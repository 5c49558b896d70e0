//! Shapes of the second factor.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The caller's second factor.
#[derive(Debug, Serialize, ToSchema)]
pub struct OtpState {
    /// Sign-in asks for a code.
    pub enabled: bool,
    /// The role requires it, so that it cannot be removed.
    pub required: bool,
    /// Since when.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// Recovery codes that were not used yet.
    pub recovery_codes_left: i64,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Password {
    /// The caller's own.
    pub password: String,
}

/// To be typed or scanned into an authenticator app; nothing is in force before it is confirmed.
#[derive(Debug, Serialize, ToSchema)]
pub struct OtpSetup {
    /// In base32, for typing.
    pub secret: String,
    /// To be shown as a QR code.
    pub otpauth_uri: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmOtp {
    /// Six digits that the app shows.
    pub code: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct RecoveryCodes {
    /// Each takes the place of a code once. They are shown this once.
    pub recovery_codes: Vec<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RemoveOtp {
    /// The caller's own.
    pub password: String,
    /// A code or recovery code; checked when it is sent.
    pub code: Option<String>,
}
