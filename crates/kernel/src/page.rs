//! The envelope and the request of every list.

use serde::Serialize;

/// One page of a list, as every list answers.
#[derive(Debug, Serialize)]
pub struct Page<T> {
    /// Exact up to 1 000 matches; `null` in cursor mode.
    pub count: Option<i64>,
    /// Present and true when there are more than `count` matches.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub count_capped: bool,
    /// Address of the next page.
    pub next: Option<String>,
    /// Address of the previous page.
    pub previous: Option<String>,
    /// The rows of this page.
    pub results: Vec<T>,
}

/// Which page of a list is wanted: `page` from 1, `page_size` from 1 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageRequest {
    /// Counted from 1.
    pub page: i64,
    /// Rows a page, 1 to 100.
    pub size: i64,
}

impl PageRequest {
    /// Counting stops here; a list with more says so.
    pub const COUNT_CAP: i64 = 1_000;
    /// Beyond this row lists go on by cursor.
    pub const OFFSET_CAP: i64 = 10_000;

    /// Rows before this page.
    pub fn offset(&self) -> i64 {
        (self.page - 1).saturating_mul(self.size)
    }
}
