//! The data plane: one port on which requests reach the functions of components.
//!
//! A request takes this way: `Host` and path name a service and a method in the
//! table, a version is drawn by weight, the body becomes a component's value, the
//! host calls the function, and the value becomes the answer.
//!
//! # Invariants
//!
//! - A request sees one table from its beginning to its end.
//! - A version is compiled before it is published, and loaded when it is first called.
//!   The ones that were called last stay loaded, and their interfaces awake.
//! - Publishing costs what changed, not what there is: services that are the same
//!   `Arc` keep their routes, and versions that stay keep their compiled code.
//! - What a caller reads names the method and nothing of the node.

mod builtin;
mod connect;
mod cors;
mod description;
mod exchange;
mod failure;
mod grpc;
mod grpc_web;
mod interfaces;
mod json;
mod quota;
mod recent;
mod service;
mod table;
mod traffic;
mod versions;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock, Weak};

use arc_swap::ArcSwap;
use async_trait::async_trait;
use bytes::Bytes;
use http::header::ACCESS_CONTROL_REQUEST_METHOD;
use http::{HeaderMap, Request, Response, Uri};
use hyper::body::Incoming;
use parking_lot::Mutex;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tonic::body::Body;
use vimana_proto::{Address, Kind};

pub use crate::host::{EngineError, HostError};
pub(crate) use exchange::KeySet;
pub use traffic::Selector;

use crate::host::{EngineSettings, Host, Network};
use crate::listener::{Connection, Listener, serve_connections};
use crate::serving::{Health, PrepareError, Serving, ServingConfig};
use crate::snapshot::{Snapshot, VersionEntry};
use crate::telemetry::{MetricsPage, Telemetry};
use crate::transcode::is_grpc;
use builtin::{Builtin, View};
use cors::Visitor;
use exchange::Authenticators;
use interfaces::Model;
use quota::Quotas;
use table::Table;
use traffic::Chooser;
use versions::Versions;

/// Runs the services of a node.
pub struct DataPlane {
    host: Arc<Host>,
    versions: Versions,
    telemetry: Arc<Telemetry>,
    quotas: Quotas,
    network: Network,
    current: Arc<ArcSwap<Current>>,
    /// Held while a snapshot is being published.
    publishing: Mutex<()>,
    selector: Selector,
    authenticators: Authenticators,
    /// The data plane itself, for what outlives a request; known once it serves.
    me: OnceLock<Weak<Self>>,
    builtin: Builtin,
    /// Told of every change that may make a service ready, or known.
    changes: watch::Sender<()>,
    /// Whether versions that were applied before are still being made ready.
    restoring: Arc<AtomicBool>,
    /// Cancelled when the node takes no new requests.
    draining: CancellationToken,
}

/// What is served.
#[derive(Default)]
struct Current {
    snapshot: Arc<Snapshot>,
    table: Table,
}

impl DataPlane {
    /// A data plane that serves nothing yet, and draws versions at random.
    pub fn new(config: &ServingConfig) -> Result<Self, HostError> {
        Self::with_selector(config, Box::new(|total| rand::random_range(0..total)))
    }

    /// A data plane that draws versions by `selector`.
    pub fn with_selector(config: &ServingConfig, selector: Selector) -> Result<Self, HostError> {
        let host = Arc::new(Host::new(EngineSettings::default(), &config.artifacts)?);
        let changes = watch::Sender::new(());
        let view = View {
            current: Arc::default(),
            changes: changes.subscribe(),
            restoring: Arc::default(),
            draining: CancellationToken::new(),
        };
        let telemetry = Arc::new(Telemetry::new(config.telemetry.clone()));
        Ok(Self {
            versions: Versions::new(
                Arc::clone(&host),
                config,
                changes.clone(),
                Arc::clone(&telemetry),
            ),
            telemetry,
            quotas: Quotas::new(host.capacity()),
            network: Network::new(config.control),
            host,
            builtin: Builtin::new(&view),
            current: view.current,
            publishing: Mutex::default(),
            selector,
            authenticators: Authenticators::default(),
            me: OnceLock::new(),
            changes,
            restoring: view.restoring,
            draining: view.draining,
        })
    }

    /// What a version is chosen by, for one request.
    fn chooser<'a, B>(&'a self, request: &'a Request<B>) -> Chooser<'a> {
        let connection = Connection::of(request.extensions());
        Chooser {
            selector: &self.selector,
            headers: request.headers(),
            is_secure: connection.is_some_and(|connection| connection.is_secure),
        }
    }

    async fn handle(self: Arc<Self>, request: Request<Incoming>) -> Response<Body> {
        let current = self.current.load_full();
        let table = &current.table;
        let _awake = self.awake(table, &request).await;
        if let Some(response) = cors::preflight(&self, table, &request) {
            return response;
        }
        let visitor = Visitor::of(&self, table, &request);
        let mut response = self.answer(table, request).await;
        if let Some(visitor) = visitor {
            visitor.mark(&mut response);
        }
        response
    }

    /// The interfaces that a request needs in order to find its method. They must not go
    /// before it did.
    async fn awake<B>(&self, table: &Table, request: &Request<B>) -> Vec<Model> {
        if !self.versions.may_sleep() {
            return Vec::new();
        }
        let (uri, headers) = (request.uri(), request.headers());
        let asked = headers
            .get(ACCESS_CONTROL_REQUEST_METHOD)
            .and_then(|verb| verb.to_str().ok());
        let verb = asked.unwrap_or(request.method().as_str());
        // What answers `GET` answers `HEAD`.
        let verbs = if verb == "HEAD" {
            &[verb, "GET"][..]
        } else {
            &[verb][..]
        };
        let services = table.concerned(&host_of(uri, headers), verbs, uri.path());
        let mut models = Vec::new();
        for service in services {
            models.extend(service.awake(&self.versions).await);
        }
        models
    }

    /// Answers a request in the protocol that it speaks.
    async fn answer(&self, table: &Table, request: Request<Incoming>) -> Response<Body> {
        let headers = request.headers();
        if is_grpc(headers) {
            self.answer_grpc(table, request).await
        } else if let Some(form) = grpc_web::Form::of(headers) {
            grpc_web::handle(self, table, form, request.map(Body::new)).await
        } else if connect::speaks_connect(self, table, &request) {
            connect::handle(self, table, request.map(Body::new)).await
        } else {
            json::handle(self, table, request).await
        }
    }

    /// Answers a gRPC request, which may have come as another protocol.
    async fn answer_grpc<B>(&self, table: &Table, request: Request<B>) -> Response<Body>
    where
        B: http_body::Body<Data = Bytes> + Send + Unpin + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let service = request.uri().path().get(1..).unwrap_or_default();
        let service = service.split('/').next().unwrap_or_default();
        if let Some(kind) = builtin::Kind::named(service) {
            let host = host_of(request.uri(), request.headers());
            if matches!(table.service(&host, service), Ok(None)) {
                let request = request.map(Body::new);
                return self.builtin.call(kind, &host, request).await;
            }
        }
        grpc::handle(self, table, request).await
    }
}

#[async_trait]
impl Serving for DataPlane {
    async fn prepare_version(&self, version: &Arc<VersionEntry>) -> Result<(), PrepareError> {
        let slot = self.versions.slot(version);
        let prepared = self.versions.prepare(&slot).await;
        self.changes.send_replace(());
        prepared.map_err(|reason| PrepareError {
            version: version.name.to_string(),
            reason,
        })
    }

    async fn restore_version(&self, version: &Arc<VersionEntry>) -> Result<(), PrepareError> {
        let slot = self.versions.slot(version);
        let restored = self.versions.restore(&slot).await;
        self.changes.send_replace(());
        restored.map_err(|reason| PrepareError {
            version: version.name.to_string(),
            reason,
        })
    }

    fn discard_version(&self, version: &Arc<VersionEntry>) {
        let _publishing = self.publishing.lock();
        if !self.current.load().snapshot.holds(version) {
            self.versions.forget(version);
        }
    }

    fn publish(&self, snapshot: Arc<Snapshot>) {
        let _publishing = self.publishing.lock();
        let before = self.current.load_full();
        self.telemetry
            .set_variables(Arc::clone(&snapshot.variables));
        let changes = table::changes(&before.snapshot, &snapshot);
        let table = before.table.with(
            &changes,
            &snapshot.described,
            &self.versions,
            &self.quotas,
            &self.network,
            &self.authenticators,
        );
        self.current.store(Arc::new(Current {
            snapshot: Arc::clone(&snapshot),
            table,
        }));
        changes
            .iter()
            .filter_map(|change| change.before)
            .flat_map(|service| service.versions.values())
            .filter(|version| !snapshot.holds(version))
            .for_each(|version| self.versions.forget(version));
        self.changes.send_replace(());
    }

    fn set_restoring(&self, is_restoring: bool) {
        self.restoring.store(is_restoring, Ordering::Relaxed);
        self.changes.send_replace(());
    }

    fn health(&self, address: &Address) -> Health {
        let current = self.current.load();
        find_version(&current.snapshot, address).map_or_else(
            || Health::Unhealthy {
                reason: format!("`{address}` is no version that is served"),
            },
            |version| self.versions.health(version),
        )
    }

    fn metrics(&self) -> MetricsPage {
        let current = self.current.load();
        let services = &current.snapshot.services;
        let versions = services
            .values()
            .flat_map(|service| service.versions.values());
        MetricsPage {
            versions: versions
                .map(|version| Arc::clone(&self.versions.slot(version).metrics))
                .collect(),
            services: services.len(),
            guests: self.host.running(),
            guest_limit: self.host.capacity(),
            exports: self.telemetry.counts(),
        }
    }

    async fn serve(self: Arc<Self>, listener: Listener, stop: CancellationToken) {
        self.me.get_or_init(|| Arc::downgrade(&self));
        let telemetry = Arc::clone(&self.telemetry);
        let announce = {
            let (stop, draining) = (stop.clone(), self.draining.clone());
            async move {
                stop.cancelled().await;
                draining.cancel();
            }
        };
        // Boxed where it begins, since it is large, and each layer moves it.
        let serve = serve_connections(listener, stop, move |request| {
            Box::pin(Arc::clone(&self).handle(request))
        });
        tokio::join!(announce, serve);
        // What the last requests told is sent as well.
        telemetry.finish().await;
    }
}

impl Snapshot {
    /// Whether the snapshot has a version of this name and digest.
    fn holds(&self, version: &VersionEntry) -> bool {
        self.services
            .get(&version.name.service)
            .and_then(|service| service.versions.get(&version.name.version))
            .is_some_and(|held| held.digest == version.digest)
    }
}

fn find_version<'a>(snapshot: &'a Snapshot, address: &Address) -> Option<&'a Arc<VersionEntry>> {
    if address.kind() != Kind::Version {
        return None;
    }
    let name: vimana_proto::VersionName = address.name().parse().ok()?;
    snapshot
        .services
        .get(&name.service)?
        .versions
        .get(&name.version)
}

/// The host that a request names: without the port and a final dot, in lower
/// case. Empty where it names none.
fn host_of(uri: &Uri, headers: &HeaderMap) -> String {
    let named = uri
        .authority()
        .map(http::uri::Authority::as_str)
        .or_else(|| {
            headers
                .get(http::header::HOST)
                .and_then(|value| value.to_str().ok())
        });
    let host = named.unwrap_or_default();
    // A port is digits behind the last colon; an IPv6 address ends in a bracket.
    let host = match host.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => host,
    };
    host.trim_end_matches('.').to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(authority: &str) -> String {
        let mut headers = HeaderMap::new();
        headers.insert(http::header::HOST, authority.parse().unwrap());
        host_of(&Uri::from_static("/path"), &headers)
    }

    #[test]
    fn a_host_is_compared_without_port_case_and_final_dot() {
        assert_eq!(host("Example.com:8080"), "example.com");
        assert_eq!(host("example.com."), "example.com");
        assert_eq!(host("[::1]:8080"), "[::1]");
        assert_eq!(host("[::1]"), "[::1]");
        assert_eq!(host_of(&Uri::from_static("/"), &HeaderMap::new()), "");
        let absolute = Uri::from_static("http://a.example:1/x");
        assert_eq!(host_of(&absolute, &HeaderMap::new()), "a.example");
    }
}
