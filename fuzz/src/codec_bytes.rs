use crate::codecs::{bytes, choose, json};

/// The first byte names the message, the rest is taken for it. What is read is
/// written, and read again, without a loss in either form.
pub(crate) fn run(data: &[u8]) {
    let Some((codec, encoded)) = choose(data) else {
        return;
    };
    let Ok(value) = codec.from_protobuf(encoded) else {
        return;
    };
    let once = bytes(codec, &value);
    let again = codec.from_protobuf(&once).unwrap();
    assert_eq!(once, bytes(codec, &again));

    let Some(first) = json(codec, &value) else {
        return;
    };
    let read = codec.from_json(&first).unwrap();
    assert_eq!(json(codec, &read), Some(first));
}
