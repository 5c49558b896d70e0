//! `/health/`: whether the product can do its work, told within three seconds.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use db::platform;
use kernel::{AppError, AppResult};
use object_store::{ObjectStore, ObjectStoreExt, path::Path};
use serde::Serialize;
use tokio::{sync::Mutex, time::timeout};
use web::AppState;

use crate::boot::check_version;

/// Each check has this long.
const PATIENCE: Duration = Duration::from_millis(2_500);
/// A due job that waits longer says that nobody works.
const LONGEST_WAIT: i64 = 300;

/// One thing that must work.
#[derive(Debug, Clone, Serialize)]
pub struct Check {
    /// `up` or `down`.
    pub status: &'static str,
    /// One sentence, or `not_configured`.
    pub detail: String,
}

impl Check {
    fn up(detail: impl Into<String>) -> Self {
        Self { status: "up", detail: detail.into() }
    }

    fn down(detail: impl Into<String>) -> Self {
        Self { status: "down", detail: detail.into() }
    }

    /// Whether it works.
    pub fn is_up(&self) -> bool {
        self.status == "up"
    }
}

/// All checks, in the order in which they are shown.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the names are the contract")]
pub struct Checks {
    pub database: Check,
    pub migrations: Check,
    pub jobs: Check,
    pub mail: Check,
    pub storage: Check,
}

/// The answer of `/health/`.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// `healthy` or `unhealthy`.
    pub status: &'static str,
    /// Why.
    pub checks: Checks,
}

impl Report {
    /// Whether everything works.
    pub fn is_healthy(&self) -> bool {
        self.status == "healthy"
    }
}

/// Looks once for all who ask at the same time, so that asking often costs little.
#[derive(Debug, Clone, Default)]
pub struct Health(Arc<Mutex<Option<(Instant, Report)>>>);

impl Health {
    /// The state of this moment: of a look that ended after the question was asked.
    pub async fn report(&self, state: &AppState) -> Report {
        let asked = Instant::now();
        let mut last = self.0.lock().await;
        if let Some((ended, report)) = &*last
            && *ended >= asked
        {
            return report.clone();
        }
        let report = Box::pin(look(state)).await;
        *last = Some((Instant::now(), report.clone()));
        report
    }
}

async fn look(state: &AppState) -> Report {
    let ((database, migrations), jobs, mail, storage) =
        tokio::join!(database(state), jobs(state), mail(state), storage(state));
    let checks = Checks { database, migrations, jobs, mail, storage };
    let all = [&checks.database, &checks.migrations, &checks.jobs, &checks.mail, &checks.storage];
    let status = if all.iter().all(|check| check.is_up()) { "healthy" } else { "unhealthy" };
    Report { status, checks }
}

/// The answer, unless it takes too long.
async fn patiently<T>(work: impl Future<Output = AppResult<T>>) -> Result<T, Check> {
    match timeout(PATIENCE, work).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error @ AppError::Unavailable(..))) => Err(Check::down(error.to_string())),
        Ok(Err(error)) => {
            // The cause may name hosts and roles, which is nobody's business out there.
            tracing::error!(%error, "a health check failed");
            Err(Check::down("It failed; the log says why."))
        }
        Err(_) => Err(Check::down("It does not answer.")),
    }
}

async fn database(state: &AppState) -> (Check, Check) {
    let asked = patiently(async {
        Ok((platform::schema_version(&state.db).await?, platform::server_version(&state.db).await?))
    });
    match asked.await {
        Err(down) => (down, Check::down("The database cannot be asked.")),
        Ok((schema, server)) => {
            let database = match check_version(server) {
                Ok(None) => Check::up("It answers."),
                Ok(Some(_)) => Check::up("It answers, but PostgreSQL lacks security fixes: update it."),
                Err(failure) => Check::down(failure.to_string()),
            };
            let migrations = if schema < db::latest_version() {
                Check::down("The schema is older than this version: run `helpdesk migrate`.")
            } else {
                Check::up("The schema is current.")
            };
            (database, migrations)
        }
    }
}

async fn jobs(state: &AppState) -> Check {
    match patiently(db::jobs::state(&state.db)).await {
        Err(down) => down,
        Ok(queue) if queue.oldest_seconds > LONGEST_WAIT => {
            Check::down(format!("A due job has waited for {} s: is a worker running?", queue.oldest_seconds))
        }
        Ok(queue) => Check::up(format!("{} due, {} dead.", queue.due, queue.dead)),
    }
}

async fn mail(state: &AppState) -> Check {
    let Some((host, port)) = &state.config.mail_server else { return Check::up("not_configured") };
    let connected = timeout(PATIENCE, tokio::net::TcpStream::connect((host.as_str(), *port))).await;
    match connected {
        Ok(Ok(_)) => Check::up("The mail server answers."),
        _ => Check::down("The mail server cannot be reached; mails wait."),
    }
}

async fn storage(state: &AppState) -> Check {
    let probed = patiently(probe(state.files.as_ref(), &state.config.node));
    probed.await.map_or_else(|down| down, |()| Check::up("It can be written."))
}

/// Writes, reads and deletes a small file of this node.
pub async fn probe(files: &dyn ObjectStore, node: &str) -> AppResult<()> {
    let path = Path::from(format!("health-probe/{node}"));
    let failed = |error: object_store::Error| AppError::Internal(error.into());
    files.put(&path, "probe".into()).await.map_err(failed)?;
    let read = files.get(&path).await.map_err(failed)?.bytes().await.map_err(failed)?;
    files.delete(&path).await.map_err(failed)?;
    if read.as_ref() == b"probe" { Ok(()) } else { Err(AppError::internal("a file came back changed")) }
}
