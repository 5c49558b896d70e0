//! Against the real PostgreSQL of this machine, as root or as an ordinary user.

mod crash;
mod life;
mod places;

use std::{
    env,
    error::Error,
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use sqlx::{ConnectOptions, Connection, Executor};

use super::{Embedded, EmbeddedConfig, pidfile::PidFile, placement};

type TestResult = Result<(), Box<dyn Error>>;

/// A data folder whose server, whatever the test did, is gone in the end.
struct TempData(PathBuf);

impl TempData {
    fn new() -> std::io::Result<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let dir = env::temp_dir().join(format!("helpdesk-embedded-{}-{number}", std::process::id()));
        fs::create_dir_all(&dir)?;
        fs::set_permissions(&dir, fs::Permissions::from_mode(0o711))?;
        Ok(Self(dir.canonicalize()?))
    }

    fn config(&self) -> EmbeddedConfig {
        config(&self.0)
    }
}

impl Drop for TempData {
    fn drop(&mut self) {
        let recorded = placement::recorded_cluster(&self.0).ok().flatten();
        let cluster = recorded.unwrap_or_else(|| self.0.join("postgres"));
        if let Some(file) = PidFile::read(&cluster).filter(|f| !f.is_surely_another_process(&cluster)) {
            let _ = kill(Pid::from_raw(file.pid), Signal::SIGQUIT);
            std::thread::sleep(Duration::from_millis(100));
        }
        if let Some(base) = cluster.parent().filter(|base| base.starts_with("/var/lib/helpdesk")) {
            let _ = fs::remove_dir_all(base);
        }
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn config(data_dir: &Path) -> EmbeddedConfig {
    EmbeddedConfig { data_dir: data_dir.to_owned(), durable: false, max_connections: 20 }
}

async fn run(server: &Embedded, sql: &'static str) -> sqlx::Result<()> {
    let mut connection = server.connect_options("postgres", "postgres").connect().await?;
    connection.execute(sql).await?;
    connection.close().await
}

async fn number(server: &Embedded, sql: &'static str) -> sqlx::Result<i64> {
    let mut connection = server.connect_options("postgres", "postgres").connect().await?;
    let number = sqlx::query_scalar(sql).fetch_one(&mut connection).await?;
    connection.close().await?;
    Ok(number)
}
