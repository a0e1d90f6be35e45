//! `ProtoJSON` to a component's values.

use std::borrow::Cow;

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
use super::text::{Text, Token};
use super::{JsonOptions, parse};
use crate::JsonKind;

/// Reads the message that is all of `json`.
pub(in super::super) fn read(
    plan: &Plan,
    embedded: &Embedded,
    json: &[u8],
    options: JsonOptions,
) -> Result<Val, CodecError> {
    let reader = JsonReader {
        plan,
        embedded,
        budget: &Budget::new(),
        options,
        is_whole: true,
    };
    let mut text = Text::new(json)?;
    let value = reader.value(&plan.root, &mut text, 0)?;
    text.end()?;
    Ok(value)
}

pub(in super::super) struct JsonReader<'a> {
    pub(in super::super) plan: &'a Plan,
    pub(in super::super) embedded: &'a Embedded,
    pub(in super::super) budget: &'a Budget,
    pub(in super::super) options: JsonOptions,
    /// Whether nothing but the text makes the message, so that what it requires
    /// must be there.
    pub(in super::super) is_whole: bool,
}

impl<'a> JsonReader<'a> {
    /// The same reader for a message of another plan.
    pub(in super::super) fn of<'p>(&self, plan: &'p Plan) -> JsonReader<'p>
    where
        'a: 'p,
    {
        JsonReader {
            plan,
            is_whole: true,
            ..*self
        }
    }

    pub(super) fn ignores_unknown(&self) -> bool {
        self.options.ignore_unknown
    }

    pub(in super::super) fn value(
        &self,
        plan: &ValuePlan,
        json: &mut Text<'_>,
        depth: usize,
    ) -> Result<Val, CodecError> {
        match plan {
            ValuePlan::Scalar(kind) | ValuePlan::Wrapper(kind) => {
                number::scalar(*kind, json.token()?)
            }
            ValuePlan::Enum(index) => enumeration(self.plan.enumeration(*index), &json.token()?),
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
                let json = parse(json.raw()?.as_bytes()).map_err(without_place)?;
                let json = structs::canonical(*kind, &json)?;
                Ok(Val::String(json.to_string()))
            }
        }
    }

    fn message(
        &self,
        message: &MessagePlan,
        json: &mut Text<'_>,
        depth: usize,
    ) -> Result<Val, CodecError> {
        let (first, second) = match &message.json {
            None => {
                return match json.token()? {
                    Token::Object => self.members(message, json, depth, |_| true),
                    other => Err(mismatch("an object", &other)),
                };
            }
            Some(JsonForm::Timestamp) => {
                let expected = "a time like `2030-01-31T12:00:00Z`";
                let (seconds, nanos) = text(json, expected, parse_timestamp)?;
                (Val::S64(seconds), Val::S32(nanos))
            }
            Some(JsonForm::Duration) => {
                let expected = "a duration like `1.5s`";
                let (seconds, nanos) = text(json, expected, parse_duration)?;
                (Val::S64(seconds), Val::S32(nanos))
            }
            Some(JsonForm::Any) => {
                let (type_url, value) = self.any(json, depth)?;
                (Val::String(type_url), decode::bytes(&value))
            }
        };
        let mut target = self.empty(message, depth)?;
        message.set(&mut target, 1, first);
        message.set(&mut target, 2, second);
        Ok(target)
    }

    pub(in super::super) fn empty(
        &self,
        message: &MessagePlan,
        depth: usize,
    ) -> Result<Val, CodecError> {
        if depth > RECURSION_LIMIT {
            return Err(Kind::TooDeep.into());
        }
        self.budget.charge(message.cost)?;
        Ok(self.plan.empty(message))
    }

    /// A message of those members of an object that `are_fields` takes; `json`
    /// stands before its brace.
    pub(super) fn members(
        &self,
        message: &MessagePlan,
        json: &mut Text<'_>,
        depth: usize,
        are_fields: impl Fn(&str) -> bool,
    ) -> Result<Val, CodecError> {
        let mut target = self.empty(message, depth)?;
        let mut seen = Seen::default();
        json.members(|json, name| {
            if !are_fields(&name) {
                return json.skip();
            }
            let Some(index) = message.field_by_json_name(&name) else {
                if self.ignores_unknown() {
                    return json.skip();
                }
                let message = message.full_name.clone();
                return Err(CodecError::new(Kind::UnknownField { message }).in_field(&name));
            };
            if !seen.insert(index) {
                return Err(CodecError::new(Kind::Duplicate).in_field(&name));
            }
            let field = &message.fields[index];
            let Val::Record(record) = &mut target else {
                return json.skip();
            };
            let Some((_, slot)) = record.get_mut(field.slot) else {
                return json.skip();
            };
            self.field(message, field, json, slot, depth)
                .map_err(|error| error.in_field(&name))
        })?;
        if self.is_whole
            && let (Form::Record, Val::Record(record)) = (&message.form, &target)
        {
            require(message, record)?;
        }
        Ok(target)
    }

    pub(in super::super) fn field(
        &self,
        message: &MessagePlan,
        field: &FieldPlan,
        json: &mut Text<'_>,
        slot: &mut Val,
        depth: usize,
    ) -> Result<(), CodecError> {
        let repeated = matches!(field.shape, FieldShape::List | FieldShape::Map { .. });
        if json.is_null() && (repeated || !self.takes_null(&field.value)) {
            return json.token().map(drop);
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
                    return Err(Kind::Oneof(message.oneof_of(field).to_owned()).into());
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
        json: &mut Text<'_>,
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

    fn list(
        &self,
        field: &FieldPlan,
        json: &mut Text<'_>,
        depth: usize,
    ) -> Result<Val, CodecError> {
        match json.token()? {
            Token::Array => {}
            other => return Err(mismatch("an array", &other)),
        }
        let mut list = Vec::new();
        json.items(|json, index| {
            let value = self
                .element(field, json, depth)
                .map_err(|error| error.in_element(index))?;
            list.extend(value);
            Ok(())
        })?;
        Ok(Val::List(list))
    }

    fn map(
        &self,
        field: &FieldPlan,
        key_kind: ScalarPlan,
        json: &mut Text<'_>,
        depth: usize,
    ) -> Result<Val, CodecError> {
        match json.token()? {
            Token::Object => {}
            other => return Err(mismatch("an object", &other)),
        }
        let mut entries = Vec::new();
        json.members(|json, name: Cow<'_, str>| {
            let mut entry = || {
                let key = number::key(key_kind, &name)?;
                let value = self.element(field, json, depth)?;
                Ok(value.map(|value| Val::Tuple(vec![key, value])))
            };
            entries.extend(entry().map_err(|error: CodecError| error.in_element(&name))?);
            Ok(())
        })?;
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
        json: &mut Text<'_>,
        depth: usize,
    ) -> Result<Option<Val>, CodecError> {
        if json.is_null() && !self.takes_null(&field.value) {
            return Err(mismatch("a value", &Token::Null));
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

/// The text has a place in a larger one, so its own lines say nothing.
#[allow(clippy::needless_pass_by_value, reason = "shaped for `map_err`")]
fn without_place(error: serde_json::Error) -> Kind {
    let problem = error.to_string();
    let end = problem.find(" at line ").unwrap_or(problem.len());
    Kind::Json(problem[..end].to_owned())
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

fn enumeration(plan: &EnumPlan, json: &Token<'_>) -> Result<Val, CodecError> {
    let unknown = |value: String| {
        CodecError::new(Kind::EnumValue {
            enumeration: plan.full_name.clone(),
            value,
        })
    };
    let number = match json {
        Token::Null if plan.is_null => 0,
        Token::String(name) => plan
            .number(name)
            .ok_or_else(|| unknown(format!("`{}`", structs::shorten(name))))?,
        Token::Number(_) => number::integer(json, "an integer of 32 bits")?,
        other => return Err(mismatch("the name or number of an enum value", other)),
    };
    plan.value(number)
        .ok_or_else(|| unknown(number.to_string()))
}

fn text<T>(
    json: &mut Text<'_>,
    expected: &'static str,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<T, CodecError> {
    match json.token()? {
        Token::String(text) => parse(&text).ok_or_else(|| invalid(expected, &text)),
        other => Err(mismatch(expected, &other)),
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
