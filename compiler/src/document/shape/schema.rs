//! From a shape to its JSON Schema.

use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::{Shape, Takes, Text};

/// The JSON Schema (draft 2020-12) of documents of this shape. `title` says what
/// they are.
pub(crate) fn schema(title: &'static str, shape: &'static Shape) -> String {
    let schema = Schema {
        dialect: Some("https://json-schema.org/draft/2020-12/schema"),
        title: Some(title),
        ..of_shape(shape)
    };
    let mut text = serde_json::to_string_pretty(&schema).expect("a schema is a JSON value");
    text.push('\n');
    text
}

/// The keywords that are used, in the order in which they are written.
#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Schema {
    #[serde(rename = "$schema", skip_serializing_if = "Option::is_none")]
    dialect: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<Value>,
    #[serde(rename = "enum", skip_serializing_if = "Option::is_none")]
    values: Option<&'static [&'static str]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pattern: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    min_length: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_length: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    minimum: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    maximum: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    default: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    items: Option<Box<Schema>>,
    #[serde(skip_serializing_if = "Named::is_empty")]
    properties: Named,
    #[serde(skip_serializing_if = "Named::is_empty")]
    pattern_properties: Named,
    #[serde(skip_serializing_if = "Option::is_none")]
    additional_properties: Option<Box<Schema>>,
    #[serde(
        rename = "additionalProperties",
        skip_serializing_if = "Option::is_none"
    )]
    closed: Option<bool>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    required: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    one_of: Vec<Schema>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    any_of: Vec<Schema>,
    #[serde(skip_serializing_if = "Option::is_none")]
    not: Option<Box<Schema>>,
}

/// Schemas by name, in their order.
#[derive(Default)]
struct Named(Vec<(String, Schema)>);

impl Named {
    const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for Named {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, schema) in &self.0 {
            map.serialize_entry(name, schema)?;
        }
        map.end()
    }
}

fn of_shape(shape: &'static Shape) -> Schema {
    let supported = || {
        let keys = shape.keys.iter();
        keys.filter(|key| !matches!(key.value, Takes::Later))
    };
    let property = |key: &'static super::KeyShape| {
        let schema = Schema {
            description: Some(words(key.about)),
            default: key.default.map(|default| default()),
            ..of_value(key.value)
        };
        (key.name.to_owned(), schema)
    };
    let one_of = shape.one_of.iter().map(|name| Schema {
        required: vec![name],
        ..Schema::default()
    });
    Schema {
        description: Some(words(shape.about)),
        kind: Some(json!("object")),
        properties: Named(supported().map(property).collect()),
        closed: Some(false),
        required: supported()
            .filter(|key| key.is_required)
            .map(|key| key.name)
            .collect(),
        one_of: one_of.collect(),
        ..Schema::default()
    }
}

fn of_value(takes: Takes) -> Schema {
    let of_type = |kind: &str| Schema {
        kind: Some(json!(kind)),
        ..Schema::default()
    };
    match takes {
        Takes::Text(text) => of_text(text),
        Takes::Bool => of_type("boolean"),
        Takes::Number => Schema {
            minimum: Some(0),
            ..of_type("number")
        },
        Takes::Count => Schema {
            kind: Some(json!(["integer", "null"])),
            minimum: Some(1),
            maximum: Some(u32::MAX),
            ..Schema::default()
        },
        Takes::List(items) => Schema {
            items: Some(Box::new(of_value(*items))),
            ..of_type("array")
        },
        Takes::Table(shape) => of_shape(shape),
        Takes::Tables(names, shape) => Schema {
            pattern_properties: Named(vec![(pattern(names), of_shape(shape))]),
            closed: Some(false),
            ..of_type("object")
        },
        Takes::Scalars => Schema {
            kind: Some(json!(["object", "null"])),
            additional_properties: Some(Box::new(Schema {
                kind: Some(json!(["string", "number", "boolean"])),
                ..Schema::default()
            })),
            ..Schema::default()
        },
        Takes::Listed(names, values) => {
            let names = names();
            let any_case = names.iter().map(|entry| any_case(&entry.name));
            let any_case: Vec<String> = any_case.collect();
            let property = |entry: super::Entry| {
                let schema = Schema {
                    description: Some(entry.about),
                    ..of_value(*values)
                };
                (entry.name, schema)
            };
            Schema {
                properties: Named(names.into_iter().map(property).collect()),
                pattern_properties: Named(vec![(
                    format!("^({})$", any_case.join("|")),
                    of_value(*values),
                )]),
                closed: Some(false),
                ..of_type("object")
            }
        }
        Takes::Later => Schema::default(),
    }
}

fn of_text(text: Text) -> Schema {
    let string = || Schema {
        kind: Some(json!("string")),
        ..Schema::default()
    };
    match text {
        Text::Any => string(),
        Text::Some => Schema {
            min_length: Some(1),
            ..string()
        },
        Text::OneOf(values) => Schema {
            values: Some(values),
            ..string()
        },
        Text::Like(pattern, longest, except) => Schema {
            pattern: Some(pattern.to_owned()),
            max_length: longest,
            not: except.map(|except| {
                Box::new(Schema {
                    pattern: Some(except.to_owned()),
                    ..Schema::default()
                })
            }),
            ..string()
        },
        Text::Probably(values) => Schema {
            any_of: vec![of_text(Text::OneOf(values)), of_text(Text::Some)],
            ..Schema::default()
        },
    }
}

/// The regular expression of names; patterns of keys have no other keywords.
fn pattern(names: Text) -> String {
    match names {
        Text::Like(pattern, Some(longest), _) => {
            let quantifier = format!("{{0,{}}}$", longest - 1);
            pattern.replace("*$", &quantifier)
        }
        Text::Like(pattern, None, _) => pattern.to_owned(),
        _ => "^.+$".to_owned(),
    }
}

/// A regular expression of a name in any case of letters.
fn any_case(name: &str) -> String {
    let both = |char: char| {
        if char.is_ascii_alphabetic() {
            format!(
                "[{}{}]",
                char.to_ascii_uppercase(),
                char.to_ascii_lowercase()
            )
        } else {
            char.to_string()
        }
    };
    name.chars().map(both).collect()
}

/// A doc comment as one line, without its intra-doc links.
fn words(comment: &str) -> String {
    let words: Vec<&str> = comment.split_whitespace().collect();
    words.join(" ")
}
