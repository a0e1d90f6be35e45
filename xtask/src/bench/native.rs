//! The native reference: the walkthrough's service on tonic, without a sandbox.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::net::SocketAddr;

use tonic::body::Body;
use tonic::codegen::Service;
use tonic::server::{Grpc, NamedService, UnaryService};
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status};
use tonic_prost::ProstCodec;

/// `bar.HelloRequest` of the walkthrough.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct HelloRequest {
    #[prost(string, tag = "1")]
    pub(super) name: String,
}

/// `bar.HelloResponse` of the walkthrough.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct HelloResponse {
    #[prost(float, tag = "1")]
    pub(super) enthusiasm: f32,
}

#[derive(Clone)]
struct Greeter;

impl UnaryService<HelloRequest> for Greeter {
    type Response = HelloResponse;
    type Future = Ready<Result<Response<HelloResponse>, Status>>;

    fn call(&mut self, request: Request<HelloRequest>) -> Self::Future {
        let marks = request.get_ref().name.matches('!').count();
        let enthusiasm = f32::from(u16::try_from(marks).unwrap_or(u16::MAX));
        ready(Ok(Response::new(HelloResponse { enthusiasm })))
    }
}

impl NamedService for Greeter {
    const NAME: &'static str = "bar.FooService";
}

impl Service<http::Request<Body>> for Greeter {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future =
        std::pin::Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(
        &mut self,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Result<(), Infallible>> {
        std::task::Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        Box::pin(async move {
            let codec = ProstCodec::<HelloResponse, HelloRequest>::default();
            Ok(Grpc::new(codec).unary(Greeter, request).await)
        })
    }
}

/// Serves until it is killed; its first line is the address.
pub(super) fn serve() -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let incoming =
            TcpIncoming::bind(SocketAddr::from(([127, 0, 0, 1], 0)))?.with_nodelay(Some(true));
        println!("{}", incoming.local_addr()?);
        Server::builder()
            .add_service(Greeter)
            .add_service(super::stream::Native)
            .serve_with_incoming(incoming)
            .await?;
        Ok(())
    })
}
