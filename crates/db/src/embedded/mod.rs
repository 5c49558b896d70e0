//! The embedded database: a PostgreSQL server that helpdesk runs by itself when no
//! `DATABASE_URL` is given.
//!
//! One data folder has one owner: the process that holds the lock on `$DATA_DIR/lock` runs the
//! server as its child. Others (`helpdesk org create` beside `helpdesk serve`) are guests of that
//! server. The kernel frees the lock with the process, however it ends; the server that a killed
//! owner leaves behind is stopped by the next one.
//!
//! Files in the data folder: `lock` and `guests` (never removed), `cluster` (where the database
//! lies), `postgres/` (the database), `run/` (its socket), `postgres.log`.

mod account;
mod error;
mod phase;
mod pidfile;
mod placement;
mod process;
mod programs;
mod supervisor;
#[cfg(test)]
mod tests;

use std::{
    fs::{File, TryLockError},
    path::{Path, PathBuf},
    time::Duration,
};

use sqlx::{
    ConnectOptions, Connection,
    postgres::{PgConnectOptions, PgSslMode},
};
use tokio::{
    sync::watch,
    time::{Instant, sleep},
};

pub use self::{
    error::EmbeddedError,
    programs::{MIN_MAJOR, Programs, find_client},
};
use self::{
    phase::Phase,
    pidfile::PidFile,
    placement::{Placement, open_lock, prepare_data_dir, recorded_cluster},
    process::Launcher,
    supervisor::{Locks, Supervisor},
};

/// How long to wait for the server of another process.
const JOIN: Duration = Duration::from_secs(60);

/// What to run, and where.
#[derive(Debug, Clone)]
pub struct EmbeddedConfig {
    /// `DATA_DIR`; made when it is missing.
    pub data_dir: PathBuf,
    /// False switches fsync off: a crash of the machine may then destroy the database. Tests only.
    pub durable: bool,
    /// PostgreSQL's `max_connections`; only the owner's counts.
    pub max_connections: u32,
}

impl EmbeddedConfig {
    /// A durable server with 100 connections.
    pub fn new(data_dir: impl Into<PathBuf>) -> Self {
        Self { data_dir: data_dir.into(), durable: true, max_connections: 100 }
    }
}

/// What the owner knows of its server; a guest always sees `Running`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServerState {
    /// Accepts connections.
    Running,
    /// Ended unexpectedly and is being started again: answer 503 meanwhile.
    Restarting,
    /// Stopped by [`Embedded::stop`] or by dropping the [`Embedded`].
    Stopped,
}

/// A share in the embedded server of one data folder: as its owner, or as a guest.
///
/// End it with [`Embedded::stop`]. Dropping the owner also stops the server, without waiting.
#[derive(Debug)]
pub struct Embedded {
    role: Role,
    socket_dir: PathBuf,
    state: watch::Receiver<ServerState>,
    notice: Option<String>,
}

#[derive(Debug)]
enum Role {
    Owner(Supervisor),
    /// Keeps the owner from stopping the server for a moment, and the state channel open.
    Guest {
        _lock: File,
        _state: watch::Sender<ServerState>,
    },
}

impl Embedded {
    /// Starts the server of the data folder (creating the database the first time), or joins
    /// the one that another process is running. On return it accepts connections.
    ///
    /// Waits up to 60 s for the server of another process and takes over when that one ends
    /// meanwhile. Needs a tokio runtime that lives as long as the server.
    pub async fn acquire(config: EmbeddedConfig) -> Result<Self, EmbeddedError> {
        let data_dir = prepare_data_dir(&config.data_dir)?;
        let lock = open_lock(&data_dir.join("lock"))?;
        let guests = open_lock(&data_dir.join("guests"))?;
        let deadline = Instant::now() + JOIN;
        loop {
            match lock.try_lock() {
                Ok(()) => return Box::pin(Self::own(config, &data_dir, lock, guests)).await,
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(cause)) => return Err(error::at(data_dir.join("lock"))(cause)),
            }
            // First the shared lock, then the owner's word: an owner does it the other way round.
            if guests.try_lock_shared().is_ok() {
                if let Some(socket_dir) = Box::pin(running_server(&data_dir)).await? {
                    return Ok(Self::join(socket_dir, guests));
                }
                guests.unlock().map_err(error::at(data_dir.join("guests")))?;
            }
            if Instant::now() > deadline {
                return Err(EmbeddedError::Busy { data_dir, seconds: JOIN.as_secs() });
            }
            sleep(Duration::from_millis(20)).await;
        }
    }

    async fn own(config: EmbeddedConfig, data_dir: &Path, lock: File, guests: File) -> Result<Self, EmbeddedError> {
        let lock_path = data_dir.join("lock");
        // Nobody may join the orphan that is about to be stopped.
        phase::announce(&lock, Phase::Starting).map_err(error::at(&lock_path))?;
        let mut placement = Placement::decide(data_dir)?;
        let notice = placement.notice.take();
        let cluster_lock = placement.lock_outside_cluster()?;
        let programs = match placement.major() {
            Some(major) => Programs::find_for(&placement.cluster, major)?,
            None => Programs::find()?,
        };
        let EmbeddedConfig { durable, max_connections, .. } = config;
        let launcher = Launcher { programs, placement, durable, max_connections };
        launcher.initialize().await?;
        launcher.clear_the_way().await?;
        let server = supervisor::first_start(&launcher).await?;
        phase::announce(&lock, Phase::Running).map_err(error::at(&lock_path))?;
        let socket_dir = launcher.placement.socket_dir.clone();
        let locks = Locks { data_dir: lock, _cluster: cluster_lock, guests };
        let (supervisor, state) = Supervisor::start(launcher, server, locks);
        Ok(Self { role: Role::Owner(supervisor), socket_dir, state, notice })
    }

    fn join(socket_dir: PathBuf, lock: File) -> Self {
        let (sender, state) = watch::channel(ServerState::Running);
        let role = Role::Guest { _lock: lock, _state: sender };
        Self { role, socket_dir, state, notice: None }
    }

    /// How to reach `database` as `user` over the server's socket. The superuser is `postgres`;
    /// no password is asked, because only we can enter the socket's folder.
    pub fn connect_options(&self, user: &str, database: &str) -> PgConnectOptions {
        options(&self.socket_dir, user, database)
    }

    /// The folder of the socket: the `-h` of `psql` and `pg_dump`.
    pub fn socket_dir(&self) -> &Path {
        &self.socket_dir
    }

    /// Whether the server is a child of this process.
    pub fn is_owner(&self) -> bool {
        matches!(self.role, Role::Owner(_))
    }

    /// One sentence to be shown to people, given by the start that created the database in
    /// another place than the data folder.
    pub fn notice(&self) -> Option<&str> {
        self.notice.as_deref()
    }

    /// The state at this moment.
    pub fn state(&self) -> ServerState {
        *self.state.borrow()
    }

    /// Tells every change of the state, and stays readable after [`Embedded::stop`].
    pub fn watch(&self) -> watch::Receiver<ServerState> {
        self.state.clone()
    }

    /// The owner stops the server, giving guests up to 5 s to finish and the server 20 s before
    /// it is stopped at once; returns when it has ended. A guest just leaves.
    pub async fn stop(self) -> Result<(), EmbeddedError> {
        match self.role {
            Role::Owner(supervisor) => supervisor.stop().await,
            Role::Guest { .. } => Ok(()),
        }
    }
}

/// The socket folder of the server that another process runs for this data folder, once it
/// accepts connections.
async fn running_server(data_dir: &Path) -> Result<Option<PathBuf>, EmbeddedError> {
    if !phase::is_open_for_guests(&data_dir.join("lock")) {
        return Ok(None);
    }
    let Some(cluster) = recorded_cluster(data_dir)? else { return Ok(None) };
    let Some(file) = PidFile::read(&cluster).filter(|file| file.ready) else { return Ok(None) };
    match options(&file.socket_dir, "postgres", "postgres").connect().await {
        Ok(connection) => {
            let _ = connection.close().await;
            Ok(Some(file.socket_dir))
        }
        Err(error) => {
            tracing::debug!(%error, "the running server does not answer yet");
            Ok(None)
        }
    }
}

fn options(socket_dir: &Path, user: &str, database: &str) -> PgConnectOptions {
    PgConnectOptions::new_without_pgpass()
        .socket(socket_dir)
        .port(5432)
        .username(user)
        .database(database)
        .ssl_mode(PgSslMode::Disable)
        .application_name("helpdesk")
}
