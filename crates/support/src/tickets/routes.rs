//! The route table of tickets.

use kernel::{Page, Permission};
use web::{Access, Route};

use super::{
    ops::{
        assign, bulk, counts, create, get,
        history::{self, HistoryQuery},
        list, remove, statistics, status, tags, update, watchers,
    },
    wire::{
        Assign, ChangeStatus, CreateTicket, ForceClose, HistoryOut, MarkRead, PatchTicket, Tags, TagsOut, TicketOut,
        TicketQuery, UserBrief, Watch,
    },
};

/// The route table.
pub fn routes() -> Vec<Route> {
    [lists(), single(), actions(), around()].into_iter().flatten().collect()
}

fn lists() -> Vec<Route> {
    let read = Access::needs(Permission::TicketRead);
    vec![
        Route::get("/tickets", read, "tickets_list", "List tickets", list::handler).query::<TicketQuery>().ok::<Page<
            TicketOut,
        >>(
            200
        ),
        Route::get("/tickets/overdue", read, "tickets_overdue", "List tickets past their deadline", list::overdue)
            .query::<TicketQuery>()
            .ok::<Page<TicketOut>>(200),
        Route::get("/tickets/statistics", read, "tickets_statistics", "Figures over tickets", statistics::handler)
            .query::<statistics::StatisticsQuery>()
            .ok::<statistics::StatisticsOut>(200),
        Route::get("/tickets/counts", read, "tickets_counts", "How many stand in each built-in list", counts::handler)
            .ok::<counts::CountsOut>(200),
    ]
}

fn single() -> Vec<Route> {
    let update = Access::needs(Permission::TicketUpdate);
    let delete = Access::needs(Permission::TicketDelete);
    vec![
        Route::post(
            "/tickets",
            Access::needs(Permission::TicketCreate),
            "tickets_create",
            "Make a ticket",
            create::handler,
        )
        .body::<CreateTicket>()
        .ok::<TicketOut>(201),
        Route::get("/tickets/{id}", Access::needs(Permission::TicketRead), "tickets_get", "One ticket", get::handler)
            .ok::<TicketOut>(200)
            .versioned(),
        Route::patch("/tickets/{id}", update, "tickets_update", "Change fields", update::patch)
            .body::<PatchTicket>()
            .ok::<TicketOut>(200)
            .versioned(),
        Route::put("/tickets/{id}", update, "tickets_replace", "Change fields; subject required", update::put)
            .body::<PatchTicket>()
            .ok::<TicketOut>(200)
            .versioned(),
        Route::delete("/tickets/{id}", delete, "tickets_delete", "Delete; can be restored for 30 days", remove::delete)
            .empty(204, "Deleted.")
            .versioned(),
        Route::post("/tickets/{id}/restore", delete, "tickets_restore", "Bring a deleted ticket back", remove::restore)
            .ok::<TicketOut>(200)
            .versioned(),
    ]
}

fn actions() -> Vec<Route> {
    let (assign, status) = (Access::needs(Permission::TicketAssign), Access::needs(Permission::TicketStatus));
    let force = Access::needs(Permission::TicketForceClose);
    let update = Access::needs(Permission::TicketUpdate);
    vec![
        Route::post("/tickets/bulk", update, "tickets_bulk", "Change up to 500 tickets at once", bulk::handler)
            .body::<bulk::BulkTickets>()
            .ok::<bulk::BulkOut>(200),
        Route::post("/tickets/{id}/assign", assign, "tickets_assign", "Give to somebody", assign::handler)
            .body::<Assign>()
            .ok::<TicketOut>(200)
            .versioned(),
        Route::post("/tickets/{id}/change_status", status, "tickets_change_status", "Move to a status", status::change)
            .body::<ChangeStatus>()
            .ok::<TicketOut>(200)
            .versioned(),
        Route::post(
            "/tickets/{id}/force_close",
            force,
            "tickets_force_close",
            "Close from any status",
            status::force_close,
        )
        .body::<ForceClose>()
        .ok::<TicketOut>(200)
        .versioned(),
    ]
}

fn around() -> Vec<Route> {
    let insight = Access::needs(Permission::TicketInsight);
    let update = Access::needs(Permission::TicketUpdate);
    vec![
        Route::get(
            "/tickets/{id}/history",
            insight,
            "tickets_history",
            "What happened to its fields",
            history::handler,
        )
        .query::<HistoryQuery>()
        .ok::<Page<HistoryOut>>(200),
        Route::get("/tickets/{id}/tags", insight, "tickets_tags_list", "Its tags", tags::list).ok::<TagsOut>(200),
        Route::post("/tickets/{id}/tags", update, "tickets_tags_add", "Add tags", tags::add)
            .body::<Tags>()
            .ok::<TagsOut>(200)
            .versioned(),
        Route::put("/tickets/{id}/tags", update, "tickets_tags_replace", "Replace all tags", tags::replace)
            .body::<Tags>()
            .ok::<TagsOut>(200)
            .versioned(),
        Route::get("/tickets/{id}/watchers", insight, "tickets_watchers_list", "Who watches it", watchers::list)
            .query::<HistoryQuery>()
            .ok::<Page<UserBrief>>(200),
        Route::post("/tickets/{id}/watchers", insight, "tickets_watchers_add", "Watch it", watchers::add)
            .body::<Watch>()
            .ok::<UserBrief>(201),
        Route::delete(
            "/tickets/{id}/watchers/{user}",
            insight,
            "tickets_watchers_remove",
            "Stop watching it",
            watchers::remove,
        )
        .empty(204, "Removed."),
        Route::post("/tickets/{id}/read", insight, "tickets_read", "Mark as read by me", watchers::read)
            .body::<MarkRead>()
            .empty(204, "Marked."),
    ]
}
