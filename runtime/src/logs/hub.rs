//! Recent lines, and who follows.

use std::collections::{BTreeMap, BinaryHeap, HashMap, VecDeque};
use std::sync::{Arc, Weak};
use std::time::SystemTime;

use parking_lot::Mutex;
use tracing::Level;
use vimana_proto::{ServiceName, VersionName};

use super::filter::{LogFilter, LogScope};
use super::follower::{Follower, Following};
use super::line::{LogLine, LogOrigin};
use super::rate::LogRate;
use super::version::VersionLog;

/// What is kept of one version.
const VERSION_LINES: usize = 2000;
const VERSION_BYTES: usize = 1 << 20;
/// What is kept on the node.
const NODE_BYTES: usize = 32 << 20;

/// The lines that guests of a node wrote.
#[derive(Debug, Default)]
pub struct LogHub {
    state: Arc<Mutex<State>>,
    rates: Mutex<HashMap<ServiceName, Weak<LogRate>>>,
}

/// Lines that were written before somebody asked, the oldest first.
pub type Recent = Vec<Arc<LogLine>>;

/// A line that is to be written.
pub(super) struct New<'a> {
    pub(super) time: SystemTime,
    pub(super) level: Level,
    pub(super) source: &'static str,
    pub(super) origin: &'a Arc<LogOrigin>,
    pub(super) method: &'a Arc<str>,
    pub(super) request_id: u128,
    pub(super) text: &'a str,
}

#[derive(Debug)]
pub(super) struct State {
    last_number: u64,
    last_time: SystemTime,
    /// All that is kept, by number.
    lines: BTreeMap<u64, Arc<LogLine>>,
    bytes: usize,
    /// Versions of which something is kept.
    versions: HashMap<Arc<LogOrigin>, Kept>,
    followers: Vec<Arc<Follower>>,
}

/// What is kept of one version.
#[derive(Debug, Default)]
struct Kept {
    /// The numbers of its lines.
    numbers: VecDeque<u64>,
    bytes: usize,
    /// Those of all followers who want its lines.
    followers: Vec<Arc<Follower>>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            last_number: 0,
            last_time: SystemTime::UNIX_EPOCH,
            lines: BTreeMap::new(),
            bytes: 0,
            versions: HashMap::new(),
            followers: Vec::new(),
        }
    }
}

impl LogHub {
    /// A hub without lines.
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    /// The last `limit` lines that `filter` wants.
    pub fn recent(&self, filter: &LogFilter, limit: usize) -> Recent {
        self.state.lock().recent(filter, limit)
    }

    /// The last `limit` lines that `filter` wants, and those that are written from then
    /// on: none twice, and none left out in between.
    pub fn follow(&self, filter: LogFilter, limit: usize) -> (Recent, Following) {
        let mut state = self.state.lock();
        let recent = state.recent(&filter, limit);
        let follower = Arc::new(Follower::new(filter));
        state.join(&follower);
        let following = Following {
            follower,
            hub: Arc::downgrade(&self.state),
        };
        (recent, following)
    }

    /// Whether any line is kept of these.
    pub fn knows(&self, scope: &LogScope) -> bool {
        let state = self.state.lock();
        state.versions.keys().any(|origin| scope.covers(origin))
    }

    /// Where the lines of a version go.
    pub(crate) fn version(
        self: &Arc<Self>,
        workspace: &str,
        version: &VersionName,
    ) -> Arc<VersionLog> {
        let origin = LogOrigin::new(workspace.to_owned(), version.clone());
        let rate = self.rate(&version.service);
        Arc::new(VersionLog::new(Arc::new(origin), Arc::clone(self), rate))
    }

    fn rate(&self, service: &ServiceName) -> Arc<LogRate> {
        let mut rates = self.rates.lock();
        if let Some(rate) = rates.get(service).and_then(Weak::upgrade) {
            return rate;
        }
        // Those of services that are gone, once they are half of all.
        if rates.len() == rates.capacity() {
            rates.retain(|_, rate| rate.strong_count() > 0);
        }
        let rate = Arc::default();
        rates.insert(service.clone(), Arc::downgrade(&rate));
        rate
    }

    pub(super) fn write(&self, new: &New<'_>) {
        // What takes time is done before the lock.
        let line = LogLine {
            number: 0,
            time: new.time,
            level: new.level,
            source: new.source,
            origin: Arc::clone(new.origin),
            method: Arc::clone(new.method),
            request_id: format!("{:032x}", new.request_id),
            text: new.text.into(),
        };
        self.state.lock().write(line);
    }
}

impl State {
    fn write(&mut self, mut line: LogLine) {
        self.last_number += 1;
        // The machine's clock may be set back.
        self.last_time = self.last_time.max(line.time);
        line.number = self.last_number;
        line.time = self.last_time;
        let line = Arc::new(line);
        let size = line.size();

        let followers = &self.followers;
        let kept = self
            .versions
            .entry(Arc::clone(&line.origin))
            .or_insert_with(|| Kept {
                followers: covering(followers, &line.origin),
                ..Kept::default()
            });
        for follower in &kept.followers {
            follower.push(&line);
        }
        kept.numbers.push_back(line.number);
        kept.bytes += size;
        self.bytes += size;
        let excess = kept.numbers.len() > VERSION_LINES || kept.bytes > VERSION_BYTES;
        let oldest = excess.then(|| kept.numbers.front().copied()).flatten();
        self.lines.insert(line.number, line);
        // One line is at most a fraction of what is kept, so a few go for it.
        let mut next = oldest;
        while let Some(number) = next {
            next = self.forget(number);
        }
        while self.bytes > NODE_BYTES {
            let Some((&number, _)) = self.lines.first_key_value() else {
                return;
            };
            self.forget(number);
        }
    }

    /// Lets the oldest line of a version go. Answers the next one that must.
    fn forget(&mut self, number: u64) -> Option<u64> {
        let line = self.lines.remove(&number)?;
        let size = line.size();
        self.bytes -= size;
        let kept = self.versions.get_mut(&line.origin)?;
        kept.numbers.pop_front();
        kept.bytes -= size;
        if kept.numbers.is_empty() {
            self.versions.remove(&line.origin);
            return None;
        }
        let excess = kept.numbers.len() > VERSION_LINES || kept.bytes > VERSION_BYTES;
        excess.then(|| kept.numbers.front().copied()).flatten()
    }

    /// Merges what is kept of all versions that are meant, from the newest line back.
    fn recent(&self, filter: &LogFilter, limit: usize) -> Recent {
        let meant = self
            .versions
            .iter()
            .filter(|(origin, _)| filter.scope.covers(origin));
        let mut numbers: Vec<_> = meant
            .map(|(_, kept)| kept.numbers.iter().rev().copied())
            .collect();
        let mut newest: BinaryHeap<(u64, usize)> = numbers
            .iter_mut()
            .enumerate()
            .filter_map(|(index, numbers)| Some((numbers.next()?, index)))
            .collect();
        let mut lines = Vec::new();
        while lines.len() < limit
            && let Some((number, index)) = newest.pop()
        {
            let Some(line) = self.lines.get(&number) else {
                continue;
            };
            if filter.since.is_some_and(|since| line.time < since) {
                // All further ones are older still.
                break;
            }
            if filter.wants(line) {
                lines.push(Arc::clone(line));
            }
            newest.extend(numbers[index].next().map(|number| (number, index)));
        }
        lines.reverse();
        lines
    }

    fn join(&mut self, follower: &Arc<Follower>) {
        self.followers.push(Arc::clone(follower));
        for (origin, kept) in &mut self.versions {
            if follower.filter.scope.covers(origin) {
                kept.followers.push(Arc::clone(follower));
            }
        }
    }

    pub(super) fn leave(&mut self, follower: &Arc<Follower>) {
        let others = |other: &Arc<Follower>| !Arc::ptr_eq(other, follower);
        self.followers.retain(others);
        for kept in self.versions.values_mut() {
            kept.followers.retain(others);
        }
    }
}

fn covering(followers: &[Arc<Follower>], origin: &LogOrigin) -> Vec<Arc<Follower>> {
    followers
        .iter()
        .filter(|follower| follower.filter.scope.covers(origin))
        .cloned()
        .collect()
}

#[cfg(test)]
#[path = "hub_tests.rs"]
mod tests;
