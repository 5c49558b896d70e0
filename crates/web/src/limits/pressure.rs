//! What keeps an organization that presses from slowing the others down: even what the limits let
//! through could keep all processors busy.
//!
//! An organization presses that runs into its limit, whose refused requests alone would fill it, or
//! that has a crowd of requests running at a time. While others are there it is kept narrow for a
//! while: its requests take turns on half of the processors, with a rest after each twice as long
//! as it took, and refusals are told late.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use kernel::OrganizationId;
use moka::future::Cache;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{error::Elapsed, sleep, timeout},
};

/// An organization is kept narrow for so long after it last pressed.
const NARROW: Duration = Duration::from_secs(5);
/// More requests of one organization at a time are a crowd.
const CROWD: usize = 32;
/// Requests of a narrow organization wait for their turn for so long.
const PATIENCE: Duration = Duration::from_secs(1);
/// And learn so late that they are refused; who asks again at once is slowed down by it.
const LATE: Duration = Duration::from_millis(250);
/// So many refusals are held back at a time; further ones are told at once.
const HELD_BACK: usize = 2_000;
/// Others are there as long as one of them asked so recently.
const RECENT: Duration = Duration::from_secs(2);

/// The organizations that ask this process, as far as they are busy.
#[derive(Debug)]
pub(super) struct Pressure {
    flows: Cache<OrganizationId, Arc<Flow>>,
    held_back: Semaphore,
    /// The last two organizations that asked, the last one first.
    recent: Mutex<(Asked, Asked)>,
}

/// Who asked, and when.
type Asked = Option<(OrganizationId, Instant)>;

#[derive(Debug)]
struct Flow {
    running: AtomicUsize,
    narrow_until: Mutex<Option<Instant>>,
    turns: Arc<Semaphore>,
}

impl Flow {
    fn new() -> Self {
        let turns = Arc::new(Semaphore::new(turns()));
        Self { running: AtomicUsize::new(0), narrow_until: Mutex::default(), turns }
    }

    fn narrow(&self) {
        *self.narrow_until.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now() + NARROW);
    }

    fn is_narrow(&self) -> bool {
        self.narrow_until.lock().unwrap_or_else(PoisonError::into_inner).is_some_and(|until| Instant::now() < until)
    }
}

impl Default for Pressure {
    fn default() -> Self {
        Self {
            flows: Cache::builder().max_capacity(10_000).time_to_idle(Duration::from_secs(60)).build(),
            held_back: Semaphore::new(HELD_BACK),
            recent: Mutex::default(),
        }
    }
}

impl Pressure {
    /// Lets a request of the organization in, in its turn if it presses; an error when none came in time.
    pub(super) async fn enter(&self, organization: OrganizationId) -> Result<Running, Elapsed> {
        self.note(organization);
        let flow = self.flow(organization).await;
        let mut running = Running { turn: None, began: Instant::now(), flow };
        if running.flow.running.fetch_add(1, Ordering::Relaxed) >= CROWD {
            running.flow.narrow();
        }
        if running.flow.is_narrow() && self.others_are_here(organization) {
            let turns = Arc::clone(&running.flow.turns);
            running.turn = timeout(PATIENCE, turns.acquire_owned()).await?.ok();
            running.began = Instant::now();
        }
        Ok(running)
    }

    /// Notes that a request of the organization was refused; `presses` when that was too much.
    pub(super) async fn refused(&self, organization: OrganizationId, presses: bool) {
        let flow = self.flow(organization).await;
        if presses || flow.is_narrow() {
            flow.narrow();
        }
        if flow.is_narrow()
            && let Ok(_place) = self.held_back.try_acquire()
        {
            sleep(LATE).await;
        }
    }

    async fn flow(&self, organization: OrganizationId) -> Arc<Flow> {
        self.flows.get_with(organization, async { Arc::new(Flow::new()) }).await
    }

    fn note(&self, organization: OrganizationId) {
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        if recent.0.is_some_and(|(last, _)| last != organization) {
            recent.1 = recent.0;
        }
        recent.0 = Some((organization, Instant::now()));
    }

    fn others_are_here(&self, organization: OrganizationId) -> bool {
        let (last, other) = *self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        let is_other = |asked: Asked| asked.is_some_and(|(who, when)| who != organization && when.elapsed() < RECENT);
        is_other(last) || is_other(other)
    }
}

/// A request that runs. When it presses, its turn is given on after a rest twice as long as it took,
/// at most half of what the others wait for.
#[derive(Debug)]
pub(super) struct Running {
    flow: Arc<Flow>,
    turn: Option<OwnedSemaphorePermit>,
    began: Instant,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.flow.running.fetch_sub(1, Ordering::Relaxed);
        let Some(turn) = self.turn.take() else { return };
        let rest = (self.began.elapsed() * 2).min(PATIENCE / 2);
        #[expect(clippy::disallowed_methods, reason = "a rest of at most half a second, for which no shutdown waits")]
        tokio::spawn(async move {
            sleep(rest).await;
            drop(turn);
        });
    }
}

/// Requests of a narrow organization that run at a time.
fn turns() -> usize {
    std::thread::available_parallelism().map_or(1, |processors| processors.get() / 2).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    const ONE: OrganizationId = OrganizationId(Uuid::from_u128(1));
    const OTHER: OrganizationId = OrganizationId(Uuid::from_u128(2));

    #[tokio::test]
    async fn who_presses_takes_turns_while_others_are_there() {
        let pressure = Pressure::default();
        pressure.refused(ONE, true).await;
        assert!(pressure.enter(ONE).await.unwrap().turn.is_none(), "nobody else is there");
        assert!(pressure.enter(OTHER).await.unwrap().turn.is_none());
        let mut held = Vec::new();
        for _ in 0..turns() {
            held.push(pressure.enter(ONE).await.unwrap());
        }
        assert!(held.iter().all(|running| running.turn.is_some()));
        pressure.enter(OTHER).await.unwrap();
        assert!(pressure.enter(ONE).await.is_err());
        held.pop();
        pressure.enter(OTHER).await.unwrap();
        assert!(pressure.enter(ONE).await.unwrap().turn.is_some(), "after a rest");
    }

    #[tokio::test]
    async fn a_crowd_presses() {
        let pressure = Pressure::default();
        pressure.enter(OTHER).await.unwrap();
        let mut crowd = Vec::new();
        for _ in 0..CROWD {
            crowd.push(pressure.enter(ONE).await.unwrap());
        }
        assert!(crowd.iter().all(|running| running.turn.is_none()));
        assert!(pressure.enter(ONE).await.unwrap().turn.is_some());
        drop(crowd);
        assert_eq!(pressure.flow(ONE).await.running.load(Ordering::Relaxed), 0);
    }

    #[tokio::test]
    async fn refusals_are_told_late_to_who_presses() {
        let pressure = Pressure::default();
        let began = Instant::now();
        pressure.refused(ONE, false).await;
        assert!(began.elapsed() < LATE);
        pressure.refused(ONE, true).await;
        assert!(began.elapsed() >= LATE);
        pressure.refused(ONE, false).await;
        assert!(began.elapsed() >= LATE * 2, "it still presses");
    }
}
