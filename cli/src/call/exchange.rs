//! One call, of any arity.

use std::time::Duration;

use bytes::{Buf as _, BufMut as _, Bytes};
use http::uri::PathAndQuery;
use tokio_stream::Stream;
use tonic::client::Grpc;
use tonic::codec::{Codec, CompressionEncoding, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::transport::Channel;
use tonic::{Request, Response, Status, Streaming};

use super::metadata::Metadata;

/// The largest answer that is taken.
const MAX_MESSAGE_BYTES: usize = 64 << 20;

/// How to call.
#[derive(Debug, Clone)]
pub(crate) struct Options {
    pub(crate) metadata: Metadata,
    pub(crate) timeout: Option<Duration>,
    /// Whether messages are compressed.
    pub(crate) gzip: bool,
}

/// Calls the method at a path. Every arity is a stream to a stream on the wire.
pub(crate) async fn call(
    channel: Channel,
    path: PathAndQuery,
    options: &Options,
    messages: impl Stream<Item = Bytes> + Send + 'static,
) -> Result<Response<Streaming<Bytes>>, Status> {
    let mut client = Grpc::new(channel).max_decoding_message_size(MAX_MESSAGE_BYTES);
    if options.gzip {
        client = client
            .send_compressed(CompressionEncoding::Gzip)
            .accept_compressed(CompressionEncoding::Gzip);
    }
    client
        .ready()
        .await
        .map_err(|error| Status::from_error(error.into()))?;
    let mut request = Request::new(messages);
    options.metadata.add_to(request.metadata_mut());
    if let Some(timeout) = options.timeout {
        request.set_timeout(timeout);
    }
    client.streaming(request, path, Encoded).await
}

/// Messages as they are encoded.
#[derive(Debug, Clone, Copy)]
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

    fn encode(&mut self, message: Bytes, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put(message);
        Ok(())
    }
}

impl Decoder for Encoded {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(buffer.copy_to_bytes(buffer.remaining())))
    }
}
