//! One message of a stream: server CPU time in each direction, beside native tonic.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::net::SocketAddr;
use std::pin::Pin;

use anyhow::bail;
use http::uri::PathAndQuery;
use tokio::task::JoinSet;
use tonic::body::Body;
use tonic::client::Grpc as Client;
use tonic::codegen::{Service, tokio_stream};
use tonic::server::{
    ClientStreamingService, Grpc, NamedService, ServerStreamingService, StreamingService,
};
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Response, Status, Streaming};
use tonic_prost::ProstCodec;

use super::cpu;
use super::server::{Server, copy};
use super::table::Table;
use crate::process::root;

/// Streams at once, each on a connection of its own.
const STREAMS: u32 = 16;

/// Messages that the server writes at once.
const BATCH: u32 = 64;

#[derive(Clone, PartialEq, prost::Message)]
struct CountRequest {
    #[prost(uint32, tag = "1")]
    to: u32,
    #[prost(uint32, tag = "2")]
    batch: u32,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Number {
    #[prost(uint32, tag = "1")]
    value: u32,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Total {
    #[prost(uint64, tag = "1")]
    sum: u64,
    #[prost(uint32, tag = "2")]
    count: u32,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Note {
    #[prost(uint32, tag = "1")]
    number: u32,
    #[prost(string, tag = "2")]
    text: String,
}

/// A direction of messages.
#[derive(Debug, Clone, Copy)]
enum Direction {
    Down,
    Up,
    Both,
}

/// Serves `tests/repos/streams` with the release binary and streams `messages` in each
/// direction.
pub(super) fn measure(messages: usize, table: &mut Table) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let (native, reference, _) = super::serve::native()?;

    let folder = tempfile::tempdir()?;
    let repository = folder.path().join("repo");
    copy(&root().join("tests/repos/streams"), &repository)?;
    let answers = |address| {
        runtime
            .block_on(stream(Direction::Down, address, 1))
            .is_ok()
    };
    let (up, address) = Server::up(&repository, answers)?;

    let rows = [
        (Direction::Down, "server stream"),
        (Direction::Up, "client stream"),
        (Direction::Both, "dialogue, a message each way"),
    ];
    for (direction, name) in rows {
        let drive = |address| {
            let runtime = &runtime;
            move |messages| runtime.block_on(stream(direction, address, messages))
        };
        let cost = up.cost(messages, drive(address))?;
        let native = native.cost(messages, drive(reference))?;
        table.compare(
            format!("message of a {name} over gRPC ({messages})"),
            cost,
            "us",
            ("native tonic", native),
            Some(cpu::peak_memory_mib(&up.id())?),
        );
    }
    Ok(())
}

async fn stream(direction: Direction, address: SocketAddr, messages: usize) -> anyhow::Result<()> {
    let each = u32::try_from(messages)?.div_ceil(STREAMS);
    let mut streams = JoinSet::new();
    for _ in 0..STREAMS {
        let endpoint = Endpoint::from_shared(format!("http://{address}"))?;
        let mut client = Client::new(endpoint.connect().await?);
        streams.spawn(async move {
            client.ready().await?;
            let count = match direction {
                Direction::Down => down(client, each).await?,
                Direction::Up => up(client, each).await?,
                Direction::Both => both(client, each).await?,
            };
            if count != each {
                bail!("{count} of {each} messages came");
            }
            Ok(())
        });
    }
    while let Some(stream) = streams.join_next().await {
        stream??;
    }
    Ok(())
}

async fn down(mut client: Client<Channel>, to: u32) -> anyhow::Result<u32> {
    let request = Request::new(CountRequest { to, batch: BATCH });
    let path = PathAndQuery::from_static("/streams.v1.StreamService/Count");
    let codec = ProstCodec::<_, Number>::default();
    let response = client.server_streaming(request, path, codec).await?;
    drain(response.into_inner()).await
}

async fn up(mut client: Client<Channel>, to: u32) -> anyhow::Result<u32> {
    let numbers = tokio_stream::iter((1..=to).map(|value| Number { value }));
    let path = PathAndQuery::from_static("/streams.v1.StreamService/Sum");
    let codec = ProstCodec::<_, Total>::default();
    let response = client
        .client_streaming(Request::new(numbers), path, codec)
        .await?;
    Ok(response.into_inner().count)
}

async fn both(mut client: Client<Channel>, to: u32) -> anyhow::Result<u32> {
    let notes = tokio_stream::iter((1..=to).map(|number| Note {
        number,
        text: "a small message".to_owned(),
    }));
    let path = PathAndQuery::from_static("/streams.v1.StreamService/Echo");
    let codec = ProstCodec::<_, Note>::default();
    let response = client.streaming(Request::new(notes), path, codec).await?;
    drain(response.into_inner()).await
}

async fn drain<T>(mut messages: Streaming<T>) -> anyhow::Result<u32> {
    let mut count = 0;
    while messages.message().await?.is_some() {
        count += 1;
    }
    Ok(count)
}

/// The same service on tonic, without a sandbox.
#[derive(Clone)]
pub(super) struct Native;

impl ServerStreamingService<CountRequest> for Native {
    type Response = Number;
    type ResponseStream = Pin<Box<dyn tokio_stream::Stream<Item = Result<Number, Status>> + Send>>;
    type Future = Ready<Result<Response<Self::ResponseStream>, Status>>;

    fn call(&mut self, request: Request<CountRequest>) -> Self::Future {
        let numbers = (1..=request.get_ref().to).map(|value| Ok(Number { value }));
        let numbers: Self::ResponseStream = Box::pin(tokio_stream::iter(numbers));
        ready(Ok(Response::new(numbers)))
    }
}

impl ClientStreamingService<Number> for Native {
    type Response = Total;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Total>, Status>> + Send>>;

    fn call(&mut self, request: Request<Streaming<Number>>) -> Self::Future {
        Box::pin(async move {
            let mut numbers = request.into_inner();
            let mut total = Total::default();
            while let Some(number) = numbers.message().await? {
                total.sum += u64::from(number.value);
                total.count += 1;
            }
            Ok(Response::new(total))
        })
    }
}

impl StreamingService<Note> for Native {
    type Response = Note;
    type ResponseStream = Streaming<Note>;
    type Future = Ready<Result<Response<Streaming<Note>>, Status>>;

    fn call(&mut self, request: Request<Streaming<Note>>) -> Self::Future {
        ready(Ok(Response::new(request.into_inner())))
    }
}

impl NamedService for Native {
    const NAME: &'static str = "streams.v1.StreamService";
}

impl Service<http::Request<Body>> for Native {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(
        &mut self,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Result<(), Infallible>> {
        std::task::Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        Box::pin(async move {
            let method = request.uri().path().rsplit('/').next();
            Ok(match method {
                Some("Count") => {
                    let codec = ProstCodec::<Number, CountRequest>::default();
                    Grpc::new(codec).server_streaming(Self, request).await
                }
                Some("Sum") => {
                    let codec = ProstCodec::<Total, Number>::default();
                    Grpc::new(codec).client_streaming(Self, request).await
                }
                _ => {
                    let codec = ProstCodec::<Note, Note>::default();
                    Grpc::new(codec).streaming(Self, request).await
                }
            })
        })
    }
}
