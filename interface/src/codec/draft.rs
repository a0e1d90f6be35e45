//! A message that is put together of several parts: JSON, and the text of single
//! fields, as an HTTP request has them in its body, path and query.

use bytes::BytesMut;
use wasmtime::component::Val;

use super::budget::Budget;
use super::encode;
use super::error::{CodecError, CodecErrorKind as Kind};
use super::json::{JsonOptions, JsonReader, Text, Token, scalar};
use super::plan::{
    EnumPlan, FieldPlan, FieldShape, JsonForm, MessagePlan, Plan, ScalarPlan, SlotKind, ValuePlan,
    is_unset,
};
use super::well_known::{parse_duration, parse_field_mask, parse_timestamp};
use super::{MessageCodec, RECURSION_LIMIT, decode, value};

/// How many names of an enum an error tells.
const TOLD_NAMES: usize = 20;

/// A field of a message, or of one within it: the place of each field on the way in
/// its message's table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FieldRoute(Vec<usize>);

/// Why a field cannot be set from text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SetError {
    /// No field of this name.
    Unknown,
    /// The type has no text form.
    NoText(&'static str),
    /// The text is none of the type's.
    Invalid(String),
    /// Another field of this oneof is set already.
    Oneof(String),
    /// The message cannot be made.
    Message(CodecError),
}

impl From<CodecError> for SetError {
    fn from(error: CodecError) -> Self {
        SetError::Message(error)
    }
}

impl FieldRoute {
    /// Whether the way leads through this field of the message itself.
    pub(crate) fn begins_at(&self, field: usize) -> bool {
        self.0.first() == Some(&field)
    }
}

/// A message in the making.
pub(crate) struct Draft<'c> {
    codec: &'c MessageCodec,
    budget: Budget,
    options: JsonOptions,
    value: Val,
}

impl MessageCodec {
    /// The way to a field, by names of the `.proto`.
    pub(crate) fn route<'n>(&self, names: impl Iterator<Item = &'n str>) -> Option<FieldRoute> {
        self.find(names, |message, name| {
            message.fields.iter().position(|field| field.name == name)
        })
        .map(|(route, _)| route)
    }

    /// The way to a field that text can set, by names as JSON takes them, and
    /// whether it takes several values.
    pub(crate) fn text_route(&self, path: &str) -> Result<(FieldRoute, bool), SetError> {
        let find = |message: &MessagePlan, name: &str| message.field_by_json_name(name);
        let (route, takes) = self.find(path.split('.'), find).ok_or(SetError::Unknown)?;
        match takes {
            Takes::One => Ok((route, false)),
            Takes::Several => Ok((route, true)),
            Takes::None(reason) => Err(SetError::NoText(reason)),
        }
    }

    fn find<'n>(
        &self,
        names: impl Iterator<Item = &'n str>,
        find: impl Fn(&MessagePlan, &str) -> Option<usize>,
    ) -> Option<(FieldRoute, Takes)> {
        let mut fields = Vec::new();
        let mut plan: &Plan = &self.plan;
        let mut at = &plan.root;
        let mut takes = Takes::None("it is a message");
        let mut is_repeated = false;
        for name in names {
            if fields.len() >= RECURSION_LIMIT {
                return None;
            }
            if let ValuePlan::Recursive(message) = at {
                plan = message.plan(&self.embedded);
                at = &plan.root;
            }
            let ValuePlan::Message(index) = at else {
                return None;
            };
            let message = plan.message(*index);
            if message.json.is_some() || is_repeated {
                return None;
            }
            let index = find(message, name)?;
            let field = &message.fields[index];
            takes = Takes::of(plan, field);
            is_repeated = matches!(field.shape, FieldShape::List | FieldShape::Map { .. });
            at = &field.value;
            fields.push(index);
        }
        Some((FieldRoute(fields), takes))
    }

    /// A message that only has its defaults.
    pub(crate) fn draft(&self, options: JsonOptions) -> Result<Draft<'_>, CodecError> {
        self.draft_of(options, None)
    }

    /// A message of its JSON.
    pub(crate) fn draft_of_json(
        &self,
        options: JsonOptions,
        json: &[u8],
    ) -> Result<Draft<'_>, CodecError> {
        self.draft_of(options, Some(json))
    }

    fn draft_of(&self, options: JsonOptions, json: Option<&[u8]>) -> Result<Draft<'_>, CodecError> {
        let mut draft = Draft {
            codec: self,
            budget: Budget::new(),
            options,
            value: self.plan.default(&self.plan.root),
        };
        if let Some(json) = json {
            let mut text = Text::new(json)?;
            draft.value = draft.reader().value(&self.plan.root, &mut text, 0)?;
            text.end()?;
        }
        Ok(draft)
    }
}

/// What of text a field takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Takes {
    One,
    Several,
    None(&'static str),
}

impl Takes {
    fn of(plan: &Plan, field: &FieldPlan) -> Self {
        let is_text = match &field.value {
            ValuePlan::Scalar(_)
            | ValuePlan::Wrapper(_)
            | ValuePlan::Enum(_)
            | ValuePlan::FieldMask => true,
            ValuePlan::Message(index) => matches!(
                plan.message(*index).json,
                Some(JsonForm::Timestamp | JsonForm::Duration)
            ),
            ValuePlan::Recursive(_) | ValuePlan::Json(_) => false,
        };
        let is_scalar = matches!(field.value, ValuePlan::Scalar(_) | ValuePlan::Enum(_));
        match &field.shape {
            FieldShape::Map { .. } => Takes::None("it is a map"),
            FieldShape::List if is_scalar => Takes::Several,
            FieldShape::List => Takes::None("it is a list of messages"),
            _ if is_text => Takes::One,
            _ => Takes::None("it is a message"),
        }
    }
}

impl Draft<'_> {
    fn reader(&self) -> JsonReader<'_> {
        JsonReader {
            plan: &self.codec.plan,
            embedded: &self.codec.embedded,
            budget: &self.budget,
            options: self.options,
            is_whole: false,
        }
    }

    /// Reads one field of the message from its JSON.
    pub(crate) fn read_field(&mut self, field: usize, json: &[u8]) -> Result<(), CodecError> {
        let mut value = std::mem::replace(&mut self.value, Val::Bool(false));
        let read = self.read_field_into(field, json, &mut value);
        self.value = value;
        read
    }

    fn read_field_into(
        &self,
        field: usize,
        json: &[u8],
        value: &mut Val,
    ) -> Result<(), CodecError> {
        let ValuePlan::Message(index) = &self.codec.plan.root else {
            return Ok(());
        };
        let message = self.codec.plan.message(*index);
        let field = &message.fields[field];
        let mut text = Text::new(json)?;
        if let Some(slot) = slot_of(field, value) {
            self.reader()
                .field(message, field, &mut text, slot, 0)
                .map_err(|error| error.in_field(&field.name))?;
        }
        text.end()
    }

    /// Sets a field from text; of a list, adds a value to it. A field of the same
    /// oneof that is set already is not replaced.
    pub(crate) fn set(&mut self, route: &FieldRoute, text: &str) -> Result<(), SetError> {
        let mut value = std::mem::replace(&mut self.value, Val::Bool(false));
        let reader = self.reader();
        let set = match &self.codec.plan.root {
            ValuePlan::Message(index) => {
                let message = self.codec.plan.message(*index);
                Setter { reader, text }.put(message, &mut value, &route.0, 0)
            }
            _ => Err(SetError::Unknown),
        };
        self.value = value;
        set
    }

    /// All of the message.
    pub(crate) fn value_mut(&mut self) -> &mut Val {
        &mut self.value
    }

    /// The message, which has all that it requires.
    pub(crate) fn finish(self) -> Result<Val, CodecError> {
        let plan = &self.codec.plan;
        // No other messages have required fields.
        if plan.needs_finish(&plan.root) {
            require(plan, &plan.root, &self.value)?;
        }
        Ok(self.value)
    }
}

fn slot_of<'v>(field: &FieldPlan, value: &'v mut Val) -> Option<&'v mut Val> {
    match value {
        Val::Record(record) => record.get_mut(field.slot).map(|(_, slot)| slot),
        _ => None,
    }
}

/// Sets one field from text.
struct Setter<'r, 't> {
    reader: JsonReader<'r>,
    text: &'t str,
}

impl Setter<'_, '_> {
    fn put(
        &self,
        message: &MessagePlan,
        target: &mut Val,
        route: &[usize],
        depth: usize,
    ) -> Result<(), SetError> {
        let Some((index, rest)) = route.split_first() else {
            return Err(SetError::Unknown);
        };
        let field = &message.fields[*index];
        let Some(slot) = slot_of(field, target) else {
            return Err(SetError::Unknown);
        };
        if rest.is_empty() {
            return self.put_value(message, field, slot);
        }
        match &field.value {
            ValuePlan::Message(index) => {
                let inner = self.reader.plan.message(*index);
                let empty = || self.reader.empty(inner, depth + 1);
                let held = open(message, field, slot, empty)?;
                self.put(inner, held, rest, depth + 1)
            }
            ValuePlan::Recursive(recursive) => {
                let plan = recursive.plan(self.reader.embedded);
                let ValuePlan::Message(index) = &plan.root else {
                    return Err(SetError::Unknown);
                };
                let held = open(message, field, slot, || Ok(Val::List(Vec::new())))?;
                let mut encoded = BytesMut::new();
                value::put_bytes(held, &mut encoded)?;
                let embedded = self.reader.embedded;
                let budget = self.reader.budget;
                let mut inner = decode::decode(plan, embedded, budget, &encoded, depth + 1)?;
                let setter = Setter {
                    reader: self.reader.of(plan),
                    text: self.text,
                };
                setter.put(plan.message(*index), &mut inner, rest, depth + 1)?;
                encoded.clear();
                encode::encode(plan, embedded, &inner, &mut encoded)?;
                *held = decode::bytes(&encoded);
                Ok(())
            }
            _ => Err(SetError::Unknown),
        }
    }

    fn put_value(
        &self,
        message: &MessagePlan,
        field: &FieldPlan,
        slot: &mut Val,
    ) -> Result<(), SetError> {
        let value = self.value(&field.value)?;
        match &field.shape {
            FieldShape::Plain | FieldShape::Required => *slot = value,
            FieldShape::Optional => *slot = Val::Option(Some(Box::new(value))),
            FieldShape::Case { .. } => {
                *open(message, field, slot, || Ok(Val::Bool(false)))? = value;
            }
            FieldShape::List => {
                if let Val::List(list) = slot {
                    list.push(value);
                }
            }
            FieldShape::Map { .. } => return Err(SetError::NoText("it is a map")),
        }
        Ok(())
    }

    fn value(&self, plan: &ValuePlan) -> Result<Val, SetError> {
        let text = self.text;
        let invalid = |expected: &str| SetError::Invalid(expected.to_owned());
        match plan {
            ValuePlan::Scalar(ScalarPlan::Bool) | ValuePlan::Wrapper(ScalarPlan::Bool) => {
                match text {
                    "true" => Ok(Val::Bool(true)),
                    "false" => Ok(Val::Bool(false)),
                    _ => Err(invalid("`true` or `false`")),
                }
            }
            ValuePlan::Scalar(kind) | ValuePlan::Wrapper(kind) => {
                scalar(*kind, Token::String(text.into())).map_err(|error| match error.kind() {
                    Kind::Range { expected, .. } | Kind::Text { expected, .. } => invalid(expected),
                    _ => SetError::Message(error),
                })
            }
            ValuePlan::Enum(index) => enumeration(self.reader.plan.enumeration(*index), text),
            ValuePlan::FieldMask => {
                // Names of the `.proto` are common, too, and mean the same.
                let paths = parse_field_mask(text).or_else(|| proto_mask(text));
                let paths = paths.ok_or_else(|| invalid("names of fields, joined by `,`"))?;
                Ok(Val::List(paths.into_iter().map(Val::String).collect()))
            }
            ValuePlan::Message(index) => {
                let message = self.reader.plan.message(*index);
                let time = match message.json {
                    Some(JsonForm::Timestamp) => parse_timestamp(text)
                        .ok_or_else(|| invalid("a time like `2030-01-31T12:00:00Z`")),
                    Some(JsonForm::Duration) => {
                        parse_duration(text).ok_or_else(|| invalid("a duration like `1.5s`"))
                    }
                    _ => Err(SetError::NoText("it is a message")),
                };
                let (seconds, nanos) = time?;
                let mut value = self.reader.plan.empty(message);
                message.set(&mut value, 1, Val::S64(seconds));
                message.set(&mut value, 2, Val::S32(nanos));
                Ok(value)
            }
            ValuePlan::Recursive(_) | ValuePlan::Json(_) => {
                Err(SetError::NoText("it is a message"))
            }
        }
    }
}

/// The value that a field holds; `empty` where it holds none yet.
fn open<'v>(
    message: &MessagePlan,
    field: &FieldPlan,
    slot: &'v mut Val,
    empty: impl FnOnce() -> Result<Val, CodecError>,
) -> Result<&'v mut Val, SetError> {
    match &field.shape {
        FieldShape::Optional => {
            if matches!(slot, Val::Option(None)) {
                *slot = Val::Option(Some(Box::new(empty()?)));
            }
            match slot {
                Val::Option(Some(value)) => Ok(value),
                _ => Err(SetError::Unknown),
            }
        }
        FieldShape::Case { name } => {
            if matches!(slot, Val::Option(None)) {
                let variant = Val::Variant(name.clone(), Some(Box::new(empty()?)));
                *slot = Val::Option(Some(Box::new(variant)));
            }
            if let Val::Option(Some(variant)) = slot
                && let Val::Variant(case, Some(value)) = &mut **variant
                && case == name
            {
                return Ok(value);
            }
            Err(SetError::Oneof(message.oneof_of(field).to_owned()))
        }
        FieldShape::Plain | FieldShape::Required => {
            if is_unset(slot) {
                *slot = empty()?;
            }
            Ok(slot)
        }
        FieldShape::List | FieldShape::Map { .. } => Err(SetError::Unknown),
    }
}

fn enumeration(plan: &EnumPlan, text: &str) -> Result<Val, SetError> {
    let number = plan.number(text).or_else(|| text.parse().ok());
    if let Some(value) = number.and_then(|number| plan.value(number)) {
        return Ok(value);
    }
    let mut names: Vec<String> = plan
        .cases
        .iter()
        .take(TOLD_NAMES)
        .map(|case| format!("`{}`", case.name))
        .collect();
    if plan.cases.len() > TOLD_NAMES {
        names.push("...".to_owned());
    }
    Err(SetError::Invalid(format!("one of {}", names.join(", "))))
}

/// The paths of a mask in the names of the `.proto`.
fn proto_mask(text: &str) -> Option<Vec<String>> {
    let is_name =
        |char: char| char.is_ascii_lowercase() || char.is_ascii_digit() || "_.".contains(char);
    text.split(',')
        .map(|path| (!path.is_empty() && path.chars().all(is_name)).then(|| path.to_owned()))
        .collect()
}

/// Makes sure that required fields are set, at any depth.
fn require(plan: &Plan, value_plan: &ValuePlan, value: &Val) -> Result<(), CodecError> {
    let (ValuePlan::Message(index), Val::Record(record)) = (value_plan, value) else {
        return Ok(());
    };
    let message = plan.message(*index);
    for (slot, (_, value)) in message.slots.iter().zip(record) {
        let fields: &[usize] = match &slot.kind {
            SlotKind::Field(field) => std::slice::from_ref(field),
            SlotKind::Oneof { cases, .. } => cases,
        };
        for field in fields.iter().map(|field| &message.fields[*field]) {
            if matches!(field.shape, FieldShape::Required) && is_unset(value) {
                return Err(CodecError::new(Kind::Required).in_field(&field.json_name));
            }
            for held in held(field, value) {
                require(plan, &field.value, held)
                    .map_err(|error| error.in_field(&field.json_name))?;
            }
        }
    }
    Ok(())
}

/// The values that a field holds.
fn held<'v>(field: &FieldPlan, value: &'v Val) -> Vec<&'v Val> {
    if !matches!(field.value, ValuePlan::Message(_)) {
        return Vec::new();
    }
    match (&field.shape, value) {
        (FieldShape::Plain | FieldShape::Required, value) => vec![value],
        (FieldShape::Optional, Val::Option(value)) => value.as_deref().into_iter().collect(),
        (FieldShape::List, Val::List(list)) => list.iter().collect(),
        (FieldShape::Map { .. }, Val::List(entries)) => entries
            .iter()
            .filter_map(|entry| match entry {
                Val::Tuple(pair) => pair.get(1),
                _ => None,
            })
            .collect(),
        (FieldShape::Case { name }, Val::Option(Some(variant))) => match &**variant {
            Val::Variant(case, Some(value)) if case == name => vec![value],
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}
