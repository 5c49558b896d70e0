//! The installation's one secret: `SECRET_KEY`, or a file of the data folder that is made once.

use std::{
    fs,
    io::{ErrorKind, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use nix::unistd::geteuid;

use crate::{
    config::{SECRET_LENGTH, Settings},
    failure::{Failure, at},
};

/// Where the secret lies when it is not in the environment.
pub(crate) fn key_file(data_dir: &Path) -> PathBuf {
    data_dir.join("secret_key")
}

/// The secret; `fresh` is written to the key file when there is none yet.
pub(crate) fn load(settings: &Settings, fresh: [u8; 32]) -> Result<Vec<u8>, Failure> {
    if let Some(secret) = &settings.secret_key {
        return Ok(secret.clone().into_bytes());
    }
    let path = key_file(&settings.data_dir);
    if !fs::exists(&path).map_err(at(&path))? {
        make(&path, fresh)?;
    }
    read(&path)
}

/// The secret in a key file.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let secret = fs::read_to_string(path).map_err(at(path))?;
    let secret = secret.trim();
    if secret.len() < SECRET_LENGTH {
        let path = path.display();
        return Err(Failure::new(format!("{path} must hold a secret of at least {SECRET_LENGTH} characters.")));
    }
    Ok(secret.as_bytes().to_vec())
}

/// Puts a secret of a backup into the key file. Another one that was there is kept beside it.
pub(crate) fn put(data_dir: &Path, secret: &[u8]) -> Result<(), Failure> {
    let path = key_file(data_dir);
    if read(&path)? == secret {
        return Ok(());
    }
    let kept = path.with_extension("before_restore");
    let draft = write(&path, &String::from_utf8_lossy(secret))?;
    fs::copy(&path, &kept).map_err(at(&kept))?;
    fs::rename(&draft, &path).map_err(at(&path))
}

/// A file beside the key file that holds this secret.
fn write(path: &Path, secret: &str) -> Result<PathBuf, Failure> {
    let draft = path.with_extension(std::process::id().to_string());
    let mut file =
        fs::File::options().write(true).create(true).truncate(true).mode(0o600).open(&draft).map_err(at(&draft))?;
    writeln!(file, "{secret}").and_then(|()| file.sync_all()).map_err(at(&draft))?;
    Ok(draft)
}

/// Complete or not at all, and never over the key of another process that was faster.
fn make(path: &Path, fresh: [u8; 32]) -> Result<(), Failure> {
    let text: String = fresh.iter().map(|byte| format!("{byte:02x}")).collect();
    let draft = write(path, &text)?;
    let linked = fs::hard_link(&draft, path);
    fs::remove_file(&draft).map_err(at(&draft))?;
    match linked {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(at(path)(error)),
        _ => Ok(()),
    }
}

/// Makes the data folder and its `files` folder; returns the first one's full path.
pub(crate) fn folders(data_dir: &Path) -> Result<PathBuf, Failure> {
    // The embedded server's own user must be able to pass through the folder of root.
    let mode = if geteuid().is_root() { 0o711 } else { 0o700 };
    let make = |dir: &Path, mode| fs::DirBuilder::new().recursive(true).mode(mode).create(dir).map_err(at(dir));
    make(data_dir, mode)?;
    make(&data_dir.join("files"), 0o700)?;
    data_dir.canonicalize().map_err(at(data_dir))
}
