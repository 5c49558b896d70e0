//! Archives that administrators ask for: a job writes one, a signed link of five minutes gives it
//! out, and after seven days it is gone. Password hashes are not in them.
//!
//! At most one is being made at a time (`organization_exports_open_key`). The archive lies in the
//! file store at `<organization>/exports/<id>`. Tables: `organization_exports`. Permissions:
//! `organization:export`. Events: none.

mod job;
mod ops;
mod store;
mod wire;

use kernel::{Page, Permission};
use web::{Access, Route};

pub use job::{expire, jobs};

use wire::{ExportOut, ExportQuery, SignedLink};

/// The route table.
pub fn routes() -> Vec<Route> {
    let exporting = Access::needs(Permission::OrganizationExport);
    vec![
        Route::get("/organization/exports", exporting, "organization_exports_list", "List archives", ops::list)
            .query::<ExportQuery>()
            .ok::<Page<ExportOut>>(200),
        Route::post(
            "/organization/exports",
            exporting,
            "organization_exports_create",
            "Have an archive of everything made",
            ops::create,
        )
        .ok::<ExportOut>(202),
        Route::get(
            "/organization/exports/{id}",
            exporting,
            "organization_exports_get",
            "An archive, with a link that is good for five minutes",
            ops::get,
        )
        .ok::<ExportOut>(200),
        Route::get(
            "/organization/exports/{id}/content",
            Access::public(),
            "organization_exports_content",
            "Download an archive by a signed link",
            ops::content,
        )
        .query::<SignedLink>()
        .empty(200, "The bytes."),
    ]
}
