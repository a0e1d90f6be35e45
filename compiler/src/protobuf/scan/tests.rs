use super::*;

fn outline(text: &str) -> Vec<(&str, End)> {
    let outline = Outline::new(text);
    outline
        .declarations
        .iter()
        .map(|declaration| (&text[declaration.range.clone()], declaration.end))
        .collect()
}

#[test]
fn statements_and_blocks_are_declarations_and_values_are_not() {
    assert_eq!(
        outline(
            "a = \"}\"; // {\nmessage M { option (o) = { a: { b: [1] }; c: 2 }; optional group G = 1 { int32 f = 1 [(x) = { y: 1 }]; } }"
        ),
        [
            ("a = \"}\";", End::Semicolon),
            (
                "message M { option (o) = { a: { b: [1] }; c: 2 }; optional group G = 1 { int32 f = 1 [(x) = { y: 1 }]; } }",
                End::Block
            ),
            ("option (o) = { a: { b: [1] }; c: 2 };", End::Semicolon),
            (
                "optional group G = 1 { int32 f = 1 [(x) = { y: 1 }]; }",
                End::Block
            ),
            ("int32 f = 1 [(x) = { y: 1 }];", End::Semicolon),
        ]
    );
}

#[test]
fn what_is_not_ended_ends_where_the_next_thing_must_begin() {
    assert_eq!(
        outline("option (a) = { b: 1\nmessage M { string a }\nenum E {"),
        [
            ("option (a) = { b: 1", End::Missing),
            ("message M { string a }", End::Block),
            ("string a", End::Missing),
            ("enum E {", End::Open),
        ]
    );
    assert_eq!(Outline::new("} message A {} }").stray, [0, 15]);
}

#[test]
fn the_block_that_is_not_closed_is_known_by_its_indentation() {
    let text = "message A {\n  message B {\n    int32 c = 1;\n}\n";
    let outline = Outline::new(text);
    let unclosed = outline.unclosed().unwrap();
    assert_eq!(
        outline.word(outline.declarations[unclosed].tokens.start + 1),
        "B"
    );
    assert!(Outline::new("message A {\n}\n").unclosed().is_none());
}

#[test]
fn no_text_makes_an_outline_panic() {
    for text in [
        "", "{", "}", "\"", "'\\", "/*", "ö", "[{", "= {", "message", ";;}",
    ] {
        let outline = Outline::new(text);
        for at in 0..=text.len() {
            let _ = outline.around(at);
        }
        let _ = outline.unclosed();
    }
}
