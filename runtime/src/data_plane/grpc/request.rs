//! From a request's body to a component's values.

use std::sync::Arc;

use bytes::Bytes;
use futures::stream::{self, StreamExt as _};
use http_body::Body;
use http_body_util::BodyExt as _;
use tonic::Code;
use wasmtime::component::Val;

use super::compression::{DecompressError, Encoding};
use super::frame::{Deframer, FrameError, Framed};
use crate::data_plane::exchange::{Callee, Requests};
use crate::data_plane::failure::Refusal;
use crate::host::{BATCH_BYTES, BATCH_ITEMS, Wire};

/// Reads the messages of one request.
pub(super) struct Reader<B> {
    callee: Callee,
    wire: Arc<Wire>,
    encoding: Option<Encoding>,
    deframer: Deframer,
    body: B,
}

impl<B> Reader<B>
where
    B: Body<Data = Bytes> + Send + Unpin + 'static,
{
    pub(super) fn new(
        callee: Callee,
        wire: Arc<Wire>,
        encoding: Option<Encoding>,
        body: B,
    ) -> Self {
        Self {
            deframer: Deframer::new(callee.request_limit()),
            callee,
            wire,
            encoding,
            body,
        }
    }

    /// The one message of a method that takes one.
    pub(super) async fn one(mut self) -> Result<Requests, Refusal> {
        let not_one = |reader: &Self| {
            let reason = "the method takes exactly one message";
            Refusal::of(&reader.callee, Code::Unimplemented, reason)
        };
        let (message, _) = self.next().await?.ok_or_else(|| not_one(&self))?;
        if self.next().await?.is_some() {
            return Err(not_one(&self));
        }
        Ok(Requests::One(message))
    }

    /// The messages of a client stream. The client is heard no faster than the guest
    /// listens: nothing is read from the wire until what came before is wanted.
    pub(super) fn stream(self) -> Requests {
        let batches = stream::unfold(Some(self), |reader| async move {
            let mut reader = reader?;
            match reader.batch().await {
                Ok(None) => None,
                Ok(Some(batch)) => Some((Ok(batch), Some(reader))),
                Err(refusal) => Some((Err(refusal), None)),
            }
        });
        Requests::Stream(batches.boxed())
    }

    /// What has arrived, when something has.
    async fn batch(&mut self) -> Result<Option<Vec<Val>>, Refusal> {
        let Some((first, mut bytes)) = self.next().await? else {
            return Ok(None);
        };
        let mut batch = vec![first];
        while batch.len() < BATCH_ITEMS && bytes < BATCH_BYTES {
            let Some((message, size)) = self.arrived().await? else {
                break;
            };
            batch.push(message);
            bytes += size;
        }
        Ok(Some(batch))
    }

    /// The next message and its size; `None` when the client has sent its last one.
    async fn next(&mut self) -> Result<Option<(Val, usize)>, Refusal> {
        loop {
            if let Some(message) = self.arrived().await? {
                return Ok(Some(message));
            }
            match self.body.frame().await {
                // Trailers of a request mean nothing to gRPC.
                Some(Ok(frame)) => {
                    if let Ok(piece) = frame.into_data() {
                        self.deframer.push(piece);
                    }
                }
                Some(Err(_)) => {
                    let reason = "the request was broken off";
                    return Err(Refusal::of(&self.callee, Code::Cancelled, reason));
                }
                None if self.deframer.is_between_messages() => return Ok(None),
                None => return Err(self.invalid("the request ends within a message")),
            }
        }
    }

    /// The next message that needs no further bytes, and its size.
    async fn arrived(&mut self) -> Result<Option<(Val, usize)>, Refusal> {
        let framed = self.deframer.next().map_err(|error| match error {
            FrameError::TooLarge => Refusal::request_too_large(&self.callee),
            FrameError::Flag(flag) => self.invalid(format_args!("{flag} is no flag of a message")),
        })?;
        let Some(framed) = framed else {
            return Ok(None);
        };
        self.wire.received(framed.is_compressed);
        let message = self.plain(framed).await?;
        let codec = &self.callee.method.codec().request;
        // gRPC's table of status codes: "Could not deserialize request (server)".
        let value = codec
            .from_protobuf(&message)
            .map_err(|error| self.invalid(format_args!("the request cannot be read: {error}")))?;
        Ok(Some((value, message.len())))
    }

    async fn plain(&mut self, framed: Framed) -> Result<Bytes, Refusal> {
        if !framed.is_compressed {
            return Ok(framed.bytes);
        }
        let encoding = self.encoding.ok_or_else(|| {
            self.invalid("a message is compressed, and `grpc-encoding` says not how")
        })?;
        let limit = self.callee.request_limit();
        encoding
            .decompress(framed.bytes, limit)
            .await
            .map_err(|error| match error {
                DecompressError::TooLarge => Refusal::request_too_large(&self.callee),
                DecompressError::Corrupt => self.invalid("a message cannot be decompressed"),
            })
    }

    /// The client breaks the protocol, which gRPC calls INTERNAL.
    fn invalid(&self, reason: impl std::fmt::Display) -> Refusal {
        Refusal::of(&self.callee, Code::Internal, reason)
    }
}
