//! Tokens that were verified.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use sha2::{Digest as _, Sha256};

use crate::host::Caller;

/// How many tokens a half of the cache holds.
const HALF: usize = 4096;

/// What a token said, when its signature was verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Verified {
    pub(super) caller: Arc<Caller>,
    /// The values of `scope`.
    pub(super) scopes: Arc<[String]>,
    /// When it expires, since 1970.
    pub(super) until: Duration,
}

/// Verified tokens by their hash, so that no token stays in memory. When one half is
/// full, the other one is dropped: what is used stays, and nothing has to be sorted.
#[derive(Default)]
pub(super) struct Cache(Mutex<Halves>);

#[derive(Default)]
struct Halves {
    /// Of the keys that all entries were verified with.
    stamp: u64,
    new: HashMap<Id, Verified>,
    old: HashMap<Id, Verified>,
}

/// Names a token.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Id([u8; 32]);

impl Id {
    pub(super) fn of(token: &str) -> Self {
        Self(Sha256::digest(token.as_bytes()).into())
    }
}

impl Cache {
    /// What a token said, where it was verified with the keys of this stamp and has
    /// not expired since.
    pub(super) fn get(&self, id: Id, stamp: u64, now: Duration) -> Option<Verified> {
        let mut halves = self.0.lock();
        if halves.stamp != stamp {
            return None;
        }
        if let Some(found) = halves.new.get(&id) {
            return Some(found.clone()).filter(|found| now < found.until);
        }
        let found = halves.old.remove(&id)?;
        if found.until <= now {
            return None;
        }
        halves.insert(id, found.clone());
        Some(found)
    }

    pub(super) fn put(&self, id: Id, stamp: u64, verified: Verified) {
        let mut halves = self.0.lock();
        if halves.stamp != stamp {
            // A key that is gone may have made any of them.
            *halves = Halves {
                stamp,
                ..Halves::default()
            };
        }
        halves.insert(id, verified);
    }
}

impl Halves {
    fn insert(&mut self, id: Id, verified: Verified) {
        if self.new.len() >= HALF {
            self.old = std::mem::take(&mut self.new);
        }
        self.new.insert(id, verified);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::from_secs(1000);

    fn verified(until: u64) -> Verified {
        Verified {
            caller: Arc::new(Caller {
                issuer: "i".to_owned(),
                subject: "s".to_owned(),
            }),
            scopes: Arc::new([]),
            until: Duration::from_secs(until),
        }
    }

    #[test]
    fn a_token_is_known_until_it_expires() {
        let cache = Cache::default();
        let id = Id::of("token");
        cache.put(id, 1, verified(1001));
        assert_eq!(cache.get(id, 1, NOW), Some(verified(1001)));
        assert_eq!(cache.get(id, 1, Duration::from_secs(1001)), None);
        assert_eq!(cache.get(Id::of("other"), 1, NOW), None);
    }

    #[test]
    fn other_keys_forget_all_tokens() {
        let cache = Cache::default();
        let id = Id::of("token");
        cache.put(id, 1, verified(2000));
        assert_eq!(cache.get(id, 2, NOW), None);
        cache.put(Id::of("other"), 2, verified(2000));
        assert_eq!(cache.get(id, 2, NOW), None);
    }

    #[test]
    fn a_flood_of_tokens_takes_bounded_room_and_keeps_what_is_used() {
        let cache = Cache::default();
        let used = Id::of("used");
        cache.put(used, 1, verified(2000));
        for number in 0..10 * HALF {
            cache.put(Id::of(&number.to_string()), 1, verified(2000));
            assert!(cache.get(used, 1, NOW).is_some());
        }
        let halves = cache.0.lock();
        assert!(halves.new.len() + halves.old.len() <= 2 * HALF);
    }
}
