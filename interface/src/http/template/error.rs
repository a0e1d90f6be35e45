use std::ops::Range;

use super::{MAX_FIELD_NAMES, MAX_SEGMENTS, MAX_TEMPLATE_BYTES};

/// Why a text is no path template, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub struct TemplateError {
    /// The bytes of the template that are wrong; empty where something lacks.
    pub range: Range<usize>,
    /// The mistake.
    pub kind: TemplateErrorKind,
}

/// The mistakes of a path template.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TemplateErrorKind {
    /// A template begins with a slash.
    #[error("expected `/`")]
    NoLeadingSlash,
    /// Two slashes in a row, or one at the end.
    #[error("expected a path segment")]
    EmptySegment,
    /// A character that the grammar has no place for.
    #[error("unexpected `{}`", .0.escape_debug())]
    Unexpected(char),
    /// A `{` without its `}`.
    #[error("expected `}}` before the end")]
    UnclosedVariable,
    /// A variable within a variable.
    #[error("a variable within a variable")]
    NestedVariable,
    /// A field path that is no dotted identifier.
    #[error("expected a field name")]
    NoFieldName,
    /// `**` before another segment.
    #[error("`**` must be the last segment, found another behind it")]
    AfterMulti,
    /// A `:` without a name.
    #[error("expected the name of a verb")]
    EmptyVerb,
    /// `%` without two hexadecimal digits, or bytes that are no UTF-8.
    #[error("invalid percent-encoding")]
    PercentEncoding,
    /// Two variables of one name.
    #[error("the variable `{name}` occurs twice")]
    DuplicateVariable {
        /// The name.
        name: String,
        /// The bytes at which it stands first.
        first: Range<usize>,
    },
    /// More than a request could hold.
    #[error("it has more than {MAX_TEMPLATE_BYTES} bytes")]
    TooLong,
    /// More segments than there may be.
    #[error("it has more than {MAX_SEGMENTS} segments")]
    TooManySegments,
    /// A field path through more messages than there may be.
    #[error("a field path has more than {MAX_FIELD_NAMES} names")]
    FieldPathTooLong,
}

impl TemplateErrorKind {
    /// What to type instead.
    pub fn help(&self) -> &'static str {
        match self {
            Self::NoLeadingSlash => "begin the path with `/`",
            Self::EmptySegment => "write a name, `*`, `**` or `{field}` between two slashes",
            Self::Unexpected('?' | '#') => {
                "leave out the query: fields that are not in the path are its parameters"
            }
            Self::Unexpected('*') => "write `*` or `**` alone between two slashes",
            Self::Unexpected(' ') => "write a space as `%20`",
            Self::Unexpected('{' | '}' | '=') => {
                "write a variable as `{field}` or `{field=name/*}`"
            }
            Self::Unexpected('/' | ':') => "write one verb, at the end: `/v1/books/{id}:read`",
            Self::Unexpected(_) => "write it percent-encoded",
            Self::UnclosedVariable => "add `}` behind the variable",
            Self::NestedVariable => "write `*` in its place, and the variables side by side",
            Self::NoFieldName => {
                "name a field of the request: letters, digits and `_`, joined by `.`"
            }
            Self::AfterMulti => "write `*` for one segment, or move `**` to the end",
            Self::EmptyVerb => "write a name behind `:`, or remove it",
            Self::PercentEncoding => "write `%` and two hexadecimal digits; `%` itself is `%25`",
            Self::DuplicateVariable { .. } => "bind another field, or write `*` for one of them",
            Self::TooLong | Self::TooManySegments | Self::FieldPathTooLong => {
                "write a shorter path"
            }
        }
    }
}
