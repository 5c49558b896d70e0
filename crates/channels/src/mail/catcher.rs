//! The mail catcher: outgoing mails of a development or demo installation land in files.

use std::fs;
use std::io::{Error, ErrorKind, Result, Write};
use std::path::PathBuf;
use std::time::SystemTime;

/// Writes and reads `<dir>/<organization slug>/<stem>.eml`.
#[derive(Debug, Clone)]
pub struct MailCatcher {
    dir: PathBuf,
}

/// One caught mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaughtMail {
    /// File name without `.eml`.
    pub stem: String,
    /// Size in bytes.
    pub size: u64,
    /// When it was written.
    pub written: SystemTime,
}

impl MailCatcher {
    /// Catcher over a directory, created with the first mail.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into() }
    }

    /// Writes a mail, replacing one of the same name; readers never see half of it.
    pub fn write(&self, org_slug: &str, file_stem: &str, raw: &[u8]) -> Result<()> {
        let dir = self.dir.join(checked(org_slug)?);
        let stem = checked(file_stem)?;
        fs::create_dir_all(&dir)?;
        let temporary = dir.join(format!(".{stem}.{}.tmp", std::process::id()));
        let written = fs::File::create(&temporary).and_then(|mut file| {
            file.write_all(raw)?;
            file.sync_all()
        });
        let done = written.and_then(|()| fs::rename(&temporary, dir.join(format!("{stem}.eml"))));
        if done.is_err() {
            // The error of the write is the one that counts.
            let _ = fs::remove_file(&temporary);
        }
        done
    }

    /// The newest mails of an organization, newest first, at most `limit`.
    pub fn list(&self, org_slug: &str, limit: usize) -> Result<Vec<CaughtMail>> {
        let dir = self.dir.join(checked(org_slug)?);
        let entries = match fs::read_dir(dir) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut found = Vec::new();
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name();
            let Some(stem) = name.to_str().and_then(|name| name.strip_suffix(".eml")) else {
                continue;
            };
            let about = entry.metadata()?;
            if about.is_file() && checked(stem).is_ok() {
                found.push(CaughtMail { stem: stem.to_owned(), size: about.len(), written: about.modified()? });
            }
        }
        found.sort_by(|a, b| b.written.cmp(&a.written).then_with(|| b.stem.cmp(&a.stem)));
        found.truncate(limit);
        Ok(found)
    }

    /// Removes all mails of an organization; harmless when there are none.
    pub fn remove(&self, org_slug: &str) -> Result<()> {
        match fs::remove_dir_all(self.dir.join(checked(org_slug)?)) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// A caught mail as written; `None` when there is none of this name.
    pub fn read(&self, org_slug: &str, stem: &str) -> Result<Option<Vec<u8>>> {
        let path = self.dir.join(checked(org_slug)?).join(format!("{}.eml", checked(stem)?));
        match fs::read(path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Names of `[a-z0-9._-]`, 1 to 150 characters, not starting with a dot.
fn checked(name: &str) -> Result<&str> {
    let fine = (1..=150).contains(&name.len())
        && !name.starts_with('.')
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b));
    if fine {
        return Ok(name);
    }
    Err(Error::new(
        ErrorKind::InvalidInput,
        "a name in the mail catcher may only hold a-z, 0-9, dot, underscore and hyphen",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mails_are_written_listed_and_read() {
        let dir = std::env::temp_dir().join(format!("catcher-{}", std::process::id()));
        let catcher = MailCatcher::new(&dir);
        assert_eq!(catcher.list("acme", 10).unwrap(), vec![]);
        assert_eq!(catcher.read("acme", "a").unwrap(), None);
        for stem in ["a", "b.1", "c_2-x"] {
            catcher.write("acme", stem, stem.as_bytes()).unwrap();
        }
        catcher.write("acme", "a", b"again").unwrap();
        let stems = |limit| catcher.list("acme", limit).unwrap().into_iter().map(|m| m.stem).collect::<Vec<_>>();
        assert_eq!(stems(10).len(), 3);
        assert_eq!(stems(10)[0], "a");
        assert_eq!(stems(1).len(), 1);
        assert_eq!(catcher.read("acme", "a").unwrap().unwrap(), b"again");
        assert_eq!(catcher.list("other", 10).unwrap(), vec![]);
        let left: Vec<_> = fs::read_dir(dir.join("acme")).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(left.len(), 3, "{left:?}");
        catcher.remove("acme").unwrap();
        catcher.remove("acme").unwrap();
        assert_eq!(catcher.list("acme", 10).unwrap(), vec![]);
        fs::remove_dir_all(dir).unwrap();
    }

    #[test]
    fn names_cannot_leave_the_directory() {
        let catcher = MailCatcher::new(std::env::temp_dir());
        for name in ["", ".", "..", "../x", "a/b", "a\\b", "/etc", "A", "a b", "é", ".hidden", "a\0"] {
            assert!(catcher.write(name, "x", b"").is_err(), "{name}");
            assert!(catcher.write("x", name, b"").is_err(), "{name}");
            assert!(catcher.read(name, "x").is_err(), "{name}");
            assert!(catcher.read("x", name).is_err(), "{name}");
            assert!(catcher.list(name, 1).is_err(), "{name}");
            assert!(catcher.remove(name).is_err(), "{name}");
        }
    }
}
