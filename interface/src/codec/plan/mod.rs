//! The tables that a codec works from, made once from the model.

use std::collections::HashMap;
use std::sync::Arc;

use prost_reflect::{EnumDescriptor, Kind};
use wasmtime::component::Val;

use super::wire::WireType;
use crate::{EnumModel, JsonKind, Scalar};

mod build;
mod embedded;
mod whole;

pub(super) use embedded::{Embedded, Recursive};

/// Everything that one root message holds.
pub(super) struct Plan {
    pub(super) root: ValuePlan,
    messages: Arc<[MessagePlan]>,
    enums: Arc<[EnumPlan]>,
}

pub(super) struct MessagePlan {
    pub(super) full_name: String,
    pub(super) form: Form,
    /// The JSON form that is not an object of the message's fields.
    pub(super) json: Option<JsonForm>,
    pub(super) fields: Vec<FieldPlan>,
    /// The places of the record.
    pub(super) slots: Vec<SlotPlan>,
    /// The slots in the order of their lowest field number, in which they are
    /// written.
    pub(super) written: Vec<usize>,
    /// Whether a decoded value needs another pass: a map to be sorted, a required
    /// field to be demanded, or JSON to be made.
    pub(super) needs_finish: bool,
    /// The memory that an empty record takes.
    pub(super) cost: usize,
    /// Indices into `fields` by number, for small numbers.
    small_numbers: Vec<Option<usize>>,
    by_number: HashMap<u32, usize>,
    by_json_name: HashMap<String, usize>,
}

pub(super) enum Form {
    /// An enum with this one case.
    Unit {
        case: String,
    },
    Record,
}

/// A message whose JSON is one value, and that is a record nevertheless.
pub(super) enum JsonForm {
    Timestamp,
    Duration,
    /// `google.protobuf.Any`, whose JSON needs what the pool knows.
    Any,
}

pub(super) struct SlotPlan {
    pub(super) name: String,
    pub(super) kind: SlotKind,
}

pub(super) enum SlotKind {
    Field(usize),
    /// The name in Protobuf, and the fields by case.
    Oneof {
        name: String,
        cases: Vec<usize>,
    },
}

pub(super) struct FieldPlan {
    pub(super) name: String,
    pub(super) json_name: String,
    /// The name as it opens a member of a JSON object: `"name":`.
    pub(super) json_key: String,
    /// The same with the name in the `.proto`.
    pub(super) proto_key: String,
    pub(super) number: u32,
    pub(super) slot: usize,
    pub(super) shape: FieldShape,
    pub(super) value: ValuePlan,
    pub(super) packed: bool,
    pub(super) group: bool,
}

/// How often the value occurs.
pub(super) enum FieldShape {
    Plain,
    Required,
    Optional,
    List,
    Map { key: ScalarPlan },
    Case { name: String },
}

/// One value.
pub(super) enum ValuePlan {
    Scalar(ScalarPlan),
    Enum(usize),
    Message(usize),
    Recursive(Recursive),
    Wrapper(ScalarPlan),
    FieldMask,
    Json(JsonKind),
}

/// A scalar with its encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ScalarPlan {
    Bool,
    Int32,
    Sint32,
    Sfixed32,
    Uint32,
    Fixed32,
    Int64,
    Sint64,
    Sfixed64,
    Uint64,
    Fixed64,
    Float,
    Double,
    String,
    Bytes,
}

pub(super) struct EnumPlan {
    pub(super) full_name: String,
    pub(super) open: bool,
    /// `google.protobuf.NullValue`, whose JSON is `null`.
    pub(super) is_null: bool,
    /// The value of an absent field.
    pub(super) default: i32,
    pub(super) cases: Vec<CasePlan>,
    by_number: HashMap<i32, usize>,
    by_name: HashMap<String, i32>,
    by_case: HashMap<String, usize>,
}

pub(super) struct CasePlan {
    pub(super) name: String,
    pub(super) wit_name: String,
    pub(super) number: i32,
}

/// Whether an enum keeps numbers that it has no name for.
fn is_open(enumeration: &EnumDescriptor) -> bool {
    enumeration.parent_file().syntax() == prost_reflect::Syntax::Proto3
}

impl Plan {
    pub(super) fn message(&self, index: usize) -> &MessagePlan {
        &self.messages[index]
    }

    pub(super) fn enumeration(&self, index: usize) -> &EnumPlan {
        &self.enums[index]
    }

    /// Whether a decoded value needs a pass of its own.
    pub(super) fn needs_finish(&self, value: &ValuePlan) -> bool {
        match value {
            ValuePlan::Message(index) => self.message(*index).needs_finish,
            value => value.needs_finish(),
        }
    }

    /// The value that stands for an absent one.
    pub(super) fn default(&self, value: &ValuePlan) -> Val {
        match value {
            ValuePlan::Scalar(scalar) | ValuePlan::Wrapper(scalar) => scalar.default(),
            ValuePlan::Enum(index) => {
                let enumeration = self.enumeration(*index);
                enumeration
                    .value(enumeration.default)
                    .unwrap_or_else(|| Val::Enum(String::new()))
            }
            ValuePlan::Message(index) => self.empty(self.message(*index)),
            ValuePlan::Recursive(_) | ValuePlan::FieldMask => Val::List(Vec::new()),
            ValuePlan::Json(kind) => Val::String(
                match kind {
                    JsonKind::Struct => "{}",
                    JsonKind::Value => "null",
                    JsonKind::List => "[]",
                }
                .to_owned(),
            ),
        }
    }

    /// A message without any field. A required field is [`unset`].
    pub(super) fn empty(&self, message: &MessagePlan) -> Val {
        match &message.form {
            Form::Unit { case } => Val::Enum(case.clone()),
            Form::Record => Val::Record(
                message
                    .slots
                    .iter()
                    .map(|slot| (slot.name.clone(), self.absent(message, slot)))
                    .collect(),
            ),
        }
    }

    fn absent(&self, message: &MessagePlan, slot: &SlotPlan) -> Val {
        let SlotKind::Field(field) = &slot.kind else {
            return Val::Option(None);
        };
        let field = &message.fields[*field];
        match &field.shape {
            FieldShape::Plain => self.default(&field.value),
            FieldShape::Required => unset(),
            FieldShape::List | FieldShape::Map { .. } => Val::List(Vec::new()),
            FieldShape::Optional | FieldShape::Case { .. } => Val::Option(None),
        }
    }
}

/// Stands for a required field that has not been seen. No WIT type of a message
/// holds flags, so this is never a field's value.
pub(super) fn unset() -> Val {
    Val::Flags(Vec::new())
}

pub(super) fn is_unset(value: &Val) -> bool {
    matches!(value, Val::Flags(_))
}

impl ValuePlan {
    /// Whether the value itself needs another pass, whatever it holds.
    fn needs_finish(&self) -> bool {
        matches!(self, ValuePlan::Json(_) | ValuePlan::Recursive(_))
    }
}

impl MessagePlan {
    pub(super) fn field_by_number(&self, number: u32) -> Option<&FieldPlan> {
        let small = usize::try_from(number).unwrap_or(usize::MAX);
        let index = match self.small_numbers.get(small) {
            Some(index) => (*index)?,
            None => *self.by_number.get(&number)?,
        };
        Some(&self.fields[index])
    }

    /// Sets the field of a number, which is a plain one.
    pub(super) fn set(&self, target: &mut Val, number: u32, value: Val) {
        if let (Some(field), Val::Record(record)) = (self.field_by_number(number), target)
            && let Some((_, slot)) = record.get_mut(field.slot)
        {
            *slot = value;
        }
    }

    /// The name of the oneof that the field is in; empty where it is in none.
    pub(super) fn oneof_of(&self, field: &FieldPlan) -> &str {
        match &self.slots[field.slot].kind {
            SlotKind::Oneof { name, .. } => name,
            SlotKind::Field(_) => "",
        }
    }

    /// The index of a field by its JSON name or its name in the `.proto`.
    pub(super) fn field_by_json_name(&self, name: &str) -> Option<usize> {
        self.by_json_name.get(name).copied()
    }
}

impl FieldPlan {
    /// Whether the field itself needs another pass, whatever its messages hold.
    fn needs_finish(&self) -> bool {
        matches!(self.shape, FieldShape::Required | FieldShape::Map { .. })
            || self.value.needs_finish()
    }

    /// The wire type of one value that is not packed.
    pub(super) fn wire_type(&self) -> WireType {
        match (&self.shape, &self.value) {
            (FieldShape::Map { .. }, _) => WireType::Length,
            (_, ValuePlan::Scalar(scalar)) => scalar.wire_type(),
            (_, ValuePlan::Enum(_)) => WireType::Varint,
            _ if self.group => WireType::Group,
            _ => WireType::Length,
        }
    }

    /// Whether one length prefix may hold several values.
    pub(super) fn is_packable(&self) -> bool {
        matches!(self.shape, FieldShape::List)
            && matches!(self.value, ValuePlan::Scalar(_) | ValuePlan::Enum(_))
            && self.wire_type() != WireType::Length
    }
}

impl ScalarPlan {
    fn of(kind: &Kind) -> Option<Self> {
        Some(match kind {
            Kind::Bool => ScalarPlan::Bool,
            Kind::Int32 => ScalarPlan::Int32,
            Kind::Sint32 => ScalarPlan::Sint32,
            Kind::Sfixed32 => ScalarPlan::Sfixed32,
            Kind::Uint32 => ScalarPlan::Uint32,
            Kind::Fixed32 => ScalarPlan::Fixed32,
            Kind::Int64 => ScalarPlan::Int64,
            Kind::Sint64 => ScalarPlan::Sint64,
            Kind::Sfixed64 => ScalarPlan::Sfixed64,
            Kind::Uint64 => ScalarPlan::Uint64,
            Kind::Fixed64 => ScalarPlan::Fixed64,
            Kind::Float => ScalarPlan::Float,
            Kind::Double => ScalarPlan::Double,
            Kind::String => ScalarPlan::String,
            Kind::Bytes => ScalarPlan::Bytes,
            Kind::Message(_) | Kind::Enum(_) => return None,
        })
    }

    /// The encoding where the model alone is known: that of the wrappers.
    fn plain(scalar: Scalar) -> Self {
        match scalar {
            Scalar::Bool => ScalarPlan::Bool,
            Scalar::S32 => ScalarPlan::Int32,
            Scalar::S64 => ScalarPlan::Int64,
            Scalar::U32 => ScalarPlan::Uint32,
            Scalar::U64 => ScalarPlan::Uint64,
            Scalar::F32 => ScalarPlan::Float,
            Scalar::F64 => ScalarPlan::Double,
            Scalar::String => ScalarPlan::String,
            Scalar::Bytes => ScalarPlan::Bytes,
        }
    }

    pub(super) fn wire_type(self) -> WireType {
        match self {
            ScalarPlan::Bool
            | ScalarPlan::Int32
            | ScalarPlan::Sint32
            | ScalarPlan::Uint32
            | ScalarPlan::Int64
            | ScalarPlan::Sint64
            | ScalarPlan::Uint64 => WireType::Varint,
            ScalarPlan::Sfixed32 | ScalarPlan::Fixed32 | ScalarPlan::Float => WireType::Fixed32,
            ScalarPlan::Sfixed64 | ScalarPlan::Fixed64 | ScalarPlan::Double => WireType::Fixed64,
            ScalarPlan::String | ScalarPlan::Bytes => WireType::Length,
        }
    }

    pub(super) fn default(self) -> Val {
        match self {
            ScalarPlan::Bool => Val::Bool(false),
            ScalarPlan::Int32 | ScalarPlan::Sint32 | ScalarPlan::Sfixed32 => Val::S32(0),
            ScalarPlan::Uint32 | ScalarPlan::Fixed32 => Val::U32(0),
            ScalarPlan::Int64 | ScalarPlan::Sint64 | ScalarPlan::Sfixed64 => Val::S64(0),
            ScalarPlan::Uint64 | ScalarPlan::Fixed64 => Val::U64(0),
            ScalarPlan::Float => Val::Float32(0.0),
            ScalarPlan::Double => Val::Float64(0.0),
            ScalarPlan::String => Val::String(String::new()),
            ScalarPlan::Bytes => Val::List(Vec::new()),
        }
    }
}

impl EnumPlan {
    fn new(model: &EnumModel) -> Self {
        let cases: Vec<CasePlan> = model
            .cases
            .iter()
            .map(|case| CasePlan {
                name: case.name.clone(),
                wit_name: case.wit_name.clone(),
                number: case.number,
            })
            .collect();
        let by = |index: usize, case: &CasePlan| (case.wit_name.clone(), index);
        let names = cases.iter().map(|case| (case.name.clone(), case.number));
        EnumPlan {
            full_name: model.descriptor.full_name().to_owned(),
            open: model.open,
            is_null: model.descriptor.full_name() == "google.protobuf.NullValue",
            default: model.descriptor.default_value().number(),
            by_number: cases
                .iter()
                .enumerate()
                .map(|(index, case)| (case.number, index))
                .collect(),
            by_name: names.chain(model.aliases.iter().cloned()).collect(),
            by_case: cases.iter().enumerate().map(|(i, c)| by(i, c)).collect(),
            cases,
        }
    }

    pub(super) fn case(&self, number: i32) -> Option<&CasePlan> {
        Some(&self.cases[*self.by_number.get(&number)?])
    }

    pub(super) fn number(&self, name: &str) -> Option<i32> {
        self.by_name.get(name).copied()
    }

    /// The value of a number; none where a closed enum does not have it.
    pub(super) fn value(&self, number: i32) -> Option<Val> {
        match self.case(number) {
            Some(case) if self.open => Some(Val::Variant(case.wit_name.clone(), None)),
            Some(case) => Some(Val::Enum(case.wit_name.clone())),
            None if self.open => Some(Val::Variant(
                EnumModel::UNRECOGNIZED.to_owned(),
                Some(Box::new(Val::S32(number))),
            )),
            None => None,
        }
    }

    /// The number of a component's value; none where it is of another type.
    pub(super) fn number_of(&self, value: &Val) -> Option<i32> {
        let case = match value {
            Val::Variant(case, None) if self.open => case,
            Val::Enum(case) if !self.open => case,
            Val::Variant(case, Some(payload)) if self.open => {
                return match payload.as_ref() {
                    Val::S32(number) if case == EnumModel::UNRECOGNIZED => Some(*number),
                    _ => None,
                };
            }
            _ => return None,
        };
        Some(self.cases[*self.by_case.get(case)?].number)
    }
}
