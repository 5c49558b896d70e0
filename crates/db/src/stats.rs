//! How much database one request used. A `tracing` layer counts sqlx's own statement events into
//! the counters of the running request.

use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

tokio::task_local! {
    static CURRENT: Arc<Stats>;
}

/// Counters of one request or job.
#[derive(Debug, Default)]
pub struct Stats {
    queries: AtomicU64,
    micros: AtomicU64,
}

impl Stats {
    /// Statements sent; several in one message count once.
    pub fn queries(&self) -> u64 {
        self.queries.load(Ordering::Relaxed)
    }

    /// Time until the database had answered them, in microseconds.
    pub fn micros(&self) -> u64 {
        self.micros.load(Ordering::Relaxed)
    }
}

/// Runs `work` with fresh counters, which it hands out first.
pub async fn counted<T>(stats: Arc<Stats>, work: impl Future<Output = T>) -> T {
    CURRENT.scope(stats, work).await
}

/// Carries the counters of the running request into another task.
pub(crate) async fn carried<T>(stats: Option<Arc<Stats>>, work: impl Future<Output = T>) -> T {
    match stats {
        Some(stats) => CURRENT.scope(stats, work).await,
        None => work.await,
    }
}

pub(crate) fn current() -> Option<Arc<Stats>> {
    CURRENT.try_with(Arc::clone).ok()
}

/// The layer that counts; enable it for the target `sqlx::query` at `DEBUG`.
#[derive(Debug, Default, Clone, Copy)]
pub struct QueryCounter;

impl<S: tracing::Subscriber> tracing_subscriber::Layer<S> for QueryCounter {
    fn on_event(&self, event: &tracing::Event<'_>, _: tracing_subscriber::layer::Context<'_, S>) {
        let _ = CURRENT.try_with(|stats| {
            stats.queries.fetch_add(1, Ordering::Relaxed);
            event.record(&mut Elapsed(stats));
        });
    }
}

struct Elapsed<'a>(&'a Stats);

impl tracing::field::Visit for Elapsed<'_> {
    fn record_f64(&mut self, field: &tracing::field::Field, value: f64) {
        if field.name() == "elapsed_secs" {
            let micros = std::time::Duration::from_secs_f64(value.max(0.0)).as_micros();
            self.0.micros.fetch_add(u64::try_from(micros).unwrap_or(0), Ordering::Relaxed);
        }
    }

    fn record_debug(&mut self, _: &tracing::field::Field, _: &dyn std::fmt::Debug) {}
}
