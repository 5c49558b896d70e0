//! Teams: groups of staff that tickets are given to.
//!
//! Tables: `teams`, `team_members`. Permissions: `users:read`, `users:write`. A team that tickets
//! still name cannot be deleted.

mod ops;
mod store;
mod wire;

use kernel::{Page, Permission};
use web::{Access, Route};

pub(crate) use store::find_name;
pub use store::members;
pub use store::{add_member, insert as insert_team};

/// The route table.
pub fn routes() -> Vec<Route> {
    let read = Access::needs(Permission::UserRead);
    let write = Access::needs(Permission::UserWrite);
    vec![
        Route::get("/teams", read, "teams_list", "List teams", ops::list)
            .query::<wire::TeamQuery>()
            .ok::<Page<wire::TeamOut>>(200),
        Route::post("/teams", write, "teams_create", "Add a team", ops::create)
            .body::<wire::CreateTeam>()
            .ok::<wire::TeamOut>(201),
        Route::get("/teams/{id}", read, "teams_get", "One team", ops::get).ok::<wire::TeamOut>(200),
        Route::patch("/teams/{id}", write, "teams_update", "Change a team", ops::update)
            .body::<wire::PatchTeam>()
            .ok::<wire::TeamOut>(200),
        Route::delete("/teams/{id}", write, "teams_delete", "Delete a team", ops::delete).empty(204, "Deleted."),
    ]
}
