//! One organization as a file: everything it has, for taking it to another installation or for keeping.
//!
//! The file is a plain tar. First `rows/TABLE.ndjson`, one row a line as JSON, ordered by key; then
//! `objects/…`, the files as they are; at last `manifest.json`, which counts and hashes all of it.
//! All rows are of one moment. `docs/EXPORT.md` describes it for those who read it with other programs.
//!
//! An import takes all of it or nothing, and believes nothing that it has not checked ([`check`]).

mod check;
mod export;
pub mod exports;
mod import;
mod scope;
mod tape;

use chrono::{DateTime, Utc};
use kernel::{AppError, OrganizationId};
use serde::{Deserialize, Serialize};

pub use export::export;
pub use import::{Imported, import};
pub use scope::{BLANKED, KEPT, LEFT_OUT, PLAIN_BYTES};

/// What [`Manifest::format`] says.
const FORMAT: &str = "helpdesk organization";
/// The version of the format that is written, and the only one that is read.
const VERSION: u32 = 1;

/// What an archive holds; `manifest.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Always `helpdesk organization`.
    pub format: String,
    /// Of this description.
    pub version: u32,
    /// Program and version that wrote it.
    pub made_by: String,
    /// The moment that the rows are of.
    pub made_at: DateTime<Utc>,
    /// Whose it is.
    pub organization: Subject,
    /// Whether people can sign in with the passwords they have.
    pub with_passwords: bool,
    /// Tables, by name, in the order of the file.
    pub tables: Vec<Part>,
    /// The files together.
    pub objects: Objects,
    /// What is not in the archive and has to be set again, one sentence each.
    pub to_set_again: Vec<String>,
}

/// The organization of an archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subject {
    /// Its id, which it keeps.
    pub id: OrganizationId,
    /// First label of its host.
    pub slug: String,
    /// Shown name.
    pub name: String,
    /// The rest of its host; mail addresses at that host follow it to a new one.
    pub base_domain: String,
}

/// One table of an archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// The table, and in `rows/NAME.ndjson` its rows.
    pub name: String,
    /// What each row has.
    pub columns: Vec<String>,
    /// Rows.
    pub rows: u64,
    /// Bytes of the part.
    pub bytes: u64,
    /// SHA-256 of the part, in hexadecimal.
    pub sha256: String,
}

/// The files of an archive.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Objects {
    /// How many.
    pub count: u64,
    /// Bytes of all of them.
    pub bytes: u64,
    /// SHA-256 of one line for each, in the order of the file: name, space, size, space, its SHA-256, newline.
    pub sha256: String,
    /// Files that rows name but that were not there.
    pub missing: Vec<String>,
}

fn refused(sentence: impl AsRef<str>) -> AppError {
    AppError::conflict(format!("The archive was refused and nothing was changed: {}.", sentence.as_ref()))
}

pub(crate) fn hex(digest: impl AsRef<[u8]>) -> String {
    digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn failed(error: impl std::error::Error + Send + Sync + 'static) -> AppError {
    AppError::Internal(error.into())
}
