//! Staff: who works in the organization, with which role. Customers are people of `support`.
//!
//! Invariants: nobody grants or touches a role mightier than their own; nobody changes their own
//! role or status; an organization keeps an active owner. Suspension and removal end all sessions
//! and open links. Whoever was removed keeps the name in every history and frees the address.
//! Tables: `users`, `platform.logins`. Permissions: `users:read`, `users:write`. Events: `user.removed`.

mod ops;
mod preferences;
mod store;
mod wire;

use std::collections::HashMap;

use chrono_tz::Tz;
use db::{TenantTx, worker::Registry};
use kernel::{Actor, AppError, AppResult, OrganizationId, Page, Permission, Person, RoleKey, TeamId, UserId};
use sqlx::PgConnection;
use uuid::Uuid;
use web::{Access, AppState, Route};

use crate::{
    links::Accepted,
    roles::{self, Reach},
    sessions::{SessionOut, SessionQuery},
};

pub use ops::{
    create::{NewUser, create},
    remove::RESTORE_WINDOW,
};
pub use store::{drop_unused_login, note_login};
pub use wire::UserOut;

/// Somebody of the staff was removed: entity is the person.
pub const REMOVED: &str = "user.removed";

/// Makes somebody available again whose absence has ended: payload `{user}`.
pub const AVAILABILITY_JOB: &str = "users.availability";

/// Adds what ends absences.
pub fn jobs(registry: &mut Registry, state: &AppState) {
    let state = state.clone();
    registry.handle(AVAILABILITY_JOB, move |job| {
        let state = state.clone();
        async move { ops::me::back(&state, &job).await.map_err(Into::into) }
    });
}

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
        Route::get("/users/me", read, "users_me", "My own profile", ops::me::get).ok::<wire::MeOut>(200).versioned(),
        Route::patch("/users/me", read, "users_update_me", "Change my own profile", ops::me::update)
            .body::<wire::PatchMe>()
            .ok::<wire::MeOut>(200)
            .versioned(),
        Route::put("/users/me/avatar", read, "users_avatar_put", "Set my picture", ops::avatar::put)
            .picture()
            .ok::<wire::MeOut>(200),
        Route::delete("/users/me/avatar", read, "users_avatar_delete", "Remove my picture", ops::avatar::delete)
            .empty(204, "There is none any more."),
        Route::get("/users/{id}/avatar", Access::public(), "users_avatar", "Somebody's picture", ops::avatar::get)
            .query::<wire::AvatarQuery>()
            .empty(200, "A PNG, JPEG or WebP picture."),
        Route::get("/users/{id}", read, "users_get", "One member of staff", ops::get::handler)
            .ok::<UserOut>(200)
            .versioned(),
        Route::patch("/users/{id}", write, "users_update", "Change a member of staff", ops::update::handler)
            .body::<wire::PatchUser>()
            .ok::<UserOut>(200)
            .versioned(),
        Route::delete("/users/{id}", write, "users_delete", "Remove a member of staff", ops::remove::delete)
            .empty(204, "Removed; can be restored for thirty days.")
            .versioned(),
        Route::post("/users/{id}/restore", write, "users_restore", "Bring somebody back", ops::remove::restore)
            .ok::<UserOut>(200)
            .versioned(),
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

/// Somebody, staff or customer, to whom an administrator does something.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub id: Uuid,
    pub is_active: bool,
    /// What the person can do; of customers as if it were with every ticket, since anybody's can be meant.
    pub reach: Reach,
}

/// The person; 404 when there is none.
pub(crate) async fn target(tx: &mut TenantTx, person: Person) -> AppResult<Target> {
    let organization = tx.organization();
    match person {
        Person::Staff(id) => {
            let user = store::find(tx, organization, id).await?.ok_or(AppError::NotFound)?;
            let reach = roles::named(tx, &user.role).await?.reach();
            Ok(Target { id: id.0, is_active: user.status == "active", reach })
        }
        Person::Customer(id) => {
            let is_active = store::is_active_customer(tx, organization, id).await?.ok_or(AppError::NotFound)?;
            Ok(Target { id: id.0, is_active, reach: Reach::everywhere(RoleKey::Customer.permissions()) })
        }
        Person::Key(_) | Person::System => Err(AppError::NotFound),
    }
}

/// A member of staff, active or not.
pub async fn find_user(tx: &mut PgConnection, organization: OrganizationId, id: UserId) -> AppResult<Option<UserName>> {
    let found = store::find(tx, organization, id).await?;
    Ok(found.map(|user| UserName { id: user.id, name: user.name, is_active: user.status == "active" }))
}

/// Those of these people who are active members of staff, as they could act now.
pub async fn active(tx: &mut TenantTx, ids: &[UserId]) -> AppResult<Vec<Actor>> {
    let organization = tx.organization();
    let rows = store::active(tx, organization, ids).await?;
    Ok(rows.into_iter().map(|row| row.actor(organization)).collect())
}

/// The clocks that these people go by: their own, or the organization's.
pub async fn time_zones(tx: &mut TenantTx, ids: &[UserId]) -> AppResult<HashMap<UserId, Tz>> {
    let organization = tx.organization();
    let rows = store::time_zones(tx, organization, ids).await?;
    Ok(rows.into_iter().map(|(id, zone)| (id, zone.parse().unwrap_or(Tz::UTC))).collect())
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
