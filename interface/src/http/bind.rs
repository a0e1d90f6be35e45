use std::collections::BTreeSet;

use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};
use serde_json::{Map, Value};

use super::parameter::{self, BindError, BindErrorKind};
use super::query;
use super::rule::{Body, Rule};
use super::template::FieldPath;
use crate::codec::{RECURSION_LIMIT, WellKnown};

/// The `ProtoJSON` of the request message that an HTTP request stands for.
///
/// `variables` are those of the [`Match`](super::Match), `query` is what follows the
/// `?`, and `body` is the parsed body, where the request has one. What the path
/// binds, nothing else overrides.
pub fn bind(
    request: &MessageDescriptor,
    rule: &Rule,
    variables: &[(FieldPath, String)],
    query: &str,
    body: Option<Value>,
) -> Result<Value, BindError> {
    let mut message = match (&rule.body, body) {
        (Body::None, Some(_)) => return Err(error("body", BindErrorKind::UnexpectedBody)),
        (Body::Whole, Some(body)) => body,
        (Body::Field(field), Some(body)) => {
            let field = field_of(request, field)?;
            Value::Object(Map::from_iter([(field.json_name().to_owned(), body)]))
        }
        (_, None) => Value::Object(Map::new()),
    };
    if !query.is_empty() {
        let mut binder = Query {
            request,
            rule,
            variables,
            seen: BTreeSet::new(),
        };
        binder.bind(&mut message, query)?;
    }
    for (path, text) in variables {
        let (object, field) = descend(request, &mut message, path.names())
            .map_err(|kind| error(&path.to_string(), kind))?;
        let value =
            parameter::value(&field, text).map_err(|kind| error(&path.to_string(), kind))?;
        object.remove(field.name());
        object.insert(field.json_name().to_owned(), value);
    }
    Ok(message)
}

struct Query<'a> {
    request: &'a MessageDescriptor,
    rule: &'a Rule,
    variables: &'a [(FieldPath, String)],
    /// The singular fields that a parameter has set, by their names in the
    /// `.proto`.
    seen: BTreeSet<Vec<String>>,
}

impl Query<'_> {
    fn bind(&mut self, message: &mut Value, query: &str) -> Result<(), BindError> {
        for parameter in query::parameters(query) {
            let Some((name, text)) = parameter else {
                return Err(error("query", BindErrorKind::NotUtf8));
            };
            self.parameter(message, &name, &text)
                .map_err(|kind| error(&name, kind))?;
        }
        Ok(())
    }

    fn parameter(
        &mut self,
        message: &mut Value,
        name: &str,
        text: &str,
    ) -> Result<(), BindErrorKind> {
        if self.rule.body == Body::Whole {
            return Err(BindErrorKind::Unknown);
        }
        let fields = self.resolve(name)?;
        let path: Vec<String> = fields.iter().map(|field| field.name().to_owned()).collect();
        if let Body::Field(body) = &self.rule.body
            && path.first().map(String::as_str) == Some(body)
        {
            return Err(BindErrorKind::InBody);
        }
        let in_path = |(bound, _): &(FieldPath, String)| bound.names().eq(path.iter());
        if self.variables.iter().any(in_path) {
            return Err(BindErrorKind::InPath);
        }
        let names = fields.iter().map(FieldDescriptor::name);
        let (object, field) = descend(self.request, message, names)?;
        let value = parameter::value(&field, text)?;
        if !field.is_list() {
            if !self.seen.insert(path) {
                return Err(BindErrorKind::Repeated);
            }
            object.insert(field.json_name().to_owned(), value);
            return Ok(());
        }
        let list = object
            .entry(field.json_name())
            .or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(list) = list {
            list.push(value);
        }
        Ok(())
    }

    /// The fields that a dotted name goes through, the last of which takes text.
    fn resolve(&self, name: &str) -> Result<Vec<FieldDescriptor>, BindErrorKind> {
        let mut message = Some(self.request.clone());
        let mut fields: Vec<FieldDescriptor> = Vec::new();
        for part in name.split('.') {
            if fields.len() >= RECURSION_LIMIT {
                return Err(BindErrorKind::TooDeep);
            }
            let within = message.take().filter(|message| {
                WellKnown::of(message).is_none() && fields.last().is_none_or(|f| !f.is_list())
            });
            let field = within
                .and_then(|message| {
                    message
                        .get_field_by_name(part)
                        .or_else(|| message.get_field_by_json_name(part))
                })
                .ok_or(BindErrorKind::Unknown)?;
            if let Kind::Message(inner) = field.kind() {
                message = Some(inner);
            }
            fields.push(field);
        }
        if let Some(field) = fields.last() {
            takes_text(field)?;
        }
        Ok(fields)
    }
}

fn takes_text(field: &FieldDescriptor) -> Result<(), BindErrorKind> {
    if field.is_map() {
        return Err(BindErrorKind::NoParameter("it is a map"));
    }
    match field.kind() {
        Kind::Message(_) if field.is_list() => {
            Err(BindErrorKind::NoParameter("it is a list of messages"))
        }
        _ => Ok(()),
    }
}

/// The object that holds the last field of a path, and that field; objects on the
/// way are made where they lack. A field may stand under either of its names, and
/// then keeps it, but for a `null`, which stands for no object at all.
fn descend<'a, 'n>(
    request: &MessageDescriptor,
    message: &'a mut Value,
    names: impl Iterator<Item = &'n str>,
) -> Result<(&'a mut Map<String, Value>, FieldDescriptor), BindErrorKind> {
    let mut descriptor = request.clone();
    let mut at = message;
    let mut names = names.peekable();
    while let Some(name) = names.next() {
        let field = descriptor
            .get_field_by_name(name)
            .ok_or(BindErrorKind::Unknown)?;
        if at.is_null() {
            *at = Value::Object(Map::new());
        }
        let Value::Object(object) = at else {
            return Err(BindErrorKind::NotAnObject);
        };
        if names.peek().is_none() {
            return Ok((object, field));
        }
        let Kind::Message(inner) = field.kind() else {
            return Err(BindErrorKind::Unknown);
        };
        descriptor = inner;
        let key = if object.contains_key(field.name()) {
            field.name()
        } else {
            field.json_name()
        };
        at = object.entry(key).or_insert(Value::Null);
    }
    Err(BindErrorKind::Unknown)
}

fn field_of(message: &MessageDescriptor, name: &str) -> Result<FieldDescriptor, BindError> {
    message
        .get_field_by_name(name)
        .ok_or_else(|| error(name, BindErrorKind::Unknown))
}

fn error(field: &str, kind: BindErrorKind) -> BindError {
    BindError {
        field: field.to_owned(),
        kind,
    }
}
