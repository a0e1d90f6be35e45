//! The time that a guest computes, which is not the time that it takes: while it
//! waits, others run.
//!
//! A guest runs while its future is polled. What the thread computes in between is
//! counted, by the thread's own clock, so that neither other guests nor other
//! processes of the machine are counted in. A guest that computes without an end is
//! asked at every tick of the engine's epoch.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

use super::turns;

/// Ends a guest that computes longer than it may.
#[derive(Debug, thiserror::Error)]
#[error("the CPU time is used up")]
pub(super) struct CpuTimeUsedUp;

/// What one guest has computed. Clones are the same meter.
#[derive(Debug, Clone)]
pub(super) struct CpuMeter(Arc<Counters>);

/// All in nanoseconds.
#[derive(Debug)]
struct Counters {
    limit: u64,
    used: AtomicU64,
    /// What the thread's clock showed when this poll began. Polls of one future
    /// never overlap.
    since: AtomicU64,
}

impl CpuMeter {
    /// A meter for a guest that may compute for `limit` and must end within
    /// `timeout`; none where the latter is not more, since nobody computes longer
    /// than they take.
    pub(super) fn new(limit: Duration, timeout: Duration) -> Option<Self> {
        (limit < timeout).then(|| {
            Self(Arc::new(Counters {
                limit: u64::try_from(limit.as_nanos()).unwrap_or(u64::MAX),
                used: AtomicU64::new(0),
                since: AtomicU64::new(0),
            }))
        })
    }

    /// Fails where the time is used up. To be asked from within a poll.
    pub(super) fn check(&self) -> Result<(), CpuTimeUsedUp> {
        self.compare(self.running())
    }

    fn begin(&self) {
        self.0.since.store(thread_time(), Ordering::Relaxed);
    }

    fn end(&self) -> Result<(), CpuTimeUsedUp> {
        self.0.used.fetch_add(self.running(), Ordering::Relaxed);
        self.compare(0)
    }

    fn running(&self) -> u64 {
        thread_time().saturating_sub(self.0.since.load(Ordering::Relaxed))
    }

    fn compare(&self, running: u64) -> Result<(), CpuTimeUsedUp> {
        let used = self.0.used.load(Ordering::Relaxed).saturating_add(running);
        if used > self.0.limit {
            return Err(CpuTimeUsedUp);
        }
        Ok(())
    }
}

/// Runs a guest's future under its meter, where it has one, and turn by turn.
pub(super) async fn metered<T>(
    meter: Option<&CpuMeter>,
    future: impl Future<Output = wasmtime::Result<T>>,
) -> wasmtime::Result<T> {
    let mut future = pin!(future);
    poll_fn(|cx| {
        let Some(meter) = meter else {
            let polled = future.as_mut().poll(cx);
            turns::end();
            return polled;
        };
        meter.begin();
        let polled = future.as_mut().poll(cx);
        turns::end();
        match meter.end() {
            // Many short turns may use the time up between two ticks.
            Err(error) if polled.is_pending() => Poll::Ready(Err(error.into())),
            _ => polled,
        }
    })
    .await
}

fn thread_time() -> u64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    let nanos = u64::try_from(time.tv_nsec).unwrap_or(0);
    seconds.saturating_mul(1_000_000_000).saturating_add(nanos)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compute(time: Duration) {
        let end = thread_time() + u64::try_from(time.as_nanos()).unwrap();
        while thread_time() < end {
            std::hint::spin_loop();
        }
    }

    fn meter(millis: u64) -> CpuMeter {
        CpuMeter::new(Duration::from_millis(millis), Duration::from_secs(60)).unwrap()
    }

    #[tokio::test]
    async fn waiting_is_not_computing() {
        let meter = meter(20);
        let waits = async {
            tokio::time::sleep(Duration::from_millis(60)).await;
            Ok(1)
        };
        assert_eq!(metered(Some(&meter), waits).await.unwrap(), 1);
    }

    #[tokio::test]
    async fn many_short_turns_add_up() {
        let meter = meter(20);
        let turns = async {
            loop {
                compute(Duration::from_millis(3));
                tokio::task::yield_now().await;
            }
        };
        let ended: wasmtime::Result<()> = metered(Some(&meter), turns).await;
        assert!(ended.unwrap_err().is::<CpuTimeUsedUp>());
    }

    #[tokio::test]
    async fn a_long_turn_is_noticed_from_within() {
        let meter = meter(5);
        let turn = async {
            assert!(meter.check().is_ok());
            compute(Duration::from_millis(6));
            meter.check()?;
            Ok(())
        };
        let ended = metered(Some(&meter), turn).await;
        assert!(ended.unwrap_err().is::<CpuTimeUsedUp>());
    }

    #[test]
    fn a_limit_that_the_timeout_implies_costs_no_meter() {
        let second = Duration::from_secs(1);
        assert!(CpuMeter::new(second, second).is_none());
    }
}
