//! JSON bodies: bounded, strict, and with errors that name the field.

use std::{collections::HashSet, fmt, time::Duration};

use axum::{
    body::HttpBody,
    extract::{FromRequest, Request},
    http::header,
};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use kernel::{AppError, AppResult};
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor},
};

use crate::ApiError;

/// Bytes a JSON body may have.
pub const MAX_JSON: usize = 1_000_000;
/// How long a body that is read as a whole may take to arrive.
const TIME: Duration = Duration::from_secs(15);
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

/// Reads a whole body of at most `limit` bytes, which may not take long either.
pub async fn read_limited(body: axum::body::Body, limit: usize) -> AppResult<bytes::Bytes> {
    match tokio::time::timeout(TIME, Limited::new(body, limit).collect()).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
            Err(AppError::TooLarge(format!("The body may have at most {limit} bytes.")))
        }
        Ok(Err(_)) => Err(AppError::Malformed("The body ended early.".to_owned())),
        Err(_) => Err(AppError::Malformed("The body did not arrive in time.".to_owned())),
    }
}

/// For fields of a PATCH, with `#[serde(default, deserialize_with = "web::given")]`: tells a
/// field that is null from one that is absent. As `Option<T>`, null is refused like any value that
/// is no `T`; as `Option<Option<T>>`, it is `Some(None)` and empties the field.
pub fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> AppResult<T> {
    let text = std::str::from_utf8(bytes).map_err(|_| AppError::Malformed("The body is not UTF-8.".to_owned()))?;
    check_depth(text)?;
    read_as::<Sound>(text)?;
    // A list would be read as the fields of an object in their order.
    if !text.trim_start().starts_with('{') {
        return Err(AppError::invalid("body", "invalid", "This must be an object."));
    }
    read_as(text)
}

fn read_as<T: DeserializeOwned>(text: &str) -> AppResult<T> {
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

/// Any JSON in which no object has a key twice, which readers understand differently, and no text
/// a NUL, which cannot be stored.
struct Sound;

impl<'de> Deserialize<'de> for Sound {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Self)
    }
}

impl<'de> DeserializeSeed<'de> for Sound {
    type Value = Self;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Sound {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_unit<E>(self) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self, E> {
        if text.contains('\0') { Err(E::custom(CONTROL)) } else { Ok(self) }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self, A::Error> {
        while items.next_element::<Self>()?.is_some() {}
        Ok(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Self, A::Error> {
        let mut keys = HashSet::new();
        while let Some(key) = fields.next_key::<String>()? {
            if key.contains('\0') {
                return Err(A::Error::custom(CONTROL));
            }
            fields.next_value::<Self>()?;
            if let Some(twice) = keys.replace(key) {
                return Err(A::Error::custom(format!("duplicate field `{twice}`")));
            }
        }
        Ok(self)
    }
}

const CONTROL: &str = "Control characters are not allowed.";

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
        if message == CONTROL {
            return AppError::invalid(field, "invalid", CONTROL);
        }
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
    fn keys_that_come_twice_and_nul_are_refused_wherever_they_stand() {
        let of = |json: &str| match parse::<serde_json::Value>(json.as_bytes()) {
            Err(AppError::Invalid(errors)) => {
                errors.0.into_iter().next().map(|(field, problems)| (field, problems[0].code)).unwrap()
            }
            other => panic!("{json}: {other:?}"),
        };
        assert_eq!(of(r#"{"a":1,"a":1}"#), ("a".into(), "duplicate"));
        assert_eq!(of(r#"{"a":1,"\u0061":1}"#), ("a".into(), "duplicate"));
        assert_eq!(of(r#"{"a":[{},{"b":1,"c":2,"b":3}]}"#), ("a[1].b".into(), "duplicate"));
        assert_eq!(of(r#"{"a":"x\u0000"}"#), ("a".into(), "invalid"));
        assert_eq!(of(r#"{"a":["x",{"b":"\u0000"}]}"#), ("a[1].b".into(), "invalid"));
        assert_eq!(of(r#"{"a":{"\u0000":1}}"#), ("a".into(), "invalid"));
        let good = r#"{"a":{"a":null},"b":[true,-1,18446744073709551615,1.5,"\\u0000"]}"#;
        assert!(parse::<serde_json::Value>(good.as_bytes()).is_ok());
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Patch {
        #[serde(default, deserialize_with = "given")]
        name: Option<String>,
        #[serde(default, deserialize_with = "given")]
        phone: Option<Option<String>>,
    }

    #[test]
    fn null_is_told_from_absent() {
        let nothing: Patch = parse(b"{}").unwrap();
        assert_eq!((nothing.name, nothing.phone), (None, None));
        let emptied: Patch = parse(br#"{"name":"A","phone":null}"#).unwrap();
        assert_eq!((emptied.name.as_deref(), emptied.phone), (Some("A"), Some(None)));
        match parse::<Patch>(br#"{"name":null}"#) {
            Err(AppError::Invalid(errors)) => assert_eq!(errors.0["name"][0].message, "This must be a string."),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn malformed_is_told_apart_from_wrong() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        for bad in ["", "{", "{}{}", "nul", "\u{feff}{}", deep.as_str()] {
            assert!(matches!(parse::<serde_json::Value>(bad.as_bytes()), Err(AppError::Malformed(_))), "{bad:.20}");
        }
        for bad in [&b"\xff"[..], b"\xc0\xaf", b"\xed\xa0\x80"] {
            let body = [b"{\"subject\":\"", bad, b"\"}"].concat();
            assert!(matches!(parse::<Input>(&body), Err(AppError::Malformed(_))), "{bad:?}");
        }
        assert!(parse::<serde_json::Value>(br#"{"text":"[[[[{{{{ \" [["}"#).is_ok());
    }
}
