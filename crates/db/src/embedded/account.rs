//! Who runs the server, and what that user can reach.

use std::{
    fs, io,
    os::unix::fs::{MetadataExt, PermissionsExt, lchown},
    path::{Path, PathBuf},
};

use nix::unistd::{Uid, User, geteuid};

use super::{EmbeddedError, error::at};

/// The user the server runs as. `switch` is false when that is the current user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) name: String,
    pub(super) uid: u32,
    pub(super) gid: u32,
    pub(super) switch: bool,
}

impl Account {
    /// The current user, or for root (whom PostgreSQL refuses) `postgres`, else `nobody`.
    pub(super) fn for_new_cluster() -> Result<Self, EmbeddedError> {
        let me = geteuid();
        if !me.is_root() {
            return Ok(Self::by_uid(me, false));
        }
        let named = |name| User::from_name(name).ok().flatten().filter(|u| !u.uid.is_root());
        let user = named("postgres").or_else(|| named("nobody")).ok_or(EmbeddedError::NoAccount)?;
        Ok(Self::from_user(user, true))
    }

    /// The owner of an existing cluster: only that user's server accepts it.
    pub(super) fn for_cluster(cluster: &Path) -> Result<Self, EmbeddedError> {
        let owner = fs::metadata(cluster).map_err(at(cluster))?.uid();
        let me = geteuid();
        if owner == 0 || !(me.is_root() || me.as_raw() == owner) {
            return Err(EmbeddedError::ForeignCluster { cluster: cluster.to_owned(), owner });
        }
        Ok(Self::by_uid(Uid::from_raw(owner), me.is_root()))
    }

    fn by_uid(uid: Uid, switch: bool) -> Self {
        match User::from_uid(uid) {
            Ok(Some(user)) => Self::from_user(user, switch),
            _ => Self { name: uid.to_string(), uid: uid.as_raw(), gid: uid.as_raw(), switch },
        }
    }

    fn from_user(user: User, switch: bool) -> Self {
        Self { name: user.name, uid: user.uid.as_raw(), gid: user.gid.as_raw(), switch }
    }

    /// The outermost of `dir` and its parents that this user may not enter, by permission bits
    /// of user, group and others (the server gets no supplementary groups). `dir` is absolute
    /// and without symbolic links.
    pub(super) fn blocked_by(&self, dir: &Path) -> Result<Option<PathBuf>, EmbeddedError> {
        if !self.switch {
            return Ok(None);
        }
        let mut parents: Vec<&Path> = dir.ancestors().collect();
        parents.reverse();
        for parent in parents {
            let meta = fs::metadata(parent).map_err(at(parent))?;
            let bit = if meta.uid() == self.uid {
                0o100
            } else if meta.gid() == self.gid {
                0o010
            } else {
                0o001
            };
            if meta.mode() & bit == 0 {
                return Ok(Some(parent.to_owned()));
            }
        }
        Ok(None)
    }

    /// Makes `dir` a real folder of this user with mode 0700, and refuses one that somebody
    /// else made there before: whoever owns the socket folder could answer in our name.
    pub(super) fn private_dir(&self, dir: &Path) -> Result<(), EmbeddedError> {
        let made = match nix::unistd::mkdir(dir, nix::sys::stat::Mode::S_IRWXU) {
            Ok(()) => true,
            Err(nix::errno::Errno::EEXIST) => false,
            Err(errno) => return Err(at(dir)(errno.into())),
        };
        let meta = fs::symlink_metadata(dir).map_err(at(dir))?;
        let refuse = |reason| Err(EmbeddedError::UnsafeDir { path: dir.to_owned(), reason });
        if !meta.is_dir() {
            return refuse("it is not a folder");
        }
        if meta.uid() != self.uid {
            if !(self.switch && meta.uid() == 0) {
                return refuse("it belongs to another user");
            }
            lchown(dir, Some(self.uid), Some(self.gid)).map_err(at(dir))?;
        }
        if !made && meta.mode() & 0o7777 != 0o700 {
            fs::set_permissions(dir, fs::Permissions::from_mode(0o700)).map_err(at(dir))?;
        }
        Ok(())
    }
}

/// Makes a folder of root that others may pass through but not change, and refuses another's.
pub(super) fn root_dir(dir: &Path) -> Result<(), EmbeddedError> {
    match fs::create_dir(dir) {
        Ok(()) => {
            let mode = fs::Permissions::from_mode(0o755);
            return fs::set_permissions(dir, mode).map_err(at(dir));
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(at(dir)(error)),
    }
    let meta = fs::symlink_metadata(dir).map_err(at(dir))?;
    if meta.is_dir() && meta.uid() == 0 && meta.mode() & 0o022 == 0 {
        return Ok(());
    }
    let reason = "it is not a folder that only root can change";
    Err(EmbeddedError::UnsafeDir { path: dir.to_owned(), reason })
}
