//! Tickets: what a customer wants, who looks after it, and until when.
//!
//! Invariants: numbers are distinct and rising within an organization, without gaps; the
//! description is message 1; statuses follow [`model::transition`]; deadlines are recomputed with
//! the priority and with the policy; `version` rises with the ticket's own fields, not with
//! messages; every change of a field is one line of history; what is deleted can be restored for
//! thirty days.
//!
//! Tables: `tickets`, `ticket_tags`, `ticket_watchers`, `ticket_ccs`, `ticket_reads`,
//! `ticket_history`. Permissions: `tickets:*`; people see tickets by their `Visibility`.
//! Events: `ticket.created`, `ticket.assigned`, `ticket.updated`.

pub(crate) mod change;
pub(crate) mod events;
pub mod model;
pub(crate) mod ops;
pub(crate) mod policy;
mod removed;
mod routes;
pub(crate) mod search;
pub(crate) mod standing;
pub(crate) mod store;
pub(crate) mod wire;

use db::worker::Registry;
use web::AppState;

pub use routes::routes;

/// Adds what is done when somebody of the staff is removed.
pub fn jobs(registry: &mut Registry, state: &AppState) {
    let state = state.clone();
    registry.subscribe(&[identity::facade::USER_REMOVED], "tickets.user_removed", move |job| {
        let state = state.clone();
        async move { removed::take_back(&state, &job).await.map_err(Into::into) }
    });
}
