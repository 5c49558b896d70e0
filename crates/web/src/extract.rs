//! Path parameters and conditional headers.

use std::str::FromStr;

use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::{HeaderMap, HeaderName, HeaderValue, Uri, header, request::Parts},
};
use kernel::{AppError, AppResult};

use crate::ApiError;

/// The wire id in the path. Anything that is no id of that kind does not exist: 404.
#[derive(Debug, Clone, Copy)]
pub struct PathId<T>(pub T);

impl<T: FromStr, S: Send + Sync> FromRequestParts<S> for PathId<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let text = path_value(parts, state).await?;
        text.parse().map(Self).map_err(|_| AppError::NotFound.into())
    }
}

/// A name in the path, such as a slug.
#[derive(Debug, Clone)]
pub struct PathText(pub String);

impl<S: Send + Sync> FromRequestParts<S> for PathText {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        Ok(Self(path_value(parts, state).await?))
    }
}

/// How a resource with a number may be named in the path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ref<T> {
    /// By wire id.
    Id(T),
    /// By the organization's own number.
    Number(i64),
    /// By the caller's own id, `ext:VALUE`.
    External(String),
}

impl<T: FromStr> FromStr for Ref<T> {
    type Err = AppError;

    fn from_str(text: &str) -> Result<Self, AppError> {
        if let Some(external) = text.strip_prefix("ext:") {
            return Ok(Self::External(external.to_owned()));
        }
        if text.bytes().all(|byte| byte.is_ascii_digit()) {
            return text.parse().map(Self::Number).map_err(|_| AppError::NotFound);
        }
        text.parse().map(Self::Id).map_err(|_| AppError::NotFound)
    }
}

impl<T: FromStr, S: Send + Sync> FromRequestParts<S> for Ref<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        path_value(parts, state).await?.parse().map_err(ApiError)
    }
}

/// The first parameter of the path.
async fn path_value<S: Send + Sync>(parts: &mut Parts, state: &S) -> AppResult<String> {
    let params = RawPathParams::from_request_parts(parts, state).await.map_err(|_| AppError::NotFound)?;
    let value = params.iter().next().map(|(_, value)| value.to_owned());
    value.filter(|value| !value.contains('\0')).ok_or(AppError::NotFound)
}

/// Both ids of a path such as `/tickets/{id}/messages/{message}`.
#[derive(Debug, Clone)]
pub struct Nested<A, B>(pub A, pub B);

impl<A: FromStr, B: FromStr, S: Send + Sync> FromRequestParts<S> for Nested<A, B> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let params = RawPathParams::from_request_parts(parts, state).await.map_err(|_| AppError::NotFound)?;
        let mut values = params.iter().map(|(_, value)| value).filter(|value| !value.contains('\0'));
        let (Some(first), Some(second)) = (values.next(), values.next()) else { return Err(AppError::NotFound.into()) };
        match (first.parse(), second.parse()) {
            (Ok(first), Ok(second)) => Ok(Self(first, second)),
            _ => Err(AppError::NotFound.into()),
        }
    }
}

/// The address as it was asked for, with prefix and slash: what links to other pages are made of.
#[derive(Debug, Clone)]
pub struct RequestUri(pub Uri);

impl<S: Send + Sync> FromRequestParts<S> for RequestUri {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let known = parts.extensions.get::<Self>().cloned();
        known.ok_or_else(|| AppError::internal("the address of the request is not known").into())
    }
}

/// The versions that a write is meant for; without any it writes whatever there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IfMatch(Option<Vec<String>>);

impl IfMatch {
    /// `Stale` when the resource has another version by now.
    pub fn check(&self, version: i64) -> AppResult<()> {
        match &self.0 {
            Some(wanted) if !wanted.contains(&version.to_string()) => Err(AppError::Stale),
            _ => Ok(()),
        }
    }

    fn read(headers: &HeaderMap) -> AppResult<Self> {
        if !headers.contains_key(header::IF_MATCH) {
            return Ok(Self(None));
        }
        match entity_tags(headers, &header::IF_MATCH) {
            Some(Tags::Any) => Ok(Self(None)),
            Some(Tags::These(tags)) => Ok(Self(Some(tags))),
            None => {
                let message = "Send a version in quotation marks, as in the ETag, or *.";
                Err(AppError::invalid("If-Match", "invalid", message))
            }
        }
    }
}

/// What a conditional header names.
#[derive(Debug, PartialEq, Eq)]
enum Tags {
    /// `*`
    Any,
    /// Tags without their quotation marks. Weak ones count as strong: proxies that compress an
    /// answer make them weak. A bare number counts as quoted.
    These(Vec<String>),
}

/// Reads `"3"`, `"3", W/"4"`, `3` or `*`; nothing when it is none of these.
fn entity_tags(headers: &HeaderMap, name: &HeaderName) -> Option<Tags> {
    let mut tags = Vec::new();
    for value in headers.get_all(name) {
        let mut rest = value.to_str().ok()?.trim();
        if rest == "*" {
            return Some(Tags::Any);
        }
        if !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()) {
            tags.push(rest.to_owned());
            continue;
        }
        loop {
            let (tag, behind) = rest.strip_prefix("W/").unwrap_or(rest).strip_prefix('"')?.split_once('"')?;
            tags.push(tag.to_owned());
            let behind = behind.trim_start();
            if behind.is_empty() {
                break;
            }
            rest = behind.strip_prefix(',')?.trim_start();
        }
    }
    Some(Tags::These(tags))
}

/// Whether the caller has this very version already; what cannot be read says no.
pub(crate) fn is_known(headers: &HeaderMap, etag: &HeaderValue) -> bool {
    match entity_tags(headers, &header::IF_NONE_MATCH) {
        Some(Tags::Any) => true,
        Some(Tags::These(tags)) => etag.to_str().is_ok_and(|etag| tags.iter().any(|tag| tag == etag.trim_matches('"'))),
        None => false,
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        Self::read(&parts.headers).map_err(ApiError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::TicketId;

    #[test]
    fn paths_take_ids_numbers_and_external_ids() {
        assert_eq!("1042".parse::<Ref<TicketId>>().unwrap(), Ref::Number(1042));
        assert_eq!("ext:A-1".parse::<Ref<TicketId>>().unwrap(), Ref::External("A-1".into()));
        assert!("usr_00000000000000000000000001".parse::<Ref<TicketId>>().is_err());
        assert!("99999999999999999999999".parse::<Ref<TicketId>>().is_err());
        assert!(matches!("tkt_00000000000000000000000001".parse::<Ref<TicketId>>(), Ok(Ref::Id(_))));
    }

    fn headers(name: HeaderName, texts: &[&'static str]) -> HeaderMap {
        texts.iter().map(|text| (name.clone(), HeaderValue::from_static(text))).collect()
    }

    #[test]
    fn versions_are_compared() {
        let read = |texts: &[&'static str]| IfMatch::read(&headers(header::IF_MATCH, texts));
        for good in [&["\"3\""][..], &["W/\"3\""], &["3"], &["*"], &["\"1\", \"3\""], &["\"1\"", "\"3\""], &[]] {
            assert!(read(good).unwrap().check(3).is_ok(), "{good:?}");
        }
        for stale in ["\"4\"", "\"abc\"", "\"\"", "\"33\", W/\"4\""] {
            assert!(matches!(read(&[stale]).unwrap().check(3), Err(AppError::Stale)), "{stale}");
        }
        for bad in ["", "abc", "\"3", "3\"", "\"3\" \"4\"", "\"3\",", "W/3", "-3", "*, \"3\""] {
            assert!(matches!(read(&[bad]), Err(AppError::Invalid(_))), "{bad}");
        }
    }

    #[test]
    fn known_versions_are_known() {
        let known =
            |text: &'static str| is_known(&headers(header::IF_NONE_MATCH, &[text]), &HeaderValue::from_static("\"3\""));
        assert!(known("\"3\"") && known("W/\"3\"") && known("\"2\", \"3\"") && known("*"));
        assert!(!known("\"2\"") && !known("nonsense") && !known(""));
    }
}
