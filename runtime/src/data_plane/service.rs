//! A service and the versions that share its traffic.

use std::collections::BTreeSet;
use std::sync::Arc;

use vimana_interface::http::{FieldPath, RouteError, Rule};
use vimana_proto::ServiceName;

use super::exchange::Callee;
use super::interfaces::{MethodModel, Root};
use super::quota::{Quota, Quotas};
use super::versions::{VersionSlot, Versions};
use crate::host::{Network, Outbound};
use crate::snapshot::{Limits, ServiceEntry};

/// Draws a number below its argument, which is above 0: the place of a request
/// among all weights.
pub type Selector = Box<dyn Fn(u64) -> u64 + Send + Sync>;

/// A service as requests find it.
///
/// # Which version serves
///
/// The candidates are the versions with traffic that have the requested method,
/// for HTTP those whose own rules match the request. Among them one is drawn by
/// weight, the weights of the others left aside. So a method that only a canary
/// has is served by the canary, and not refused most of the time.
pub(super) struct ServiceRoutes {
    pub(super) name: ServiceName,
    limits: Limits,
    quota: Arc<Quota>,
    outbound: Arc<Outbound>,
    shares: Vec<Share>,
}

struct Share {
    weight: u32,
    slot: Arc<VersionSlot>,
}

/// A method that an HTTP request was bound to.
pub(super) struct Bound {
    pub(super) callee: Callee,
    pub(super) rule: Arc<Rule>,
    pub(super) variables: Vec<(FieldPath, String)>,
}

impl ServiceRoutes {
    pub(super) fn new(
        entry: &ServiceEntry,
        versions: &Versions,
        quotas: &Quotas,
        network: &Network,
    ) -> Self {
        let share = |target: &crate::snapshot::Target| {
            let version = entry.versions.get(&target.version)?;
            (target.weight > 0).then(|| Share {
                weight: target.weight,
                slot: versions.slot(version),
            })
        };
        // Versions without traffic have slots as well, for `health`.
        for version in entry.versions.values() {
            versions.slot(version);
        }
        Self {
            name: entry.name.clone(),
            limits: entry.limits,
            quota: quotas.quota(&entry.name, &entry.limits),
            outbound: Arc::new(Outbound::new(&entry.outbound_hosts, network)),
            shares: entry.targets.iter().filter_map(share).collect(),
        }
    }

    /// Whether any version takes traffic.
    pub(super) fn takes_traffic(&self) -> bool {
        !self.shares.is_empty()
    }

    /// What the paths of all versions' HTTP rules begin with.
    pub(super) fn roots(&self) -> BTreeSet<Root> {
        let models = self.shares.iter().filter_map(|share| share.slot.model());
        models.flat_map(|model| model.roots().clone()).collect()
    }

    /// The method of a gRPC request, and a version that has it.
    pub(super) fn method(&self, name: &str, selector: &Selector) -> Option<Callee> {
        let having = self.shares.iter().filter_map(|share| {
            let method = share.slot.model()?.method(name)?;
            Some((share.weight, (share, method)))
        });
        let (share, method) = draw(having.collect(), selector)?;
        Some(self.callee(share, method))
    }

    /// The method that HTTP rules bind a request to, and a version that has them.
    pub(super) fn bind(
        &self,
        verb: &str,
        path: &str,
        selector: &Selector,
    ) -> Result<Bound, RouteError> {
        let mut refusal = RouteError::NotFound;
        let mut matches = Vec::with_capacity(self.shares.len());
        for share in &self.shares {
            let Some(model) = share.slot.model() else {
                continue;
            };
            match model.route(verb, path) {
                Ok(found) => matches.push((share.weight, (share, found))),
                Err(error) => refusal = more_telling(refusal, error),
            }
        }
        let (share, found) = draw(matches, selector).ok_or(refusal)?;
        Ok(Bound {
            callee: self.callee(share, &found.target.method),
            rule: Arc::clone(&found.target.rule),
            variables: found.variables,
        })
    }

    fn callee(&self, share: &Share, method: &Arc<MethodModel>) -> Callee {
        Callee {
            slot: Arc::clone(&share.slot),
            method: Arc::clone(method),
            limits: self.limits,
            quota: Arc::clone(&self.quota),
            outbound: Arc::clone(&self.outbound),
        }
    }
}

/// Of two refusals, the one that tells the caller more.
pub(super) fn more_telling(one: RouteError, other: RouteError) -> RouteError {
    use RouteError::{MethodNotAllowed, NotFound, NotUtf8};
    match (one, other) {
        (NotFound, any) | (any, NotFound) => any,
        (error @ NotUtf8 { .. }, _) | (_, error @ NotUtf8 { .. }) => error,
        (MethodNotAllowed { mut allow }, MethodNotAllowed { allow: more }) => {
            allow.extend(more);
            allow.sort_unstable();
            allow.dedup();
            MethodNotAllowed { allow }
        }
    }
}

/// One of `candidates` by weight. From one alone, nothing is drawn.
fn draw<T>(mut candidates: Vec<(u32, T)>, selector: &Selector) -> Option<T> {
    if candidates.len() > 1 {
        let total = candidates
            .iter()
            .map(|(weight, _)| u64::from(*weight))
            .sum();
        let mut place = selector(total);
        let at = candidates.iter().position(|(weight, _)| {
            let weight = u64::from(*weight);
            let is_here = place < weight;
            place = place.saturating_sub(weight);
            is_here
        })?;
        candidates.swap(0, at);
    }
    candidates.into_iter().next().map(|(_, drawn)| drawn)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_place_belongs_to_one_weight() {
        let drawn = |place: u64| {
            let selector: Selector = Box::new(move |total| {
                assert_eq!(total, 10);
                place
            });
            draw(vec![(7, 0), (1, 1), (2, 2)], &selector)
        };
        let counts = (0..10).fold([0; 3], |mut counts, place| {
            counts[drawn(place).unwrap()] += 1_u32;
            counts
        });
        assert_eq!(counts, [7, 1, 2]);
    }

    #[test]
    fn nothing_is_drawn_from_one_or_none() {
        let selector: Selector = Box::new(|_| unreachable!("there is nothing to draw"));
        assert_eq!(draw(vec![(5, "one")], &selector), Some("one"));
        assert_eq!(draw::<()>(Vec::new(), &selector), None);
    }

    #[test]
    fn what_is_allowed_somewhere_is_told() {
        let allow = |verb: &str| RouteError::MethodNotAllowed {
            allow: vec![verb.to_owned()],
        };
        let both = more_telling(
            more_telling(allow("PUT"), RouteError::NotFound),
            allow("GET"),
        );
        assert_eq!(
            both,
            RouteError::MethodNotAllowed {
                allow: vec!["GET".to_owned(), "PUT".to_owned()]
            }
        );
    }
}
