//! The one home of background tasks: each is counted, told to stop, and waited for.

use std::future::Future;

use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// Tasks that end with the process, in order.
#[derive(Clone, Debug, Default)]
pub struct Tasks {
    tracker: TaskTracker,
    stop: CancellationToken,
}

impl Tasks {
    /// Starts a task; it should end soon after [`Tasks::stopping`] resolves.
    pub fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.tracker.spawn(task);
    }

    /// Resolves when the process is asked to stop.
    pub async fn stopping(&self) {
        self.stop.cancelled().await;
    }

    /// Cancelled when the process is asked to stop.
    pub fn stop(&self) -> CancellationToken {
        self.stop.clone()
    }

    /// Whether the process was asked to stop.
    pub fn is_stopping(&self) -> bool {
        self.stop.is_cancelled()
    }

    /// Asks every task to stop and waits for all of them.
    pub async fn shutdown(&self) {
        self.stop.cancel();
        self.tracker.close();
        self.tracker.wait().await;
    }
}

/// Runs `work` to its end even when the caller is dropped: what must not be cancelled half-way.
/// Nothing is returned when the runtime is gone or the work panicked.
#[expect(clippy::disallowed_methods, reason = "the home of spawn")]
pub async fn uncancelled<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> Option<T> {
    let stats = crate::stats::current();
    tokio::spawn(crate::stats::carried(stats, work)).await.ok()
}

/// Starts work that nobody waits for; false when there is no runtime any more.
pub(crate) fn detached(work: impl Future<Output = ()> + Send + 'static) -> bool {
    match tokio::runtime::Handle::try_current() {
        Ok(runtime) => {
            runtime.spawn(work);
            true
        }
        Err(_) => false,
    }
}
