//! Base64 that comes in pieces, some of them padded.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::{Bytes, BytesMut};

/// Four characters hold three bytes, or fewer where they are padded.
const GROUP: usize = 4;

/// Decodes base64 piece by piece. A client may pad every message, so that padding is
/// followed by more.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    /// Characters of a group that is not complete.
    rest: BytesMut,
}

/// What is no base64.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the body is no base64")]
pub(super) struct NotBase64;

impl Decoder {
    /// The bytes that are complete with `piece`.
    pub(super) fn decode(&mut self, piece: &[u8]) -> Result<Bytes, NotBase64> {
        self.rest.extend_from_slice(piece);
        let complete = self.rest.len() - self.rest.len() % GROUP;
        let text = self.rest.split_to(complete);
        let mut bytes = Vec::with_capacity(text.len() / GROUP * 3);
        // Each part ends with the padding of its last group, or with the text.
        let mut start = 0;
        while start < text.len() {
            let padded = text[start..].iter().position(|byte| *byte == b'=');
            let end = padded.map_or(text.len(), |at| {
                let at = start + at;
                at - at % GROUP + GROUP
            });
            STANDARD
                .decode_vec(&text[start..end], &mut bytes)
                .map_err(|_| NotBase64)?;
            start = end;
        }
        Ok(bytes.into())
    }

    /// Whether no character is left over.
    pub(super) fn is_complete(&self) -> bool {
        self.rest.is_empty()
    }
}

/// A piece in base64, padded so that it stands alone.
pub(super) fn encode(piece: &[u8]) -> Bytes {
    STANDARD.encode(piece).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_decoded_however_it_is_cut() {
        let text = [encode(b"a"), encode(b"bcd"), encode(b"ef")].concat();
        for size in 1..=text.len() {
            let mut decoder = Decoder::default();
            let pieces = text.chunks(size).map(|piece| decoder.decode(piece));
            let bytes: Vec<Bytes> = pieces.collect::<Result<_, _>>().unwrap();
            assert_eq!(bytes.concat(), b"abcdef", "in pieces of {size}");
            assert!(decoder.is_complete());
        }
    }

    #[test]
    fn what_is_no_base64_is_told() {
        for text in ["!!!!", "a===", "====", "ab=c"] {
            let mut decoder = Decoder::default();
            assert_eq!(decoder.decode(text.as_bytes()), Err(NotBase64), "{text}");
        }
        let mut decoder = Decoder::default();
        decoder.decode(b"YWJjZ").unwrap();
        assert!(!decoder.is_complete());
    }
}
