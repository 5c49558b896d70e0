//! A backup in the place of what is there.

use std::{
    fs::File,
    io::{BufRead, BufReader},
    path::Path,
};

use db::{
    operators::{self, By},
    platform,
};
use object_store::path::Path as Key;
use serde_json::json;

use super::{Folder, Manifest, clients::Clients, databases::Databases, objects, write::database_of};
use crate::{
    boot::{Booted, Ground},
    config::Settings,
    failure::{Failure, at},
    secret,
};

/// What was restored.
#[derive(Debug)]
pub struct Restored {
    /// What the backup says of itself.
    pub manifest: Manifest,
    /// The name of the database that was there before, when there was something in it.
    pub kept: Option<String>,
}

/// Puts the backup in `dir` in the place of the installation: the database is filled beside the
/// present one and takes its name at the end, so that nothing changes before all of it is there.
/// Without `replace` it is refused when there are organizations already.
pub async fn restore(booted: &Booted, settings: &Settings, dir: &Path, replace: bool) -> Result<Restored, Failure> {
    let state = &booted.state;
    let (folder, manifest) = Folder::open(dir).await?;
    let clients = Clients::find(&booted.ground, settings)?;
    let was_used = !platform::list(&state.db).await?.is_empty();
    if was_used && !replace {
        return Err(Failure::new(
            "There are organizations here already: give --replace to put the backup in their place, or --organization to bring one back beside them.",
        ));
    }
    let secret = secret_of(booted, settings, &folder)?;
    let databases = Databases::new(&booted.ground, database_of(booted)?);
    let draft = databases.fill(&booted.ground, &clients, &folder, secret.clone()).await?;
    let looked = look_into(&draft, settings, &manifest).await;
    let copied = match looked {
        Ok(()) => copy_all(&folder, state).await,
        Err(failure) => Err(failure),
    };
    if let Err(failure) = copied {
        databases.drop_draft().await?;
        return Err(failure);
    }
    if settings.secret_key.is_none() {
        secret::put(&settings.data_dir, &secret)?;
    }
    state.db.close().await;
    databases.replace().await?;
    if !was_used {
        databases.drop_kept().await?;
    }
    Ok(Restored { manifest, kept: was_used.then_some(databases.kept) })
}

/// With which secret the rows of the backup were sealed.
pub(super) fn secret_of(booted: &Booted, settings: &Settings, folder: &Folder) -> Result<Vec<u8>, Failure> {
    if let Some(secret) = &settings.secret_key {
        return Ok(secret.clone().into_bytes());
    }
    let path = folder.secret_key();
    if !path.is_file() {
        return Err(Failure::new("The secret is not in this backup: set SECRET_KEY to the one of then."));
    }
    let secret = secret::read(&path)?;
    let is_alone = booted.ground.embedded.as_ref().is_some_and(db::embedded::Embedded::is_owner);
    if !is_alone && secret != secret::read(&secret::key_file(&settings.data_dir))? {
        return Err(Failure::new("The backup has another secret than the helpdesk that runs here: stop that first."));
    }
    Ok(secret)
}

/// Whether the secret opens what lies in the restored database; and a line in its log.
async fn look_into(draft: &Ground, settings: &Settings, manifest: &Manifest) -> Result<(), Failure> {
    let state = draft.state(settings, settings.bind.port(), false).await.map_err(|failure| {
        Failure::new(format!(
            "The backup cannot be used with this secret: {}.",
            failure.to_string().trim_end_matches('.')
        ))
    })?;
    let details = json!({"made_at": manifest.made_at});
    let noted = operators::note_alone(&state.db, &By::default(), "installation.restored", &details).await;
    state.db.close().await;
    Ok(noted?)
}

/// Every object of the index, each as it was written. Objects that are here and not in the backup stay.
async fn copy_all(folder: &Folder, state: &web::AppState) -> Result<(), Failure> {
    let from = objects::store(&folder.files())?;
    let path = folder.index();
    for line in BufReader::new(File::open(&path).map_err(at(&path))?).lines() {
        let line = line.map_err(at(&path))?;
        let mut fields = line.splitn(3, ' ');
        let (Some(sha256), Some(size), Some(key)) = (fields.next(), fields.next(), fields.next()) else {
            return Err(Failure::new(format!("{} cannot be read.", path.display())));
        };
        let key =
            Key::parse(key).map_err(|error| Failure::new(format!("{} cannot be read: {error}.", path.display())))?;
        let copied = objects::copy(from.as_ref(), &state.files, &key).await?;
        if copied.is_none_or(|(found, hash)| found.to_string() != size || hash != sha256) {
            return Err(Failure::new(format!("files/{key} is not as it was written: the backup is damaged.")));
        }
    }
    Ok(())
}
