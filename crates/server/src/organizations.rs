//! Organizations come into being here, for the command line and for the demo, and are tidied up after.

use channels::mail::catcher::MailCatcher;
use db::{
    platform::{self, Organization},
    removal::{self, Deletion},
};
use futures_util::TryStreamExt;
use kernel::{AppError, AppResult, OrganizationId};
use object_store::{ObjectStoreExt, path::Path};
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
    removal::check_name(db, removal::Name::Slug, slug, id).await?;
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
/// old rows somebody still read, and deletions whose time has come.
pub async fn settle(state: &AppState) -> AppResult<()> {
    db::placement::finish_moves(&state.db, &state.owner).await?;
    for deletion in removal::deletions(&state.db).await? {
        if deletion.delete_after <= state.db.now() {
            match remove(state, &deletion).await {
                Err(AppError::Conflict(sentence, _)) => tracing::warn!(slug = deletion.slug, "{sentence}"),
                done => done?,
            }
        }
    }
    removal::free_names(&state.db).await
}

/// Removes everything of an organization whose time has come. Killed half-way it is done again by [`settle`].
pub async fn remove(state: &AppState, deletion: &Deletion) -> AppResult<()> {
    let id = deletion.organization;
    removal::remove_rows(&state.db, &state.owner, id).await?;
    let mut objects = state.files.list(Some(&Path::from(kernel::id::encode(id.0))));
    while let Some(object) = objects.try_next().await.map_err(|error| AppError::Internal(error.into()))? {
        match state.files.delete(&object.location).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
            Err(error) => return Err(AppError::Internal(error.into())),
        }
    }
    let catcher = MailCatcher::new(state.config.data_dir.join("mail-catcher"));
    catcher.remove(&deletion.slug).map_err(|error| AppError::Internal(error.into()))?;
    removal::forget(&state.db, id).await?;
    tracing::info!(organization = %id, slug = deletion.slug, "an organization was removed");
    Ok(())
}
