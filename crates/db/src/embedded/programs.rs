//! Finding the PostgreSQL server programs of this machine.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
    process::Command,
};

use super::EmbeddedError;

/// Oldest major version that is accepted.
pub const MIN_MAJOR: u32 = 15;
const NEEDED: [&str; 3] = ["initdb", "postgres", "pg_ctl"];

/// A folder with `initdb`, `postgres` and `pg_ctl` of one version, at least [`MIN_MAJOR`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Programs {
    dir: PathBuf,
    major: u32,
}

impl Programs {
    /// The first usable installation: `PG_BIN_DIR` (then nothing else is looked at),
    /// `pg_config --bindir`, Debian's and Red Hat's versioned folders (newest first), Homebrew,
    /// and at last the folders of `PATH`.
    pub fn find() -> Result<Self, EmbeddedError> {
        if let Some(dir) = env::var_os("PG_BIN_DIR").filter(|dir| !dir.is_empty()) {
            let found = Self::in_chosen_dir(PathBuf::from(dir))?;
            return found.new_enough();
        }
        let mut newest_old: Option<Self> = None;
        for dir in candidates() {
            match Self::probe(dir) {
                Ok(found) if found.major >= MIN_MAJOR => return Ok(found),
                Ok(old) if newest_old.as_ref().is_none_or(|n| n.major < old.major) => {
                    newest_old = Some(old);
                }
                _ => {}
            }
        }
        match newest_old {
            Some(old) => old.new_enough(),
            None => Err(EmbeddedError::NotFound { install: install_command() }),
        }
    }

    /// The programs that can run `cluster`, which was made by major version `wanted`: a data
    /// folder is bound to its major version, so a newer installation beside it is passed over.
    pub fn find_for(cluster: &Path, wanted: u32) -> Result<Self, EmbeddedError> {
        let default = Self::find()?;
        if default.major == wanted {
            return Ok(default);
        }
        let other = EmbeddedError::OtherMajor { cluster: cluster.to_owned(), wanted, found: default.major };
        if env::var_os("PG_BIN_DIR").is_some_and(|dir| !dir.is_empty()) {
            return Err(other);
        }
        let mut all = candidates().into_iter().filter_map(|dir| Self::probe(dir).ok());
        all.find(|found| found.major == wanted).ok_or(other)
    }

    /// The folder; client programs such as `pg_dump` usually lie there too.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Major version, such as 15.
    pub fn major(&self) -> u32 {
        self.major
    }

    /// Full path of one program of this installation.
    pub fn path(&self, program: &str) -> PathBuf {
        self.dir.join(program)
    }

    fn in_chosen_dir(dir: PathBuf) -> Result<Self, EmbeddedError> {
        let missing = NEEDED.into_iter().find(|program| !dir.join(program).is_file());
        Self::probe(dir.clone()).map_err(|cause| EmbeddedError::BadBinDir {
            path: dir,
            program: missing.unwrap_or("postgres"),
            cause,
        })
    }

    fn probe(dir: PathBuf) -> io::Result<Self> {
        for program in NEEDED {
            if !dir.join(program).is_file() {
                return Err(io::Error::new(io::ErrorKind::NotFound, "no such program"));
            }
        }
        let output = Command::new(dir.join("postgres")).arg("--version").output()?;
        let text = String::from_utf8_lossy(&output.stdout);
        let major = parse_major(&text).ok_or_else(|| io::Error::other(format!("unknown version {:?}", text.trim())))?;
        Ok(Self { dir, major })
    }

    fn new_enough(self) -> Result<Self, EmbeddedError> {
        if self.major >= MIN_MAJOR {
            return Ok(self);
        }
        Err(EmbeddedError::TooOld { path: self.dir, found: self.major, install: install_command() })
    }
}

/// A client program such as `pg_dump` that understands a server of major version `server`: the one of
/// that version, else the oldest newer one. `PG_BIN_DIR` counts here too.
pub fn find_client(program: &str, server: u32) -> Option<PathBuf> {
    let chosen = env::var_os("PG_BIN_DIR").filter(|dir| !dir.is_empty());
    let dirs = chosen.map_or_else(candidates, |dir| vec![PathBuf::from(dir)]);
    let versions = dirs.into_iter().filter_map(|dir| {
        let path = dir.join(program);
        let output = Command::new(&path).arg("--version").output().ok()?;
        Some((parse_major(&String::from_utf8_lossy(&output.stdout))?, path))
    });
    let usable = versions.filter(|(major, _)| *major >= server);
    usable.min_by_key(|(major, _)| *major).map(|(_, path)| path)
}

/// Major version in the answer of `postgres --version`, e.g. `postgres (PostgreSQL) 17beta1`.
fn parse_major(text: &str) -> Option<u32> {
    let version = text.split_once("(PostgreSQL)")?.1.trim_start();
    let digits = version.split(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok()
}

fn candidates() -> Vec<PathBuf> {
    let mut dirs = Vec::new();
    if let Ok(output) = Command::new("pg_config").arg("--bindir").output() {
        let line = String::from_utf8_lossy(&output.stdout);
        dirs.extend(Some(line.trim()).filter(|dir| !dir.is_empty()).map(PathBuf::from));
    }
    dirs.extend(versioned("/usr/lib/postgresql", ""));
    dirs.extend(versioned("/usr", "pgsql-"));
    for homebrew in ["/opt/homebrew/opt", "/usr/local/opt", "/home/linuxbrew/.linuxbrew/opt"] {
        dirs.extend(versioned(homebrew, "postgresql@"));
        dirs.push(Path::new(homebrew).join("postgresql/bin"));
    }
    dirs.extend(env::var_os("PATH").iter().flat_map(env::split_paths));
    dirs
}

/// `parent/<prefix><number>/bin`, highest number first.
fn versioned(parent: &str, prefix: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(parent).into_iter().flatten().flatten();
    let mut found: Vec<(u32, PathBuf)> = entries
        .filter_map(|entry| {
            let name = entry.file_name();
            let number = name.to_str()?.strip_prefix(prefix)?.parse().ok()?;
            Some((number, entry.path().join("bin")))
        })
        .collect();
    found.sort_by(|a, b| b.cmp(a));
    found.into_iter().map(|(_, dir)| dir).collect()
}

fn install_command() -> String {
    let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    let is = |id: &str| {
        release
            .lines()
            .filter_map(|line| line.strip_prefix("ID=").or(line.strip_prefix("ID_LIKE=")))
            .any(|ids| ids.trim_matches('"').split(' ').any(|i| i == id))
    };
    let command = if cfg!(target_os = "macos") {
        return "brew install postgresql@17".to_owned();
    } else if is("fedora") || is("rhel") {
        "dnf install postgresql-server"
    } else if is("alpine") {
        "apk add postgresql"
    } else if is("arch") {
        "pacman -S postgresql"
    } else {
        "apt-get install postgresql"
    };
    let sudo = if nix::unistd::geteuid().is_root() { "" } else { "sudo " };
    format!("{sudo}{command}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_read_from_releases_and_betas() {
        assert_eq!(parse_major("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"), Some(15));
        assert_eq!(parse_major("postgres (PostgreSQL) 17beta1"), Some(17));
        assert_eq!(parse_major("postgres: not found"), None);
    }

    #[test]
    fn the_machine_has_a_new_enough_server() -> Result<(), EmbeddedError> {
        let found = Programs::find()?;
        assert!(found.major() >= MIN_MAJOR);
        assert_eq!(Programs::find_for(Path::new("/x"), found.major())?.major(), found.major());
        let refused = Programs::find_for(Path::new("/x"), 9);
        assert!(matches!(refused, Err(EmbeddedError::OtherMajor { wanted: 9, .. })));
        assert!(find_client("pg_dump", found.major()).is_some());
        assert_eq!(find_client("pg_dump", 999), None);
        Ok(())
    }
}
