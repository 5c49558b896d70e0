//! PostgreSQL's `postmaster.pid`: one value a line, in an order fixed by `pidfile.h`.

use std::{
    fs,
    path::{Path, PathBuf},
};

use nix::{errno::Errno, sys::signal::kill, unistd::Pid};

/// What the server of a cluster says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PidFile {
    pub(super) pid: i32,
    pub(super) socket_dir: PathBuf,
    /// Accepts connections; earlier a connection would only be refused and logged as FATAL.
    pub(super) ready: bool,
}

impl PidFile {
    /// None when there is no such file or it is still being written.
    pub(super) fn read(cluster: &Path) -> Option<Self> {
        Self::parse(&fs::read_to_string(cluster.join("postmaster.pid")).ok()?)
    }

    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines().map(str::trim_end);
        let pid = lines.next()?.parse().ok().filter(|pid| *pid > 0)?;
        let socket_dir = PathBuf::from(lines.nth(3).unwrap_or_default());
        let ready = lines.nth(2) == Some("ready");
        Some(Self { pid, socket_dir, ready })
    }

    /// Whether a process with this number exists.
    pub(super) fn is_alive(&self) -> bool {
        !matches!(kill(Pid::from_raw(self.pid), None), Err(Errno::ESRCH))
    }

    /// Whether the process with this number is known not to be the server of `cluster`: a
    /// server's working directory is its cluster, and only a zombie or another user's process
    /// shows us none. Never true where there is no `/proc`.
    pub(super) fn is_surely_another_process(&self, cluster: &Path) -> bool {
        let Ok(cluster) = cluster.canonicalize() else { return false };
        match fs::read_link(format!("/proc/{}/cwd", self.pid)) {
            Ok(cwd) => cwd != cluster,
            Err(_) => Path::new("/proc/self/cwd").exists(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ready_server_and_a_half_written_file() {
        let text = "123\n/d/postgres\n1700000000\n5432\n/d/run\n\n  5242 7\nready   \n";
        let file = PidFile { pid: 123, socket_dir: "/d/run".into(), ready: true };
        assert_eq!(PidFile::parse(text), Some(file));
        assert_eq!(PidFile::parse("123\n/d").map(|f| f.ready), Some(false));
        assert_eq!(PidFile::parse(&text.replace("ready   ", "starting")).map(|f| f.ready), Some(false));
        assert_eq!(PidFile::parse(""), None);
    }
}
