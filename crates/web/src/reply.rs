//! Successful answers.

use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use kernel::AppError;
use serde::Serialize;

use crate::ApiError;

fn json(status: StatusCode, body: &impl Serialize, version: Option<i64>) -> Response {
    match serde_json::to_vec(body) {
        Ok(bytes) => {
            let mut response = (status, Body::from(bytes)).into_response();
            response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
            if let Some(version) = version
                && let Ok(etag) = HeaderValue::from_str(&format!("\"{version}\""))
            {
                response.headers_mut().insert(header::ETAG, etag);
            }
            response
        }
        Err(error) => ApiError(AppError::Internal(error.into())).into_response(),
    }
}

/// 200, with an `ETag` when the resource has a version.
pub fn ok(body: &impl Serialize, version: impl Into<Option<i64>>) -> Response {
    json(StatusCode::OK, body, version.into())
}

/// 201, with an `ETag` when the resource has a version.
pub fn created(body: &impl Serialize, version: impl Into<Option<i64>>) -> Response {
    json(StatusCode::CREATED, body, version.into())
}

/// 202: it will be done.
pub fn accepted(body: &impl Serialize) -> Response {
    json(StatusCode::ACCEPTED, body, None)
}

/// 204.
pub fn no_content() -> Response {
    StatusCode::NO_CONTENT.into_response()
}

/// 302.
pub fn redirect(location: &str) -> Response {
    match HeaderValue::from_str(location) {
        Ok(location) => (StatusCode::FOUND, [(header::LOCATION, location)]).into_response(),
        Err(error) => ApiError(AppError::Internal(error.into())).into_response(),
    }
}
