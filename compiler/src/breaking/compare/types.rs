//! Which types read what others wrote.

use prost_reflect::{EnumDescriptor, Kind};

use super::Comparison;
use crate::breaking::change::Classes;
use crate::breaking::element::Field;

/// How a type is encoded, apart from the values that it can hold.
#[derive(PartialEq, Eq)]
enum Wire {
    Varint,
    Zigzag,
    Fixed32,
    Fixed64,
    Float,
    Double,
    Bytes,
    Message,
}

/// How a type is spelt in JSON.
#[derive(PartialEq, Eq)]
enum Json {
    Bool,
    Int32,
    Int64,
    Float,
    String,
    Bytes,
    Enum,
    Message,
}

impl Comparison<'_> {
    /// What the change of a field's type breaks; none where it is the same type.
    pub(super) fn type_change(&self, base: &Field, head: &Field) -> Classes {
        let classes = self.kind_change(&base.kind, &head.kind);
        let (old, new) = (base.is_group, head.is_group);
        classes.and_if(old != new, Classes::SOURCE.and(Classes::WIRE))
    }

    fn kind_change(&self, base: &Kind, head: &Kind) -> Classes {
        match (base, head) {
            (Kind::Message(old), Kind::Message(new)) => {
                let same = self.names.of(old.full_name()) == new.full_name();
                Classes::NONE.and_if(!same, Classes::ALL)
            }
            (Kind::Enum(old), Kind::Enum(new)) => {
                if self.names.of(old.full_name()) == new.full_name() {
                    Classes::NONE
                } else if holds(new, old) {
                    Classes::SOURCE
                } else {
                    Classes::ALL
                }
            }
            (old, new) if old == new => Classes::NONE,
            (old, new) => Classes::SOURCE
                .and_if(wire(old) != wire(new), Classes::WIRE)
                .and_if(json(old) != json(new), Classes::JSON),
        }
    }

    /// The same for maps: what the change of the type of keys or values breaks.
    pub(super) fn map_change(&self, base: &Field, head: &Field) -> Classes {
        let (Kind::Message(old), Kind::Message(new)) = (&base.kind, &head.kind) else {
            return Classes::ALL;
        };
        let key = |entry: &prost_reflect::MessageDescriptor| entry.map_entry_key_field().kind();
        let value = |entry: &prost_reflect::MessageDescriptor| entry.map_entry_value_field().kind();
        self.kind_change(&key(old), &key(new))
            .and(self.kind_change(&value(old), &value(new)))
    }
}

/// Whether `new` has every value of `old`, by name and number.
fn holds(new: &EnumDescriptor, old: &EnumDescriptor) -> bool {
    old.values().all(|value| {
        new.get_value_by_name(value.name())
            .is_some_and(|other| other.number() == value.number())
    })
}

fn wire(kind: &Kind) -> Wire {
    match kind {
        Kind::Int32 | Kind::Int64 | Kind::Uint32 | Kind::Uint64 | Kind::Bool | Kind::Enum(_) => {
            Wire::Varint
        }
        Kind::Sint32 | Kind::Sint64 => Wire::Zigzag,
        Kind::Fixed32 | Kind::Sfixed32 => Wire::Fixed32,
        Kind::Fixed64 | Kind::Sfixed64 => Wire::Fixed64,
        Kind::Float => Wire::Float,
        Kind::Double => Wire::Double,
        Kind::String | Kind::Bytes => Wire::Bytes,
        Kind::Message(_) => Wire::Message,
    }
}

fn json(kind: &Kind) -> Json {
    match kind {
        Kind::Bool => Json::Bool,
        Kind::Int32 | Kind::Uint32 | Kind::Sint32 | Kind::Fixed32 | Kind::Sfixed32 => Json::Int32,
        Kind::Int64 | Kind::Uint64 | Kind::Sint64 | Kind::Fixed64 | Kind::Sfixed64 => Json::Int64,
        Kind::Float | Kind::Double => Json::Float,
        Kind::String => Json::String,
        Kind::Bytes => Json::Bytes,
        Kind::Enum(_) => Json::Enum,
        Kind::Message(_) => Json::Message,
    }
}

/// Whether a list of this type is packed, so that no reader of a single value
/// understands it.
pub(super) fn is_packable(kind: &Kind) -> bool {
    !matches!(kind, Kind::String | Kind::Bytes | Kind::Message(_))
}
