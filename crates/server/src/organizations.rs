//! Organizations come into being here, for the command line and for the demo.

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
    // Before a schema is made for it.
    platform::check_slug_is_free(db, slug).await?;
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
        Err(error @ AppError::Conflict(..)) => {
            let known = platform::find_by_slug(db, slug).await?.ok_or(error)?;
            Ok((known, false))
        }
        Err(error) => Err(error),
    }
}
