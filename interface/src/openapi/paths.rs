//! Path templates as `OpenAPI` writes them.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::http::{Segment, Template};

/// The HTTP methods that `OpenAPI` 3.1 has operations for.
const KNOWN: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

/// What a rule for every HTTP method is described as.
const EVERY: [&str; 5] = ["get", "put", "post", "delete", "patch"];

/// Where operations of other methods stand.
const OTHERS: &str = "x-additional-operations";

/// All paths. Two templates that differ in the names of their variables alone are
/// one path in `OpenAPI`.
#[derive(Debug, Default)]
pub(super) struct Paths {
    items: BTreeMap<String, Map<String, Value>>,
    /// The path of each form, in which variables have no names.
    forms: BTreeMap<String, Path>,
}

/// A path and its parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Path {
    pub(super) text: String,
    /// The names, in the order of the path.
    pub(super) parameters: Vec<String>,
}

impl Path {
    fn of(template: &Template) -> (String, Self) {
        let mut form = String::new();
        let mut path = Self {
            text: String::new(),
            parameters: Vec::new(),
        };
        for (index, segment) in template.segments().iter().enumerate() {
            path.text.push('/');
            form.push('/');
            let Segment::Literal(text) = segment else {
                let name = parameter_name(template, index, path.parameters.len());
                path.text.extend(["{", &name, "}"]);
                form.push_str("{}");
                path.parameters.push(name);
                continue;
            };
            path.text.push_str(text);
            form.push_str(text);
        }
        if template.segments().is_empty() {
            path.text.push('/');
            form.push('/');
        }
        if let Some(verb) = template.verb() {
            path.text.extend([":", verb]);
            form.extend([":", verb]);
        }
        (form, path)
    }
}

/// The name of what stands in a segment that is no literal: that of its variable,
/// with a number where the variable has several such segments.
fn parameter_name(template: &Template, index: usize, earlier: usize) -> String {
    let variable = template
        .variables()
        .iter()
        .find(|variable| variable.segments.contains(&index));
    let Some(variable) = variable else {
        return format!("segment_{}", earlier + 1);
    };
    let open: Vec<usize> = variable
        .segments
        .clone()
        .filter(|index| !matches!(template.segments()[*index], Segment::Literal(_)))
        .collect();
    let place = open.iter().position(|open| *open == index).unwrap_or(0);
    if open.len() == 1 {
        variable.field.to_string()
    } else {
        format!("{}_{}", variable.field, place + 1)
    }
}

impl Paths {
    /// The path of a template.
    pub(super) fn path(&mut self, template: &Template) -> Path {
        let (form, path) = Path::of(template);
        self.forms.entry(form).or_insert(path).clone()
    }

    /// The names under which operations of an HTTP method stand.
    pub(super) fn methods(verb: &str) -> Vec<String> {
        if verb == "*" {
            return EVERY.map(ToOwned::to_owned).to_vec();
        }
        vec![verb.to_owned()]
    }

    /// Adds an operation, unless there is one.
    pub(super) fn add(&mut self, path: &Path, method: &str, operation: Value) {
        let item = self.items.entry(path.text.clone()).or_default();
        let lower = method.to_ascii_lowercase();
        if KNOWN.contains(&lower.as_str()) {
            item.entry(lower).or_insert(operation);
            return;
        }
        let others = item
            .entry(OTHERS)
            .or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(others) = others {
            others.entry(method).or_insert(operation);
        }
    }

    pub(super) fn into_value(self) -> Value {
        let items = self.items.into_iter();
        Value::Object(
            items
                .map(|(path, item)| (path, Value::Object(item)))
                .collect(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_become_parameters() {
        let mut paths = Paths::default();
        for (template, text, parameters) in [
            ("/v1/{id}", "/v1/{id}", &["id"][..]),
            // The same path: it keeps its first name.
            ("/v1/{name}", "/v1/{id}", &["id"]),
            ("/v1/{book.id}:read", "/v1/{book.id}:read", &["book.id"]),
            (
                "/v1/{name=shelves/*/books/*}",
                "/v1/shelves/{name_1}/books/{name_2}",
                &["name_1", "name_2"],
            ),
            ("/v1/{name=shelves/*}", "/v1/shelves/{name}", &["name"]),
            ("/files/{path=**}", "/files/{path}", &["path"]),
            (
                "/*/x/**",
                "/{segment_1}/x/{segment_2}",
                &["segment_1", "segment_2"],
            ),
            ("/", "/", &[]),
        ] {
            let path = paths.path(&template.parse().unwrap());
            assert_eq!(path.text, text);
            assert_eq!(path.parameters, parameters, "{template}");
        }
    }
}
