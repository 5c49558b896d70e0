//! The vocabulary every crate shares: ids, time, errors, permissions, actors, paging.
//!
//! No HTTP, no runtime and no SQL in here; the id types only derive the traits that the
//! database (`sqlx` feature) and the API description (`openapi` feature) need.

mod actor;
mod clock;
pub mod email;
mod error;
pub mod id;
mod page;
pub mod peer;
mod permission;
pub mod slug;

pub use actor::{Actor, Impersonator, Person, Visibility};
pub use clock::{Clock, IdGen, ManualClock, SystemClock};
pub use error::{AppError, AppResult, Code, FieldError, FieldErrors};
pub use id::*;
pub use page::{Page, PageRequest};
pub use permission::{Permission, RoleKey};
