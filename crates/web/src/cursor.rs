//! Keyset cursors: where a page ended, opaque to clients.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::{AppError, AppResult};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The last row of a page: its place in the order, and its id for ties.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cursor {
    /// The ordering it belongs to, as in the query.
    pub o: String,
    /// The value of the ordered column; `None` sorts last.
    pub v: Option<String>,
    /// The id.
    pub i: Uuid,
}

impl Cursor {
    /// As it stands in links.
    pub fn encode(&self) -> String {
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default())
    }

    /// Reads one that was made for this ordering; anything else is a 422 on `cursor`.
    pub fn decode(text: &str, ordering: &str) -> AppResult<Self> {
        let bad = || AppError::invalid("cursor", "invalid", "This cursor was not made by this list.");
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| bad())?;
        let cursor: Self = serde_json::from_slice(&bytes).map_err(|_| bad())?;
        if cursor.o == ordering { Ok(cursor) } else { Err(bad()) }
    }
}
