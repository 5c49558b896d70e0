//! Receiving a file: streamed into the store, recorded when all of it is there.

use axum::extract::{FromRequest, Multipart, Request};
use bytes::Bytes;
use db::TenantTx;
use kernel::{AppError, AppResult, FileId, Person, id};
use object_store::{ObjectStoreExt, PutPayload, buffered::BufWriter, path::Path};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use tokio::io::AsyncWriteExt;
use web::{ApiResult, AppState, Member, Read};

use crate::files::{
    FileOut, model,
    store::{self, NewRow},
};

/// `POST files/`. No transaction is open while the bytes come in.
pub async fn handler(cx: Member<Read>, request: Request) -> ApiResult {
    let released = cx.0.release().await?;
    let mut form = Multipart::from_request(request, &())
        .await
        .map_err(|_| AppError::UnsupportedMediaType("Send multipart/form-data with one part named file.".to_owned()))?;
    let field = loop {
        let field = form.next_field().await.map_err(|error| refused(&error))?;
        match field {
            Some(field) if field.name() == Some("file") => break field,
            Some(_) => {}
            None => return Err(AppError::invalid("file", "required", "One part must be named file.").into()),
        }
    };
    let name = model::safe_name(field.file_name().unwrap_or("file"));
    let file: FileId = released.state.db.ids.id();
    let key = object_key(released.actor.organization, file);
    let stored = receive(&released.state, &key, &name, field).await?;
    let mut cx = released.reopen().await?;
    let (organization, now, uploader) = (cx.organization.id, cx.tx.now(), cx.actor.person);
    let row = NewRow {
        id: file,
        name: &name,
        content_type: &stored.content_type,
        size: stored.size,
        sha256: &stored.sha256,
        object_key: &key,
        content_id: None,
        uploader,
    };
    store::insert(&mut cx.tx, organization, &row, now).await?;
    let out = FileOut {
        id: file,
        name: name.clone(),
        content_type: stored.content_type.clone(),
        size: stored.size,
        created_at: now,
    };
    cx.tx.audit_change("file.uploaded", ("file", Some(file.0)), &(), &out);
    cx.commit(web::created(&out, None)).await
}

/// Bytes at the beginning that decide what kind of file it is.
const SNIFFED: usize = 8_192;

/// What the multipart reader says, in our words.
fn refused(error: &axum::extract::multipart::MultipartError) -> AppError {
    if error.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE {
        AppError::TooLarge(format!("A file has at most {} MB.", model::MAX_UPLOAD / 1024 / 1024))
    } else {
        AppError::Malformed(error.body_text())
    }
}

struct Stored {
    content_type: String,
    size: i64,
    sha256: Vec<u8>,
}

async fn receive(
    state: &AppState,
    key: &str,
    name: &str,
    mut field: axum::extract::multipart::Field<'_>,
) -> AppResult<Stored> {
    let path = Path::from(key);
    let mut writer = BufWriter::new(Arc::clone(&state.files), path.clone());
    let (mut hash, mut size, mut kind, mut head) = (Sha256::new(), 0_u64, None, Vec::new());
    let received = loop {
        let chunk: Option<Bytes> = match field.chunk().await {
            Ok(chunk) => chunk,
            Err(error) => break Err(refused(&error)),
        };
        // The type is decided by as much of the beginning as there is, however it is cut into chunks.
        if kind.is_none() {
            head.extend(chunk.iter().flatten().take(SNIFFED - head.len()));
            if head.len() == SNIFFED || (chunk.is_none() && !head.is_empty()) {
                let sniffed = model::sniff(&head, name);
                if let Some(problem) = model::mismatch(&sniffed, name) {
                    break Err(AppError::invalid("file", "invalid", problem));
                }
                kind = Some(sniffed);
            }
        }
        let limit = kind.as_deref().map_or(model::MAX_UPLOAD, model::limit_of);
        size += chunk.as_ref().map_or(0, |chunk| u64::try_from(chunk.len()).unwrap_or(u64::MAX));
        if size > limit {
            break Err(AppError::TooLarge(format!("A file of this kind has at most {} MB.", limit / 1024 / 1024)));
        }
        let Some(chunk) = chunk else { break Ok(()) };
        hash.update(&chunk);
        if let Err(error) = writer.put(chunk).await {
            break Err(AppError::Internal(error.into()));
        }
    };
    let done = match received {
        Ok(()) if size == 0 => Err(AppError::invalid("file", "empty", "The file is empty.")),
        Ok(()) => writer.shutdown().await.map_err(|error| AppError::Internal(error.into())),
        Err(error) => Err(error),
    };
    if let Err(error) = done {
        let _ = writer.abort().await;
        return Err(error);
    }
    Ok(Stored {
        content_type: kind.unwrap_or_else(|| "application/octet-stream".to_owned()),
        size: i64::try_from(size).unwrap_or(i64::MAX),
        sha256: hash.finalize().to_vec(),
    })
}

fn object_key(organization: kernel::OrganizationId, file: FileId) -> String {
    format!("{}/files/{}", id::encode(organization.0), id::encode(file.0))
}

/// A file that came another way: with a mail, with the demo.
#[derive(Debug)]
pub struct NewFile<'a> {
    /// Any name; it is made safe.
    pub name: &'a str,
    /// How the message's HTML refers to it.
    pub content_id: Option<&'a str>,
    /// All of it.
    pub bytes: Bytes,
}

/// A stored object that no row names yet.
#[derive(Debug)]
pub struct Prepared {
    id: FileId,
    name: String,
    content_type: String,
    size: i64,
    sha256: Vec<u8>,
    key: String,
    content_id: Option<String>,
}

/// Stores the object, while no transaction is open. It comes before its row: an object without a
/// row only takes room, a row without an object would be a lie.
pub async fn prepare(state: &AppState, organization: kernel::OrganizationId, new: NewFile<'_>) -> AppResult<Prepared> {
    let id: FileId = state.db.ids.id();
    let key = object_key(organization, id);
    let name = model::safe_name(new.name);
    let content_type = model::sniff(new.bytes.get(..new.bytes.len().min(SNIFFED)).unwrap_or_default(), &name);
    let sha256 = Sha256::digest(&new.bytes).to_vec();
    let size = i64::try_from(new.bytes.len()).unwrap_or(i64::MAX);
    let payload = PutPayload::from(new.bytes);
    state.files.put(&Path::from(key.as_str()), payload).await.map_err(|error| AppError::Internal(error.into()))?;
    Ok(Prepared { id, name, content_type, size, sha256, key, content_id: new.content_id.map(str::to_owned) })
}

/// Records a stored object as this person's file.
pub async fn record(tx: &mut TenantTx, prepared: &Prepared, uploader: Person) -> AppResult<FileId> {
    let (organization, now) = (tx.organization(), tx.now());
    let row = NewRow {
        id: prepared.id,
        name: &prepared.name,
        content_type: &prepared.content_type,
        size: prepared.size,
        sha256: &prepared.sha256,
        object_key: &prepared.key,
        content_id: prepared.content_id.as_deref(),
        uploader,
    };
    store::insert(tx, organization, &row, now).await?;
    Ok(prepared.id)
}
