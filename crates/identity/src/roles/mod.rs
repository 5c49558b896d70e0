//! Roles: sets of permissions that people of the staff have. Shipped ones are defined in code and
//! cannot be changed, except that they may require a second factor; custom ones are rows.
//!
//! Invariants: nobody gives, takes or changes a role that may or sees more than they do themselves;
//! the owner's role is touched by owners only. A change counts from the next request of its people.
//! Tables: `roles`. Permissions: `users:read`, `roles:write`. Events: none.

mod model;
mod ops;
mod store;
mod wire;

use db::TenantTx;
use kernel::{Actor, AppError, AppResult, Page, Permission};
use web::{Access, Route};

pub use model::{Reach, Role, check_reach, permissions};
pub use store::{NewRole, insert, permissions_of};

/// The route table.
pub fn routes() -> Vec<Route> {
    let read = Access::needs(Permission::UserRead);
    let write = Access::needs(Permission::RoleWrite);
    vec![
        Route::get("/roles", read, "roles_list", "List roles", ops::read::list).query::<wire::RoleQuery>().ok::<Page<
            wire::RoleOut,
        >>(
            200
        ),
        Route::post("/roles", write, "roles_create", "Add a custom role", ops::write::create)
            .body::<wire::CreateRole>()
            .ok::<wire::RoleOut>(201),
        Route::get(
            "/roles/permissions",
            read,
            "roles_permissions",
            "What roles and keys can allow",
            ops::read::permissions,
        )
        .query::<wire::PermissionQuery>()
        .ok::<Page<wire::PermissionOut>>(200),
        Route::get("/roles/{id}", read, "roles_get", "One role", ops::read::get).ok::<wire::RoleOut>(200).versioned(),
        Route::patch("/roles/{id}", write, "roles_update", "Change a role", ops::write::update)
            .body::<wire::PatchRole>()
            .ok::<wire::RoleOut>(200)
            .versioned(),
        Route::delete("/roles/{id}", write, "roles_delete", "Delete a custom role", ops::write::delete)
            .empty(204, "Deleted.")
            .versioned(),
    ]
}

/// The role of this key, which the actor is about to give, to take or to touch somebody with; 422
/// on `role` when there is none, 403 when it reaches beyond the actor's own.
pub async fn within_reach(tx: &mut TenantTx, actor: &Actor, key: &str) -> AppResult<Role> {
    let role = named(tx, key).await?;
    check_reach(actor, &role.reach())?;
    Ok(role)
}

/// The role of this key; 422 on `role` when there is none.
pub async fn named(tx: &mut TenantTx, key: &str) -> AppResult<Role> {
    let organization = tx.organization();
    let found = store::find_by_key(tx, organization, key).await?;
    found.map(Role::from).ok_or_else(|| AppError::invalid("role", "unknown", "There is no such role."))
}
