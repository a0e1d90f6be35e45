use prost_reflect::{Kind, MapKey, Value as Reflected};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vimana_proto::Digest;

/// A field's value as a plan shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "value", rename_all = "kebab-case")]
pub enum Value {
    /// A boolean.
    Bool(bool),
    /// A number in decimal, as text: a JSON number cannot hold 64 bits.
    Number(String),
    /// Text, of one line or more.
    String(String),
    /// The name of an enum's value; its number where it has no name.
    Enum(String),
    /// Bytes, by what identifies them.
    Bytes {
        /// `sha256:` and the hexadecimal SHA-256.
        digest: String,
        /// How many there are.
        size: usize,
    },
    /// The elements of a repeated field.
    List(Vec<Value>),
    /// A message in which no field is set.
    Empty,
    /// A value that must not be shown.
    Redacted,
}

impl Value {
    /// The value of a field of `kind`; lists are handled by their elements.
    pub(super) fn of(kind: &Kind, value: &Reflected) -> Self {
        match value {
            Reflected::Bool(value) => Self::Bool(*value),
            Reflected::I32(value) => Self::Number(value.to_string()),
            Reflected::I64(value) => Self::Number(value.to_string()),
            Reflected::U32(value) => Self::Number(value.to_string()),
            Reflected::U64(value) => Self::Number(value.to_string()),
            Reflected::F32(value) => Self::Number(value.to_string()),
            Reflected::F64(value) => Self::Number(value.to_string()),
            Reflected::String(value) => Self::String(value.clone()),
            Reflected::Bytes(value) => Self::Bytes {
                digest: Digest::of(value).to_string(),
                size: value.len(),
            },
            Reflected::EnumNumber(number) => Self::Enum(
                kind.as_enum()
                    .and_then(|descriptor| descriptor.get_value(*number))
                    .map_or_else(|| number.to_string(), |value| value.name().to_owned()),
            ),
            Reflected::Message(message) => match serde_json::to_value(message) {
                Ok(serde_json::Value::String(text)) => Self::String(text),
                Ok(json) => Self::String(json.to_string()),
                // ProtoJSON cannot spell, say, a duration out of its range.
                Err(_) => Self::String(message.to_string()),
            },
            Reflected::List(values) => {
                Self::List(values.iter().map(|value| Self::of(kind, value)).collect())
            }
            // Maps are compared entry by entry and are never values of fields
            // that are not maps.
            Reflected::Map(_) => Self::Empty,
        }
    }
}

/// A map's key as it stands in a path, and what sorts it.
pub(super) fn key(key: &MapKey) -> (i128, String) {
    match key {
        MapKey::Bool(key) => (i128::from(*key), key.to_string()),
        MapKey::I32(key) => (i128::from(*key), key.to_string()),
        MapKey::I64(key) => (i128::from(*key), key.to_string()),
        MapKey::U32(key) => (i128::from(*key), key.to_string()),
        MapKey::U64(key) => (i128::from(*key), key.to_string()),
        MapKey::String(key) => (0, format!("{key:?}")),
    }
}
