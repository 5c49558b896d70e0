//! Time and ids as injected capabilities, so that tests decide both.

use std::{
    fmt::Debug,
    sync::{Arc, Mutex, PoisonError},
};

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use rand::{Rng, SeedableRng, rngs::StdRng};
use uuid::{Builder, Uuid};

/// Where the present comes from. Values are whole microseconds, as PostgreSQL keeps them.
pub trait Clock: Send + Sync + Debug {
    /// The present.
    fn now(&self) -> DateTime<Utc>;
}

/// The machine's clock.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one home of the real clock")]
    fn now(&self) -> DateTime<Utc> {
        let now = Utc::now();
        now.duration_trunc(TimeDelta::microseconds(1)).unwrap_or(now)
    }
}

/// A clock that stands still until it is told to move.
#[derive(Debug)]
pub struct ManualClock(Mutex<DateTime<Utc>>);

impl ManualClock {
    /// A clock that shows `now`.
    pub fn new(now: DateTime<Utc>) -> Self {
        Self(Mutex::new(now))
    }

    /// Moves the clock; a negative step sets it back.
    pub fn advance(&self, step: TimeDelta) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) += step;
    }
}

impl Clock for ManualClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Makes ids and secrets: time from a [`Clock`], the rest from a cryptographic generator.
#[derive(Debug)]
pub struct IdGen {
    clock: Arc<dyn Clock>,
    rng: Mutex<StdRng>,
}

impl IdGen {
    /// Seeded by the operating system.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, rng: Mutex::new(rand::make_rng()) }
    }

    /// Reproducible; for tests and demo data only.
    pub fn seeded(clock: Arc<dyn Clock>, seed: u64) -> Self {
        Self { clock, rng: Mutex::new(StdRng::seed_from_u64(seed)) }
    }

    /// A UUIDv7 of the present moment, wrapped in the wanted id type.
    pub fn id<T: From<Uuid>>(&self) -> T {
        self.id_at(self.clock.now())
    }

    /// A UUIDv7 of the given moment: ids of imported rows sort by when they happened.
    pub fn id_at<T: From<Uuid>>(&self, at: DateTime<Utc>) -> T {
        let millis = u64::try_from(at.timestamp_millis()).unwrap_or(0);
        let mut random = [0; 10];
        self.fill(&mut random);
        T::from(Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
    }

    /// `N` unguessable bytes.
    pub fn secret<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }

    fn fill(&self, bytes: &mut [u8]) {
        self.rng.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(bytes);
    }
}
