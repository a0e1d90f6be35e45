//! `ProtoJSON` to a component's values.

use serde_json::{Map, Value};
use wasmtime::component::Val;

use super::super::RECURSION_LIMIT;
use super::super::budget::Budget;
use super::super::decode;
use super::super::error::{CodecError, CodecErrorKind as Kind};
use super::super::finish::sort_entries;
use super::super::plan::{
    EnumPlan, FieldPlan, FieldShape, Form, JsonForm, MessagePlan, Plan, SlotKind, ValuePlan,
    is_unset,
};
use super::super::structs;
use super::super::well_known::{parse_duration, parse_field_mask, parse_timestamp};
use super::any;
use super::number::{self, invalid, mismatch};
use crate::JsonKind;

pub(in super::super) fn read(plan: &Plan, json: &Value) -> Result<Val, CodecError> {
    let reader = JsonReader {
        plan,
        budget: Budget::new(),
    };
    reader.value(&plan.root, json, 0)
}

struct JsonReader<'a> {
    plan: &'a Plan,
    budget: Budget,
}

impl JsonReader<'_> {
    fn value(&self, plan: &ValuePlan, json: &Value, depth: usize) -> Result<Val, CodecError> {
        match plan {
            ValuePlan::Scalar(kind) | ValuePlan::Wrapper(kind) => number::scalar(*kind, json),
            ValuePlan::Enum(index) => enumeration(self.plan.enumeration(*index), json),
            ValuePlan::Message(index) => self.message(self.plan.message(*index), json, depth),
            ValuePlan::Recursive(descriptor) => {
                any::encode(descriptor, json).map(|encoded| decode::bytes(&encoded))
            }
            ValuePlan::FieldMask => {
                let paths = text(json, "field names in lowerCamelCase", parse_field_mask)?;
                Ok(Val::List(paths.into_iter().map(Val::String).collect()))
            }
            ValuePlan::Json(kind) => {
                let json = structs::canonical(*kind, json)?;
                Ok(Val::String(json.to_string()))
            }
        }
    }

    fn message(
        &self,
        message: &MessagePlan,
        json: &Value,
        depth: usize,
    ) -> Result<Val, CodecError> {
        if depth > RECURSION_LIMIT {
            return Err(Kind::TooDeep.into());
        }
        self.budget.charge(message.cost)?;
        let mut target = self.plan.empty(message);
        match &message.json {
            None => {
                let Value::Object(object) = json else {
                    return Err(mismatch("an object", json));
                };
                self.object(message, object, &mut target, depth)?;
            }
            Some(form) => {
                let (first, second) = match form {
                    JsonForm::Timestamp => {
                        let expected = "a time like `2030-01-31T12:00:00Z`";
                        let (seconds, nanos) = text(json, expected, parse_timestamp)?;
                        (Val::S64(seconds), Val::S32(nanos))
                    }
                    JsonForm::Duration => {
                        let expected = "a duration like `1.5s`";
                        let (seconds, nanos) = text(json, expected, parse_duration)?;
                        (Val::S64(seconds), Val::S32(nanos))
                    }
                    JsonForm::Any(descriptor) => {
                        let (type_url, value) = any::read_any(descriptor, json)?;
                        (Val::String(type_url), decode::bytes(&value))
                    }
                };
                set(message, &mut target, 1, first);
                set(message, &mut target, 2, second);
            }
        }
        Ok(target)
    }

    fn object(
        &self,
        message: &MessagePlan,
        object: &Map<String, Value>,
        target: &mut Val,
        depth: usize,
    ) -> Result<(), CodecError> {
        let mut seen = Seen::default();
        for (name, json) in object {
            let field = message.field_by_json_name(name).ok_or_else(|| {
                CodecError::new(Kind::UnknownField {
                    message: message.full_name.clone(),
                })
                .in_field(name)
            })?;
            if !seen.insert(field) {
                return Err(CodecError::new(Kind::Duplicate).in_field(name));
            }
            let field = &message.fields[field];
            let Val::Record(record) = &mut *target else {
                continue;
            };
            let Some((_, slot)) = record.get_mut(field.slot) else {
                continue;
            };
            self.field(message, field, json, slot, depth)
                .map_err(|error| error.in_field(name))?;
        }
        if let (Form::Record, Val::Record(record)) = (&message.form, &*target) {
            require(message, record)?;
        }
        Ok(())
    }

    fn field(
        &self,
        message: &MessagePlan,
        field: &FieldPlan,
        json: &Value,
        slot: &mut Val,
        depth: usize,
    ) -> Result<(), CodecError> {
        let repeated = matches!(field.shape, FieldShape::List | FieldShape::Map { .. });
        if json.is_null() && (repeated || !self.takes_null(&field.value)) {
            return Ok(());
        }
        let value = |json: &Value| self.value(&field.value, json, depth + 1);
        *slot = match &field.shape {
            FieldShape::Plain | FieldShape::Required => value(json)?,
            FieldShape::Optional => Val::Option(Some(Box::new(value(json)?))),
            FieldShape::Case { name } => {
                if !matches!(slot, Val::Option(None)) {
                    let oneof = match &message.slots[field.slot].kind {
                        SlotKind::Oneof { name, .. } => name.clone(),
                        SlotKind::Field(_) => String::new(),
                    };
                    return Err(Kind::Oneof(oneof).into());
                }
                let variant = Val::Variant(name.clone(), Some(Box::new(value(json)?)));
                Val::Option(Some(Box::new(variant)))
            }
            FieldShape::List => {
                let Value::Array(items) = json else {
                    return Err(mismatch("an array", json));
                };
                let items = items.iter().enumerate().map(|(index, item)| {
                    self.element(field, item)
                        .and_then(|()| value(item))
                        .map_err(|error| error.in_element(index))
                });
                Val::List(items.collect::<Result<_, _>>()?)
            }
            FieldShape::Map { key } => {
                let Value::Object(entries) = json else {
                    return Err(mismatch("an object", json));
                };
                let entries = entries.iter().map(|(name, item)| {
                    let entry = || {
                        self.element(field, item)?;
                        Ok(Val::Tuple(vec![number::key(*key, name)?, value(item)?]))
                    };
                    entry().map_err(|error: CodecError| error.in_element(name))
                });
                let mut entries: Vec<Val> = entries.collect::<Result<_, _>>()?;
                let given = entries.len();
                sort_entries(&mut entries);
                // `"1"` and `"1.0"` are one key.
                if entries.len() < given {
                    return Err(Kind::Duplicate.into());
                }
                Val::List(entries)
            }
        };
        Ok(())
    }

    /// Within a list or map, `null` stands for no value at all.
    fn element(&self, field: &FieldPlan, json: &Value) -> Result<(), CodecError> {
        if json.is_null() && !self.takes_null(&field.value) {
            return Err(mismatch("a value", json));
        }
        Ok(())
    }

    fn takes_null(&self, value: &ValuePlan) -> bool {
        match value {
            ValuePlan::Json(JsonKind::Value) => true,
            ValuePlan::Enum(index) => self.plan.enumeration(*index).is_null,
            // A recursive field of type `Value` does not exist: that is `Json`.
            _ => false,
        }
    }
}

fn require(message: &MessagePlan, record: &[(String, Val)]) -> Result<(), CodecError> {
    let missing = message
        .slots
        .iter()
        .zip(record)
        .find(|(_, (_, value))| is_unset(value));
    match missing.map(|(slot, _)| &slot.kind) {
        Some(SlotKind::Field(field)) => {
            let name = &message.fields[*field].json_name;
            Err(CodecError::new(Kind::Required).in_field(name))
        }
        _ => Ok(()),
    }
}

fn enumeration(plan: &EnumPlan, json: &Value) -> Result<Val, CodecError> {
    let unknown = |value: String| {
        CodecError::new(Kind::EnumValue {
            enumeration: plan.full_name.clone(),
            value,
        })
    };
    let number = match json {
        Value::Null if plan.is_null => 0,
        Value::String(name) => plan
            .number(name)
            .ok_or_else(|| unknown(format!("`{}`", structs::shorten(name))))?,
        Value::Number(_) => number::integer(json, "an integer of 32 bits")?,
        other => return Err(mismatch("the name or number of an enum value", other)),
    };
    plan.value(number)
        .ok_or_else(|| unknown(number.to_string()))
}

fn text<T>(
    json: &Value,
    expected: &'static str,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<T, CodecError> {
    let Value::String(text) = json else {
        return Err(mismatch(expected, json));
    };
    parse(text).ok_or_else(|| invalid(expected, text))
}

fn set(message: &MessagePlan, target: &mut Val, number: u32, value: Val) {
    if let (Some(field), Val::Record(record)) = (message.field_by_number(number), target)
        && let Some((_, slot)) = record.get_mut(field.slot)
    {
        *slot = value;
    }
}

/// The fields that an object has given, by index: without allocation for nearly
/// all messages.
#[derive(Default)]
struct Seen {
    first: u128,
    others: Vec<usize>,
}

impl Seen {
    /// False where it was there already.
    fn insert(&mut self, index: usize) -> bool {
        let bit = u32::try_from(index)
            .ok()
            .and_then(|shift| 1u128.checked_shl(shift));
        match bit {
            Some(bit) => {
                let new = self.first & bit == 0;
                self.first |= bit;
                new
            }
            None if self.others.contains(&index) => false,
            None => {
                self.others.push(index);
                true
            }
        }
    }
}
