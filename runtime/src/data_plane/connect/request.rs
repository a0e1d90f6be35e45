//! The body of a request, plain: one message, or a stream of them.

use bytes::Bytes;
use futures::StreamExt as _;
use futures::stream;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use tonic::Code;
use tonic::body::Body;

use super::call::{Input, Target};
use crate::data_plane::failure::Refusal;
use crate::data_plane::grpc::compression::{DecompressError, Encoding};
use crate::data_plane::grpc::frame::{Deframer, FrameError, Framed};

/// How many messages a guest is given at once, at most.
const BATCH: usize = 256;

/// What is wrong with a message, whatever it calls.
pub(super) struct Bounds {
    limit: usize,
    too_large: Box<dyn Fn() -> Refusal + Send + Sync>,
}

impl Bounds {
    pub(super) fn of(target: &Target) -> Self {
        // The text names the method and its limit, so it is made beforehand.
        let parts = target.too_large().into_parts();
        Self {
            limit: target.request_limit(),
            too_large: Box::new(move || Refusal::new(parts.code, parts.message.clone())),
        }
    }

    /// A message that was compressed by `encoding`, if by any.
    async fn plain(&self, message: Bytes, encoding: Option<Encoding>) -> Result<Bytes, Refusal> {
        let Some(encoding) = encoding else {
            return Ok(message);
        };
        let plain = encoding.decompress(message, self.limit).await;
        plain.map_err(|error| match error {
            DecompressError::TooLarge => (self.too_large)(),
            DecompressError::Corrupt => invalid("a message does not decompress"),
        })
    }
}

/// The one message that is the body.
pub(super) async fn whole(
    bounds: &Bounds,
    encoding: Option<Encoding>,
    body: Body,
) -> Result<Bytes, Refusal> {
    let message = match Limited::new(body, bounds.limit).collect().await {
        Ok(collected) => collected.to_bytes(),
        Err(error) if error.is::<LengthLimitError>() => return Err((bounds.too_large)()),
        Err(_) => return Err(broken_off()),
    };
    given(bounds, encoding, message).await
}

/// One message that came otherwise than as a body.
pub(super) async fn given(
    bounds: &Bounds,
    encoding: Option<Encoding>,
    message: Bytes,
) -> Result<Bytes, Refusal> {
    if message.len() > bounds.limit {
        return Err((bounds.too_large)());
    }
    if message.is_empty() {
        // Nothing is what nothing becomes, in any encoding.
        return Ok(message);
    }
    bounds.plain(message, encoding).await
}

/// Messages with prefixes.
pub(super) struct Envelopes {
    bounds: Bounds,
    encoding: Option<Encoding>,
    deframer: Deframer,
    body: Body,
}

impl Envelopes {
    pub(super) fn new(bounds: Bounds, encoding: Option<Encoding>, body: Body) -> Self {
        Self {
            deframer: Deframer::new(bounds.limit),
            bounds,
            encoding,
            body,
        }
    }

    /// The one message of a method that takes one.
    pub(super) async fn one(mut self) -> Result<Input, Refusal> {
        let not_one = || {
            let reason = "the method takes exactly one message";
            Refusal::new(Code::Unimplemented, reason)
        };
        let message = self.next().await?.ok_or_else(not_one)?;
        if self.next().await?.is_some() {
            return Err(not_one());
        }
        Ok(Input::One(message))
    }

    /// The messages of a client stream: nothing is read before what came is wanted.
    pub(super) fn stream(self) -> Input {
        let batches = stream::unfold(Some(self), |envelopes| async move {
            let mut envelopes = envelopes?;
            match envelopes.batch().await {
                Ok(None) => None,
                Ok(Some(batch)) => Some((Ok(batch), Some(envelopes))),
                Err(refusal) => Some((Err(refusal), None)),
            }
        });
        Input::Stream(batches.boxed())
    }

    async fn batch(&mut self) -> Result<Option<Vec<Bytes>>, Refusal> {
        let Some(first) = self.next().await? else {
            return Ok(None);
        };
        let mut size = first.len();
        let mut batch = vec![first];
        while batch.len() < BATCH && size < self.bounds.limit {
            let Some(message) = self.arrived().await? else {
                break;
            };
            size += message.len();
            batch.push(message);
        }
        Ok(Some(batch))
    }

    async fn next(&mut self) -> Result<Option<Bytes>, Refusal> {
        loop {
            if let Some(message) = self.arrived().await? {
                return Ok(Some(message));
            }
            match self.body.frame().await {
                Some(Ok(frame)) => {
                    if let Ok(piece) = frame.into_data() {
                        self.deframer.push(piece);
                    }
                }
                Some(Err(_)) => return Err(broken_off()),
                None if self.deframer.is_between_messages() => return Ok(None),
                None => return Err(invalid("the request ends within a message")),
            }
        }
    }

    /// The next message that needs no further bytes.
    async fn arrived(&mut self) -> Result<Option<Bytes>, Refusal> {
        let framed = self.deframer.next().map_err(|error| match error {
            FrameError::TooLarge => (self.bounds.too_large)(),
            FrameError::Flag(_) => invalid("a message has flags that are for responses"),
        })?;
        let Some(Framed {
            is_compressed,
            bytes,
        }) = framed
        else {
            return Ok(None);
        };
        if is_compressed && self.encoding.is_none() {
            let reason = "a message is compressed, and `Connect-Content-Encoding` says not how";
            return Err(Refusal::new(Code::Internal, reason));
        }
        let encoding = self.encoding.filter(|_| is_compressed);
        self.bounds.plain(bytes, encoding).await.map(Some)
    }
}

fn invalid(reason: &str) -> Refusal {
    Refusal::new(Code::InvalidArgument, reason)
}

fn broken_off() -> Refusal {
    Refusal::new(Code::Cancelled, "the request was broken off")
}
