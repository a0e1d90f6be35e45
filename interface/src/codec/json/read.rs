//! `ProtoJSON` to a component's values.

use serde_json::{Map, Value};
use wasmtime::component::Val;

use super::super::RECURSION_LIMIT;
use super::super::budget::Budget;
use super::super::decode;
use super::super::error::{CodecError, CodecErrorKind as Kind};
use super::super::finish::sort_entries;
use super::super::plan::{
    Embedded, EnumPlan, FieldPlan, FieldShape, Form, JsonForm, MessagePlan, Plan, ScalarPlan,
    SlotKind, ValuePlan, is_unset,
};
use super::super::structs;
use super::super::well_known::{parse_duration, parse_field_mask, parse_timestamp};
use super::number::{self, invalid, mismatch};
use crate::JsonKind;

/// What becomes of fields and of names of enum values that the message does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Unknown {
    Refused,
    Ignored,
}

pub(in super::super) fn read(
    plan: &Plan,
    embedded: &Embedded,
    json: &Value,
    unknown: Unknown,
) -> Result<Val, CodecError> {
    let reader = JsonReader {
        plan,
        embedded,
        budget: &Budget::new(),
        unknown,
    };
    reader.value(&plan.root, json, 0)
}

pub(super) struct JsonReader<'a> {
    plan: &'a Plan,
    pub(super) embedded: &'a Embedded,
    budget: &'a Budget,
    unknown: Unknown,
}

impl<'a> JsonReader<'a> {
    /// The same reader for a message of another plan.
    pub(super) fn of<'p>(&self, plan: &'p Plan) -> JsonReader<'p>
    where
        'a: 'p,
    {
        JsonReader { plan, ..*self }
    }

    pub(super) fn ignores_unknown(&self) -> bool {
        self.unknown == Unknown::Ignored
    }

    pub(super) fn value(
        &self,
        plan: &ValuePlan,
        json: &Value,
        depth: usize,
    ) -> Result<Val, CodecError> {
        match plan {
            ValuePlan::Scalar(kind) | ValuePlan::Wrapper(kind) => number::scalar(*kind, json),
            ValuePlan::Enum(index) => enumeration(self.plan.enumeration(*index), json),
            ValuePlan::Message(index) => self.message(self.plan.message(*index), json, depth),
            ValuePlan::Recursive(message) => {
                let encoded = self.recursive(message, json, depth)?;
                Ok(decode::bytes(&encoded))
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
        let (first, second) = match (&message.json, json) {
            (None, Value::Object(object)) => {
                return self.members(message, object, depth, |_| true);
            }
            (None, _) => return Err(mismatch("an object", json)),
            (Some(JsonForm::Timestamp), _) => {
                let expected = "a time like `2030-01-31T12:00:00Z`";
                let (seconds, nanos) = text(json, expected, parse_timestamp)?;
                (Val::S64(seconds), Val::S32(nanos))
            }
            (Some(JsonForm::Duration), _) => {
                let expected = "a duration like `1.5s`";
                let (seconds, nanos) = text(json, expected, parse_duration)?;
                (Val::S64(seconds), Val::S32(nanos))
            }
            (Some(JsonForm::Any), _) => {
                let (type_url, value) = self.any(json, depth)?;
                (Val::String(type_url), decode::bytes(&value))
            }
        };
        let mut target = self.empty(message, depth)?;
        set(message, &mut target, 1, first);
        set(message, &mut target, 2, second);
        Ok(target)
    }

    fn empty(&self, message: &MessagePlan, depth: usize) -> Result<Val, CodecError> {
        if depth > RECURSION_LIMIT {
            return Err(Kind::TooDeep.into());
        }
        self.budget.charge(message.cost)?;
        Ok(self.plan.empty(message))
    }

    /// A message of those members of an object that `are_fields` takes.
    pub(super) fn members(
        &self,
        message: &MessagePlan,
        object: &Map<String, Value>,
        depth: usize,
        are_fields: impl Fn(&str) -> bool,
    ) -> Result<Val, CodecError> {
        let mut target = self.empty(message, depth)?;
        let mut seen = Seen::default();
        for (name, json) in object.iter().filter(|(name, _)| are_fields(name)) {
            let Some(index) = message.field_by_json_name(name) else {
                if self.ignores_unknown() {
                    continue;
                }
                let message = message.full_name.clone();
                return Err(CodecError::new(Kind::UnknownField { message }).in_field(name));
            };
            if !seen.insert(index) {
                return Err(CodecError::new(Kind::Duplicate).in_field(name));
            }
            let field = &message.fields[index];
            let Val::Record(record) = &mut target else {
                continue;
            };
            let Some((_, slot)) = record.get_mut(field.slot) else {
                continue;
            };
            self.field(message, field, json, slot, depth)
                .map_err(|error| error.in_field(name))?;
        }
        if let (Form::Record, Val::Record(record)) = (&message.form, &target) {
            require(message, record)?;
        }
        Ok(target)
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
        let depth = depth + 1;
        match &field.shape {
            FieldShape::Plain | FieldShape::Required => {
                if let Some(value) = self.known(field, json, depth)? {
                    *slot = value;
                }
            }
            FieldShape::Optional => {
                *slot = Val::Option(self.known(field, json, depth)?.map(Box::new));
            }
            FieldShape::Case { name } => {
                if !matches!(slot, Val::Option(None)) {
                    let oneof = match &message.slots[field.slot].kind {
                        SlotKind::Oneof { name, .. } => name.clone(),
                        SlotKind::Field(_) => String::new(),
                    };
                    return Err(Kind::Oneof(oneof).into());
                }
                if let Some(value) = self.known(field, json, depth)? {
                    let variant = Val::Variant(name.clone(), Some(Box::new(value)));
                    *slot = Val::Option(Some(Box::new(variant)));
                }
            }
            FieldShape::List => *slot = self.list(field, json, depth)?,
            FieldShape::Map { key } => *slot = self.map(field, *key, json, depth)?,
        }
        Ok(())
    }

    /// The value of a field; none where it is to be ignored.
    fn known(
        &self,
        field: &FieldPlan,
        json: &Value,
        depth: usize,
    ) -> Result<Option<Val>, CodecError> {
        match self.value(&field.value, json, depth) {
            Err(error)
                if self.ignores_unknown()
                    && matches!(field.value, ValuePlan::Enum(_))
                    && matches!(error.kind(), Kind::EnumValue { .. }) =>
            {
                Ok(None)
            }
            value => value.map(Some),
        }
    }

    fn list(&self, field: &FieldPlan, json: &Value, depth: usize) -> Result<Val, CodecError> {
        let Value::Array(items) = json else {
            return Err(mismatch("an array", json));
        };
        let mut list = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let value = self
                .element(field, item, depth)
                .map_err(|error| error.in_element(index))?;
            list.extend(value);
        }
        Ok(Val::List(list))
    }

    fn map(
        &self,
        field: &FieldPlan,
        key_kind: ScalarPlan,
        json: &Value,
        depth: usize,
    ) -> Result<Val, CodecError> {
        let Value::Object(members) = json else {
            return Err(mismatch("an object", json));
        };
        let mut entries = Vec::with_capacity(members.len());
        for (name, item) in members {
            let entry = || {
                let key = number::key(key_kind, name)?;
                let value = self.element(field, item, depth)?;
                Ok(value.map(|value| Val::Tuple(vec![key, value])))
            };
            entries.extend(entry().map_err(|error: CodecError| error.in_element(name))?);
        }
        let given = entries.len();
        sort_entries(&mut entries);
        // `"1"` and `"1.0"` are one key.
        if entries.len() < given {
            return Err(Kind::Duplicate.into());
        }
        Ok(Val::List(entries))
    }

    /// Within a list or map, `null` stands for no value at all.
    fn element(
        &self,
        field: &FieldPlan,
        json: &Value,
        depth: usize,
    ) -> Result<Option<Val>, CodecError> {
        if json.is_null() && !self.takes_null(&field.value) {
            return Err(mismatch("a value", json));
        }
        self.known(field, json, depth)
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
    /// The same for fields beyond those.
    others: Vec<u128>,
}

impl Seen {
    /// False where it was there already.
    fn insert(&mut self, index: usize) -> bool {
        const BITS: usize = u128::BITS as usize;

        let word = match (index / BITS).checked_sub(1) {
            None => &mut self.first,
            Some(word) => {
                if self.others.len() <= word {
                    self.others.resize(word + 1, 0);
                }
                &mut self.others[word]
            }
        };
        let bit = 1 << (index % BITS);
        let new = *word & bit == 0;
        *word |= bit;
        new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_new_once() {
        let mut seen = Seen::default();
        let indices = [0, 127, 128, 255, 256, 9_998];
        assert!(indices.iter().all(|index| seen.insert(*index)));
        assert!(!indices.iter().any(|index| seen.insert(*index)));
        assert!(seen.insert(1) && seen.insert(129) && seen.insert(9_999));
    }
}
