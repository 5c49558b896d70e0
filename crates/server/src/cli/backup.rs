//! `backup` and `restore`: the whole installation as a folder.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::{
    Run,
    archive::{lines, said},
    org::Placement,
};
use crate::{
    backup::{self, One},
    failure::Failure,
};

#[derive(Debug, Args)]
pub(super) struct Backup {
    /// A folder that is empty or not there yet.
    dir: PathBuf,
}

#[derive(Debug, Args)]
pub(super) struct Restore {
    /// The folder that `helpdesk backup` wrote.
    dir: PathBuf,
    /// Put the backup in the place of the organizations that are here.
    #[arg(long, conflicts_with = "organization")]
    replace: bool,
    /// Bring only this organization back, beside the others.
    #[arg(long, value_name = "SLUG")]
    organization: Option<String>,
    /// Its slug from now on.
    #[arg(long, value_name = "SLUG", requires = "organization")]
    slug: Option<String>,
    /// Where its rows shall lie; as in the backup unless given.
    #[arg(long, requires = "organization")]
    placement: Option<Placement>,
}

pub(super) async fn backup(run: &Run, args: &Backup) -> Result<(), Failure> {
    let report = run.with_database(async |booted| backup::backup(booted, &run.settings, &args.dir).await).await?;
    let manifest = &report.manifest;
    let mut text = format!(
        "{} organizations and {} files were written to {}.",
        manifest.organizations.len(),
        manifest.files.count,
        args.dir.display()
    );
    text.push_str(if report.with_secret {
        " The secret that opens it is in it: keep it safe."
    } else {
        " SECRET_KEY is not in it: keep that elsewhere, nothing that is sealed opens without it."
    });
    text.push_str(&lines("Rows name files that were not in the store:", &manifest.missing));
    run.out.say(&text, &json!({"dir": args.dir, "with_secret": report.with_secret, "manifest": manifest}));
    Ok(())
}

pub(super) async fn restore(run: &Run, args: &Restore) -> Result<(), Failure> {
    let Some(slug) = &args.organization else {
        return whole(run, args).await;
    };
    let one = One { slug, new_slug: args.slug.as_deref(), placement: args.placement.map(Into::into) };
    let (text, value) = run
        .with_database(async |booted| {
            let imported = backup::restore_organization(booted, &run.settings, &args.dir, &one).await?;
            Ok(said(booted, &imported, "restored"))
        })
        .await?;
    run.out.say(&text, &value);
    Ok(())
}

async fn whole(run: &Run, args: &Restore) -> Result<(), Failure> {
    let restored =
        run.with_database(async |booted| backup::restore(booted, &run.settings, &args.dir, args.replace).await).await?;
    let manifest = &restored.manifest;
    let mut text = format!(
        "{} organizations and {} files are here again, as they were at {}.",
        manifest.organizations.len(),
        manifest.files.count,
        manifest.made_at.format("%Y-%m-%d %H:%M:%S UTC")
    );
    if let Some(kept) = &restored.kept {
        text.push_str(&format!(" What was here before is kept in the database {kept}."));
    }
    run.out.say(&text, &json!({"manifest": manifest, "kept_database": restored.kept}));
    Ok(())
}
