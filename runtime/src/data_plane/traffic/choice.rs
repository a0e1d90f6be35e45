//! The choice among the versions that share the traffic.

use http::HeaderMap;

use super::sticky::StickyCaller;

/// Draws a number below its argument, which is above 0: the place of a request
/// among all weights.
pub type Selector = Box<dyn Fn(u64) -> u64 + Send + Sync>;

/// What a version is chosen by, for one request.
pub(in crate::data_plane) struct Chooser<'a> {
    pub(in crate::data_plane) selector: &'a Selector,
    /// The headers of the request.
    pub(in crate::data_plane) headers: &'a HeaderMap,
    /// Whether the request came over TLS.
    pub(in crate::data_plane) is_secure: bool,
}

/// A version that can answer a request.
pub(in crate::data_plane) struct Candidate<'a, T> {
    /// The share, above 0, relative to those of the others.
    pub(in crate::data_plane) weight: u32,
    /// The version's name.
    pub(in crate::data_plane) version: &'a str,
    /// What is chosen with it.
    pub(in crate::data_plane) found: T,
}

impl Chooser<'_> {
    /// One of `candidates`: the caller's own, where the caller is known, or else one
    /// that is drawn by weight. From one alone, nothing is drawn.
    pub(in crate::data_plane) fn choose<T>(
        &self,
        caller: &StickyCaller,
        mut candidates: Vec<Candidate<'_, T>>,
    ) -> Option<T> {
        if candidates.len() > 1 {
            let at = match caller.value() {
                Some(value) => place(value, &candidates),
                None => draw(&candidates, self.selector)?,
            };
            candidates.swap(0, at);
        }
        candidates.into_iter().next().map(|chosen| chosen.found)
    }
}

fn draw<T>(candidates: &[Candidate<'_, T>], selector: &Selector) -> Option<usize> {
    let total = candidates.iter().map(|found| u64::from(found.weight)).sum();
    let mut place = selector(total);
    candidates.iter().position(|candidate| {
        let weight = u64::from(candidate.weight);
        let is_here = place < weight;
        place = place.saturating_sub(weight);
        is_here
    })
}

/// The place of the candidate that `caller` belongs to, by weighted rendezvous
/// hashing: each candidate has a score that depends on the caller, the candidate and
/// its weight alone, and the best one has the caller. So a weight that grows takes
/// callers from the others and moves nobody between those, and one that shrinks gives
/// callers away.
fn place<T>(caller: &[u8], candidates: &[Candidate<'_, T>]) -> usize {
    let mut best = (f64::INFINITY, 0);
    for (at, candidate) in candidates.iter().enumerate() {
        // Exponentially distributed with the weight as its rate: of several, each is
        // the least with a probability in proportion to its rate.
        let score = -uniform(caller, candidate.version).ln() / f64::from(candidate.weight);
        if score < best.0 {
            best = (score, at);
        }
    }
    best.1
}

/// A number above 0 and below 1 that follows from the caller and the version, the same
/// on every node.
fn uniform(caller: &[u8], version: &str) -> f64 {
    use sha2::{Digest as _, Sha256};

    let mut hash = Sha256::new();
    hash.update(version.as_bytes());
    hash.update([0]);
    hash.update(caller);
    let hash = hash.finalize();
    let bits = hash
        .iter()
        .take(4)
        .fold(0, |bits, byte| bits << 8 | u32::from(*byte));
    let more = hash.iter().skip(4).take(2);
    let more = more.fold(0, |bits, byte| bits << 8 | u32::from(*byte));
    // 48 bits, all of which a double holds.
    let number = f64::from(bits) * 65_536.0 + f64::from(more);
    (number + 0.5) / 281_474_976_710_656.0
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;
    use crate::snapshot::Sticky;

    fn candidates(
        weights: &'static [(&'static str, u32)],
    ) -> Vec<Candidate<'static, &'static str>> {
        let weights = weights.iter();
        weights
            .map(|(version, weight)| Candidate {
                weight: *weight,
                version,
                found: *version,
            })
            .collect()
    }

    /// What a caller who is known by a header gets.
    fn of_caller(caller: usize, weights: &'static [(&'static str, u32)]) -> &'static str {
        let selector: Selector = Box::new(|_| unreachable!("the caller is known"));
        let mut headers = HeaderMap::new();
        headers.insert("x-user", format!("user-{caller}").parse().unwrap());
        let chooser = Chooser {
            selector: &selector,
            headers: &headers,
            is_secure: false,
        };
        let sticky = Sticky::Header("x-user".parse().unwrap());
        let caller = StickyCaller::of(&sticky, &chooser);
        chooser.choose(&caller, candidates(weights)).unwrap()
    }

    #[test]
    fn each_place_belongs_to_one_weight() {
        let next = AtomicU64::new(0);
        let selector: Selector = Box::new(move |total| {
            assert_eq!(total, 1000);
            next.fetch_add(1, Ordering::Relaxed)
        });
        let chooser = Chooser {
            selector: &selector,
            headers: &HeaderMap::new(),
            is_secure: false,
        };
        let mut counts = [0; 3];
        for _ in 0..1000 {
            let weights = &[("0", 997), ("1", 1), ("2", 2)];
            let chosen = chooser.choose(&StickyCaller::Any, candidates(weights));
            counts[chosen.unwrap().parse::<usize>().unwrap()] += 1;
        }
        assert_eq!(counts, [997, 1, 2]);
    }

    #[test]
    fn a_thousandth_of_the_traffic_is_a_thousandth() {
        let selector: Selector = Box::new(|total| rand::random_range(0..total));
        let chooser = Chooser {
            selector: &selector,
            headers: &HeaderMap::new(),
            is_secure: false,
        };
        let requests = 1_000_000;
        let canary = (0..requests)
            .filter(|_| {
                let weights = &[("1.0.0", 999), ("1.1.0", 1)];
                let chosen = chooser.choose(&StickyCaller::Any, candidates(weights));
                chosen == Some("1.1.0")
            })
            .count();
        // 1000 are expected; 7 standard deviations, which is never wrong.
        assert!((780..1220).contains(&canary), "{canary}");
    }

    #[test]
    fn nothing_is_drawn_from_one_or_none() {
        let selector: Selector = Box::new(|_| unreachable!("there is nothing to draw"));
        let chooser = Chooser {
            selector: &selector,
            headers: &HeaderMap::new(),
            is_secure: false,
        };
        let choose = |weights| chooser.choose(&StickyCaller::Any, candidates(weights));
        assert_eq!(choose(&[("one", 5)]), Some("one"));
        assert_eq!(choose(&[]), None);
    }

    #[test]
    fn callers_are_shared_by_weight() {
        let weights = &[("1.0.0", 900), ("1.1.0", 90), ("2.0.0", 10)];
        let mut counts = std::collections::BTreeMap::new();
        for caller in 0..100_000 {
            *counts.entry(of_caller(caller, weights)).or_insert(0) += 1;
        }
        // The hash is fixed, so this is what it is and no draw.
        assert!((89_500..90_500).contains(&counts["1.0.0"]), "{counts:?}");
        assert!((8_700..9_300).contains(&counts["1.1.0"]), "{counts:?}");
        assert!((900..1_100).contains(&counts["2.0.0"]), "{counts:?}");
    }

    #[test]
    fn a_change_of_weights_moves_only_those_whom_it_must() {
        let mut moved = 0;
        for caller in 0..10_000 {
            let before = of_caller(caller, &[("1.0.0", 90), ("1.1.0", 10)]);
            let after = of_caller(caller, &[("1.0.0", 80), ("1.1.0", 20)]);
            if before != after {
                assert_eq!((before, after), ("1.0.0", "1.1.0"));
                moved += 1;
            }
            // The same shares, written otherwise, move nobody.
            let scaled = of_caller(caller, &[("1.0.0", 900), ("1.1.0", 100)]);
            assert_eq!(scaled, before);
        }
        // A tenth of all callers goes over, and no more.
        assert!((900..1_100).contains(&moved), "{moved}");
    }

    #[test]
    fn a_new_version_moves_nobody_between_the_others() {
        for caller in 0..10_000 {
            let before = of_caller(caller, &[("1.0.0", 50), ("1.1.0", 50)]);
            let after = of_caller(caller, &[("1.0.0", 50), ("1.1.0", 50), ("2.0.0", 10)]);
            assert!(after == before || after == "2.0.0");
        }
    }
}
