//! `grpc.testing.TestService`, as gRPC's descriptions of its interop tests ask a
//! server for it.

mod compression;
mod metadata;
mod pause;
mod reply;

use vimana::service::types::Code;
use wit_bindgen::{StreamReader, StreamWriter, spawn_local};

use compression::{Incoming, Outgoing};
use grpc_testing::test_service::types::ResponseParameters;

wit_bindgen::generate!({
    path: ["../../../wit", "wit"],
    world: "grpc-testing:test-service/test-service@1.0.0",
    generate_all,
});

struct Interop;

/// What a stream of responses is made of.
type Output = Result<StreamingOutputCallResponse, Status>;

impl Guest for Interop {
    fn empty_call(ctx: Context, request: Empty) -> Result<Empty, Status> {
        metadata::echo(&ctx)?;
        Ok(request)
    }

    fn unary_call(ctx: Context, request: SimpleRequest) -> Result<SimpleResponse, Status> {
        metadata::echo(&ctx)?;
        Incoming::of(&ctx).check(request.expect_compressed)?;
        reply::echo_status(request.response_status)?;
        Outgoing::of(&ctx).next(request.response_compressed);
        reply::simple(reply::zeros(request.response_size)?)
    }

    /// A component has no clock, so the payload is what else differs from call to
    /// call: a client sees by it whether a cache has answered.
    fn cacheable_unary_call(ctx: Context, _: SimpleRequest) -> Result<SimpleResponse, Status> {
        metadata::echo(&ctx)?;
        metadata::add_header(&ctx, "cache-control", b"max-age=60, public")?;
        reply::simple(ctx.request_id().into_bytes())
    }

    async fn streaming_output_call(
        ctx: Context,
        request: StreamingOutputCallRequest,
    ) -> StreamReader<Output> {
        let (mut responses, stream) = wit_stream::new();
        let echoed = metadata::echo(&ctx);
        spawn_local(async move {
            let mut outgoing = Outgoing::of(&ctx);
            match echoed {
                Ok(()) => respond(&mut responses, &mut outgoing, request).await,
                Err(status) => fail(&mut responses, status).await,
            };
        });
        stream
    }

    async fn streaming_input_call(
        ctx: Context,
        mut requests: StreamReader<StreamingInputCallRequest>,
    ) -> Result<StreamingInputCallResponse, Status> {
        metadata::echo(&ctx)?;
        let mut incoming = Incoming::of(&ctx);
        let mut size = 0_usize;
        while let Some(request) = requests.next().await {
            incoming.check(request.expect_compressed)?;
            size += request.payload.map_or(0, |payload| payload.body.len());
        }
        let aggregated_payload_size = i32::try_from(size)
            .map_err(|_| reply::status(Code::OutOfRange, "the payloads are larger than an int32 can say"))?;
        Ok(StreamingInputCallResponse { aggregated_payload_size })
    }

    async fn full_duplex_call(
        ctx: Context,
        mut requests: StreamReader<StreamingOutputCallRequest>,
    ) -> StreamReader<Output> {
        let (mut responses, stream) = wit_stream::new();
        let echoed = metadata::echo(&ctx);
        spawn_local(async move {
            let mut outgoing = Outgoing::of(&ctx);
            if let Err(status) = echoed {
                fail(&mut responses, status).await;
                return;
            }
            while let Some(request) = requests.next().await {
                if !respond(&mut responses, &mut outgoing, request).await {
                    return;
                }
            }
        });
        stream
    }

    async fn half_duplex_call(
        ctx: Context,
        mut requests: StreamReader<StreamingOutputCallRequest>,
    ) -> StreamReader<Output> {
        let (mut responses, stream) = wit_stream::new();
        let echoed = metadata::echo(&ctx);
        spawn_local(async move {
            let mut outgoing = Outgoing::of(&ctx);
            if let Err(status) = echoed {
                fail(&mut responses, status).await;
                return;
            }
            let mut all = Vec::new();
            while let Some(request) = requests.next().await {
                all.push(request);
            }
            for request in all {
                if !respond(&mut responses, &mut outgoing, request).await {
                    return;
                }
            }
        });
        stream
    }

    /// The interface asks for each of its functions, and the test for a method that
    /// is not implemented.
    fn unimplemented_call(_: Context, _: Empty) -> Result<Empty, Status> {
        Err(reply::status(Code::Unimplemented, "UnimplementedCall is not implemented"))
    }
}

/// Sends the responses that a request asks for, each after its pause. False when the
/// call is over: it failed, or nobody listens.
async fn respond(
    responses: &mut StreamWriter<Output>,
    outgoing: &mut Outgoing<'_>,
    request: StreamingOutputCallRequest,
) -> bool {
    if let Err(status) = reply::echo_status(request.response_status) {
        return fail(responses, status).await;
    }
    for ResponseParameters { size, interval_us, compressed } in request.response_parameters {
        pause::microseconds(interval_us);
        let response = match reply::zeros(size) {
            Ok(body) => StreamingOutputCallResponse { payload: Some(reply::payload(body)) },
            Err(status) => return fail(responses, status).await,
        };
        outgoing.next(compressed);
        if responses.write_one(Ok(response)).await.is_some() {
            return false;
        }
    }
    true
}

/// Ends a stream with a status.
async fn fail(responses: &mut StreamWriter<Output>, status: Status) -> bool {
    responses.write_one(Err(status)).await;
    false
}

export!(Interop);
