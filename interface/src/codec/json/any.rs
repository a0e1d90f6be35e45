//! The JSON of messages that the codec only has as bytes: what an `Any` holds, and
//! recursive fields. Their descriptors lead to it.

use prost::Message as _;
use prost_reflect::{DynamicMessage, MessageDescriptor};
use serde_json::Value;

use super::super::error::{CodecError, CodecErrorKind as Kind};

/// The encoded message of a JSON object.
pub(super) fn encode(descriptor: &MessageDescriptor, json: &Value) -> Result<Vec<u8>, CodecError> {
    DynamicMessage::deserialize(descriptor.clone(), json)
        .map(|message| message.encode_to_vec())
        .map_err(|error| invalid(descriptor, &error))
}

/// Writes the JSON of an encoded message.
pub(super) fn write(
    descriptor: &MessageDescriptor,
    encoded: &[u8],
    out: &mut Vec<u8>,
) -> Result<(), CodecError> {
    let message =
        DynamicMessage::decode(descriptor.clone(), encoded).map_err(|error| Kind::Embedded {
            message: descriptor.full_name().to_owned(),
            reason: error.to_string(),
        })?;
    let start = out.len();
    serde_json::to_writer(&mut *out, &message).map_err(|error| {
        out.truncate(start);
        invalid(descriptor, &error)
    })
}

/// The type URL and value of the JSON of an `Any`.
pub(super) fn read_any(
    descriptor: &MessageDescriptor,
    json: &Value,
) -> Result<(String, Vec<u8>), CodecError> {
    if json.as_object().is_some_and(serde_json::Map::is_empty) {
        return Ok((String::new(), Vec::new()));
    }
    let message = DynamicMessage::deserialize(descriptor.clone(), json)
        .map_err(|error| invalid(descriptor, &error))?;
    let type_url = message.get_field_by_number(1);
    let type_url = type_url.as_ref().and_then(|value| value.as_str());
    let value = message.get_field_by_number(2);
    let value = value.as_ref().and_then(|value| value.as_bytes());
    Ok((
        type_url.unwrap_or_default().to_owned(),
        value.map(|value| value.to_vec()).unwrap_or_default(),
    ))
}

pub(super) fn write_any(
    descriptor: &MessageDescriptor,
    type_url: &str,
    value: Vec<u8>,
    out: &mut Vec<u8>,
) -> Result<(), CodecError> {
    if type_url.is_empty() && value.is_empty() {
        out.extend_from_slice(b"{}");
        return Ok(());
    }
    let any = prost_types::Any {
        type_url: type_url.to_owned(),
        value,
    };
    write(descriptor, &any.encode_to_vec(), out)
}

fn invalid(descriptor: &MessageDescriptor, error: &serde_json::Error) -> CodecError {
    CodecError::new(Kind::EmbeddedJson {
        message: descriptor.full_name().to_owned(),
        reason: error.to_string(),
    })
}
