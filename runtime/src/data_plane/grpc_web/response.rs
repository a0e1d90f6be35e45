//! The body of a response: messages, then the trailers in a frame of their own.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{BufMut as _, Bytes, BytesMut};
use http::HeaderMap;
use http_body::{Frame, SizeHint};
use tonic::Status;
use tonic::body::Body;

use super::text;

/// The flag of a frame that holds trailers.
const TRAILERS: u8 = 0x80;
/// The bytes before its content.
const HEAD: usize = 5;
/// The bytes that each trailer has besides its name and value.
const SEPARATORS: usize = 4;

/// Writes trailers as data.
#[derive(Debug)]
pub(super) struct WebBody {
    body: Body,
    is_text: bool,
}

impl WebBody {
    pub(super) fn new(body: Body, is_text: bool) -> Self {
        Self { body, is_text }
    }
}

impl http_body::Body for WebBody {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let Some(part) = ready!(Pin::new(&mut self.body).poll_frame(cx)) else {
            return Poll::Ready(None);
        };
        let bytes = match part?.into_data() {
            Ok(data) => data,
            Err(part) => {
                let trailers = part.into_trailers().unwrap_or_default();
                trailers_frame(&trailers)
            }
        };
        let bytes = if self.is_text {
            text::encode(&bytes)
        } else {
            bytes
        };
        Poll::Ready(Some(Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        // What the trailers will take is not known.
        SizeHint::default()
    }
}

/// A frame of trailers as HTTP/1.1 writes headers, with names in lower case.
fn trailers_frame(trailers: &HeaderMap) -> Bytes {
    let length: usize = trailers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len() + SEPARATORS)
        .sum();
    let mut frame = BytesMut::with_capacity(HEAD + length);
    frame.put_u8(TRAILERS);
    frame.put_u32(u32::try_from(length).expect("metadata of a guest is a few kilobytes"));
    for (name, value) in trailers {
        frame.put_slice(name.as_str().as_bytes());
        frame.put_slice(b": ");
        frame.put_slice(value.as_bytes());
        frame.put_slice(b"\r\n");
    }
    frame.freeze()
}

#[cfg(test)]
mod tests {
    use futures::stream;
    use http_body_util::{BodyExt as _, StreamBody};

    use super::*;

    async fn sent(is_text: bool) -> Bytes {
        let mut trailers = HeaderMap::new();
        trailers.insert("grpc-status", "0".parse().unwrap());
        trailers.append("x-tag", "a".parse().unwrap());
        trailers.append("x-tag", "b".parse().unwrap());
        let parts = [
            Frame::data(Bytes::from_static(b"\0\0\0\0\x03Ada")),
            Frame::trailers(trailers),
        ];
        let body = StreamBody::new(stream::iter(parts.map(Ok::<_, Status>)));
        let body = WebBody::new(Body::new(body), is_text);
        body.collect().await.unwrap().to_bytes()
    }

    #[tokio::test]
    async fn trailers_are_the_last_frame() {
        let expected = [
            b"\0\0\0\0\x03Ada\x80\0\0\0\x24".as_slice(),
            b"grpc-status: 0\r\nx-tag: a\r\nx-tag: b\r\n",
        ]
        .concat();
        assert_eq!(sent(false).await, expected);
        let mut decoder = text::Decoder::default();
        assert_eq!(decoder.decode(&sent(true).await).unwrap(), expected);
    }
}
