//! What the specification of the encoding says of single cases.

use vimana_interface::codec::{CodecErrorKind, MessageCodec};
use wasmtime::component::Val;

use crate::schema::{COUNT, NOTHING, OLD, RICH, get, some, string, to_json, to_protobuf, variant};

/// A field with a length prefix.
pub(crate) fn delimited(number: u32, body: &[u8]) -> Vec<u8> {
    let mut field = varint(u64::from(number << 3 | 2));
    field.extend(varint(body.len() as u64));
    field.extend_from_slice(body);
    field
}

pub(crate) fn number(field: u32, value: u64) -> Vec<u8> {
    [varint(u64::from(field << 3)), varint(value)].concat()
}

pub(crate) fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let low = u8::try_from(value & 0x7f).unwrap();
        value >>= 7;
        if value == 0 {
            bytes.push(low);
            return bytes;
        }
        bytes.push(low | 0x80);
    }
}

fn rich(encoded: &[u8]) -> Val {
    RICH.from_protobuf(encoded).unwrap()
}

fn refused(codec: &MessageCodec, encoded: &[u8]) -> (String, CodecErrorKind) {
    let error = codec.from_protobuf(encoded).unwrap_err();
    (error.field().to_owned(), error.kind().clone())
}

#[test]
fn an_empty_message_has_defaults_and_no_presence() {
    let value = rich(&[]);
    assert_eq!(get(&value, "a-int32"), &Val::S32(0));
    assert_eq!(get(&value, "a-string"), &string(""));
    assert_eq!(
        get(&value, "a-color"),
        &Val::Variant("color-unspecified".into(), None)
    );
    assert_eq!(get(&value, "maybe-int32"), &Val::Option(None));
    assert_eq!(get(&value, "an-inner"), &Val::Option(None));
    assert_eq!(get(&value, "choice"), &Val::Option(None));
    assert_eq!(get(&value, "wrapped-bool"), &Val::Option(None));
    assert!(to_protobuf(&RICH, &value).unwrap().is_empty());
    assert_eq!(to_json(&RICH, &value).unwrap(), "{}");
}

#[test]
fn the_last_value_wins_and_messages_merge() {
    let first = [number(2, 1), delimited(17, &delimited(1, b"a"))].concat();
    let second = [number(2, 2), delimited(17, &number(2, 7))].concat();
    let value = rich(&[first, second].concat());
    assert_eq!(get(&value, "a-int32"), &Val::S32(2));
    let Val::Option(Some(inner)) = get(&value, "an-inner") else {
        panic!("absent");
    };
    assert_eq!(get(inner, "name"), &string("a"));
    assert_eq!(get(inner, "count"), &some(Val::S32(7)));
}

#[test]
fn the_last_member_of_a_oneof_wins_and_one_message_merges() {
    let inner = |body: &[u8]| delimited(63, body);
    let encoded = [
        number(62, 5),
        inner(&delimited(1, b"a")),
        inner(&number(2, 7)),
    ];
    let value = rich(&encoded.concat());
    let Val::Option(Some(choice)) = get(&value, "choice") else {
        panic!("absent");
    };
    let Val::Variant(case, Some(payload)) = choice.as_ref() else {
        panic!("{choice:?}");
    };
    assert_eq!(case, "chosen-inner");
    assert_eq!(get(payload, "name"), &string("a"));
    assert_eq!(get(payload, "count"), &some(Val::S32(7)));

    let value = rich(&[inner(&[]), number(62, 5)].concat());
    assert_eq!(
        get(&value, "choice"),
        &some(variant("chosen-int64", Val::S64(5)))
    );
}

#[test]
fn a_oneof_keeps_the_default_value_of_its_member() {
    let value = rich(&number(62, 0));
    assert_eq!(to_protobuf(&RICH, &value).unwrap(), number(62, 0));
}

#[test]
fn repeated_numbers_come_packed_or_not() {
    let expected = Val::List([1, 2, 3].map(Val::S32).to_vec());
    let packed = delimited(32, &[1, 2, 3]);
    let mixed = [number(32, 1), delimited(32, &[2, 3])].concat();
    for encoded in [&packed, &mixed] {
        let value = rich(encoded);
        assert_eq!(get(&value, "int32s"), &expected);
        assert_eq!(to_protobuf(&RICH, &value).unwrap(), packed);
    }
    let value = rich(&delimited(40, &[4, 5]));
    let unpacked = [number(40, 4), number(40, 5)].concat();
    assert_eq!(to_protobuf(&RICH, &value).unwrap(), unpacked);
}

#[test]
fn maps_are_sorted_and_the_last_key_wins() {
    let entry = |key: &str, value: &str| {
        let body = [delimited(1, key.as_bytes()), delimited(2, value.as_bytes())];
        delimited(51, &body.concat())
    };
    let encoded = [entry("b", "1"), entry("a", "2"), entry("b", "3")].concat();
    let value = rich(&encoded);
    let pair = |key, value| Val::Tuple(vec![string(key), string(value)]);
    let sorted = Val::List(vec![pair("a", "2"), pair("b", "3")]);
    assert_eq!(get(&value, "string-map"), &sorted);

    // An entry without key or value has the defaults.
    let value = rich(&delimited(51, &[]));
    assert_eq!(get(&value, "string-map"), &Val::List(vec![pair("", "")]));

    // A component may return them in any order.
    let mut value = rich(&[]);
    if let Val::Record(fields) = &mut value {
        let field = fields.iter_mut().find(|(name, _)| name == "string-map");
        field.unwrap().1 = Val::List(vec![pair("b", "1"), pair("a", "2"), pair("b", "3")]);
    }
    let expected = [entry("a", "2"), entry("b", "3")].concat();
    assert_eq!(to_protobuf(&RICH, &value).unwrap(), expected);
    let json = r#"{"stringMap":{"a":"2","b":"3"}}"#;
    assert_eq!(to_json(&RICH, &value).unwrap(), json);
}

#[test]
fn unknown_fields_and_other_wire_types_are_dropped() {
    let group = [varint(999 << 3 | 3), number(1, 5), varint(999 << 3 | 4)].concat();
    let encoded = [
        number(900, 1),
        delimited(901, b"x"),
        group,
        // A string where an integer belongs.
        delimited(2, b"x"),
        number(2, 4),
    ];
    let value = rich(&encoded.concat());
    assert_eq!(to_protobuf(&RICH, &value).unwrap(), number(2, 4));
}

#[test]
fn integers_of_32_bits_are_the_low_bits_of_longer_ones() {
    let value = rich(&number(2, u64::MAX));
    assert_eq!(get(&value, "a-int32"), &Val::S32(-1));
    let value = rich(&number(5, 0x1_0000_0002));
    assert_eq!(get(&value, "a-uint32"), &Val::U32(2));
    let value = rich(&number(1, 2));
    assert_eq!(get(&value, "a-bool"), &Val::Bool(true));
}

#[test]
fn a_negative_zero_is_no_default() {
    let encoded = [&varint(13 << 3 | 1)[..], &(-0.0f64).to_le_bytes()].concat();
    let value = rich(&encoded);
    assert_eq!(to_protobuf(&RICH, &value).unwrap(), encoded);
    assert_eq!(to_json(&RICH, &value).unwrap(), r#"{"aDouble":-0}"#);
}

#[test]
fn an_open_enum_keeps_numbers_without_a_name() {
    let value = rich(&number(16, 9));
    let unrecognized = variant("unrecognized", Val::S32(9));
    assert_eq!(get(&value, "a-color"), &unrecognized);
    assert_eq!(to_protobuf(&RICH, &value).unwrap(), number(16, 9));
    assert_eq!(to_json(&RICH, &value).unwrap(), r#"{"aColor":9}"#);
}

#[test]
fn a_closed_enum_drops_numbers_without_a_name() {
    let entry = |number_: u64| delimited(7, &[delimited(1, b"k"), number(2, number_)].concat());
    let encoded = [
        number(1, 5),
        number(3, 9),
        number(4, 1),
        number(4, 9),
        delimited(4, &[2, 9]),
        entry(9),
        number(11, 9),
    ];
    let value = OLD.from_protobuf(&encoded.concat()).unwrap();
    assert_eq!(get(&value, "size"), &Val::Option(None));
    let sizes = ["small", "large"].map(|case| Val::Enum(case.into()));
    assert_eq!(get(&value, "sizes"), &Val::List(sizes.to_vec()));
    assert_eq!(get(&value, "size-map"), &Val::List(vec![]));
    assert_eq!(get(&value, "pick"), &Val::Option(None));
}

#[test]
fn a_required_field_is_required_of_the_whole() {
    assert_eq!(
        refused(&OLD, &[]),
        ("id".to_owned(), CodecErrorKind::Required)
    );
    let part = |body: &[u8]| delimited(8, body);
    let without_code = [number(1, 1), part(&number(2, 3))].concat();
    assert_eq!(
        refused(&OLD, &without_code),
        ("part.code".to_owned(), CodecErrorKind::Required)
    );
    let in_parts = [without_code, part(&delimited(1, b"c"))].concat();
    let value = OLD.from_protobuf(&in_parts).unwrap();
    let json = r#"{"id":1,"part":{"code":"c","count":3}}"#;
    assert_eq!(to_json(&OLD, &value).unwrap(), json);
}

#[test]
fn groups_are_delimited_by_tags() {
    let group = |number: u32, body: &[u8]| {
        let start = varint(u64::from(number << 3 | 3));
        let end = varint(u64::from(number << 3 | 4));
        [&start[..], body, &end[..]].concat()
    };
    let encoded = [
        number(1, 1),
        group(9, &number(1, 4)),
        group(10, &delimited(1, b"a")),
        group(10, &[]),
    ]
    .concat();
    let value = OLD.from_protobuf(&encoded).unwrap();
    assert_eq!(to_protobuf(&OLD, &value).unwrap(), encoded);
    let cut = &encoded[..encoded.len() - 1];
    assert_eq!(refused(&OLD, cut).1, CodecErrorKind::Truncated);
}

#[test]
fn malformed_bytes_are_refused_with_their_field() {
    use CodecErrorKind as Kind;
    let at = |field: &str, kind: Kind| (field.to_owned(), kind);
    for (encoded, expected) in [
        (vec![0x00], at("", Kind::Tag(0))),
        (vec![0x0e], at("", Kind::Tag(14))),
        (varint(1 << 35), at("", Kind::Tag(1 << 35))),
        (vec![0x0c], at("", Kind::Group(1))),
        (vec![0x80], at("", Kind::Truncated)),
        (vec![0x10], at("a_int32", Kind::Truncated)),
        (
            [vec![0x10], vec![0xff; 10]].concat(),
            at("a_int32", Kind::Varint),
        ),
        (vec![0x72, 0x05, b'a'], at("a_string", Kind::Truncated)),
        (delimited(14, &[0xff]), at("a_string", Kind::Utf8)),
        (
            delimited(17, &delimited(1, &[0xff])),
            at("an_inner.name", Kind::Utf8),
        ),
        (delimited(34, &[1, 2, 3]), at("fixed32s", Kind::Packed)),
        (
            delimited(51, &delimited(1, &[0xff])),
            at("string_map", Kind::Utf8),
        ),
    ] {
        assert_eq!(refused(&RICH, &encoded), expected, "{encoded:x?}");
    }
}

#[test]
fn nesting_has_a_limit() {
    let mut groups = vec![0x23; 150];
    groups.extend([0x24; 150]);
    assert_eq!(refused(&RICH, &groups).1, CodecErrorKind::TooDeep);

    let mut list = Vec::new();
    for _ in 0..60 {
        list = delimited(6, &delimited(1, &list));
    }
    let encoded = delimited(75, &list);
    assert_eq!(
        refused(&RICH, &encoded),
        ("a_value".to_owned(), CodecErrorKind::TooDeep)
    );
}

#[test]
fn a_recursive_field_is_the_encoded_message() {
    let leaf = delimited(1, b"leaf");
    let encoded = delimited(91, &delimited(3, &leaf));
    let value = rich(&encoded);
    let Val::Option(Some(tree)) = get(&value, "tree") else {
        panic!("absent");
    };
    let bytes = leaf.iter().copied().map(Val::U8).collect();
    assert_eq!(get(tree, "left"), &some(Val::List(bytes)));
    assert_eq!(to_protobuf(&RICH, &value).unwrap(), encoded);
    assert_eq!(
        to_json(&RICH, &value).unwrap(),
        r#"{"tree":{"left":{"label":"leaf"}}}"#
    );

    let invalid = delimited(91, &delimited(3, &delimited(1, &[0xff])));
    assert_eq!(
        refused(&RICH, &invalid),
        ("tree.left.label".to_owned(), CodecErrorKind::Utf8)
    );
}

#[test]
fn many_small_parts_cost_no_more_than_one() {
    let entry = delimited(51, &delimited(1, b"k"));
    let whole: Vec<u8> = entry.repeat(20_000);
    let value = rich(&whole);
    assert_eq!(to_protobuf(&RICH, &value).unwrap().len(), entry.len() + 2);
    let value = rich(&delimited(75, &[0x20, 0x01]).repeat(20_000));
    assert_eq!(get(&value, "a-value"), &some(string("true")));
}

#[test]
fn a_message_may_be_a_value_of_another_form() {
    let request = COUNT.request.from_protobuf(&number(1, 300)).unwrap();
    assert_eq!(request, Val::S64(300));
    assert_eq!(
        to_protobuf(&COUNT.request, &request).unwrap(),
        number(1, 300)
    );
    assert_eq!(to_json(&COUNT.request, &request).unwrap(), "\"300\"");
    assert_eq!(COUNT.request.from_protobuf(&[]).unwrap(), Val::S64(0));

    let response = string(r#"{"a":[1,null]}"#);
    let encoded = to_protobuf(&COUNT.response, &response).unwrap();
    assert_eq!(COUNT.response.from_protobuf(&encoded).unwrap(), response);

    let empty = Val::Enum("empty".into());
    assert_eq!(NOTHING.request.from_protobuf(&[]).unwrap(), empty);
    assert_eq!(to_json(&NOTHING.request, &empty).unwrap(), "{}");
}
