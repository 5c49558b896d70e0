//! The database: the embedded server, the only two kinds of transaction, migrations, outbox and jobs.
//!
//! Tenant rows are reached through [`TenantTx`] and nothing else; `docs/TENANCY.md` says why.

pub mod admin;
pub mod attempts;
pub mod audit;
pub mod audit_chain;
pub mod catalog;
mod constraint;
pub mod embedded;
pub mod feed;
pub mod jobs;
mod migrate;
pub mod nodes;
pub mod notify;
pub mod operators;
pub mod outbox;
pub mod placement;
pub mod platform;
pub mod removal;
pub mod schedule;
mod share;
pub mod stats;
mod tasks;
mod tx;
pub mod vault;
pub mod who;
pub mod worker;

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use kernel::{Clock, IdGen};
use sqlx::{
    PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tokio::sync::Notify;

pub use constraint::OnConstraint;
pub use migrate::{MIGRATION_LOCK, behind, latest_version, migrate, provision_schema};
pub use tasks::{Tasks, uncancelled};
pub use tx::{Mode, PlatformTx, Tenant, TenantTx};
pub use vault::Vault;
pub use who::{Credential, Who};

/// The way to the database for the whole product: one pool as the runtime role, time and ids.
#[derive(Clone, Debug)]
pub struct Db {
    pool: PgPool,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Ids and secrets.
    pub ids: Arc<IdGen>,
    wake: Arc<Notify>,
    elsewhere: Arc<Notify>,
    unled: Arc<Notify>,
    fed: Arc<Notify>,
    pub(crate) jobs_wake: Arc<Notify>,
    shares: Arc<share::Shares>,
}

/// How long a connection is waited for.
const PATIENCE: Duration = Duration::from_secs(2);

impl Db {
    /// A lazy pool of at most `connections` as the role of `options`, of which one organization
    /// holds at most half. A connection is waited for at most two seconds; then the caller gets
    /// `AppError::Unavailable`.
    pub fn new(options: PgConnectOptions, connections: u32, clock: Arc<dyn Clock>, ids: Arc<IdGen>) -> Self {
        let pool = PgPoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(PATIENCE)
            .max_lifetime(Duration::from_secs(600))
            .test_before_acquire(false)
            .connect_lazy_with(options);
        let shares = Arc::new(share::Shares::new(connections, PATIENCE));
        let [wake, elsewhere, unled, fed, jobs_wake] = std::array::from_fn(|_| Arc::new(Notify::new()));
        Self { pool, clock, ids, wake, elsewhere, unled, fed, jobs_wake, shares }
    }

    /// The present.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// The same database at another time, with ids of that time: for importing what happened earlier.
    pub fn at_time_of(&self, clock: Arc<dyn Clock>) -> Self {
        Self { ids: Arc::new(IdGen::new(Arc::clone(&clock))), clock, ..self.clone() }
    }

    /// Tells the dispatcher of this process that something was committed.
    pub fn wake(&self) {
        self.wake.notify_one();
    }

    /// Resolves at the next [`Db::wake`].
    pub async fn woken(&self) {
        self.wake.notified().await;
    }

    /// Tells the dispatcher, if it runs in this process, that another one committed something.
    pub fn wake_from_elsewhere(&self) {
        self.elsewhere.notify_one();
    }

    pub(crate) async fn woken_from_elsewhere(&self) {
        self.elsewhere.notified().await;
    }

    /// Says that something was committed here while the dispatcher runs in another process.
    pub fn pass_on(&self) {
        self.unled.notify_one();
    }

    /// Resolves at the next [`Db::pass_on`].
    pub async fn passed_on(&self) {
        self.unled.notified().await;
    }

    pub(crate) fn feed_grew(&self) {
        self.fed.notify_one();
    }

    /// Resolves when the dispatcher of this process has added to the feed.
    pub async fn fed(&self) {
        self.fed.notified().await;
    }

    /// Connections that are open, and how many of them nobody uses.
    pub fn connections(&self) -> (u32, usize) {
        (self.pool.size(), self.pool.num_idle())
    }

    /// Closes every connection.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}
