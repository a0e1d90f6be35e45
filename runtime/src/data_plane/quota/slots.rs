//! Who runs, who waits and who is refused: a state machine without clock and wakers.
//!
//! A node runs a bounded number of guests at once, its slots. A service may take one
//! while it has fewer of them than are free. So one service alone holds half of all,
//! two hold a third each, and whatever they do, the next one finds a slot. Within
//! that, a service has its own limits, and requests wait in the order of their
//! arrival. Where slots become free, services that wait take turns.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// What a retry hint never goes below or above.
const LEAST_RETRY: Duration = Duration::from_millis(100);
const MOST_RETRY: Duration = Duration::from_secs(30);
/// The hint before anything was measured.
const FIRST_RETRY: Duration = Duration::from_secs(1);

/// How many slots a request needs of which kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::data_plane) enum Kind {
    /// One message each way.
    Unary,
    /// A stream in either direction.
    Stream,
}

/// What a service may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bounds {
    pub(super) concurrent: u32,
    pub(super) queue: u32,
    pub(super) streams: u32,
}

/// A service's place in [`Slots`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seat(usize);

/// A request that waits, as its owner knows it.
pub(super) trait Ticket {
    /// Whether nobody waits for it any more.
    fn is_void(&self) -> bool;
}

/// The slots of a node.
#[derive(Debug)]
pub(super) struct Slots<T> {
    free: u32,
    services: Vec<Option<Service<T>>>,
    vacant: Vec<usize>,
    /// The services for which requests wait, in the order of their turns.
    turns: VecDeque<usize>,
}

#[derive(Debug)]
struct Service<T> {
    bounds: Bounds,
    running: u32,
    streaming: u32,
    /// Each queue with the number of its arrival, so that two queues are one.
    unary: VecDeque<(u64, T)>,
    streams: VecDeque<(u64, T)>,
    arrivals: u64,
    pace: Pace,
}

/// How fast slots become free while somebody waits.
#[derive(Debug, Default)]
struct Pace {
    last: Option<Instant>,
    interval: Option<Duration>,
}

impl<T: Ticket> Slots<T> {
    pub(super) fn new(total: u32) -> Self {
        Self {
            free: total,
            services: Vec::new(),
            vacant: Vec::new(),
            turns: VecDeque::new(),
        }
    }

    /// A seat for a service.
    pub(super) fn seat(&mut self, bounds: Bounds) -> Seat {
        let service = Some(Service::new(bounds));
        if let Some(index) = self.vacant.pop() {
            self.services[index] = service;
            return Seat(index);
        }
        self.services.push(service);
        Seat(self.services.len() - 1)
    }

    /// Gives a seat back, which nobody runs or waits for.
    pub(super) fn leave(&mut self, seat: Seat) {
        self.services[seat.0] = None;
        self.turns.retain(|index| *index != seat.0);
        self.vacant.push(seat.0);
    }

    pub(super) fn set_bounds(&mut self, seat: Seat, bounds: Bounds) {
        if let Some(service) = self.service(seat) {
            service.bounds = bounds;
        }
    }

    /// Takes a slot for a request where one can be had at once.
    pub(super) fn try_take(&mut self, seat: Seat, kind: Kind) -> bool {
        let free = self.free;
        let Some(service) = self.service(seat) else {
            return false;
        };
        let may_run = service.queue(kind).is_empty() && service.may_run(kind, free);
        if may_run {
            service.take(kind);
            self.free -= 1;
        }
        may_run
    }

    /// Puts a request in line for which [`Self::try_take`] found no slot; the error
    /// says when it should come again.
    pub(super) fn wait(&mut self, seat: Seat, kind: Kind, ticket: T) -> Result<(), Duration> {
        let Some(service) = self.service(seat) else {
            return Err(FIRST_RETRY);
        };
        if kind == Kind::Stream && service.bounds.streams == 0 {
            return Err(MOST_RETRY);
        }
        if service.is_full() {
            service.unary.retain(|(_, ticket)| !ticket.is_void());
            service.streams.retain(|(_, ticket)| !ticket.is_void());
        }
        if service.is_full() {
            return Err(service.retry());
        }
        let is_first = service.unary.is_empty() && service.streams.is_empty();
        let arrival = service.arrivals;
        service.arrivals += 1;
        service.queue(kind).push_back((arrival, ticket));
        if is_first {
            service.pace.last = None;
            self.turns.push_back(seat.0);
        }
        Ok(())
    }

    /// Gives a slot back.
    pub(super) fn release(&mut self, seat: Seat, kind: Kind, now: impl FnOnce() -> Instant) {
        self.free += 1;
        if let Some(service) = self.service(seat) {
            service.give(kind);
            if !service.unary.is_empty() || !service.streams.is_empty() {
                service.pace.tick(now());
            }
        }
    }

    /// The next request that waits and may run; it has its slot with that.
    pub(super) fn next(&mut self) -> Option<(Seat, Kind, T)> {
        for _ in 0..self.turns.len() {
            if self.free == 0 {
                return None;
            }
            let index = self.turns.pop_front()?;
            let free = self.free;
            let Some(service) = self.service(Seat(index)) else {
                continue;
            };
            let found = service.next(free);
            if !service.unary.is_empty() || !service.streams.is_empty() {
                self.turns.push_back(index);
            }
            if let Some((kind, ticket)) = found {
                self.free -= 1;
                return Some((Seat(index), kind, ticket));
            }
        }
        None
    }

    fn service(&mut self, seat: Seat) -> Option<&mut Service<T>> {
        self.services.get_mut(seat.0)?.as_mut()
    }
}

impl<T: Ticket> Service<T> {
    fn new(bounds: Bounds) -> Self {
        Self {
            bounds,
            running: 0,
            streaming: 0,
            unary: VecDeque::new(),
            streams: VecDeque::new(),
            arrivals: 0,
            pace: Pace::default(),
        }
    }

    fn queue(&mut self, kind: Kind) -> &mut VecDeque<(u64, T)> {
        match kind {
            Kind::Unary => &mut self.unary,
            Kind::Stream => &mut self.streams,
        }
    }

    fn may_run(&self, kind: Kind, free: u32) -> bool {
        self.running < self.bounds.concurrent.min(free)
            && (kind == Kind::Unary || self.streaming < self.bounds.streams)
    }

    fn take(&mut self, kind: Kind) {
        self.running += 1;
        self.streaming += u32::from(kind == Kind::Stream);
    }

    fn give(&mut self, kind: Kind) {
        self.running -= 1;
        self.streaming -= u32::from(kind == Kind::Stream);
    }

    fn waiting(&self) -> usize {
        self.unary.len() + self.streams.len()
    }

    fn is_full(&self) -> bool {
        self.waiting() >= usize::try_from(self.bounds.queue).unwrap_or(usize::MAX)
    }

    /// The first that waits and may run, and has its slot with that.
    fn next(&mut self, free: u32) -> Option<(Kind, T)> {
        let first = |queue: &mut VecDeque<(u64, T)>| {
            while queue.front().is_some_and(|(_, ticket)| ticket.is_void()) {
                queue.pop_front();
            }
            queue.front().map(|(arrival, _)| *arrival)
        };
        let unary = first(&mut self.unary).map(|arrival| (arrival, Kind::Unary));
        let stream = first(&mut self.streams).map(|arrival| (arrival, Kind::Stream));
        let (_, kind) = [unary, stream]
            .into_iter()
            .flatten()
            .filter(|(_, kind)| self.may_run(*kind, free))
            .min_by_key(|(arrival, _)| *arrival)?;
        let (_, ticket) = self.queue(kind).pop_front()?;
        self.take(kind);
        Some((kind, ticket))
    }

    /// When a slot will be free for one more: after all that wait.
    fn retry(&self) -> Duration {
        let turns = u32::try_from(self.waiting() + 1).unwrap_or(u32::MAX);
        self.pace
            .interval
            .map_or(FIRST_RETRY, |interval| interval.saturating_mul(turns))
            .clamp(LEAST_RETRY, MOST_RETRY)
    }
}

impl Pace {
    /// A moving average over about eight slots.
    fn tick(&mut self, now: Instant) {
        if let Some(last) = self.last.replace(now) {
            let found = now.saturating_duration_since(last);
            self.interval = Some(match self.interval {
                Some(interval) => (interval * 7 + found) / 8,
                None => found,
            });
        }
    }
}

#[cfg(test)]
#[path = "slots_tests.rs"]
mod tests;
