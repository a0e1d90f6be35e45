//! Checks a parsed binding against the method's messages.

use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor, MethodDescriptor};

use super::rule::{Body, Rule, Verb};
use super::rules::RuleError;
use super::template::FieldPath;
use crate::codec::WellKnown;

const VARIABLE: &str = "path variable";

/// What is wrong with a rule, each with its help.
pub(super) fn check(method: &MethodDescriptor, rule: &Rule) -> Vec<(RuleError, Option<String>)> {
    let mut errors = Vec::new();
    for variable in rule.template.variables() {
        errors.extend(path_variable(&method.input(), &variable.field).err());
    }
    if rule.verb == Verb::Get && rule.body != Body::None {
        let error = RuleError::GetBody {
            template: rule.template.to_string(),
        };
        errors.push((error, None));
    }
    if let Body::Field(field) = &rule.body {
        match top_level("body", &method.input(), field) {
            Err(error) => errors.push(error),
            Ok(()) => errors.extend(body_in_path(rule, field).map(|error| (error, None))),
        }
    }
    if let Some(field) = &rule.response_body {
        errors.extend(top_level("response body", &method.output(), field).err());
    }
    errors
}

fn path_variable(
    request: &MessageDescriptor,
    path: &FieldPath,
) -> Result<(), (RuleError, Option<String>)> {
    let wrong_type = |field: &FieldDescriptor| {
        let error = RuleError::WrongType {
            role: VARIABLE,
            path: path.to_string(),
            found: describe(field),
            expected: "a singular field that is no message",
        };
        (error, None)
    };
    let mut message = request.clone();
    let mut names = path.names().peekable();
    while let Some(name) = names.next() {
        let field = field_of(VARIABLE, &message, name, &path.to_string())?;
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

fn top_level(
    role: &'static str,
    message: &MessageDescriptor,
    name: &str,
) -> Result<(), (RuleError, Option<String>)> {
    field_of(role, message, name, name).map(|_| ())
}

fn field_of(
    role: &'static str,
    message: &MessageDescriptor,
    name: &str,
    path: &str,
) -> Result<FieldDescriptor, (RuleError, Option<String>)> {
    if WellKnown::of(message).is_some() {
        let error = RuleError::OwnJson {
            role,
            path: path.to_owned(),
            message: message.full_name().to_owned(),
        };
        return Err((error, None));
    }
    message.get_field_by_name(name).ok_or_else(|| {
        let error = RuleError::UnknownField {
            role,
            path: path.to_owned(),
            message: message.full_name().to_owned(),
        };
        let names: Vec<String> = message
            .fields()
            .map(|field| format!("`{}`", field.name()))
            .collect();
        let help = match names.as_slice() {
            [] => format!("`{}` has no fields", message.full_name()),
            names => format!("`{}` has {}", message.full_name(), names.join(", ")),
        };
        (error, Some(help))
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
