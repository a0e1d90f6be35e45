//! What holds for any text.

use proptest::prelude::*;
use prost_reflect::DynamicMessage;

use super::{WALKTHROUGH, bound, everything};
use crate::textproto::{bind, parse};

/// Text that is nearly right: pieces of the grammar in any order.
pub(in crate::textproto) fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "child",
        "children",
        "int32",
        "double",
        "string",
        "bytes",
        "map",
        "key",
        "value",
        "any",
        "color",
        "RED",
        "numbers",
        "left",
        "right",
        "{",
        "}",
        "<",
        ">",
        "[",
        "]",
        ":",
        ",",
        ";",
        ".",
        "/",
        "-",
        "1",
        "0x1f",
        "08",
        "1.5",
        "1.0.0",
        "inf",
        "\"a\"",
        "'b\\n'",
        "\"\\q\"",
        "\"open",
        "# comment\n",
        "\n",
        " ",
        "t.note",
        "=",
        "é",
        "\\",
        "\u{feff}",
        "\r\n",
        "\0",
    ]);
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

/// Valid text, with some of its bytes overwritten.
fn mutated() -> impl Strategy<Value = String> {
    let valid = WALKTHROUGH.to_owned()
        + "child { children: [{ numbers: [1, -2] }, <string: \"a\\x41\" 'b'>] } # end\n";
    let change = (any::<prop::sample::Index>(), any::<u8>());
    prop::collection::vec(change, 0..12).prop_map(move |changes| {
        let mut bytes = valid.clone().into_bytes();
        for (index, byte) in changes {
            let at = index.index(bytes.len());
            bytes[at] = byte;
        }
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

fn is_whole(text: &str) {
    let (document, errors) = parse(text);
    assert_eq!(document.print(), text);
    for error in &errors {
        assert!(text.get(error.range.clone()).is_some(), "{error:?}");
        assert!(!error.kind.to_string().is_empty());
        assert_ne!(error.help(), Some(String::new()));
    }
    let bound = bind::bind(&document, &everything());
    for error in &bound.errors {
        assert!(text.get(error.range.clone()).is_some(), "{error:?}");
        assert_ne!(error.help(), Some(String::new()));
    }
    for (path, span) in bound.spans.iter() {
        assert!(text.get(span.value.clone()).is_some(), "{path}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_text_is_kept_byte_for_byte(text in any::<String>()) {
        is_whole(&text);
    }

    #[test]
    fn any_bytes_are_kept(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        is_whole(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn any_pieces_of_the_grammar_are_kept(text in pieces()) {
        is_whole(&text);
    }

    #[test]
    fn a_mutated_text_is_kept(text in mutated()) {
        is_whole(&text);
    }

    #[test]
    fn what_another_implementation_prints_is_read_alike(
        double in any::<f64>(),
        number in any::<i64>(),
        text in any::<String>(),
        bytes in prop::collection::vec(any::<u8>(), 0..30),
        numbers in prop::collection::vec(any::<i32>(), 0..5),
    ) {
        use prost_reflect::Value;
        prop_assume!(!double.is_nan());
        let mut message = DynamicMessage::new(everything());
        message.set_field_by_name("double", Value::F64(double));
        message.set_field_by_name("int64", Value::I64(number));
        message.set_field_by_name("string", Value::String(text));
        message.set_field_by_name("bytes", Value::Bytes(bytes.into()));
        if !numbers.is_empty() {
            let numbers = numbers.into_iter().map(Value::I32).collect();
            message.set_field_by_name("numbers", Value::List(numbers));
        }
        let mut outer = DynamicMessage::new(everything());
        outer.set_field_by_name("child", Value::Message(message));
        let printed = outer.to_text_format();
        prop_assert!(bound(&printed) == outer, "{}", printed);
    }
}
