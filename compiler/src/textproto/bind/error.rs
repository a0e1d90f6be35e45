use std::ops::Range;

use crate::rules::list;
use crate::textproto::Repair;

/// A place where a tree does not fit the type of its message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BindError {
    /// The bytes.
    pub range: Range<usize>,
    /// What is wrong.
    pub kind: BindErrorKind,
}

/// What does not fit; its `Display` is the message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BindErrorKind {
    /// The message has no such field.
    #[error("`{message}` has no field `{name}`")]
    UnknownField {
        /// The name that was found.
        name: String,
        /// The name of the message.
        message: String,
        /// The fields that the message has.
        fields: Vec<String>,
        /// The one that was probably meant.
        nearest: Option<String>,
        /// Whether the message has that one too, and it may not be repeated.
        is_taken: bool,
    },
    /// No extension of the message, or no type, has the name in brackets.
    #[error("there is no {expected} `{name}`")]
    UnknownName {
        /// The name that was found.
        name: String,
        /// What it should be the name of.
        expected: &'static str,
    },
    /// The value is none of the field's type.
    #[error("expected {expected} for `{field}`, found {found}")]
    WrongType {
        /// The name of the field.
        field: String,
        /// What the field takes.
        expected: String,
        /// What was found.
        found: String,
        /// What to type.
        help: Option<String>,
        /// The value that is meant, as it should be written.
        instead: Option<String>,
    },
    /// A field that holds one value is there a second time.
    #[error("`{field}` is set twice")]
    Duplicate {
        /// The name of the field.
        field: String,
        /// Where it is first.
        first: Range<usize>,
    },
    /// Two fields of which a message has at most one.
    #[error("`{field}` and `{other}` exclude each other")]
    Oneof {
        /// The name of the second.
        field: String,
        /// The name of the first.
        other: String,
        /// Where the first is.
        first: Range<usize>,
    },
    /// The enum has no such value.
    #[error("`{value}` is no value of `{field}`")]
    UnknownEnumValue {
        /// What was found.
        value: String,
        /// The name of the field.
        field: String,
        /// The values that the enum has.
        values: Vec<String>,
        /// The one that was probably meant.
        nearest: Option<String>,
    },
    /// The number is too large or too small.
    #[error("`{value}` is out of range for `{field}`: expected {lowest} to {highest}")]
    OutOfRange {
        /// What was found.
        value: String,
        /// The name of the field.
        field: String,
        /// The least number.
        lowest: String,
        /// The greatest number.
        highest: String,
    },
    /// What the string's escapes stand for is no text.
    #[error("the string for `{field}` is not valid UTF-8")]
    NotUtf8 {
        /// The name of the field.
        field: String,
    },
    /// A field that proto2 requires is not there.
    #[error("`{message}` needs a field `{field}`")]
    Missing {
        /// The name of the field.
        field: String,
        /// The name of the message.
        message: String,
    },
}

impl BindError {
    /// What to type.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        use BindErrorKind as Kind;
        match &self.kind {
            Kind::UnknownField {
                nearest: Some(name),
                ..
            }
            | Kind::UnknownEnumValue {
                nearest: Some(name),
                ..
            } => Some(format!("did you mean `{name}`?")),
            Kind::UnknownField { fields, .. } if fields.is_empty() => {
                Some("it has no fields at all".to_owned())
            }
            Kind::UnknownField { fields, .. } => Some(format!("its fields are {}", list(fields))),
            Kind::UnknownEnumValue { values, .. } => {
                Some(format!("its values are {}", list(values)))
            }
            Kind::WrongType { help, .. } => help.clone(),
            Kind::Duplicate { .. } | Kind::Oneof { .. } => Some("remove one of the two".to_owned()),
            Kind::NotUtf8 { .. } => {
                Some("write characters beyond ASCII as they are, or as `\\u00e9`".to_owned())
            }
            Kind::OutOfRange {
                lowest, highest, ..
            } => Some(format!("write a number from {lowest} to {highest}")),
            Kind::UnknownName { .. } | Kind::Missing { .. } => None,
        }
    }

    /// What to write instead, where that can be told.
    #[must_use]
    pub fn repair(&self) -> Option<Repair> {
        use BindErrorKind as Kind;
        let (found, meant) = match &self.kind {
            Kind::UnknownField {
                name,
                nearest: Some(meant),
                is_taken: false,
                ..
            } => (name, meant),
            Kind::UnknownEnumValue {
                value,
                nearest: Some(meant),
                ..
            } => (value, meant),
            Kind::WrongType {
                instead: Some(instead),
                ..
            } => return Some(Repair::certain(self.range.clone(), instead.clone())),
            _ => return None,
        };
        Some(Repair {
            // Names that differ in capitals alone are meant to be the same.
            is_certain: found.eq_ignore_ascii_case(meant),
            ..Repair::certain(self.range.clone(), meant.clone())
        })
    }

    /// Another place that explains the error, and what is there.
    #[must_use]
    pub fn related(&self) -> Option<(Range<usize>, String)> {
        match &self.kind {
            BindErrorKind::Duplicate { first, .. } => {
                Some((first.clone(), "first set here".to_owned()))
            }
            BindErrorKind::Oneof { other, first, .. } => {
                Some((first.clone(), format!("`{other}` is set here")))
            }
            BindErrorKind::UnknownField { .. }
            | BindErrorKind::UnknownName { .. }
            | BindErrorKind::WrongType { .. }
            | BindErrorKind::UnknownEnumValue { .. }
            | BindErrorKind::OutOfRange { .. }
            | BindErrorKind::NotUtf8 { .. }
            | BindErrorKind::Missing { .. } => None,
        }
    }
}
