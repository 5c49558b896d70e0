//! Where the cluster, its socket and its log lie.

use std::{
    fs::{self, DirBuilder, File},
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
};

use nix::unistd::geteuid;
use sha2::{Digest, Sha256};

use super::{
    EmbeddedError,
    account::{Account, root_dir},
    error::at,
};

/// Where root puts what the server's user cannot reach inside the data folder.
const SYSTEM_DIR: &str = "/var/lib/helpdesk";
/// Longest socket path the system takes, in bytes (`sun_path` without its end mark).
const MAX_SOCKET_PATH: usize = if cfg!(target_os = "linux") { 107 } else { 103 };
const SOCKET_NAME: &str = "/.s.PGSQL.5432";

/// All places of one embedded server.
#[derive(Debug, Clone)]
pub(super) struct Placement {
    pub(super) account: Account,
    /// The cluster folder (PostgreSQL's `-D`).
    pub(super) cluster: PathBuf,
    pub(super) socket_dir: PathBuf,
    pub(super) log: PathBuf,
    /// `$DATA_DIR/cluster`: names the cluster, relative to the data folder when inside it.
    record: PathBuf,
    /// Said once, when the cluster is not inside the data folder.
    pub(super) notice: Option<String>,
}

impl Placement {
    /// Decides the places for `data_dir` (canonical) and makes the folders around them. An
    /// existing cluster is always found again; a new one goes into the data folder if the
    /// server's user can reach it, else into `/var/lib/helpdesk/<id>`.
    pub(super) fn decide(data_dir: &Path) -> Result<Self, EmbeddedError> {
        let record = data_dir.join("cluster");
        let inside = data_dir.join("postgres");
        let existing = match recorded_cluster(data_dir)? {
            Some(cluster) if is_cluster(&cluster) => Some(cluster),
            Some(cluster) => return Err(EmbeddedError::ClusterMissing { cluster, record }),
            None if is_cluster(&inside) => Some(inside.clone()),
            None => None,
        };
        let mut notice = None;
        let (account, cluster) = if let Some(cluster) = existing {
            let account = Account::for_cluster(&cluster)?;
            (account, cluster)
        } else {
            let account = Account::for_new_cluster()?;
            let cluster = match account.blocked_by(data_dir)? {
                None => inside,
                Some(blocked_by) => {
                    let cluster = system_cluster(data_dir)?;
                    notice = Some(moved_notice(&cluster, &account, &blocked_by));
                    cluster
                }
            };
            (account, cluster)
        };
        let base = cluster.parent().unwrap_or(data_dir);
        if let Some(blocked_by) = account.blocked_by(base)? {
            let (account, path) = (account.name, cluster);
            return Err(EmbeddedError::Unreachable { account, path, blocked_by });
        }
        let socket_dir = socket_dir(base, data_dir, &account)?;
        let log = data_dir.join("postgres.log");
        Ok(Self { account, cluster, socket_dir, log, record, notice })
    }

    /// Whether the cluster was made already.
    pub(super) fn is_initialized(&self) -> bool {
        is_cluster(&self.cluster)
    }

    /// Major version that made the cluster; None before it was made.
    pub(super) fn major(&self) -> Option<u32> {
        let text = fs::read_to_string(self.cluster.join("PG_VERSION")).ok()?;
        text.trim().parse().ok()
    }

    /// Remembers the place of the finished cluster for every later start.
    pub(super) fn write_record(&self) -> Result<(), EmbeddedError> {
        if self.record.exists() {
            return Ok(());
        }
        let inside = self.record.parent().and_then(|dir| self.cluster.strip_prefix(dir).ok());
        let text = format!("{}\n", inside.unwrap_or(&self.cluster).display());
        let new = self.record.with_extension("new");
        fs::write(&new, text).map_err(at(&new))?;
        fs::rename(&new, &self.record).map_err(at(&self.record))
    }

    /// A lock beside a cluster outside of the data folder: a copied data folder names the same
    /// cluster, and must not take the running server for an orphan. The data folder's own lock
    /// does for a cluster inside it.
    pub(super) fn lock_outside_cluster(&self) -> Result<Option<File>, EmbeddedError> {
        if self.record.parent().is_some_and(|dir| self.cluster.starts_with(dir)) {
            return Ok(None);
        }
        let file = open_lock(&self.cluster.with_extension("lock"))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(_) => Err(EmbeddedError::ClusterInUse { cluster: self.cluster.clone() }),
        }
    }
}

/// Makes the data folder when it is missing and gives back its canonical path. Root's lets
/// others pass through (not read), because the server's user has to; everybody else's is private.
pub(super) fn prepare_data_dir(dir: &Path) -> Result<PathBuf, EmbeddedError> {
    let mode = if geteuid().is_root() { 0o711 } else { 0o700 };
    DirBuilder::new().recursive(true).mode(mode).create(dir).map_err(at(dir))?;
    let canonical = dir.canonicalize().map_err(at(dir))?;
    match canonical.to_str() {
        Some(text) if !text.contains(char::is_control) => Ok(canonical),
        _ => {
            let cause = std::io::Error::other("its path must be plain UTF-8 text");
            Err(EmbeddedError::Path { path: canonical, cause })
        }
    }
}

/// The cluster `$DATA_DIR/cluster` names, whether it still exists or not.
pub(super) fn recorded_cluster(data_dir: &Path) -> Result<Option<PathBuf>, EmbeddedError> {
    let record = data_dir.join("cluster");
    match fs::read_to_string(&record) {
        Ok(text) => Ok(Some(data_dir.join(text.trim_end_matches('\n')))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(at(record)(error)),
    }
}

/// Opens a lock file, making it when it is missing; the file is never removed.
pub(super) fn open_lock(path: &Path) -> Result<File, EmbeddedError> {
    let mut options = File::options();
    options.read(true).write(true).create(true).truncate(false);
    options.open(path).map_err(at(path))
}

fn is_cluster(dir: &Path) -> bool {
    dir.join("PG_VERSION").is_file()
}

/// Twelve hexadecimal digits that stand for a data folder.
fn short_id(data_dir: &Path) -> String {
    let digest = Sha256::digest(data_dir.as_os_str().as_encoded_bytes());
    digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

fn system_cluster(data_dir: &Path) -> Result<PathBuf, EmbeddedError> {
    let system = Path::new(SYSTEM_DIR);
    let base = system.join(short_id(data_dir));
    root_dir(system)?;
    root_dir(&base)?;
    Ok(base.join("postgres"))
}

fn moved_notice(cluster: &Path, account: &Account, blocked_by: &Path) -> String {
    format!(
        "The database lies in {}, because PostgreSQL runs as user {}, who may not enter {}.",
        cluster.display(),
        account.name,
        blocked_by.display()
    )
}

/// `run` beside the cluster, or where that path would be too long a short one that follows from
/// the data folder alone.
fn socket_dir(base: &Path, data_dir: &Path, account: &Account) -> Result<PathBuf, EmbeddedError> {
    let near = base.join("run");
    let dir = if near.as_os_str().len() + SOCKET_NAME.len() <= MAX_SOCKET_PATH {
        near
    } else if account.switch && Path::new("/run").is_dir() {
        root_dir(Path::new("/run/helpdesk"))?;
        Path::new("/run/helpdesk").join(short_id(data_dir))
    } else {
        Path::new("/tmp").join(format!("helpdesk-{}-{}", account.uid, short_id(data_dir)))
    };
    account.private_dir(&dir)?;
    Ok(dir)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_short_and_differ_by_folder() {
        let id = short_id(Path::new("/srv/helpdesk"));
        assert_eq!(id.len(), 12);
        assert_eq!(id, short_id(Path::new("/srv/helpdesk")));
        assert_ne!(id, short_id(Path::new("/srv/helpdesk2")));
    }

    #[test]
    fn the_longest_fallback_socket_path_fits() {
        let path = format!("/tmp/helpdesk-{}-{}{SOCKET_NAME}", u32::MAX, short_id(Path::new("/")));
        assert!(path.len() <= MAX_SOCKET_PATH);
    }
}
