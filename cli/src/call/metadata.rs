//! Metadata of requests, as people type it: `name: value`.

use std::str::FromStr;

use base64::Engine as _;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use tonic::metadata::{Ascii, Binary, KeyAndValueRef, MetadataKey, MetadataMap, MetadataValue};

/// With padding or without.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// An entry.
#[derive(Debug, Clone)]
pub(crate) enum Entry {
    Text(MetadataKey<Ascii>, MetadataValue<Ascii>),
    Bytes(MetadataKey<Binary>, MetadataValue<Binary>),
}

/// What goes with each request.
#[derive(Debug, Clone, Default)]
pub(crate) struct Metadata(pub(crate) Vec<Entry>);

impl FromStr for Entry {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, value) = text.split_once(':').ok_or("expected `name: value`")?;
        let (name, value) = (name.trim().to_ascii_lowercase(), value.trim());
        let reserved = matches!(&*name, "content-type" | "te" | "user-agent" | "host")
            || name.starts_with("grpc-");
        if reserved {
            return Err(format!("`{name}` belongs to gRPC itself"));
        }
        if name.ends_with("-bin") {
            let bytes = BASE64
                .decode(value)
                .map_err(|_| format!("expected base64 for `{name}`"))?;
            let key = MetadataKey::from_bytes(name.as_bytes())
                .map_err(|_| format!("`{name}` is no name of metadata"))?;
            return Ok(Self::Bytes(key, MetadataValue::from_bytes(&bytes)));
        }
        let key = MetadataKey::from_bytes(name.as_bytes())
            .map_err(|_| format!("`{name}` is no name of metadata"))?;
        let value = value
            .parse()
            .map_err(|_| format!("the value of `{name}` is no printable ASCII"))?;
        Ok(Self::Text(key, value))
    }
}

impl Metadata {
    pub(crate) fn add_to(&self, map: &mut MetadataMap) {
        for entry in &self.0 {
            match entry {
                Entry::Text(key, value) => {
                    map.append(key.clone(), value.clone());
                }
                Entry::Bytes(key, value) => {
                    map.append_bin(key.clone(), value.clone());
                }
            }
        }
    }
}

/// Metadata for people, a line each. What lets somebody in is not shown.
pub(crate) fn lines(map: &MetadataMap) -> Vec<String> {
    map.iter()
        .map(|entry| match entry {
            KeyAndValueRef::Ascii(key, value) => {
                let is_secret = matches!(
                    key.as_str(),
                    "authorization" | "proxy-authorization" | "cookie" | "set-cookie"
                );
                let value = if is_secret {
                    "(not shown)"
                } else {
                    value.to_str().unwrap_or("(no text)")
                };
                format!("{key}: {value}")
            }
            KeyAndValueRef::Binary(key, value) => {
                format!(
                    "{key}: {}",
                    String::from_utf8_lossy(value.as_encoded_bytes())
                )
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_bytes_are_read_and_what_belongs_to_grpc_is_not() {
        let entries = ["X-Tag: a: b", "x-raw-bin: AQI=", "authorization: Bearer x"];
        let entries = entries.map(|text| text.parse::<Entry>().unwrap());
        let mut map = MetadataMap::new();
        Metadata(entries.to_vec()).add_to(&mut map);
        assert_eq!(map.get("x-tag").unwrap(), "a: b");
        assert_eq!(
            map.get_bin("x-raw-bin").unwrap().to_bytes().unwrap(),
            &[1u8, 2][..]
        );
        let shown = lines(&map);
        assert!(
            shown.contains(&"authorization: (not shown)".to_owned()),
            "{shown:?}"
        );
        for bad in ["x", "grpc-timeout: 1S", "x-bin: ?", "a b: c", "x: \u{7}"] {
            assert!(bad.parse::<Entry>().is_err(), "{bad}");
        }
    }
}
