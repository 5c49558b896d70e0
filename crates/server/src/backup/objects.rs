//! Objects from one store to another, and what they are worth.

use std::path::Path as FilePath;
use std::sync::Arc;

use futures_util::TryStreamExt;
use kernel::{AppError, AppResult};
use object_store::{ObjectStore, ObjectStoreExt, buffered::BufWriter, path::Path};
use sha2::{Digest, Sha256};
use tokio::io::AsyncReadExt;

use super::Part;
use crate::{
    archive::hex,
    failure::{Failure, at},
    storage,
};

/// The files of a backup.
pub(super) fn store(dir: &FilePath) -> Result<Arc<dyn ObjectStore>, Failure> {
    std::fs::create_dir_all(dir).map_err(at(dir))?;
    storage::folder(dir)
}

/// Copies an object in pieces; its size and SHA-256, or nothing when it is not there.
pub(super) async fn copy(
    from: &dyn ObjectStore,
    to: &Arc<dyn ObjectStore>,
    key: &Path,
) -> AppResult<Option<(u64, String)>> {
    let failed = |error: object_store::Error| AppError::Internal(error.into());
    let found = match from.get(key).await {
        Ok(found) => found,
        Err(object_store::Error::NotFound { .. }) => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    let (mut hash, mut size) = (Sha256::new(), 0);
    let mut stream = found.into_stream();
    let mut writer = BufWriter::new(Arc::clone(to), key.clone());
    while let Some(data) = stream.try_next().await.map_err(failed)? {
        hash.update(&data);
        size += u64::try_from(data.len()).unwrap_or(u64::MAX);
        writer.put(data).await.map_err(failed)?;
    }
    tokio::io::AsyncWriteExt::shutdown(&mut writer).await.map_err(|error| AppError::Internal(error.into()))?;
    Ok(Some((size, hex(hash.finalize()))))
}

/// A file of a backup as it is.
pub(super) async fn part(path: &FilePath) -> Result<Part, Failure> {
    let mut file = tokio::fs::File::open(path).await.map_err(at(path))?;
    let (mut hash, mut bytes, mut piece) = (Sha256::new(), 0, vec![0; 128 * 1024]);
    loop {
        let read = file.read(&mut piece).await.map_err(at(path))?;
        let Some(read) = piece.get(..read).filter(|read| !read.is_empty()) else { break };
        hash.update(read);
        bytes += u64::try_from(read.len()).unwrap_or(u64::MAX);
    }
    Ok(Part { bytes, sha256: hex(hash.finalize()) })
}
