//! Demo organizations for a first look.

use kernel::AppResult;

use crate::boot::Booted;

/// Somebody who can sign in to a demo organization.
#[derive(Debug, Clone, serde::Serialize)]
pub struct DemoSignIn {
    /// The organization.
    pub slug: String,
    /// Its shown name.
    pub organization: String,
    /// Key of the role.
    pub role: String,
    /// With which address.
    pub email: String,
    /// Made for this data folder.
    pub password: String,
}

/// Loads the demo organizations unless they are there, and tells who can sign in, by organization.
pub async fn load(_booted: &Booted) -> AppResult<Vec<DemoSignIn>> {
    Ok(Vec::new())
}
