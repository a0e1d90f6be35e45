//! What guests write goes to the node's tracing output, in bounded amounts.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tracing::Level;

use super::guest::RequestId;

/// Bytes of a line; what is longer is cut.
const MAX_LINE: usize = 8 << 10;

/// Lines of one request; what comes after is dropped.
const MAX_LINES: u32 = 1000;

/// The log of one call. Clones share the bound.
#[derive(Debug, Clone)]
pub(super) struct GuestLog {
    version: Arc<str>,
    method: Arc<str>,
    request_id: RequestId,
    lines: Arc<AtomicU32>,
}

impl GuestLog {
    pub(super) fn new(version: Arc<str>, method: Arc<str>, request_id: RequestId) -> Self {
        Self {
            version,
            method,
            request_id,
            lines: Arc::default(),
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
        self.emit(level, source, truncate(text, MAX_LINE));
    }

    fn emit(&self, level: Level, source: &'static str, text: &str) {
        // A level must be known where the event is compiled.
        macro_rules! event {
            ($level:expr) => {
                tracing::event!(
                    target: "vimana::guest",
                    $level,
                    version = &*self.version,
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
