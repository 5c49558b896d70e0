//! The whole installation as a folder, and back: what `helpdesk backup` and `helpdesk restore` do.
//!
//! The folder holds `database.dump` (all rows of one moment, in PostgreSQL's own format), `files/`
//! (every object of the file store), `files.txt` (size and SHA-256 of each), `secret_key` unless the
//! secret lies elsewhere, and at last `manifest.json`: a folder without it is not complete.
//!
//! Objects never change and are kept for a while after the last row that names them has gone. So the
//! rows of one moment and the objects copied afterwards belong together, while people go on working.

mod clients;
mod databases;
mod objects;
mod one;
mod restore;
mod write;

use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::failure::{Failure, at};

pub use one::{One, restore_organization};
pub use restore::restore;
pub use write::backup;

const FORMAT: &str = "helpdesk installation";
/// The version of the form that is written, and the only one that is read.
const VERSION: u32 = 1;

/// What a backup holds; `manifest.json`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    format: String,
    version: u32,
    /// Program and version that wrote it.
    pub made_by: String,
    /// The moment that the rows are of.
    pub made_at: DateTime<Utc>,
    /// Major version of the database server.
    pub postgres: i32,
    /// Slugs of the organizations in it.
    pub organizations: Vec<String>,
    /// Bytes and SHA-256 of `database.dump`.
    pub database: Part,
    /// Bytes and SHA-256 of `files.txt`.
    pub index: Part,
    /// How many files, and their bytes.
    pub files: Files,
    /// Files that rows name but that were not in the store.
    pub missing: Vec<String>,
}

/// A file of the backup itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    bytes: u64,
    sha256: String,
}

/// All objects together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Files {
    /// How many.
    pub count: u64,
    /// Bytes of all of them.
    pub bytes: u64,
}

/// A folder with a backup.
struct Folder(PathBuf);

impl Folder {
    fn dump(&self) -> PathBuf {
        self.0.join("database.dump")
    }

    fn files(&self) -> PathBuf {
        self.0.join("files")
    }

    fn index(&self) -> PathBuf {
        self.0.join("files.txt")
    }

    fn secret_key(&self) -> PathBuf {
        self.0.join("secret_key")
    }

    fn manifest(&self) -> PathBuf {
        self.0.join("manifest.json")
    }

    /// The backup in `dir`, whose own files are as they were written.
    async fn open(dir: &Path) -> Result<(Self, Manifest), Failure> {
        let folder = Self(dir.to_owned());
        let path = folder.manifest();
        if !path.is_file() {
            return Err(Failure::new(format!(
                "{} holds no complete backup: there is no manifest.json.",
                dir.display()
            )));
        }
        let text = std::fs::read(&path).map_err(at(&path))?;
        let manifest: Manifest = serde_json::from_slice(&text)
            .map_err(|error| Failure::new(format!("{} cannot be read: {error}.", path.display())))?;
        if manifest.format != FORMAT || manifest.version != VERSION {
            return Err(Failure::new(format!(
                "{} was written by another version: restore it with that.",
                dir.display()
            )));
        }
        for (path, part) in [(folder.dump(), &manifest.database), (folder.index(), &manifest.index)] {
            if objects::part(&path).await? != *part {
                return Err(Failure::new(format!(
                    "{} is not as it was written: the backup is damaged.",
                    path.display()
                )));
            }
        }
        Ok((folder, manifest))
    }
}
