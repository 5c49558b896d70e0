//! Reading and writing tar files beside the asynchronous work: on a thread of their own, with a bounded number of
//! pieces in between.

use std::{
    fs::File,
    io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write},
    path::Path,
};

use bytes::Bytes;
use kernel::AppResult;
use tar::{Archive, Builder, EntryType, Header};
use tokio::{
    sync::mpsc::{Receiver, Sender, channel},
    task::{JoinHandle, spawn_blocking},
};

use super::{failed, refused};

/// Pieces that may wait for the other side.
const WAITING: usize = 16;
/// Bytes of a piece.
pub(super) const PIECE: usize = 64 * 1024;

#[derive(Debug)]
enum Step {
    Begin(String),
    Data(Bytes),
    End,
    Finish,
}

/// Writes a new archive, readable by its owner only.
#[derive(Debug)]
pub(super) struct Writer {
    steps: Sender<Step>,
    done: JoinHandle<io::Result<()>>,
}

impl Writer {
    pub(super) fn create(path: &Path) -> AppResult<Self> {
        use std::os::unix::fs::OpenOptionsExt;
        let options = File::options().write(true).create(true).truncate(true).mode(0o600).open(path);
        let file = options.map_err(failed)?;
        let (steps, received) = channel(WAITING);
        Ok(Self { steps, done: spawn_blocking(move || write(file, received)) })
    }

    async fn step(&mut self, step: Step) -> AppResult<()> {
        if self.steps.send(step).await.is_ok() {
            return Ok(());
        }
        // The thread has ended before its time: it knows why.
        (&mut self.done).await.map_err(failed)?.map_err(failed)?;
        Err(kernel::AppError::internal("the archive cannot be written any more"))
    }

    pub(super) async fn begin(&mut self, name: &str) -> AppResult<()> {
        self.step(Step::Begin(name.to_owned())).await
    }

    pub(super) async fn data(&mut self, data: Bytes) -> AppResult<()> {
        self.step(Step::Data(data)).await
    }

    pub(super) async fn end(&mut self) -> AppResult<()> {
        self.step(Step::End).await
    }

    /// The archive is complete and on the disk.
    pub(super) async fn finish(mut self) -> AppResult<()> {
        self.step(Step::Finish).await?;
        self.done.await.map_err(failed)?.map_err(failed)
    }
}

fn write(file: File, mut steps: Receiver<Step>) -> io::Result<()> {
    let mut tar = Builder::new(BufWriter::new(file));
    loop {
        match steps.blocking_recv() {
            Some(Step::Begin(name)) => {
                let mut header = Header::new_ustar();
                header.set_mode(0o600);
                header.set_entry_type(EntryType::Regular);
                let mut entry = tar.append_writer(&mut header, name)?;
                loop {
                    match steps.blocking_recv() {
                        Some(Step::Data(data)) => entry.write_all(&data)?,
                        Some(Step::End) => break,
                        _ => return Err(io::ErrorKind::UnexpectedEof.into()),
                    }
                }
                entry.finish()?;
            }
            Some(Step::Finish) => {
                let mut file = tar.into_inner()?;
                file.flush()?;
                return file.get_ref().sync_all();
            }
            _ => return Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }
}

/// Calls `visit` for each entry that is wanted, in the order of the file, with its name, size and contents. Anything
/// but plain files with plain names is refused.
pub(super) fn visit(file: &File, mut visit: impl FnMut(&str, u64, &mut dyn Read) -> AppResult<()>) -> AppResult<()> {
    let mut file = file;
    file.seek(SeekFrom::Start(0)).map_err(failed)?;
    let broken = |_| refused("it is no tar file, or it is damaged");
    let mut tar = Archive::new(BufReader::with_capacity(PIECE, file));
    for entry in tar.entries_with_seek().map_err(broken)?.raw(true) {
        let mut entry = entry.map_err(broken)?;
        if entry.header().entry_type() != EntryType::Regular {
            return Err(refused("it holds something else than plain files"));
        }
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        if !is_plain(&name) {
            return Err(refused(format!("{name:.100?} is no name of a part")));
        }
        let size = entry.size();
        visit(&name, size, &mut entry)?;
    }
    Ok(())
}

/// Folders and a name of lower-case letters, digits, `_` and `-`; one dot before the ending.
fn is_plain(name: &str) -> bool {
    let word = |word: &str| {
        !word.is_empty()
            && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-'))
    };
    let stem = name.strip_suffix(".ndjson").or_else(|| name.strip_suffix(".json")).unwrap_or(name);
    name.len() <= 100 && stem.split('/').all(word)
}

#[cfg(test)]
mod tests {
    use super::is_plain;

    #[test]
    fn names_cannot_leave_the_archive() {
        for good in ["manifest.json", "rows/ticket_tags.ndjson", "objects/files/01m7zc4", "a-b/c_d"] {
            assert!(is_plain(good), "{good}");
        }
        let long = "a".repeat(101);
        for bad in [
            "",
            "/",
            "/etc/passwd",
            "../x",
            "a/../b",
            "a//b",
            "a/./b",
            "A",
            "a b",
            "a\\b",
            "a\0",
            ".json",
            "x.y.json",
            &long,
        ] {
            assert!(!is_plain(bad), "{bad:?}");
        }
    }
}
