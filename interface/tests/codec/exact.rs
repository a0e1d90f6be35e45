//! That nothing is lost between bytes and values, bit by bit.

use serde_json::json;
use vimana_interface::codec::{CodecErrorKind as Kind, parse_json};
use wasmtime::component::Val;

use crate::protobuf::{delimited, number, varint};
use crate::schema::{OLD, RICH, get, some, string, to_json, to_protobuf, variant};

fn rich(encoded: &[u8]) -> Val {
    RICH.from_protobuf(encoded).unwrap()
}

/// What comes back of bytes.
fn round(encoded: &[u8]) -> Vec<u8> {
    to_protobuf(&RICH, &rich(encoded)).unwrap()
}

fn kind(encoded: &[u8]) -> Kind {
    RICH.from_protobuf(encoded).unwrap_err().kind().clone()
}

fn fixed32(field: u32, bits: u32) -> Vec<u8> {
    [
        varint(u64::from(field << 3 | 5)),
        bits.to_le_bytes().to_vec(),
    ]
    .concat()
}

fn fixed64(field: u32, bits: u64) -> Vec<u8> {
    [
        varint(u64::from(field << 3 | 1)),
        bits.to_le_bytes().to_vec(),
    ]
    .concat()
}

#[test]
fn presence_survives_a_default_value() {
    for present in [
        // `optional` fields of each kind, a message, wrappers.
        number(21, 0),
        number(22, 0),
        fixed64(23, 0),
        delimited(24, b""),
        delimited(25, b""),
        number(26, 0),
        delimited(17, &[]),
        delimited(17, &number(2, 0)),
        delimited(18, &[]),
        delimited(77, &[]),
        delimited(79, &[]),
        delimited(82, &[]),
        delimited(83, &[]),
        // Members of a oneof.
        delimited(61, b""),
        number(62, 0),
        delimited(63, &[]),
        number(64, 0),
        number(66, 0),
        delimited(67, &[]),
        // Elements of lists.
        delimited(36, b""),
        delimited(39, &[]),
        delimited(32, &[0]),
        delimited(86, &[]),
        delimited(91, &delimited(3, &[])),
    ] {
        assert_eq!(round(&present), present, "{present:x?}");
        // In JSON, too.
        let text = to_json(&RICH, &rich(&present)).unwrap();
        assert_ne!(text, "{}", "{present:x?}");
        let json = parse_json(text.as_bytes()).unwrap();
        let value = RICH.from_json(&json).unwrap();
        assert_eq!(to_protobuf(&RICH, &value).unwrap(), present, "{text}");
    }
    for absent in [number(2, 0), delimited(14, b""), delimited(15, b"")] {
        assert_eq!(round(&absent), b"", "{absent:x?}");
    }
    // proto2 knows presence everywhere, and tells its default from none.
    let old = [number(1, 0), delimited(2, b""), number(3, 1)].concat();
    let value = OLD.from_protobuf(&old).unwrap();
    assert_eq!(get(&value, "name"), &some(string("")));
    assert_eq!(to_protobuf(&OLD, &value).unwrap(), old);
    let value = OLD.from_protobuf(&number(1, 0)).unwrap();
    assert_eq!(get(&value, "name"), &Val::Option(None));
}

#[test]
fn floats_keep_every_bit() {
    const QUIET: u64 = 0x7ff8_0000_0000_0000;
    for bits in [
        (-0.0f64).to_bits(),
        1,
        f64::MAX.to_bits(),
        f64::INFINITY.to_bits(),
        f64::NEG_INFINITY.to_bits(),
        QUIET,
        QUIET | 0xdead,
        QUIET | 1 << 63,
        // Signalling.
        0x7ff0_0000_0000_0001,
    ] {
        let mut entry = delimited(1, b"");
        entry[0] = 8;
        entry[1] = 1;
        for encoded in [
            fixed64(13, bits),
            fixed64(23, bits),
            delimited(35, &bits.to_le_bytes()),
            delimited(53, &[entry, fixed64(2, bits)].concat()),
            delimited(79, &fixed64(1, bits)),
            delimited(94, &fixed64(2, bits)),
            delimited(94, &delimited(1, &fixed64(2, bits))),
        ] {
            assert_eq!(round(&encoded), encoded, "{bits:x}");
        }
    }
    for bits in [
        (-0.0f32).to_bits(),
        1,
        0x7fc0_0001,
        0xffc0_0000,
        0x7f80_0001,
    ] {
        let wrapped = delimited(94, &delimited(3, &fixed32(1, bits)));
        for encoded in [fixed32(12, bits), wrapped] {
            assert_eq!(round(&encoded), encoded, "{bits:x}");
        }
    }
}

#[test]
fn not_a_number_and_the_least_zero_have_their_json() {
    let nan = f64::NAN.to_bits();
    let zero = (-0.0f64).to_bits();
    for (encoded, text) in [
        (fixed64(13, nan), r#"{"aDouble":"NaN"}"#),
        (fixed64(23, zero), r#"{"maybeDouble":-0}"#),
        (fixed32(12, (-0.0f32).to_bits()), r#"{"aFloat":-0}"#),
        (
            delimited(79, &fixed64(1, nan)),
            r#"{"wrappedDouble":"NaN"}"#,
        ),
        (delimited(79, &fixed64(1, zero)), r#"{"wrappedDouble":-0}"#),
        (
            delimited(94, &delimited(1, &fixed64(2, zero))),
            r#"{"ring":{"next":{"number":-0}}}"#,
        ),
    ] {
        assert_eq!(to_json(&RICH, &rich(&encoded)).unwrap(), text);
        let json = parse_json(text.as_bytes()).unwrap();
        let value = RICH.from_json(&json).unwrap();
        assert_eq!(to_protobuf(&RICH, &value).unwrap(), encoded, "{text}");
    }
    // A `Value` is JSON in a component, which has no such number.
    let value = delimited(75, &fixed64(2, nan));
    assert!(matches!(kind(&value), Kind::NoJson(_)));
}

#[test]
fn integers_keep_their_limits() {
    let least = i64::MIN.cast_unsigned();
    for (encoded, name, value, json) in [
        (
            number(7, least),
            "a-int64",
            Val::S64(i64::MIN),
            json!("-9223372036854775808"),
        ),
        (number(7, u64::MAX), "a-int64", Val::S64(-1), json!("-1")),
        (
            number(8, u64::MAX),
            "a-sint64",
            Val::S64(i64::MIN),
            json!("-9223372036854775808"),
        ),
        (
            number(8, u64::MAX - 1),
            "a-sint64",
            Val::S64(i64::MAX),
            json!("9223372036854775807"),
        ),
        (
            fixed64(9, least),
            "a-sfixed64",
            Val::S64(i64::MIN),
            json!("-9223372036854775808"),
        ),
        (
            number(10, u64::MAX),
            "a-uint64",
            Val::U64(u64::MAX),
            json!("18446744073709551615"),
        ),
        (
            fixed64(11, u64::MAX),
            "a-fixed64",
            Val::U64(u64::MAX),
            json!("18446744073709551615"),
        ),
        (
            number(2, i64::from(i32::MIN).cast_unsigned()),
            "a-int32",
            Val::S32(i32::MIN),
            json!(i32::MIN),
        ),
        (
            number(3, u64::from(u32::MAX)),
            "a-sint32",
            Val::S32(i32::MIN),
            json!(i32::MIN),
        ),
        (
            fixed32(4, 1 << 31),
            "a-sfixed32",
            Val::S32(i32::MIN),
            json!(i32::MIN),
        ),
        (
            number(5, u64::from(u32::MAX)),
            "a-uint32",
            Val::U32(u32::MAX),
            json!(u32::MAX),
        ),
        (
            fixed32(6, u32::MAX),
            "a-fixed32",
            Val::U32(u32::MAX),
            json!(u32::MAX),
        ),
    ] {
        let decoded = rich(&encoded);
        assert_eq!(get(&decoded, name), &value);
        assert_eq!(to_protobuf(&RICH, &decoded).unwrap(), encoded);
        let text = to_json(&RICH, &decoded).unwrap();
        let read = parse_json(text.as_bytes()).unwrap();
        assert_eq!(read.as_object().unwrap().values().next(), Some(&json));
        assert_eq!(get(&RICH.from_json(&read).unwrap(), name), &value);
    }
    for (name, text) in [
        ("aInt64", "9223372036854775808"),
        ("aInt64", "-9223372036854775809"),
        ("aUint64", "18446744073709551616"),
        ("aUint64", "-1"),
        ("aInt32", "2147483648"),
        ("aUint32", "4294967296"),
    ] {
        for json in [
            json!({name: text}),
            parse_json(format!("{{\"{name}\":{text}}}").as_bytes()).unwrap(),
        ] {
            let error = RICH.from_json(&json).unwrap_err();
            assert!(matches!(error.kind(), Kind::Range { .. }), "{error}");
        }
    }
}

#[test]
fn a_string_is_utf8_wherever_it_stands() {
    for text in [
        &b"\xff"[..],
        b"\xc0\x80",
        b"\xed\xa0\x80",
        b"\xf4\x90\x80\x80",
        b"ok\xe2\x82",
    ] {
        let string = |field| delimited(field, text);
        for encoded in [
            string(14),
            string(24),
            string(36),
            string(61),
            delimited(51, &string(1)),
            delimited(51, &string(2)),
            delimited(17, &string(1)),
            delimited(83, &string(1)),
            delimited(73, &string(1)),
            delimited(75, &string(3)),
            delimited(74, &delimited(1, &string(1))),
            delimited(78, &string(1)),
            delimited(91, &delimited(3, &string(1))),
        ] {
            assert_eq!(kind(&encoded), Kind::Utf8, "{encoded:x?}");
        }
        // Bytes are bytes, and an unknown field is none of ours.
        assert_eq!(round(&string(15)), string(15));
        assert_eq!(round(&string(900)), b"");
    }
}

/// A varint of `length` bytes, however small its value.
fn overlong(value: u64, length: usize) -> Vec<u8> {
    let mut bytes = varint(value);
    while bytes.len() < length {
        *bytes.last_mut().unwrap() |= 0x80;
        bytes.push(0);
    }
    bytes
}

#[test]
fn a_varint_may_be_longer_than_it_need_be() {
    for length in 2..=10 {
        let long = |value| overlong(value, length);
        for (encoded, canonical) in [
            ([varint(2 << 3), long(5)].concat(), number(2, 5)),
            ([varint(1 << 3), long(1)].concat(), number(1, 1)),
            ([varint(16 << 3), long(2)].concat(), number(16, 2)),
            ([varint(10 << 3), long(7)].concat(), number(10, 7)),
            // Tags and lengths.
            ([long(2 << 3), varint(5)].concat(), number(2, 5)),
            (
                [long(14 << 3 | 2), varint(1), vec![b'x']].concat(),
                delimited(14, b"x"),
            ),
            (
                [varint(14 << 3 | 2), long(1), vec![b'x']].concat(),
                delimited(14, b"x"),
            ),
            (delimited(32, &long(3)), delimited(32, &[3])),
            ([long(900 << 3), long(3)].concat(), vec![]),
        ] {
            assert_eq!(round(&encoded), canonical, "{encoded:x?}");
        }
    }
    for field in [1, 2, 5, 7, 10, 16, 900] {
        let tag = varint(field << 3);
        assert_eq!(kind(&[&tag[..], &overlong(1, 11)].concat()), Kind::Varint);
        assert_eq!(kind(&[&tag[..], &[0xff; 9], &[2]].concat()), Kind::Varint);
    }
}

#[test]
fn any_bit_makes_a_bool_true() {
    for value in [1, 2, 1 << 32, 1 << 63, u64::MAX] {
        assert_eq!(get(&rich(&number(1, value)), "a-bool"), &Val::Bool(true));
    }
}

#[test]
fn the_last_of_a_scalar_wins_and_zero_is_a_value() {
    for (first, last) in [
        (number(1, 1), number(1, 0)),
        (number(2, 7), number(2, 0)),
        (fixed32(12, 1), fixed32(12, 0)),
        (fixed64(13, 1), fixed64(13, 0)),
        (delimited(14, b"first"), delimited(14, b"")),
        (delimited(15, b"first"), delimited(15, b"")),
        (number(16, 2), number(16, 0)),
    ] {
        assert_eq!(round(&[first, last].concat()), b"");
    }
    let twice = [number(22, 7), number(22, 0)].concat();
    assert_eq!(round(&twice), number(22, 0));
    let both = [delimited(61, b"a"), number(62, 1), delimited(61, b"")].concat();
    assert_eq!(round(&both), delimited(61, b""));
}

#[test]
fn messages_merge_wherever_they_are_one() {
    let (name, count) = (delimited(1, b"n"), number(2, 7));
    let (one, two) = (delimited(3, &[1]), delimited(3, &[2, 3]));
    let first = [name.clone(), one, delimited(4, &delimited(1, b"a"))].concat();
    let second = [count.clone(), two, delimited(4, &delimited(1, b"b"))].concat();
    let tally = |key: &[u8]| delimited(4, &[delimited(1, key), number(2, 0)].concat());
    let merged = [
        name,
        count,
        delimited(3, &[1, 2, 3]),
        tally(b"a"),
        tally(b"b"),
    ]
    .concat();
    // In a field, in a oneof, and in the value of one entry of a map.
    for field in [17, 63] {
        let parts = [delimited(field, &first), delimited(field, &second)].concat();
        assert_eq!(round(&parts), delimited(field, &merged));
    }
    let entry = |values: &[&[u8]]| {
        let values = values.iter().flat_map(|value| delimited(2, value));
        delimited(52, &[number(1, 5), values.collect()].concat())
    };
    assert_eq!(round(&entry(&[&first, &second])), entry(&[&merged]));
    // A second entry replaces the first.
    let replaced = [entry(&[&first]), entry(&[b"\x10\x01"])].concat();
    assert_eq!(round(&replaced), entry(&[b"\x10\x01"]));

    // Recursive messages, whose bytes are written anew.
    let next = |body: &[u8]| delimited(94, &delimited(1, body));
    let parts = [
        next(&[fixed64(2, 1), number(900, 1)].concat()),
        next(&delimited(1, &fixed64(2, 2))),
        next(&[fixed64(2, 3), delimited(1, &delimited(5, &[]))].concat()),
    ];
    let inner = [fixed64(2, 2), delimited(5, &[])].concat();
    let whole = [delimited(1, &inner), fixed64(2, 3)].concat();
    assert_eq!(round(&parts.concat()), next(&whole));

    // A wrapper is a message too, and one without a value says nothing new.
    let wrapped = [delimited(80, &number(1, 4)), delimited(80, &[])].concat();
    assert_eq!(round(&wrapped), delimited(80, &number(1, 4)));
    let structs = |key: &[u8]| {
        let null = delimited(2, &number(1, 0));
        delimited(1, &[delimited(1, key), null].concat())
    };
    let parts = [delimited(74, &structs(b"a")), delimited(74, &structs(b"b"))];
    let whole = delimited(74, &[structs(b"a"), structs(b"b")].concat());
    assert_eq!(round(&parts.concat()), whole);
}

#[test]
fn packed_and_expanded_are_read_of_every_kind() {
    let doubles = [1.5, -0.0].map(f64::to_bits);
    let expanded = doubles.map(|bits| fixed64(35, bits)).concat();
    let packed = delimited(35, &doubles.map(u64::to_le_bytes).concat());
    assert_eq!(round(&expanded), packed);
    let expanded = [fixed32(34, 1), fixed32(34, 2)].concat();
    let packed = delimited(34, &[1, 0, 0, 0, 2, 0, 0, 0]);
    assert_eq!(round(&expanded), packed);
    for (field, encoded) in [(31, [1, 0]), (33, [1, 2]), (38, [2, 1])] {
        let expanded = encoded.map(|value| number(field, value));
        let packed = delimited(field, &encoded.map(|value| u8::try_from(value).unwrap()));
        assert_eq!(round(&expanded.concat()), packed);
        assert_eq!(round(&packed), packed);
        // In any mixture, and with an empty packed part.
        let mixed = [
            number(field, encoded[0]),
            delimited(field, &[]),
            number(field, encoded[1]),
        ];
        assert_eq!(round(&mixed.concat()), packed);
    }
    // proto2 writes them expanded unless told otherwise, and reads both.
    let id = number(1, 1);
    let numbers = [number(5, 1), number(5, 2)].concat();
    for encoded in [
        [&id[..], &numbers].concat(),
        [&id[..], &delimited(5, &[1, 2])].concat(),
    ] {
        let value = OLD.from_protobuf(&encoded).unwrap();
        assert_eq!(
            to_protobuf(&OLD, &value).unwrap(),
            [&id[..], &numbers].concat()
        );
    }
}

#[test]
fn unknown_fields_are_dropped_at_every_level() {
    let unknown = [
        number(900, 5),
        fixed32(901, 1),
        fixed64(902, 1),
        delimited(903, b"\xff"),
        varint(904 << 3 | 3),
        number(1, 1),
        varint(904 << 3 | 4),
    ]
    .concat();
    let known = [unknown.clone(), number(2, 3), unknown.clone()].concat();
    let count = number(2, 3);
    for around in [17, 39, 63] {
        assert_eq!(round(&delimited(around, &known)), delimited(around, &count));
    }
    let entry = |value: &[u8]| delimited(52, &[number(1, 1), delimited(2, value)].concat());
    assert_eq!(round(&entry(&known)), entry(&count));
    for (around, field) in [(91, 3), (94, 1)] {
        assert_eq!(
            round(&delimited(around, &delimited(field, &unknown))),
            delimited(around, &delimited(field, &[]))
        );
    }
    for well_known in [18, 71, 73, 74, 75, 76, 77, 79, 80] {
        assert!(round(&delimited(well_known, &unknown)).len() <= 6);
    }
    // What an `Any` holds is for whoever knows its type.
    let any = delimited(
        78,
        &[delimited(1, b"x/no.Such"), delimited(2, &unknown)].concat(),
    );
    assert_eq!(round(&any), any);
}

#[test]
fn an_open_enum_keeps_any_number_of_32_bits() {
    for number_ in [i32::MIN, -2, 77, i32::MAX] {
        let encoded = number(16, i64::from(number_).cast_unsigned());
        let value = rich(&encoded);
        let unrecognized = variant("unrecognized", Val::S32(number_));
        assert_eq!(get(&value, "a-color"), &unrecognized);
        assert_eq!(to_protobuf(&RICH, &value).unwrap(), encoded);
    }
}
