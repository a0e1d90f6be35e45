//! A message of a type with a value in each field, as a beginning to edit.

use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};

/// How deep messages are shown in messages.
const DEPTH: usize = 4;

/// The JSON of an example, indented.
pub(crate) fn json(message: &MessageDescriptor) -> String {
    let mut json = Vec::new();
    write_message(message, &mut Vec::new(), &mut json);
    String::from_utf8_lossy(&super::indent::indent(&json)).into_owned()
}

fn write_message(message: &MessageDescriptor, above: &mut Vec<String>, out: &mut Vec<u8>) {
    if let Some(json) = well_known(message.full_name()) {
        out.extend_from_slice(json.as_bytes());
        return;
    }
    let name = message.full_name().to_owned();
    if above.contains(&name) || above.len() >= DEPTH {
        out.extend_from_slice(b"{}");
        return;
    }
    above.push(name);
    out.push(b'{');
    // Of a oneof, one.
    let is_shown = |field: &FieldDescriptor| {
        field
            .containing_oneof()
            .is_none_or(|oneof| oneof.fields().next().as_ref() == Some(field))
    };
    for (index, field) in message.fields().filter(is_shown).enumerate() {
        if index > 0 {
            out.push(b',');
        }
        out.extend_from_slice(format!("\"{}\":", field.json_name()).as_bytes());
        write_field(&field, above, out);
    }
    out.push(b'}');
    above.pop();
}

fn write_field(field: &FieldDescriptor, above: &mut Vec<String>, out: &mut Vec<u8>) {
    if let Kind::Message(entry) = field.kind()
        && field.is_map()
    {
        let key = match entry.map_entry_key_field().kind() {
            Kind::String => "key",
            Kind::Bool => "true",
            _ => "1",
        };
        out.extend_from_slice(format!("{{\"{key}\":").as_bytes());
        write_value(&entry.map_entry_value_field().kind(), above, out);
        out.push(b'}');
    } else if field.is_list() {
        out.push(b'[');
        write_value(&field.kind(), above, out);
        out.push(b']');
    } else {
        write_value(&field.kind(), above, out);
    }
}

fn write_value(kind: &Kind, above: &mut Vec<String>, out: &mut Vec<u8>) {
    let text = match kind {
        Kind::Message(message) => return write_message(message, above, out),
        Kind::Enum(enumeration) => {
            let mut values = enumeration.values();
            let first = values.next();
            // The one behind `..._UNSPECIFIED` says more.
            let name = values.next().or(first).map(|value| value.name().to_owned());
            format!("\"{}\"", name.unwrap_or_default())
        }
        Kind::Double | Kind::Float => "0.5".to_owned(),
        Kind::Int32 | Kind::Uint32 | Kind::Sint32 | Kind::Fixed32 | Kind::Sfixed32 => {
            "1".to_owned()
        }
        Kind::Int64 | Kind::Uint64 | Kind::Sint64 | Kind::Fixed64 | Kind::Sfixed64 => {
            "\"1\"".to_owned()
        }
        Kind::Bool => "true".to_owned(),
        Kind::String => "\"text\"".to_owned(),
        Kind::Bytes => "\"AQI=\"".to_owned(),
    };
    out.extend_from_slice(text.as_bytes());
}

/// Messages with a JSON of their own.
fn well_known(name: &str) -> Option<&'static str> {
    Some(match name {
        "google.protobuf.Timestamp" => "\"2030-01-31T12:00:00Z\"",
        "google.protobuf.Duration" => "\"1.5s\"",
        "google.protobuf.FieldMask" => "\"field,other.field\"",
        "google.protobuf.Empty" => "{}",
        "google.protobuf.Struct" => "{\"key\":\"value\"}",
        "google.protobuf.Value" => "\"value\"",
        "google.protobuf.ListValue" => "[\"value\"]",
        "google.protobuf.Any" => {
            "{\"@type\":\"type.googleapis.com/google.protobuf.Empty\",\"value\":{}}"
        }
        "google.protobuf.DoubleValue" | "google.protobuf.FloatValue" => "0.5",
        "google.protobuf.Int32Value" | "google.protobuf.UInt32Value" => "1",
        "google.protobuf.Int64Value" | "google.protobuf.UInt64Value" => "\"1\"",
        "google.protobuf.BoolValue" => "true",
        "google.protobuf.StringValue" => "\"text\"",
        "google.protobuf.BytesValue" => "\"AQI=\"",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use vimana_interface::codec::{JsonOptions, MessageCodec};

    use super::*;

    #[test]
    fn every_example_is_a_message_of_its_type() {
        for message in vimana_proto::descriptor_pool().all_messages() {
            if message.is_map_entry()
                || message.parent_file().syntax() == prost_reflect::Syntax::Proto2
            {
                continue;
            }
            let example = json(&message);
            let codec = MessageCodec::of_descriptor(&message);
            let read = codec.read_json(example.as_bytes(), JsonOptions::default());
            assert!(read.is_ok(), "{}: {read:?}\n{example}", message.full_name());
        }
    }
}
