//! `google.api.HttpBody`: a message that is the HTTP body itself
//! (<https://github.com/googleapis/googleapis/blob/master/google/api/httpbody.proto>).

use bytes::BytesMut;
use wasmtime::component::Val;

use super::error::CodecError;
use super::plan::{FieldPlan, FieldShape, MessagePlan, Plan, ValuePlan};
use super::{MessageCodec, decode, value};

const NAME: &str = "google.api.HttpBody";
const CONTENT_TYPE: u32 = 1;
const DATA: u32 = 2;

/// An HTTP body, as a message says it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HttpBody {
    /// The content type; empty where the message says none.
    pub content_type: String,
    /// The body.
    pub data: Vec<u8>,
}

fn message_of<'p>(plan: &'p Plan, value: &ValuePlan) -> Option<&'p MessagePlan> {
    match value {
        ValuePlan::Message(index) => Some(plan.message(*index)),
        _ => None,
    }
}

fn is_http_body(plan: &Plan, value: &ValuePlan) -> bool {
    message_of(plan, value).is_some_and(|message| message.full_name == NAME)
}

impl MessageCodec {
    /// Whether the message, or that field of it, is the HTTP body itself.
    pub(crate) fn is_http_body(&self, field: Option<usize>) -> bool {
        match field {
            None => is_http_body(&self.plan, &self.plan.root),
            Some(field) => self.field(field).is_some_and(|field| {
                let is_one = !matches!(field.shape, FieldShape::List | FieldShape::Map { .. });
                is_one && is_http_body(&self.plan, &field.value)
            }),
        }
    }

    /// The place of a field of the message itself, by its name in the `.proto`.
    pub(crate) fn field_place(&self, name: &str) -> Option<usize> {
        let message = message_of(&self.plan, &self.plan.root)?;
        message.fields.iter().position(|field| field.name == name)
    }

    fn field(&self, field: usize) -> Option<&FieldPlan> {
        message_of(&self.plan, &self.plan.root)?.fields.get(field)
    }

    /// Puts an HTTP body in the place of the message, or of that field of it.
    pub(crate) fn put_http_body(
        &self,
        field: Option<usize>,
        content_type: &str,
        data: &[u8],
        target: &mut Val,
    ) {
        let field = field.and_then(|field| self.field(field));
        let value_plan = field.map_or(&self.plan.root, |field| &field.value);
        let Some(message) = message_of(&self.plan, value_plan) else {
            return;
        };
        let mut body = self.plan.empty(message);
        message.set(
            &mut body,
            CONTENT_TYPE,
            Val::String(content_type.to_owned()),
        );
        message.set(&mut body, DATA, decode::bytes(data));
        let Some(field) = field else {
            *target = body;
            return;
        };
        let Val::Record(record) = target else {
            return;
        };
        if let Some((_, slot)) = record.get_mut(field.slot) {
            *slot = match &field.shape {
                FieldShape::Case { name } => {
                    let variant = Val::Variant(name.clone(), Some(Box::new(body)));
                    Val::Option(Some(Box::new(variant)))
                }
                FieldShape::Optional => Val::Option(Some(Box::new(body))),
                _ => body,
            };
        }
    }

    /// The HTTP body that the message is, or that field of it; an empty one where
    /// the field is absent.
    pub(crate) fn http_body(
        &self,
        field: Option<usize>,
        value: &Val,
    ) -> Result<HttpBody, CodecError> {
        let Some(field) = field.and_then(|field| self.field(field)) else {
            return match message_of(&self.plan, &self.plan.root) {
                Some(message) => read(message, value),
                None => Ok(HttpBody::default()),
            };
        };
        let Some(message) = message_of(&self.plan, &self.plan.root) else {
            return Ok(HttpBody::default());
        };
        let slot = &message.slots[field.slot].name;
        let value = value::slot(value::record(value)?, field.slot, slot)?;
        let held = match (&field.shape, value) {
            (FieldShape::Optional, Val::Option(held)) => held.as_deref(),
            (FieldShape::Case { name }, Val::Option(Some(variant))) => match &**variant {
                Val::Variant(case, Some(held)) if case == name => Some(&**held),
                _ => None,
            },
            (FieldShape::Case { .. }, Val::Option(None)) => None,
            (_, value) => Some(value),
        };
        match (message_of(&self.plan, &field.value), held) {
            (Some(message), Some(held)) => read(message, held),
            _ => Ok(HttpBody::default()),
        }
    }
}

fn read(message: &MessagePlan, value: &Val) -> Result<HttpBody, CodecError> {
    let record = value::record(value)?;
    let numbered = |number: u32| {
        let field = message.field_by_number(number)?;
        let name = &message.slots[field.slot].name;
        Some(value::slot(record, field.slot, name))
    };
    let mut body = HttpBody::default();
    if let Some(content_type) = numbered(CONTENT_TYPE) {
        value::string(content_type?)?.clone_into(&mut body.content_type);
    }
    if let Some(data) = numbered(DATA) {
        let mut bytes = BytesMut::new();
        value::put_bytes(data?, &mut bytes)?;
        body.data = bytes.into();
    }
    Ok(body)
}
