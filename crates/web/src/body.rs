//! JSON bodies: bounded, strict, and with errors that name the field.

use axum::{
    body::HttpBody,
    extract::{FromRequest, Request},
    http::header,
};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use kernel::{AppError, AppResult};
use serde::de::DeserializeOwned;

use crate::ApiError;

/// Bytes a JSON body may have.
pub const MAX_JSON: usize = 1_000_000;
/// How deep JSON may be nested.
pub const MAX_DEPTH: usize = 64;

/// A JSON body as a struct that refuses unknown fields.
#[derive(Debug, Clone)]
pub struct Body<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        let is_silent = !request.headers().contains_key(header::CONTENT_TYPE);
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let essence = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        // No body at all says the same as an empty object.
        if is_silent && request.body().is_end_stream() {
            return parse(b"{}").map(Self).map_err(ApiError);
        }
        if essence != "application/json" && !essence.ends_with("+json") {
            return Err(AppError::UnsupportedMediaType("Send application/json.".to_owned()).into());
        }
        let bytes = read_limited(request.into_body(), MAX_JSON).await?;
        parse(&bytes).map(Self).map_err(ApiError)
    }
}

/// Reads a whole body of at most `limit` bytes.
pub async fn read_limited(body: axum::body::Body, limit: usize) -> AppResult<bytes::Bytes> {
    match Limited::new(body, limit).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => {
            Err(AppError::TooLarge(format!("The body may have at most {limit} bytes.")))
        }
        Err(_) => Err(AppError::Malformed("The body ended early.".to_owned())),
    }
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> AppResult<T> {
    let text = std::str::from_utf8(bytes).map_err(|_| AppError::Malformed("The body is not UTF-8.".to_owned()))?;
    check_depth(text)?;
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        let inner = error.into_inner();
        match inner.classify() {
            serde_json::error::Category::Data => shape_error(&path, &without_position(&inner.to_string())),
            _ => AppError::Malformed(format!("The body is not JSON: {inner}.")),
        }
    })?;
    deserializer.end().map_err(|error| AppError::Malformed(format!("The body is not JSON: {error}.")))?;
    Ok(value)
}

/// Refuses deep nesting before anything recursive looks at the text.
fn check_depth(text: &str) -> AppResult<()> {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => depth += 1,
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_DEPTH {
            return Err(AppError::Malformed(format!("The body is nested deeper than {MAX_DEPTH} levels.")));
        }
    }
    Ok(())
}

/// Turns what serde says into an error on the field it is about.
pub(crate) fn shape_error(path: &str, message: &str) -> AppError {
    let quoted = message.split('`').nth(1).unwrap_or_default();
    let join = |parent: &str, field: &str| match parent {
        "." | "" | "?" => field.to_owned(),
        parent if parent.rsplit('.').next() == Some(field) => parent.to_owned(),
        parent => format!("{parent}.{field}"),
    };
    if message.starts_with("unknown field") {
        AppError::invalid(join(path, quoted), "unknown", "This field is not known here.")
    } else if message.starts_with("missing field") {
        AppError::invalid(join(path, quoted), "required", "This field is required.")
    } else if message.starts_with("duplicate field") {
        AppError::invalid(join(path, quoted), "duplicate", "This field is given twice.")
    } else {
        let field = if matches!(path, "." | "" | "?") { "body" } else { path };
        AppError::invalid(field, "invalid", in_plain_words(message))
    }
}

/// What was expected, without the names of our types.
fn in_plain_words(message: &str) -> String {
    let expected = message.rsplit_once("expected ").map_or("", |(_, expected)| expected.trim_end_matches('.'));
    let is_number = ["i16", "i32", "i64", "u8", "u16", "u32", "u64"].contains(&expected);
    if expected.starts_with("struct ") {
        "This must be an object.".to_owned()
    } else if is_number || message.contains("number too") || message.contains("invalid digit") {
        "This must be a whole number.".to_owned()
    } else if message.contains("premature end of input") || message.contains("invalid characters") {
        "This must be a time such as 2026-01-31T08:00:00Z.".to_owned()
    } else if message.contains("unsupported value") {
        "This may be given once only.".to_owned()
    } else if expected.is_empty() {
        "This value is not valid.".to_owned()
    } else {
        format!("This must be {}.", expected.replace('`', ""))
    }
}

fn without_position(message: &str) -> String {
    match message.rfind(" at line ") {
        Some(at) => message.get(..at).unwrap_or(message).to_owned(),
        None => message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only the shape matters")]
    struct Input {
        subject: String,
        inner: Option<Inner>,
    }
    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only the shape matters")]
    struct Inner {
        count: u32,
    }

    fn field_of(json: &str) -> (String, &'static str) {
        match parse::<Input>(json.as_bytes()) {
            Err(AppError::Invalid(errors)) => {
                let (field, problems) = errors.0.into_iter().next().unwrap();
                (field, problems[0].code)
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn errors_name_the_field() {
        assert_eq!(field_of(r#"{"subject":"a","role":"admin"}"#), ("role".into(), "unknown"));
        assert_eq!(field_of(r"{}"), ("subject".into(), "required"));
        assert_eq!(field_of(r#"{"subject":5}"#), ("subject".into(), "invalid"));
        assert_eq!(field_of(r#"{"subject":"a","inner":{"count":"x"}}"#), ("inner.count".into(), "invalid"));
        assert_eq!(field_of(r#"{"subject":"a","inner":{"count":1,"x":1}}"#), ("inner.x".into(), "unknown"));
        assert_eq!(field_of(r"[]"), ("body".into(), "invalid"));
    }

    #[test]
    fn malformed_is_told_apart_from_wrong() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        for bad in ["", "{", "{}{}", "nul", deep.as_str()] {
            assert!(matches!(parse::<serde_json::Value>(bad.as_bytes()), Err(AppError::Malformed(_))), "{bad:.20}");
        }
        assert!(matches!(parse::<Input>(b"{\"subject\":\"\xff\"}"), Err(AppError::Malformed(_))));
        assert!(parse::<serde_json::Value>(br#"{"text":"[[[[{{{{ \" [["}"#).is_ok());
    }
}
