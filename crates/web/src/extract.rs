//! Path parameters and conditional headers.

use std::str::FromStr;

use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::{HeaderMap, Uri, header, request::Parts},
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
        let mut values = params.iter().map(|(_, value)| value);
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

/// The version that a write is meant for; `None` writes whatever there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IfMatch(pub Option<i64>);

impl IfMatch {
    /// `Stale` when the resource has another version by now.
    pub fn check(self, version: i64) -> AppResult<()> {
        match self.0 {
            Some(wanted) if wanted != version => Err(AppError::Stale),
            _ => Ok(()),
        }
    }

    fn read(headers: &HeaderMap) -> Self {
        let Some(value) = headers.get(header::IF_MATCH) else { return Self(None) };
        let text = value.to_str().unwrap_or_default().trim();
        if text == "*" {
            return Self(None);
        }
        // What is no version of ours matches no version.
        Self(Some(text.trim_start_matches("W/").trim_matches('"').parse().unwrap_or(-1)))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        Ok(Self::read(&parts.headers))
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

    #[test]
    fn versions_are_compared() {
        let read = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::IF_MATCH, axum::http::HeaderValue::from_static(text));
            IfMatch::read(&headers)
        };
        assert_eq!(read("\"3\""), IfMatch(Some(3)));
        assert_eq!(read("W/\"3\""), IfMatch(Some(3)));
        assert_eq!(read("*"), IfMatch(None));
        assert!(read("\"abc\"").check(1).is_err());
        assert!(IfMatch::read(&HeaderMap::new()).check(9).is_ok());
    }
}
