//! What the owner of a data folder is doing, written into its lock file for those who wait.

use std::{
    fs::{self, File},
    io,
    os::unix::fs::FileExt,
    path::Path,
};

/// Only meaningful while somebody holds the lock: a killed owner leaves its last word behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    Starting,
    /// Guests may join.
    Running,
    Stopping,
}

impl Phase {
    fn word(self) -> &'static str {
        match self {
            Self::Starting => "starting\n",
            Self::Running => "running\n",
            Self::Stopping => "stopping\n",
        }
    }
}

/// Writes the phase into the lock file, which the caller has locked.
pub(super) fn announce(lock: &File, phase: Phase) -> io::Result<()> {
    lock.set_len(0)?;
    lock.write_all_at(phase.word().as_bytes(), 0)
}

/// Whether the lock file at `path` says that guests may join.
pub(super) fn is_open_for_guests(path: &Path) -> bool {
    fs::read_to_string(path).is_ok_and(|text| text == Phase::Running.word())
}
