//! One case: the payload to a component's values, and these to the format asked for.

use std::collections::HashMap;

use bytes::BytesMut;
use vimana_interface::codec::{JsonOptions, MessageCodec};
use wasmtime::component::Val;

use crate::protocol::{Answer, Category, Format, Payload, Request};

/// The first request of the suite asks which cases will fail. The suite reads them
/// from its own list.
const FAILURES: &str = "conformance.FailureSet";

pub(crate) fn answer(codecs: &HashMap<String, MessageCodec>, request: &Request) -> Answer {
    if request.message_type == FAILURES {
        return Answer::Protobuf(Vec::new());
    }
    let Some(codec) = codecs.get(&request.message_type) else {
        return Answer::Skipped(format!("there is no `{}` here", request.message_type));
    };
    let parsed = match &request.payload {
        Some(Payload::Protobuf(encoded)) => codec.from_protobuf(encoded).map_err(text),
        Some(Payload::Json(json)) => parse(codec, json, request.test_category()),
        Some(Payload::Jspb(_) | Payload::Text(_)) => {
            return Answer::Skipped("only Protobuf and JSON are read".to_owned());
        }
        None => return Answer::RuntimeError("the request bears no payload".to_owned()),
    };
    match parsed {
        Ok(value) => write(codec, &value, request.requested_output_format()),
        Err(reason) => Answer::ParseError(reason),
    }
}

fn write(codec: &MessageCodec, value: &Val, format: Format) -> Answer {
    let written = match format {
        Format::Json => {
            let mut json = Vec::new();
            let written = codec.to_json(value, &mut json).map_err(text);
            written.and_then(|()| String::from_utf8(json).map(Answer::Json).map_err(text))
        }
        Format::Protobuf => {
            let mut encoded = BytesMut::new();
            let written = codec.to_protobuf(value, &mut encoded).map_err(text);
            written.map(|()| Answer::Protobuf(encoded.to_vec()))
        }
        Format::Unspecified | Format::Jspb | Format::Text => {
            return Answer::Skipped("only Protobuf and JSON are written".to_owned());
        }
    };
    written.unwrap_or_else(Answer::SerializeError)
}

fn parse(codec: &MessageCodec, json: &str, category: Category) -> Result<Val, String> {
    let options = JsonOptions {
        ignore_unknown: category == Category::JsonIgnoreUnknown,
        ..JsonOptions::default()
    };
    codec.read_json(json.as_bytes(), options).map_err(text)
}

#[allow(clippy::needless_pass_by_value, reason = "shaped for `map_err`")]
fn text(error: impl ToString) -> String {
    error.to_string()
}
