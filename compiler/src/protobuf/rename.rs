//! Where an option that names an element in WIT is to be written.

use std::ops::Range;

use vimana_interface::Rename;

use super::scan::{Kind, Outline};
use crate::diagnostic::{Fix, Span};

/// The edit that gives the element at `span`, or whose name is there, the name of
/// `rename`.
pub(crate) fn fix(outline: &Outline<'_>, span: &Span, rename: &Rename) -> Option<Fix> {
    let index = outline.around(span.range.start)?;
    let (range, replacement) = edit(outline, index, rename)?;
    Some(Fix::likely(
        format!("name it `{}` in WIT", rename.name),
        Span::new(span.file.clone(), range),
        replacement,
    ))
}

fn edit(outline: &Outline<'_>, index: usize, rename: &Rename) -> Option<(Range<usize>, String)> {
    let value = format!("\"{}\"", rename.name);
    if let Some(written) = written(outline, index, &rename.option) {
        return Some((written, value));
    }
    let declaration = &outline.declarations[index];
    let option = format!("({}) = {value}", rename.option);
    let last = declaration.tokens.end.checked_sub(1)?;
    let end = outline.tokens[last].range.clone();
    match (rename.element, declaration.block) {
        ("field" | "enum value", None) if outline.word(last) == ";" => {
            let bracket = declaration
                .tokens
                .clone()
                .find(|token| outline.word(*token) == "[");
            Some(match bracket {
                Some(bracket) => {
                    let at = outline.tokens[bracket].range.end;
                    (at..at, format!("{option}, "))
                }
                None => (end.start..end.start, format!(" [{option}]")),
            })
        }
        ("method", None) if outline.word(last) == ";" => {
            Some((end, format!(" {{ option {option}; }}")))
        }
        ("field" | "enum value", _) | (_, None) => None,
        (_, Some(block)) => {
            let at = block + 1;
            let ends_line = outline.text[at..]
                .trim_start_matches([' ', '\t'])
                .starts_with('\n');
            let text = if ends_line {
                let margin = " ".repeat(outline.indentation(declaration.range.start) + 2);
                format!("\n{margin}option {option};")
            } else {
                format!(" option {option};")
            };
            Some((at..at, text))
        }
    }
}

/// The value of the option, where the element bears it.
fn written(outline: &Outline<'_>, index: usize, option: &str) -> Option<Range<usize>> {
    let is_option = |token: usize| {
        outline.word(token).trim_start_matches('.') == option
            && outline.word(token + 1) == ")"
            && outline.word(token + 2) == "="
    };
    let within = |tokens: Range<usize>| {
        tokens
            .clone()
            .find(|token| is_option(*token))
            .map(|token| token + 3)
            .filter(|value| {
                outline
                    .tokens
                    .get(*value)
                    .is_some_and(|value| value.kind == Kind::Text)
            })
            .map(|value| outline.tokens[value].range.clone())
    };
    let declaration = &outline.declarations[index];
    if declaration.block.is_none() {
        return within(declaration.tokens.clone());
    }
    outline
        .declarations
        .iter()
        .enumerate()
        .filter(|(child, declaration)| {
            declaration.parent == Some(index) && outline.keyword(*child) == "option"
        })
        .find_map(|(_, declaration)| within(declaration.tokens.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::RepoPath;

    /// The text after the fix of the element that begins with `start`.
    fn fixed(text: &str, start: &str, element: &'static str, option: &str) -> Option<String> {
        let at = text.find(start).unwrap();
        let span = Span::new(RepoPath::new("a.proto").unwrap(), at..at + 1);
        let rename = Rename {
            element,
            option: format!("vimana.{option}"),
            name: "x".to_owned(),
        };
        let fix = fix(&Outline::new(text), &span, &rename)?;
        let edit = &fix.edits[0];
        let mut text = text.to_owned();
        text.replace_range(edit.span.range.clone(), &edit.replacement);
        protox_parse::parse("a.proto", &text).unwrap();
        Some(text)
    }

    #[test]
    fn an_option_is_written_where_the_element_has_room_for_it() {
        for (text, start, element, option, expected) in [
            (
                "message A { optional int32 _ = 1; }",
                "optional",
                "field",
                "wit_name",
                "message A { optional int32 _ = 1 [(vimana.wit_name) = \"x\"]; }",
            ),
            (
                "message A { optional int32 _ = 1 [deprecated = true]; }",
                "optional",
                "field",
                "wit_name",
                "message A { optional int32 _ = 1 [(vimana.wit_name) = \"x\", deprecated = true]; }",
            ),
            (
                "message A { optional int32 _ = 1 [(vimana.wit_name) = \"1\"]; }",
                "optional",
                "field",
                "wit_name",
                "message A { optional int32 _ = 1 [(vimana.wit_name) = \"x\"]; }",
            ),
            (
                "enum E {\n  A = 0;\n}",
                "A",
                "enum value",
                "enum_value_wit_name",
                "enum E {\n  A = 0 [(vimana.enum_value_wit_name) = \"x\"];\n}",
            ),
            (
                "message O {\n  message A {\n    optional int32 a = 1;\n  }\n}",
                "message A",
                "message",
                "message_wit_name",
                "message O {\n  message A {\n    option (vimana.message_wit_name) = \"x\";\n    optional int32 a = 1;\n  }\n}",
            ),
            (
                "message A {}",
                "message",
                "message",
                "message_wit_name",
                "message A { option (vimana.message_wit_name) = \"x\";}",
            ),
            (
                "message A { option (vimana.message_wit_name) = '1'; }",
                "message",
                "message",
                "message_wit_name",
                "message A { option (vimana.message_wit_name) = \"x\"; }",
            ),
            (
                "service S { rpc A(B) returns (C); }",
                "rpc",
                "method",
                "method_wit_name",
                "service S { rpc A(B) returns (C) { option (vimana.method_wit_name) = \"x\"; } }",
            ),
        ] {
            assert_eq!(
                fixed(text, start, element, option).as_deref(),
                Some(expected)
            );
        }
        assert_eq!(
            fixed(
                "message A { optional group G = 1 {} }",
                "optional",
                "field",
                "wit_name"
            ),
            None,
            "it is the group's message that has the block"
        );
    }
}
