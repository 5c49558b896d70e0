//! Rotation of the installation's keys, for the command line, the operators' API and the clock.

use db::{platform::Organization, vault::Sealed};
use kernel::{AppResult, SigningKeyId};
use serde::Serialize;
use utoipa::ToSchema;
use web::AppState;

/// Every column that holds sealed secrets.
pub const SEALED: &[Sealed] = &[identity::otp::SEALED, identity::providers::SEALED, web::idempotency::SEALED];

/// What a rotation did.
#[derive(Debug, Serialize, ToSchema)]
pub struct Rotated {
    /// The key that signs access tokens from now on.
    pub signing_key: SigningKeyId,
    /// Organizations that have a new data key.
    pub organizations: usize,
    /// Secrets that were sealed with the new keys.
    pub secrets: usize,
}

/// New keys for access tokens and, in every active organization, for secrets. Nobody is signed out.
pub async fn rotate(state: &AppState) -> AppResult<Rotated> {
    let signing_key = state.signing.rotate(&state.db).await?;
    let (mut organizations, mut secrets) = (0, 0);
    for organization in active(state).await? {
        secrets += state.vault.rotate(&state.db, organization.tenant(), SEALED).await?;
        organizations += 1;
    }
    Ok(Rotated { signing_key, organizations, secrets })
}

/// Wraps all keys by the present `SECRET_KEY`, after it was changed; how many.
pub async fn wrap_again(state: &AppState) -> AppResult<usize> {
    let mut done = state.signing.wrap_again(&state.db).await?;
    done += db::audit_chain::wrap_again(&state.db, &state.vault).await?;
    for organization in active(state).await? {
        done += state.vault.wrap_again(&state.db, organization.tenant()).await?;
    }
    Ok(done)
}

async fn active(state: &AppState) -> AppResult<Vec<Organization>> {
    let mut all = db::platform::list(&state.db).await?;
    all.retain(|organization| organization.status == "active");
    Ok(all)
}
