//! What all requests of a service share: slots to run in.

mod slots;

use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout_at};
use vimana_proto::ServiceName;

use crate::snapshot::Limits;
use slots::{Bounds, Seat, Slots, Ticket};

pub(super) use slots::Kind;

/// The quotas of all services.
pub(super) struct Quotas {
    slots: Arc<Mutex<Slots<Waiter>>>,
    services: Mutex<HashMap<ServiceName, Weak<Quota>>>,
}

/// The quota of one service. It stays the same while the service is served, whatever
/// else of it changes.
pub(super) struct Quota {
    seat: Seat,
    slots: Arc<Mutex<Slots<Waiter>>>,
}

/// Why a request may not run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Denied {
    /// As many wait as may. There should be room after this time.
    Full(Duration),
    /// Its deadline passed while it waited.
    Late,
}

/// A slot to run in, given back when it is dropped.
pub(super) struct Permit {
    quota: Arc<Quota>,
    kind: Kind,
}

/// A request that waits for its permit.
struct Waiter {
    quota: Arc<Quota>,
    permit: oneshot::Sender<Permit>,
}

impl Ticket for Waiter {
    fn is_void(&self) -> bool {
        self.permit.is_closed()
    }
}

impl Quotas {
    /// Quotas of a node that runs `total` guests at once.
    pub(super) fn new(total: u32) -> Self {
        Self {
            slots: Arc::new(Mutex::new(Slots::new(total))),
            services: Mutex::default(),
        }
    }

    /// The quota of a service, with `limits` from now on.
    pub(super) fn quota(&self, name: &ServiceName, limits: &Limits) -> Arc<Quota> {
        let bounds = Bounds {
            concurrent: limits.concurrent_requests,
            queue: limits.queue_length,
            streams: limits.streams,
        };
        let mut services = self.services.lock();
        if let Some(quota) = services.get(name).and_then(Weak::upgrade) {
            self.slots.lock().set_bounds(quota.seat, bounds);
            // Higher bounds let some of those run who wait.
            serve_waiting(&self.slots);
            return quota;
        }
        services.retain(|_, quota| quota.strong_count() > 0);
        let quota = Arc::new(Quota {
            seat: self.slots.lock().seat(bounds),
            slots: Arc::clone(&self.slots),
        });
        services.insert(name.clone(), Arc::downgrade(&quota));
        quota
    }
}

impl Quota {
    /// A permit at once, or none.
    pub(super) fn try_enter(self: &Arc<Self>, kind: Kind) -> Option<Permit> {
        let is_taken = self.slots.lock().try_take(self.seat, kind);
        is_taken.then(|| Permit {
            quota: Arc::clone(self),
            kind,
        })
    }

    /// A permit, when it is this request's turn.
    pub(super) async fn enter(
        self: &Arc<Self>,
        kind: Kind,
        deadline: Instant,
    ) -> Result<Permit, Denied> {
        if let Some(permit) = self.try_enter(kind) {
            return Ok(permit);
        }
        let (sender, receiver) = oneshot::channel();
        let waiter = Waiter {
            quota: Arc::clone(self),
            permit: sender,
        };
        let waits = self.slots.lock().wait(self.seat, kind, waiter);
        waits.map_err(Denied::Full)?;
        // A slot may have become free since the first look.
        serve_waiting(&self.slots);
        match timeout_at(deadline, receiver).await {
            Ok(Ok(permit)) => Ok(permit),
            Ok(Err(_)) | Err(_) => Err(Denied::Late),
        }
    }
}

/// Hands slots that are free to those who wait. Never under the lock: a permit that
/// nobody takes is given back, which takes the lock.
fn serve_waiting(slots: &Mutex<Slots<Waiter>>) {
    loop {
        let next = slots.lock().next();
        let Some((_, kind, waiter)) = next else {
            return;
        };
        let permit = Permit {
            quota: waiter.quota,
            kind,
        };
        let _ = waiter.permit.send(permit);
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let quota = &self.quota;
        quota
            .slots
            .lock()
            .release(quota.seat, self.kind, Instant::now);
        serve_waiting(&quota.slots);
    }
}

impl Drop for Quota {
    fn drop(&mut self) {
        self.slots.lock().leave(self.seat);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quota(quotas: &Quotas, concurrent: u32, queue: u32) -> Arc<Quota> {
        let limits = Limits {
            concurrent_requests: concurrent,
            queue_length: queue,
            ..Limits::DEFAULT
        };
        quotas.quota(&"example.com:a.B".parse().unwrap(), &limits)
    }

    fn later() -> Instant {
        Instant::now() + Duration::from_secs(60)
    }

    #[tokio::test]
    async fn a_permit_goes_to_the_next_in_line() {
        let quotas = Quotas::new(10);
        let quota = quota(&quotas, 1, 2);
        let first = quota.try_enter(Kind::Unary).unwrap();
        let second = tokio::spawn({
            let quota = Arc::clone(&quota);
            async move { quota.enter(Kind::Unary, later()).await.map(drop) }
        });
        tokio::task::yield_now().await;
        assert!(quota.try_enter(Kind::Unary).is_none());
        drop(first);
        assert_eq!(second.await.unwrap(), Ok(()));
        assert!(quota.try_enter(Kind::Unary).is_some());
    }

    #[tokio::test]
    async fn who_does_not_wait_any_more_loses_no_slot() {
        let quotas = Quotas::new(10);
        let quota = quota(&quotas, 1, 2);
        let first = quota.try_enter(Kind::Unary).unwrap();
        let waiting = quota.enter(Kind::Unary, Instant::now());
        assert_eq!(waiting.await.err(), Some(Denied::Late));
        drop(first);
        assert!(quota.try_enter(Kind::Unary).is_some());
    }

    #[tokio::test]
    async fn a_higher_limit_lets_those_run_who_wait() {
        let quotas = Quotas::new(10);
        let only = quota(&quotas, 1, 2);
        let first = only.try_enter(Kind::Unary).unwrap();
        let second = tokio::spawn({
            let only = Arc::clone(&only);
            async move { only.enter(Kind::Unary, later()).await.is_ok() }
        });
        tokio::task::yield_now().await;
        let same = quota(&quotas, 2, 2);
        assert!(Arc::ptr_eq(&same, &only));
        assert!(second.await.unwrap());
        drop(first);
    }

    #[test]
    fn a_service_that_is_gone_leaves_its_seat() {
        let quotas = Quotas::new(10);
        for _ in 0..3 {
            let seat = quota(&quotas, 1, 2).seat;
            assert_eq!(format!("{seat:?}"), "Seat(0)");
        }
    }
}
