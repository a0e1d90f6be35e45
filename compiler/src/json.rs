//! JSON as the tool prints it: indented, with a line break at its end.

use schemars::JsonSchema;
use serde::Serialize;

/// The text of a document, whose maps have strings for keys.
pub(crate) fn indented(document: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(document)
        .expect("a document has string keys and nothing that fails to serialize");
    text.push('\n');
    text
}

/// The text of the JSON Schema of `T`.
pub(crate) fn schema_of<T: JsonSchema>() -> String {
    indented(&schemars::schema_for!(T))
}
