//! Who may call one service.

use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::{Duration, SystemTime};

use http::HeaderMap;
use parking_lot::Mutex;
use tokio::time::Instant;

use super::allow;
use super::cache::{Cache, Id, Verified};
use super::denial::Denial;
use super::fetch::Fetcher;
use super::keys::{KeySet, Verdict};
use super::remote::{Clock, Keys, Remote};
use super::token::{self, Token};
use crate::host::Caller;
use crate::snapshot::{Auth, KeySource};

/// The authenticators that are in use. Services that ask for the same share one, and
/// keys that come from one place are fetched once.
pub(in crate::data_plane) struct Authenticators {
    fetcher: Arc<Fetcher>,
    clock: Clock,
    made: Mutex<HashMap<Arc<Auth>, Weak<Authenticator>>>,
    remotes: Mutex<HashMap<String, Weak<Remote>>>,
}

/// Who may call a service.
pub(in crate::data_plane) struct Authenticator {
    auth: Arc<Auth>,
    sources: Vec<Source>,
    cache: Cache,
}

enum Source {
    Fixed(Arc<KeySet>),
    Remote(Arc<Remote>),
}

impl Default for Authenticators {
    fn default() -> Self {
        Self {
            fetcher: Arc::default(),
            clock: Arc::new(Instant::now),
            made: Mutex::default(),
            remotes: Mutex::default(),
        }
    }
}

impl Authenticators {
    /// The authenticator of a service that asks for this.
    pub(in crate::data_plane) fn of(&self, auth: &Arc<Auth>) -> Arc<Authenticator> {
        let mut made = self.made.lock();
        if let Some(found) = made.get(auth).and_then(Weak::upgrade) {
            return found;
        }
        let authenticator = Arc::new(Authenticator {
            auth: Arc::clone(auth),
            sources: auth
                .key_sets
                .iter()
                .filter_map(|place| self.source(place))
                .collect(),
            cache: Cache::default(),
        });
        made.retain(|_, other| other.strong_count() > 0);
        made.insert(Arc::clone(auth), Arc::downgrade(&authenticator));
        authenticator
    }

    fn source(&self, place: &KeySource) -> Option<Source> {
        let url = match place {
            // It was read once before it was applied.
            KeySource::Keys(keys) => {
                let keys = KeySet::parse(keys.as_bytes()).ok()?;
                return Some(Source::Fixed(Arc::new(keys)));
            }
            KeySource::Url(url) => url,
        };
        let mut remotes = self.remotes.lock();
        if let Some(remote) = remotes.get(url).and_then(Weak::upgrade) {
            return Some(Source::Remote(remote));
        }
        let fetcher = Arc::clone(&self.fetcher);
        let remote = Arc::new(Remote::new(url.clone(), fetcher, Arc::clone(&self.clock)));
        remote.prefetch();
        remotes.retain(|_, other| other.strong_count() > 0);
        remotes.insert(url.clone(), Arc::downgrade(&remote));
        Some(Source::Remote(remote))
    }
}

impl Authenticator {
    /// Who calls a method; `None` for somebody without a token, where the method is
    /// open to all.
    pub(super) async fn admit(
        &self,
        headers: &HeaderMap,
        method: &str,
        now: SystemTime,
        deadline: Instant,
    ) -> Result<Option<Arc<Caller>>, Denial> {
        let Some(token) = token::find(headers)? else {
            allow::check(&self.auth, method, None)?;
            return Ok(None);
        };
        let now = now
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        let verified = self.verified(token, now, deadline).await?;
        allow::check(&self.auth, method, Some(&verified))?;
        Ok(Some(verified.caller))
    }

    async fn verified(
        &self,
        token: &str,
        now: Duration,
        deadline: Instant,
    ) -> Result<Verified, Denial> {
        let keys = self.keys(deadline).await;
        let stamp = stamp(&keys);
        let id = Id::of(token);
        if let Some(verified) = self.cache.get(id, stamp, now) {
            return Ok(verified);
        }
        let token = Token::parse(token)?;
        // First, since it is cheap, and so that a token of somebody else has no keys
        // fetched.
        let until = token.claims.check(&self.auth, now)?;
        let stamp = match verdict(&keys, &token) {
            Verdict::Valid => stamp,
            Verdict::Invalid => return Err(Denial::Token("its signature is wrong")),
            Verdict::UnknownKey => self.with_others(&keys, &token, deadline).await?,
        };
        let verified = Verified {
            caller: Arc::new(Caller {
                issuer: self.auth.issuer.clone(),
                subject: token.claims.sub.clone().unwrap_or_default(),
            }),
            scopes: token
                .claims
                .scope
                .split_ascii_whitespace()
                .map(str::to_owned)
                .collect(),
            until,
        };
        self.cache.put(id, stamp, verified.clone());
        Ok(verified)
    }

    /// The keys of each source, as they are now.
    async fn keys(&self, deadline: Instant) -> Vec<Option<Keys>> {
        let mut keys = Vec::with_capacity(self.sources.len());
        for source in &self.sources {
            keys.push(match source {
                Source::Fixed(set) => Some(Keys {
                    set: Arc::clone(set),
                    stamp: 0,
                }),
                Source::Remote(remote) => remote.keys(deadline).await,
            });
        }
        keys
    }

    /// Looks for the key that a token names among those that its issuer has by now.
    async fn with_others(
        &self,
        known: &[Option<Keys>],
        token: &Token<'_>,
        deadline: Instant,
    ) -> Result<u64, Denial> {
        let mut keys = known.to_vec();
        for (source, keys) in self.sources.iter().zip(&mut keys) {
            if let (Source::Remote(remote), Some(known)) = (source, keys.as_ref())
                && let Some(others) = remote.others(known.stamp, deadline).await
            {
                *keys = Some(others);
            }
        }
        match verdict(&keys, token) {
            Verdict::Valid => Ok(stamp(&keys)),
            Verdict::Invalid => Err(Denial::Token("its signature is wrong")),
            Verdict::UnknownKey if keys.iter().any(Option::is_none) => Err(Denial::NoKeys),
            Verdict::UnknownKey => Err(Denial::Token("its key is not known")),
        }
    }
}

/// Differs where any of the keys does.
fn stamp(keys: &[Option<Keys>]) -> u64 {
    keys.iter().flatten().map(|keys| keys.stamp).sum()
}

fn verdict(keys: &[Option<Keys>], token: &Token<'_>) -> Verdict {
    let signature = token.signature();
    let mut verdict = Verdict::UnknownKey;
    for keys in keys.iter().flatten() {
        match keys.set.verify(&signature) {
            Verdict::Valid => return Verdict::Valid,
            Verdict::Invalid => verdict = Verdict::Invalid,
            Verdict::UnknownKey => {}
        }
    }
    verdict
}
