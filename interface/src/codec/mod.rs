//! Messages between Protobuf bytes, `ProtoJSON` and the values of a component.
//!
//! A codec is built once for a message, from the model, and then works from its
//! tables. Whatever it is given, it answers with a value or an error that names
//! the field: it never panics, and its recursion has a limit.

mod budget;
mod decode;
mod draft;
mod encode;
mod error;
mod finish;
mod http_body;
mod json;
mod plan;
mod structs;
mod value;
mod well_known;
mod wire;

use std::fmt;
use std::sync::Arc;

use bytes::BytesMut;
use prost_reflect::{MessageDescriptor, MethodDescriptor};
use wasmtime::component::Val;

use crate::{Interface, Method};

use budget::Budget;

pub(crate) use draft::{Draft, FieldRoute, SetError};
pub use error::{CodecError, CodecErrorKind};
pub use http_body::HttpBody;
pub use json::{JsonOptions, parse as parse_json};
pub(crate) use well_known::WellKnown;

/// How deep messages nest, as in every implementation of Protobuf.
pub(crate) const RECURSION_LIMIT: usize = 100;

/// Moves one type of message between its forms. Cheap to clone.
#[derive(Clone)]
pub struct MessageCodec {
    plan: Arc<plan::Plan>,
    embedded: Arc<plan::Embedded>,
    message: MessageDescriptor,
}

impl MessageCodec {
    /// The codec of a message that the interface reaches.
    pub fn new(interface: &Interface, message: &MessageDescriptor) -> Self {
        MessageCodec {
            plan: Arc::new(plan::Plan::new(interface, message)),
            embedded: Arc::new(plan::Embedded::new(message.parent_pool())),
            message: message.clone(),
        }
    }

    /// The codec of a message alone, for values that no component sees.
    pub fn of_descriptor(message: &MessageDescriptor) -> Self {
        MessageCodec {
            plan: Arc::new(plan::Plan::whole(message)),
            embedded: Arc::new(plan::Embedded::new(message.parent_pool())),
            message: message.clone(),
        }
    }

    /// The message.
    pub fn message(&self) -> &MessageDescriptor {
        &self.message
    }

    /// Decodes a message. Fields that the interface does not have are dropped.
    pub fn from_protobuf(&self, encoded: &[u8]) -> Result<Val, CodecError> {
        decode::decode(&self.plan, &self.embedded, &Budget::new(), encoded, 0)
    }

    /// Appends the encoded message, in the same bytes for the same value.
    pub fn to_protobuf(&self, value: &Val, out: &mut BytesMut) -> Result<(), CodecError> {
        encode::encode(&self.plan, &self.embedded, value, out)
    }

    /// Reads a message from its JSON, as text.
    pub fn read_json(&self, json: &[u8], options: JsonOptions) -> Result<Val, CodecError> {
        json::read(&self.plan, &self.embedded, json, options)
    }

    /// Appends the message's JSON.
    pub fn write_json(
        &self,
        value: &Val,
        options: JsonOptions,
        out: &mut Vec<u8>,
    ) -> Result<(), CodecError> {
        json::write(&self.plan, &self.embedded, value, options, out)
    }

    /// Appends the JSON of one field of the message, for an HTTP rule with a
    /// `response_body`. An absent field is `null`.
    pub fn write_json_field(
        &self,
        value: &Val,
        field: &str,
        options: JsonOptions,
        out: &mut Vec<u8>,
    ) -> Result<(), CodecError> {
        json::write_field(&self.plan, &self.embedded, value, field, options, out)
    }

    /// The JSON of a `google.protobuf.Any`; none where what it holds is not known
    /// here, or is broken.
    pub fn any_json(&self, type_url: &str, value: &[u8]) -> Option<Vec<u8>> {
        json::any(&self.plan, &self.embedded, type_url, value).ok()
    }

    /// Reads a message from its JSON with no options.
    pub fn from_json(&self, json: &serde_json::Value) -> Result<Val, CodecError> {
        self.read_json(json.to_string().as_bytes(), JsonOptions::default())
    }

    /// Appends the message's JSON with no options.
    pub fn to_json(&self, value: &Val, out: &mut Vec<u8>) -> Result<(), CodecError> {
        self.write_json(value, JsonOptions::default(), out)
    }
}

impl fmt::Debug for MessageCodec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MessageCodec")
            .field("message", &self.message.full_name())
            .finish_non_exhaustive()
    }
}

/// The codecs of a method's messages.
#[derive(Clone, Debug)]
pub struct MethodCodec {
    /// Of the request, or of one message of its stream.
    pub request: MessageCodec,
    /// Of the response, or of one message of its stream.
    pub response: MessageCodec,
}

impl MethodCodec {
    /// The codecs of a method alone, for values that no component sees.
    pub fn of_descriptor(method: &MethodDescriptor) -> Self {
        MethodCodec {
            request: MessageCodec::of_descriptor(&method.input()),
            response: MessageCodec::of_descriptor(&method.output()),
        }
    }

    /// The codecs of a method of the interface.
    pub fn new(interface: &Interface, method: &Method) -> Self {
        MethodCodec {
            request: MessageCodec::new(interface, &method.descriptor.input()),
            response: MessageCodec::new(interface, &method.descriptor.output()),
        }
    }
}
