//! What guests write goes to the node's tracing output and to its log hub, in bounded
//! amounts.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tracing::Level;

use super::guest::{Invocation, RequestId};
use crate::logs::{Source, VersionLog};
use crate::telemetry::CallTrace;

/// Bytes of a line; what is longer is cut.
const MAX_LINE: usize = 8 << 10;

/// Lines of one request; what comes after is dropped.
const MAX_LINES: u32 = 1000;

/// The log of one call. Clones share the bound.
#[derive(Clone)]
pub(super) struct GuestLog {
    log: Arc<VersionLog>,
    method: Arc<str>,
    request_id: RequestId,
    lines: Arc<AtomicU32>,
    trace: Option<Arc<CallTrace>>,
}

impl GuestLog {
    pub(super) fn new(call: &Invocation) -> Self {
        Self {
            log: Arc::clone(&call.log),
            method: Arc::clone(&call.method),
            request_id: call.request_id,
            lines: Arc::default(),
            trace: call.trace.clone(),
        }
    }

    /// Writes one line, which came by `source`: `log`, `stdout` or `stderr`.
    pub(super) fn line(&self, level: Level, source: &'static str, text: &str) {
        let lines = self.lines.fetch_add(1, Ordering::Relaxed);
        if lines > MAX_LINES {
            // Keeps the counter from wrapping around in an endless loop.
            self.lines.store(MAX_LINES + 1, Ordering::Relaxed);
            return;
        }
        if lines == MAX_LINES {
            self.emit(
                Level::WARN,
                "host",
                "the request wrote 1000 lines; further ones are dropped",
            );
            return;
        }
        let text = truncate(text, MAX_LINE);
        if self.is_admitted(text) {
            self.emit(level, source, text);
        }
    }

    /// Tells why the call failed to whoever reads the version's log. The node's own has
    /// it from elsewhere.
    pub(super) fn failure(&self, text: &str) {
        let text = truncate(text, MAX_LINE);
        if self.is_admitted(text) {
            self.keep(Level::ERROR, "host", text);
        }
    }

    /// Whether there is room for a line. Says how many before it were dropped.
    fn is_admitted(&self, text: &str) -> bool {
        let admitted = self.log.admit(text.len());
        if let Some(dropped) = admitted.filter(|dropped| *dropped > 0) {
            let text = format!("the service wrote too fast; {dropped} lines were dropped");
            self.emit(Level::WARN, "host", &text);
        }
        admitted.is_some()
    }

    fn emit(&self, level: Level, source: &'static str, text: &str) {
        self.keep(level, source, text);
        // A level must be known where the event is compiled.
        macro_rules! event {
            ($level:expr) => {
                tracing::event!(
                    target: "vimana::guest",
                    $level,
                    version = self.log.label(),
                    method = &*self.method,
                    request_id = %self.request_id,
                    source,
                    "{text}"
                )
            };
        }
        match level {
            Level::ERROR => event!(Level::ERROR),
            Level::WARN => event!(Level::WARN),
            Level::INFO => event!(Level::INFO),
            Level::DEBUG => event!(Level::DEBUG),
            Level::TRACE => event!(Level::TRACE),
        }
    }

    fn keep(&self, level: Level, source: &'static str, text: &str) {
        let call = Source {
            method: &self.method,
            request_id: self.request_id.bits(),
        };
        self.log.write(call, level, source, text);
        if let Some(trace) = &self.trace {
            let request_id = self.request_id.bits();
            trace.log(level, source, &self.method, request_id, text);
        }
    }
}

/// The longest beginning of `text` that has at most `limit` bytes.
pub(super) fn truncate(text: &str, limit: usize) -> &str {
    &text[..text.floor_char_boundary(limit)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_cut_between_characters() {
        assert_eq!(truncate("aéb", 2), "a");
        assert_eq!(truncate("aéb", 3), "aé");
        assert_eq!(truncate("aéb", 9), "aéb");
    }
}
