//! A client of `streams.v1.StreamService` and of the walkthrough's pings, by tonic.

use futures::Stream;
use http::uri::PathAndQuery;
use tonic::client::Grpc;
use tonic::transport::{Channel, Endpoint};
use tonic::{IntoStreamingRequest, Request, Response, Status, Streaming};
use tonic_prost::ProstCodec;

use crate::node::Node;

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Ping {}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct CountRequest {
    #[prost(uint32, tag = "1")]
    pub(crate) to: u32,
    #[prost(uint32, tag = "2")]
    pub(crate) batch: u32,
    #[prost(int32, tag = "3")]
    pub(crate) ending: i32,
    #[prost(uint32, tag = "4")]
    pub(crate) padding: u32,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Number {
    #[prost(uint32, tag = "1")]
    pub(crate) value: u32,
    #[prost(bytes = "vec", tag = "2")]
    pub(crate) padding: Vec<u8>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Total {
    #[prost(uint64, tag = "1")]
    pub(crate) sum: u64,
    #[prost(uint32, tag = "2")]
    pub(crate) count: u32,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Note {
    #[prost(uint32, tag = "1")]
    pub(crate) number: u32,
    #[prost(string, tag = "2")]
    pub(crate) text: String,
    #[prost(double, optional, tag = "3")]
    pub(crate) weight: Option<f64>,
    #[prost(string, repeated, tag = "4")]
    pub(crate) tags: Vec<String>,
    #[prost(oneof = "More", tags = "5, 6")]
    pub(crate) more: Option<More>,
}

#[derive(Clone, PartialEq, prost::Oneof)]
pub(crate) enum More {
    #[prost(string, tag = "5")]
    Link(String),
    #[prost(bytes, tag = "6")]
    Picture(Vec<u8>),
}

pub(crate) fn number(value: u32) -> Number {
    Number {
        value,
        padding: Vec::new(),
    }
}

pub(crate) fn note(number: u32) -> Note {
    Note {
        number,
        text: format!("note {number}"),
        weight: number.is_multiple_of(2).then_some(f64::from(number) / 8.0),
        tags: (0..number % 4).map(|tag| format!("tag {tag}")).collect(),
        more: match number % 3 {
            0 => None,
            1 => Some(More::Link("https://example.com/ü".to_owned())),
            _ => Some(More::Picture(vec![0, 255, 7])),
        },
    }
}

#[derive(Clone)]
pub(crate) struct Client(Grpc<Channel>);

impl Client {
    pub(crate) async fn connect(node: &Node) -> Self {
        let endpoint = Endpoint::from_shared(format!("http://{}", node.address)).unwrap();
        Self(Grpc::new(endpoint.connect().await.unwrap()))
    }

    pub(crate) async fn count(
        &self,
        request: impl tonic::IntoRequest<CountRequest>,
    ) -> Result<Response<Streaming<Number>>, Status> {
        let mut grpc = self.0.clone();
        grpc.ready().await.unwrap();
        let path = PathAndQuery::from_static("/streams.v1.StreamService/Count");
        grpc.server_streaming(request.into_request(), path, ProstCodec::default())
            .await
    }

    pub(crate) async fn sum(
        &self,
        request: impl IntoStreamingRequest<Message = Number>,
    ) -> Result<Response<Total>, Status> {
        let mut grpc = self.0.clone();
        grpc.ready().await.unwrap();
        let path = PathAndQuery::from_static("/streams.v1.StreamService/Sum");
        let request = request.into_streaming_request();
        grpc.client_streaming(request, path, ProstCodec::default())
            .await
    }

    pub(crate) async fn echo(
        &self,
        request: Request<impl Stream<Item = Note> + Send + 'static>,
    ) -> Result<Response<Streaming<Note>>, Status> {
        let mut grpc = self.0.clone();
        grpc.ready().await.unwrap();
        let path = PathAndQuery::from_static("/streams.v1.StreamService/Echo");
        grpc.streaming(request, path, ProstCodec::default()).await
    }

    pub(crate) async fn ping_pong(
        &self,
        pings: impl Stream<Item = Ping> + Send + 'static,
    ) -> Result<Response<Streaming<Ping>>, Status> {
        let mut grpc = self.0.clone();
        grpc.ready().await.unwrap();
        let path = PathAndQuery::from_static("/bar.FooService/PingPong");
        grpc.streaming(Request::new(pings), path, ProstCodec::default())
            .await
    }
}

/// All messages, and the status that came behind them.
pub(crate) async fn all<T>(mut stream: Streaming<T>) -> (Vec<T>, Option<Status>) {
    let mut messages = Vec::new();
    loop {
        match stream.message().await {
            Ok(Some(message)) => messages.push(message),
            Ok(None) => return (messages, None),
            Err(status) => return (messages, Some(status)),
        }
    }
}
