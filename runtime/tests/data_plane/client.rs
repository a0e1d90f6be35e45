//! Clients: tonic for gRPC, hyper for JSON.

use std::net::SocketAddr;

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper_util::rt::{TokioExecutor, TokioIo};
use serde_json::Value;
use tokio::net::TcpStream;
use tonic::Status;
use tonic::client::Grpc;
use tonic::transport::{Channel, Endpoint};
use tonic_prost::ProstCodec;

use crate::node::Node;

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct HelloRequest {
    #[prost(string, tag = "1")]
    pub(crate) name: String,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct HelloResponse {
    #[prost(string, tag = "1")]
    pub(crate) text: String,
}

/// A client of one node, which names `authority` as its host.
#[derive(Clone)]
pub(crate) struct GrpcClient(Grpc<Channel>);

impl GrpcClient {
    pub(crate) async fn connect(node: &Node) -> Self {
        Self::connect_as(node, &node.address.to_string()).await
    }

    pub(crate) async fn connect_as(node: &Node, authority: &str) -> Self {
        Self::connect_to(node.address, authority).await
    }

    pub(crate) async fn connect_to(node: SocketAddr, authority: &str) -> Self {
        let channel = Endpoint::from_shared(format!("http://{node}"))
            .unwrap()
            .origin(format!("http://{authority}").parse().unwrap())
            .connect()
            .await
            .unwrap();
        Self(Grpc::new(channel).max_decoding_message_size(usize::MAX))
    }

    pub(crate) async fn say_hello(&self, name: &str) -> Result<String, Status> {
        let response = self.call(tonic::Request::new(request(name))).await?;
        Ok(response.into_inner().text)
    }

    pub(crate) async fn call(
        &self,
        request: tonic::Request<HelloRequest>,
    ) -> Result<tonic::Response<HelloResponse>, Status> {
        self.call_path("/bar.FooService/SayHello", request).await
    }

    pub(crate) async fn call_path(
        &self,
        path: &'static str,
        request: tonic::Request<HelloRequest>,
    ) -> Result<tonic::Response<HelloResponse>, Status> {
        let mut grpc = self.0.clone();
        grpc.ready().await.unwrap();
        grpc.unary(
            request,
            http::uri::PathAndQuery::from_static(path),
            ProstCodec::<HelloRequest, HelloResponse>::default(),
        )
        .await
    }
}

/// A connection that names `authority` as its host.
pub(crate) async fn channel(node: &Node, authority: &str) -> Channel {
    Endpoint::from_shared(format!("http://{}", node.address))
        .unwrap()
        .origin(format!("http://{authority}").parse().unwrap())
        .connect()
        .await
        .unwrap()
}

pub(crate) fn request(name: &str) -> HelloRequest {
    HelloRequest {
        name: name.to_owned(),
    }
}

/// The headers that answer a call with an empty message. tonic's client ends
/// calls by its own clock, and would not let the node do it.
pub(crate) async fn bare_grpc(node: &Node, headers: &[(&str, &str)]) -> HeaderMap {
    bare_grpc_with(node, headers, &[0; 5]).await
}

/// The same with a body of its own.
pub(crate) async fn bare_grpc_with(
    node: &Node,
    headers: &[(&str, &str)],
    body: &'static [u8],
) -> HeaderMap {
    let stream = TcpStream::connect(node.address).await.unwrap();
    let executor = TokioExecutor::new();
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake(executor, TokioIo::new(stream))
            .await
            .unwrap();
    tokio::spawn(connection);
    let uri = format!("http://{}/bar.FooService/SayHello", node.address);
    let mut request = Request::post(uri)
        .header("content-type", "application/grpc")
        .header("te", "trailers");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Full::new(Bytes::from_static(body))).unwrap();
    sender
        .send_request(request)
        .await
        .unwrap()
        .into_parts()
        .0
        .headers
}

/// One `POST` over HTTP/2.
pub(crate) async fn http2(
    node: &Node,
    path: &str,
    headers: HeaderMap,
    body: impl Into<Bytes>,
) -> Response<Bytes> {
    let stream = TcpStream::connect(node.address).await.unwrap();
    let executor = TokioExecutor::new();
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake(executor, TokioIo::new(stream))
            .await
            .unwrap();
    tokio::spawn(connection);
    let uri = format!("http://example.com{path}");
    let mut request = Request::post(uri).body(Full::new(body.into())).unwrap();
    *request.headers_mut() = headers;
    let (parts, body) = sender.send_request(request).await.unwrap().into_parts();
    Response::from_parts(parts, body.collect().await.unwrap().to_bytes())
}

/// One HTTP/1.1 request.
pub(crate) async fn http(node: &Node, request: Request<Full<Bytes>>) -> Response<Bytes> {
    let stream = TcpStream::connect(node.address).await.unwrap();
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .unwrap();
    tokio::spawn(connection);
    let (parts, body) = sender.send_request(request).await.unwrap().into_parts();
    Response::from_parts(parts, body.collect().await.unwrap().to_bytes())
}

pub(crate) async fn get(node: &Node, host: &str, path: &str) -> (StatusCode, Value) {
    send(node, Method::GET, host, path, "").await
}

pub(crate) async fn send(
    node: &Node,
    method: Method,
    host: &str,
    path: &str,
    body: &str,
) -> (StatusCode, Value) {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("host", host)
        .header("content-type", "application/json")
        .body(Full::new(Bytes::from(body.to_owned())))
        .unwrap();
    let response = http(node, request).await;
    let body = serde_json::from_slice(response.body()).unwrap();
    (response.status(), body)
}
