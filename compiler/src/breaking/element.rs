//! Elements of descriptors as rules speak about them.

use std::fmt;

use prost_reflect::{
    Cardinality, EnumDescriptor, EnumValueDescriptor, ExtensionDescriptor, FieldDescriptor, Kind,
    MessageDescriptor, MethodDescriptor, ServiceDescriptor,
};
use prost_types::FieldDescriptorProto;

use super::change::Spot;

/// The fields `name`, `number`, `label`, `type` and `default_value` of
/// `google.protobuf.FieldDescriptorProto`; `name` is that of every element.
pub(crate) const NAME: i32 = 1;
pub(crate) const NUMBER: i32 = 3;
const LABEL: i32 = 4;
const TYPE: i32 = 5;
const TYPE_NAME: i32 = 6;
pub(crate) const DEFAULT: i32 = 7;
/// The field `number` of `google.protobuf.EnumValueDescriptorProto`.
pub(crate) const VALUE_NUMBER: i32 = 2;

/// A field of a message, or an extension.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) full_name: String,
    /// The message that it is a field of.
    pub(crate) message: String,
    pub(crate) number: u32,
    pub(crate) json_name: String,
    pub(crate) kind: Kind,
    pub(crate) cardinality: Cardinality,
    pub(crate) is_map: bool,
    pub(crate) is_group: bool,
    pub(crate) is_extension: bool,
    /// Whether an absent field is told from its default value.
    pub(crate) has_presence: bool,
    /// The oneof that it is in, and how many fields that has.
    pub(crate) oneof: Option<(String, usize)>,
    pub(crate) proto: FieldDescriptorProto,
    file: String,
    path: Vec<i32>,
}

impl Field {
    pub(crate) fn of(field: &FieldDescriptor) -> Self {
        let oneof = field
            .containing_oneof()
            .filter(|oneof| !oneof.is_synthetic())
            .map(|oneof| (oneof.name().to_owned(), oneof.fields().len()));
        Self {
            name: field.name().to_owned(),
            full_name: field.full_name().to_owned(),
            message: field.parent_message().full_name().to_owned(),
            number: field.number(),
            json_name: field.json_name().to_owned(),
            kind: field.kind(),
            cardinality: field.cardinality(),
            is_map: field.is_map(),
            is_group: field.is_group(),
            is_extension: false,
            has_presence: field.supports_presence() && !field.is_list(),
            oneof,
            proto: field.field_descriptor_proto().clone(),
            file: field.parent_file().name().to_owned(),
            path: field.path().to_vec(),
        }
    }

    pub(crate) fn of_extension(field: &ExtensionDescriptor) -> Self {
        Self {
            name: field.name().to_owned(),
            full_name: field.full_name().to_owned(),
            message: field.containing_message().full_name().to_owned(),
            number: field.number(),
            json_name: field.json_name().to_owned(),
            kind: field.kind(),
            cardinality: field.cardinality(),
            is_map: field.is_map(),
            is_group: field.is_group(),
            is_extension: true,
            has_presence: field.supports_presence() && !field.is_list(),
            oneof: None,
            proto: field.field_descriptor_proto().clone(),
            file: field.parent_file().name().to_owned(),
            path: field.path().to_vec(),
        }
    }

    /// Where it is declared, or the part `tail` of that.
    pub(crate) fn spot(&self, tail: &[i32]) -> Spot {
        Spot::new(&self.file, &self.path, tail)
    }

    /// Where its type is written.
    pub(crate) fn type_spot(&self) -> Spot {
        match self.kind {
            Kind::Message(_) | Kind::Enum(_) => self.spot(&[TYPE_NAME]),
            _ => self.spot(&[TYPE]),
        }
    }

    /// Where its label is written; the field, where it has none.
    pub(crate) fn label_spot(&self) -> Spot {
        self.spot(&[LABEL])
    }

    /// Whether it takes several values.
    pub(crate) fn is_repeated(&self) -> bool {
        self.cardinality == Cardinality::Repeated
    }

    /// Whether a value must be there.
    pub(crate) fn is_required(&self) -> bool {
        self.cardinality == Cardinality::Required
    }

    /// ``field `name` of `bar.HelloRequest` ``
    pub(crate) fn title(&self) -> String {
        if self.is_extension {
            format!("extension `{}` of `{}`", self.full_name, self.message)
        } else {
            format!("field `{}` of `{}`", self.name, self.message)
        }
    }

    /// The type as it is declared, its cardinality included: `repeated int32`.
    pub(crate) fn type_text(&self) -> String {
        let kind = type_name(&self.kind, self.is_group);
        if let (true, Kind::Message(entry)) = (self.is_map, &self.kind) {
            let key = type_name(&entry.map_entry_key_field().kind(), false);
            let value = type_name(&entry.map_entry_value_field().kind(), false);
            return format!("map<{key}, {value}>");
        }
        match self.cardinality {
            Cardinality::Repeated => format!("repeated {kind}"),
            Cardinality::Required => format!("required {kind}"),
            Cardinality::Optional if self.proto.proto3_optional() => format!("optional {kind}"),
            Cardinality::Optional => kind,
        }
    }
}

/// The declaration: `repeated int32 pages = 4`.
impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} = {}", self.type_text(), self.name, self.number)
    }
}

/// A type as `.proto` files spell it.
pub(crate) fn type_name(kind: &Kind, is_group: bool) -> String {
    match kind {
        Kind::Message(message) if is_group => format!("group {}", message.full_name()),
        Kind::Message(message) => message.full_name().to_owned(),
        Kind::Enum(enumeration) => enumeration.full_name().to_owned(),
        scalar => format!("{scalar:?}").to_lowercase(),
    }
}

/// The name of a message.
pub(crate) fn message_spot(message: &MessageDescriptor) -> Spot {
    Spot::new(message.parent_file().name(), message.path(), &[NAME])
}

/// The name of an enum.
pub(crate) fn enum_spot(enumeration: &EnumDescriptor) -> Spot {
    Spot::new(
        enumeration.parent_file().name(),
        enumeration.path(),
        &[NAME],
    )
}

/// The part `tail` of a value of an enum.
pub(crate) fn value_spot(value: &EnumValueDescriptor, tail: &[i32]) -> Spot {
    Spot::new(value.parent_file().name(), value.path(), tail)
}

/// The name of a service.
pub(crate) fn service_spot(service: &ServiceDescriptor) -> Spot {
    Spot::new(service.parent_file().name(), service.path(), &[NAME])
}

/// The part `tail` of a method.
pub(crate) fn method_spot(method: &MethodDescriptor, tail: &[i32]) -> Spot {
    Spot::new(method.parent_file().name(), method.path(), tail)
}

/// ``method `Hello` of `bar.FooService` ``
pub(crate) fn method_title(method: &MethodDescriptor) -> String {
    let service = method.parent_service();
    format!("method `{}` of `{}`", method.name(), service.full_name())
}
