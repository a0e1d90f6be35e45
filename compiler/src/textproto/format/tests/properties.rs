//! What holds for any text.

use proptest::prelude::*;

use crate::textproto::format::{FormatError, format};
use crate::textproto::tests::everything;
use crate::textproto::{TokenKind, bind, parse};

/// What may stand between two tokens.
fn gap() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        " ",
        " ",
        "\n",
        "\r\n",
        "\t",
        "\n\n\n",
        "# c\n",
        " # d \r\n",
        "#\n",
        "\x0b",
    ]);
    prop::collection::vec(piece, 1..4).prop_map(|pieces| pieces.concat())
}

fn scalar() -> impl Strategy<Value = Vec<String>> {
    let of = |tokens: &[&str]| tokens.iter().map(ToString::to_string).collect::<Vec<_>>();
    prop::sample::select(vec![
        of(&["1"]),
        of(&["-", "0x1f"]),
        of(&["1.5e3f"]),
        of(&["true"]),
        of(&["-", "inf"]),
        of(&["GREEN"]),
        of(&["'a\\n#'"]),
        of(&["\"a\"", "'b'"]),
        of(&[
            "\"é\"",
            "\"{\"",
            "'this one is so long that two of them are too much for a line'",
        ]),
    ])
}

/// The tokens of a value with those of the field's colon before it.
fn value() -> impl Strategy<Value = Vec<String>> {
    let colon = |mut tokens: Vec<String>| {
        tokens.insert(0, ":".to_owned());
        tokens
    };
    let list = |values: Vec<Vec<String>>| {
        let mut tokens = vec!["[".to_owned()];
        tokens.extend(values.join(&",".to_owned()));
        tokens.push("]".to_owned());
        tokens
    };
    let leaf = prop_oneof![
        scalar().prop_map(colon),
        prop::collection::vec(scalar(), 0..5)
            .prop_map(list)
            .prop_map(colon),
    ];
    leaf.prop_recursive(5, 40, 4, move |value| {
        let message = (fields(value), any::<bool>()).prop_map(|(mut tokens, is_angled)| {
            let [open, close] = if is_angled { ["<", ">"] } else { ["{", "}"] };
            tokens.insert(0, open.to_owned());
            tokens.push(close.to_owned());
            tokens
        });
        let message = message.boxed();
        prop_oneof![
            message.clone(),
            message.clone().prop_map(colon),
            prop::collection::vec(message, 1..3).prop_map(list),
        ]
    })
}

fn fields(value: impl Strategy<Value = Vec<String>>) -> impl Strategy<Value = Vec<String>> {
    let name = prop::sample::select(vec![
        vec!["child"],
        vec!["children"],
        vec!["int32"],
        vec!["numbers"],
        vec!["string"],
        vec!["color"],
        vec!["[", "t.note", "]"],
    ]);
    let separator = prop::sample::select(vec!["", "", ",", ";"]);
    let field = (name, value, separator).prop_map(|(name, value, separator)| {
        let mut tokens: Vec<String> = name.into_iter().map(ToOwned::to_owned).collect();
        tokens.extend(value);
        if !separator.is_empty() {
            tokens.push(separator.to_owned());
        }
        tokens
    });
    prop::collection::vec(field, 0..5).prop_map(|fields| fields.concat())
}

/// A valid text, with anything that may stand between its tokens.
fn text() -> impl Strategy<Value = String> {
    fields(value())
        .prop_flat_map(|tokens| {
            let gaps = prop::collection::vec(
                prop_oneof![3 => Just(" ".to_owned()), 1 => gap()],
                tokens.len() + 1,
            );
            (Just(tokens), gaps)
        })
        .prop_map(|(tokens, gaps)| {
            let mut text = gaps[0].clone();
            for (token, gap) in tokens.iter().zip(&gaps[1..]) {
                text.push_str(token);
                text.push_str(gap);
            }
            text
        })
}

/// The comments of a text, sorted.
fn comments(text: &str) -> Vec<String> {
    let (document, _) = parse(text);
    let mut comments = Vec::new();
    let mut nodes = vec![document.root()];
    while let Some(node) = nodes.pop() {
        nodes.extend(node.nodes());
        for child in &node.children {
            if let crate::textproto::Element::Token(token) = child
                && token.kind == TokenKind::Comment
            {
                comments.push(text[token.range.clone()].trim_end().to_owned());
            }
        }
    }
    comments.sort();
    comments
}

fn keeps_everything(text: &str) -> Result<(), TestCaseError> {
    let formatted = match format(text) {
        Ok(formatted) => formatted,
        Err(FormatError::Syntax(_)) => return Ok(()),
        Err(error) => return Err(TestCaseError::fail(format!("{error}: {text:?}"))),
    };
    prop_assert_eq!(format(&formatted), Ok(formatted.clone()));
    prop_assert_eq!(comments(text), comments(&formatted));
    let bind = |text: &str| bind::bind(&parse(text).0, &everything());
    let (before, after) = (bind(text), bind(&formatted));
    prop_assert!(before.message == after.message, "{}", formatted);
    prop_assert_eq!(before.errors.len(), after.errors.len());
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn formatting_keeps_values_and_comments_and_is_done_once(text in text()) {
        prop_assert!(!matches!(format(&text), Err(FormatError::Syntax(_))), "{}", text);
        keeps_everything(&text)?;
    }

    #[test]
    fn any_pieces_of_the_grammar_are_kept_or_refused(text in crate::textproto::tests::properties::pieces()) {
        keeps_everything(&text)?;
    }

    #[test]
    fn any_text_is_kept_or_refused(text in any::<String>()) {
        keeps_everything(&text)?;
    }
}
