//! A receiver of OTLP, over gRPC by tonic's own services and over HTTP.

use std::collections::{BTreeMap, VecDeque};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use opentelemetry_proto::tonic::collector::logs::v1::logs_service_server::{
    LogsService, LogsServiceServer,
};
use opentelemetry_proto::tonic::collector::logs::v1::{
    ExportLogsServiceRequest, ExportLogsServiceResponse,
};
use opentelemetry_proto::tonic::collector::metrics::v1::metrics_service_server::{
    MetricsService, MetricsServiceServer,
};
use opentelemetry_proto::tonic::collector::metrics::v1::{
    ExportMetricsServiceRequest, ExportMetricsServiceResponse,
};
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{
    TraceService, TraceServiceServer,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use opentelemetry_proto::tonic::metrics::v1::Metric;
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::Span;
use parking_lot::Mutex;
use prost::Message as _;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{Code, Status};
use vimana_runtime::ExportProtocol;

/// Attributes as text.
pub(super) type Attributes = BTreeMap<String, String>;

/// What a receiver does with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    Take,
    /// Says that it has no time now: 503, or UNAVAILABLE.
    Busy,
    /// Says that the request is wrong: 400, or `INVALID_ARGUMENT`.
    Refuse,
    /// Never answers.
    Hang,
}

/// What came, with the attributes of its resource.
#[derive(Debug, Default)]
pub(super) struct Received {
    pub(super) spans: Vec<(Attributes, Span)>,
    pub(super) logs: Vec<(Attributes, LogRecord)>,
    pub(super) metrics: Vec<(Attributes, Metric)>,
    /// The headers of every request, also of those that were not taken.
    pub(super) requests: Vec<HeaderMap>,
    /// The last body that was taken at each path of HTTP.
    pub(super) bodies: BTreeMap<String, Bytes>,
}

#[derive(Clone)]
pub(super) struct Receiver {
    pub(super) address: SocketAddr,
    received: Arc<Mutex<Received>>,
    /// What it does with the next requests; it takes those that follow.
    manners: Arc<Mutex<VecDeque<Manner>>>,
    changes: watch::Sender<()>,
}

impl Receiver {
    pub(super) async fn start(protocol: ExportProtocol) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let receiver = Self {
            address: listener.local_addr().unwrap(),
            received: Arc::default(),
            manners: Arc::default(),
            changes: watch::Sender::new(()),
        };
        match protocol {
            ExportProtocol::Grpc => tokio::spawn(receiver.clone().serve_grpc(listener)),
            ExportProtocol::Http => tokio::spawn(receiver.clone().serve_http(listener)),
        };
        receiver
    }

    pub(super) fn next(&self, manners: impl IntoIterator<Item = Manner>) {
        self.manners.lock().extend(manners);
    }

    /// What came, once it is enough.
    pub(super) async fn when<T>(&self, enough: impl Fn(&Received) -> Option<T>) -> T {
        let mut changes = self.changes.subscribe();
        let waiting = async {
            loop {
                changes.mark_unchanged();
                if let Some(found) = enough(&self.received.lock()) {
                    return found;
                }
                changes.changed().await.unwrap();
            }
        };
        let patience = Duration::from_secs(20);
        tokio::time::timeout(patience, waiting).await.unwrap()
    }

    /// The first spans, once there are so many.
    pub(super) async fn spans(&self, count: usize) -> Vec<(Attributes, Span)> {
        self.when(|received| (received.spans.len() >= count).then(|| received.spans.clone()))
            .await
    }

    pub(super) fn requests(&self) -> Vec<HeaderMap> {
        self.received.lock().requests.clone()
    }

    async fn manner(&self, headers: HeaderMap) -> Manner {
        self.received.lock().requests.push(headers);
        let manner = self.manners.lock().pop_front().unwrap_or(Manner::Take);
        self.changes.send_replace(());
        if manner == Manner::Hang {
            std::future::pending::<()>().await;
        }
        manner
    }

    fn take(&self, take: impl FnOnce(&mut Received)) {
        take(&mut self.received.lock());
        self.changes.send_replace(());
    }

    fn spans_came(&self, request: ExportTraceServiceRequest) {
        self.take(|received| {
            for of in request.resource_spans {
                let resource = resource(of.resource);
                let spans = of.scope_spans.into_iter().flat_map(|scope| scope.spans);
                received
                    .spans
                    .extend(spans.map(|span| (resource.clone(), span)));
            }
        });
    }

    fn logs_came(&self, request: ExportLogsServiceRequest) {
        self.take(|received| {
            for of in request.resource_logs {
                let resource = resource(of.resource);
                let logs = of
                    .scope_logs
                    .into_iter()
                    .flat_map(|scope| scope.log_records);
                received
                    .logs
                    .extend(logs.map(|log| (resource.clone(), log)));
            }
        });
    }

    fn metrics_came(&self, request: ExportMetricsServiceRequest) {
        self.take(|received| {
            for of in request.resource_metrics {
                let resource = resource(of.resource);
                let metrics = of.scope_metrics.into_iter().flat_map(|scope| scope.metrics);
                received
                    .metrics
                    .extend(metrics.map(|metric| (resource.clone(), metric)));
            }
        });
    }

    async fn serve_grpc(self, listener: TcpListener) {
        tonic::transport::Server::builder()
            .add_service(TraceServiceServer::new(self.clone()))
            .add_service(LogsServiceServer::new(self.clone()))
            .add_service(MetricsServiceServer::new(self))
            .serve_with_incoming(TcpListenerStream::new(listener))
            .await
            .unwrap();
    }

    async fn serve_http(self, listener: TcpListener) {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let receiver = self.clone();
            let service = service_fn(move |request| {
                let receiver = receiver.clone();
                async move { Ok::<_, Infallible>(receiver.answer_http(request).await) }
            });
            let connection = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service);
            tokio::spawn(connection);
        }
    }

    async fn answer_http(self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let (head, body) = request.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let status = match self.manner(head.headers.clone()).await {
            Manner::Busy => 503,
            Manner::Refuse => 400,
            Manner::Take | Manner::Hang => 200,
        };
        let mut response = Response::new(Full::default());
        *response.status_mut() = status.try_into().unwrap();
        if status == 503 {
            response.headers_mut().insert("retry-after", 0.into());
        }
        if status != 200 {
            return response;
        }
        assert_eq!(head.headers["content-type"], "application/x-protobuf");
        let path = head.uri.path().to_owned();
        self.take(|received| {
            received.bodies.insert(path, body.clone());
        });
        match head.uri.path() {
            "/otlp/v1/traces" => self.spans_came(ExportTraceServiceRequest::decode(body).unwrap()),
            "/otlp/v1/logs" => self.logs_came(ExportLogsServiceRequest::decode(body).unwrap()),
            "/otlp/v1/metrics" => {
                self.metrics_came(ExportMetricsServiceRequest::decode(body).unwrap());
            }
            other => panic!("nothing is received at `{other}`"),
        }
        response
    }

    async fn admit<T>(&self, request: tonic::Request<T>) -> Result<T, Status> {
        let (metadata, _, message) = request.into_parts();
        match self.manner(metadata.into_headers()).await {
            Manner::Busy => Err(Status::new(Code::Unavailable, "later")),
            Manner::Refuse => Err(Status::new(Code::InvalidArgument, "no")),
            Manner::Take | Manner::Hang => Ok(message),
        }
    }
}

#[async_trait::async_trait]
impl TraceService for Receiver {
    async fn export(
        &self,
        request: tonic::Request<ExportTraceServiceRequest>,
    ) -> Result<tonic::Response<ExportTraceServiceResponse>, Status> {
        self.spans_came(self.admit(request).await?);
        Ok(tonic::Response::new(ExportTraceServiceResponse::default()))
    }
}

#[async_trait::async_trait]
impl LogsService for Receiver {
    async fn export(
        &self,
        request: tonic::Request<ExportLogsServiceRequest>,
    ) -> Result<tonic::Response<ExportLogsServiceResponse>, Status> {
        self.logs_came(self.admit(request).await?);
        Ok(tonic::Response::new(ExportLogsServiceResponse::default()))
    }
}

#[async_trait::async_trait]
impl MetricsService for Receiver {
    async fn export(
        &self,
        request: tonic::Request<ExportMetricsServiceRequest>,
    ) -> Result<tonic::Response<ExportMetricsServiceResponse>, Status> {
        self.metrics_came(self.admit(request).await?);
        Ok(tonic::Response::new(ExportMetricsServiceResponse::default()))
    }
}

fn resource(resource: Option<Resource>) -> Attributes {
    attributes(&resource.unwrap().attributes)
}

pub(super) fn attributes(pairs: &[KeyValue]) -> Attributes {
    let text = |value: &Value| match value {
        Value::StringValue(text) => text.clone(),
        Value::IntValue(number) => number.to_string(),
        other => panic!("an attribute of another kind: {other:?}"),
    };
    let value = |pair: &KeyValue| text(pair.value.as_ref().unwrap().value.as_ref().unwrap());
    let pairs = pairs.iter();
    pairs.map(|pair| (pair.key.clone(), value(pair))).collect()
}
