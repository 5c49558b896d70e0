//! Files: uploads and attachments of messages.
//!
//! A file is an immutable object in the store, named by organization and a random id, and a row
//! that says what it is. It belongs to the message it hangs on; before that only to its uploader.
//! The type is found by content, never taken from the name. Downloads go through a link of five
//! minutes that is signed for one organization and file.
//!
//! Tables: `files`. Permissions: `files:use`. Events: none.

pub(crate) mod model;
mod ops;
pub(crate) mod store;
mod wire;

use kernel::Permission;
use web::{Access, Route};

pub use ops::upload::{NewFile, Prepared, prepare, record};
pub use wire::FileOut;

/// The route table.
pub fn routes() -> Vec<Route> {
    let using = Access::needs(Permission::FileUse);
    let reading = Access::needs(Permission::TicketRead);
    vec![
        Route::post("/files", using, "files_create", "Upload a file", ops::upload::handler).upload().ok::<FileOut>(201),
        Route::get(
            "/files/{id}",
            reading,
            "files_get",
            "A link to download a file, good for five minutes",
            ops::download::handler,
        )
        .empty(302, "Goes to the link."),
        Route::get(
            "/files/{id}/content",
            Access::public(),
            "files_content",
            "Download by a signed link",
            ops::download::content,
        )
        .query::<wire::SignedLink>()
        .empty(200, "The bytes."),
    ]
}
