//! JSON Schemas of messages and enums as `ProtoJSON` has them.

use std::collections::BTreeSet;

use prost_reflect::{Cardinality, EnumDescriptor, FieldDescriptor, Kind, MessageDescriptor};
use serde_json::{Map, Value, json};

use super::{Described, STATUS};
use crate::codec::{JsonOptions, WellKnown};

/// The schema of errors.
pub(super) fn status() -> Map<String, Value> {
    let status = json!({
        "type": "object",
        "description": "Why a request failed.",
        "properties": {
            "code": {
                "type": "integer",
                "format": "int32",
                "description": "The code of gRPC: https://grpc.io/docs/guides/status-codes/",
            },
            "message": {"type": "string", "description": "The reason, for developers."},
            "details": {
                "type": "array",
                "items": {"type": "object", "properties": {"@type": {"type": "string"}}},
            },
        },
        "required": ["code", "message"],
    });
    Map::from_iter([(STATUS.to_owned(), status)])
}

/// The schemas of one service.
pub(super) struct Schemas<'d> {
    described: &'d Described<'d>,
    /// Behind the names of all, where other services have the plain ones.
    suffix: String,
}

impl<'d> Schemas<'d> {
    pub(super) fn new(described: &'d Described<'_>, suffix: String) -> Self {
        Self { described, suffix }
    }

    fn options(&self) -> JsonOptions {
        self.described.json
    }

    /// The name of a field, as it is written.
    pub(super) fn name(&self, field: &FieldDescriptor) -> String {
        if self.options().preserve_proto_field_names {
            field.name().to_owned()
        } else {
            field.json_name().to_owned()
        }
    }

    /// The schemas of all messages and enums that the methods with HTTP rules reach.
    pub(super) fn all(&self) -> Map<String, Value> {
        let mut reached = Reached::default();
        for method in self.described.service.methods() {
            if crate::http::rules(&method).is_ok_and(|rules| !rules.is_empty()) {
                reached.message(&method.input());
                reached.message(&method.output());
            }
        }
        let mut schemas = Map::new();
        while let Some(element) = reached.waiting.pop() {
            let (name, schema) = match element {
                Element::Message(message) => {
                    message
                        .fields()
                        .for_each(|field| reached.kind(&element_kind(&field)));
                    (message.full_name().to_owned(), self.message(&message))
                }
                Element::Enum(enumeration) => (
                    enumeration.full_name().to_owned(),
                    self.enumeration(&enumeration),
                ),
            };
            schemas.insert(format!("{name}{}", self.suffix), schema);
        }
        schemas
    }

    fn message(&self, message: &MessageDescriptor) -> Value {
        let mut properties = Map::new();
        let mut required = Vec::new();
        for field in message.fields() {
            let name = self.name(&field);
            if field.cardinality() == Cardinality::Required {
                required.push(Value::from(name.clone()));
            }
            properties.insert(name, self.field(&field));
        }
        let mut schema = Map::from_iter([("type".to_owned(), json!("object"))]);
        self.describe(message.full_name(), &mut schema);
        if !properties.is_empty() {
            schema.insert("properties".to_owned(), Value::Object(properties));
        }
        if !required.is_empty() {
            schema.insert("required".to_owned(), Value::Array(required));
        }
        if !self.options().ignore_unknown {
            schema.insert("additionalProperties".to_owned(), Value::Bool(false));
        }
        if is_deprecated(message.options().get_field_by_name("deprecated").as_deref()) {
            schema.insert("deprecated".to_owned(), Value::Bool(true));
        }
        Value::Object(schema)
    }

    fn enumeration(&self, enumeration: &EnumDescriptor) -> Value {
        let mut schema = Map::new();
        let mut told: Vec<String> = Vec::new();
        let mut names: Vec<Value> = Vec::new();
        let mut numbers = BTreeSet::new();
        for value in enumeration.values() {
            names.push(value.name().into());
            numbers.insert(value.number());
            if let Some(comment) = self.described.comment(value.full_name()) {
                told.push(format!(
                    "- `{}`: {}",
                    value.name(),
                    comment.replace('\n', " ")
                ));
            }
        }
        if self.options().enums_as_integers {
            schema.insert("type".to_owned(), json!("integer"));
            schema.insert("enum".to_owned(), numbers.into_iter().collect());
        } else {
            schema.insert("type".to_owned(), json!("string"));
            schema.insert("enum".to_owned(), Value::Array(names));
        }
        let comment = self.described.comment(enumeration.full_name());
        let parts = comment.map(ToOwned::to_owned).into_iter();
        let parts: Vec<String> = parts
            .chain((!told.is_empty()).then(|| told.join("\n")))
            .collect();
        if !parts.is_empty() {
            schema.insert("description".to_owned(), parts.join("\n\n").into());
        }
        Value::Object(schema)
    }

    /// The schema of a field with its comment.
    pub(super) fn field(&self, field: &FieldDescriptor) -> Value {
        let mut schema = match self.plain_field(field) {
            Value::Object(schema) => schema,
            other => return other,
        };
        self.describe(field.full_name(), &mut schema);
        if is_deprecated(field.options().get_field_by_name("deprecated").as_deref()) {
            schema.insert("deprecated".to_owned(), Value::Bool(true));
        }
        Value::Object(schema)
    }

    fn describe(&self, full_name: &str, schema: &mut Map<String, Value>) {
        if let Some(comment) = self.described.comment(full_name) {
            schema.insert("description".to_owned(), comment.into());
        }
    }

    fn plain_field(&self, field: &FieldDescriptor) -> Value {
        if let Kind::Message(entry) = field.kind()
            && field.is_map()
        {
            let value = self.kind(&entry.map_entry_value_field().kind());
            return json!({"type": "object", "additionalProperties": value});
        }
        let value = self.kind(&field.kind());
        if field.is_list() {
            return json!({"type": "array", "items": value});
        }
        value
    }

    /// The schema of one value.
    pub(super) fn kind(&self, kind: &Kind) -> Value {
        match kind {
            Kind::Bool => json!({"type": "boolean"}),
            Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => {
                json!({"type": "integer", "format": "int32"})
            }
            Kind::Uint32 | Kind::Fixed32 => {
                json!({"type": "integer", "format": "int64", "minimum": 0, "maximum": u32::MAX})
            }
            Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => {
                json!({"type": "string", "format": "int64"})
            }
            Kind::Uint64 | Kind::Fixed64 => json!({"type": "string", "format": "uint64"}),
            Kind::Float => json!({"type": "number", "format": "float"}),
            Kind::Double => json!({"type": "number", "format": "double"}),
            Kind::String => json!({"type": "string"}),
            Kind::Bytes => json!({"type": "string", "contentEncoding": "base64"}),
            Kind::Enum(enumeration) if enumeration.full_name() == "google.protobuf.NullValue" => {
                json!({"type": "null"})
            }
            Kind::Enum(enumeration) => self.reference(enumeration.full_name()),
            Kind::Message(message) => self.message_value(message),
        }
    }

    /// The schema of a message where it is a value.
    pub(super) fn message_value(&self, message: &MessageDescriptor) -> Value {
        match WellKnown::of(message) {
            None => self.reference(message.full_name()),
            Some(WellKnown::Any) => json!({
                "type": "object",
                "properties": {"@type": {"type": "string"}},
                "required": ["@type"],
            }),
            Some(WellKnown::Timestamp) => json!({"type": "string", "format": "date-time"}),
            Some(WellKnown::Duration) => {
                json!({"type": "string", "pattern": "^-?[0-9]+(\\.[0-9]{1,9})?s$"})
            }
            Some(WellKnown::FieldMask) => json!({"type": "string", "format": "field-mask"}),
            Some(WellKnown::Struct) => json!({"type": "object"}),
            Some(WellKnown::Value) => json!({}),
            Some(WellKnown::ListValue) => json!({"type": "array", "items": {}}),
            Some(WellKnown::Wrapper) => {
                let value = message.get_field(1).map(|value| self.kind(&value.kind()));
                json!({"oneOf": [value.unwrap_or_default(), {"type": "null"}]})
            }
        }
    }

    fn reference(&self, name: &str) -> Value {
        json!({"$ref": format!("#/components/schemas/{name}{}", self.suffix)})
    }

    pub(super) const fn described(&self) -> &'d Described<'d> {
        self.described
    }
}

pub(super) fn is_deprecated(option: Option<&prost_reflect::Value>) -> bool {
    option.and_then(prost_reflect::Value::as_bool) == Some(true)
}

/// The kind of a field, or of a map's values.
fn element_kind(field: &FieldDescriptor) -> Kind {
    match field.kind() {
        Kind::Message(entry) if field.is_map() => entry.map_entry_value_field().kind(),
        kind => kind,
    }
}

enum Element {
    Message(MessageDescriptor),
    Enum(EnumDescriptor),
}

/// What is to be described: each once.
#[derive(Default)]
struct Reached {
    seen: BTreeSet<String>,
    waiting: Vec<Element>,
}

impl Reached {
    fn message(&mut self, message: &MessageDescriptor) {
        if WellKnown::of(message).is_none() && self.seen.insert(message.full_name().to_owned()) {
            self.waiting.push(Element::Message(message.clone()));
        }
    }

    fn kind(&mut self, kind: &Kind) {
        match kind {
            Kind::Message(message) => self.message(message),
            Kind::Enum(enumeration) => {
                let name = enumeration.full_name();
                if name != "google.protobuf.NullValue" && self.seen.insert(name.to_owned()) {
                    self.waiting.push(Element::Enum(enumeration.clone()));
                }
            }
            _ => {}
        }
    }
}
