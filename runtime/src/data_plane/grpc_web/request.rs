//! The body of a request in text, as gRPC has it.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::Frame;
use tonic::Status;
use tonic::body::Body;

use super::text::Decoder;

/// Decodes base64 as it arrives.
#[derive(Debug)]
pub(super) struct DecodedText {
    body: Body,
    decoder: Decoder,
    has_ended: bool,
}

impl DecodedText {
    pub(super) fn new(body: Body) -> Self {
        Self {
            body,
            decoder: Decoder::default(),
            has_ended: false,
        }
    }
}

impl http_body::Body for DecodedText {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let invalid = |error: super::text::NotBase64| Status::invalid_argument(error.to_string());
        while !self.has_ended {
            let Some(frame) = ready!(Pin::new(&mut self.body).poll_frame(cx)) else {
                self.has_ended = true;
                if self.decoder.is_complete() {
                    break;
                }
                let error = invalid(super::text::NotBase64);
                return Poll::Ready(Some(Err(error)));
            };
            let Ok(piece) = frame?.into_data() else {
                continue;
            };
            let bytes = self.decoder.decode(&piece).map_err(invalid)?;
            if !bytes.is_empty() {
                return Poll::Ready(Some(Ok(Frame::data(bytes))));
            }
        }
        Poll::Ready(None)
    }
}
