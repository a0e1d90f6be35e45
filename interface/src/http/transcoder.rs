//! From an HTTP request to a request message, and from a response message to an
//! HTTP body.

use wasmtime::component::Val;

use super::query;
use super::rule::{Body, Rule};
use crate::codec::{
    CodecError, Draft, FieldRoute, HttpBody, JsonOptions, MessageCodec, MethodCodec, SetError,
};

/// Why a request is no request message: the reason for a 400, `INVALID_ARGUMENT`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BindError {
    /// A part of the path, a query parameter or the body as a whole.
    #[error("`{field}` {kind}")]
    Part {
        /// The query parameter or field, as the request spells it.
        field: String,
        /// What is wrong with it.
        kind: BindErrorKind,
    },
    /// What the body says.
    #[error(transparent)]
    Message(#[from] CodecError),
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
    /// A second field of a oneof.
    #[error("cannot be given: another field of the oneof `{0}` is")]
    Oneof(String),
    /// Text that is no value of the field's type.
    #[error("is invalid: expected {expected}, found `{found}`")]
    Invalid {
        /// What would do.
        expected: String,
        /// The text, shortened.
        found: String,
    },
    /// Bytes that are no UTF-8.
    #[error("is no UTF-8 once decoded")]
    NotUtf8,
    /// A body that a binding has no place for.
    #[error("is not expected: this method takes no body")]
    UnexpectedBody,
}

/// The body of a request.
#[derive(Clone, Copy, Debug, Default)]
pub struct Content<'a> {
    /// The content type; empty where the request names none.
    pub content_type: &'a str,
    /// The body itself.
    pub data: &'a [u8],
}

/// A rule in terms of its method's messages, made once.
///
/// What the path binds, nothing else overrides: the body is read first, and the
/// path's variables take the place of what it says; a query parameter that means the
/// same field is refused, and so is any other field of the same oneof.
#[derive(Debug)]
pub struct Transcoder {
    /// The names as the template has them, for errors.
    variables: Vec<(String, FieldRoute)>,
    body: Target,
    response: Target,
}

/// What an HTTP body is.
#[derive(Debug, PartialEq, Eq)]
enum Target {
    /// Nothing at all.
    None,
    /// The JSON of the message.
    Whole,
    /// The JSON of this field.
    Field { place: usize, name: String },
    /// What `google.api.HttpBody` holds: the message itself or this field.
    Raw { place: Option<usize> },
}

/// What the HTTP body of a response is.
#[derive(Debug, PartialEq, Eq)]
pub enum Written {
    /// The JSON that was appended.
    Json,
    /// What a `google.api.HttpBody` says.
    Raw(HttpBody),
}

impl Target {
    fn of(codec: &MessageCodec, field: Option<&str>) -> Option<Self> {
        let place = match field {
            None => None,
            Some(name) => Some(codec.field_place(name)?),
        };
        Some(match (field, place) {
            _ if codec.is_http_body(place) => Target::Raw { place },
            (Some(name), Some(place)) => Target::Field {
                place,
                name: name.to_owned(),
            },
            _ => Target::Whole,
        })
    }
}

impl Transcoder {
    /// The transcoder of a rule, by the codecs of its method; none where a field
    /// that the rule names is none of the messages', which
    /// [`rules`](super::rules) rules out.
    pub fn new(rule: &Rule, codec: &MethodCodec) -> Option<Self> {
        let request = &codec.request;
        let variables = rule.template.variables().iter().map(|variable| {
            let route = request.route(variable.field.names())?;
            Some((variable.field.to_string(), route))
        });
        Some(Transcoder {
            variables: variables.collect::<Option<_>>()?,
            body: match &rule.body {
                Body::None => Target::None,
                Body::Whole => Target::of(request, None)?,
                Body::Field(field) => Target::of(request, Some(field))?,
            },
            response: Target::of(&codec.response, rule.response_body.as_deref())?,
        })
    }

    /// Whether the request's body is taken as it is, of any content type.
    pub fn takes_any_body(&self) -> bool {
        matches!(self.body, Target::Raw { .. })
    }

    /// Whether the response says its own content type.
    pub fn gives_any_body(&self) -> bool {
        matches!(self.response, Target::Raw { .. })
    }

    /// The message that a request stands for: `variables` are those of the
    /// [`Match`](super::Match), `query` is what follows the `?`, and an empty body is
    /// none.
    pub fn request(
        &self,
        codec: &MessageCodec,
        options: JsonOptions,
        variables: &[String],
        query: &str,
        body: Content<'_>,
    ) -> Result<Val, BindError> {
        let mut draft = self.body(codec, options, body)?;
        for ((name, route), text) in self.variables.iter().zip(variables) {
            draft
                .set(route, text)
                .map_err(|error| refused(name, text, error))?;
        }
        if !query.is_empty() {
            self.query(codec, options, &mut draft, query)?;
        }
        Ok(draft.finish()?)
    }

    fn body<'c>(
        &self,
        codec: &'c MessageCodec,
        options: JsonOptions,
        body: Content<'_>,
    ) -> Result<Draft<'c>, BindError> {
        match &self.body {
            Target::Raw { place } => {
                let mut draft = codec.draft(options)?;
                let target = draft.value_mut();
                codec.put_http_body(*place, body.content_type, body.data, target);
                Ok(draft)
            }
            _ if body.data.is_empty() => Ok(codec.draft(options)?),
            Target::None => Err(part("body", BindErrorKind::UnexpectedBody)),
            Target::Whole => Ok(codec.draft_of_json(options, body.data)?),
            Target::Field { place, .. } => {
                let mut draft = codec.draft(options)?;
                draft.read_field(*place, body.data)?;
                Ok(draft)
            }
        }
    }

    fn query(
        &self,
        codec: &MessageCodec,
        options: JsonOptions,
        draft: &mut Draft<'_>,
        query: &str,
    ) -> Result<(), BindError> {
        let mut seen: Vec<FieldRoute> = Vec::new();
        for parameter in query::parameters(query) {
            let Some((name, text)) = parameter else {
                return Err(part("query", BindErrorKind::NotUtf8));
            };
            let wrong = |kind| part(&name, kind);
            let (route, takes_several) = match codec.text_route(&name) {
                Ok(route) => route,
                Err(SetError::Unknown) if options.ignore_unknown => continue,
                Err(error) => return Err(refused(&name, &text, error)),
            };
            if self.variables.iter().any(|(_, bound)| *bound == route) {
                return Err(wrong(BindErrorKind::InPath));
            }
            match &self.body {
                // All that the path does not bind is the body's.
                Target::Whole | Target::Raw { place: None } if options.ignore_unknown => continue,
                Target::Whole | Target::Raw { place: None } => {
                    return Err(wrong(BindErrorKind::Unknown));
                }
                Target::Field { place, .. } | Target::Raw { place: Some(place) }
                    if route.begins_at(*place) =>
                {
                    return Err(wrong(BindErrorKind::InBody));
                }
                _ => {}
            }
            if !takes_several {
                if seen.contains(&route) {
                    return Err(wrong(BindErrorKind::Repeated));
                }
                seen.push(route.clone());
            }
            draft
                .set(&route, &text)
                .map_err(|error| refused(&name, &text, error))?;
        }
        Ok(())
    }

    /// Appends the JSON of a response message, or returns the body that it is.
    pub fn response(
        &self,
        codec: &MessageCodec,
        options: JsonOptions,
        value: &Val,
        out: &mut Vec<u8>,
    ) -> Result<Written, CodecError> {
        match &self.response {
            Target::Raw { place } => return codec.http_body(*place, value).map(Written::Raw),
            Target::Field { name, .. } => codec.write_json_field(value, name, options, out)?,
            Target::Whole | Target::None => codec.write_json(value, options, out)?,
        }
        Ok(Written::Json)
    }
}

fn part(field: &str, kind: BindErrorKind) -> BindError {
    BindError::Part {
        field: shortened(field),
        kind,
    }
}

fn refused(name: &str, text: &str, error: SetError) -> BindError {
    let kind = match error {
        SetError::Unknown => BindErrorKind::Unknown,
        SetError::NoText(reason) => BindErrorKind::NoParameter(reason),
        SetError::Invalid(expected) => BindErrorKind::Invalid {
            expected,
            found: shortened(text),
        },
        SetError::Oneof(oneof) => BindErrorKind::Oneof(oneof),
        SetError::Message(error) => return BindError::Message(error),
    };
    part(name, kind)
}

/// A text as an error shows it.
fn shortened(text: &str) -> String {
    const LIMIT: usize = 100;
    match text.char_indices().nth(LIMIT) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}
