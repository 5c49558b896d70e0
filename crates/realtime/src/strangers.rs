//! Connections that have not said yet whose they are: so many altogether, and so many of one address,
//! so that nobody takes the places of all others.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Who is known by an address only. What is kept is bounded by how many there may be.
#[derive(Debug)]
pub struct Strangers {
    all: usize,
    each: usize,
    present: Mutex<Present>,
}

#[derive(Debug, Default)]
struct Present {
    all: usize,
    by_network: HashMap<IpAddr, usize>,
}

impl Strangers {
    pub fn new(all: usize, each: usize) -> Arc<Self> {
        Arc::new(Self { all, each, present: Mutex::default() })
    }

    /// A place for a connection from this address, if there is one left; it is free again when it is dropped.
    pub fn enter(self: &Arc<Self>, ip: IpAddr) -> Option<Stranger> {
        let network = kernel::peer::network(ip);
        let mut present = self.lock();
        let here = present.by_network.get(&network).copied().unwrap_or_default();
        if present.all >= self.all || here >= self.each {
            return None;
        }
        present.all += 1;
        present.by_network.insert(network, here + 1);
        Some(Stranger { strangers: Arc::clone(self), network })
    }

    fn lock(&self) -> MutexGuard<'_, Present> {
        self.present.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place among the strangers.
#[derive(Debug)]
pub struct Stranger {
    strangers: Arc<Strangers>,
    network: IpAddr,
}

impl Drop for Stranger {
    fn drop(&mut self) {
        let mut present = self.strangers.lock();
        present.all = present.all.saturating_sub(1);
        match present.by_network.get_mut(&self.network) {
            Some(here) if *here > 1 => *here -= 1,
            _ => drop(present.by_network.remove(&self.network)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_by_network_and_given_back() {
        let strangers = Strangers::new(3, 2);
        let enter = |ip: &str| strangers.enter(ip.parse().unwrap());
        let (one, two) = (enter("192.0.2.1"), enter("::ffff:192.0.2.1"));
        assert!(one.is_some() && two.is_some() && enter("192.0.2.1").is_none());
        let other = enter("2001:db8::1");
        assert!(other.is_some() && enter("2001:db8::2").is_none() && enter("198.51.100.7").is_none(), "three of all");
        drop((one, other));
        assert!(enter("192.0.2.1").is_some());
        drop(two);
        assert!(strangers.lock().by_network.is_empty() && strangers.lock().all == 0);
    }
}
