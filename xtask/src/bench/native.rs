//! The native references: the same services on tonic and axum, without a sandbox.

use std::convert::Infallible;
use std::future::{Ready, ready};

use axum::routing::post;
use axum::{Json, Router};
use tokio::net::TcpListener;
use tonic::body::Body;
use tonic::codegen::Service;
use tonic::server::{Grpc, NamedService, UnaryService};
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status};
use tonic_prost::ProstCodec;

use super::record::{JsonRecord, Record};

/// `echo.v1.EchoService`.
#[derive(Clone)]
struct Echo;

impl UnaryService<Record> for Echo {
    type Response = Record;
    type Future = Ready<Result<Response<Record>, Status>>;

    fn call(&mut self, request: Request<Record>) -> Self::Future {
        ready(Ok(Response::new(request.into_inner())))
    }
}

impl NamedService for Echo {
    const NAME: &'static str = "echo.v1.EchoService";
}

impl Service<http::Request<Body>> for Echo {
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
            let codec = ProstCodec::<Record, Record>::default();
            Ok(Grpc::new(codec).unary(Echo, request).await)
        })
    }
}

/// Serves until it is killed; its first line has the addresses of tonic and of axum.
pub(super) fn serve() -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let incoming = TcpIncoming::bind(([127, 0, 0, 1], 0).into())?.with_nodelay(Some(true));
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("{} {}", incoming.local_addr()?, listener.local_addr()?);
        let grpc = Server::builder()
            .add_service(Echo)
            .add_service(super::stream::Native)
            .serve_with_incoming(incoming);
        let echo = async |Json(record): Json<JsonRecord>| Json(record);
        let listener = axum::serve::ListenerExt::tap_io(listener, |stream| {
            let _ = stream.set_nodelay(true);
        });
        let json = axum::serve(listener, Router::new().route("/v1/echo", post(echo)));
        tokio::try_join!(async { grpc.await.map_err(anyhow::Error::from) }, async {
            json.await.map_err(anyhow::Error::from)
        })?;
        Ok(())
    })
}
