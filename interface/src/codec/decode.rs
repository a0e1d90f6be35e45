//! Protobuf bytes to a component's values.

use wasmtime::component::Val;

use super::RECURSION_LIMIT;
use super::budget::Budget;
use super::error::{CodecError, CodecErrorKind as Kind};
use super::finish::{Deferred, Finish};
use super::plan::{
    Embedded, FieldPlan, FieldShape, Form, MessagePlan, Plan, ScalarPlan, ValuePlan, is_unset,
};
use super::wire::{self, Reader, WireType};

/// `depth` is how many messages are around this one.
pub(super) fn decode(
    plan: &Plan,
    embedded: &Embedded,
    budget: &Budget,
    input: &[u8],
    depth: usize,
) -> Result<Val, CodecError> {
    let decoder = Decoder { plan, budget };
    let mut value = decoder.fresh(&plan.root)?;
    let reader = Reader::new(input);
    decoder.body(&plan.root, reader, &mut value, depth)?;
    if plan.needs_finish(&plan.root) {
        Finish {
            plan,
            embedded,
            budget,
            input,
        }
        .value(&plan.root, &mut value, depth)?;
    }
    Ok(value)
}

struct Decoder<'a> {
    plan: &'a Plan,
    budget: &'a Budget,
}

impl Decoder<'_> {
    /// What encoded values are merged into.
    fn fresh(&self, value: &ValuePlan) -> Result<Val, CodecError> {
        match value {
            ValuePlan::Json(_) | ValuePlan::Recursive(_) => return Ok(Deferred::none()),
            ValuePlan::Message(index) => self.budget.charge(self.plan.message(*index).cost)?,
            _ => {}
        }
        Ok(self.plan.default(value))
    }

    fn message(
        &self,
        message: &MessagePlan,
        mut reader: Reader<'_>,
        target: &mut Val,
        depth: usize,
    ) -> Result<(), CodecError> {
        while !reader.is_empty() {
            let (number, wire) = reader.tag()?;
            // An end without its group belongs to no field: `skip` refuses it.
            let field = message
                .field_by_number(number)
                .filter(|_| wire != WireType::EndGroup);
            let Some(field) = field else {
                reader.skip(number, wire, depth)?;
                continue;
            };
            let Val::Record(record) = &mut *target else {
                return Err(not_a_record(message));
            };
            let Some((_, slot)) = record.get_mut(field.slot) else {
                return Err(not_a_record(message));
            };
            self.field(field, wire, &mut reader, slot, depth)
                .map_err(|error| error.in_field(&field.name))?;
        }
        Ok(())
    }

    /// A value of another wire type than the field's is an unknown field.
    fn field(
        &self,
        field: &FieldPlan,
        wire: WireType,
        reader: &mut Reader<'_>,
        slot: &mut Val,
        depth: usize,
    ) -> Result<(), CodecError> {
        if wire == WireType::Length && field.is_packable() {
            return self.packed(field, reader.delimited()?, slot);
        }
        if wire != field.wire_type() {
            return reader.skip(field.number, wire, depth);
        }
        match &field.shape {
            FieldShape::Plain => {
                self.merge(field, reader, slot, depth)?;
            }
            FieldShape::Required => {
                if !is_unset(slot) {
                    self.merge(field, reader, slot, depth)?;
                    return Ok(());
                }
                let mut value = self.fresh(&field.value)?;
                if self.merge(field, reader, &mut value, depth)? {
                    *slot = value;
                }
            }
            FieldShape::Optional => {
                if let Val::Option(Some(value)) = slot {
                    self.merge(field, reader, value, depth)?;
                    return Ok(());
                }
                let mut value = self.fresh(&field.value)?;
                if self.merge(field, reader, &mut value, depth)? {
                    *slot = Val::Option(Some(Box::new(value)));
                }
            }
            FieldShape::Case { name } => {
                if let Val::Option(Some(variant)) = &mut *slot
                    && let Val::Variant(case, Some(value)) = &mut **variant
                    && case == name
                {
                    self.merge(field, reader, value, depth)?;
                    return Ok(());
                }
                let mut value = self.fresh(&field.value)?;
                if self.merge(field, reader, &mut value, depth)? {
                    let variant = Val::Variant(name.clone(), Some(Box::new(value)));
                    *slot = Val::Option(Some(Box::new(variant)));
                }
            }
            FieldShape::List => {
                let mut value = self.fresh(&field.value)?;
                if self.merge(field, reader, &mut value, depth)? {
                    push(slot, value);
                }
            }
            FieldShape::Map { key } => {
                let part = reader.delimited()?;
                if let Some(entry) = self.entry(field, *key, part, depth + 1)? {
                    push(slot, entry);
                }
            }
        }
        Ok(())
    }

    /// Reads one value into `target`, which is [`Self::fresh`] or an earlier occurrence.
    /// False for a number that a closed enum does not have: an unknown field.
    fn merge(
        &self,
        field: &FieldPlan,
        reader: &mut Reader<'_>,
        target: &mut Val,
        depth: usize,
    ) -> Result<bool, CodecError> {
        match &field.value {
            ValuePlan::Scalar(kind) => *target = scalar(*kind, reader)?,
            ValuePlan::Enum(index) => {
                let number = wire::low_u32(reader.varint()?).cast_signed();
                match self.plan.enumeration(*index).value(number) {
                    Some(value) => *target = value,
                    None => return Ok(false),
                }
            }
            value => {
                if depth >= RECURSION_LIMIT {
                    return Err(Kind::TooDeep.into());
                }
                let part = if field.group {
                    reader.group(field.number, depth + 1)?
                } else {
                    reader.delimited()?
                };
                self.body(value, part, target, depth + 1)?;
            }
        }
        Ok(true)
    }

    /// Reads the fields of one message.
    fn body(
        &self,
        value: &ValuePlan,
        reader: Reader<'_>,
        target: &mut Val,
        depth: usize,
    ) -> Result<(), CodecError> {
        match value {
            ValuePlan::Message(index) => {
                let message = self.plan.message(*index);
                match message.form {
                    Form::Unit { .. } => skip_all(reader, depth),
                    Form::Record => self.message(message, reader, target, depth),
                }
            }
            ValuePlan::Wrapper(kind) => first_fields(reader, kind.wire_type(), depth, |reader| {
                *target = scalar(*kind, reader)?;
                Ok(())
            }),
            ValuePlan::FieldMask => first_fields(reader, WireType::Length, depth, |reader| {
                push(target, scalar(ScalarPlan::String, reader)?);
                Ok(())
            }),
            ValuePlan::Json(_) | ValuePlan::Recursive(_) => {
                Deferred::add(target, reader.bounds());
                Ok(())
            }
            // No message at all: the builder never asks for the body of these.
            ValuePlan::Scalar(_) | ValuePlan::Enum(_) => skip_all(reader, depth),
        }
    }

    fn packed(
        &self,
        field: &FieldPlan,
        mut reader: Reader<'_>,
        slot: &mut Val,
    ) -> Result<(), CodecError> {
        let width = match field.wire_type() {
            WireType::Fixed32 => 4,
            WireType::Fixed64 => 8,
            _ => 1,
        };
        if !reader.len().is_multiple_of(width) {
            return Err(Kind::Packed.into());
        }
        if let (Val::List(list), 4 | 8) = (&mut *slot, width) {
            list.reserve(reader.len() / width);
        }
        while !reader.is_empty() {
            let mut value = Val::Bool(false);
            if self.merge(field, &mut reader, &mut value, 0)? {
                push(slot, value);
            }
        }
        Ok(())
    }

    /// A map's entry as a tuple; none where its value is unknown to a closed enum.
    fn entry(
        &self,
        field: &FieldPlan,
        key_kind: ScalarPlan,
        mut reader: Reader<'_>,
        depth: usize,
    ) -> Result<Option<Val>, CodecError> {
        if depth > RECURSION_LIMIT {
            return Err(Kind::TooDeep.into());
        }
        let mut key = key_kind.default();
        let mut value = self.fresh(&field.value)?;
        let mut known = true;
        let value_wire = match &field.value {
            ValuePlan::Scalar(kind) => kind.wire_type(),
            ValuePlan::Enum(_) => WireType::Varint,
            _ => WireType::Length,
        };
        while !reader.is_empty() {
            match reader.tag()? {
                (1, wire) if wire == key_kind.wire_type() => key = scalar(key_kind, &mut reader)?,
                (2, wire) if wire == value_wire => {
                    known = self.merge(field, &mut reader, &mut value, depth)?;
                }
                (number, wire) => reader.skip(number, wire, depth)?,
            }
        }
        Ok(known.then(|| Val::Tuple(vec![key, value])))
    }
}

pub(super) fn scalar(kind: ScalarPlan, reader: &mut Reader<'_>) -> Result<Val, CodecError> {
    Ok(match kind {
        ScalarPlan::Bool => Val::Bool(reader.varint()? != 0),
        ScalarPlan::Int32 => Val::S32(wire::low_u32(reader.varint()?).cast_signed()),
        ScalarPlan::Uint32 => Val::U32(wire::low_u32(reader.varint()?)),
        ScalarPlan::Sint32 => {
            let low = u64::from(wire::low_u32(reader.varint()?));
            let number = wire::zigzag_decode(low);
            Val::S32(i32::try_from(number).expect("32 bits of zigzag decode to 32 bits"))
        }
        ScalarPlan::Int64 => Val::S64(reader.varint()?.cast_signed()),
        ScalarPlan::Uint64 => Val::U64(reader.varint()?),
        ScalarPlan::Sint64 => Val::S64(wire::zigzag_decode(reader.varint()?)),
        ScalarPlan::Fixed32 => Val::U32(u32::from_le_bytes(reader.fixed32()?)),
        ScalarPlan::Sfixed32 => Val::S32(i32::from_le_bytes(reader.fixed32()?)),
        ScalarPlan::Float => Val::Float32(f32::from_le_bytes(reader.fixed32()?)),
        ScalarPlan::Fixed64 => Val::U64(u64::from_le_bytes(reader.fixed64()?)),
        ScalarPlan::Sfixed64 => Val::S64(i64::from_le_bytes(reader.fixed64()?)),
        ScalarPlan::Double => Val::Float64(f64::from_le_bytes(reader.fixed64()?)),
        ScalarPlan::String => {
            let text = std::str::from_utf8(reader.delimited()?.rest()).map_err(|_| Kind::Utf8)?;
            Val::String(text.to_owned())
        }
        ScalarPlan::Bytes => bytes(reader.delimited()?.rest()),
    })
}

pub(super) fn bytes(bytes: &[u8]) -> Val {
    Val::List(bytes.iter().copied().map(Val::U8).collect())
}

/// Reads each field of number 1 and skips all others.
fn first_fields(
    mut reader: Reader<'_>,
    expected: WireType,
    depth: usize,
    mut read: impl FnMut(&mut Reader<'_>) -> Result<(), CodecError>,
) -> Result<(), CodecError> {
    while !reader.is_empty() {
        match reader.tag()? {
            (1, wire) if wire == expected => read(&mut reader)?,
            (number, wire) => reader.skip(number, wire, depth)?,
        }
    }
    Ok(())
}

fn skip_all(mut reader: Reader<'_>, depth: usize) -> Result<(), CodecError> {
    while !reader.is_empty() {
        let (number, wire) = reader.tag()?;
        reader.skip(number, wire, depth)?;
    }
    Ok(())
}

fn push(list: &mut Val, value: Val) {
    if let Val::List(list) = list {
        list.push(value);
    }
}

/// Never seen, since `Plan::empty` makes the record from the same slots; an error
/// all the same, so that no input can panic here.
fn not_a_record(message: &MessagePlan) -> CodecError {
    CodecError::new(Kind::Type {
        expected: "a record",
        found: format!("another form of `{}`", message.full_name),
    })
}
