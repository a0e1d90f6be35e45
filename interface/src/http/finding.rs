//! What can be wrong with the HTTP rule of a method.

use std::ops::Range;

use super::rules::MAX_BINDINGS;
use super::template::TemplateError;

/// Something about an HTTP rule that a person must change.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{error}")]
pub struct RuleFinding {
    /// The path within the method's options, as in
    /// `google.protobuf.SourceCodeInfo`: the option, then what is meant within it,
    /// e.g. `[51700, 11, 0, 2]` for `get` of the first additional binding.
    pub path: Vec<i32>,
    /// The bytes of the text that stands there, where that is a path template and
    /// a part of it is meant.
    pub text: Option<Range<usize>>,
    /// What is wrong; displays as the message.
    pub error: RuleError,
}

/// What is wrong with an HTTP rule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RuleError {
    /// Both spellings of the option.
    #[error(
        "the method `{method}` has both `vimana.http` and `google.api.http`, which are one option"
    )]
    Both {
        /// The method.
        method: String,
    },
    /// The option's bytes are no `HttpRule`.
    #[error("the HTTP rule of the method `{method}` cannot be read")]
    Unreadable {
        /// The method.
        method: String,
    },
    /// A rule on a method whose client streams.
    #[error("the method `{method}` takes a stream, and an HTTP request holds one message")]
    ClientStreams {
        /// The method.
        method: String,
    },
    /// A rule without HTTP method and path.
    #[error("an HTTP rule of the method `{method}` has no HTTP method and path")]
    NoPattern {
        /// The method.
        method: String,
    },
    /// More bindings than there may be.
    #[error("the method `{method}` has {found} HTTP bindings; at most {MAX_BINDINGS} are read")]
    TooManyBindings {
        /// The method.
        method: String,
        /// How many there are.
        found: usize,
    },
    /// A `custom` rule whose `kind` is no HTTP method.
    #[error("`{}` is no HTTP method", kind.escape_debug())]
    InvalidKind {
        /// The `kind`.
        kind: String,
    },
    /// A `custom` rule whose `kind` is an HTTP method but for the case of letters.
    #[error("`{kind}` is not the HTTP method `{}`: case matters", kind.to_uppercase())]
    KindCase {
        /// The `kind`.
        kind: String,
    },
    /// A `custom` rule for a method that has a field of its own.
    #[error("`custom` with the kind `{kind}` is another spelling of `{}`", kind.to_lowercase())]
    KnownKind {
        /// The `kind`.
        kind: String,
    },
    /// A path that is no template.
    #[error("in the path template `{}`: {error}", template.escape_debug())]
    Template {
        /// The text.
        template: String,
        /// The mistake.
        error: TemplateError,
    },
    /// Bindings in an additional binding.
    #[error("an additional binding of the method `{method}` has bindings of its own")]
    NestedBindings {
        /// The method.
        method: String,
    },
    /// A selector, which has a meaning outside of `.proto` files only.
    #[error("the HTTP rule of the method `{method}` has a `selector`, which means nothing here")]
    Selector {
        /// The method.
        method: String,
    },
    /// A body in a request that has none.
    #[error("`{verb} {template}` has a body, and a {verb} request has none")]
    NoBody {
        /// The HTTP method.
        verb: String,
        /// The path.
        template: String,
    },
    /// A body in a request of which not every receiver expects one.
    #[error("`DELETE {template}` has a body, which clients and proxies may drop")]
    DeleteBody {
        /// The path.
        template: String,
    },
    /// A name that is no field.
    #[error("the {role} `{path}` is no field of `{message}`")]
    UnknownField {
        /// What names the field: `path variable`, `body` or `response body`.
        role: &'static str,
        /// The dotted name.
        path: String,
        /// The part of it that is no field.
        name: String,
        /// The message that lacks it.
        message: String,
        /// The fields that it has.
        fields: Vec<String>,
    },
    /// A dotted name where only a field of the message itself may stand.
    #[error("the {role} `{path}` is a field within a field, and only one of `{message}` can be")]
    NotTopLevel {
        /// What names the field: `body` or `response body`.
        role: &'static str,
        /// The dotted name.
        path: String,
        /// The message.
        message: String,
    },
    /// A field of a type that the place cannot take.
    #[error("the {role} `{path}` is {found}, expected {expected}")]
    WrongType {
        /// What names the field.
        role: &'static str,
        /// The dotted name.
        path: String,
        /// Its type, or the type of what it leads through.
        found: String,
        /// What would do.
        expected: &'static str,
    },
    /// A field of a message that has a JSON form without fields.
    #[error("the {role} `{path}` is a field of `{message}`, which JSON spells as one value")]
    OwnJson {
        /// What names the field.
        role: &'static str,
        /// The dotted name.
        path: String,
        /// The well-known type.
        message: String,
    },
    /// A body that the path binds as well.
    #[error("the field `{field}` is both in the path and the body")]
    BodyInPath {
        /// The field.
        field: String,
    },
    /// A binding for requests that an earlier binding of the method takes.
    #[error("`{rule}` matches what an earlier binding of the method `{method}` matches")]
    Repeated {
        /// The binding, as HTTP method and path.
        rule: String,
        /// The method.
        method: String,
        /// The path of the earlier binding, as in [`RuleFinding::path`].
        earlier: Vec<i32>,
    },
}

impl RuleError {
    /// Whether the method cannot have the rule. What else there is to say about
    /// one leaves it in force.
    pub fn is_error(&self) -> bool {
        !matches!(
            self,
            Self::KindCase { .. }
                | Self::KnownKind { .. }
                | Self::Selector { .. }
                | Self::DeleteBody { .. }
                | Self::Repeated { .. }
        )
    }

    /// What to type instead.
    pub fn help(&self) -> String {
        match self {
            Self::Both { .. } => "remove one of them".to_owned(),
            Self::Unreadable { .. } => {
                "write it as in `option (vimana.http) = { get: \"/v1/books/{id}\" };`".to_owned()
            }
            Self::ClientStreams { .. } => {
                "remove the rule: the method is served over gRPC".to_owned()
            }
            Self::NoPattern { .. } => {
                "add one of `get`, `put`, `post`, `delete`, `patch` and `custom`, \
                 e.g. `get: \"/v1/books/{id}\"`"
                    .to_owned()
            }
            Self::TooManyBindings { .. } => "match several paths with one template".to_owned(),
            Self::InvalidKind { .. } => {
                "write a method like `HEAD`, or `*` for every method".to_owned()
            }
            Self::KindCase { kind } => format!("write `{}`", kind.to_uppercase()),
            Self::KnownKind { kind } => format!("write `{}: \"...\"`", kind.to_lowercase()),
            Self::Template { error, .. } => error.kind.help().to_owned(),
            Self::NestedBindings { .. } => {
                "move it to the `additional_bindings` of the method's own rule".to_owned()
            }
            Self::Selector { .. } => "remove it: the rule is that of its method".to_owned(),
            Self::NoBody { .. } => {
                "remove `body`: fields that are not in the path are query parameters".to_owned()
            }
            Self::DeleteBody { .. } => {
                "remove `body`, or write `post` and a path with a verb".to_owned()
            }
            Self::UnknownField {
                message, fields, ..
            } => match fields.as_slice() {
                [] => format!("`{message}` has no fields"),
                fields => {
                    let fields: Vec<_> = fields.iter().map(|name| format!("`{name}`")).collect();
                    format!("`{message}` has {}", fields.join(", "))
                }
            },
            Self::NotTopLevel { path, .. } => {
                let first = path.split('.').next().unwrap_or(path);
                format!("write `{first}`, or `*` for all fields")
            }
            Self::WrongType { .. } => {
                "bind a field that is a number, a text, a boolean or an enum".to_owned()
            }
            Self::OwnJson { .. } => "bind a field of another type".to_owned(),
            Self::BodyInPath { .. } => "remove it from one of them".to_owned(),
            Self::Repeated { .. } => "remove one of the two".to_owned(),
        }
    }
}
