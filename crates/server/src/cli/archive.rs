//! `org export` and `org import`: an organization as a file.

use std::{
    fs,
    path::{Path, PathBuf},
};

use db::{Mode, TenantTx};
use serde_json::{Value, json};
use tokio::sync::watch;

use super::user;
use crate::{
    archive,
    boot::Booted,
    failure::{Failure, at},
};

pub(super) async fn export(booted: &Booted, slug: &str, file: &Path) -> Result<(String, Value), Failure> {
    let organization = user::organization(booted, slug).await?;
    if fs::exists(file).map_err(at(file))? {
        return Err(Failure::new(format!("{} exists already.", file.display())));
    }
    let draft = PathBuf::from(format!("{}.part", file.display()));
    let (progress, _) = watch::channel(0);
    let written = Box::pin(archive::export(&booted.state, organization.id, &draft, true, &progress)).await;
    let noted = match written {
        Ok(manifest) => note(booted, &organization).await.map(|()| manifest),
        Err(error) => Err(error.into()),
    };
    // Under its name it appears when all of it is there and the audit log says so; and never over another file.
    let linked = noted.and_then(|manifest| fs::hard_link(&draft, file).map_err(at(file)).map(|()| manifest));
    let _ = fs::remove_file(&draft);
    let manifest = linked?;
    let rows: u64 = manifest.tables.iter().map(|part| part.rows).sum();
    let text = format!(
        "Organization {slug} was written to {}: {rows} rows and {} files, password hashes among them. Keep it safe.{}",
        file.display(),
        manifest.objects.count,
        lines("Not in it:", &manifest.to_set_again)
    );
    Ok((text, json!({"slug": slug, "file": file, "manifest": manifest})))
}

async fn note(booted: &Booted, organization: &db::platform::Organization) -> Result<(), Failure> {
    let mut tx = TenantTx::system(&booted.state.db, organization.id, Mode::Write).await?;
    tx.audit("organization.exported", ("organization", Some(organization.id.0)), &(), &json!({"with_passwords": true}));
    Ok(tx.commit().await?)
}

pub(super) async fn import(
    booted: &Booted,
    file: &Path,
    slug: Option<&str>,
    placement: db::placement::Placement,
) -> Result<(String, Value), Failure> {
    let imported = Box::pin(archive::import(&booted.state, file, slug, placement)).await?;
    Ok(said(booted, &imported, "imported"))
}

/// What there is now, and what is left to do.
pub(super) fn said(booted: &Booted, imported: &archive::Imported, what: &str) -> (String, Value) {
    let url = booted.state.config.organization_url(&imported.slug);
    let text = format!(
        "Organization {} was {what}: {} rows and {} files. It is at {url}{}",
        imported.slug,
        imported.rows,
        imported.objects,
        lines("To do:", &imported.to_set_again)
    );
    (text, json!({"imported": imported, "url": url}))
}

/// Sentences under a title; nothing when there are none.
pub(super) fn lines(title: &str, sentences: &[String]) -> String {
    if sentences.is_empty() { String::new() } else { format!("\n{title}\n- {}", sentences.join("\n- ")) }
}
