//! JSON, for programs; `schemas/graph.schema.json` describes it.

use schemars::JsonSchema;
use serde::Serialize;

use crate::graph::Graph;
use crate::json;

/// The version of the format; a change that breaks a reader increments it.
pub const FORMAT_VERSION: u32 = 1;

/// The desired state as a graph.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(title = "vimana graph")]
pub struct Document {
    /// The version of this format.
    pub format_version: u32,
    /// The resources, sorted by address.
    pub nodes: Vec<Node>,
    /// The references between them, sorted by source, target and kind.
    pub edges: Vec<Edge>,
}

/// A resource.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Node {
    /// `kind/name`.
    pub address: String,
    /// The kind, for example `route`.
    pub kind: String,
    /// The name, all of the address behind its first `/`.
    pub name: String,
    /// `sha256:` and the hexadecimal digest of the resource.
    pub digest: String,
    /// Where it is written.
    pub origin: Origin,
}

/// A place in the config repository.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Origin {
    /// The path from the root of the repository.
    pub file: String,
    /// The line, from 1; 0 where the whole file is meant.
    pub line: u32,
    /// The column in characters, from 1; 0 where the whole line is meant.
    pub column: u32,
    /// The commit that was compiled; absent where the file differs from it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
}

/// A reference from one resource to another.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Edge {
    /// The address of the resource that refers.
    pub from: String,
    /// The address of the resource that is referred to.
    pub to: String,
    /// How, for example `implements`.
    pub kind: String,
    /// Whether the target must be there before the source.
    pub dependency: bool,
}

/// The graph as a value.
#[must_use]
pub fn document(graph: &Graph) -> Document {
    Document {
        format_version: FORMAT_VERSION,
        nodes: graph
            .nodes()
            .map(|node| Node {
                address: node.address.to_string(),
                kind: node.address.kind().to_string(),
                name: node.address.name().to_owned(),
                digest: node.digest.to_string(),
                origin: Origin {
                    file: node.origin.file.as_str().to_owned(),
                    line: node.origin.line,
                    column: node.origin.column,
                    commit: node.origin.commit.clone(),
                },
            })
            .collect(),
        edges: graph
            .edges()
            .into_iter()
            .map(|edge| Edge {
                from: edge.from.to_string(),
                to: edge.to.to_string(),
                kind: edge.kind.to_string(),
                dependency: edge.kind.is_dependency(),
            })
            .collect(),
    }
}

/// The graph as indented JSON with a newline at the end.
#[must_use]
pub fn render(graph: &Graph) -> String {
    json::indented(&document(graph))
}

/// The JSON Schema of [`Document`], as `schemas/graph.schema.json` holds it.
#[must_use]
pub fn schema() -> String {
    json::schema_of::<Document>()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_document_bears_its_format_version_and_tells_dependencies_apart() {
        let text = super::render(&super::super::tests::graph());
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["format_version"], 1);
        assert_eq!(value["nodes"][1]["kind"], "service");
        assert_eq!(value["nodes"][1]["origin"]["line"], 3);
        assert_eq!(value["edges"][0]["dependency"], true);
        assert_eq!(value["edges"][2]["kind"], "reaches");
        assert_eq!(value["edges"][2]["dependency"], false);
    }
}
