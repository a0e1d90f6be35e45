//! Models of messages that a component has as bytes: what recursive fields and `Any`
//! hold. They have no names in WIT, and no field of theirs is bytes in turn.

use std::collections::HashSet;

use prost_reflect::{
    Cardinality, EnumDescriptor, FieldDescriptor, Kind, MessageDescriptor, OneofDescriptor,
};

use super::is_open;
use crate::{
    Body, CaseModel, EnumCaseModel, EnumModel, FieldModel, Member, MessageModel, OneofModel,
    Scalar, Shape, ValueShape,
};

pub(super) fn message(descriptor: &MessageDescriptor) -> MessageModel {
    let mut members = Vec::new();
    for field in descriptor.fields() {
        match oneof(&field) {
            None => members.push(Member::Field(FieldModel {
                wit_name: field.name().to_owned(),
                shape: shape(&field),
                descriptor: field,
            })),
            Some(oneof) if oneof.fields().next().as_ref() == Some(&field) => {
                members.push(Member::Oneof(OneofModel {
                    wit_name: oneof.name().to_owned(),
                    type_name: oneof.full_name().to_owned(),
                    cases: oneof.fields().map(case).collect(),
                    descriptor: oneof,
                }));
            }
            Some(_) => {}
        }
    }
    MessageModel {
        descriptor: descriptor.clone(),
        wit_name: descriptor.full_name().to_owned(),
        body: if members.is_empty() {
            Body::Unit {
                case: descriptor.full_name().to_owned(),
            }
        } else {
            Body::Record(members)
        },
    }
}

fn case(field: FieldDescriptor) -> CaseModel {
    CaseModel {
        wit_name: field.name().to_owned(),
        shape: value(&field.kind()),
        descriptor: field,
    }
}

fn oneof(field: &FieldDescriptor) -> Option<OneofDescriptor> {
    field
        .containing_oneof()
        .filter(|oneof| !oneof.is_synthetic())
}

fn shape(field: &FieldDescriptor) -> Shape {
    if let Kind::Message(entry) = field.kind()
        && field.is_map()
    {
        let key = Scalar::of(&entry.map_entry_key_field().kind());
        return Shape::Map {
            key: key.expect("the key of a map is an integer, a bool or a string"),
            value: value(&entry.map_entry_value_field().kind()),
        };
    }
    let value = value(&field.kind());
    if field.is_list() {
        return Shape::List(value);
    }
    match field.cardinality() {
        Cardinality::Required => Shape::Required(value),
        _ if field.supports_presence() => Shape::Optional(value),
        _ => Shape::Plain(value),
    }
}

fn value(kind: &Kind) -> ValueShape {
    match kind {
        Kind::Message(message) => ValueShape::of_message(message),
        Kind::Enum(enumeration) => ValueShape::Enum(enumeration.clone()),
        scalar => ValueShape::Scalar(
            Scalar::of(scalar).expect("what is neither message nor enum is a scalar"),
        ),
    }
}

pub(super) fn enumeration(descriptor: &EnumDescriptor) -> EnumModel {
    let mut cases: Vec<EnumCaseModel> = Vec::new();
    let mut aliases = Vec::new();
    let mut numbers = HashSet::new();
    let mut values: Vec<_> = descriptor.values().collect();
    // `EnumDescriptor::values` goes by number; of aliases, the first one counts.
    values.sort_by_key(|value| value.path().last().copied());
    for value in values {
        let (name, number) = (value.name().to_owned(), value.number());
        if numbers.insert(number) {
            cases.push(EnumCaseModel {
                wit_name: name.clone(),
                name,
                number,
            });
        } else {
            aliases.push((name, number));
        }
    }
    EnumModel {
        wit_name: descriptor.full_name().to_owned(),
        open: is_open(descriptor),
        descriptor: descriptor.clone(),
        cases,
        aliases,
    }
}
