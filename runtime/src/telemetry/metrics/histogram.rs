//! How long requests take.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The upper bounds of all buckets but the last, in seconds and in nanoseconds. They
/// begin where an instance answers, and end at the time that services have by default.
pub(in crate::telemetry) const BOUNDS: [(f64, u64); 17] = [
    (0.000_05, 50_000),
    (0.000_1, 100_000),
    (0.000_25, 250_000),
    (0.000_5, 500_000),
    (0.001, 1_000_000),
    (0.002_5, 2_500_000),
    (0.005, 5_000_000),
    (0.01, 10_000_000),
    (0.025, 25_000_000),
    (0.05, 50_000_000),
    (0.1, 100_000_000),
    (0.25, 250_000_000),
    (0.5, 500_000_000),
    (1.0, 1_000_000_000),
    (2.5, 2_500_000_000),
    (5.0, 5_000_000_000),
    (10.0, 10_000_000_000),
];

/// A bucket for each bound, and one for all that is beyond the last.
pub(in crate::telemetry) const BUCKETS: usize = BOUNDS.len() + 1;

/// Durations by bucket.
#[derive(Debug, Default)]
pub(super) struct Histogram {
    buckets: [AtomicU64; BUCKETS],
    nanos: AtomicU64,
}

/// What a histogram held at one moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::telemetry) struct Distribution {
    /// How many fell into each bucket alone.
    pub(in crate::telemetry) buckets: [u64; BUCKETS],
    /// How many there are.
    pub(in crate::telemetry) count: u64,
    /// How long they took together.
    pub(in crate::telemetry) sum: Duration,
}

impl Histogram {
    pub(super) fn record(&self, took: Duration) {
        let nanos = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        let bucket = BOUNDS.partition_point(|(_, bound)| *bound < nanos);
        self.buckets[bucket].fetch_add(1, Ordering::Relaxed);
        self.nanos.fetch_add(nanos, Ordering::Relaxed);
    }

    pub(super) fn read(&self) -> Distribution {
        let mut buckets = [0; BUCKETS];
        for (read, bucket) in buckets.iter_mut().zip(&self.buckets) {
            *read = bucket.load(Ordering::Relaxed);
        }
        Distribution {
            // The sum of what was read, so that the two agree.
            count: buckets.iter().sum(),
            buckets,
            sum: Duration::from_nanos(self.nanos.load(Ordering::Relaxed)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_belongs_to_its_own_bucket() {
        let histogram = Histogram::default();
        for nanos in [0, 50_000, 50_001, 10_000_000_000, 10_000_000_001] {
            histogram.record(Duration::from_nanos(nanos));
        }
        let read = histogram.read();
        assert_eq!((read.buckets[0], read.buckets[1]), (2, 1));
        assert_eq!((read.buckets[16], read.buckets[17]), (1, 1));
        assert_eq!(read.count, 5);
        assert_eq!(read.sum, Duration::from_nanos(20_000_100_002));
    }

    #[test]
    fn bounds_rise_and_are_the_same_in_both_units() {
        for pair in BOUNDS.windows(2) {
            assert!(pair[0].1 < pair[1].1);
        }
        for (seconds, nanos) in BOUNDS {
            assert_eq!(
                Duration::from_secs_f64(seconds),
                Duration::from_nanos(nanos)
            );
        }
    }
}
