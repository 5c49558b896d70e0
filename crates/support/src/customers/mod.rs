//! Customers: the people who ask for help, by mail, by portal or named by staff.
//!
//! Invariants: one customer an address, whatever its case; a changed address counts as unverified
//! again; `ticket_count` is counted, never stored; suspension ends all sessions.
//! Tables: `customers`, `platform.logins` (through identity); reads `tickets`.
//! Permissions: `customers:read`, `customers:write`, staff only. Events: none.
//!
//! Search goes through the function `search_customers` (`replaceable/tenant`), because full-text
//! indexes are not used under row-level security.

mod delivery;
mod model;
mod ops;
mod search;
mod store;
mod wire;

use kernel::{Page, Permission};
use web::{Access, Route};

pub use delivery::{is_undeliverable, mark_undeliverable};
pub use ops::create::{create_customer, find_or_create_customer, import_customer};
pub use wire::CustomerOut;

/// The route table.
pub fn routes() -> Vec<Route> {
    let read = Access::needs(Permission::CustomerRead);
    let write = Access::needs(Permission::CustomerWrite);
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
    ]
}
