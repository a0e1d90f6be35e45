//! The JSON of messages that a component has as bytes: what an `Any` holds, and
//! recursive fields.

use bytes::BytesMut;
use wasmtime::component::Val;

use super::super::decode;
use super::super::encode;
use super::super::error::{CodecError, CodecErrorKind as Kind};
use super::super::plan::{Form, Plan, Recursive, ValuePlan};
use super::number::mismatch;
use super::read::JsonReader;
use super::text::{Text, Token};
use super::write::{JsonWriter, put_string};

/// Where the JSON of an `Any` says what it holds.
const TYPE: &str = "@type";
/// Where it has the JSON that is no object of the message's fields.
const VALUE: &str = "value";

impl JsonReader<'_> {
    /// The encoded message of a recursive field.
    pub(super) fn recursive(
        &self,
        message: &Recursive,
        json: &mut Text<'_>,
        depth: usize,
    ) -> Result<Vec<u8>, CodecError> {
        let plan = message.plan(self.embedded);
        let reader = self.of(plan);
        let value = reader.value(&plan.root, json, depth)?;
        self.encoded(plan, &value)
    }

    /// The type URL and value of an `Any`. It is passed over once for its type,
    /// which may stand behind what it is the type of.
    pub(super) fn any(
        &self,
        json: &mut Text<'_>,
        depth: usize,
    ) -> Result<(String, Vec<u8>), CodecError> {
        match json.token()? {
            Token::Object => {}
            other => return Err(mismatch("an object", &other)),
        }
        let mut ahead = json.clone();
        let mut members = Members::default();
        ahead.members(|json, name| members.see(&name, json))?;
        let Some(type_url) = members.type_url else {
            if members.has_any {
                return Err(CodecError::new(Kind::NoType));
            }
            json.skip()?;
            return Ok((String::new(), Vec::new()));
        };
        let plan = self
            .embedded
            .named(message_name(&type_url).map_err(|error| error.in_field(TYPE))?)
            .ok_or_else(|| CodecError::new(Kind::UnknownType(type_url.clone())).in_field(TYPE))?;
        let reader = self.of(&plan);
        let value = match &plan.root {
            ValuePlan::Message(index) if !has_value(&plan, members.has_value) => {
                reader.members(plan.message(*index), json, depth, |name| name != TYPE)?
            }
            root => reader.lone_value(root, json, depth)?,
        };
        Ok((type_url, self.encoded(&plan, &value)?))
    }

    /// The one member `value` that an `Any` has beside its type.
    fn lone_value(
        &self,
        root: &ValuePlan,
        json: &mut Text<'_>,
        depth: usize,
    ) -> Result<Val, CodecError> {
        let mut value = None;
        json.members(|json, name| match &*name {
            TYPE => json.skip(),
            VALUE if value.is_some() => Err(CodecError::new(Kind::Duplicate).in_field(VALUE)),
            VALUE => {
                let read = self.value(root, json, depth + 1);
                value = Some(read.map_err(|error| error.in_field(VALUE))?);
                Ok(())
            }
            _ if self.ignores_unknown() => json.skip(),
            _ => {
                let message = "google.protobuf.Any".to_owned();
                Err(CodecError::new(Kind::UnknownField { message }).in_field(&name))
            }
        })?;
        value.ok_or_else(|| CodecError::new(Kind::Required).in_field(VALUE))
    }

    fn encoded(&self, plan: &Plan, value: &Val) -> Result<Vec<u8>, CodecError> {
        let mut encoded = BytesMut::new();
        encode::encode(plan, self.embedded, value, &mut encoded)?;
        Ok(encoded.into())
    }
}

/// What the JSON of an `Any` has, as far as it must be known before it is read.
#[derive(Default)]
struct Members {
    type_url: Option<String>,
    has_value: bool,
    has_any: bool,
}

impl Members {
    fn see(&mut self, name: &str, json: &mut Text<'_>) -> Result<(), CodecError> {
        self.has_any = true;
        self.has_value |= name == VALUE;
        if name != TYPE {
            return json.skip();
        }
        match json.token()? {
            Token::String(_) if self.type_url.is_some() => {
                Err(CodecError::new(Kind::Duplicate).in_field(TYPE))
            }
            Token::String(type_url) => {
                self.type_url = Some(type_url.into_owned());
                Ok(())
            }
            other => Err(mismatch("a type URL", &other).in_field(TYPE)),
        }
    }
}

impl JsonWriter<'_> {
    /// Writes the encoded message of a recursive field.
    pub(super) fn recursive(
        &self,
        message: &Recursive,
        encoded: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), CodecError> {
        let plan = message.plan(self.embedded);
        let value = self.decoded(plan, encoded)?;
        self.of(plan).value(&plan.root, &value, out)
    }

    pub(super) fn any(
        &self,
        type_url: &str,
        encoded: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), CodecError> {
        if type_url.is_empty() && encoded.is_empty() {
            out.extend_from_slice(b"{}");
            return Ok(());
        }
        let plan = self
            .embedded
            .named(message_name(type_url)?)
            .ok_or_else(|| Kind::UnknownType(type_url.to_owned()))?;
        let value = self
            .decoded(&plan, encoded)
            .map_err(|error| error.in_field(VALUE))?;
        out.extend_from_slice(b"{\"@type\":");
        put_string(type_url, out);
        let writer = self.of(&plan);
        match (&plan.root, &value) {
            (ValuePlan::Message(index), value) if plan.message(*index).json.is_none() => {
                if let Val::Record(record) = value {
                    writer.members(plan.message(*index), record, b',', out)?;
                }
            }
            (root, value) => {
                out.extend_from_slice(b",\"value\":");
                writer.value(root, value, out)?;
            }
        }
        out.push(b'}');
        Ok(())
    }

    fn decoded(&self, plan: &Plan, encoded: &[u8]) -> Result<Val, CodecError> {
        let depth = self.depth.get();
        decode::decode(plan, self.embedded, self.budget, encoded, depth)
    }
}

/// Whether the JSON is one value. Some write that of `Empty` so, too.
fn has_value(plan: &Plan, is_given: bool) -> bool {
    match &plan.root {
        ValuePlan::Message(index) => {
            let message = plan.message(*index);
            let is_empty = matches!(message.form, Form::Unit { .. })
                && message.full_name == "google.protobuf.Empty";
            message.json.is_some() || (is_empty && is_given)
        }
        _ => true,
    }
}

/// The full name at the end of a type URL.
fn message_name(type_url: &str) -> Result<&str, CodecError> {
    match type_url.rsplit_once('/') {
        Some((_, name)) if !name.is_empty() => Ok(name),
        _ => Err(CodecError::new(Kind::Text {
            expected: "a type URL like `type.googleapis.com/a.Message`",
            found: super::super::structs::shorten(type_url),
        })),
    }
}
