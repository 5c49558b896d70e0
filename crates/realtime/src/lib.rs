//! Telling people at once what happened, who looks at the same ticket, and who types.
//!
//! The way of a change: its transaction leaves events in the outbox, the dispatcher gives them their
//! places in the feed and says so to all nodes; each node reads what stands behind the last place it
//! told ([`pump`]), asks where the tickets stand now, and hints those of its connections whose people
//! may see them ([`hub`]). Hints carry no contents: pages fetch what they show through the API, so
//! there is no second way to anything. Who looks and types goes from node to node beside the feed
//! ([`presence`]) and ends by itself.
//!
//! Invariants: a hint goes only to somebody who may see its ticket when it is sent; a connection ends
//! within five seconds after its session did; what waits for a client is bounded.
//!
//! Tables: `realtime_tickets`. Permissions: `self:use` for a ticket, `tickets:read` for topics.

mod admission;
mod bus;
mod happening;
mod hub;
mod limits;
mod presence;
mod pump;
mod socket;
mod strangers;
mod wire;

use std::sync::Arc;

use axum::{Extension, Router, routing::get};
use db::Tasks;
use kernel::{AppResult, Permission};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use web::{Access, AppState, Route};

pub use limits::{End, Limits};

use self::{bus::Bus, hub::Hub, strangers::Strangers};

/// The route table.
pub fn routes() -> Vec<Route> {
    let own = Access::needs(Permission::SelfService);
    vec![
        Route::post("/realtime/ticket", own, "realtime_ticket", "A one-time ticket for /ws/", admission::handler)
            .ok::<admission::RealtimeTicket>(200)
            .without_key()
            .describes::<wire::WsCommand>()
            .describes::<wire::WsEvent>(),
    ]
}

/// What a process does beside listening to the others.
#[derive(Debug, Clone, Copy)]
pub struct Part {
    /// Holds connections.
    pub serves: bool,
    /// May dispatch: words that something was committed are for it.
    pub dispatches: bool,
}

/// The realtime part of a process.
#[derive(Debug)]
pub struct Realtime {
    state: AppState,
    hub: Hub,
    bus: Bus,
    strangers: Arc<Strangers>,
    wake: Notify,
    stop: CancellationToken,
}

impl Realtime {
    /// Begins. `redis` is the address of a Redis through which nodes speak; else they do through
    /// PostgreSQL. Ends with `tasks`, and with it every connection.
    pub async fn start(
        state: &AppState,
        redis: Option<&str>,
        limits: Limits,
        part: Part,
        tasks: &Tasks,
    ) -> AppResult<Arc<Self>> {
        let node = kernel::id::encode(uuid::Uuid::from_bytes(state.db.ids.secret()));
        let bus = Bus::new(node, redis).map_err(|error| kernel::AppError::Internal(error.into()))?;
        let realtime = Arc::new(Self {
            state: state.clone(),
            hub: Hub::new(limits),
            bus,
            strangers: Strangers::new(limits.strangers, limits.strangers_of_peer),
            wake: Notify::new(),
            stop: tasks.stop(),
        });
        pump::start(&realtime, part, tasks).await?;
        Ok(realtime)
    }

    /// `/ws/`, for the router beside the API.
    pub fn router(self: &Arc<Self>) -> Router<AppState> {
        Router::new().route("/ws", get(socket::open)).layer(Extension(Arc::clone(self)))
    }
}
