//! Small pictures that people upload: logos and portraits. What they are is found by their bytes;
//! pictures that can carry scripts are none.

use axum::{
    body::Body as Bytes,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use kernel::{AppError, AppResult};
use object_store::{ObjectStoreExt, PutPayload, path::Path};
use web::{AppState, Released};

/// Bytes a picture may have.
const MAX: usize = 512 * 1024;

/// A stored picture.
#[derive(Debug)]
pub struct Picture {
    /// Where the object lies.
    pub key: String,
    /// Its type.
    pub kind: &'static str,
}

/// Stores the body of a request in the organization's `folder`, under the name that `name` makes of
/// its bytes. Written before the row that names it, it is at worst unused.
pub async fn store(
    released: &Released,
    body: Bytes,
    folder: &str,
    name: impl FnOnce(&[u8]) -> String,
) -> AppResult<Picture> {
    let bytes = web::read_limited(body, MAX).await?;
    let kind = kind_of(&bytes)?;
    let key = format!("{}/{folder}/{}", kernel::id::encode(released.organization.id.0), name(&bytes));
    let files = &released.state.files;
    let put = files.put(&Path::from(key.as_str()), PutPayload::from_bytes(bytes)).await;
    put.map_err(|error| AppError::Internal(error.into()))?;
    Ok(Picture { key, kind })
}

fn kind_of(bytes: &[u8]) -> AppResult<&'static str> {
    match infer::get(bytes).map(|kind| kind.mime_type()) {
        Some("image/png") => Ok("image/png"),
        Some("image/jpeg") => Ok("image/jpeg"),
        Some("image/webp") => Ok("image/webp"),
        _ => Err(AppError::UnsupportedMediaType("Send a PNG, JPEG or WebP picture.".to_owned())),
    }
}

/// The name that the address of a picture carries.
pub fn name_of(key: &str) -> &str {
    key.rsplit('/').next().unwrap_or(key)
}

/// The picture itself; 404 when its object is gone.
pub async fn response(state: &AppState, key: &str, kind: &str) -> AppResult<Response> {
    let object = state.files.get(&Path::from(key)).await.map_err(|error| match error {
        object_store::Error::NotFound { .. } => AppError::NotFound,
        other => AppError::Internal(other.into()),
    })?;
    let mut response = Bytes::from_stream(object.into_stream()).into_response();
    let headers = response.headers_mut();
    if let Ok(kind) = HeaderValue::from_str(kind) {
        headers.insert(header::CONTENT_TYPE, kind);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600"));
    Ok(response)
}
