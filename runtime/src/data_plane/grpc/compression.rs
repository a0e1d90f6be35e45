//! Compression of messages: gzip (RFC 1952) and zstd (RFC 8878).

use std::io::Read;

use bytes::Bytes;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use http::{HeaderMap, HeaderValue};

/// The names of all that is understood, as `grpc-accept-encoding` lists them.
pub(in crate::data_plane) const ACCEPTED: HeaderValue =
    HeaderValue::from_static("identity,gzip,zstd");

/// Bytes below which compression costs more than it saves.
const WORTHWHILE: usize = 1 << 10;
/// Bytes above which it is work for another thread: one that may block.
const HEAVY: usize = 64 << 10;
/// As much of its own output as zstd may look back on, as a power of two: 8 MiB, what
/// RFC 8878, section 3.1.1.1.2 asks every decoder to have.
const WINDOW_LOG: u32 = 23;
/// The levels that cost little time: a proxy's choice, not an archive's.
const GZIP_LEVEL: flate2::Compression = flate2::Compression::new(1);
const ZSTD_LEVEL: i32 = 1;

/// How messages are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::data_plane) enum Encoding {
    Gzip,
    Zstd,
}

/// Why a message could not be read.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::data_plane) enum DecompressError {
    /// It becomes larger than may be.
    TooLarge,
    /// It is not what its encoding says.
    Corrupt,
}

impl Encoding {
    /// The encoding of a request's messages, as the header `name` says it. An error is one that is not understood.
    pub(in crate::data_plane) fn of_request(
        headers: &HeaderMap,
        name: &str,
    ) -> Result<Option<Self>, String> {
        let Some(value) = headers.get(name) else {
            return Ok(None);
        };
        match value.as_bytes() {
            b"identity" => Ok(None),
            name => Self::named(name)
                .map(Some)
                .ok_or_else(|| String::from_utf8_lossy(name).into_owned()),
        }
    }

    /// The encoding of a response's messages, if the client takes any of those that the
    /// header `name` lists: that of its own ones before others.
    pub(in crate::data_plane) fn of_response(
        headers: &HeaderMap,
        name: &str,
        request: Option<Self>,
    ) -> Option<Self> {
        let accepted = |encoding: Self| {
            headers
                .get_all(name)
                .iter()
                .flat_map(|value| value.as_bytes().split(|byte| *byte == b','))
                .any(|name| Self::named(name.trim_ascii()) == Some(encoding))
        };
        request
            .into_iter()
            .chain([Self::Zstd, Self::Gzip])
            .find(|encoding| accepted(*encoding))
    }

    /// The encoding of a name.
    pub(in crate::data_plane) fn named(name: &[u8]) -> Option<Self> {
        match name {
            b"gzip" => Some(Self::Gzip),
            b"zstd" => Some(Self::Zstd),
            _ => None,
        }
    }

    /// As `grpc-encoding` says it.
    pub(in crate::data_plane) fn name(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        })
    }

    /// Reads a message that becomes no more than `limit` bytes. What it becomes beyond
    /// that is never made.
    pub(in crate::data_plane) async fn decompress(
        self,
        message: Bytes,
        limit: usize,
    ) -> Result<Bytes, DecompressError> {
        // A few bytes may become many, so that the limit counts as well.
        if message.len() <= WORTHWHILE && limit <= HEAVY {
            return self.read(&message, limit);
        }
        tokio::task::spawn_blocking(move || self.read(&message, limit))
            .await
            .unwrap_or(Err(DecompressError::Corrupt))
    }

    fn read(self, message: &[u8], limit: usize) -> Result<Bytes, DecompressError> {
        match self {
            Self::Gzip => read_up_to(MultiGzDecoder::new(message), limit),
            Self::Zstd => {
                let mut decoder = zstd::stream::read::Decoder::with_buffer(message)
                    .map_err(|_| DecompressError::Corrupt)?;
                decoder
                    .window_log_max(WINDOW_LOG)
                    .map_err(|_| DecompressError::Corrupt)?;
                read_up_to(decoder, limit)
            }
        }
    }

    /// Compresses a message; `None` where that would not make it smaller.
    pub(in crate::data_plane) async fn compress(self, message: Bytes) -> Option<Bytes> {
        if message.len() < WORTHWHILE {
            return None;
        }
        if message.len() <= HEAVY {
            return self.write(&message);
        }
        tokio::task::spawn_blocking(move || self.write(&message))
            .await
            .ok()
            .flatten()
    }

    fn write(self, message: &[u8]) -> Option<Bytes> {
        let compressed = match self {
            Self::Gzip => {
                let mut encoder = GzEncoder::new(Vec::new(), GZIP_LEVEL);
                std::io::Write::write_all(&mut encoder, message).ok()?;
                encoder.finish().ok()?
            }
            Self::Zstd => zstd::bulk::compress(message, ZSTD_LEVEL).ok()?,
        };
        (compressed.len() < message.len()).then(|| compressed.into())
    }
}

fn read_up_to(decoder: impl Read, limit: usize) -> Result<Bytes, DecompressError> {
    let allowed = u64::try_from(limit).unwrap_or(u64::MAX);
    let mut message = Vec::new();
    decoder
        .take(allowed.saturating_add(1))
        .read_to_end(&mut message)
        .map_err(|_| DecompressError::Corrupt)?;
    if message.len() > limit {
        return Err(DecompressError::TooLarge);
    }
    Ok(message.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    const REQUEST: &str = "grpc-encoding";
    const RESPONSE: &str = "grpc-accept-encoding";

    fn headers(name: &'static str, value: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(name, HeaderValue::from_static(value));
        headers
    }

    #[tokio::test]
    async fn what_is_compressed_is_read_back() {
        let texts = [vec![b'a'; 4 << 10], vec![b'b'; 1 << 20]];
        for encoding in [Encoding::Gzip, Encoding::Zstd] {
            for text in &texts {
                let text = Bytes::from(text.clone());
                let small = encoding.compress(text.clone()).await.unwrap();
                assert!(
                    small.len() < text.len() / 50,
                    "{encoding:?} {}",
                    small.len()
                );
                let read = encoding.decompress(small, text.len()).await;
                assert_eq!(read, Ok(text));
            }
        }
    }

    #[tokio::test]
    async fn a_bomb_is_refused_before_it_has_grown() {
        let zeros = Bytes::from(vec![0; 16 << 20]);
        for encoding in [Encoding::Gzip, Encoding::Zstd] {
            let bomb = encoding.compress(zeros.clone()).await.unwrap();
            for limit in [1 << 10, 1 << 20, zeros.len() - 1] {
                let read = encoding.decompress(bomb.clone(), limit).await;
                assert_eq!(read, Err(DecompressError::TooLarge), "{encoding:?} {limit}");
            }
        }
    }

    #[tokio::test]
    async fn what_is_not_compressed_is_corrupt() {
        for encoding in [Encoding::Gzip, Encoding::Zstd] {
            for text in [&b""[..], b"text", &[0x1f, 0x8b], &[0x28, 0xb5, 0x2f, 0xfd]] {
                let read = encoding.decompress(Bytes::from_static(text), 100).await;
                assert_eq!(read, Err(DecompressError::Corrupt), "{encoding:?} {text:?}");
            }
        }
    }

    #[tokio::test]
    async fn what_would_not_become_smaller_is_left() {
        let mut state = 1_u32;
        let noise: Bytes = std::iter::repeat_with(|| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state.to_be_bytes()[0]
        })
        .take(4 << 10)
        .collect();
        assert_eq!(Encoding::Gzip.compress(noise).await, None);
        assert_eq!(
            Encoding::Gzip.compress(Bytes::from_static(b"few")).await,
            None
        );
    }

    #[test]
    fn an_encoding_that_is_not_known_is_told() {
        assert_eq!(Encoding::of_request(&HeaderMap::new(), REQUEST), Ok(None));
        assert_eq!(
            Encoding::of_request(&headers(REQUEST, "identity"), REQUEST),
            Ok(None)
        );
        assert_eq!(
            Encoding::of_request(&headers(REQUEST, "zstd"), REQUEST),
            Ok(Some(Encoding::Zstd))
        );
        assert_eq!(
            Encoding::of_request(&headers(REQUEST, "deflate"), REQUEST),
            Err("deflate".to_owned())
        );
    }

    #[test]
    fn a_response_is_compressed_as_the_request_was_where_that_is_taken() {
        let of =
            |value, request| Encoding::of_response(&headers(RESPONSE, value), RESPONSE, request);
        assert_eq!(of("identity, deflate, gzip", None), Some(Encoding::Gzip));
        assert_eq!(of("gzip,zstd", None), Some(Encoding::Zstd));
        assert_eq!(of("zstd,gzip", Some(Encoding::Gzip)), Some(Encoding::Gzip));
        assert_eq!(of("identity", Some(Encoding::Gzip)), None);
        assert_eq!(
            Encoding::of_response(&HeaderMap::new(), RESPONSE, Some(Encoding::Gzip)),
            None
        );
    }
}
