//! Guests that compute for long take turns, so that short requests need not wait.
//!
//! A guest that has computed for a tick goes on only with a turn, of which there are
//! fewer than threads. So however many guests compute without an end, a thread is left
//! for those that answer at once; and where there is one thread alone, it runs them in
//! between two turns. A turn lasts about a tick. Who waits for the next one waits in
//! line, and a guest that waits for anything else has no turn meanwhile.

use std::cell::RefCell;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::thread::available_parallelism;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::yield_now;

thread_local! {
    /// The turn of the guest that this thread runs.
    static CURRENT: RefCell<Option<OwnedSemaphorePermit>> = const { RefCell::new(None) };
}

/// The turns of a node.
#[derive(Debug, Clone)]
pub(super) struct Turns(Arc<Semaphore>);

impl Turns {
    /// One turn fewer than there are threads, but one at least.
    pub(super) fn of_machine() -> Self {
        let threads = available_parallelism().map_or(1, NonZeroUsize::get);
        Self(Arc::new(Semaphore::new((threads - 1).max(1))))
    }

    /// Lets all others have a turn before the guest that asks has the next one.
    pub(super) async fn next(self) {
        end();
        // tokio's own yield, since it lets the I/O driver have a turn even where
        // every thread runs a guest that never ends.
        yield_now().await;
        // The semaphore is never closed.
        let turn = self.0.acquire_owned().await.ok();
        CURRENT.with_borrow_mut(|current| *current = turn);
    }
}

/// Ends the turn of the guest that this thread ran, where it had one. To be called
/// whenever a guest's future was polled.
pub(super) fn end() {
    let turn = CURRENT.with_borrow_mut(Option::take);
    drop(turn);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_turn_ends_with_the_next_one_or_with_the_poll() {
        let turns = Turns(Arc::new(Semaphore::new(1)));
        turns.clone().next().await;
        assert_eq!(turns.0.available_permits(), 0);
        turns.clone().next().await;
        assert_eq!(
            turns.0.available_permits(),
            0,
            "it was given back for another"
        );
        end();
        assert_eq!(turns.0.available_permits(), 1);
    }
}
