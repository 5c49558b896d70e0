//! HTTP glue: application state, who asks and for which organization, problem+json, the route
//! table with mandatory access, OpenAPI, and the log line of each request.

pub mod body;
mod context;
mod cursor;
pub mod extract;
mod host;
pub mod link;
mod middleware;
mod problem;
mod query;
mod reply;
mod route;
mod state;
mod text;
pub mod token;

pub use body::Body;
pub use context::{Member, MemberContext, Operator, Public, Read, Staff, Write};
pub use cursor::Cursor;
pub use extract::{IfMatch, Nested, PathId, Ref, RequestUri};
pub use host::{HostCache, HostOrganization};
pub use middleware::{Caller, service};
pub use problem::{ApiError, ApiResult};
pub use query::{Listing, Query, page_links};
pub use reply::{accepted, created, no_content, ok, redirect};
pub use route::{Access, Route, RouteMeta, Routes};
pub use state::{AppState, Config, Keys};
pub use text::{like_pattern, text};

pub use axum::response::Response;
