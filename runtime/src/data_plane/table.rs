//! From `Host` and path to a service.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::ops::Bound::Included;
use std::sync::Arc;

use percent_encoding::percent_decode_str;
use vimana_interface::http::RouteError;
use vimana_proto::ServiceName;

use super::exchange::{Authenticators, Callee};
use super::interfaces::Root;
use super::quota::Quotas;
use super::service::{Bound, ServiceRoutes, more_telling};
use super::traffic::Chooser;
use super::versions::Versions;
use crate::host::Network;
use crate::snapshot::{ServiceEntry, Snapshot};

/// All services by domain. Domains whose services did not change are shared
/// with the table before.
#[derive(Default)]
pub(super) struct Table {
    domains: BTreeMap<String, Arc<DomainRoutes>>,
}

/// The services of one domain. Everything in here is shared, since one changed
/// service makes a copy of its domain's maps.
#[derive(Default, Clone)]
struct DomainRoutes {
    /// By the full name in Protobuf.
    services: HashMap<Arc<str>, Arc<ServiceRoutes>>,
    /// The services with HTTP rules, by what their paths begin with; each list is
    /// sorted by name.
    by_segment: HashMap<Arc<str>, List>,
    by_wildcard: List,
}

type List = Arc<[Arc<ServiceRoutes>]>;

/// Why a request belongs to no method.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Miss {
    /// No service of this name: for gRPC.
    Service,
    /// The service has no such method: for gRPC.
    Method,
    /// No HTTP rule.
    Http(RouteError),
    /// `Host` names no domain, and each of these claims the request.
    Ambiguous(Vec<String>),
}

/// A service that differs between two snapshots.
pub(super) struct Change<'a> {
    name: &'a ServiceName,
    pub(super) before: Option<&'a ServiceEntry>,
    after: Option<&'a ServiceEntry>,
}

/// What differs, found without looking into services that are the same `Arc`.
pub(super) fn changes<'a>(before: &'a Snapshot, after: &'a Snapshot) -> Vec<Change<'a>> {
    let gone = before
        .services
        .iter()
        .filter(|(name, _)| !after.services.contains_key(*name))
        .map(|(name, entry)| Change {
            name,
            before: Some(&**entry),
            after: None,
        });
    let put = after.services.iter().filter_map(|(name, entry)| {
        let earlier = before.services.get(name);
        if earlier.is_some_and(|earlier| Arc::ptr_eq(earlier, entry)) {
            return None;
        }
        Some(Change {
            name,
            before: earlier.map(|earlier| &**earlier),
            after: Some(&**entry),
        })
    });
    gone.chain(put).collect()
}

impl Table {
    /// The table after `changes`.
    pub(super) fn with(
        &self,
        changes: &[Change<'_>],
        versions: &Versions,
        quotas: &Quotas,
        network: &Network,
        authenticators: &Authenticators,
    ) -> Self {
        let mut domains = self.domains.clone();
        for change in changes {
            let domain = domains.entry(change.name.domain().to_owned()).or_default();
            let domain = Arc::make_mut(domain);
            domain.remove(change.name.protobuf());
            if let Some(entry) = change.after {
                domain.insert(Arc::new(ServiceRoutes::new(
                    entry,
                    versions,
                    quotas,
                    network,
                    authenticators,
                )));
            }
        }
        domains.retain(|_, domain| !domain.services.is_empty());
        Self { domains }
    }

    /// The services that `host` has, in no order; those of all domains where `host` is
    /// none of them.
    pub(super) fn services(&self, host: &str) -> impl Iterator<Item = &Arc<ServiceRoutes>> {
        self.of_host(host)
            .flat_map(|domain| domain.services.values())
    }

    /// The domain that is `host`, or all of them where none is.
    fn of_host(&self, host: &str) -> impl Iterator<Item = &DomainRoutes> {
        let domains = if self.domains.contains_key(host) {
            self.domains
                .range::<str, _>((Included(host), Included(host)))
        } else {
            self.domains.range::<str, _>(..)
        };
        domains.map(|(_, domain)| &**domain)
    }

    /// The service of a full name in Protobuf that `host` has, with traffic or without.
    pub(super) fn known(
        &self,
        host: &str,
        service: &str,
    ) -> Result<Option<&Arc<ServiceRoutes>>, Miss> {
        if let found @ (Ok(Some(_)) | Err(_)) = self.service(host, service) {
            return found;
        }
        let mut domains = self.of_host(host);
        Ok(domains.find_map(|domain| domain.services.get(service)))
    }

    /// The service of a full name in Protobuf that takes the traffic of `host`.
    pub(super) fn service(
        &self,
        host: &str,
        service: &str,
    ) -> Result<Option<&Arc<ServiceRoutes>>, Miss> {
        fn find<'a>(domain: &'a DomainRoutes, service: &str) -> Option<&'a Arc<ServiceRoutes>> {
            let routes = domain.services.get(service)?;
            routes.takes_traffic().then_some(routes)
        }
        match self.domains.get(host) {
            Some(domain) => Ok(find(domain, service)),
            None => only(
                self.domains
                    .values()
                    .filter_map(|domain| find(domain, service)),
            ),
        }
    }

    /// The method of a gRPC request for `host`.
    pub(super) fn grpc(
        &self,
        host: &str,
        service: &str,
        method: &str,
        chooser: &Chooser<'_>,
    ) -> Result<Callee, Miss> {
        self.service(host, service)?
            .ok_or(Miss::Service)?
            .method(method, chooser)
            .ok_or(Miss::Method)
    }

    /// The method that an HTTP rule binds a request for `host` to.
    pub(super) fn http(
        &self,
        host: &str,
        verb: &str,
        path: &str,
        chooser: &Chooser<'_>,
    ) -> Result<Bound, Miss> {
        if let Some(domain) = self.domains.get(host) {
            return domain.bind(verb, path, chooser).map_err(Miss::Http);
        }
        let mut refusal = RouteError::NotFound;
        let mut claims = Vec::new();
        for (name, domain) in &self.domains {
            match domain.bind(verb, path, chooser) {
                Ok(bound) => claims.push((name, bound)),
                Err(error) => refusal = more_telling(refusal, error),
            }
        }
        if claims.len() > 1 {
            let names = claims.iter().map(|(name, _)| (*name).clone());
            return Err(Miss::Ambiguous(names.collect()));
        }
        let claim = claims.pop().map(|(_, bound)| bound);
        claim.ok_or(Miss::Http(refusal))
    }
}

fn only<'a>(
    found: impl Iterator<Item = &'a Arc<ServiceRoutes>>,
) -> Result<Option<&'a Arc<ServiceRoutes>>, Miss> {
    let mut found: Vec<_> = found.collect();
    if found.len() > 1 {
        let domains = found.iter().map(|routes| routes.name.domain().to_owned());
        return Err(Miss::Ambiguous(domains.collect()));
    }
    Ok(found.pop())
}

impl DomainRoutes {
    fn remove(&mut self, service: &str) {
        let Some(routes) = self.services.remove(service) else {
            return;
        };
        for root in routes.roots() {
            self.change(root, |services| {
                services.retain(|other| !Arc::ptr_eq(other, &routes));
            });
        }
    }

    fn insert(&mut self, routes: Arc<ServiceRoutes>) {
        for root in routes.roots() {
            self.change(root, |services| {
                let at = services.partition_point(|other| other.name < routes.name);
                services.insert(at, Arc::clone(&routes));
            });
        }
        self.services.insert(routes.name.protobuf().into(), routes);
    }

    fn change(&mut self, root: Root, change: impl FnOnce(&mut Vec<Arc<ServiceRoutes>>)) {
        let list = match &root {
            Root::Wildcard => &mut self.by_wildcard,
            Root::Literal(segment) => self.by_segment.entry(Arc::clone(segment)).or_default(),
        };
        let mut services = list.to_vec();
        change(&mut services);
        *list = services.into();
        if let Root::Literal(segment) = root
            && list.is_empty()
        {
            self.by_segment.remove(&segment);
        }
    }

    /// `check` refuses rules of one domain that match the same request; should
    /// two workspaces do it, then the first service by name has it, those with a
    /// literal first segment before those without.
    fn bind(&self, verb: &str, path: &str, chooser: &Chooser<'_>) -> Result<Bound, RouteError> {
        let mut refusal = RouteError::NotFound;
        for routes in self.candidates(path) {
            match routes.bind(verb, path, chooser) {
                Ok(bound) => return Ok(bound),
                Err(error) => refusal = more_telling(refusal, error),
            }
        }
        Err(refusal)
    }

    /// The services whose rules begin as the path does.
    fn candidates(&self, path: &str) -> impl Iterator<Item = &Arc<ServiceRoutes>> {
        let rest = path.strip_prefix('/').unwrap_or(path);
        let (first, is_last) = match rest.split_once('/') {
            Some((first, _)) => (first, false),
            None => (rest, true),
        };
        // The last segment may end in a custom verb, which is no part of it.
        let without_verb = first
            .rsplit_once(':')
            .filter(|_| is_last)
            .map(|(segment, _)| segment);
        [Some(first), without_verb]
            .into_iter()
            .flatten()
            .filter_map(|segment| self.by_segment.get(&*decode(segment)?))
            .flat_map(|services| services.iter())
            .chain(self.by_wildcard.iter())
    }
}

fn decode(segment: &str) -> Option<Cow<'_, str>> {
    percent_decode_str(segment).decode_utf8().ok()
}
