//! OTLP over gRPC. Messages are encoded before they come here, so one method does for
//! all signals.

use std::io;
use std::sync::OnceLock;
use std::time::Duration;

use bytes::{Buf as _, BufMut as _, Bytes};
use http::uri::PathAndQuery;
use http::{HeaderMap, Uri};
use hyper_util::rt::TokioIo;
use prost::Message as _;
use tonic::client::Grpc;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::metadata::MetadataMap;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Request, Status};
use tower::service_fn;

use super::counts::Signal;
use super::failure::{SendError, chain};
use super::tls::Tls;
use crate::transcode::RpcStatus;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

pub(super) struct GrpcRemote {
    endpoint: String,
    channel: OnceLock<Option<Channel>>,
}

impl GrpcRemote {
    pub(super) fn new(endpoint: &str) -> Self {
        Self {
            endpoint: endpoint.to_owned(),
            channel: OnceLock::new(),
        }
    }

    pub(super) async fn send(
        &self,
        tls: &Tls,
        signal: Signal,
        headers: HeaderMap,
        body: Bytes,
    ) -> Result<Bytes, SendError> {
        let channel = self.channel.get_or_init(|| channel(&self.endpoint, tls));
        let channel = channel.clone();
        let channel = channel.ok_or_else(|| SendError::Never("no such endpoint".to_owned()))?;
        let mut grpc = Grpc::new(channel);
        grpc.ready()
            .await
            .map_err(|error| SendError::later(chain(&error)))?;
        let metadata = MetadataMap::from_headers(headers);
        let request = Request::from_parts(metadata, http::Extensions::default(), body);
        let path = PathAndQuery::from_static(signal.grpc_path());
        let answer = grpc.unary(request, path, Encoded).await;
        Ok(answer.map_err(|status| refused(&status))?.into_inner())
    }
}

/// A channel that connects when it is used. tonic is built without TLS, so that its
/// connector does it.
fn channel(endpoint: &str, tls: &Tls) -> Option<Channel> {
    let uri: Uri = endpoint.parse().ok()?;
    let authority = uri.authority()?.clone();
    let is_secure = uri.scheme_str() == Some("https");
    let host = uri.host()?.trim_matches(['[', ']']).to_owned();
    let port = authority
        .port_u16()
        .unwrap_or(if is_secure { 443 } else { 80 });
    let tls = tls.clone();
    let connector = service_fn(move |_: Uri| {
        let (host, tls) = (host.clone(), tls.clone());
        async move {
            let stream = tls.connect(&host, port, is_secure).await?;
            Ok::<_, io::Error>(TokioIo::new(stream))
        }
    });
    let plain = Endpoint::from_shared(format!("http://{authority}")).ok()?;
    let scheme = if is_secure { "https" } else { "http" };
    let origin = format!("{scheme}://{authority}").parse().ok()?;
    let endpoint = plain
        .origin(origin)
        .connect_timeout(CONNECT_TIMEOUT)
        .user_agent(concat!("vimana/", env!("CARGO_PKG_VERSION")))
        .ok()?;
    Some(endpoint.connect_with_connector_lazy(connector))
}

/// OTLP, "Failures": which codes are tried again. A receiver whose resources are
/// exhausted is only where it says when.
fn refused(status: &Status) -> SendError {
    let reason = format!("the receiver answers {:?}", status.code());
    let after = retry_info(status.details());
    match status.code() {
        Code::ResourceExhausted if after.is_none() => SendError::Never(reason),
        Code::Cancelled
        | Code::DeadlineExceeded
        | Code::ResourceExhausted
        | Code::Aborted
        | Code::OutOfRange
        | Code::Unavailable
        | Code::DataLoss => SendError::Later { reason, after },
        // A connection that breaks; what a receiver itself calls unknown has no source.
        Code::Unknown if std::error::Error::source(status).is_some() => {
            SendError::Later { reason, after }
        }
        _ => SendError::Never(reason),
    }
}

/// `google.rpc.RetryInfo`, of `google/rpc/error_details.proto`.
#[derive(Clone, PartialEq, prost::Message)]
struct RetryInfo {
    #[prost(message, optional, tag = "1")]
    retry_delay: Option<prost_types::Duration>,
}

fn retry_info(details: &[u8]) -> Option<Duration> {
    let status = RpcStatus::decode(details).ok()?;
    let mut infos = status.details.iter();
    let info = infos.find(|detail| detail.type_url.ends_with("/google.rpc.RetryInfo"))?;
    let info = RetryInfo::decode(&*info.value).ok()?;
    Duration::try_from(info.retry_delay?).ok()
}

/// Messages that are encoded already.
struct Encoded;

impl Codec for Encoded {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Encoded {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, item: Bytes, out: &mut EncodeBuf<'_>) -> Result<(), Status> {
        out.put(item);
        Ok(())
    }
}

impl Decoder for Encoded {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, bytes: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(bytes.copy_to_bytes(bytes.remaining())))
    }
}

#[cfg(test)]
mod tests {
    use prost_types::Any;

    use super::*;

    fn with_retry_info(code: Code) -> Status {
        let info = RetryInfo {
            retry_delay: Some(prost_types::Duration {
                seconds: 3,
                nanos: 0,
            }),
        };
        let details = RpcStatus {
            code: code as i32,
            message: String::new(),
            details: vec![Any {
                type_url: "type.googleapis.com/google.rpc.RetryInfo".to_owned(),
                value: info.encode_to_vec(),
            }],
        };
        Status::with_details(code, "", details.encode_to_vec().into())
    }

    #[test]
    fn only_what_may_pass_is_tried_again() {
        let again = |code| matches!(refused(&Status::new(code, "")), SendError::Later { .. });
        assert!(again(Code::Unavailable) && again(Code::DataLoss) && again(Code::Aborted));
        assert!(!again(Code::InvalidArgument) && !again(Code::Unauthenticated));
        assert!(!again(Code::ResourceExhausted) && !again(Code::Unknown));
        let three = Some(Duration::from_secs(3));
        for code in [Code::ResourceExhausted, Code::Unavailable] {
            let error = refused(&with_retry_info(code));
            assert!(matches!(error, SendError::Later { after, .. } if after == three));
        }
    }
}
