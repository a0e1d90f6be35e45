//! Path and query parameters.

use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};
use serde_json::{Map, Value, json};

use super::paths::Path;
use super::schemas::Schemas;
use crate::codec::WellKnown;
use crate::http::{Body, Rule, Segment};

/// How deep fields of fields are listed, and how many of them.
const MAX_DEPTH: usize = 4;
const MAX_PARAMETERS: usize = 200;

/// The parameters of a rule of a method that takes `request`.
pub(super) fn of(
    schemas: &Schemas<'_>,
    request: &MessageDescriptor,
    rule: &Rule,
    path: &Path,
) -> Vec<Value> {
    let mut parameters = in_path(schemas, request, rule, path);
    if rule.body != Body::Whole {
        let mut query = Query {
            schemas,
            rule,
            parameters: &mut parameters,
            within: Vec::new(),
        };
        query.message(request, "", "");
    }
    parameters
}

fn in_path(
    schemas: &Schemas<'_>,
    request: &MessageDescriptor,
    rule: &Rule,
    path: &Path,
) -> Vec<Value> {
    let template = &rule.template;
    let open = template
        .segments()
        .iter()
        .enumerate()
        .filter(|(_, segment)| !matches!(segment, Segment::Literal(_)));
    let mut parameters = Vec::new();
    for ((index, segment), name) in open.zip(&path.parameters) {
        let variable = template
            .variables()
            .iter()
            .find(|variable| variable.segments.contains(&index));
        let field = variable.and_then(|variable| field_at(request, variable.field.names()));
        let is_whole = variable.is_some_and(|variable| variable.segments.len() == 1);
        let schema = match &field {
            Some(field) if is_whole => schemas.kind(&field.kind()),
            _ => json!({"type": "string"}),
        };
        let mut parameter = Map::from_iter([
            ("name".to_owned(), json!(name)),
            ("in".to_owned(), json!("path")),
            ("required".to_owned(), json!(true)),
            ("schema".to_owned(), schema),
        ]);
        let comment = field
            .as_ref()
            .and_then(|field| schemas.described().comment(field.full_name()));
        let mut told: Vec<String> = comment.map(ToOwned::to_owned).into_iter().collect();
        if let Some(variable) = variable.filter(|_| !is_whole) {
            told.push(format!("A part of `{}`.", variable.field));
        }
        if *segment == Segment::Multi {
            told.push("May hold slashes.".to_owned());
        }
        if !told.is_empty() {
            parameter.insert("description".to_owned(), told.join("\n\n").into());
        }
        parameters.push(Value::Object(parameter));
    }
    parameters
}

fn field_at<'n>(
    message: &MessageDescriptor,
    names: impl Iterator<Item = &'n str>,
) -> Option<FieldDescriptor> {
    let mut message = Some(message.clone());
    let mut found = None;
    for name in names {
        let field = message.take()?.get_field_by_name(name)?;
        if let Kind::Message(inner) = field.kind() {
            message = Some(inner);
        }
        found = Some(field);
    }
    found
}

struct Query<'a, 'd> {
    schemas: &'a Schemas<'d>,
    rule: &'a Rule,
    parameters: &'a mut Vec<Value>,
    /// The messages around, so that none is listed within itself.
    within: Vec<String>,
}

impl Query<'_, '_> {
    /// `names` is the way to the message in names of the `.proto`, `shown` as they are
    /// written; both end in a dot unless they are empty.
    fn message(&mut self, message: &MessageDescriptor, names: &str, shown: &str) {
        self.within.push(message.full_name().to_owned());
        for field in message.fields() {
            let path = format!("{names}{}", field.name());
            let name = format!("{shown}{}", self.schemas.name(&field));
            let is_body = matches!(&self.rule.body, Body::Field(body) if **body == path);
            if is_body || self.is_in_path(&path) || self.parameters.len() >= MAX_PARAMETERS {
                continue;
            }
            match field.kind() {
                _ if field.is_map() => {}
                Kind::Message(inner) => match WellKnown::of(&inner) {
                    _ if field.is_list() => {}
                    None => {
                        let is_around = self.within.iter().any(|name| name == inner.full_name());
                        if !is_around && self.within.len() < MAX_DEPTH {
                            self.message(&inner, &format!("{path}."), &format!("{name}."));
                        }
                    }
                    Some(WellKnown::Wrapper) => {
                        let value = inner.get_field(1).map(|value| value.kind());
                        let schema = value.map(|value| self.schemas.kind(&value));
                        self.push(&field, &name, schema.unwrap_or_default());
                    }
                    Some(WellKnown::Timestamp | WellKnown::Duration | WellKnown::FieldMask) => {
                        let schema = self.schemas.message_value(&inner);
                        self.push(&field, &name, schema);
                    }
                    Some(_) => {}
                },
                kind if field.is_list() => {
                    let schema = json!({"type": "array", "items": self.schemas.kind(&kind)});
                    self.push(&field, &name, schema);
                }
                kind => {
                    let schema = self.schemas.kind(&kind);
                    self.push(&field, &name, schema);
                }
            }
        }
        self.within.pop();
    }

    fn is_in_path(&self, path: &str) -> bool {
        let mut variables = self.rule.template.variables().iter();
        variables.any(|variable| variable.field.to_string() == path)
    }

    fn push(&mut self, field: &FieldDescriptor, name: &str, schema: Value) {
        let mut parameter = Map::from_iter([
            ("name".to_owned(), json!(name)),
            ("in".to_owned(), json!("query")),
            ("schema".to_owned(), schema),
        ]);
        if let Some(comment) = self.schemas.described().comment(field.full_name()) {
            parameter.insert("description".to_owned(), comment.into());
        }
        self.parameters.push(Value::Object(parameter));
    }
}
