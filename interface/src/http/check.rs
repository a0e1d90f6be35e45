//! Checks a parsed binding against the method's messages.

use std::ops::Range;

use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor, MethodDescriptor};

use super::finding::RuleError;
use super::rule::{Body, Rule, Verb};
use super::template::Variable;
use crate::codec::WellKnown;

const VARIABLE: &str = "path variable";

/// The part of a binding that a mistake is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// These bytes of the path template.
    Template(Range<usize>),
    Body,
    ResponseBody,
}

/// What is wrong with a rule, and where.
pub(super) fn check(method: &MethodDescriptor, rule: &Rule) -> Vec<(Part, RuleError)> {
    let mut errors = Vec::new();
    for variable in rule.template.variables() {
        let found = path_variable(&method.input(), variable).err();
        errors.extend(found.map(|error| *error));
    }
    errors.extend(forbidden_body(rule).map(|error| (Part::Body, error)));
    if let Body::Field(field) = &rule.body {
        let found = top_level("body", &method.input(), field).err();
        let found = found.or_else(|| body_in_path(rule, field));
        errors.extend(found.map(|error| (Part::Body, error)));
    }
    if let Some(field) = &rule.response_body {
        let found = top_level("response body", &method.output(), field).err();
        errors.extend(found.map(|error| (Part::ResponseBody, error)));
    }
    errors
}

/// RFC 9110, section 9.3: content has no meaning in a GET, a HEAD or a DELETE
/// request, and a TRACE request must not have any. A receiver may reject the
/// first two for it; of DELETE, many APIs take some.
fn forbidden_body(rule: &Rule) -> Option<RuleError> {
    if rule.body == Body::None {
        return None;
    }
    let template = rule.template.to_string();
    match rule.verb.as_str() {
        verb @ ("GET" | "HEAD" | "TRACE") => Some(RuleError::NoBody {
            verb: verb.to_owned(),
            template,
        }),
        _ if rule.verb == Verb::Delete => Some(RuleError::DeleteBody { template }),
        _ => None,
    }
}

#[allow(
    clippy::result_large_err,
    reason = "once for each variable that is wrong"
)]
fn path_variable(
    request: &MessageDescriptor,
    variable: &Variable,
) -> Result<(), Box<(Part, RuleError)>> {
    let path = variable.field.to_string();
    let mut message = request.clone();
    let mut names = variable.field.names().enumerate().peekable();
    while let Some((index, name)) = names.next() {
        let at = |error| Box::new((Part::Template(variable.name_place(index)), error));
        let wrong_type = |field: &FieldDescriptor| {
            at(RuleError::WrongType {
                role: VARIABLE,
                path: path.clone(),
                found: describe(field),
                expected: "a singular field that is no message",
            })
        };
        let field = field_of(VARIABLE, &message, name, &path).map_err(at)?;
        if field.is_list() || field.is_map() {
            return Err(wrong_type(&field));
        }
        match (field.kind(), names.peek()) {
            (Kind::Message(inner), Some(_)) => message = inner,
            (Kind::Message(_), None) | (_, Some(_)) => return Err(wrong_type(&field)),
            (_, None) => {}
        }
    }
    Ok(())
}

/// `http.proto`: the referred field must be present at the top level.
fn top_level(role: &'static str, message: &MessageDescriptor, name: &str) -> Result<(), RuleError> {
    let found = field_of(role, message, name, name);
    let first = name.split_once('.').map(|(first, _)| first);
    if found.is_err() && first.is_some_and(|first| message.get_field_by_name(first).is_some()) {
        return Err(RuleError::NotTopLevel {
            role,
            path: name.to_owned(),
            message: message.full_name().to_owned(),
        });
    }
    found.map(|_| ())
}

fn field_of(
    role: &'static str,
    message: &MessageDescriptor,
    name: &str,
    path: &str,
) -> Result<FieldDescriptor, RuleError> {
    if WellKnown::of(message).is_some() {
        return Err(RuleError::OwnJson {
            role,
            path: path.to_owned(),
            message: message.full_name().to_owned(),
        });
    }
    message
        .get_field_by_name(name)
        .ok_or_else(|| RuleError::UnknownField {
            role,
            path: path.to_owned(),
            name: name.to_owned(),
            message: message.full_name().to_owned(),
            fields: message
                .fields()
                .map(|field| field.name().to_owned())
                .collect(),
        })
}

/// A field of the message that the body fills may be bound by the path, which then
/// wins; the message itself cannot be a path variable, so this is a scalar.
fn body_in_path(rule: &Rule, body: &str) -> Option<RuleError> {
    let bound = rule
        .template
        .variables()
        .iter()
        .any(|variable| variable.field.names().eq([body]));
    bound.then(|| RuleError::BodyInPath {
        field: body.to_owned(),
    })
}

fn describe(field: &FieldDescriptor) -> String {
    if field.is_map() {
        return "a map".to_owned();
    }
    if field.is_list() {
        return "a repeated field".to_owned();
    }
    match field.kind() {
        Kind::Message(message) => format!("a message, `{}`", message.full_name()),
        Kind::Enum(enumeration) => format!("an enum, `{}`", enumeration.full_name()),
        scalar => format!("a scalar, `{scalar:?}`").to_lowercase(),
    }
}
