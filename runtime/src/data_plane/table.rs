//! From `Host` and path to a service.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Bound::Included;
use std::sync::Arc;

use vimana_interface::http::{RouteError, Router};
use vimana_proto::ServiceName;

use super::description::Description;
use super::exchange::{Authenticators, Callee};
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
    /// The domains that describe their services.
    described: Arc<BTreeSet<String>>,
}

/// The services of one domain. Everything in here is shared, since one changed
/// service makes a copy of its domain's map.
#[derive(Default, Clone)]
struct DomainRoutes {
    /// By the full name in Protobuf.
    services: HashMap<Arc<str>, Arc<ServiceRoutes>>,
    /// The services by the HTTP rules of their versions. `check` refuses rules of one
    /// domain that match the same request; should two workspaces do it, then the first
    /// service by name has it.
    paths: Router<Arc<ServiceRoutes>>,
    description: Arc<Description>,
}

/// A domain that is to be described.
pub(super) struct DescribedDomain {
    pub(super) name: String,
    pub(super) description: Arc<Description>,
    /// Those that take traffic, by name.
    pub(super) services: Vec<Arc<ServiceRoutes>>,
}

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
        described: &Arc<BTreeSet<String>>,
        versions: &Versions,
        quotas: &Quotas,
        network: &Network,
        authenticators: &Authenticators,
    ) -> Self {
        let mut domains = self.domains.clone();
        for change in changes {
            let domain = domains.entry(change.name.domain().to_owned()).or_default();
            let domain = Arc::make_mut(domain);
            domain.description = Arc::default();
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
        Self {
            domains,
            described: Arc::clone(described),
        }
    }

    /// The domain whose description a request for `host` is for, if there is one.
    pub(super) fn described(&self, host: &str) -> Result<Option<DescribedDomain>, Miss> {
        let mut names: Vec<&String> = if self.domains.contains_key(host) {
            self.described.get(host).into_iter().collect()
        } else {
            self.described.iter().collect()
        };
        names.retain(|name| self.domains.contains_key(*name));
        if names.len() > 1 {
            return Err(Miss::Ambiguous(names.into_iter().cloned().collect()));
        }
        let found = names
            .pop()
            .and_then(|name| Some((name, self.domains.get(name)?)));
        Ok(found.map(|(name, domain)| {
            let services = domain
                .services
                .values()
                .filter(|routes| routes.takes_traffic());
            let mut services: Vec<_> = services.map(Arc::clone).collect();
            services.sort_by(|a, b| a.name.cmp(&b.name));
            DescribedDomain {
                name: name.clone(),
                description: Arc::clone(&domain.description),
                services,
            }
        }))
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

    /// The services that a request for `host` may be for, by its path: `/SERVICE/METHOD`,
    /// or an HTTP rule of one of these verbs.
    pub(super) fn concerned(
        &self,
        host: &str,
        verbs: &[&str],
        path: &str,
    ) -> Vec<Arc<ServiceRoutes>> {
        let named = path.get(1..).and_then(|path| path.split('/').next());
        let mut concerned = Vec::new();
        for domain in self.of_host(host) {
            concerned.extend(
                named
                    .and_then(|name| domain.services.get(name))
                    .map(Arc::clone),
            );
            let bound = verbs
                .iter()
                .filter_map(|verb| domain.paths.target(verb, path).ok());
            concerned.extend(bound.map(Arc::clone));
        }
        concerned
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
        for rule in routes.rules() {
            self.paths.remove(rule, |other| Arc::ptr_eq(other, &routes));
        }
    }

    fn insert(&mut self, routes: Arc<ServiceRoutes>) {
        for rule in routes.rules() {
            let is_later = |other: &Arc<ServiceRoutes>| other.name > routes.name;
            let target = Arc::clone(&routes);
            self.paths.insert_before(Arc::clone(rule), target, is_later);
        }
        self.services.insert(routes.name.protobuf().into(), routes);
    }

    /// Which version of the service has the request is for the service to say.
    fn bind(&self, verb: &str, path: &str, chooser: &Chooser<'_>) -> Result<Bound, RouteError> {
        self.paths.target(verb, path)?.bind(verb, path, chooser)
    }
}
