//! A component's values to Protobuf bytes.

use bytes::{BufMut, BytesMut};
use wasmtime::component::Val;

use super::budget::Budget;
use super::decode;
use super::error::{CodecError, CodecErrorKind as Kind};
use super::finish;
use super::plan::{
    Embedded, FieldPlan, FieldShape, Form, MessagePlan, Plan, ScalarPlan, SlotKind, ValuePlan,
};
use super::structs;
use super::value;
use super::wire::{self, WireType};

pub(super) fn encode(
    plan: &Plan,
    embedded: &Embedded,
    value: &Val,
    out: &mut BytesMut,
) -> Result<(), CodecError> {
    let encoder = Encoder {
        plan,
        embedded,
        budget: Budget::new(),
    };
    encoder.body(&plan.root, value, out)
}

struct Encoder<'a> {
    plan: &'a Plan,
    embedded: &'a Embedded,
    /// For the bytes that a component says are messages.
    budget: Budget,
}

impl Encoder<'_> {
    /// Writes the fields of one message.
    fn body(&self, plan: &ValuePlan, value: &Val, out: &mut BytesMut) -> Result<(), CodecError> {
        match plan {
            ValuePlan::Message(index) => self.message(self.plan.message(*index), value, out),
            ValuePlan::Wrapper(kind) => {
                if value::is_default(*kind, value)? {
                    return Ok(());
                }
                wire::put_tag(out, 1, kind.wire_type());
                put_scalar(*kind, value, out)
            }
            ValuePlan::FieldMask => {
                for (index, path) in value::list(value)?.iter().enumerate() {
                    wire::put_tag(out, 1, WireType::Length);
                    put_scalar(ScalarPlan::String, path, out).map_err(|e| e.in_element(index))?;
                }
                Ok(())
            }
            ValuePlan::Json(kind) => structs::encode(*kind, value::string(value)?, out),
            ValuePlan::Recursive(message) => {
                let start = out.len();
                value::put_bytes(value, out)?;
                let plan = message.plan(self.embedded);
                decode::decode(plan, self.embedded, &self.budget, &out[start..], 0).map(drop)
            }
            ValuePlan::Scalar(_) | ValuePlan::Enum(_) => Err(value::mismatch("a message", value)),
        }
    }

    fn message(
        &self,
        message: &MessagePlan,
        value: &Val,
        out: &mut BytesMut,
    ) -> Result<(), CodecError> {
        let record = match &message.form {
            Form::Unit { case } => return value::unit(case, value),
            Form::Record => value::record(value)?,
        };
        for index in &message.written {
            let slot = &message.slots[*index];
            let value = value::slot(record, *index, &slot.name)?;
            match &slot.kind {
                SlotKind::Field(field) => {
                    let field = &message.fields[*field];
                    self.field(field, value, out)
                        .map_err(|error| error.in_field(&field.name))?;
                }
                SlotKind::Oneof { name, cases } => {
                    let Some((field, payload)) =
                        value::case(&message.fields, cases, value).map_err(|e| e.in_field(name))?
                    else {
                        continue;
                    };
                    self.tagged(field, payload, out)
                        .map_err(|error| error.in_field(&field.name))?;
                }
            }
        }
        Ok(())
    }

    fn field(&self, field: &FieldPlan, value: &Val, out: &mut BytesMut) -> Result<(), CodecError> {
        match &field.shape {
            FieldShape::Plain => {
                if value::is_default_value(self.plan, &field.value, value)? {
                    return Ok(());
                }
                self.tagged(field, value, out)
            }
            FieldShape::Required | FieldShape::Case { .. } => self.tagged(field, value, out),
            FieldShape::Optional => match value {
                Val::Option(None) => Ok(()),
                Val::Option(Some(value)) => self.tagged(field, value, out),
                other => Err(value::mismatch("an option", other)),
            },
            FieldShape::List => self.list(field, value::list(value)?, out),
            FieldShape::Map { key } => {
                for (key_value, value) in value::entries(value)? {
                    wire::put_tag(out, field.number, WireType::Length);
                    wire::put_delimited(out, |out| {
                        wire::put_tag(out, 1, key.wire_type());
                        put_scalar(*key, key_value, out)?;
                        self.numbered(2, false, &field.value, value, out)
                    })
                    .map_err(|error| error.in_element(finish::display_key(key_value)))?;
                }
                Ok(())
            }
        }
    }

    fn list(&self, field: &FieldPlan, list: &[Val], out: &mut BytesMut) -> Result<(), CodecError> {
        if list.is_empty() {
            return Ok(());
        }
        if !(field.packed && field.is_packable()) {
            return list.iter().enumerate().try_for_each(|(index, value)| {
                self.tagged(field, value, out)
                    .map_err(|error| error.in_element(index))
            });
        }
        wire::put_tag(out, field.number, WireType::Length);
        wire::put_delimited(out, |out| {
            list.iter().enumerate().try_for_each(|(index, value)| {
                self.untagged(&field.value, value, out)
                    .map_err(|error| error.in_element(index))
            })
        })
    }

    fn tagged(&self, field: &FieldPlan, value: &Val, out: &mut BytesMut) -> Result<(), CodecError> {
        self.numbered(field.number, field.group, &field.value, value, out)
    }

    fn numbered(
        &self,
        number: u32,
        group: bool,
        plan: &ValuePlan,
        value: &Val,
        out: &mut BytesMut,
    ) -> Result<(), CodecError> {
        match plan {
            ValuePlan::Scalar(kind) => {
                wire::put_tag(out, number, kind.wire_type());
                put_scalar(*kind, value, out)
            }
            ValuePlan::Enum(_) => {
                wire::put_tag(out, number, WireType::Varint);
                self.untagged(plan, value, out)
            }
            _ if group => {
                wire::put_tag(out, number, WireType::Group);
                self.body(plan, value, out)?;
                wire::put_tag(out, number, WireType::EndGroup);
                Ok(())
            }
            _ => {
                wire::put_tag(out, number, WireType::Length);
                wire::put_delimited(out, |out| self.body(plan, value, out))
            }
        }
    }

    /// Writes a scalar or enum without its tag.
    fn untagged(
        &self,
        plan: &ValuePlan,
        value: &Val,
        out: &mut BytesMut,
    ) -> Result<(), CodecError> {
        match plan {
            ValuePlan::Scalar(kind) => put_scalar(*kind, value, out),
            ValuePlan::Enum(index) => {
                let number = value::enum_number(self.plan.enumeration(*index), value)?;
                put_int32(out, number);
                Ok(())
            }
            _ => self.body(plan, value, out),
        }
    }
}

/// A negative number takes ten bytes, so that it reads the same as 64 bits.
fn put_int32(out: &mut BytesMut, number: i32) {
    wire::put_varint(out, i64::from(number).cast_unsigned());
}

fn put_scalar(kind: ScalarPlan, value: &Val, out: &mut BytesMut) -> Result<(), CodecError> {
    match (kind, value) {
        (ScalarPlan::Bool, Val::Bool(value)) => wire::put_varint(out, u64::from(*value)),
        (ScalarPlan::Int32, Val::S32(value)) => put_int32(out, *value),
        (ScalarPlan::Sint32, Val::S32(value)) => {
            let zigzag = wire::zigzag_encode(i64::from(*value));
            wire::put_varint(out, zigzag);
        }
        (ScalarPlan::Sfixed32, Val::S32(value)) => out.put_i32_le(*value),
        (ScalarPlan::Uint32, Val::U32(value)) => wire::put_varint(out, u64::from(*value)),
        (ScalarPlan::Fixed32, Val::U32(value)) => out.put_u32_le(*value),
        (ScalarPlan::Int64, Val::S64(value)) => wire::put_varint(out, value.cast_unsigned()),
        (ScalarPlan::Sint64, Val::S64(value)) => {
            wire::put_varint(out, wire::zigzag_encode(*value));
        }
        (ScalarPlan::Sfixed64, Val::S64(value)) => out.put_i64_le(*value),
        (ScalarPlan::Uint64, Val::U64(value)) => wire::put_varint(out, *value),
        (ScalarPlan::Fixed64, Val::U64(value)) => out.put_u64_le(*value),
        (ScalarPlan::Float, Val::Float32(value)) => out.put_f32_le(*value),
        (ScalarPlan::Double, Val::Float64(value)) => out.put_f64_le(*value),
        (ScalarPlan::String, Val::String(text)) => {
            check_length(text.len())?;
            wire::put_varint(out, text.len() as u64);
            out.put_slice(text.as_bytes());
        }
        (ScalarPlan::Bytes, Val::List(list)) => {
            check_length(list.len())?;
            wire::put_varint(out, list.len() as u64);
            value::put_bytes(value, out)?;
        }
        (kind, value) => return Err(value::mismatch(value::wit_type(kind), value)),
    }
    Ok(())
}

fn check_length(length: usize) -> Result<(), CodecError> {
    match i32::try_from(length) {
        Ok(_) => Ok(()),
        Err(_) => Err(Kind::TooLarge.into()),
    }
}
