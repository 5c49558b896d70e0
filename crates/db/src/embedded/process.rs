//! The server programs as child processes: creating the cluster, starting, stopping.

use std::{
    fs::{self, File},
    io::{self, Read, Seek, SeekFrom},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    time::Duration,
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tokio::process::{Child, Command};

use super::{EmbeddedError, error::at, pidfile::PidFile, placement::Placement, programs::Programs};

/// A fast stop (SIGINT) that takes longer becomes an immediate one (SIGQUIT).
const FAST_STOP: Duration = Duration::from_secs(20);
/// Recovery after a crash counts as starting, so this is generous.
const START: Duration = Duration::from_secs(300);
/// The log is set aside at start when it has grown beyond this many bytes.
const MAX_LOG: u64 = 16 << 20;

/// What is needed to start one server again and again.
#[derive(Debug, Clone)]
pub(super) struct Launcher {
    pub(super) programs: Programs,
    pub(super) placement: Placement,
    pub(super) durable: bool,
    pub(super) max_connections: u32,
}

impl Launcher {
    /// Creates the cluster unless it is there. It is made beside its place and renamed, so a
    /// half-made one is never taken for a good one.
    pub(super) async fn initialize(&self) -> Result<(), EmbeddedError> {
        let cluster = &self.placement.cluster;
        if !self.placement.is_initialized() {
            let new = cluster.with_extension("new");
            if new.exists() {
                fs::remove_dir_all(&new).map_err(at(&new))?;
            }
            self.placement.account.private_dir(&new)?;
            let locale = if cfg!(target_os = "macos") { "en_US.UTF-8" } else { "C.UTF-8" };
            let mut initdb = self.command("initdb");
            initdb.arg("-D").arg(&new).args(["-U", "postgres", "-E", "UTF8"]);
            initdb.arg(format!("--locale={locale}"));
            initdb.args(["--auth-local=trust", "--auth-host=reject"]);
            initdb.args(["--data-checksums", "--no-instructions"]);
            if !self.durable {
                initdb.arg("--no-sync");
            }
            let output = initdb.output().await.map_err(self.spawn_error("initdb"))?;
            if !output.status.success() {
                let text = String::from_utf8_lossy(&output.stderr).trim().replace('\n', " ");
                let (cluster, output) = (cluster.clone(), text);
                return Err(EmbeddedError::Initdb { cluster, output });
            }
            fs::rename(&new, cluster).map_err(at(cluster))?;
        }
        self.placement.write_record()
    }

    /// Stops the server that a killed helpdesk process left behind and removes what would keep a
    /// new one from starting. To be called with the data folder's lock held and no child running:
    /// then nobody else can be using the cluster or its socket folder.
    pub(super) async fn clear_the_way(&self) -> Result<(), EmbeddedError> {
        let cluster = &self.placement.cluster;
        if let Some(found) = PidFile::read(cluster).filter(PidFile::is_alive) {
            // A number that went to a stranger: the server would refuse to start over this file,
            // and pg_ctl would signal the stranger.
            if found.is_surely_another_process(cluster) {
                remove_file(&cluster.join("postmaster.pid"))?;
            } else {
                tracing::info!(pid = found.pid, "stopping the PostgreSQL server of an ended helpdesk");
                self.stop_orphan().await?;
            }
        }
        // The socket's lock file names a process too.
        remove_file(&self.placement.socket_dir.join(".s.PGSQL.5432.lock"))
    }

    /// As the server's user, who can only signal his own processes.
    async fn stop_orphan(&self) -> Result<(), EmbeddedError> {
        for mode in ["fast", "immediate"] {
            let mut pg_ctl = self.command("pg_ctl");
            pg_ctl.arg("-D").arg(&self.placement.cluster).args(["-m", mode, "-w", "-t", "30", "stop"]);
            let output = pg_ctl.output().await.map_err(self.spawn_error("pg_ctl"))?;
            if output.status.success() {
                break;
            }
        }
        Ok(())
    }

    /// Starts the server; it is not ready yet.
    pub(super) fn spawn(&self) -> Result<Server, EmbeddedError> {
        let path = &self.placement.log;
        if fs::metadata(path).is_ok_and(|meta| meta.len() > MAX_LOG) {
            fs::rename(path, path.with_extension("log.1")).map_err(at(path))?;
        }
        let mut options = File::options();
        let log = options.create(true).append(true).mode(0o600).open(path).map_err(at(path))?;
        let log_start = log.metadata().map_err(at(path))?.len();
        let stderr = log.try_clone().map_err(at(path))?;
        let mut postgres = self.command("postgres");
        postgres.arg("-D").arg(&self.placement.cluster);
        for setting in self.settings() {
            postgres.arg("-c").arg(setting);
        }
        postgres.stdout(log).stderr(stderr);
        let child = postgres.spawn().map_err(self.spawn_error("postgres"))?;
        Ok(Server { child, log: path.clone(), log_start, cluster: self.placement.cluster.clone() })
    }

    fn settings(&self) -> Vec<String> {
        // A list of folders: quotes keep commas and spaces in the path.
        let folder = self.placement.socket_dir.display().to_string().replace('"', "\"\"");
        let durable = if self.durable { "on" } else { "off" };
        vec![
            "cluster_name=helpdesk".to_owned(),
            "listen_addresses=".to_owned(),
            "port=5432".to_owned(),
            format!("unix_socket_directories=\"{folder}\""),
            "unix_socket_permissions=0700".to_owned(),
            format!("max_connections={}", self.max_connections),
            "shared_buffers=128MB".to_owned(),
            "logging_collector=off".to_owned(),
            format!("fsync={durable}"),
            format!("full_page_writes={durable}"),
            "synchronous_commit=on".to_owned(),
        ]
    }

    /// A program of the installation as the server's user, in its own process group (Ctrl-C is
    /// for us alone), with nothing of our environment. std drops root's supplementary groups.
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.programs.path(program));
        command.current_dir("/").env_clear().env("PATH", "/usr/bin:/bin");
        command.env("LC_ALL", "C").env("TZ", "UTC").process_group(0).stdin(Stdio::null());
        let account = &self.placement.account;
        if account.switch {
            command.uid(account.uid).gid(account.gid);
        }
        command
    }

    fn spawn_error(&self, program: &str) -> impl FnOnce(io::Error) -> EmbeddedError {
        let program = self.programs.path(program);
        move |cause| EmbeddedError::Spawn { program, cause }
    }
}

/// A running server process. Dropping it asks the server to stop without waiting for it.
#[derive(Debug)]
pub(super) struct Server {
    child: Child,
    cluster: PathBuf,
    log: PathBuf,
    log_start: u64,
}

impl Server {
    /// Waits until the server accepts connections.
    pub(super) async fn ready(&mut self) -> Result<(), EmbeddedError> {
        let deadline = tokio::time::Instant::now() + START;
        loop {
            if let Some(status) = self.child.try_wait().map_err(at(&self.log))? {
                let (reason, log) = (self.complaint(), self.log.clone());
                return Err(EmbeddedError::StartFailed { status, reason, log });
            }
            let file = PidFile::read(&self.cluster);
            if file.is_some_and(|f| f.ready && u32::try_from(f.pid).ok() == self.child.id()) {
                return Ok(());
            }
            if tokio::time::Instant::now() > deadline {
                let log = self.log.clone();
                return Err(EmbeddedError::StartTimeout { seconds: START.as_secs(), log });
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Waits until the process ends, for whatever reason. May be cancelled.
    pub(super) async fn ended(&mut self) -> io::Result<ExitStatus> {
        self.child.wait().await
    }

    /// Ends all connections and stops the server: cleanly, or after 20 s at once.
    pub(super) async fn stop(mut self) -> Result<(), EmbeddedError> {
        self.signal(Signal::SIGINT);
        let status = match tokio::time::timeout(FAST_STOP, self.child.wait()).await {
            Ok(status) => status,
            Err(_) => {
                tracing::warn!("PostgreSQL did not stop in time and is now stopped at once");
                self.signal(Signal::SIGQUIT);
                self.child.wait().await
            }
        };
        status.map(drop).map_err(|cause| EmbeddedError::Stop { cause })
    }

    /// Does nothing once the process has been waited for, so it cannot meet a stranger.
    fn signal(&self, signal: Signal) {
        if let Some(pid) = self.child.id().and_then(|id| i32::try_from(id).ok()) {
            let _ = kill(Pid::from_raw(pid), signal);
        }
    }

    /// The last line of this start's log that tells what went wrong.
    fn complaint(&self) -> String {
        let text = read_from(&self.log, self.log_start).unwrap_or_default();
        let told = |mark| text.lines().rev().find_map(|line| line.split_once(mark)).map(|(_, told)| told.trim());
        let last = || text.lines().rev().map(str::trim).find(|line| !line.is_empty());
        told("FATAL:").or_else(|| told("PANIC:")).or_else(last).unwrap_or("it said nothing").to_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.signal(Signal::SIGINT);
    }
}

fn remove_file(path: &Path) -> Result<(), EmbeddedError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(at(path)(error)),
        _ => Ok(()),
    }
}

fn read_from(path: &Path, start: u64) -> io::Result<String> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(start))?;
    let mut bytes = Vec::new();
    file.take(64 << 10).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
