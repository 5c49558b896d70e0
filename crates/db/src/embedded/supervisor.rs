//! Keeps the owner's server running until it is told to stop.

use std::{fs::File, io, time::Duration};

use tokio::{
    sync::watch,
    task::JoinHandle,
    time::{Instant, sleep},
};
use tokio_util::sync::CancellationToken;

use super::{
    EmbeddedError, ServerState,
    phase::{self, Phase},
    process::{Launcher, Server},
};

const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// A server that ran this long had recovered: the next pause is short again.
const RECOVERED: Duration = Duration::from_secs(60);
/// How long a stop waits for commands that are using the server.
const GUESTS: Duration = Duration::from_secs(5);

/// Locks of the owner, held until its server has ended.
#[derive(Debug)]
pub(super) struct Locks {
    pub(super) data_dir: File,
    pub(super) _cluster: Option<File>,
    /// Shared by guests; a stop waits until none has it.
    pub(super) guests: File,
}

/// The owner's handle. Dropping it stops the server too, but nobody waits for that.
#[derive(Debug)]
pub(super) struct Supervisor {
    stop: CancellationToken,
    task: JoinHandle<Result<(), EmbeddedError>>,
}

impl Supervisor {
    /// Takes over a server that is ready.
    pub(super) fn start(launcher: Launcher, server: Server, locks: Locks) -> (Self, watch::Receiver<ServerState>) {
        let (state, receiver) = watch::channel(ServerState::Running);
        let stop = CancellationToken::new();
        let run = Run { launcher, locks, state, stop: stop.clone() };
        #[expect(clippy::disallowed_methods, reason = "has to outlive every other task: it stops the server last")]
        let task = tokio::spawn(run.supervise(server));
        (Self { stop, task }, receiver)
    }

    /// Stops the server and returns when it has ended and the locks are free.
    pub(super) async fn stop(mut self) -> Result<(), EmbeddedError> {
        self.stop.cancel();
        match (&mut self.task).await {
            Ok(result) => result,
            Err(error) => Err(EmbeddedError::Stop { cause: io::Error::other(error) }),
        }
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Starts a server and waits until it is ready. After a server was killed its last children may
/// need a moment to notice, and until then a new one refuses to start.
pub(super) async fn first_start(launcher: &Launcher) -> Result<Server, EmbeddedError> {
    let mut pause = Duration::from_millis(100);
    loop {
        let mut server = launcher.spawn()?;
        match server.ready().await {
            Ok(()) => return Ok(server),
            Err(EmbeddedError::StartFailed { reason, .. })
                if reason.contains("pre-existing shared memory") && pause < RECOVERED / 10 =>
            {
                sleep(pause).await;
                pause *= 2;
            }
            Err(error) => return Err(error),
        }
    }
}

struct Run {
    launcher: Launcher,
    locks: Locks,
    state: watch::Sender<ServerState>,
    stop: CancellationToken,
}

impl Run {
    async fn supervise(self, server: Server) -> Result<(), EmbeddedError> {
        let mut current = Some(server);
        let mut pause = FIRST_PAUSE;
        while let Some(mut server) = current.take() {
            let since = Instant::now();
            tokio::select! {
                biased;
                () = self.stop.cancelled() => return self.shut_down(server).await,
                status = server.ended() => {
                    let status = status.map_or_else(|e| e.to_string(), |s| s.to_string());
                    tracing::error!(status, "PostgreSQL ended unexpectedly; starting it again");
                }
            }
            self.state.send_replace(ServerState::Restarting);
            if since.elapsed() > RECOVERED {
                pause = FIRST_PAUSE;
            }
            current = self.restart(&mut pause).await;
        }
        self.state.send_replace(ServerState::Stopped);
        Ok(())
    }

    /// Tries until the server is ready; None when a stop came first.
    async fn restart(&self, pause: &mut Duration) -> Option<Server> {
        loop {
            tokio::select! {
                biased;
                () = self.stop.cancelled() => return None,
                () = sleep(*pause) => {}
            }
            *pause = (*pause * 2).min(LONGEST_PAUSE);
            match self.start_once().await {
                Ok(server) => {
                    if server.is_some() {
                        tracing::info!("PostgreSQL runs again");
                        self.state.send_replace(ServerState::Running);
                    }
                    return server;
                }
                Err(error) => tracing::error!(%error, "PostgreSQL could not be started again"),
            }
        }
    }

    async fn start_once(&self) -> Result<Option<Server>, EmbeddedError> {
        self.launcher.clear_the_way().await?;
        let mut server = self.launcher.spawn()?;
        let stopped = tokio::select! {
            biased;
            () = self.stop.cancelled() => true,
            ready = server.ready() => { ready?; false }
        };
        if stopped {
            server.stop().await?;
            return Ok(None);
        }
        Ok(Some(server))
    }

    async fn shut_down(self, server: Server) -> Result<(), EmbeddedError> {
        if let Err(error) = phase::announce(&self.locks.data_dir, Phase::Stopping) {
            tracing::warn!(%error, "the data folder's lock file cannot be written");
        }
        let deadline = Instant::now() + GUESTS;
        while self.locks.guests.try_lock().is_err() && Instant::now() < deadline {
            sleep(Duration::from_millis(10)).await;
        }
        let result = server.stop().await;
        self.state.send_replace(ServerState::Stopped);
        result
    }
}
