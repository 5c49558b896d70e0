//! Notifications: what somebody of the staff is told, in the application, by browser and by mail.
//!
//! Invariants: a person is told of one event once, however often it is handled; nobody is told of
//! their own doing, or of a ticket they do not see, and what they do not see any more is not listed.
//! In somebody's quiet hours browser and mail wait until these are over; a mail that waited is not
//! sent when the notification was read meanwhile.
//!
//! Tables: `notifications`, `notification_settings`. Permissions: `users:read`; everybody has their
//! own. Events: `notification.created` (entity is the notification, payload names the person), also
//! when its browser part is due; `notification.read` (entity is the person).

mod events;
mod mail;
mod model;
mod ops;
mod settings;
mod store;
mod tell;
mod wire;

use chrono::{DateTime, Utc};
use db::{TenantTx, worker::Registry};
use kernel::{AppResult, Page, Permission};
use web::{Access, AppState, Route};

pub use events::{CREATED, READ};
pub use mail::{DueMail, MAIL_JOB, due_mail};
pub use model::Kind;

/// The route table.
pub fn routes() -> Vec<Route> {
    let own = Access::needs(Permission::UserRead);
    vec![
        Route::get("/notifications", own, "notifications_list", "What I was told, latest first", ops::list)
            .query::<wire::NotificationQuery>()
            .ok::<Page<wire::NotificationOut>>(200),
        Route::get("/notifications/unread", own, "notifications_unread", "How many I have not read", ops::unread)
            .ok::<wire::Unread>(200),
        Route::post("/notifications/read", own, "notifications_read_all", "Mark all or several as read", ops::read_all)
            .body::<wire::ReadAll>()
            .ok::<wire::Unread>(200),
        Route::post("/notifications/{id}/read", own, "notifications_read", "Mark one as read or unread", ops::read)
            .body::<wire::ReadOne>()
            .ok::<wire::Unread>(200),
        Route::get(
            "/notifications/preferences",
            own,
            "notifications_preferences_get",
            "What I am told, and how",
            ops::preferences,
        )
        .ok::<wire::PreferencesOut>(200)
        .versioned(),
        Route::patch(
            "/notifications/preferences",
            own,
            "notifications_preferences_update",
            "Change what I am told, and how",
            ops::change_preferences,
        )
        .body::<wire::PatchPreferences>()
        .ok::<wire::PreferencesOut>(200)
        .versioned(),
    ]
}

/// Adds who listens to what happens to tickets.
pub fn jobs(registry: &mut Registry, state: &AppState) {
    let telling = state.clone();
    registry.subscribe(tell::TOPICS, "notifications.tell", move |job| {
        let state = telling.clone();
        async move { tell::handle(&state, &job).await.map_err(Into::into) }
    });
    let state = state.clone();
    registry.handle(tell::BROWSER_JOB, move |job| {
        let state = state.clone();
        async move { tell::browser_due(&state, &job).await.map_err(Into::into) }
    });
}

/// Forgets what was told before.
pub async fn prune(tx: &mut TenantTx, before: DateTime<Utc>) -> AppResult<()> {
    let organization = tx.organization();
    Ok(store::prune(tx, organization, before).await?)
}
