//! Reads a component's value as the type that the plan says. What a component
//! returns has been checked by the engine, but nothing here relies on that.

use bytes::{BufMut, BytesMut};
use wasmtime::component::Val;

use super::error::{CodecError, CodecErrorKind as Kind};
use super::finish;
use super::plan::{EnumPlan, FieldPlan, FieldShape, Plan, ScalarPlan, ValuePlan};

pub(super) fn mismatch(expected: &'static str, found: &Val) -> CodecError {
    CodecError::new(Kind::Type {
        expected,
        found: describe(found),
    })
}

fn describe(value: &Val) -> String {
    match value {
        Val::Bool(_) => "a `bool`",
        Val::S8(_) => "an `s8`",
        Val::U8(_) => "a `u8`",
        Val::S16(_) => "an `s16`",
        Val::U16(_) => "a `u16`",
        Val::S32(_) => "an `s32`",
        Val::U32(_) => "a `u32`",
        Val::S64(_) => "an `s64`",
        Val::U64(_) => "a `u64`",
        Val::Float32(_) => "an `f32`",
        Val::Float64(_) => "an `f64`",
        Val::Char(_) => "a `char`",
        Val::String(_) => "a `string`",
        Val::List(_) | Val::FixedLengthList(_) => "a list",
        Val::Map(_) => "a map",
        Val::Record(_) => "a record",
        Val::Tuple(_) => "a tuple",
        Val::Variant(case, _) => return format!("the variant case `{case}`"),
        Val::Enum(case) => return format!("the enum case `{case}`"),
        Val::Option(_) => "an option",
        Val::Result(_) => "a result",
        Val::Flags(_) => "flags",
        Val::Resource(_) => "a resource",
        Val::Future(_) => "a future",
        Val::Stream(_) => "a stream",
        Val::ErrorContext(_) => "an error context",
    }
    .to_owned()
}

pub(super) fn wit_type(kind: ScalarPlan) -> &'static str {
    match kind {
        ScalarPlan::Bool => "a `bool`",
        ScalarPlan::Int32 | ScalarPlan::Sint32 | ScalarPlan::Sfixed32 => "an `s32`",
        ScalarPlan::Uint32 | ScalarPlan::Fixed32 => "a `u32`",
        ScalarPlan::Int64 | ScalarPlan::Sint64 | ScalarPlan::Sfixed64 => "an `s64`",
        ScalarPlan::Uint64 | ScalarPlan::Fixed64 => "a `u64`",
        ScalarPlan::Float => "an `f32`",
        ScalarPlan::Double => "an `f64`",
        ScalarPlan::String => "a `string`",
        ScalarPlan::Bytes => "a `list<u8>`",
    }
}

pub(super) fn record(value: &Val) -> Result<&[(String, Val)], CodecError> {
    match value {
        Val::Record(record) => Ok(record),
        other => Err(mismatch("a record", other)),
    }
}

/// A field of a record: nearly always where the plan has it.
pub(super) fn slot<'a>(
    record: &'a [(String, Val)],
    index: usize,
    name: &str,
) -> Result<&'a Val, CodecError> {
    let in_place = record.get(index).filter(|(found, _)| found == name);
    in_place
        .or_else(|| record.iter().find(|(found, _)| found == name))
        .map(|(_, value)| value)
        .ok_or_else(|| {
            CodecError::new(Kind::Type {
                expected: "a record with the message's fields",
                found: format!("one without `{name}`"),
            })
        })
}

pub(super) fn unit(case: &str, value: &Val) -> Result<(), CodecError> {
    match value {
        Val::Enum(found) if found == case => Ok(()),
        other => Err(mismatch("the enum of an empty message", other)),
    }
}

pub(super) fn list(value: &Val) -> Result<&[Val], CodecError> {
    match value {
        Val::List(list) => Ok(list),
        other => Err(mismatch("a list", other)),
    }
}

pub(super) fn string(value: &Val) -> Result<&str, CodecError> {
    match value {
        Val::String(text) => Ok(text),
        other => Err(mismatch("a `string`", other)),
    }
}

pub(super) fn put_bytes(value: &Val, out: &mut BytesMut) -> Result<(), CodecError> {
    let list = list(value)?;
    out.reserve(list.len());
    for byte in list {
        match byte {
            Val::U8(byte) => out.put_u8(*byte),
            other => return Err(mismatch("a `u8`", other)),
        }
    }
    Ok(())
}

/// The entries of a map, sorted by key; of equal keys, the last one counts.
pub(super) fn entries(value: &Val) -> Result<Vec<(&Val, &Val)>, CodecError> {
    let list = list(value)?;
    let mut entries = Vec::with_capacity(list.len());
    for entry in list {
        match entry {
            Val::Tuple(pair) => match pair.as_slice() {
                [key, value] => entries.push((key, value)),
                _ => return Err(mismatch("a pair", entry)),
            },
            other => return Err(mismatch("a pair", other)),
        }
    }
    entries.sort_by(|(a, _), (b, _)| finish::compare_keys(Some(a), Some(b)));
    entries.dedup_by(|later, kept| {
        let same = finish::same_key(later.0, kept.0);
        if same {
            *kept = *later;
        }
        same
    });
    Ok(entries)
}

/// The field that a oneof holds, and its value.
pub(super) fn case<'f, 'v>(
    fields: &'f [FieldPlan],
    cases: &[usize],
    value: &'v Val,
) -> Result<Option<(&'f FieldPlan, &'v Val)>, CodecError> {
    let variant = match value {
        Val::Option(None) => return Ok(None),
        Val::Option(Some(variant)) => variant.as_ref(),
        other => return Err(mismatch("an option", other)),
    };
    let Val::Variant(found, Some(payload)) = variant else {
        return Err(mismatch("a variant with a payload", variant));
    };
    let is_case =
        |field: &&FieldPlan| matches!(&field.shape, FieldShape::Case { name } if name == found);
    match cases.iter().map(|case| &fields[*case]).find(is_case) {
        Some(field) => Ok(Some((field, payload))),
        None => Err(mismatch("a field of the oneof", variant)),
    }
}

pub(super) fn enum_number(enumeration: &EnumPlan, value: &Val) -> Result<i32, CodecError> {
    enumeration.number_of(value).ok_or_else(|| {
        CodecError::new(Kind::EnumValue {
            enumeration: enumeration.full_name.clone(),
            value: format!("for {}", describe(value)),
        })
    })
}

/// Whether a field without presence is left out. Zeros are told apart by their
/// bits: `-0.0` is no default.
pub(super) fn is_default(kind: ScalarPlan, value: &Val) -> Result<bool, CodecError> {
    match (kind, value) {
        (ScalarPlan::Bool, Val::Bool(value)) => Ok(!value),
        (ScalarPlan::Int32 | ScalarPlan::Sint32 | ScalarPlan::Sfixed32, Val::S32(value)) => {
            Ok(*value == 0)
        }
        (ScalarPlan::Uint32 | ScalarPlan::Fixed32, Val::U32(value)) => Ok(*value == 0),
        (ScalarPlan::Int64 | ScalarPlan::Sint64 | ScalarPlan::Sfixed64, Val::S64(value)) => {
            Ok(*value == 0)
        }
        (ScalarPlan::Uint64 | ScalarPlan::Fixed64, Val::U64(value)) => Ok(*value == 0),
        (ScalarPlan::Float, Val::Float32(value)) => Ok(value.to_bits() == 0),
        (ScalarPlan::Double, Val::Float64(value)) => Ok(value.to_bits() == 0),
        (ScalarPlan::String, Val::String(text)) => Ok(text.is_empty()),
        (ScalarPlan::Bytes, Val::List(list)) => Ok(list.is_empty()),
        (kind, value) => Err(mismatch(wit_type(kind), value)),
    }
}

pub(super) fn is_default_value(
    plan: &Plan,
    value_plan: &ValuePlan,
    value: &Val,
) -> Result<bool, CodecError> {
    match value_plan {
        ValuePlan::Scalar(kind) => is_default(*kind, value),
        ValuePlan::Enum(index) => {
            let enumeration = plan.enumeration(*index);
            Ok(enum_number(enumeration, value)? == enumeration.default)
        }
        // Messages have presence: these are never plain.
        _ => Ok(false),
    }
}
