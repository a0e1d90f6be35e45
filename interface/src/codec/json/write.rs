//! A component's values to `ProtoJSON`.

use std::cell::Cell;
use std::io::Write as _;

use bytes::BytesMut;
use wasmtime::component::Val;

use super::super::RECURSION_LIMIT;
use super::super::budget::Budget;
use super::super::error::{CodecError, CodecErrorKind as Kind};
use super::super::finish;
use super::super::plan::{
    Embedded, EnumPlan, FieldPlan, FieldShape, Form, JsonForm, MessagePlan, Plan, ScalarPlan,
    SlotKind, ValuePlan,
};
use super::super::structs;
use super::super::value;
use super::super::well_known::{
    encode_base64, format_duration, format_field_mask, format_timestamp,
};
use super::JsonOptions;

pub(in super::super) fn write(
    plan: &Plan,
    embedded: &Embedded,
    value: &Val,
    options: JsonOptions,
    out: &mut Vec<u8>,
) -> Result<(), CodecError> {
    JsonWriter {
        plan,
        embedded,
        options,
        budget: &Budget::new(),
        depth: Cell::new(0),
    }
    .value(&plan.root, value, out)
}

/// Writes one field of the message alone, an absent one as `null`.
pub(in super::super) fn write_field(
    plan: &Plan,
    embedded: &Embedded,
    value: &Val,
    name: &str,
    options: JsonOptions,
    out: &mut Vec<u8>,
) -> Result<(), CodecError> {
    let unknown = |message: String| CodecError::new(Kind::UnknownField { message }).in_field(name);
    let ValuePlan::Message(index) = &plan.root else {
        return Err(unknown("this type".to_owned()));
    };
    let message = plan.message(*index);
    // The name in the `.proto`, which another field may have as its name in JSON.
    let Some(field) = message.fields.iter().find(|field| field.name == name) else {
        return Err(unknown(message.full_name.clone()));
    };
    let record = value::record(value)?;
    let slot = &message.slots[field.slot];
    let value = value::slot(record, field.slot, &slot.name)?;
    let writer = JsonWriter {
        plan,
        embedded,
        options,
        budget: &Budget::new(),
        depth: Cell::new(0),
    };
    writer
        .lone_field(message, field, slot_cases(&slot.kind), value, out)
        .map_err(|error| error.in_field(name))
}

/// The JSON of an `Any` that stands alone.
pub(in super::super) fn any(
    plan: &Plan,
    embedded: &Embedded,
    type_url: &str,
    encoded: &[u8],
) -> Result<Vec<u8>, CodecError> {
    let writer = JsonWriter {
        plan,
        embedded,
        options: JsonOptions::default(),
        budget: &Budget::new(),
        depth: Cell::new(0),
    };
    let mut out = Vec::new();
    writer.any(type_url, encoded, &mut out)?;
    Ok(out)
}

fn slot_cases(slot: &SlotKind) -> &[usize] {
    match slot {
        SlotKind::Field(_) => &[],
        SlotKind::Oneof { cases, .. } => cases,
    }
}

pub(super) struct JsonWriter<'a> {
    plan: &'a Plan,
    pub(super) embedded: &'a Embedded,
    options: JsonOptions,
    /// For the messages that a component has as bytes.
    pub(super) budget: &'a Budget,
    /// How many messages are around the one that is being written.
    pub(super) depth: Cell<usize>,
}

impl<'a> JsonWriter<'a> {
    /// The same writer for a message of another plan.
    pub(super) fn of<'p>(&self, plan: &'p Plan) -> JsonWriter<'p>
    where
        'a: 'p,
    {
        JsonWriter {
            plan,
            embedded: self.embedded,
            options: self.options,
            budget: self.budget,
            depth: self.depth.clone(),
        }
    }

    pub(super) fn value(
        &self,
        plan: &ValuePlan,
        value: &Val,
        out: &mut Vec<u8>,
    ) -> Result<(), CodecError> {
        match plan {
            ValuePlan::Scalar(kind) | ValuePlan::Wrapper(kind) => scalar(*kind, value, out),
            ValuePlan::Enum(index) => self.enumeration(self.plan.enumeration(*index), value, out),
            ValuePlan::Message(index) => self.message(self.plan.message(*index), value, out),
            ValuePlan::Recursive(message) => self.recursive(message, &bytes_of(value)?, out),
            ValuePlan::FieldMask => {
                let paths = value::list(value)?.iter().map(value::string);
                let paths: Vec<&str> = paths.collect::<Result<_, _>>()?;
                let text = format_field_mask(paths.into_iter());
                let reason = "a path of a `FieldMask` must come back from lowerCamelCase";
                put_string(&text.ok_or(Kind::NoJson(reason))?, out);
                Ok(())
            }
            ValuePlan::Json(kind) => {
                let json = structs::parse(*kind, value::string(value)?)?;
                put(out, format_args!("{json}"));
                Ok(())
            }
        }
    }

    fn message(
        &self,
        message: &MessagePlan,
        value: &Val,
        out: &mut Vec<u8>,
    ) -> Result<(), CodecError> {
        let depth = self.depth.get();
        if depth > RECURSION_LIMIT {
            return Err(Kind::TooDeep.into());
        }
        self.depth.set(depth + 1);
        let written = self.at_depth(message, value, out);
        self.depth.set(depth);
        written
    }

    fn at_depth(
        &self,
        message: &MessagePlan,
        value: &Val,
        out: &mut Vec<u8>,
    ) -> Result<(), CodecError> {
        let record = match &message.form {
            Form::Unit { case } => {
                value::unit(case, value)?;
                out.extend_from_slice(b"{}");
                return Ok(());
            }
            Form::Record => value::record(value)?,
        };
        match &message.json {
            None => {
                let empty = out.len();
                self.members(message, record, b'{', out)?;
                if out.len() == empty {
                    out.push(b'{');
                }
                out.push(b'}');
                Ok(())
            }
            Some(JsonForm::Timestamp) => {
                let (seconds, nanos) = time(message, record)?;
                let reason = "a `Timestamp` must lie in the years 1 to 9999";
                let text = format_timestamp(seconds, nanos).ok_or(Kind::NoJson(reason))?;
                put_string(&text, out);
                Ok(())
            }
            Some(JsonForm::Duration) => {
                let (seconds, nanos) = time(message, record)?;
                let reason = "a `Duration` must be within 10,000 years, its parts of one sign";
                let text = format_duration(seconds, nanos).ok_or(Kind::NoJson(reason))?;
                put_string(&text, out);
                Ok(())
            }
            Some(JsonForm::Any) => {
                let type_url = value::string(numbered(message, record, 1)?)?;
                let bytes = bytes_of(numbered(message, record, 2)?)?;
                self.any(type_url, &bytes, out)
            }
        }
    }

    /// Writes the fields of a record, `separator` before the first.
    pub(super) fn members(
        &self,
        message: &MessagePlan,
        record: &[(String, Val)],
        mut separator: u8,
        out: &mut Vec<u8>,
    ) -> Result<(), CodecError> {
        for (index, slot) in message.slots.iter().enumerate() {
            let value = value::slot(record, index, &slot.name)?;
            let present = match &slot.kind {
                SlotKind::Field(field) => {
                    let field = &message.fields[*field];
                    self.present(field, value)
                        .map_err(|error| error.in_field(&field.name))?
                        .map(|value| (field, value))
                }
                SlotKind::Oneof { name, cases } => {
                    value::case(&message.fields, cases, value).map_err(|e| e.in_field(name))?
                }
            };
            let Some((field, value)) = present else {
                continue;
            };
            out.push(separator);
            separator = b',';
            let key = if self.options.preserve_proto_field_names {
                &field.proto_key
            } else {
                &field.json_key
            };
            out.extend_from_slice(key.as_bytes());
            self.contents(field, value, out)
                .map_err(|error| error.in_field(&field.name))?;
        }
        Ok(())
    }

    /// What is written of a field, or none where it is left out.
    fn present<'v>(
        &self,
        field: &FieldPlan,
        value: &'v Val,
    ) -> Result<Option<&'v Val>, CodecError> {
        let always = self.options.always_print_fields_with_no_presence;
        match &field.shape {
            FieldShape::Plain => {
                let default = value::is_default_value(self.plan, &field.value, value)?;
                Ok((!default || always).then_some(value))
            }
            FieldShape::Required | FieldShape::Case { .. } => Ok(Some(value)),
            FieldShape::Optional => match value {
                Val::Option(value) => Ok(value.as_deref()),
                other => Err(value::mismatch("an option", other)),
            },
            FieldShape::List | FieldShape::Map { .. } => {
                let is_empty = value::list(value)?.is_empty();
                Ok((!is_empty || always).then_some(value))
            }
        }
    }

    /// A field without its name.
    fn contents(
        &self,
        field: &FieldPlan,
        value: &Val,
        out: &mut Vec<u8>,
    ) -> Result<(), CodecError> {
        match &field.shape {
            FieldShape::List => {
                out.push(b'[');
                for (index, item) in value::list(value)?.iter().enumerate() {
                    if index > 0 {
                        out.push(b',');
                    }
                    self.value(&field.value, item, out)
                        .map_err(|error| error.in_element(index))?;
                }
                out.push(b']');
                Ok(())
            }
            FieldShape::Map { key } => {
                out.push(b'{');
                for (index, (name, item)) in value::entries(value)?.into_iter().enumerate() {
                    if index > 0 {
                        out.push(b',');
                    }
                    // Only to see that it is a key of the right type.
                    value::is_default(*key, name)?;
                    let name = finish::display_key(name);
                    put_string(&name, out);
                    out.push(b':');
                    self.value(&field.value, item, out)
                        .map_err(|error| error.in_element(name))?;
                }
                out.push(b'}');
                Ok(())
            }
            _ => self.value(&field.value, value, out),
        }
    }

    fn lone_field(
        &self,
        message: &MessagePlan,
        field: &FieldPlan,
        cases: &[usize],
        value: &Val,
        out: &mut Vec<u8>,
    ) -> Result<(), CodecError> {
        let value = match &field.shape {
            FieldShape::Case { .. } => value::case(&message.fields, cases, value)?
                .filter(|(found, _)| found.number == field.number)
                .map(|(_, value)| value),
            FieldShape::Optional => self.present(field, value)?,
            _ => Some(value),
        };
        let Some(value) = value else {
            out.extend_from_slice(b"null");
            return Ok(());
        };
        self.contents(field, value, out)
    }

    fn enumeration(
        &self,
        plan: &EnumPlan,
        value: &Val,
        out: &mut Vec<u8>,
    ) -> Result<(), CodecError> {
        let number = value::enum_number(plan, value)?;
        match plan.case(number) {
            Some(_) if plan.is_null => out.extend_from_slice(b"null"),
            Some(case) if !self.options.enums_as_integers => put_string(&case.name, out),
            _ => put(out, format_args!("{number}")),
        }
        Ok(())
    }
}

fn scalar(kind: ScalarPlan, value: &Val, out: &mut Vec<u8>) -> Result<(), CodecError> {
    match (kind, value) {
        (ScalarPlan::Bool, Val::Bool(value)) => put(out, format_args!("{value}")),
        (ScalarPlan::Int32 | ScalarPlan::Sint32 | ScalarPlan::Sfixed32, Val::S32(value)) => {
            put(out, format_args!("{value}"));
        }
        (ScalarPlan::Uint32 | ScalarPlan::Fixed32, Val::U32(value)) => {
            put(out, format_args!("{value}"));
        }
        (ScalarPlan::Int64 | ScalarPlan::Sint64 | ScalarPlan::Sfixed64, Val::S64(value)) => {
            put(out, format_args!("\"{value}\""));
        }
        (ScalarPlan::Uint64 | ScalarPlan::Fixed64, Val::U64(value)) => {
            put(out, format_args!("\"{value}\""));
        }
        (ScalarPlan::Float, Val::Float32(value)) => {
            put_float(f64::from(*value), || serde_json::to_string(value), out);
        }
        (ScalarPlan::Double, Val::Float64(value)) => {
            put_float(*value, || serde_json::to_string(value), out);
        }
        (ScalarPlan::String, Val::String(text)) => put_string(text, out),
        (ScalarPlan::Bytes, Val::List(_)) => put_string(&encode_base64(&bytes_of(value)?), out),
        (kind, value) => return Err(value::mismatch(value::wit_type(kind), value)),
    }
    Ok(())
}

/// The shortest text that reads back the same, and no fraction of a whole number.
fn put_float(value: f64, shortest: impl FnOnce() -> serde_json::Result<String>, out: &mut Vec<u8>) {
    if value.is_finite() {
        let text = shortest().expect("a finite number has a form in JSON");
        out.extend_from_slice(text.strip_suffix(".0").unwrap_or(&text).as_bytes());
        return;
    }
    let text = if value.is_nan() {
        "NaN"
    } else if value > 0.0 {
        "Infinity"
    } else {
        "-Infinity"
    };
    put_string(text, out);
}

fn put(out: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    out.write_fmt(text)
        .expect("writing to a vector does not fail");
}

pub(super) fn put_string(text: &str, out: &mut Vec<u8>) {
    serde_json::to_writer(out, text).expect("writing a string to a vector does not fail");
}

fn bytes_of(value: &Val) -> Result<Vec<u8>, CodecError> {
    let mut bytes = BytesMut::new();
    value::put_bytes(value, &mut bytes)?;
    Ok(bytes.into())
}

fn numbered<'v>(
    message: &MessagePlan,
    record: &'v [(String, Val)],
    number: u32,
) -> Result<&'v Val, CodecError> {
    let Some(field) = message.field_by_number(number) else {
        return Err(Kind::UnknownField {
            message: message.full_name.clone(),
        }
        .into());
    };
    value::slot(record, field.slot, &message.slots[field.slot].name)
}

/// Seconds and nanoseconds of a `Timestamp` or `Duration`.
fn time(message: &MessagePlan, record: &[(String, Val)]) -> Result<(i64, i32), CodecError> {
    match (numbered(message, record, 1)?, numbered(message, record, 2)?) {
        (Val::S64(seconds), Val::S32(nanos)) => Ok((*seconds, *nanos)),
        (Val::S64(_), other) => Err(value::mismatch("an `s32`", other)),
        (other, _) => Err(value::mismatch("an `s64`", other)),
    }
}
