//! HTTP glue: application state, who asks and for which organization, problem+json, the route
//! table with mandatory access, OpenAPI, and the log line of each request.

pub mod api_key;
mod body;
mod context;
mod cursor;
pub mod dns;
pub mod extract;
mod headers;
mod host;
pub mod idempotency;
pub mod limits;
pub mod link;
mod middleware;
pub mod outbound;
mod problem;
mod proxies;
mod query;
mod refusals;
mod reply;
mod route;
mod signing;
mod state;
mod text;
pub mod token;

pub use body::{Body, given, read_limited};
pub use context::{Member, MemberContext, Operator, Public, Read, Refusal, Released, Staff, Write};
pub use cursor::Cursor;
pub use dns::Dns;
pub use extract::{IfMatch, Nested, PathId, PathText, Ref, RequestUri};
pub use host::{HostCache, HostOrganization};
pub use middleware::{Caller, Patience, pages_alone, service};
pub use outbound::Outbound;
pub use problem::{ApiError, ApiResult};
pub use proxies::TrustedProxies;
pub use query::{Listing, Query, page_links};
pub use reply::{accepted, created, no_content, ok, redirect};
pub use route::{Access, Route, RouteMeta, Routes};
pub use signing::SigningKeys;
pub use state::{AppState, Config, Keys};
pub use text::{like_pattern, text};

pub use axum::response::Response;
