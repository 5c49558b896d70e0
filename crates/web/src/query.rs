//! Query strings, and the paging that every list shares.

use axum::{
    extract::FromRequestParts,
    http::{Uri, request::Parts},
};
use kernel::{AppError, AppResult, Page, PageRequest};
use percent_encoding::percent_decode_str;
use serde::de::DeserializeOwned;

use crate::ApiError;

/// The query string as a struct; unknown and badly typed parameters are a 422 that names them.
#[derive(Debug, Clone)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        parse(parts.uri.query().unwrap_or_default()).map(Self).map_err(ApiError)
    }
}

fn parse<T: DeserializeOwned>(query: &str) -> AppResult<T> {
    for pair in query.split('&') {
        let field = pair.split('=').next().unwrap_or_default();
        // What cannot be stored cannot be found either.
        match percent_decode_str(pair).decode_utf8() {
            Ok(text) if !text.contains('\0') => {}
            Ok(_) => return Err(AppError::invalid(field, "invalid", "Control characters are not allowed.")),
            Err(_) => return Err(AppError::invalid(field, "invalid", "This is not UTF-8.")),
        }
    }
    let deserializer = serde_html_form::Deserializer::from_bytes(query.as_bytes());
    serde_path_to_error::deserialize(deserializer).map_err(|error| {
        let path = error.path().to_string().split('[').next().unwrap_or_default().to_owned();
        let message = error.into_inner().to_string();
        crate::body::shape_error(&path, &message)
    })
}

/// How a list is asked for: by page or by cursor, and where its links point.
#[derive(Debug, Clone)]
pub struct Listing {
    /// Page and size; the page is 1 in cursor mode.
    pub page: PageRequest,
    /// The cursor, when that is how the list is walked.
    pub cursor: Option<String>,
    uri: Uri,
}

impl Listing {
    /// From the raw `page`, `page_size` and `cursor` of a query.
    pub fn new(uri: &Uri, page: Option<i64>, page_size: Option<i64>, cursor: Option<String>) -> AppResult<Self> {
        let page_number = page.unwrap_or(1);
        if page_number < 1 {
            return Err(AppError::invalid("page", "invalid", "Pages are counted from 1."));
        }
        let size = page_size.unwrap_or(20);
        if size < 1 {
            return Err(AppError::invalid("page_size", "invalid", "A page has at least one row."));
        }
        if cursor.is_some() && page.is_some() {
            return Err(AppError::invalid("cursor", "invalid", "Use either page or cursor."));
        }
        let page = PageRequest { page: page_number, size: size.min(100) };
        Ok(Self { page, cursor, uri: uri.clone() })
    }

    /// Rows to fetch: one more than the page, to know whether there is a next one.
    pub fn limit(&self) -> i64 {
        self.page.size + 1
    }

    /// Rows to skip; none in cursor mode.
    pub fn offset(&self) -> i64 {
        if self.cursor.is_some() { 0 } else { self.page.offset() }
    }

    /// Builds the page out of up to [`Listing::limit`] rows. `count` is the number of matches, of
    /// which more than [`PageRequest::COUNT_CAP`] are not told apart. `cursor_of` names the place
    /// of a row, for lists that can be walked by cursor.
    pub fn page<T>(&self, mut rows: Vec<T>, count: Option<i64>, cursor_of: Option<&dyn Fn(&T) -> String>) -> Page<T> {
        let size = usize::try_from(self.page.size).unwrap_or(20);
        let more = rows.len() > size;
        rows.truncate(size);
        let by_cursor = cursor_of.and_then(|cursor_of| rows.last().map(cursor_of));
        let next_row = self.page.offset().saturating_add(self.page.size);
        let next = match (more, by_cursor) {
            (false, _) => None,
            (true, Some(cursor)) if self.cursor.is_some() || next_row >= PageRequest::OFFSET_CAP => {
                Some(link(&self.uri, "cursor", &cursor))
            }
            (true, _) => Some(link(&self.uri, "page", &(self.page.page + 1).to_string())),
        };
        let previous = (self.cursor.is_none() && self.page.page > 1)
            .then(|| link(&self.uri, "page", &(self.page.page - 1).to_string()));
        let capped = count.is_some_and(|count| count > PageRequest::COUNT_CAP);
        let count = if self.cursor.is_some() { None } else { count.map(|count| count.min(PageRequest::COUNT_CAP)) };
        Page { count, count_capped: capped && self.cursor.is_none(), next, previous, results: rows }
    }
}

/// Pages of a short list that is held as a whole.
pub fn page_links<T>(listing: &Listing, rows: Vec<T>) -> Page<T> {
    let count = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    let (skip, take) = (usize::try_from(listing.offset()), usize::try_from(listing.limit()));
    let rows = rows.into_iter().skip(skip.unwrap_or(0)).take(take.unwrap_or(21)).collect();
    listing.page(rows, Some(count), None)
}

/// The request's own address with one parameter replaced; `page` and `cursor` exclude each other.
fn link(uri: &Uri, key: &str, value: &str) -> String {
    let kept = uri.query().unwrap_or_default().split('&').filter(|pair| {
        let name = pair.split('=').next().unwrap_or_default();
        !name.is_empty() && name != "page" && name != "cursor"
    });
    let mut query: Vec<String> = kept.map(str::to_owned).collect();
    query.push(format!("{key}={value}"));
    format!("{}?{}", uri.path(), query.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listing(query: &str, page: Option<i64>) -> Listing {
        let uri: Uri = format!("/api/v1/tickets/?{query}").parse().unwrap();
        Listing::new(&uri, page, Some(2), None).unwrap()
    }

    #[test]
    fn links_keep_the_filters() {
        let page = listing("status=open&page=2&page_size=2", Some(2)).page(vec![1, 2, 3], Some(7), None);
        assert_eq!(page.results, [1, 2]);
        assert_eq!(page.next.as_deref(), Some("/api/v1/tickets/?status=open&page_size=2&page=3"));
        assert_eq!(page.previous.as_deref(), Some("/api/v1/tickets/?status=open&page_size=2&page=1"));
        assert_eq!((page.count, page.count_capped), (Some(7), false));
    }

    #[test]
    fn counts_are_capped_and_deep_pages_turn_into_cursors() {
        let listing = listing("", Some(5_000));
        let page = listing.page(vec![1, 2, 3], Some(1_001), Some(&|row: &i32| format!("after-{row}")));
        assert_eq!((page.count, page.count_capped), (Some(1_000), true));
        assert_eq!(page.next.as_deref(), Some("/api/v1/tickets/?cursor=after-2"));
    }
}
