//! Everything that can keep the embedded server from running.

use std::{io, path::PathBuf, process::ExitStatus};

/// Why the embedded server could not be found, started, joined or stopped.
///
/// Each message is one sentence made to be printed alone: it names the path or the command that
/// helps and already contains its cause, so there is no `source()` chain.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    /// No folder holds `initdb`, `postgres` and `pg_ctl`.
    #[error(
        "No PostgreSQL server programs (initdb, postgres, pg_ctl) were found: install PostgreSQL 15 or newer with `{install}`, or set PG_BIN_DIR or DATABASE_URL."
    )]
    NotFound {
        /// The command that installs a server on this system.
        install: String,
    },
    /// `PG_BIN_DIR` is set, but programs are missing there.
    #[error(
        "PG_BIN_DIR is set to {}, but {program} cannot be run there: {cause}.",
        path.display()
    )]
    BadBinDir {
        /// The value of `PG_BIN_DIR`.
        path: PathBuf,
        /// The first missing program.
        program: &'static str,
        /// What the system said.
        cause: io::Error,
    },
    /// Only servers older than 15 are installed.
    #[error(
        "PostgreSQL 15 or newer is needed, but {} is version {found}: install a newer one with `{install}`, or set PG_BIN_DIR or DATABASE_URL.",
        path.display()
    )]
    TooOld {
        /// Folder of the newest programs found.
        path: PathBuf,
        /// Their major version.
        found: u32,
        /// The command that installs a server on this system.
        install: String,
    },
    /// The cluster was made by a major version that is not installed.
    #[error(
        "The database in {} was made by PostgreSQL {wanted}, but only version {found} was found: install PostgreSQL {wanted} or upgrade the database with pg_upgrade.",
        cluster.display()
    )]
    OtherMajor {
        /// The cluster folder.
        cluster: PathBuf,
        /// Its major version.
        wanted: u32,
        /// The version that was found.
        found: u32,
    },
    /// A file or folder of the data folder cannot be used.
    #[error("{} cannot be used: {cause}.", path.display())]
    Path {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// Running as root, and there is nobody to run the server as.
    #[error(
        "PostgreSQL does not run as root and neither the user postgres nor nobody exists: create one with `useradd --system postgres`."
    )]
    NoAccount,
    /// The cluster belongs to somebody else than the user who would run the server.
    #[error(
        "The database in {} belongs to user id {owner}: run helpdesk as that user, or as root if it is not root.",
        cluster.display()
    )]
    ForeignCluster {
        /// The cluster folder.
        cluster: PathBuf,
        /// The owner's numeric user id.
        owner: u32,
    },
    /// The server's user is stopped by the permissions of a parent folder.
    #[error(
        "User {account} must be able to reach {}, but may not enter {}: run `chmod o+x {}`.",
        path.display(), blocked_by.display(), blocked_by.display()
    )]
    Unreachable {
        /// Name of the user who runs the server.
        account: String,
        /// What has to be reached.
        path: PathBuf,
        /// The outermost folder that user may not enter.
        blocked_by: PathBuf,
    },
    /// The recorded cluster is gone; a new, empty one is never made in its place.
    #[error(
        "The database {} named in {} does not exist: put it back, or remove that file to begin with an empty database.",
        cluster.display(), record.display()
    )]
    ClusterMissing {
        /// Where the cluster should be.
        cluster: PathBuf,
        /// The file that says so.
        record: PathBuf,
    },
    /// Two data folders name the same cluster, and the other one is running.
    #[error("The database {} is in use by another data folder (was this one copied?).", cluster.display())]
    ClusterInUse {
        /// The cluster folder.
        cluster: PathBuf,
    },
    /// A private folder exists already and is not safe to use.
    #[error("The folder {} is not safe to use: {reason}.", path.display())]
    UnsafeDir {
        /// The folder.
        path: PathBuf,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A server program could not be run at all.
    #[error("{} could not be run: {cause}.", program.display())]
    Spawn {
        /// The program.
        program: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// `initdb` failed.
    #[error("The database could not be created in {}: {output}", cluster.display())]
    Initdb {
        /// The cluster folder.
        cluster: PathBuf,
        /// What `initdb` printed.
        output: String,
    },
    /// The server ended while starting.
    #[error("PostgreSQL ended while starting ({status}): {reason} (log: {})", log.display())]
    StartFailed {
        /// How it ended.
        status: ExitStatus,
        /// The last complaint in its log.
        reason: String,
        /// The log.
        log: PathBuf,
    },
    /// The server runs but did not become ready in time.
    #[error("PostgreSQL was not ready after {seconds} s, see {}.", log.display())]
    StartTimeout {
        /// How long was waited.
        seconds: u64,
        /// The log.
        log: PathBuf,
    },
    /// Another helpdesk process holds the data folder, but its server never became ready.
    #[error(
        "{} is in use by another helpdesk process whose database did not become ready within {seconds} s.",
        data_dir.display()
    )]
    Busy {
        /// The data folder.
        data_dir: PathBuf,
        /// How long was waited.
        seconds: u64,
    },
    /// The server could not be stopped.
    #[error("PostgreSQL could not be stopped: {cause}.")]
    Stop {
        /// What the system said.
        cause: io::Error,
    },
}

/// For `map_err`: says which path an I/O error is about.
pub(super) fn at(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> EmbeddedError {
    let path = path.into();
    move |cause| EmbeddedError::Path { path, cause }
}
