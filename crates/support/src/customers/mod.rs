//! Customers: the people who ask for help, by mail, by portal or named by staff.
//!
//! Invariants: one customer an address, whatever its case; a changed address counts as unverified
//! again; who was removed keeps the name in every ticket and frees the address; nobody is signed in as a customer whose address is unverified; `ticket_count` is counted,
//! never stored; suspension and another address end all sessions and open links.
//! Tables: `customers`, `platform.logins` (through identity); reads `tickets`.
//! Permissions: `customers:read`, `customers:write`, staff only; `users:write` for their sessions. Events: `customer.removed`, `customer.restored`.
//!
//! Search goes through the function `search_customers` (`replaceable/tenant`), because full-text
//! indexes are not used under row-level security.

mod delivery;
mod model;
mod ops;
mod search;
mod store;
mod wire;

use db::worker::Registry;
use identity::facade::{Accepted, SessionOut, SessionQuery};
use kernel::{Page, Permission};
use web::{Access, AppState, Route};

pub use delivery::{is_undeliverable, mark_undeliverable};
pub use ops::create::{create_customer, find_or_create_customer, import_customer};
pub use wire::CustomerOut;

/// A customer was removed: entity is the customer.
pub const REMOVED: &str = "customer.removed";
/// A customer who was removed is there again.
pub const RESTORED: &str = "customer.restored";

/// The route table.
pub fn routes() -> Vec<Route> {
    let read = Access::needs(Permission::CustomerRead);
    let write = Access::needs(Permission::CustomerWrite);
    let admin = Access::needs(Permission::UserWrite);
    vec![
        Route::get("/customers", read, "customers_list", "List customers", ops::list::handler)
            .query::<wire::CustomerQuery>()
            .ok::<Page<CustomerOut>>(200),
        Route::post("/customers", write, "customers_create", "Add a customer", ops::create::handler)
            .body::<wire::CreateCustomer>()
            .ok::<CustomerOut>(201),
        Route::get("/customers/{id}", read, "customers_get", "One customer", ops::get::handler)
            .ok::<CustomerOut>(200)
            .versioned(),
        Route::patch("/customers/{id}", write, "customers_update", "Change a customer", ops::update::handler)
            .body::<wire::PatchCustomer>()
            .ok::<CustomerOut>(200)
            .versioned(),
        Route::delete("/customers/{id}", write, "customers_delete", "Remove a customer", ops::remove::delete)
            .empty(204, "Removed; can be restored for thirty days.")
            .versioned(),
        Route::post(
            "/customers/{id}/restore",
            write,
            "customers_restore",
            "Bring a customer back",
            ops::remove::restore,
        )
        .ok::<CustomerOut>(200)
        .versioned(),
        Route::post("/customers/{id}/invite", write, "customers_invite", "Invite to the portal", ops::access::invite)
            .ok::<Accepted>(202),
        Route::get(
            "/customers/{id}/sessions",
            admin,
            "customers_sessions_list",
            "Where a customer is signed in",
            ops::access::sessions,
        )
        .query::<SessionQuery>()
        .ok::<Page<SessionOut>>(200),
        Route::delete(
            "/customers/{id}/sessions",
            admin,
            "customers_sessions_end",
            "End all sessions of a customer",
            ops::access::end_sessions,
        )
        .empty(204, "Ended."),
        Route::post(
            "/auth/register",
            Access::public(),
            "auth_register",
            "Open an account as a customer",
            ops::register::handler,
        )
        .body::<wire::Register>()
        .ok::<Accepted>(202),
        Route::post(
            "/auth/register/confirm",
            Access::public(),
            "auth_register_confirm",
            "Prove the address with the mailed link",
            ops::register::confirm,
        )
        .body::<wire::ConfirmRegistration>()
        .empty(204, "The account is open; sign in."),
    ]
}

/// Adds the job behind registration.
pub fn jobs(registry: &mut Registry, state: &AppState) {
    let state = state.clone();
    registry.handle(ops::register::JOB, move |job| {
        let state = state.clone();
        async move { ops::register::run(&state, &job).await.map_err(Into::into) }
    });
}
