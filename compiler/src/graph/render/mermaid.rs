//! Mermaid, which GitHub and many editors draw in Markdown.

use std::fmt::Write as _;

use vimana_proto::Kind;

use super::{heading, identifiers};
use crate::graph::Graph;

/// A flowchart with one box a kind. References that are no dependencies are
/// dotted.
#[must_use]
pub fn render(graph: &Graph) -> String {
    let identifiers = identifiers(graph);
    let mut out = String::from("flowchart LR\n");
    for kind in Kind::ALL {
        let mut nodes = graph.nodes_of(kind).peekable();
        if nodes.peek().is_none() {
            continue;
        }
        let _ = writeln!(out, "  subgraph {kind}s[\"{}\"]", heading(kind));
        for node in nodes {
            let _ = writeln!(
                out,
                "    {}[\"{}\"]",
                identifiers[&node.address],
                escape(node.address.name())
            );
        }
        out.push_str("  end\n");
    }
    for edge in graph.edges() {
        let arrow = if edge.kind.is_dependency() {
            "-->"
        } else {
            "-.->"
        };
        let _ = writeln!(
            out,
            "  {} {arrow}|{}| {}",
            identifiers[edge.from], edge.kind, identifiers[edge.to],
        );
    }
    out
}

/// Mermaid reads `#NUMBER;` as a character, and HTML and Markdown in labels.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        if char.is_alphanumeric() || matches!(char, ' ' | '.' | ':' | '/' | '@' | '-' | '+') {
            out.push(char);
        } else {
            let _ = write!(out, "#{};", u32::from(char));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn nodes_are_grouped_by_kind_and_names_are_escaped() {
        snapbox::assert_data_eq!(
            super::render(&super::super::tests::graph()),
            snapbox::str![[r#"
flowchart LR
  subgraph domains["domains"]
    n0["example.com"]
  end
  subgraph services["services"]
    n1["example.com:bar.FooService"]
  end
  subgraph sessions["sessions"]
    n2["say #34;hi#34; #60;b#62;#92;"]
  end
  subgraph vpods["vpods"]
    n3["say #34;hi#34; #60;b#62;#92;/a"]
    n4["say #34;hi#34; #60;b#62;#92;/b"]
  end
  n1 -->|belongs to| n0
  n3 -->|belongs to| n2
  n3 -.->|reaches| n4
  n4 -->|belongs to| n2
  n4 -.->|reaches| n3

"#]]
        );
    }
}
