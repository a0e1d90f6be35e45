//! HTTP requests that guests send (`wasi:http/outgoing-handler`), to hosts that the
//! configuration allows.
//!
//! # Invariants
//!
//! - A component that does not import `wasi:http` is not linked with it.
//! - No connection is shared by two services: what one may reach, another may not.
//! - Redirects are not followed; a guest that follows one sends a new request, which
//!   is looked at like the first.
//! - A request ends with the call that sent it, at the latest at its deadline.

mod address;
mod body;
mod connect;
mod grants;
mod trace;

use std::error::Error as StdError;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use http::{HeaderName, Request, Response, Uri};
use http_body_util::BodyExt as _;
use hyper_util::client::legacy::connect::Connect;
use hyper_util::client::legacy::{self, Client, ResponseFuture};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};
use tower::service_fn;
use vimana_proto::OutboundHost;
use wasmtime::component::Linker;
use wasmtime_wasi_http::{
    DEFAULT_FORBIDDEN_HEADERS, Error, RequestOptions, WasiBody, WasiHttpCtxView, WasiHttpHooks,
    WasiHttpView,
};

use super::guest::Guest;
use super::wasi::WasiState;
use body::Bounded;
use connect::{ConnectError, Connector};
use grants::{Grants, Target};
pub(super) use trace::OutgoingTrace;

/// Requests that one call has open at once, and all calls of a service.
const OPEN_REQUESTS_OF_CALL: usize = 16;
const OPEN_REQUESTS_OF_SERVICE: usize = 128;

/// How long a connection is kept for the next request, and how many for one host.
const IDLE: Duration = Duration::from_secs(30);
const MAX_IDLE: usize = 8;

/// What a guest has to wait for, where it does not say for how long.
const PATIENCE: Duration = Duration::from_secs(30);

/// What the outbound requests of all services share.
#[derive(Debug, Clone, Default)]
pub(crate) struct Network {
    connector: Arc<Connector>,
    control: Option<SocketAddr>,
}

impl Network {
    /// A network that protects the control API at `control`.
    pub(crate) fn new(control: Option<SocketAddr>) -> Self {
        Self {
            connector: Arc::default(),
            control,
        }
    }
}

/// What the guests of one service may send, and the connections that they share.
pub(crate) struct Outbound {
    grants: Grants,
    network: Network,
    open: Arc<Semaphore>,
    client: OnceLock<Box<dyn Sender>>,
}

/// A client whose type cannot be named.
trait Sender: Send + Sync {
    fn send(&self, request: Request<Bounded<WasiBody>>) -> ResponseFuture;
}

impl<C: Connect + Clone + Send + Sync + 'static> Sender for Client<C, Bounded<WasiBody>> {
    fn send(&self, request: Request<Bounded<WasiBody>>) -> ResponseFuture {
        self.request(request)
    }
}

impl Outbound {
    /// What guests may send to `hosts`.
    pub(crate) fn new(hosts: &Arc<[OutboundHost]>, network: &Network) -> Self {
        Self {
            grants: Grants::new(Arc::clone(hosts), network.control),
            network: network.clone(),
            open: Arc::new(Semaphore::new(OPEN_REQUESTS_OF_SERVICE)),
            client: OnceLock::new(),
        }
    }

    /// Made with the first request, since few guests send any.
    fn client(&self) -> &dyn Sender {
        &**self.client.get_or_init(|| {
            let (grants, connector) = (self.grants.clone(), Arc::clone(&self.network.connector));
            let connect = service_fn(move |uri: Uri| {
                let (grants, connector) = (grants.clone(), Arc::clone(&connector));
                Box::pin(async move { connector.connect(&grants, &uri).await })
            });
            let client = Client::builder(TokioExecutor::new())
                .pool_timer(TokioTimer::new())
                .pool_idle_timeout(IDLE)
                .pool_max_idle_per_host(MAX_IDLE)
                .http1_max_headers(100)
                .build(connect);
            Box::new(client)
        })
    }
}

/// The requests of one call.
pub(super) struct Outgoing {
    outbound: Arc<Outbound>,
    deadline: Instant,
    /// Bytes of a body, in either direction.
    limit: u64,
    open: Arc<Semaphore>,
    trace: OutgoingTrace,
}

impl Outgoing {
    pub(super) fn new(
        outbound: Arc<Outbound>,
        deadline: Instant,
        limit: u64,
        trace: OutgoingTrace,
    ) -> Self {
        Self {
            outbound,
            deadline,
            limit,
            open: Arc::new(Semaphore::new(OPEN_REQUESTS_OF_CALL)),
            trace,
        }
    }
}

/// Links `wasi:http`, beside the rest of WASI.
pub(super) fn link(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    wasmtime_wasi_http::p2::add_only_http_to_linker_async(linker)
}

impl WasiHttpView for Guest {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        let WasiState {
            table,
            http,
            outgoing,
            ..
        } = self.wasi_state();
        WasiHttpCtxView {
            hooks: outgoing,
            table,
            ctx: http,
        }
    }
}

/// Tells of a request that went wrong after its response; nobody does.
type Aftermath = Box<dyn Future<Output = Result<(), Error>> + Send>;

impl WasiHttpHooks for Outgoing {
    fn is_forbidden_header(&mut self, name: &HeaderName) -> bool {
        DEFAULT_FORBIDDEN_HEADERS.contains(name)
    }

    fn send_request(
        &mut self,
        mut request: Request<WasiBody>,
        options: Option<RequestOptions>,
        _: Aftermath,
    ) -> Box<dyn Future<Output = Result<(Response<WasiBody>, Aftermath), Error>> + Send> {
        let permits =
            [&self.open, &self.outbound.open].map(|open| Arc::clone(open).try_acquire_owned());
        let outbound = Arc::clone(&self.outbound);
        let (deadline, limit) = (self.deadline, self.limit);
        let mut span = self.trace.begin(&mut request);
        let sending = async move {
            let [Ok(own), Ok(shared)] = permits else {
                return Err(Error::ConnectionLimitReached);
            };
            let target = Target::of(request.uri()).ok_or(Error::HttpRequestUriInvalid)?;
            // Before a connection that is there already is used.
            if !outbound.grants.allow(&target) {
                return Err(Error::HttpRequestDenied);
            }
            let options = options.unwrap_or_default();
            let patience = |limit: Option<Duration>| limit.unwrap_or(PATIENCE);
            // A pooled connection takes no time, so both are waited for together.
            let wait = patience(options.connect_timeout) + patience(options.first_byte_timeout);
            let until = deadline.min(Instant::now() + wait);
            let request = request.map(|body| Bounded::request(body, limit));
            let response = timeout_at(until, outbound.client().send(request))
                .await
                .map_err(|_| Error::HttpResponseTimeout)?
                .map_err(|error| classify(&error))?;
            let silence = patience(options.between_bytes_timeout);
            let response = response
                .map(|body| Bounded::response(body, limit, silence, [own, shared]).boxed_unsync());
            let aftermath: Aftermath = Box::new(std::future::ready(Ok(())));
            Ok((response, aftermath))
        };
        Box::new(async move {
            let sent: Result<(Response<WasiBody>, Aftermath), Error> = sending.await;
            let status = sent.as_ref().map(|(response, _)| response.status());
            span.end(status.map_err(trace::error_type));
            sent
        })
    }
}

/// What a guest is told of a request that failed.
fn classify(error: &legacy::Error) -> Error {
    let mut source: Option<&(dyn StdError + 'static)> = Some(error);
    while let Some(error) = source {
        if let Some(error) = error.downcast_ref::<ConnectError>() {
            return match error {
                ConnectError::NoHost => Error::HttpRequestUriInvalid,
                ConnectError::Denied => Error::HttpRequestDenied,
                ConnectError::Dns(_) => Error::DnsError {
                    rcode: None,
                    info_code: None,
                },
                ConnectError::Prohibited => Error::DestinationIpProhibited,
                ConnectError::Connect(_) => Error::ConnectionRefused,
                ConnectError::Tls(_) => Error::TlsProtocolError,
            };
        }
        if let Some(Error::HttpRequestBodySize(size)) = error.downcast_ref::<Error>() {
            return Error::HttpRequestBodySize(*size);
        }
        source = error.source();
    }
    Error::HttpProtocolError
}
