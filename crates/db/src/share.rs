//! How many connections one organization may hold at a time: half of the pool, so that the slow
//! statements of one leave the other half to everybody else. Whoever comes beyond that waits, as
//! long as for a connection; a queue that grows too long is cut off.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use kernel::{AppError, AppResult, OrganizationId};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

/// Callers of one organization that wait at a time.
const WAITING: usize = 100;
/// Organizations that are remembered before those that hold nothing are forgotten.
const REMEMBERED: usize = 1_000;

#[derive(Debug, Clone)]
struct Share {
    /// Those who hold a connection and those who wait.
    places: Arc<Semaphore>,
    connections: Arc<Semaphore>,
}

/// The shares of all organizations in one process's pool.
#[derive(Debug)]
pub(crate) struct Shares {
    connections: usize,
    patience: Duration,
    held: Mutex<HashMap<OrganizationId, Share>>,
}

/// A connection's worth of an organization's share; given back when dropped.
#[derive(Debug)]
pub(crate) struct Held {
    _place: OwnedSemaphorePermit,
    _connection: OwnedSemaphorePermit,
}

impl Shares {
    pub(crate) fn new(pool: u32, patience: Duration) -> Self {
        let connections = usize::try_from(pool.div_ceil(2)).unwrap_or(1).max(1);
        Self { connections, patience, held: Mutex::default() }
    }

    /// `Unavailable` when the organization's share stays used up.
    pub(crate) async fn enter(&self, organization: OrganizationId) -> AppResult<Held> {
        let Share { places, connections } = self.of(organization);
        let entered = async {
            let place = places.try_acquire_owned().ok()?;
            let connection = timeout(self.patience, connections.acquire_owned()).await.ok()?.ok()?;
            Some(Held { _place: place, _connection: connection })
        };
        entered.await.ok_or_else(|| {
            metrics::counter!("helpdesk_limited_requests_total", "limit" => "connections").increment(1);
            AppError::Unavailable("Too many requests of this organization are running; try again.".to_owned(), 1)
        })
    }

    fn of(&self, organization: OrganizationId) -> Share {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if held.len() >= REMEMBERED {
            held.retain(|_, share| Arc::strong_count(&share.places) > 1);
        }
        let new = || Share {
            places: Arc::new(Semaphore::new(self.connections + WAITING)),
            connections: Arc::new(Semaphore::new(self.connections)),
        };
        held.entry(organization).or_insert_with(new).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn organization(number: u128) -> OrganizationId {
        OrganizationId(Uuid::from_u128(number))
    }

    #[tokio::test]
    async fn one_organization_gets_half_and_the_others_theirs() {
        let shares = Shares::new(5, Duration::from_millis(50));
        let mut held = Vec::new();
        for _ in 0..3 {
            held.push(shares.enter(organization(1)).await.unwrap());
        }
        assert!(matches!(shares.enter(organization(1)).await, Err(AppError::Unavailable(_, 1))));
        shares.enter(organization(2)).await.unwrap();
        held.pop();
        shares.enter(organization(1)).await.unwrap();
    }

    #[tokio::test]
    async fn a_queue_that_is_too_long_is_cut_off_at_once() {
        let shares = Arc::new(Shares::new(1, Duration::from_secs(60)));
        let _held = shares.enter(organization(1)).await.unwrap();
        let mut waiting = tokio::task::JoinSet::new();
        for _ in 0..WAITING {
            let shares = Arc::clone(&shares);
            waiting.spawn(async move { shares.enter(organization(1)).await.map(drop) });
        }
        while shares.of(organization(1)).places.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        assert!(matches!(shares.enter(organization(1)).await, Err(AppError::Unavailable(..))));
    }

    #[tokio::test]
    async fn organizations_that_hold_nothing_are_forgotten() {
        let shares = Shares::new(2, Duration::from_millis(50));
        let _held = shares.enter(organization(0)).await.unwrap();
        for number in 1..3_000 {
            shares.enter(organization(number)).await.unwrap();
        }
        assert!(shares.held.lock().unwrap().len() <= REMEMBERED);
        assert!(shares.enter(organization(0)).await.is_err(), "who holds something is remembered");
    }
}
