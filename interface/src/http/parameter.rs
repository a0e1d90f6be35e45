//! A field's JSON from the text of a path variable or query parameter.

use prost_reflect::{EnumDescriptor, FieldDescriptor, Kind};
use serde_json::{Number, Value};

use crate::codec::{self, WellKnown};

/// Why a request is no request message: the reason for a 400, `INVALID_ARGUMENT`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{field}` {kind}")]
pub struct BindError {
    /// The query parameter or field, as the request spells it.
    pub field: String,
    /// What is wrong with it.
    pub kind: BindErrorKind,
}

/// What is wrong with a part of a request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BindErrorKind {
    /// No field of this name.
    #[error("is no parameter of this method")]
    Unknown,
    /// A field that the path has already.
    #[error("is given by the path, and cannot be a query parameter")]
    InPath,
    /// A field that belongs to the body.
    #[error("belongs to the body, and cannot be a query parameter")]
    InBody,
    /// A field whose type has no text form.
    #[error("cannot be a query parameter: {0}")]
    NoParameter(&'static str),
    /// A second value of a field that takes one.
    #[error("is given more than once")]
    Repeated,
    /// Text that is no value of the field's type.
    #[error("is invalid: expected {expected}, found `{found}`")]
    Invalid {
        /// What would do.
        expected: String,
        /// The text.
        found: String,
    },
    /// Bytes that are no UTF-8.
    #[error("is no UTF-8 once decoded")]
    NotUtf8,
    /// A body that a binding has no place for.
    #[error("is not expected: this method takes no body")]
    UnexpectedBody,
    /// JSON of another type in a place that the path writes to.
    #[error("is invalid: expected a JSON object")]
    NotAnObject,
    /// Fields within fields beyond the limit of Protobuf.
    #[error("is nested too deeply")]
    TooDeep,
}

/// The JSON of one value of a field, which is one that takes text.
pub(super) fn value(field: &FieldDescriptor, text: &str) -> Result<Value, BindErrorKind> {
    of_kind(&field.kind(), text)
}

fn of_kind(kind: &Kind, text: &str) -> Result<Value, BindErrorKind> {
    let invalid = |expected: &str| BindErrorKind::Invalid {
        expected: expected.to_owned(),
        found: text.to_owned(),
    };
    match kind {
        Kind::Bool => match text {
            "true" => Ok(Value::Bool(true)),
            "false" => Ok(Value::Bool(false)),
            _ => Err(invalid("`true` or `false`")),
        },
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => text
            .parse::<i32>()
            .map(Value::from)
            .map_err(|_| invalid("an integer of 32 bits")),
        Kind::Uint32 | Kind::Fixed32 => text
            .parse::<u32>()
            .map(Value::from)
            .map_err(|_| invalid("an unsigned integer of 32 bits")),
        // Strings, as ProtoJSON has them.
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => text
            .parse::<i64>()
            .map(|number| Value::from(number.to_string()))
            .map_err(|_| invalid("an integer of 64 bits")),
        Kind::Uint64 | Kind::Fixed64 => text
            .parse::<u64>()
            .map(|number| Value::from(number.to_string()))
            .map_err(|_| invalid("an unsigned integer of 64 bits")),
        Kind::Float => float(text, f64::from(f32::MAX)).ok_or_else(|| invalid("a number")),
        Kind::Double => float(text, f64::MAX).ok_or_else(|| invalid("a number")),
        Kind::String => Ok(text.into()),
        Kind::Bytes => match codec::decode_base64(text) {
            Some(_) => Ok(text.into()),
            None => Err(invalid("base64")),
        },
        Kind::Enum(enumeration) => enum_value(enumeration, text).ok_or_else(|| {
            let names: Vec<_> = enumeration
                .values()
                .map(|value| format!("`{}`", value.name()))
                .collect();
            invalid(&format!("one of {}", names.join(", ")))
        }),
        Kind::Message(message) => match WellKnown::of(message) {
            Some(WellKnown::Timestamp) => match codec::parse_timestamp(text) {
                Some(_) => Ok(text.into()),
                None => Err(invalid("a time like `2030-01-31T12:00:00Z`")),
            },
            Some(WellKnown::Duration) => match codec::parse_duration(text) {
                Some(_) => Ok(text.into()),
                None => Err(invalid("a duration like `1.5s`")),
            },
            Some(WellKnown::FieldMask) => match codec::parse_field_mask(text) {
                Some(_) => Ok(text.into()),
                None => Err(invalid("field names in lowerCamelCase, joined by `,`")),
            },
            Some(WellKnown::Wrapper) => match message.get_field(1) {
                Some(value) => of_kind(&value.kind(), text),
                None => Err(BindErrorKind::Unknown),
            },
            _ => Err(BindErrorKind::NoParameter("it is a message")),
        },
    }
}

fn float(text: &str, limit: f64) -> Option<Value> {
    if matches!(text, "NaN" | "Infinity" | "-Infinity") {
        return Some(text.into());
    }
    // Rust also knows `inf` and `nan`, in any case.
    if !text.ends_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    let number: f64 = text.parse().ok()?;
    if number.abs() > limit {
        return None;
    }
    Number::from_f64(number).map(Value::Number)
}

fn enum_value(enumeration: &EnumDescriptor, text: &str) -> Option<Value> {
    if enumeration.get_value_by_name(text).is_some() {
        return Some(text.into());
    }
    let number: i32 = text.parse().ok()?;
    let known = enumeration.get_value(number).is_some();
    (known || codec::is_open(enumeration)).then(|| number.into())
}
