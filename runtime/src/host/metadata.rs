//! Metadata between the wire and a guest: names in lower case, values as bytes,
//! base64 on the wire where the name ends in `-bin` (gRPC over HTTP/2, "Custom-Metadata").

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use http::{HeaderMap, HeaderName, HeaderValue};

use super::context::MetadataError;

/// Bytes of all names and values of the headers, or trailers, of a response.
const MAX_BYTES: usize = 8 << 10;

/// Names that the protocols keep for themselves, beside `grpc-...`.
const RESERVED: [&str; 14] = [
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "date",
    "expect",
    "host",
    "http2-settings",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Written without padding, and read with it or without, as gRPC asks for.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_encode_padding(false)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Whether a name is one that a service may read and write.
pub(crate) fn is_custom_metadata(name: &str) -> bool {
    !name.starts_with("grpc-") && !RESERVED.contains(&name)
}

/// The metadata of a request as a guest sees it. A value that should be base64
/// and is not is left out, as it has no bytes that could be shown.
pub(super) fn incoming(metadata: &HeaderMap) -> impl Iterator<Item = (&str, Vec<u8>)> {
    metadata
        .iter()
        .filter(|(name, _)| is_custom_metadata(name.as_str()))
        .flat_map(|(name, value)| {
            decode(name.as_str(), value)
                .into_iter()
                .map(move |value| (name.as_str(), value))
        })
}

/// The values of one name; none where the name is none of the caller's.
pub(super) fn incoming_values(metadata: &HeaderMap, name: &str) -> Vec<Vec<u8>> {
    if !is_custom_metadata(name) {
        return Vec::new();
    }
    metadata
        .get_all(name)
        .iter()
        .flat_map(|value| decode(name, value))
        .collect()
}

/// One value, or several where binary ones were joined by commas.
fn decode(name: &str, value: &HeaderValue) -> Vec<Vec<u8>> {
    if !name.ends_with("-bin") {
        return vec![value.as_bytes().to_vec()];
    }
    value
        .as_bytes()
        .split(|byte| *byte == b',')
        .filter_map(|part| BASE64.decode(part.trim_ascii()).ok())
        .collect()
}

/// The headers or the trailers that a guest adds to its response.
#[derive(Debug, Default)]
pub(crate) struct OutgoingMetadata {
    entries: HeaderMap,
    bytes: usize,
}

impl OutgoingMetadata {
    /// Adds a value, as the documentation of `metadata-error` in `service.wit`
    /// describes.
    pub(super) fn add(&mut self, name: &str, value: &[u8]) -> Result<(), MetadataError> {
        let is_spelt =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-.".contains(&byte);
        if name.is_empty() || !name.bytes().all(is_spelt) || !is_custom_metadata(name) {
            return Err(MetadataError::InvalidName);
        }
        let bytes = self.bytes + name.len() + value.len();
        if bytes > MAX_BYTES {
            return Err(MetadataError::TooLarge);
        }
        let value = if name.ends_with("-bin") {
            HeaderValue::try_from(BASE64.encode(value)).ok()
        } else if value.iter().all(|byte| (b' '..=b'~').contains(byte)) {
            HeaderValue::from_bytes(value).ok()
        } else {
            None
        };
        let value = value.ok_or(MetadataError::InvalidValue)?;
        let name =
            HeaderName::from_bytes(name.as_bytes()).map_err(|_| MetadataError::InvalidName)?;
        self.entries
            .try_append(name, value)
            .map_err(|_| MetadataError::TooLarge)?;
        self.bytes = bytes;
        Ok(())
    }

    /// What was added, as it goes on the wire.
    pub(crate) fn into_headers(self) -> HeaderMap {
        self.entries
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_protocol_keeps_for_itself_is_refused() {
        let mut metadata = OutgoingMetadata::default();
        for name in [
            "",
            "X-Upper",
            "a b",
            "é",
            ":path",
            "grpc-status",
            "content-type",
            "te",
            "content-length",
            "transfer-encoding",
        ] {
            assert_eq!(
                metadata.add(name, b"x"),
                Err(MetadataError::InvalidName),
                "{name}"
            );
        }
        assert_eq!(
            metadata.add("x", b"a\r\nset-cookie: b"),
            Err(MetadataError::InvalidValue)
        );
        assert!(metadata.into_headers().is_empty());
    }

    #[test]
    fn all_together_are_bounded() {
        let mut metadata = OutgoingMetadata::default();
        metadata.add("x", &[b'a'; MAX_BYTES - 1]).unwrap();
        assert_eq!(metadata.add("y", b""), Err(MetadataError::TooLarge));
    }

    #[test]
    fn binary_values_are_base64_on_the_wire_alone() {
        let mut metadata = OutgoingMetadata::default();
        metadata.add("x-bin", &[0, 255]).unwrap();
        metadata.add("x-bin", b"a").unwrap();
        metadata.add("y", b"text").unwrap();
        let headers = metadata.into_headers();
        assert_eq!(headers["x-bin"], "AP8");
        let values = incoming_values(&headers, "x-bin");
        assert_eq!(values, [vec![0, 255], b"a".to_vec()]);
        assert_eq!(incoming(&headers).count(), 3);
    }

    #[test]
    fn binary_values_may_be_joined_and_padded() {
        let mut headers = HeaderMap::new();
        headers.append("x-bin", HeaderValue::from_static("AP8=, YQ,!"));
        headers.append("grpc-timeout", HeaderValue::from_static("1S"));
        assert_eq!(
            incoming(&headers).collect::<Vec<_>>(),
            [("x-bin", vec![0, 255]), ("x-bin", b"a".to_vec())]
        );
    }
}
