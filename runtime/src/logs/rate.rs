//! What the guests of one service may write to the log together.

use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::Instant;

/// Lines and bytes a second, and as many at once.
const LINES: u64 = 1000;
const BYTES: u64 = 1 << 20;

/// A bucket of lines and bytes that fills with time.
#[derive(Debug)]
pub(super) struct LogRate(Mutex<Bucket>);

#[derive(Debug)]
struct Bucket {
    lines: u64,
    bytes: u64,
    filled: Instant,
    /// Lines that were dropped since the last that was not.
    dropped: u64,
}

/// What becomes of a line.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is written. So many before it were not.
    Write { dropped: u64 },
    /// It is dropped.
    Drop,
}

impl Default for LogRate {
    fn default() -> Self {
        Self(Mutex::new(Bucket {
            lines: LINES,
            bytes: BYTES,
            filled: Instant::now(),
            dropped: 0,
        }))
    }
}

impl LogRate {
    /// Takes a line of `bytes` out of the bucket.
    pub(super) fn take(&self, bytes: usize, now: Instant) -> Verdict {
        self.0
            .lock()
            .take(u64::try_from(bytes).unwrap_or(u64::MAX), now)
    }
}

impl Bucket {
    fn take(&mut self, bytes: u64, now: Instant) -> Verdict {
        self.fill(now);
        if self.lines == 0 || self.bytes < bytes {
            self.dropped += 1;
            return Verdict::Drop;
        }
        self.lines -= 1;
        self.bytes -= bytes;
        Verdict::Write {
            dropped: std::mem::take(&mut self.dropped),
        }
    }

    /// Once in a while, so that no part of a line is lost to rounding.
    fn fill(&mut self, now: Instant) {
        let passed = now.saturating_duration_since(self.filled);
        if passed < Duration::from_millis(10) {
            return;
        }
        self.filled = now;
        let millis = u64::try_from(passed.as_millis()).unwrap_or(u64::MAX);
        let more = |rate: u64| rate.saturating_mul(millis) / 1000;
        self.lines = self.lines.saturating_add(more(LINES)).min(LINES);
        self.bytes = self.bytes.saturating_add(more(BYTES)).min(BYTES);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_cut_and_what_was_dropped_is_counted() {
        let rate = LogRate::default();
        let now = Instant::now();
        let written = (0..5000)
            .filter(|_| rate.take(10, now) != Verdict::Drop)
            .count();
        assert_eq!(written, 1000);
        let later = now + Duration::from_secs(1);
        assert_eq!(rate.take(10, later), Verdict::Write { dropped: 4000 });
        assert_eq!(rate.take(10, later), Verdict::Write { dropped: 0 });
    }

    #[test]
    fn long_lines_are_cut_by_their_bytes() {
        let rate = LogRate::default();
        let now = Instant::now();
        let written = (0..1000)
            .filter(|_| rate.take(8 << 10, now) != Verdict::Drop)
            .count();
        assert_eq!(written, 128);
    }
}
