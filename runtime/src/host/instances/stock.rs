//! What waits to be used again, and what has to go: bookkeeping without clock, tasks
//! and guests.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::time::Duration;

use tokio::time::Instant;

/// How much may wait.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    /// How many of all pools together.
    pub(super) count: usize,
    /// Bytes of memory that those have together.
    pub(super) bytes: usize,
    /// For how long.
    pub(super) idle: Duration,
}

/// Things of several pools. The one that has waited for the shortest time is used
/// first, so that what a burst has left becomes old and goes.
#[derive(Debug)]
pub(super) struct Stock<T> {
    bounds: Bounds,
    /// By their tickets, which are drawn in order: the first has waited longest.
    things: BTreeMap<u64, Thing<T>>,
    /// The tickets of each pool that has any, in order.
    pools: HashMap<u64, VecDeque<u64>>,
    bytes: usize,
    next: u64,
}

#[derive(Debug)]
struct Thing<T> {
    value: T,
    pool: u64,
    bytes: usize,
    since: Instant,
}

impl<T> Stock<T> {
    pub(super) fn new(bounds: Bounds) -> Self {
        Self {
            bounds,
            things: BTreeMap::new(),
            pools: HashMap::new(),
            bytes: 0,
            next: 0,
        }
    }

    /// Keeps a thing that has so many `bytes`. What has to go for it is returned.
    pub(super) fn put(&mut self, pool: u64, value: T, bytes: usize, now: Instant) -> Vec<T> {
        let ticket = self.next;
        self.next += 1;
        self.bytes += bytes;
        self.pools.entry(pool).or_default().push_back(ticket);
        let thing = Thing {
            value,
            pool,
            bytes,
            since: now,
        };
        self.things.insert(ticket, thing);
        let mut gone = Vec::new();
        while self.things.len() > self.bounds.count || self.bytes > self.bounds.bytes {
            gone.extend(self.pop_oldest());
        }
        gone
    }

    /// The thing of a pool that came last.
    pub(super) fn take(&mut self, pool: u64) -> Option<T> {
        let tickets = self.pools.get_mut(&pool)?;
        let ticket = tickets.pop_back()?;
        if tickets.is_empty() {
            self.pools.remove(&pool);
        }
        self.forget(ticket)
    }

    /// All that has waited too long, and when the next one will have.
    pub(super) fn expire(&mut self, now: Instant) -> (Vec<T>, Option<Instant>) {
        let mut gone = Vec::new();
        while let Some((_, oldest)) = self.things.first_key_value() {
            let end = oldest.since + self.bounds.idle;
            if end > now {
                return (gone, Some(end));
            }
            gone.extend(self.pop_oldest());
        }
        (gone, None)
    }

    /// All of one pool.
    pub(super) fn remove(&mut self, pool: u64) -> Vec<T> {
        let tickets = self.pools.remove(&pool).unwrap_or_default();
        tickets
            .into_iter()
            .filter_map(|ticket| self.forget(ticket))
            .collect()
    }

    /// All that there is.
    pub(super) fn clear(&mut self) -> Vec<T> {
        self.pools.clear();
        self.bytes = 0;
        let things = std::mem::take(&mut self.things);
        things.into_values().map(|thing| thing.value).collect()
    }

    fn pop_oldest(&mut self) -> Option<T> {
        let (_, thing) = self.things.pop_first()?;
        self.bytes -= thing.bytes;
        if let Some(tickets) = self.pools.get_mut(&thing.pool) {
            // The oldest of all is the oldest of its pool.
            tickets.pop_front();
            if tickets.is_empty() {
                self.pools.remove(&thing.pool);
            }
        }
        Some(thing.value)
    }

    fn forget(&mut self, ticket: u64) -> Option<T> {
        let thing = self.things.remove(&ticket)?;
        self.bytes -= thing.bytes;
        Some(thing.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const IDLE: Duration = Duration::from_secs(10);

    fn stock(count: usize, bytes: usize) -> Stock<&'static str> {
        Stock::new(Bounds {
            count,
            bytes,
            idle: IDLE,
        })
    }

    #[test]
    fn each_pool_gets_its_own_back_the_latest_first() {
        let now = Instant::now();
        let mut stock = stock(9, 100);
        for (pool, thing) in [(1, "a"), (2, "b"), (1, "c")] {
            assert!(stock.put(pool, thing, 1, now).is_empty());
        }
        assert_eq!(stock.take(1), Some("c"));
        assert_eq!(stock.take(1), Some("a"));
        assert_eq!(stock.take(1), None);
        assert_eq!(stock.take(2), Some("b"));
        assert!(stock.things.is_empty() && stock.pools.is_empty());
        assert_eq!(stock.bytes, 0);
    }

    #[test]
    fn the_oldest_goes_where_there_are_too_many() {
        let now = Instant::now();
        let mut stock = stock(2, 100);
        stock.put(1, "a", 1, now);
        stock.put(2, "b", 1, now);
        assert_eq!(stock.put(2, "c", 1, now), ["a"]);
        assert_eq!(stock.take(1), None);
        assert_eq!(stock.take(2), Some("c"));
    }

    #[test]
    fn memory_is_bounded_as_well() {
        let now = Instant::now();
        let mut stock = stock(9, 100);
        stock.put(1, "a", 60, now);
        assert_eq!(stock.put(1, "b", 50, now), ["a"]);
        assert_eq!(stock.put(1, "larger than all", 101, now).len(), 2);
        assert!(stock.things.is_empty());
        assert_eq!(stock.bytes, 0);
    }

    #[test]
    fn what_waits_for_long_goes() {
        let now = Instant::now();
        let second = Duration::from_secs(1);
        let mut stock = stock(9, 100);
        stock.put(1, "a", 1, now);
        stock.put(1, "b", 1, now + second);
        assert_eq!(stock.expire(now), (vec![], Some(now + IDLE)));
        let (gone, next) = stock.expire(now + IDLE);
        assert_eq!((gone, next), (vec!["a"], Some(now + IDLE + second)));
        assert_eq!(stock.expire(now + 2 * IDLE), (vec!["b"], None));
    }

    #[test]
    fn a_pool_that_is_gone_leaves_nothing() {
        let now = Instant::now();
        let mut stock = stock(9, 100);
        stock.put(1, "a", 1, now);
        stock.put(2, "b", 1, now);
        assert_eq!(stock.remove(1), ["a"]);
        assert_eq!(stock.remove(1), [""; 0]);
        assert_eq!(stock.clear(), ["b"]);
        assert!(stock.things.is_empty());
    }
}
