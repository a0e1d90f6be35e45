use std::fmt;

/// Why a value could not be moved from one form into another, and where in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct CodecError {
    path: String,
    kind: CodecErrorKind,
}

impl CodecError {
    pub(super) fn new(kind: CodecErrorKind) -> Self {
        CodecError {
            path: String::new(),
            kind,
        }
    }

    /// The field, as the messages name it: `book.authors[2].name`. Empty where the
    /// message as a whole is meant.
    pub fn field(&self) -> &str {
        &self.path
    }

    /// The reason.
    pub fn kind(&self) -> &CodecErrorKind {
        &self.kind
    }

    /// The same error, seen from the message that has the field.
    #[must_use]
    pub(super) fn in_field(self, name: &str) -> Self {
        let dot = if self.path.is_empty() || self.path.starts_with('[') {
            ""
        } else {
            "."
        };
        CodecError {
            path: format!("{name}{dot}{}", self.path),
            kind: self.kind,
        }
    }

    /// The same error, seen from the list or map that has the element.
    #[must_use]
    pub(super) fn in_element(self, key: impl fmt::Display) -> Self {
        self.in_field(&format!("[{key}]"))
    }
}

impl fmt::Display for CodecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            self.kind.fmt(f)
        } else {
            write!(f, "`{}`: {}", self.path, self.kind)
        }
    }
}

impl From<CodecErrorKind> for CodecError {
    fn from(kind: CodecErrorKind) -> Self {
        CodecError::new(kind)
    }
}

/// The reasons of a [`CodecError`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CodecErrorKind {
    /// Protobuf bytes that end within a field.
    #[error("the encoded message is truncated")]
    Truncated,
    /// A varint of more than 64 bits.
    #[error("a varint is longer than 64 bits")]
    Varint,
    /// A tag with the field number 0, one beyond 2^29 - 1, or an unknown wire type.
    #[error("the tag {0} is invalid")]
    Tag(u64),
    /// A group that another field's end closes, or an end without a group.
    #[error("the group of field {0} does not match its end")]
    Group(u32),
    /// Packed values that do not fill their length.
    #[error("packed values do not fill their length")]
    Packed,
    /// A string that is no UTF-8.
    #[error("the string is no UTF-8")]
    Utf8,
    /// Messages in messages beyond the limit.
    #[error("messages are nested deeper than {limit} levels", limit = super::RECURSION_LIMIT)]
    TooDeep,
    /// Records that would take far more memory than any honest message does.
    #[error("the message takes too much memory when it is decoded")]
    Memory,
    /// A `required` field that is absent.
    #[error("the required field is not set")]
    Required,
    /// More bytes than a length prefix can say.
    #[error("the message is larger than Protobuf allows")]
    TooLarge,
    /// Text that is no JSON.
    #[error("the JSON is invalid: {found} at line {line} column {column}")]
    Syntax {
        /// What is there.
        found: &'static str,
        /// The line, from 1.
        line: usize,
        /// The column in characters, from 1.
        column: usize,
    },
    /// JSON that is none for a `Struct`, `Value` or `ListValue`.
    #[error("the JSON is invalid: {0}")]
    Json(String),
    /// JSON, or a component's value, of another type.
    #[error("expected {expected}, found {found}")]
    Type {
        /// What would do.
        expected: &'static str,
        /// What is there.
        found: String,
    },
    /// A number beyond its type, or with a fraction where there can be none.
    #[error("{found} does not fit {expected}")]
    Range {
        /// The type.
        expected: &'static str,
        /// The number.
        found: String,
    },
    /// A name that the message has no field for.
    #[error("`{message}` has no such field")]
    UnknownField {
        /// The message.
        message: String,
    },
    /// A field that is given under both of its names.
    #[error("the field is given twice")]
    Duplicate,
    /// A second field of a oneof.
    #[error("another field of the oneof `{0}` is given already")]
    Oneof(String),
    /// A name or number that the enum does not have.
    #[error("`{enumeration}` has no value {value}")]
    EnumValue {
        /// The enum.
        enumeration: String,
        /// What was found.
        value: String,
    },
    /// Text that is not what it should be.
    #[error("expected {expected}, found `{found}`")]
    Text {
        /// What would do.
        expected: &'static str,
        /// The text.
        found: String,
    },
    /// A value that JSON has no form for.
    #[error("the value has no form in JSON: {0}")]
    NoJson(&'static str),
    /// JSON of an `Any` that does not say what it holds.
    #[error("the `@type` of the message is missing")]
    NoType,
    /// An `Any` of a message that is nowhere defined.
    #[error("no message is known by `{0}`")]
    UnknownType(String),
}
