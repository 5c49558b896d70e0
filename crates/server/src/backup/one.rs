//! One organization of a backup, brought back beside the others.

use std::{fs, path::Path};

use db::{placement::Placement, platform};
use kernel::AppError;
use tokio::sync::watch;
use web::AppState;

use super::{Folder, clients::Clients, databases::Databases, objects, restore::secret_of, write::database_of};
use crate::{
    archive::{self, Imported},
    boot::{Booted, Ground},
    config::Settings,
    failure::{Failure, at},
};

/// Which organization, and where it goes.
#[derive(Debug)]
pub struct One<'a> {
    /// Its slug in the backup.
    pub slug: &'a str,
    /// Its slug from now on, when it is another.
    pub new_slug: Option<&'a str>,
    /// Where its rows lie; as in the backup unless given.
    pub placement: Option<Placement>,
}

/// Brings one organization of the backup in `dir` back, with its id; it must not be here any more.
/// The backup is loaded beside, and the organization taken from there as by `org export` and `org import`.
pub async fn restore_organization(
    booted: &Booted,
    settings: &Settings,
    dir: &Path,
    one: &One<'_>,
) -> Result<Imported, Failure> {
    let (folder, _) = Folder::open(dir).await?;
    let clients = Clients::find(&booted.ground, settings)?;
    let secret = secret_of(booted, settings, &folder)?;
    let databases = Databases::new(&booted.ground, database_of(booted)?);
    let draft = databases.fill(&booted.ground, &clients, &folder, secret).await?;
    let brought = bring(booted, settings, &draft, &folder, one).await;
    databases.drop_draft().await?;
    brought
}

async fn bring(
    booted: &Booted,
    settings: &Settings,
    draft: &Ground,
    folder: &Folder,
    one: &One<'_>,
) -> Result<Imported, Failure> {
    let then = AppState {
        files: objects::store(&folder.files())?,
        ..draft.state(settings, settings.bind.port(), false).await?
    };
    let taken = take(booted, &then, one).await;
    then.db.close().await;
    taken
}

async fn take(booted: &Booted, then: &AppState, one: &One<'_>) -> Result<Imported, Failure> {
    let now = &booted.state;
    let found = platform::find_by_slug(&then.db, one.slug).await?;
    let found = found.ok_or_else(|| Failure::new(format!("There is no organization {} in this backup.", one.slug)))?;
    if let Some(here) = platform::find(&now.db, found.id).await? {
        return Err(Failure::new(format!(
            "{0} is here still: remove it first with helpdesk org delete {0} --now.",
            here.slug
        )));
    }
    let placement =
        one.placement.unwrap_or(if found.schema_name == "shared" { Placement::Shared } else { Placement::Schema });
    let folder = now.config.data_dir.join("tmp");
    fs::create_dir_all(&folder).map_err(at(&folder))?;
    let path = folder.join(format!("restore-{}.tar", kernel::id::encode(found.id.0)));
    let (progress, _) = watch::channel(0);
    let done: Result<Imported, AppError> = match Box::pin(archive::export(then, found.id, &path, true, &progress)).await
    {
        Ok(_) => Box::pin(archive::import(now, &path, one.new_slug, placement)).await,
        Err(error) => Err(error),
    };
    let _ = fs::remove_file(&path);
    Ok(done?)
}
