use crate::codecs::{bytes, choose, json};

/// The first byte names the message, the rest is JSON. What is read is written,
/// and read again, without a loss in either form.
pub(crate) fn run(data: &[u8]) {
    let Some((codec, text)) = choose(data) else {
        return;
    };
    let Ok(parsed) = serde_json::from_slice(text) else {
        return;
    };
    let Ok(value) = codec.from_json(&parsed) else {
        return;
    };
    let encoded = bytes(codec, &value);
    let again = codec.from_protobuf(&encoded).unwrap();
    assert_eq!(encoded, bytes(codec, &again));

    let written = json(codec, &value).unwrap();
    let read = codec.from_json(&written).unwrap();
    assert_eq!(encoded, bytes(codec, &read));
}
