//! Services of the node itself, beside those that are deployed: health and reflection.
//!
//! They speak gRPC; the other protocols reach them through their translation to it. A
//! deployed service of the same name takes their place.

mod health;
mod reflection;

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, LazyLock};

use arc_swap::ArcSwap;
use http::{Request, Response};
use prost_reflect::{DescriptorPool, MethodDescriptor};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio_util::sync::CancellationToken;
use tonic::Status;
use tonic::body::Body;
use tonic::codec::CompressionEncoding;
use tonic_reflection::pb::{v1, v1alpha};
use tower::Service as _;
use v1::server_reflection_server::ServerReflectionServer as ReflectionV1;
use v1alpha::server_reflection_server::ServerReflectionServer as ReflectionV1Alpha;
use vimana_proto::health::health_server::HealthServer;

use super::Current;
use health::HealthService;
use reflection::ReflectionService;

/// The services of the node itself, by their full names.
const NAMES: [&str; 3] = [
    "grpc.health.v1.Health",
    "grpc.reflection.v1.ServerReflection",
    "grpc.reflection.v1alpha.ServerReflection",
];

/// Their descriptors.
const DESCRIPTOR_SETS: [&[u8]; 3] = [
    vimana_proto::HEALTH_DESCRIPTOR_SET,
    v1::FILE_DESCRIPTOR_SET,
    v1alpha::FILE_DESCRIPTOR_SET,
];

/// Streams that are open at once: they have no deadline, and cost a client nothing.
const MAX_STREAMS: usize = 4096;

/// A request asks for a name.
const MAX_REQUEST_BYTES: usize = 64 << 10;

/// What the node offers besides what is deployed.
pub(super) struct Builtin {
    health: HealthServer<HealthService>,
    v1: ReflectionV1<ReflectionService>,
    v1alpha: ReflectionV1Alpha<ReflectionService>,
}

/// One of these services.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    Health,
    ReflectionV1,
    ReflectionV1Alpha,
}

/// What these services see of the node.
#[derive(Clone)]
pub(super) struct View {
    pub(super) current: Arc<ArcSwap<Current>>,
    /// Told of every change that may make a service ready, or known.
    pub(super) changes: watch::Receiver<()>,
    /// Whether versions that were applied before are still being made ready.
    pub(super) restoring: Arc<AtomicBool>,
    /// Cancelled when the node takes no new requests.
    pub(super) draining: CancellationToken,
}

/// The host that a request names.
#[derive(Debug, Clone)]
struct CallerHost(Arc<str>);

impl Kind {
    /// The service of a full name.
    pub(super) fn named(service: &str) -> Option<Self> {
        Some(match service {
            "grpc.health.v1.Health" => Self::Health,
            "grpc.reflection.v1.ServerReflection" => Self::ReflectionV1,
            "grpc.reflection.v1alpha.ServerReflection" => Self::ReflectionV1Alpha,
            _ => return None,
        })
    }
}

impl Builtin {
    pub(super) fn new(view: &View) -> Self {
        let streams = Streams(Arc::new(Semaphore::new(MAX_STREAMS)));
        let health = Arc::new(HealthService::new(view.clone(), streams.clone()));
        let reflection = Arc::new(ReflectionService::new(view.clone(), streams));
        let (gzip, zstd) = (CompressionEncoding::Gzip, CompressionEncoding::Zstd);
        Self {
            health: HealthServer::from_arc(health)
                .max_decoding_message_size(MAX_REQUEST_BYTES)
                .accept_compressed(gzip)
                .accept_compressed(zstd)
                .send_compressed(gzip)
                .send_compressed(zstd),
            v1: ReflectionV1::from_arc(Arc::clone(&reflection))
                .max_decoding_message_size(MAX_REQUEST_BYTES)
                .accept_compressed(gzip)
                .accept_compressed(zstd)
                .send_compressed(gzip)
                .send_compressed(zstd),
            v1alpha: ReflectionV1Alpha::from_arc(reflection)
                .max_decoding_message_size(MAX_REQUEST_BYTES)
                .accept_compressed(gzip)
                .accept_compressed(zstd)
                .send_compressed(gzip)
                .send_compressed(zstd),
        }
    }

    /// Answers a gRPC request for `host`.
    pub(super) async fn call(
        &self,
        kind: Kind,
        host: &str,
        mut request: Request<Body>,
    ) -> Response<Body> {
        request.extensions_mut().insert(CallerHost(host.into()));
        let Ok(response) = match kind {
            Kind::Health => self.health.clone().call(request).await,
            Kind::ReflectionV1 => self.v1.clone().call(request).await,
            Kind::ReflectionV1Alpha => self.v1alpha.clone().call(request).await,
        };
        response
    }
}

/// How many streams may still be opened.
#[derive(Debug, Clone)]
struct Streams(Arc<Semaphore>);

impl Streams {
    /// A place for one stream, as long as it is held.
    fn open(&self) -> Result<OwnedSemaphorePermit, Status> {
        Arc::clone(&self.0)
            .try_acquire_owned()
            .map_err(|_| Status::resource_exhausted("too many streams of this kind are open"))
    }
}

/// The host that a request came for.
fn host<T>(request: &tonic::Request<T>) -> Arc<str> {
    request
        .extensions()
        .get::<CallerHost>()
        .map_or_else(|| "".into(), |host| Arc::clone(&host.0))
}

/// What ends a stream when the node stops.
fn stopping() -> Status {
    Status::unavailable("the node is shutting down")
}

/// A method of one of these services.
pub(super) fn method(service: &str, method: &str) -> Option<MethodDescriptor> {
    static POOL: LazyLock<DescriptorPool> = LazyLock::new(|| {
        let mut pool = DescriptorPool::new();
        for set in DESCRIPTOR_SETS {
            pool.decode_file_descriptor_set(set)
                .expect("a compiler wrote this set, and it needs no other");
        }
        pool
    });
    let service = POOL.get_service_by_name(service)?;
    service.methods().find(|found| found.name() == method)
}
