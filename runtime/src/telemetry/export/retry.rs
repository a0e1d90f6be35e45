//! When to try again (OTLP, "OTLP/HTTP Throttling" and "OTLP/gRPC Throttling").

use std::time::Duration;

/// How often something is sent before it is given up.
const ATTEMPTS: u32 = 6;
/// The longest that is waited, also where a receiver asks for more.
const LONGEST: Duration = Duration::from_secs(30);

/// The waits between attempts.
#[derive(Debug)]
pub(super) struct Backoff {
    next: Duration,
    left: u32,
}

impl Backoff {
    /// Waits `first` after the first failure.
    pub(super) fn new(first: Duration) -> Self {
        Self {
            next: first,
            left: ATTEMPTS - 1,
        }
    }

    /// How long to wait before the next attempt, where there is one. `random` is from 0
    /// to 1: receivers that come back should not meet all senders at once.
    pub(super) fn next(&mut self, asked: Option<Duration>, random: f64) -> Option<Duration> {
        self.left = self.left.checked_sub(1)?;
        let wait = self.next.mul_f64(random.midpoint(1.0));
        self.next = (self.next * 2).min(LONGEST);
        Some(asked.unwrap_or(wait).min(LONGEST))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_end() {
        let mut backoff = Backoff::new(Duration::from_secs(1));
        let waits: Vec<_> = std::iter::from_fn(|| backoff.next(None, 1.0)).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16].map(Duration::from_secs));
        let mut jittered = Backoff::new(Duration::from_secs(1));
        assert_eq!(jittered.next(None, 0.0), Some(Duration::from_millis(500)));
    }

    #[test]
    fn a_receiver_may_say_when_within_reason() {
        let mut backoff = Backoff::new(Duration::from_secs(1));
        let asked = Some(Duration::from_secs(7));
        assert_eq!(backoff.next(asked, 1.0), asked);
        let asked = Some(Duration::from_hours(1));
        assert_eq!(backoff.next(asked, 1.0), Some(LONGEST));
    }
}
