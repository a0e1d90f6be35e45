//! Methods as operations.

use prost_reflect::{MessageDescriptor, MethodDescriptor};
use serde_json::{Map, Value, json};

use super::paths::Paths;
use super::schemas::{Schemas, is_deprecated};
use super::{Described, STATUS, parameters};
use crate::http::{self, Body, Rule};

const HTTP_BODY: &str = "google.api.HttpBody";

/// Adds an operation for each rule of each method.
pub(super) fn add(described: &Described<'_>, schemas: &Schemas<'_>, paths: &mut Paths) {
    for method in described.service.methods() {
        let Ok(rules) = http::rules(&method) else {
            continue;
        };
        let mut number = 0;
        for rule in &rules {
            let path = paths.path(&rule.template);
            for verb in Paths::methods(rule.verb.as_str()) {
                number += 1;
                let operation = Operation {
                    schemas,
                    method: &method,
                    rule,
                };
                let id = operation_id(&method, number);
                let parameters = parameters::of(schemas, &method.input(), rule, &path);
                paths.add(&path, &verb, operation.value(&id, parameters));
            }
        }
    }
}

/// `bar.FooService.SayHello`, with a number where it is not the first binding.
fn operation_id(method: &MethodDescriptor, number: usize) -> String {
    match number {
        1 => method.full_name().to_owned(),
        number => format!("{}.{number}", method.full_name()),
    }
}

struct Operation<'a> {
    schemas: &'a Schemas<'a>,
    method: &'a MethodDescriptor,
    rule: &'a Rule,
}

impl Operation<'_> {
    fn value(&self, id: &str, parameters: Vec<Value>) -> Value {
        let described = self.schemas.described();
        let mut operation = Map::from_iter([
            ("operationId".to_owned(), json!(id)),
            ("tags".to_owned(), json!([described.service.full_name()])),
            ("responses".to_owned(), self.responses()),
        ]);
        if let Some(comment) = described.comment(self.method.full_name()) {
            let summary = comment.lines().next().unwrap_or_default();
            operation.insert("summary".to_owned(), summary.into());
            operation.insert("description".to_owned(), comment.into());
        }
        if !parameters.is_empty() {
            operation.insert("parameters".to_owned(), Value::Array(parameters));
        }
        operation.extend(
            self.request_body()
                .map(|body| ("requestBody".to_owned(), body)),
        );
        let deprecated = self.method.options();
        if is_deprecated(deprecated.get_field_by_name("deprecated").as_deref()) {
            operation.insert("deprecated".to_owned(), json!(true));
        }
        if described.is_secured {
            operation.insert("security".to_owned(), json!([{"bearer": []}]));
        }
        Value::Object(operation)
    }

    fn request_body(&self) -> Option<Value> {
        let content = match &self.rule.body {
            Body::None => return None,
            Body::Whole => self.content(&self.method.input(), None),
            Body::Field(field) => self.content(&self.method.input(), Some(field)),
        };
        let mut body = Map::from_iter([("content".to_owned(), content)]);
        let is_required = !matches!(self.rule.body, Body::None);
        body.insert("required".to_owned(), json!(is_required));
        Some(Value::Object(body))
    }

    /// The media types of the message, or of that field of it.
    fn content(&self, message: &MessageDescriptor, field: Option<&str>) -> Value {
        let field = field.and_then(|field| message.get_field_by_name(field));
        let kind = field.as_ref().map(prost_reflect::FieldDescriptor::kind);
        let is_raw = match (&field, &kind) {
            (None, _) => message.full_name() == HTTP_BODY,
            (Some(field), Some(prost_reflect::Kind::Message(inner))) => {
                !field.is_list() && inner.full_name() == HTTP_BODY
            }
            _ => false,
        };
        if is_raw {
            return json!({"*/*": {}});
        }
        let schema = match &field {
            Some(field) => self.schemas.field(field),
            None => self.schemas.message_value(message),
        };
        json!({"application/json": {"schema": schema}})
    }

    fn responses(&self) -> Value {
        let output = self.method.output();
        let field = self.rule.response_body.as_deref();
        let mut content = self.content(&output, field);
        let one = content.pointer("/application~1json/schema").cloned();
        if let Some(one) = one.filter(|_| self.method.is_server_streaming()) {
            content = json!({
                "application/json": {"schema": {"type": "array", "items": one}},
                "application/x-ndjson": {"schema": one},
                "application/json-seq": {"schema": one},
                "text/event-stream": {"schema": one},
            });
        }
        let described = self.schemas.described();
        let said = described.comment(output.full_name());
        let said = said.and_then(|comment| comment.lines().next());
        let status = json!({"$ref": format!("#/components/schemas/{STATUS}")});
        json!({
            "200": {"description": said.unwrap_or("The answer."), "content": content},
            "default": {
                "description": "The request failed.",
                "content": {"application/json": {"schema": status}},
            },
        })
    }
}
