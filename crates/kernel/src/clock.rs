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
    last: Mutex<(u64, u128)>,
}

impl IdGen {
    /// Seeded by the operating system.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, rng: Mutex::new(rand::make_rng()), last: Mutex::default() }
    }

    /// Reproducible; for tests and demo data only.
    pub fn seeded(clock: Arc<dyn Clock>, seed: u64) -> Self {
        Self { clock, rng: Mutex::new(StdRng::seed_from_u64(seed)), last: Mutex::default() }
    }

    /// A UUIDv7 of the present moment, wrapped in the wanted id type.
    pub fn id<T: From<Uuid>>(&self) -> T {
        self.id_at(self.clock.now())
    }

    /// A UUIDv7 of the given moment: ids of imported rows sort by when they happened, and those of
    /// one moment in the order in which they were made here.
    pub fn id_at<T: From<Uuid>>(&self, at: DateTime<Utc>) -> T {
        let millis = u64::try_from(at.timestamp_millis()).unwrap_or(0);
        let mut random = [0; 10];
        self.fill(&mut random);
        // Room to count on within the millisecond, below the bits that say which kind of id it is.
        random[2] &= 0x1f;
        let fresh = Builder::from_unix_timestamp_millis(millis, &random).into_uuid().as_u128();
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let next = if last.0 == millis { last.1 + 1 + (fresh & 0xffff) } else { fresh };
        *last = (millis, next);
        T::from(Uuid::from_u128(next))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_one_moment_rise_and_stay_version_seven() {
        let clock = Arc::new(ManualClock::new(DateTime::from_timestamp(1_790_000_000, 0).unwrap()));
        let ids = IdGen::seeded(clock, 1);
        let made: Vec<Uuid> = (0..10_000).map(|_| ids.id()).collect();
        assert!(made.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(made.iter().all(|id| id.get_version_num() == 7 && id.get_variant() == uuid::Variant::RFC4122));
        assert_eq!(made[0].get_timestamp().unwrap().to_unix().0, 1_790_000_000);
    }
}
