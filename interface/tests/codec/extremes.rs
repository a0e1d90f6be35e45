//! Messages at the ends of what Protobuf allows, against another implementation.

use std::fmt::Write as _;
use std::sync::LazyLock;

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::json;
use vimana_interface::codec::MessageCodec;
use wasmtime::component::Val;

use crate::differential::agrees;
use crate::random::Entropy;
use crate::schema::{codec_of, get, some, to_json, to_protobuf};

const SCALARS: [&str; 15] = [
    "bool", "int32", "sint32", "sfixed32", "uint32", "fixed32", "int64", "sint64", "sfixed64",
    "uint64", "fixed64", "float", "double", "string", "bytes",
];

/// The scalars that may be keys.
const KEYS: [&str; 12] = [
    "bool", "int32", "sint32", "sfixed32", "uint32", "fixed32", "int64", "sint64", "sfixed64",
    "uint64", "fixed64", "string",
];

/// The codec of the message `Root` of a package of the same syntax.
fn codec(syntax: &str, messages: &str) -> MessageCodec {
    codec_of(&format!(
        r#"syntax = "{syntax}";
        package extreme;
        service Extreme {{ rpc Exchange(Root) returns (Root); }}
        {messages}"#
    ))
}

/// 500 fields of all scalars: singular, optional and repeated, packed and expanded.
fn wide(syntax: &str) -> MessageCodec {
    let mut fields = String::new();
    for index in 0..500 {
        let scalar = SCALARS[index % SCALARS.len()];
        let packable = !matches!(scalar, "string" | "bytes");
        let (label, options) = match index / SCALARS.len() % 4 {
            0 if syntax == "proto3" => ("", ""),
            0 | 1 => ("optional", ""),
            2 if packable => ("repeated", "[packed = true]"),
            3 if packable => ("repeated", "[packed = false]"),
            _ => ("repeated", ""),
        };
        // Numbers with tags of one to five bytes.
        let number = match index {
            0..100 => index + 1,
            100..300 => index * 50,
            _ => 536_870_911 - index,
        };
        let number = if (19_000..20_000).contains(&number) {
            number + 1_000_000
        } else {
            number
        };
        writeln!(
            fields,
            "{label} {scalar} field_{index} = {number} {options};"
        )
        .unwrap();
    }
    codec(syntax, &format!("message Root {{ {fields} }}"))
}

static WIDE: LazyLock<[MessageCodec; 2]> = LazyLock::new(|| ["proto2", "proto3"].map(wide));

static MAPS: LazyLock<[MessageCodec; 2]> = LazyLock::new(|| {
    let mut fields = String::new();
    let mut number = 0;
    for key in KEYS {
        for value in SCALARS.iter().chain(&["Leaf", "Choice"]) {
            number += 1;
            writeln!(fields, "map<{key}, {value}> m{number} = {number};").unwrap();
        }
    }
    let messages = |label: &str| {
        format!(
            "message Leaf {{ {label} string text = 1; }}
            enum Choice {{ FIRST = 0; SECOND = 2147483647; LAST = -2147483648; }}
            message Root {{ {fields} }}"
        )
    };
    [
        codec("proto2", &messages("optional")),
        codec("proto3", &messages("")),
    ]
});

const LEVELS: usize = 40;

/// Messages in messages, singular and repeated by turns.
static DEEP: LazyLock<MessageCodec> = LazyLock::new(|| {
    let mut messages = String::new();
    for level in 0..LEVELS {
        let name = if level == 0 {
            "Root".to_owned()
        } else {
            format!("Level{level}")
        };
        let next = match (level + 1, level % 2) {
            (LEVELS, _) => "sint64 next = 1;".to_owned(),
            (next, 0) => format!("Level{next} next = 1;"),
            (next, _) => format!("repeated Level{next} next = 1;"),
        };
        writeln!(messages, "message {name} {{ {next} int32 level = 3; }}").unwrap();
    }
    codec("proto3", &messages)
});

#[test]
fn forty_levels_are_no_limit() {
    let mut json = json!({"next": i64::MIN.to_string(), "level": LEVELS});
    for level in (0..LEVELS - 1).rev() {
        let next = if level % 2 == 0 {
            json
        } else {
            json!([json, {}])
        };
        json = json!({"next": next, "level": level + 1});
    }
    let value = DEEP.from_json(&json).unwrap();
    let encoded = to_protobuf(&DEEP, &value).unwrap();
    assert_eq!(DEEP.from_protobuf(&encoded).unwrap(), value);
    let text = to_json(&DEEP, &value).unwrap();
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&text).unwrap(),
        json
    );
}

#[test]
fn each_of_five_hundred_fields_is_told_from_the_others() {
    for codec in WIDE.iter() {
        let Val::Record(fields) = codec.from_protobuf(&[]).unwrap() else {
            panic!("no record");
        };
        assert_eq!(fields.len(), 500);
        for index in (1..500).step_by(SCALARS.len()) {
            let list = index / SCALARS.len() % 4 > 1;
            let number = if list { json!([-5]) } else { json!(-5) };
            let json = json!({format!("field{index}"): number});
            let value = codec.from_json(&json).unwrap();
            let text = to_json(codec, &value).unwrap();
            assert_eq!(text, json.to_string());
            let encoded = to_protobuf(codec, &value).unwrap();
            assert_eq!(codec.from_protobuf(&encoded).unwrap(), value);
        }
        let twice = json!({"field499": 1, "field_499": 1});
        assert_eq!(
            codec.from_json(&twice).unwrap_err().to_string(),
            "`field_499`: the field is given twice"
        );
    }
}

#[test]
fn aliases_are_read_and_the_first_name_is_written() {
    let choice = "enum Choice { option allow_alias = true; A = 0; B = 1; Bee = 1; b = 1; }";
    for (syntax, label) in [
        ("proto2", "optional"),
        ("proto3", "optional"),
        ("proto3", ""),
    ] {
        let root = format!("{choice} message Root {{ {label} Choice choice = 1; }}");
        let codec = codec(syntax, &root);
        for name in [json!("B"), json!("Bee"), json!("b"), json!(1)] {
            let value = codec.from_json(&json!({"choice": name})).unwrap();
            assert_eq!(to_protobuf(&codec, &value).unwrap(), [8, 1]);
            assert_eq!(to_json(&codec, &value).unwrap(), r#"{"choice":"B"}"#);
        }
        codec.from_json(&json!({"choice": "a"})).unwrap_err();
    }
}

#[test]
fn words_of_wit_and_odd_names_are_names_like_others() {
    let codec = codec(
        "proto3",
        "message Root {
            int32 list = 1; int32 record = 2; int32 _3rd__x_ = 3 [json_name = \"Third\"];
            int32 HTTPServer2 = 4; int32 error_context = 5; oneof result { int32 type = 6; }
        }"
        .replace("_3rd__x_", "third__x_")
        .as_str(),
    );
    let json = r#"{"list":1,"record":2,"Third":3,"HTTPServer2":4,"errorContext":5,"type":6}"#;
    let value = codec
        .from_json(&serde_json::from_str(json).unwrap())
        .unwrap();
    assert_eq!(get(&value, "third-x"), &Val::S32(3));
    assert_eq!(get(&value, "http-server2"), &Val::S32(4));
    assert_eq!(to_json(&codec, &value).unwrap(), json);
}

#[test]
fn what_is_behind_a_recursive_field_is_checked_like_all_else() {
    let codec = codec(
        "proto2",
        "message Root { required int32 id = 1; optional Root next = 2; repeated Size size = 3; }
        enum Size { SMALL = 1; }",
    );
    let refused = |encoded: &[u8]| codec.from_protobuf(encoded).unwrap_err().to_string();
    assert_eq!(
        refused(&[8, 1, 0x12, 2, 0x18, 1]),
        "`next.id`: the required field is not set"
    );
    assert_eq!(
        refused(&[8, 1, 0x12, 4, 8, 1, 0x12, 0]),
        "`next.next.id`: the required field is not set"
    );
    let json = json!({"id": 1, "next": {"next": {"id": 3}}});
    assert_eq!(
        codec.from_json(&json).unwrap_err().to_string(),
        "`next.id`: the required field is not set"
    );
    // Required of the whole, and a number that a closed enum does not have is dropped.
    let parts = [8, 1, 0x12, 2, 0x18, 1, 0x12, 4, 0x18, 9, 8, 2];
    let value = codec.from_protobuf(&parts).unwrap();
    let whole = [8, 1, 0x12, 4, 8, 2, 0x18, 1];
    assert_eq!(to_protobuf(&codec, &value).unwrap(), whole);

    // What a component says is a message has to be one.
    let Val::Record(mut fields) = value else {
        panic!("no record");
    };
    fields[1].1 = some(Val::List(vec![Val::U8(0x18), Val::U8(1)]));
    assert_eq!(
        to_protobuf(&codec, &Val::Record(fields))
            .unwrap_err()
            .to_string(),
        "`next.id`: the required field is not set"
    );
}

#[test]
fn thousands_of_messages_may_hold_one_another_in_a_ring() {
    let mut messages = String::from("message Root { M0 next = 1; }");
    for index in 0..3_000 {
        let next = (index + 1) % 3_000;
        writeln!(
            messages,
            "message M{index} {{ M{next} next = 1; int32 n = 2; }}"
        )
        .unwrap();
    }
    let codec = codec("proto3", &messages);
    let json = json!({"next": {"next": {"next": {"n": 1}}, "n": 2}});
    let value = codec.from_json(&json).unwrap();
    let encoded = to_protobuf(&codec, &value).unwrap();
    assert_eq!(codec.from_protobuf(&encoded).unwrap(), value);
    let text = to_json(&codec, &value).unwrap();
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&text).unwrap(),
        json
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]

    #[test]
    fn wide_messages_agree(bytes in vec(any::<u8>(), 0..4000), share in 8u8..250) {
        for codec in WIDE.iter() {
            agrees(codec, &Entropy(&bytes).message(codec.message(), share, 0));
        }
    }

    #[test]
    fn maps_of_all_keys_and_values_agree(bytes in vec(any::<u8>(), 0..3000), share in 8u8..250) {
        for codec in MAPS.iter() {
            agrees(codec, &Entropy(&bytes).message(codec.message(), share, 0));
        }
    }
}
