//! The keys of an issuer that are fetched, and fetched again.
//!
//! Keys that were fetched once are used until others come: an issuer that is down for a
//! while keeps nobody out. They are asked for again, by the first request after they
//! stopped being fresh, and no request waits for that unless they have been stale for
//! long. A token that names a key which is not known has them fetched at once, since the
//! issuer may have a new one; but no more often than [`REFETCH_INTERVAL`] allows,
//! whatever strangers send.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use parking_lot::Mutex;
use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};

use super::fetch::Fetcher;
use super::keys::KeySet;

/// How long stale keys are used while others are fetched. Longer, and a key that was
/// taken back while nobody called would be good for one more call.
const GRACE: Duration = Duration::from_mins(1);
/// How often an unknown key has the keys fetched at most.
const REFETCH_INTERVAL: Duration = Duration::from_secs(10);
/// How long to wait behind a failure, and behind several.
const MIN_PAUSE: Duration = Duration::from_secs(1);
const MAX_PAUSE: Duration = Duration::from_mins(1);

/// Tells the time.
pub(super) type Clock = Arc<dyn Fn() -> Instant + Send + Sync>;

/// The keys at a URL.
pub(super) struct Remote {
    url: String,
    fetcher: Arc<Fetcher>,
    clock: Clock,
    state: Mutex<State>,
    /// Counts the attempts that have ended.
    ended: watch::Sender<u64>,
}

/// Keys, and a number that differs for others.
#[derive(Clone)]
pub(super) struct Keys {
    pub(super) set: Arc<KeySet>,
    pub(super) stamp: u64,
}

#[derive(Default)]
struct State {
    keys: Option<Keys>,
    document: Bytes,
    fresh_until: Option<Instant>,
    is_fetching: bool,
    /// When the last attempt began.
    tried: Option<Instant>,
    /// Before then, nothing is tried.
    not_before: Option<Instant>,
    failures: u32,
}

impl Remote {
    pub(super) fn new(url: String, fetcher: Arc<Fetcher>, clock: Clock) -> Self {
        Self {
            url,
            fetcher,
            clock,
            state: Mutex::default(),
            ended: watch::Sender::new(0),
        }
    }

    /// The keys; `None` where there are none yet and none come before the deadline.
    pub(super) async fn keys(self: &Arc<Self>, deadline: Instant) -> Option<Keys> {
        let waits = {
            let mut state = self.state.lock();
            let now = (self.clock)();
            if state.fresh_until.is_some_and(|until| now < until) {
                return state.keys.clone();
            }
            let waits = self.ended.subscribe();
            self.fetch(&mut state, now);
            let is_overdue = state.fresh_until.is_none_or(|until| now >= until + GRACE);
            if !state.is_fetching || (state.keys.is_some() && !is_overdue) {
                return state.keys.clone();
            }
            waits
        };
        wait(waits, deadline).await;
        self.state.lock().keys.clone()
    }

    /// Other keys than those of `stamp`, which lack one that a token names; `None`
    /// where there are none, or it is too early to ask again.
    pub(super) async fn others(self: &Arc<Self>, stamp: u64, deadline: Instant) -> Option<Keys> {
        let waits = {
            let mut state = self.state.lock();
            let others = state.keys.clone().filter(|keys| keys.stamp != stamp);
            if others.is_some() {
                return others;
            }
            let now = (self.clock)();
            let waits = self.ended.subscribe();
            let is_early = state
                .tried
                .is_some_and(|tried| now < tried + REFETCH_INTERVAL);
            if !is_early {
                self.fetch(&mut state, now);
            }
            if !state.is_fetching {
                return None;
            }
            waits
        };
        wait(waits, deadline).await;
        let state = self.state.lock();
        state.keys.clone().filter(|keys| keys.stamp != stamp)
    }

    /// Begins to fetch, unless that is under way or would be too early.
    fn fetch(self: &Arc<Self>, state: &mut State, now: Instant) {
        if state.is_fetching || state.not_before.is_some_and(|then| now < then) {
            return;
        }
        state.is_fetching = true;
        state.tried = Some(now);
        let remote = Arc::clone(self);
        // Of its own, so that it ends well where the request that began it does not.
        tokio::spawn(async move {
            let fetched = remote.fetcher.fetch(&remote.url).await;
            {
                let mut state = remote.state.lock();
                let now = (remote.clock)();
                state.is_fetching = false;
                match fetched {
                    Ok(fetched) => {
                        state.fresh_until = Some(now + fetched.fresh_for);
                        state.not_before = None;
                        state.failures = 0;
                        if state.keys.is_none() || state.document != fetched.document {
                            let stamp = state.keys.as_ref().map_or(0, |keys| keys.stamp) + 1;
                            let set = Arc::new(fetched.keys);
                            state.keys = Some(Keys { set, stamp });
                            state.document = fetched.document;
                        }
                    }
                    Err(error) => {
                        let pause = MIN_PAUSE * 2_u32.saturating_pow(state.failures.min(6));
                        state.not_before = Some(now + pause.min(MAX_PAUSE));
                        state.failures += 1;
                        let has_keys = state.keys.is_some();
                        drop(state);
                        tracing::warn!(
                            url = remote.url,
                            error = &error as &dyn std::error::Error,
                            has_keys,
                            "the keys of an issuer cannot be fetched"
                        );
                    }
                }
            }
            remote.ended.send_modify(|ended| *ended += 1);
        });
    }

    /// Begins to fetch what will be needed.
    pub(super) fn prefetch(self: &Arc<Self>) {
        if tokio::runtime::Handle::try_current().is_ok() {
            let now = (self.clock)();
            self.fetch(&mut self.state.lock(), now);
        }
    }
}

/// Waits until the attempt that is under way has ended.
async fn wait(mut ended: watch::Receiver<u64>, deadline: Instant) {
    let _ = timeout_at(deadline, ended.changed()).await;
}

#[cfg(test)]
#[path = "remote_tests.rs"]
mod tests;
