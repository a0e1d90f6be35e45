//! Somebody who reads lines as they are written.

use std::collections::VecDeque;
use std::sync::{Arc, Weak};

use parking_lot::Mutex;
use tokio::sync::Notify;

use super::filter::LogFilter;
use super::hub::State;
use super::line::LogLine;

/// What may wait for one follower.
const MAX_LINES: usize = 2048;
const MAX_BYTES: usize = 2 << 20;

/// What a follower gets.
#[derive(Debug, Clone)]
pub enum Followed {
    /// A line.
    Line(Arc<LogLine>),
    /// So many lines are lost, between the line before and the one after.
    Lost(u64),
}

/// The hub's side of a follower.
#[derive(Debug)]
pub(super) struct Follower {
    pub(super) filter: LogFilter,
    queue: Mutex<Queue>,
    written: Notify,
}

#[derive(Debug, Default)]
struct Queue {
    lines: VecDeque<Arc<LogLine>>,
    bytes: usize,
    /// Lines that were dropped before the first.
    lost: u64,
}

impl Follower {
    pub(super) fn new(filter: LogFilter) -> Self {
        Self {
            filter,
            queue: Mutex::default(),
            written: Notify::new(),
        }
    }

    /// Hands a line over. Where the follower is slow, it loses its oldest.
    pub(super) fn push(&self, line: &Arc<LogLine>) {
        if self.filter.wants(line) {
            self.queue.lock().push(Arc::clone(line));
            self.written.notify_one();
        }
    }
}

impl Queue {
    fn push(&mut self, line: Arc<LogLine>) {
        self.bytes += line.size();
        self.lines.push_back(line);
        while self.lines.len() > MAX_LINES || self.bytes > MAX_BYTES {
            let Some(oldest) = self.lines.pop_front() else {
                return;
            };
            self.bytes -= oldest.size();
            self.lost += 1;
        }
    }

    fn pop(&mut self) -> Option<Followed> {
        if self.lost > 0 {
            return Some(Followed::Lost(std::mem::take(&mut self.lost)));
        }
        let line = self.lines.pop_front()?;
        self.bytes -= line.size();
        Some(Followed::Line(line))
    }
}

/// Reads lines as they are written, until it is dropped.
#[derive(Debug)]
pub struct Following {
    pub(super) follower: Arc<Follower>,
    pub(super) hub: Weak<Mutex<State>>,
}

impl Following {
    /// The next line, once there is one. Nothing is lost where the future is dropped.
    pub async fn next(&mut self) -> Followed {
        loop {
            if let Some(followed) = self.try_next() {
                return followed;
            }
            self.follower.written.notified().await;
        }
    }

    /// The next line, where there is one already.
    pub fn try_next(&mut self) -> Option<Followed> {
        self.follower.queue.lock().pop()
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        if let Some(hub) = self.hub.upgrade() {
            hub.lock().leave(&self.follower);
        }
    }
}
