//! A service and the versions that share its traffic.

use std::num::NonZeroU32;
use std::sync::Arc;

use vimana_interface::codec::JsonOptions;
use vimana_interface::http::{RouteError, Rule};
use vimana_proto::ServiceName;

use super::cors::Policy;
use super::exchange::{Authenticator, Authenticators, Callee};
use super::interfaces::{Binding, MethodModel, Model};
use super::quota::{Quota, Quotas};
use super::traffic::{Candidate, Chooser, Shadows, StickyCaller};
use super::versions::{VersionSlot, Versions};
use crate::host::{Network, Outbound};
use crate::snapshot::{InterfaceEntry, Limits, ServiceEntry, Sticky, VersionEntry};

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
    requests_per_instance: NonZeroU32,
    quota: Arc<Quota>,
    outbound: Arc<Outbound>,
    /// What it says about web pages of other origins; none where it lets none in.
    pub(super) cors: Option<Arc<Policy>>,
    json: JsonOptions,
    shares: Vec<Share>,
    sticky: Option<Sticky>,
    shadows: Shadows,
    auth: Option<Arc<Authenticator>>,
}

struct Share {
    weight: u32,
    slot: Arc<VersionSlot>,
}

/// A method that an HTTP request was bound to.
pub(super) struct Bound {
    pub(super) callee: Callee,
    pub(super) binding: Arc<Binding>,
    pub(super) variables: Vec<String>,
}

impl ServiceRoutes {
    pub(super) fn new(
        entry: &ServiceEntry,
        versions: &Versions,
        quotas: &Quotas,
        network: &Network,
        authenticators: &Authenticators,
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
            requests_per_instance: entry.requests_per_instance,
            quota: quotas.quota(&entry.name, &entry.limits),
            outbound: Arc::new(Outbound::new(&entry.outbound_hosts, network)),
            cors: entry
                .cors
                .as_deref()
                .map(|cors| Arc::new(Policy::new(cors))),
            json: entry.json,
            shares: entry.targets.iter().filter_map(share).collect(),
            sticky: entry.sticky.clone(),
            shadows: Shadows::new(entry, versions),
            auth: entry.auth.as_ref().map(|auth| authenticators.of(auth)),
        }
    }

    /// Whether any version takes traffic.
    pub(super) fn takes_traffic(&self) -> bool {
        !self.shares.is_empty()
    }

    /// Whether any version with traffic can be called.
    pub(super) fn is_ready(&self) -> bool {
        self.shares.iter().any(|share| share.slot.is_ready())
    }

    /// The interfaces of the versions with traffic, the newest first.
    pub(super) fn interfaces(&self) -> impl Iterator<Item = &Arc<InterfaceEntry>> {
        let mut interfaces: Vec<_> = self
            .shares
            .iter()
            .map(|share| share.slot.interface())
            .collect();
        interfaces.sort_by(|one, other| other.name.version.cmp(&one.name.version));
        interfaces.dedup_by_key(|interface| interface.digest);
        interfaces.into_iter()
    }

    /// How messages are written and read as JSON.
    pub(super) fn json(&self) -> JsonOptions {
        self.json
    }

    /// Whether callers must say who they are.
    pub(super) fn is_secured(&self) -> bool {
        self.auth.is_some()
    }

    /// The newest version with traffic.
    pub(super) fn newest(&self) -> Option<&Arc<VersionEntry>> {
        let entries = self.shares.iter().map(|share| share.slot.entry());
        entries.max_by(|a, b| a.name.version.cmp(&b.name.version))
    }

    /// The HTTP rules of all versions with traffic.
    pub(super) fn rules(&self) -> impl Iterator<Item = &Arc<Rule>> {
        self.shares.iter().flat_map(|share| share.slot.rules())
    }

    /// The interfaces of all versions that a request may go to, which stay awake as long
    /// as they are held.
    pub(super) async fn awake(&self, versions: &Versions) -> Vec<Model> {
        let slots = self.shares.iter().map(|share| &share.slot);
        let mut models = Vec::with_capacity(self.shares.len());
        for slot in slots.chain(self.shadows.slots()) {
            models.extend(versions.awake(slot).await);
        }
        models
    }

    /// The method of a gRPC request, and a version that has it.
    pub(super) fn method(&self, name: &str, chooser: &Chooser<'_>) -> Option<Callee> {
        let having = self.shares.iter().filter_map(|share| {
            let model = share.slot.model()?;
            let method = Arc::clone(model.method(name)?);
            Some(share.candidate(method))
        });
        let caller = self.caller(chooser);
        let (share, method) = chooser.choose(&caller, having.collect())?;
        Some(self.callee(share, method, caller))
    }

    /// The method that HTTP rules bind a request to, and a version that has them.
    pub(super) fn bind(
        &self,
        verb: &str,
        path: &str,
        chooser: &Chooser<'_>,
    ) -> Result<Bound, RouteError> {
        let mut refusal = RouteError::NotFound;
        let mut matches = Vec::with_capacity(self.shares.len());
        for share in &self.shares {
            let Some(model) = share.slot.model() else {
                continue;
            };
            match model.route(verb, path) {
                Ok(found) => {
                    let binding = Arc::clone(found.target);
                    matches.push(share.candidate((binding, found.variables)));
                }
                Err(error) => refusal = more_telling(refusal, error),
            }
        }
        let caller = self.caller(chooser);
        let (share, (binding, variables)) = chooser.choose(&caller, matches).ok_or(refusal)?;
        Ok(Bound {
            callee: self.callee(share, Arc::clone(&binding.method), caller),
            binding,
            variables,
        })
    }

    /// Who calls, where that decides which version serves.
    fn caller(&self, chooser: &Chooser<'_>) -> StickyCaller {
        match &self.sticky {
            Some(sticky) if self.shares.len() > 1 => StickyCaller::of(sticky, chooser),
            _ => StickyCaller::Any,
        }
    }

    fn callee(&self, share: &Share, method: Arc<MethodModel>, caller: StickyCaller) -> Callee {
        Callee {
            slot: Arc::clone(&share.slot),
            method,
            limits: self.limits,
            requests_per_instance: self.requests_per_instance,
            quota: Arc::clone(&self.quota),
            outbound: Arc::clone(&self.outbound),
            json: self.json,
            auth: self.auth.clone(),
            shadows: self.shadows.clone(),
            cookie: caller.into_cookie(),
        }
    }
}

impl Share {
    fn candidate<T>(&self, found: T) -> Candidate<'_, (&Self, T)> {
        Candidate {
            weight: self.weight,
            version: &self.slot.label,
            found: (self, found),
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

#[cfg(test)]
mod tests {
    use super::*;

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
