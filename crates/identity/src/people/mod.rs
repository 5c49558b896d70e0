//! Staff: who works in the organization, with which role. Customers are people of `support`.
//!
//! Invariants: nobody grants or touches a role mightier than their own; nobody changes their own
//! role or status; an organization keeps an active owner. Suspension and removal end all sessions
//! and open links. Whoever was removed keeps the name in every history and frees the address.
//! Tables: `users`, `platform.logins`. Permissions: `users:read`, `users:write`. Events: `user.removed`.

mod model;
mod ops;
mod store;
mod wire;

use kernel::{Actor, AppError, AppResult, OrganizationId, Page, Permission, Person, TeamId, UserId};
use sqlx::PgConnection;
use web::{Access, Route};

use crate::{
    links::Accepted,
    sessions::{SessionOut, SessionQuery},
};

pub use ops::create::{NewUser, create};
pub use store::{drop_unused_login, note_login};
pub use wire::UserOut;

/// Somebody of the staff was removed: entity is the person.
pub const REMOVED: &str = "user.removed";

/// The route table.
pub fn routes() -> Vec<Route> {
    let read = Access::needs(Permission::UserRead);
    let write = Access::needs(Permission::UserWrite);
    vec![
        Route::get("/users", read, "users_list", "List staff", ops::list::handler)
            .query::<wire::UserQuery>()
            .ok::<Page<UserOut>>(200),
        Route::post("/users", write, "users_create", "Add a member of staff", ops::create::handler)
            .body::<wire::CreateUser>()
            .ok::<wire::CreatedUser>(201),
        Route::get("/users/me", read, "users_me", "My own profile", ops::get::me).ok::<UserOut>(200).versioned(),
        Route::patch("/users/me", read, "users_update_me", "Change my own profile", ops::update::me)
            .body::<wire::PatchMe>()
            .ok::<UserOut>(200)
            .versioned(),
        Route::get("/users/{id}", read, "users_get", "One member of staff", ops::get::handler)
            .ok::<UserOut>(200)
            .versioned(),
        Route::patch("/users/{id}", write, "users_update", "Change a member of staff", ops::update::handler)
            .body::<wire::PatchUser>()
            .ok::<UserOut>(200)
            .versioned(),
        Route::delete("/users/{id}", write, "users_delete", "Remove a member of staff", ops::remove::delete)
            .empty(204, "Removed; can be restored for thirty days."),
        Route::post("/users/{id}/restore", write, "users_restore", "Bring somebody back", ops::remove::restore)
            .ok::<UserOut>(200),
        Route::post("/users/{id}/invite", write, "users_invite", "Send the invitation again", ops::invite::handler)
            .ok::<Accepted>(202),
        Route::get(
            "/users/{id}/sessions",
            write,
            "users_sessions_list",
            "Where somebody is signed in",
            ops::sessions::list,
        )
        .query::<SessionQuery>()
        .ok::<Page<SessionOut>>(200),
        Route::delete(
            "/users/{id}/sessions",
            write,
            "users_sessions_end",
            "End all sessions of somebody",
            ops::sessions::end,
        )
        .empty(204, "Ended."),
        Route::get(
            "/users/{id}/lockout",
            write,
            "users_lockout",
            "Whether a person's sign-in is locked",
            ops::lockout::get,
        )
        .ok::<wire::LockoutOut>(200),
        Route::delete(
            "/users/{id}/lockout",
            write,
            "users_lockout_lift",
            "Unlock a person's sign-in",
            ops::lockout::lift,
        )
        .empty(204, "The person may sign in."),
    ]
}

/// 422 on `field` unless there is such a role, 403 when it is mightier than the actor's own.
pub(crate) async fn check_grant(tx: &mut db::TenantTx, actor: &Actor, field: &str, role: &str) -> AppResult<()> {
    let organization = tx.organization();
    if store::find_role(tx, organization, role).await?.is_none() {
        return Err(AppError::invalid(field, "unknown", "There is no such role."));
    }
    model::check_rank(&actor.role, role)
}

/// Somebody to write to.
#[derive(Debug, Clone)]
pub struct Addressee {
    /// Shown name.
    pub name: String,
    /// Where mail goes.
    pub email: String,
}

/// A member of staff as shown beside a ticket.
#[derive(Debug, Clone)]
pub struct UserName {
    /// Who.
    pub id: UserId,
    /// Shown name.
    pub name: String,
    /// Whether the person may act.
    pub is_active: bool,
}

/// A member of staff, active or not.
pub async fn find_user(tx: &mut PgConnection, organization: OrganizationId, id: UserId) -> AppResult<Option<UserName>> {
    let found = store::find(tx, organization, id).await?;
    Ok(found.map(|user| UserName { id: user.id, name: user.name, is_active: user.status == "active" }))
}

/// Where an active member of staff is written to.
pub async fn find_addressee(
    tx: &mut PgConnection,
    organization: OrganizationId,
    id: UserId,
) -> AppResult<Option<Addressee>> {
    let found = store::find(tx, organization, id).await?;
    Ok(found.filter(|user| user.status == "active").map(|user| Addressee { name: user.name, email: user.email }))
}

/// The name of a team.
pub async fn find_team(tx: &mut PgConnection, organization: OrganizationId, id: TeamId) -> AppResult<Option<String>> {
    Ok(crate::teams::find_name(tx, organization, id).await?)
}

/// The wire id of a person.
pub fn wire_id(person: &Person) -> String {
    crate::sessions::wire_id(person)
}
