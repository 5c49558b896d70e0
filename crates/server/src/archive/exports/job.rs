//! The job that makes an archive, and the cleaning after seven days.

use std::{
    path::{Path as FsPath, PathBuf},
    sync::Arc,
    time::Duration,
};

use chrono::TimeDelta;
use db::{
    Mode, TenantTx,
    jobs::ClaimedJob,
    worker::{JobError, Registry},
};
use kernel::{AppError, AppResult, ExportId, OrganizationId, id};
use object_store::{ObjectStoreExt, buffered::BufWriter, path::Path};
use tokio::{io::AsyncWriteExt, sync::watch};
use uuid::Uuid;
use web::AppState;

use super::store;
use crate::archive::{export, failed};

/// Makes an archive: payload `{export}`.
pub const EXPORT_JOB: &str = "organization.export";
/// How long an archive can be downloaded.
const LIFE: TimeDelta = TimeDelta::days(7);

/// Adds the job that makes archives.
pub fn jobs(registry: &mut Registry, state: &AppState) {
    let state = state.clone();
    registry.handle(EXPORT_JOB, move |job| {
        let state = state.clone();
        async move { Box::pin(run(&state, &job)).await }
    });
}

/// Where the archive lies.
pub fn object_path(organization: OrganizationId, export: ExportId) -> Path {
    Path::from(format!("{}/exports/{}", id::encode(organization.0), id::encode(export.0)))
}

async fn run(state: &AppState, job: &ClaimedJob) -> Result<(), JobError> {
    let wanted = job.payload.get("export").and_then(|id| serde_json::from_value(id.clone()).ok());
    let wanted: ExportId = wanted.ok_or_else(|| JobError::Hopeless("The job names no export.".to_owned()))?;
    match make(state, job.organization, wanted).await {
        Ok(()) => Ok(()),
        Err(error) if job.attempt >= job.max_attempts => {
            tracing::error!(%error, export = %wanted, "an archive could not be made");
            let mut tx = TenantTx::system(&state.db, job.organization, Mode::Write).await?;
            let now = tx.now();
            let sentence = "The archive could not be made.";
            store::set_failed(&mut tx, job.organization, wanted, sentence, now).await.map_err(AppError::from)?;
            Ok(tx.commit().await?)
        }
        Err(error) => Err(error.into()),
    }
}

/// A file that is gone when its maker is.
struct Draft(PathBuf);

impl Drop for Draft {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

async fn make(state: &AppState, organization: OrganizationId, wanted: ExportId) -> AppResult<()> {
    if !note(state, organization, wanted, 0).await? {
        return Ok(());
    }
    let folder = state.config.data_dir.join("tmp");
    std::fs::create_dir_all(&folder).map_err(failed)?;
    let draft = Draft(folder.join(format!("{wanted}.tar")));
    let (progress, mut changed) = watch::channel(0);
    {
        let mut making = std::pin::pin!(export(state, organization, &draft.0, false, &progress));
        loop {
            tokio::select! {
                made = &mut making => break made.map(|_| ())?,
                () = tokio::time::sleep(Duration::from_secs(2)) => {
                    let percent = *changed.borrow_and_update();
                    // Nobody misses a per cent that cannot be written just now.
                    let _ = note(state, organization, wanted, percent.min(99)).await;
                }
            }
        }
    }
    let size = upload(state, &draft.0, &object_path(organization, wanted)).await?;
    let mut tx = TenantTx::system(&state.db, organization, Mode::Write).await?;
    let now = tx.now();
    store::set_ready(&mut tx, organization, wanted, size, (now, now + LIFE)).await?;
    tx.commit().await
}

async fn note(state: &AppState, organization: OrganizationId, wanted: ExportId, percent: i16) -> AppResult<bool> {
    let mut tx = TenantTx::system(&state.db, organization, Mode::Write).await?;
    let waited_for = store::set_progress(&mut tx, organization, wanted, percent).await?;
    tx.commit().await?;
    Ok(waited_for)
}

async fn upload(state: &AppState, from: &FsPath, to: &Path) -> AppResult<i64> {
    let mut file = tokio::fs::File::open(from).await.map_err(failed)?;
    let mut writer = BufWriter::new(Arc::clone(&state.files), to.clone());
    let size = tokio::io::copy(&mut file, &mut writer).await.map_err(failed)?;
    writer.shutdown().await.map_err(failed)?;
    Ok(i64::try_from(size).unwrap_or(i64::MAX))
}

/// Removes the archives of an organization whose time is over.
pub async fn expire(state: &AppState, organization: OrganizationId) -> AppResult<()> {
    let now = state.db.now();
    let mut tx = TenantTx::system(&state.db, organization, Mode::Read).await?;
    let due = store::due(&mut tx, organization, now).await?;
    drop(tx);
    for export in &due {
        match state.files.delete(&object_path(organization, *export)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
            Err(error) => return Err(failed(error)),
        }
    }
    if due.is_empty() {
        return Ok(());
    }
    let mut tx = TenantTx::system(&state.db, organization, Mode::Write).await?;
    let ids: Vec<Uuid> = due.iter().map(|export| export.0).collect();
    store::set_expired(&mut tx, organization, &ids).await?;
    tx.commit().await
}
