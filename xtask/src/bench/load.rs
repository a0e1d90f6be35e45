//! Calls of an echo, made by a client that costs little itself: the requests are
//! written once, and the answers are looked at as far as their status.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context as _, bail, ensure};
use http::{Request, Uri};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper_util::rt::{TokioExecutor, TokioIo};
use prost::Message as _;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::record::{JsonRecord, Record};

/// As many as a small pool of clients would open, each with one call at a time.
const CONNECTIONS: usize = 16;

/// Bytes of the message, as Protobuf has it.
const MESSAGE_BYTES: usize = 89;

/// Calls by gRPC of each of `paths` in turn.
pub(super) async fn grpc(
    address: SocketAddr,
    paths: Arc<[Uri]>,
    calls: usize,
) -> anyhow::Result<()> {
    let message = Record::example().encode_to_vec();
    ensure!(message.len() == MESSAGE_BYTES, "{} bytes", message.len());
    let mut framed = vec![0, 0, 0, 0, u8::try_from(message.len())?];
    framed.extend(message);
    let framed = Bytes::from(framed);
    let mut clients = JoinSet::new();
    for client in 0..CONNECTIONS.min(calls) {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let executor = TokioExecutor::new();
        let (mut sender, connection) =
            hyper::client::conn::http2::handshake(executor, TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        let (paths, framed) = (Arc::clone(&paths), framed.clone());
        clients.spawn(async move {
            for call in (client..calls).step_by(CONNECTIONS) {
                let request = Request::post(paths[call % paths.len()].clone())
                    .header("content-type", "application/grpc")
                    .header("te", "trailers")
                    .body(Full::new(framed.clone()))?;
                let answer = sender.send_request(request).await?;
                let failed = answer.headers().get("grpc-status").cloned();
                let answer = answer.into_body().collect().await?;
                let status = answer.trailers().and_then(|end| end.get("grpc-status"));
                let status = failed.as_ref().or(status).context("there is a status")?;
                if status != "0" {
                    bail!("a call has the status {status:?}");
                }
            }
            anyhow::Ok(())
        });
    }
    while let Some(client) = clients.join_next().await {
        client??;
    }
    Ok(())
}

/// Calls by JSON over HTTP/1.1.
pub(super) async fn json(address: SocketAddr, calls: usize) -> anyhow::Result<()> {
    let message = Bytes::from(serde_json::to_vec(&JsonRecord::example())?);
    let mut clients = JoinSet::new();
    for client in 0..CONNECTIONS.min(calls) {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        let message = message.clone();
        clients.spawn(async move {
            for _ in (client..calls).step_by(CONNECTIONS) {
                let request = Request::post("/v1/echo")
                    .header("host", "echo.example")
                    .header("content-type", "application/json")
                    .body(Full::new(message.clone()))?;
                let answer = sender.send_request(request).await?;
                if !answer.status().is_success() {
                    bail!("a call was answered with {}", answer.status());
                }
                answer.into_body().collect().await?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(client) = clients.join_next().await {
        client??;
    }
    Ok(())
}

/// The path of a method, on a server.
pub(super) fn path(address: SocketAddr, method: &str) -> anyhow::Result<Uri> {
    Ok(format!("http://{address}/{method}").parse()?)
}
