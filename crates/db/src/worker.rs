//! Runs jobs: handlers by kind, leases kept while they run, the dispatcher and the schedules of the leader.

use std::{collections::HashMap, future::Future, pin::Pin, sync::Arc, time::Duration};

use kernel::{AppError, AppResult};
use tokio::sync::Semaphore;

use crate::{
    Db, Tasks, audit_chain,
    jobs::{self, ClaimedJob},
    outbox::{Subscriptions, dispatch},
    platform::Leadership,
    schedule::{self, Schedule, Seen},
};

/// Why a job did not succeed.
#[derive(Debug)]
pub enum JobError {
    /// Worth another attempt later.
    Retry(String),
    /// No attempt can succeed.
    Hopeless(String),
}

impl From<AppError> for JobError {
    fn from(error: AppError) -> Self {
        Self::Retry(error.to_string())
    }
}

type Running = Pin<Box<dyn Future<Output = Result<(), JobError>> + Send>>;
type Handler = Arc<dyn Fn(ClaimedJob) -> Running + Send + Sync>;

/// Everything that runs in the background: handlers, who hears of which event, and schedules.
#[derive(Clone, Default)]
pub struct Registry {
    handlers: HashMap<&'static str, Handler>,
    subscriptions: Subscriptions,
    schedules: Vec<Schedule>,
}

impl std::fmt::Debug for Registry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Registry").field("kinds", &self.handlers.keys()).field("schedules", &self.schedules).finish()
    }
}

impl Registry {
    /// `handler` runs jobs of `kind`. It must be idempotent: a job may run again after a crash.
    pub fn handle<F, R>(&mut self, kind: &'static str, handler: F)
    where
        F: Fn(ClaimedJob) -> R + Send + Sync + 'static,
        R: Future<Output = Result<(), JobError>> + Send + 'static,
    {
        self.handlers.insert(kind, Arc::new(move |job| Box::pin(handler(job))));
    }

    /// `handler` runs once for each event of `topics`.
    pub fn subscribe<F, R>(&mut self, topics: &[&'static str], subscriber: &'static str, handler: F)
    where
        F: Fn(ClaimedJob) -> R + Send + Sync + 'static,
        R: Future<Output = Result<(), JobError>> + Send + 'static,
    {
        for topic in topics {
            self.subscriptions.subscribe(topic, subscriber);
        }
        self.handle(subscriber, handler);
    }

    /// A job of `schedule.kind` for the installation at each tick.
    pub fn schedule(&mut self, schedule: Schedule) {
        self.schedules.push(schedule);
    }

    async fn run(&self, db: &Db, job: ClaimedJob) {
        let started = std::time::Instant::now();
        let result = match self.handlers.get(job.kind.as_str()) {
            None => Err(JobError::Hopeless(format!("This version knows no job of kind {}.", job.kind))),
            Some(handler) => {
                let mut work = handler(job.clone());
                loop {
                    tokio::select! {
                        result = &mut work => break result,
                        () = tokio::time::sleep(Duration::from_secs(20)) => match job.keep(db).await {
                            Ok(true) => {}
                            Ok(false) => return tracing::warn!(job = %job.id, kind = job.kind, "lease lost, work dropped"),
                            Err(error) => tracing::warn!(job = %job.id, %error, "lease not renewed"),
                        },
                    }
                }
            }
        };
        let elapsed_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let (outcome, cause) = match &result {
            Ok(()) => ("done", None),
            Err(JobError::Retry(cause)) => ("retry", Some(cause.clone())),
            Err(JobError::Hopeless(cause)) => ("dead", Some(cause.clone())),
        };
        metrics::counter!("helpdesk_jobs_total", "kind" => job.kind.clone(), "outcome" => outcome).increment(1);
        let stored = match result {
            Ok(()) => job.finish(db).await.map(|_| ()),
            Err(JobError::Retry(error)) => job.fail(db, &error, false).await,
            Err(JobError::Hopeless(error)) => job.fail(db, &error, true).await,
        };
        match stored {
            Ok(()) => {
                tracing::info!(job = %job.id, kind = job.kind, organization = %job.organization, attempt = job.attempt, outcome, cause, elapsed_ms, "job")
            }
            Err(error) => {
                tracing::error!(job = %job.id, kind = job.kind, %error, "the outcome of a job could not be stored")
            }
        }
    }

    /// Queues the chaining of what was audited, when this process has a handler for it; for how many organizations.
    async fn queue_chaining(&self, db: &Db) -> AppResult<usize> {
        if self.handlers.contains_key(audit_chain::JOB) { audit_chain::queue(db).await } else { Ok(0) }
    }

    /// Dispatches and runs everything that is due now, in this task; returns how many jobs ran.
    pub async fn drain(&self, db: &Db, node: &str) -> AppResult<usize> {
        let (mut ran, mut seen) = (0, Seen::default());
        loop {
            while dispatch(db, &self.subscriptions).await? > 0 {}
            schedule::tick(db, &self.schedules, &mut seen).await?;
            self.queue_chaining(db).await?;
            jobs::reclaim(db).await?;
            let claimed = jobs::claim(db, node, 32, 8).await?;
            if claimed.is_empty() {
                return Ok(ran);
            }
            for job in claimed {
                self.run(db, job).await;
                ran += 1;
            }
        }
    }
}

/// Jobs that run at the same time on one node.
const CONCURRENCY: usize = 8;

/// Starts the worker of this node: one loop that claims and runs jobs, one that leads when it can.
pub fn start(db: &Db, registry: Arc<Registry>, tasks: &Tasks, node: String) {
    let claiming = claim_loop(db.clone(), Arc::clone(&registry), tasks.clone(), node);
    tasks.spawn(claiming);
    tasks.spawn(lead_loop(db.clone(), registry, tasks.clone()));
}

async fn claim_loop(db: Db, registry: Arc<Registry>, tasks: Tasks, node: String) {
    let slots = Arc::new(Semaphore::new(CONCURRENCY));
    while !tasks.is_stopping() {
        let Ok(free) = slots.clone().acquire_owned().await else { return };
        drop(free);
        let wanted = i64::try_from(slots.available_permits()).unwrap_or(1);
        let claimed = match jobs::claim(&db, &node, wanted, 4).await {
            Ok(claimed) => claimed,
            Err(error) => {
                tracing::warn!(%error, "no jobs could be claimed");
                Vec::new()
            }
        };
        let idle = claimed.is_empty();
        for job in claimed {
            let Ok(slot) = slots.clone().acquire_owned().await else { return };
            let (db, registry) = (db.clone(), Arc::clone(&registry));
            tasks.spawn(async move {
                registry.run(&db, job).await;
                drop(slot);
                db.jobs_wake.notify_one();
            });
        }
        if idle {
            tokio::select! {
                () = tasks.stopping() => return,
                () = db.jobs_wake.notified() => {}
                () = tokio::time::sleep(Duration::from_secs(1)) => {}
            }
        }
    }
}

async fn lead_loop(db: Db, registry: Arc<Registry>, tasks: Tasks) {
    let (mut leadership, mut seen) = (Leadership::new(&db), Seen::default());
    while !tasks.is_stopping() {
        let held = leadership.hold().await;
        let leads = matches!(held, Ok(true));
        let moved = match held {
            Ok(true) => lead_once(&db, &registry, &mut seen).await,
            Ok(false) => Ok(0),
            Err(error) => Err(error),
        };
        match moved {
            Ok(0) => {}
            Ok(_) => {
                db.jobs_wake.notify_one();
                continue;
            }
            Err(error) => {
                tracing::warn!(%error, "dispatching paused");
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
        }
        tokio::select! {
            () = tasks.stopping() => break,
            () = db.woken() => if !leads { db.pass_on() },
            () = db.woken_from_elsewhere() => {}
            () = tokio::time::sleep(Duration::from_secs(1)) => {}
        }
    }
    leadership.release().await;
}

async fn lead_once(db: &Db, registry: &Registry, seen: &mut Seen) -> AppResult<usize> {
    let moved = dispatch(db, &registry.subscriptions).await? + registry.queue_chaining(db).await?;
    schedule::tick(db, &registry.schedules, seen).await?;
    jobs::reclaim(db).await?;
    Ok(moved)
}
