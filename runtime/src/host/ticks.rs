//! What drives the engine's epochs: a thread that ticks while guests compute, looks for
//! them more seldom while it finds none, and rests when there are none for long.

use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, Thread};
use std::time::Duration;

use wasmtime::{Engine, EngineWeak};

/// How often guests that compute are looked at.
pub(crate) const TICK: Duration = Duration::from_millis(1);

/// How often the thread looks for guests while it finds none that computes. A look costs
/// as much as a part of a request, and most guests have ended before the next one.
const LOOK: Duration = Duration::from_millis(4);

/// Looks without any guest after which the thread rests. To wake it costs a call of the
/// system, which is not to be paid between the requests of a busy node.
const PATIENCE: u32 = 100;

/// The thread of one engine, which ends with this value.
#[derive(Debug)]
pub(super) struct Ticks {
    state: Arc<State>,
    thread: Thread,
}

#[derive(Debug, Default)]
struct State {
    /// Guests that compute at this moment.
    computing: AtomicUsize,
    is_resting: AtomicBool,
    is_over: AtomicBool,
}

impl Ticks {
    /// Starts the thread.
    pub(super) fn start(engine: &Engine) -> io::Result<Self> {
        let state = Arc::<State>::default();
        let thread = thread::Builder::new()
            .name("vimana-epoch".to_owned())
            .spawn({
                let (state, engine) = (Arc::clone(&state), engine.weak());
                move || state.tick(&engine)
            })?;
        Ok(Self {
            state,
            thread: thread.thread().clone(),
        })
    }

    /// Runs a guest's future. There are ticks whenever it is polled.
    pub(super) async fn during<T>(&self, future: impl Future<Output = T>) -> T {
        let mut future = pin!(future);
        poll_fn(|cx| {
            let _computing = self.begin();
            future.as_mut().poll(cx)
        })
        .await
    }

    fn begin(&self) -> Computing<'_> {
        // The thread looks at the two in the other order, so one of us sees the other.
        self.state.computing.fetch_add(1, Ordering::SeqCst);
        if self.state.is_resting.load(Ordering::SeqCst) {
            self.thread.unpark();
        }
        Computing(&self.state)
    }
}

/// A guest that computes. It may panic on our side, and must not be counted for ever.
struct Computing<'a>(&'a State);

impl Drop for Computing<'_> {
    fn drop(&mut self) {
        self.0.computing.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Drop for Ticks {
    fn drop(&mut self) {
        self.state.is_over.store(true, Ordering::SeqCst);
        self.thread.unpark();
    }
}

impl State {
    fn tick(&self, engine: &EngineWeak) {
        let mut quiet = 0;
        while !self.is_over.load(Ordering::SeqCst) {
            let is_quiet = self.computing.load(Ordering::SeqCst) == 0;
            thread::sleep(if is_quiet { LOOK } else { TICK });
            let Some(engine) = engine.upgrade() else {
                return;
            };
            engine.increment_epoch();
            drop(engine);
            if self.computing.load(Ordering::SeqCst) > 0 {
                quiet = 0;
            } else if quiet < PATIENCE {
                quiet += 1;
            } else {
                self.rest();
                quiet = 0;
            }
        }
    }

    /// Waits for a guest, or the end.
    fn rest(&self) {
        self.is_resting.store(true, Ordering::SeqCst);
        while self.computing.load(Ordering::SeqCst) == 0 && !self.is_over.load(Ordering::SeqCst) {
            thread::park();
        }
        self.is_resting.store(false, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    fn wait_until(condition: impl Fn() -> bool) {
        let limit = Instant::now() + Duration::from_secs(60);
        while !condition() {
            assert!(Instant::now() < limit, "a minute has passed");
            thread::yield_now();
        }
    }

    #[tokio::test]
    async fn the_thread_rests_while_no_guest_computes_and_ends_with_its_value() {
        let ticks = Ticks::start(&Engine::default()).unwrap();
        let state = Arc::clone(&ticks.state);
        // The engine is gone, so its thread is, too; what counts is this one's.
        drop(ticks);
        wait_until(|| Arc::strong_count(&state) == 1);

        let engine = Engine::default();
        let ticks = Ticks::start(&engine).unwrap();
        let state = Arc::clone(&ticks.state);
        let is_resting = || state.is_resting.load(Ordering::SeqCst);
        wait_until(is_resting);
        ticks
            .during(async {
                wait_until(|| !is_resting());
            })
            .await;
        assert_eq!(state.computing.load(Ordering::SeqCst), 0);
        wait_until(is_resting);
        drop(ticks);
        wait_until(|| Arc::strong_count(&state) == 1);
    }
}
