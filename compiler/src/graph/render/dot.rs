//! Graphviz: `vimana graph -o dot | dot -Tsvg`.

use std::fmt::Write as _;

use vimana_proto::Kind;

use super::{heading, identifiers};
use crate::graph::Graph;

/// A directed graph with one box a kind. References that are no dependencies
/// are dashed.
#[must_use]
pub fn render(graph: &Graph) -> String {
    let identifiers = identifiers(graph);
    let mut out = String::from("digraph vimana {\n  rankdir=LR;\n  node [shape=box];\n");
    for kind in Kind::ALL {
        let mut nodes = graph.nodes_of(kind).peekable();
        if nodes.peek().is_none() {
            continue;
        }
        let _ = writeln!(out, "  subgraph cluster_{kind} {{");
        let _ = writeln!(out, "    label={};", quote(heading(kind)));
        for node in nodes {
            let _ = writeln!(
                out,
                "    {} [label={}, tooltip={}];",
                identifiers[&node.address],
                quote(node.address.name()),
                quote(&node.origin.to_string()),
            );
        }
        out.push_str("  }\n");
    }
    for edge in graph.edges() {
        let style = if edge.kind.is_dependency() {
            ""
        } else {
            ", style=dashed"
        };
        let _ = writeln!(
            out,
            "  {} -> {} [label={}{style}];",
            identifiers[edge.from],
            identifiers[edge.to],
            quote(edge.kind.as_str()),
        );
    }
    out.push_str("}\n");
    out
}

/// A quoted identifier of the DOT language. `\` begins an escape in labels, so
/// it is doubled.
fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for char in text.chars() {
        match char {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            char if char.is_control() => out.push('\u{fffd}'),
            char => out.push(char),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use snapbox::IntoData as _;

    #[test]
    fn nodes_are_grouped_by_kind_and_names_are_escaped() {
        snapbox::assert_data_eq!(
            super::render(&super::super::tests::graph()),
            snapbox::str![[r#"
digraph vimana {
  rankdir=LR;
  node [shape=box];
  subgraph cluster_domain {
    label="domains";
    n0 [label="example.com", tooltip="a/service.txtpb:3:1"];
  }
  subgraph cluster_service {
    label="services";
    n1 [label="example.com:bar.FooService", tooltip="a/service.txtpb:3:1"];
  }
  subgraph cluster_session {
    label="sessions";
    n2 [label="say \"hi\" <b>\\", tooltip="a/service.txtpb:3:1"];
  }
  subgraph cluster_vpod {
    label="vpods";
    n3 [label="say \"hi\" <b>\\/a", tooltip="a/service.txtpb:3:1"];
    n4 [label="say \"hi\" <b>\\/b", tooltip="a/service.txtpb:3:1"];
  }
  n1 -> n0 [label="belongs to"];
  n3 -> n2 [label="belongs to"];
  n3 -> n4 [label="reaches", style=dashed];
  n4 -> n2 [label="belongs to"];
  n4 -> n3 [label="reaches", style=dashed];
}

"#]]
            .raw()
        );
    }
}
