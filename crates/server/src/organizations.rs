//! Organizations come into being here, for the command line and for the demo, and are tidied up after.

use db::platform::{self, Organization};
use kernel::{AppError, AppResult, OrganizationId};
use sqlx::postgres::PgConnectOptions;
use web::AppState;

/// The organization of this slug, and whether it is new. Its schema exists before
/// anybody can find it; `owner` makes it.
pub async fn ensure(
    state: &AppState,
    owner: &PgConnectOptions,
    slug: &str,
    name: &str,
    own_schema: bool,
) -> AppResult<(Organization, bool)> {
    let db = &state.db;
    if let Some(known) = platform::find_by_slug(db, slug).await? {
        return Ok((known, false));
    }
    let id: OrganizationId = db.ids.id();
    let schema_name = if own_schema { format!("t_{}", kernel::id::encode(id.0)) } else { "shared".to_owned() };
    let new = Organization {
        id,
        slug: slug.to_owned(),
        name: name.to_owned(),
        schema_name,
        status: "active".to_owned(),
        placement_version: 1,
    };
    if own_schema {
        db::provision_schema(owner, &new.schema_name).await?;
    }
    match platform::insert(db, &new).await {
        Ok(()) => Ok((new, true)),
        // Somebody else was faster.
        Err(AppError::Conflict(..)) => {
            let known = platform::find_by_slug(db, slug).await?.ok_or(AppError::NotFound)?;
            Ok((known, false))
        }
        Err(error) => Err(error),
    }
}

/// Finishes what could not be finished when it was begun: moves whose process was killed or whose
/// old rows somebody still read.
pub async fn settle(state: &AppState) -> AppResult<()> {
    db::placement::finish_moves(&state.db, &state.owner).await
}
