//! From the model to the tables.

use std::collections::HashMap;

use prost_reflect::{EnumDescriptor, FieldDescriptor, MessageDescriptor};

use super::super::budget;
use super::super::well_known::WellKnown;
use super::{
    EnumPlan, FieldPlan, FieldShape, Form, JsonForm, MessagePlan, Plan, Recursive, ScalarPlan,
    SlotKind, SlotPlan, ValuePlan, whole,
};
use crate::{Body, EnumModel, Interface, Member, MessageModel, Shape, ValueShape};

impl Plan {
    /// The tables of a message that the interface reaches.
    pub(in super::super) fn new(interface: &Interface, message: &MessageDescriptor) -> Self {
        Builder::new(Source::Interface(interface)).build(message)
    }

    /// The tables of a message that a component only has as bytes.
    pub(in super::super) fn whole(message: &MessageDescriptor) -> Self {
        Builder::new(Source::Descriptors).build(message)
    }
}

/// Where the models come from.
enum Source<'a> {
    Interface(&'a Interface),
    Descriptors,
}

impl Source<'_> {
    fn message(&self, descriptor: &MessageDescriptor) -> Option<MessageModel> {
        match self {
            Source::Interface(interface) => interface.message(descriptor.full_name()).cloned(),
            Source::Descriptors => Some(whole::message(descriptor)),
        }
    }

    fn enumeration(&self, descriptor: &EnumDescriptor) -> Option<EnumModel> {
        match self {
            Source::Interface(interface) => interface.enumeration(descriptor.full_name()).cloned(),
            Source::Descriptors => Some(whole::enumeration(descriptor)),
        }
    }
}

struct Builder<'a> {
    source: Source<'a>,
    /// None for a message that is still to be built.
    messages: Vec<Option<MessagePlan>>,
    enums: Vec<EnumPlan>,
    known_messages: HashMap<String, usize>,
    known_enums: HashMap<String, usize>,
    /// A list, not recursion: messages may refer to one another in a chain of any length.
    waiting: Vec<(usize, MessageModel)>,
}

impl<'a> Builder<'a> {
    fn new(source: Source<'a>) -> Self {
        Builder {
            source,
            messages: Vec::new(),
            enums: Vec::new(),
            known_messages: HashMap::new(),
            known_enums: HashMap::new(),
            waiting: Vec::new(),
        }
    }

    fn build(mut self, message: &MessageDescriptor) -> Plan {
        let root = self.value(&ValueShape::of_message(message), None);
        while let Some((index, model)) = self.waiting.pop() {
            self.messages[index] = Some(self.plan(&model));
        }
        let messages = self.messages.into_iter();
        let mut messages: Vec<MessagePlan> = messages
            .map(|message| message.expect("none is waiting"))
            .collect();
        mark_unfinished(&mut messages);
        Plan {
            root,
            messages: messages.into(),
            enums: self.enums.into(),
        }
    }

    /// `field` tells how a scalar is encoded.
    fn value(&mut self, shape: &ValueShape, field: Option<&FieldDescriptor>) -> ValuePlan {
        match shape {
            ValueShape::Scalar(scalar) => ValuePlan::Scalar(
                field
                    .and_then(|field| ScalarPlan::of(&field.kind()))
                    .unwrap_or_else(|| ScalarPlan::plain(*scalar)),
            ),
            ValueShape::Enum(descriptor) => match self.enumeration(descriptor) {
                Some(index) => ValuePlan::Enum(index),
                None => ValuePlan::Scalar(ScalarPlan::Int32),
            },
            ValueShape::Message(descriptor) => match self.message(descriptor) {
                Some(index) => ValuePlan::Message(index),
                None => ValuePlan::Recursive(Recursive::new(descriptor)),
            },
            ValueShape::Recursive(descriptor) => ValuePlan::Recursive(Recursive::new(descriptor)),
            ValueShape::Wrapper(_, scalar) => ValuePlan::Wrapper(ScalarPlan::plain(*scalar)),
            ValueShape::FieldMask(_) => ValuePlan::FieldMask,
            ValueShape::Json(_, kind) => ValuePlan::Json(*kind),
        }
    }

    fn enumeration(&mut self, descriptor: &EnumDescriptor) -> Option<usize> {
        let name = descriptor.full_name();
        if let Some(index) = self.known_enums.get(name) {
            return Some(*index);
        }
        let model = self.source.enumeration(descriptor)?;
        let index = self.enums.len();
        self.enums.push(EnumPlan::new(&model));
        self.known_enums.insert(name.to_owned(), index);
        Some(index)
    }

    /// None for a message that the interface does not reach: it is moved as bytes.
    fn message(&mut self, descriptor: &MessageDescriptor) -> Option<usize> {
        let name = descriptor.full_name();
        if let Some(index) = self.known_messages.get(name) {
            return Some(*index);
        }
        let model = self.source.message(descriptor)?;
        let index = self.messages.len();
        self.messages.push(None);
        self.known_messages.insert(name.to_owned(), index);
        self.waiting.push((index, model));
        Some(index)
    }

    fn plan(&mut self, model: &MessageModel) -> MessagePlan {
        let mut fields = Vec::new();
        let mut slots = Vec::new();
        let form = match &model.body {
            Body::Unit { case } => Form::Unit { case: case.clone() },
            Body::Record(members) => {
                for member in members {
                    let slot = self.member(member, slots.len(), &mut fields);
                    slots.push(slot);
                }
                Form::Record
            }
        };
        assemble(&model.descriptor, form, fields, slots)
    }

    fn member(&mut self, member: &Member, slot: usize, fields: &mut Vec<FieldPlan>) -> SlotPlan {
        let name = member.wit_name().to_owned();
        let kind = match member {
            Member::Field(field) => {
                let plan = self.field(&field.descriptor, &field.shape, slot);
                fields.push(plan);
                SlotKind::Field(fields.len() - 1)
            }
            Member::Oneof(oneof) => {
                let first = fields.len();
                for case in &oneof.cases {
                    let value = self.value(&case.shape, Some(&case.descriptor));
                    let shape = FieldShape::Case {
                        name: case.wit_name.clone(),
                    };
                    fields.push(field_plan(&case.descriptor, slot, shape, value));
                }
                SlotKind::Oneof {
                    name: oneof.descriptor.name().to_owned(),
                    cases: (first..fields.len()).collect(),
                }
            }
        };
        SlotPlan { name, kind }
    }

    fn field(&mut self, descriptor: &FieldDescriptor, shape: &Shape, slot: usize) -> FieldPlan {
        let (shape, value) = match shape {
            Shape::Plain(value) => (FieldShape::Plain, self.value(value, Some(descriptor))),
            Shape::Required(value) => (FieldShape::Required, self.value(value, Some(descriptor))),
            Shape::Optional(value) => (FieldShape::Optional, self.value(value, Some(descriptor))),
            Shape::List(value) => (FieldShape::List, self.value(value, Some(descriptor))),
            Shape::Map { key, value } => {
                let kind = descriptor.kind();
                let entry = kind.as_message();
                let key_field = entry.map(MessageDescriptor::map_entry_key_field);
                let value_field = entry.map(MessageDescriptor::map_entry_value_field);
                let key = key_field
                    .and_then(|field| ScalarPlan::of(&field.kind()))
                    .unwrap_or_else(|| ScalarPlan::plain(*key));
                let value = self.value(value, value_field.as_ref());
                (FieldShape::Map { key }, value)
            }
        };
        field_plan(descriptor, slot, shape, value)
    }
}

/// The option where it is given, since prost-reflect overlooks `packed = false`.
fn is_packed(descriptor: &FieldDescriptor) -> bool {
    let options = descriptor.field_descriptor_proto().options.as_ref();
    match options.and_then(|options| options.packed) {
        Some(packed) => packed,
        None => descriptor.is_packed(),
    }
}

fn field_plan(
    descriptor: &FieldDescriptor,
    slot: usize,
    shape: FieldShape,
    value: ValuePlan,
) -> FieldPlan {
    FieldPlan {
        name: descriptor.name().to_owned(),
        json_name: descriptor.json_name().to_owned(),
        json_key: format!("{}:", serde_json::Value::from(descriptor.json_name())),
        proto_key: format!("\"{}\":", descriptor.name()),
        number: descriptor.number(),
        slot,
        shape,
        value,
        packed: is_packed(descriptor),
        group: descriptor.is_group(),
    }
}

/// Marks the messages whose decoded values need another pass: their own, or that of
/// what they hold.
fn mark_unfinished(messages: &mut [MessagePlan]) {
    let mut holders: Vec<Vec<usize>> = vec![Vec::new(); messages.len()];
    for (index, message) in messages.iter().enumerate() {
        for field in &message.fields {
            if let ValuePlan::Message(held) = &field.value {
                holders[*held].push(index);
            }
        }
    }
    let own = |message: &MessagePlan| message.fields.iter().any(FieldPlan::needs_finish);
    let mut marked: Vec<usize> = (0..messages.len())
        .filter(|index| own(&messages[*index]))
        .collect();
    while let Some(index) = marked.pop() {
        if !std::mem::replace(&mut messages[index].needs_finish, true) {
            marked.extend(&holders[index]);
        }
    }
}

fn assemble(
    descriptor: &MessageDescriptor,
    form: Form,
    fields: Vec<FieldPlan>,
    slots: Vec<SlotPlan>,
) -> MessagePlan {
    /// Beyond this, a table by number would be mostly empty.
    const SMALL: usize = 128;

    let number_of = |field: &FieldPlan| usize::try_from(field.number).unwrap_or(usize::MAX);
    let largest_small = fields.iter().map(number_of).filter(|n| *n < SMALL).max();
    let mut small_numbers = vec![None; largest_small.map_or(0, |largest| largest + 1)];
    let mut by_number = HashMap::new();
    let mut by_json_name: HashMap<String, usize> = HashMap::new();
    for (index, field) in fields.iter().enumerate() {
        if let Some(entry) = small_numbers.get_mut(number_of(field)) {
            *entry = Some(index);
        }
        by_number.insert(field.number, index);
        by_json_name.insert(field.json_name.clone(), index);
    }
    for (index, field) in fields.iter().enumerate() {
        by_json_name.entry(field.name.clone()).or_insert(index);
    }
    let lowest = |slot: &SlotPlan| match &slot.kind {
        SlotKind::Field(field) => fields[*field].number,
        SlotKind::Oneof { cases, .. } => {
            let numbers = cases.iter().map(|case| fields[*case].number);
            numbers.min().unwrap_or_default()
        }
    };
    let mut written: Vec<usize> = (0..slots.len()).collect();
    written.sort_by_key(|slot| lowest(&slots[*slot]));
    let cost = budget::record(slots.iter().map(|slot| slot.name.as_str()));
    MessagePlan {
        full_name: descriptor.full_name().to_owned(),
        form,
        json: match WellKnown::of(descriptor) {
            Some(WellKnown::Timestamp) => Some(JsonForm::Timestamp),
            Some(WellKnown::Duration) => Some(JsonForm::Duration),
            Some(WellKnown::Any) => Some(JsonForm::Any),
            _ => None,
        },
        fields,
        slots,
        written,
        needs_finish: false,
        cost,
        small_numbers,
        by_number,
        by_json_name,
    }
}
