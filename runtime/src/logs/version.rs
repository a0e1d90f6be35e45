use std::sync::Arc;
use std::time::SystemTime;

use tokio::time::Instant;
use tracing::Level;

use super::hub::{LogHub, New};
use super::line::LogOrigin;
use super::rate::{LogRate, Verdict};

/// Where the lines of one version go.
#[derive(Debug)]
pub(crate) struct VersionLog {
    origin: Arc<LogOrigin>,
    hub: Arc<LogHub>,
    /// Shared with all versions of the service.
    rate: Arc<LogRate>,
}

/// The call that a line is about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Source<'a> {
    /// The method: `bar.FooService/SayHello`.
    pub(crate) method: &'a Arc<str>,
    /// The identifier of the call.
    pub(crate) request_id: u128,
}

impl VersionLog {
    pub(super) const fn new(origin: Arc<LogOrigin>, hub: Arc<LogHub>, rate: Arc<LogRate>) -> Self {
        Self { origin, hub, rate }
    }

    /// The version's name.
    pub(crate) fn label(&self) -> &str {
        &self.origin.label
    }

    /// Takes room for a line of so many bytes. The answer is how many lines before it
    /// found none; none where this one finds none either.
    pub(crate) fn admit(&self, bytes: usize) -> Option<u64> {
        match self.rate.take(bytes, Instant::now()) {
            Verdict::Write { dropped } => Some(dropped),
            Verdict::Drop => None,
        }
    }

    /// Keeps a line, and hands it to whoever follows.
    pub(crate) fn write(&self, call: Source<'_>, level: Level, source: &'static str, text: &str) {
        self.hub.write(&New {
            time: SystemTime::now(),
            level,
            source,
            origin: &self.origin,
            method: call.method,
            request_id: call.request_id,
            text,
        });
    }
}
