//! The comments of a text that end with their line, in the syntax of its file.

mod javascript;
mod proto;
mod toml;
mod yaml;

use std::ops::Range;

use crate::source::RepoPath;
use crate::textproto::{self, Element, Node, TokenKind};

/// The comments of `text`, from the first byte of their mark to the end of the
/// line; none in a file of another kind than vimana reads.
pub(super) fn comments(file: &RepoPath, text: &str) -> Vec<Range<usize>> {
    let mut comments = match file.extension() {
        Some("proto") => proto::comments(text),
        Some("txtpb") => text_format(text),
        Some("yml" | "yaml") => yaml::comments(text),
        Some("toml") => toml::comments(text),
        Some("js" | "mjs") => javascript::comments(text),
        _ => Vec::new(),
    };
    for comment in &mut comments {
        let content = text[comment.clone()].trim_end_matches('\r');
        comment.end = comment.start + content.len();
    }
    comments
}

fn text_format(text: &str) -> Vec<Range<usize>> {
    fn collect(node: &Node, comments: &mut Vec<Range<usize>>) {
        for child in &node.children {
            match child {
                Element::Node(node) => collect(node, comments),
                Element::Token(token) if token.kind == TokenKind::Comment => {
                    comments.push(token.range.clone());
                }
                Element::Token(_) => {}
            }
        }
    }
    let (document, _) = textproto::parse(text);
    let mut comments = Vec::new();
    collect(document.root(), &mut comments);
    comments
}

/// Where the line that holds `at` ends, before its line break.
fn end_of_line(text: &str, at: usize) -> usize {
    text[at..]
        .find('\n')
        .map_or(text.len(), |length| at + length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found<'t>(file: &str, text: &'t str) -> Vec<&'t str> {
        comments(&RepoPath::new(file).unwrap(), text)
            .into_iter()
            .map(|range| &text[range])
            .collect()
    }

    #[test]
    fn proto_has_comments_outside_of_strings_and_blocks() {
        let text = "// a\nimport \"// b\"; // c\n/* // d\n */ int32 x = 1; /* e */ // f\n\
                    string y = 2 [default = 'it\\'s // g']; //h";
        assert_eq!(found("a.proto", text), ["// a", "// c", "// f", "//h"]);
    }

    #[test]
    fn a_string_of_proto_that_is_not_closed_ends_with_its_line() {
        assert_eq!(found("a.proto", "import \"a;\n// b\n"), ["// b"]);
    }

    #[test]
    fn text_format_has_comments_outside_of_strings() {
        let text = "# a\ndomain: \"# b\" # c\nlimits { memory: '#' # d\n}";
        assert_eq!(found("service.txtpb", text), ["# a", "# c", "# d"]);
    }

    #[test]
    fn toml_has_comments_outside_of_strings_of_all_four_kinds() {
        let text = "# a\nx = \"# b\\\"# c\" # d\ny = '# e\\' # f\nz = \"\"\"\n# g \"\" # h\n\"\"\"\" # i\n\
                    w = '''\n# j''' # k";
        let expected = ["# a", "# d", "# f", "# i", "# k"];
        assert_eq!(found("vimana.toml", text), expected);
    }

    #[test]
    fn yaml_has_comments_outside_of_quotes_and_blocks() {
        let text = "# a\nx: \"# b\n  # c\" # d\ny: 'it''s # e' # f\nz: it's # g\nu: http://h#i # j\n\
                    - |\n  # k\n\n  # l\n- v: >2- # m\n    # n\n  w: [\"# o\", {p: '# q'}] # r\n\
                    t: say \"hi # s\n";
        let expected = ["# a", "# d", "# f", "# g", "# j", "# m", "# r", "# s"];
        assert_eq!(found("vpods.yml", text), expected);
    }

    #[test]
    fn a_block_of_yaml_ends_where_its_indentation_does() {
        let text = "a:\n  b: |\n    # c\n  # d\n  e: |\n# f\ng: |";
        assert_eq!(found("vpods.yml", text), ["# d", "# f"]);
    }

    #[test]
    fn javascript_has_comments_outside_of_strings_templates_and_patterns() {
        let text = "// a\nconst x = \"// b\" + `// c ${ /* d */ 1 } // e` + /\\/\\/ f/; // g\n";
        assert_eq!(found("a.js", text), ["// a", "// g"]);
    }

    #[test]
    fn a_carriage_return_belongs_to_no_comment() {
        for file in ["a.proto", "a.js"] {
            assert_eq!(found(file, "// a\r\n// b\r\n"), ["// a", "// b"]);
        }
        for file in ["a.txtpb", "a.toml", "a.yml"] {
            assert_eq!(found(file, "# a\r\n# b\r\n"), ["# a", "# b"]);
        }
    }

    #[test]
    fn no_text_makes_it_panic() {
        let pieces = [
            "\"", "'", "\"\"\"", "'''", "|", "> ", "#", "\n", "\\", "é", "//", "/*", "[",
        ];
        for file in ["a.proto", "a.txtpb", "a.yml", "a.toml", "a.js", "a.md"] {
            for a in pieces {
                for b in pieces {
                    for c in pieces {
                        found(file, &format!("{a}{b}{c}"));
                        found(file, &format!("x: {a} {b}{c}\n {a}"));
                    }
                }
            }
        }
    }
}
