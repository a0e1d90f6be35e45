//! Content codings (RFC 9110, section 8.4) of whole bodies: gzip and zstd.

use std::io::{self, Read, Write as _};

use bytes::Bytes;
use http::HeaderMap;
use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, HeaderValue, VARY};

use super::Failure;
use super::accept::{Quality, quality_of};

/// Below this, a body is not worth it.
const WORTHWHILE: usize = 1 << 10;

/// The memory that a zstd stream may ask for, as a power of two: what RFC 9659 grants
/// to content codings.
const ZSTD_WINDOW: u32 = 23;

/// A content coding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Coding {
    Gzip,
    Zstd,
}

impl Coding {
    const ALL: [Self; 2] = [Self::Zstd, Self::Gzip];

    const fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }

    /// The coding of a request's body; none where it is as it is.
    pub(crate) fn of_request(headers: &HeaderMap) -> Result<Option<Self>, Failure> {
        let mut codings = headers.get_all(CONTENT_ENCODING).iter();
        let Some(value) = codings.next() else {
            return Ok(None);
        };
        let text = String::from_utf8_lossy(value.as_bytes());
        let is_one = codings.next().is_none();
        let name = text.trim().to_ascii_lowercase();
        match name.as_str() {
            "identity" | "" if is_one => Ok(None),
            "gzip" | "x-gzip" if is_one => Ok(Some(Self::Gzip)),
            "zstd" if is_one => Ok(Some(Self::Zstd)),
            _ => Err(Failure::unsupported_encoding(&text)),
        }
    }

    /// The coding that the client likes best; none where it wants none.
    fn of_response(headers: &HeaderMap) -> Option<Self> {
        let accepted = headers.get(ACCEPT_ENCODING)?.to_str().ok()?;
        let quality = |coding: &Self| {
            quality_of(accepted, |name| match name {
                "*" => 1,
                name if name.eq_ignore_ascii_case(coding.name()) => 2,
                _ => 0,
            })
        };
        let mut best: Option<(Quality, Self)> = None;
        for coding in Self::ALL {
            let found = quality(&coding).filter(|quality| *quality > Quality::NONE);
            if let Some(found) = found
                && best.is_none_or(|(known, _)| found > known)
            {
                best = Some((found, coding));
            }
        }
        best.map(|(_, coding)| coding)
    }

    /// What was compressed, if it is at most `limit` bytes.
    pub(crate) fn decompress(self, body: &[u8], limit: usize) -> Result<Bytes, Failure> {
        let read = match self {
            Self::Gzip => read_at_most(flate2::bufread::MultiGzDecoder::new(body), limit),
            Self::Zstd => zstd::stream::read::Decoder::with_buffer(body).and_then(|mut decoder| {
                decoder.window_log_max(ZSTD_WINDOW)?;
                read_at_most(decoder, limit)
            }),
        };
        match read {
            Ok(Some(bytes)) => Ok(bytes.into()),
            Ok(None) => Err(Failure::body_too_large(limit)),
            Err(error) => Err(Failure::broken_encoding(self.name(), &error)),
        }
    }

    fn compress(self, body: &[u8]) -> io::Result<Vec<u8>> {
        match self {
            Self::Gzip => {
                let out = Vec::with_capacity(body.len() / 2);
                let mut encoder = flate2::write::GzEncoder::new(out, flate2::Compression::fast());
                encoder.write_all(body)?;
                encoder.finish()
            }
            Self::Zstd => zstd::bulk::compress(body, 1),
        }
    }
}

/// None where there is more than `limit` bytes.
fn read_at_most(reader: impl Read, limit: usize) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    let more = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    reader.take(more).read_to_end(&mut bytes)?;
    Ok((bytes.len() <= limit).then_some(bytes))
}

/// Compresses the body of a response, where the client asks for it and it is worth
/// it; `headers` are those of the response.
pub(crate) fn compress_response(
    request: &HeaderMap,
    headers: &mut HeaderMap,
    body: Bytes,
) -> Bytes {
    if headers.contains_key(CONTENT_ENCODING) || !is_text(headers) {
        return body;
    }
    headers.append(VARY, HeaderValue::from_static("accept-encoding"));
    if body.len() < WORTHWHILE {
        return body;
    }
    let Some(coding) = Coding::of_response(request) else {
        return body;
    };
    match coding.compress(&body) {
        Ok(compressed) if compressed.len() < body.len() => {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(coding.name()));
            compressed.into()
        }
        _ => body,
    }
}

/// Compresses a body that is made part by part, each of which can be read when it
/// arrives.
pub(crate) enum StreamCompressor {
    Gzip(flate2::write::GzEncoder<Vec<u8>>),
    Zstd(zstd::stream::write::Encoder<'static, Vec<u8>>),
}

impl StreamCompressor {
    /// One for the body of a response, where the client asks for it; `headers` are those
    /// of the response.
    pub(crate) fn of_response(request: &HeaderMap, headers: &mut HeaderMap) -> Option<Self> {
        let coding = Coding::of_response(request)?;
        let compressor = match coding {
            Coding::Gzip => Self::Gzip(flate2::write::GzEncoder::new(
                Vec::new(),
                flate2::Compression::fast(),
            )),
            Coding::Zstd => Self::Zstd(zstd::stream::write::Encoder::new(Vec::new(), 1).ok()?),
        };
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static(coding.name()));
        Some(compressor)
    }

    /// A part, compressed and complete.
    pub(crate) fn part(&mut self, bytes: &[u8]) -> io::Result<Bytes> {
        let out = match self {
            Self::Gzip(encoder) => {
                encoder.write_all(bytes)?;
                encoder.flush()?;
                encoder.get_mut()
            }
            Self::Zstd(encoder) => {
                encoder.write_all(bytes)?;
                encoder.flush()?;
                encoder.get_mut()
            }
        };
        Ok(std::mem::take(out).into())
    }

    /// What stands behind the last part.
    pub(crate) fn end(self) -> io::Result<Bytes> {
        let out = match self {
            Self::Gzip(encoder) => encoder.finish()?,
            Self::Zstd(encoder) => encoder.finish()?,
        };
        Ok(out.into())
    }
}

/// Images and archives are compressed as they are.
fn is_text(headers: &HeaderMap) -> bool {
    let content_type = headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    content_type.is_some_and(|content_type| {
        let essence = content_type.split(|byte| *byte == b';').next();
        let essence = essence.unwrap_or_default().trim_ascii();
        essence.starts_with(b"text/")
            || [&b"json"[..], b"xml", b"javascript", b"yaml", b"csv"]
                .iter()
                .any(|kind| essence.ends_with(kind))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepting(value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static(value))])
    }

    #[test]
    fn the_coding_that_the_client_likes_best_is_taken() {
        for (accepted, coding) in [
            ("gzip, zstd", Some(Coding::Zstd)),
            ("zstd;q=0.5, gzip", Some(Coding::Gzip)),
            ("*", Some(Coding::Zstd)),
            ("*, zstd;q=0", Some(Coding::Gzip)),
            ("GZIP;q=0.001", Some(Coding::Gzip)),
            ("gzip;q=0", None),
            ("br, identity", None),
            ("", None),
        ] {
            assert_eq!(
                Coding::of_response(&accepting(accepted)),
                coding,
                "{accepted}"
            );
        }
        assert_eq!(Coding::of_response(&HeaderMap::new()), None);
    }

    #[test]
    fn what_was_compressed_comes_back() {
        let body = Bytes::from("{\"a\": 1}".repeat(500));
        for coding in Coding::ALL {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            let request = accepting(coding.name());
            let compressed = compress_response(&request, &mut headers, body.clone());
            assert!(compressed.len() < body.len() / 4);
            assert_eq!(headers[CONTENT_ENCODING], coding.name());
            assert_eq!(headers[VARY], "accept-encoding");
            assert_eq!(coding.decompress(&compressed, body.len()).unwrap(), body);
        }
    }

    #[test]
    fn each_part_of_a_stream_can_be_read_when_it_arrives() {
        for coding in Coding::ALL {
            let mut headers = HeaderMap::new();
            let compressor = StreamCompressor::of_response(&accepting(coding.name()), &mut headers);
            let mut compressor = compressor.unwrap();
            assert_eq!(headers[CONTENT_ENCODING], coding.name());
            let mut sent = Vec::new();
            for part in ["one\n", "two\n"] {
                sent.extend(compressor.part(part.as_bytes()).unwrap());
                let mut read = [0; 64];
                // A decoder gives what it has, and fails only behind that.
                let length = match coding {
                    Coding::Gzip => flate2::bufread::GzDecoder::new(&*sent).read(&mut read),
                    Coding::Zstd => {
                        let decoder = zstd::stream::read::Decoder::with_buffer(&*sent);
                        decoder.unwrap().read(&mut read)
                    }
                };
                let read = &read[..length.unwrap()];
                assert!(read.ends_with(part.as_bytes()), "{read:?}");
            }
            sent.extend(compressor.end().unwrap());
            let whole = coding.decompress(&sent, 1 << 10).unwrap();
            assert_eq!(&whole[..], b"one\ntwo\n");
        }
        let mut headers = HeaderMap::new();
        assert!(StreamCompressor::of_response(&HeaderMap::new(), &mut headers).is_none());
        assert!(!headers.contains_key(CONTENT_ENCODING));
    }

    #[test]
    fn a_bomb_is_413_and_garbage_is_400() {
        let bomb = vec![0; 1 << 24];
        for coding in Coding::ALL {
            let compressed = coding.compress(&bomb).unwrap();
            let status = |body: &[u8]| {
                let failure = coding.decompress(body, 1 << 20).unwrap_err();
                failure.into_response().status()
            };
            assert_eq!(status(&compressed), 413);
            assert_eq!(status(b"garbage"), 400);
            let whole = coding.compress(b"what is cut off in the middle").unwrap();
            assert_eq!(status(&whole[..whole.len() / 2]), 400);
        }
    }

    #[test]
    fn pictures_and_small_bodies_stay_as_they_are() {
        let request = accepting("gzip");
        for (content_type, length) in [("image/png", 5000), ("application/json", 10)] {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
            let body = Bytes::from(vec![b'a'; length]);
            assert_eq!(
                compress_response(&request, &mut headers, body.clone()),
                body
            );
            assert!(!headers.contains_key(CONTENT_ENCODING));
        }
    }
}
