//! The one place where errors become HTTP: RFC 9457 problem+json.

use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use kernel::{AppError, FieldErrors};
use serde_json::json;

/// What handlers answer.
pub type ApiResult<T = Response> = Result<T, ApiError>;

/// An [`AppError`] on its way out.
#[derive(Debug)]
pub struct ApiError(pub AppError);

impl<E: Into<AppError>> From<E> for ApiError {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

/// Left in the response for the outermost layer, which knows the request id.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    code: String,
    detail: Option<String>,
    errors: Option<FieldErrors>,
    /// For the log, never for the client.
    pub(crate) cause: Option<String>,
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let error = self.0;
        let mut response = status(&error).into_response();
        let headers = response.headers_mut();
        match &error {
            AppError::Unauthenticated(_) | AppError::OtpRequired | AppError::OtpWrong => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"helpdesk\""));
            }
            AppError::TooMany(seconds) | AppError::Unavailable(_, seconds) => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from(*seconds));
            }
            AppError::Moved => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from(1_u32));
            }
            _ => {}
        }
        let code = serde_json::to_value(error.code()).ok().and_then(|code| code.as_str().map(str::to_owned));
        let cause = match &error {
            AppError::Internal(cause) => Some(format!("{cause:?}")),
            _ => None,
        };
        let detail = (!matches!(error, AppError::Internal(_))).then(|| error.to_string());
        let errors = match error {
            AppError::Invalid(errors) | AppError::Conflict(_, errors) if !errors.0.is_empty() => Some(errors),
            _ => None,
        };
        response.extensions_mut().insert(Problem { code: code.unwrap_or_default(), detail, errors, cause });
        response
    }
}

fn status(error: &AppError) -> StatusCode {
    match error {
        AppError::Malformed(_) => StatusCode::BAD_REQUEST,
        AppError::Unauthenticated(_) | AppError::OtpRequired | AppError::OtpWrong => StatusCode::UNAUTHORIZED,
        AppError::Forbidden(_) | AppError::Suspended => StatusCode::FORBIDDEN,
        AppError::NotFound => StatusCode::NOT_FOUND,
        AppError::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        AppError::Conflict(..) => StatusCode::CONFLICT,
        AppError::Stale => StatusCode::PRECONDITION_FAILED,
        AppError::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
        AppError::UnsupportedMediaType(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        AppError::Invalid(_) | AppError::IdempotencyKeyReused => StatusCode::UNPROCESSABLE_ENTITY,
        AppError::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
        AppError::Unavailable(..) | AppError::Moved => StatusCode::SERVICE_UNAVAILABLE,
        AppError::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// Whether somebody was refused for what they may not do.
pub(crate) fn is_denial(response: &Response) -> bool {
    let problem = response.extensions().get::<Problem>();
    response.status() == StatusCode::FORBIDDEN && problem.is_some_and(|problem| problem.code == "PERMISSION_DENIED")
}

/// Writes the body of an error answer. Errors that some library answered on its own get the same form.
pub(crate) fn finish(response: Response, request_id: &str) -> Response {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let is_problem = parts.headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/problem+json");
    let is_json = parts.headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/json");
    let problem = match parts.extensions.get::<Problem>() {
        Some(problem) => problem.clone(),
        None if is_problem || is_json => return Response::from_parts(parts, body),
        None => Problem { code: general_code(status).to_owned(), detail: None, errors: None, cause: None },
    };
    let mut json = json!({
        "type": "about:blank",
        "title": status.canonical_reason().unwrap_or("Error"),
        "status": status.as_u16(),
        "code": problem.code,
        "detail": problem.detail.unwrap_or_else(|| match status {
            StatusCode::INTERNAL_SERVER_ERROR => "Something went wrong on our side; the request id helps to find it.".to_owned(),
            _ => status.canonical_reason().unwrap_or("Error").to_owned(),
        }),
        "request_id": request_id,
    });
    if let (Some(errors), Some(object)) = (problem.errors, json.as_object_mut()) {
        object.insert("errors".to_owned(), json!(errors));
    }
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(json.to_string()))
}

fn general_code(status: StatusCode) -> &'static str {
    match status {
        StatusCode::UNAUTHORIZED => "AUTHENTICATION_ERROR",
        StatusCode::FORBIDDEN => "PERMISSION_DENIED",
        StatusCode::NOT_FOUND => "NOT_FOUND",
        StatusCode::METHOD_NOT_ALLOWED => "METHOD_NOT_ALLOWED",
        StatusCode::PAYLOAD_TOO_LARGE => "PAYLOAD_TOO_LARGE",
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "UNSUPPORTED_MEDIA_TYPE",
        StatusCode::SERVICE_UNAVAILABLE => "UNAVAILABLE",
        status if status.is_server_error() => "INTERNAL_ERROR",
        _ => "VALIDATION_ERROR",
    }
}
