use std::fmt;
use std::time::SystemTime;

/// Where the time comes from, so that leases can be tested without waiting.
pub(crate) trait Clock: fmt::Debug + Send + Sync + 'static {
    /// The time of day: a lease outlives the process, so it needs one that does.
    fn now(&self) -> SystemTime;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }
}

#[cfg(test)]
pub(crate) mod manual {
    use std::time::{Duration, SystemTime};

    use parking_lot::Mutex;

    use super::Clock;

    /// A clock that a test moves.
    #[derive(Debug)]
    pub(crate) struct ManualClock(Mutex<SystemTime>);

    impl ManualClock {
        pub(crate) fn new() -> Self {
            Self(Mutex::new(
                SystemTime::UNIX_EPOCH + Duration::from_hours(500_000),
            ))
        }

        pub(crate) fn advance(&self, by: Duration) {
            *self.0.lock() += by;
        }
    }

    impl Clock for ManualClock {
        fn now(&self) -> SystemTime {
            *self.0.lock()
        }
    }
}
