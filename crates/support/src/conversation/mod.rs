//! The conversation of a ticket: public messages, internal notes, entries of the product.
//!
//! Bodies are stored as they were written and sanitized whenever they are shown. Customers see
//! public messages only. A public message of staff goes out by mail; its delivery state is what
//! really happened. A customer's message wakes the ticket up, or starts a follow-up.
//!
//! Staff may hold a message for some seconds ([`held`]): until then it can be taken back, nobody else
//! knows of it, and nothing of what it brings about has happened.
//!
//! Tables: `messages`, `held_messages`. Permissions: `tickets:reply`, `tickets:note`, `tickets:read`.
//! Events: `message.created`, `message.retried`.

pub(crate) mod add;
pub(crate) mod events;
mod held;
pub(crate) mod mentions;
pub(crate) mod ops;
pub(crate) mod store;
pub(crate) mod wire;

use db::worker::Registry;
use kernel::{Page, Permission};
use web::{Access, AppState, Route};

use crate::drafts::wire::DraftOut;

/// Adds what sends messages that were held.
pub fn jobs(registry: &mut Registry, state: &AppState) {
    let state = state.clone();
    registry.handle(held::RELEASE_JOB, move |job| {
        let state = state.clone();
        async move { held::release(&state, &job).await }
    });
}

/// The route table. `comments/` is the same as `messages/`.
pub fn routes() -> Vec<Route> {
    let read = Access::needs(Permission::TicketRead);
    let write = Access::needs(Permission::TicketMessage);
    let retry = Access::needs(Permission::TicketUpdate);
    let mut table = Vec::new();
    for (path, list, create) in [
        ("/tickets/{id}/messages", "tickets_messages_list", "tickets_messages_create"),
        ("/tickets/{id}/comments", "tickets_comments_list", "tickets_comments_create"),
    ] {
        table.push(
            Route::get(path, read, list, "The conversation of a ticket", ops::list::handler)
                .query::<wire::MessageQuery>()
                .ok::<Page<wire::MessageOut>>(200),
        );
        // Replies and notes have a permission of their own each, which the use case asks for.
        table.push(
            Route::post(path, write, create, "Reply, or write a note", ops::post::handler)
                .body::<wire::CreateMessage>()
                .ok::<wire::MessageOut>(201),
        );
    }
    table.push(
        Route::delete(
            "/messages/{id}",
            write,
            "messages_take_back",
            "Take a held message back",
            ops::take_back::handler,
        )
        .ok::<DraftOut>(200),
    );
    table.push(
        Route::post(
            "/messages/{id}/retry",
            retry,
            "messages_retry",
            "Send a failed message again",
            ops::retry::handler,
        )
        .ok::<wire::MessageOut>(202),
    );
    table
}
