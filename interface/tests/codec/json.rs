//! What the specification of `ProtoJSON` says of single cases.

use serde_json::{Value, json};
use vimana_interface::codec::{CodecError, JsonOptions};
use wasmtime::component::Val;

use crate::schema::{COUNT, NOTHING, OLD, RICH, get, some, string, to_json, variant};

pub(crate) fn rich(json: &Value) -> Val {
    RICH.from_json(json)
        .unwrap_or_else(|error| panic!("{error}: {json}"))
}

pub(crate) fn refused(json: &Value) -> String {
    match RICH.from_json(json) {
        Ok(value) => panic!("{json} is taken as {}", to_json(&RICH, &value).unwrap()),
        Err(error) => error.to_string(),
    }
}

pub(crate) fn canonical(json: &Value) -> String {
    to_json(&RICH, &rich(json)).unwrap()
}

#[test]
fn fields_go_by_both_of_their_names() {
    let expected = r#"{"aString":"x","anotherName":"y"}"#;
    assert_eq!(
        canonical(&json!({"aString": "x", "anotherName": "y"})),
        expected
    );
    assert_eq!(
        canonical(&json!({"a_string": "x", "renamed": "y"})),
        expected
    );
    assert_eq!(
        refused(&json!({"aString": "x", "a_string": "x"})),
        "`a_string`: the field is given twice"
    );
}

#[test]
fn unknown_fields_are_refused_with_their_path() {
    assert_eq!(
        refused(&json!({"inners": [{}, {"nome": 1}]})),
        "`inners[1].nome`: `rich.Inner` has no such field"
    );
    assert_eq!(
        refused(&json!({"innerMap": {"7": {"nome": 1}}})),
        "`innerMap[7].nome`: `rich.Inner` has no such field"
    );
}

#[test]
fn integers_are_numbers_or_strings() {
    for json in [
        json!(5),
        json!("5"),
        json!(5.0),
        json!("5.0"),
        json!(0.5e1),
        json!("50e-1"),
    ] {
        assert_eq!(
            get(&rich(&json!({"aInt32": json})), "a-int32"),
            &Val::S32(5)
        );
        assert_eq!(
            get(&rich(&json!({"aUint64": json})), "a-uint64"),
            &Val::U64(5)
        );
    }
    let largest = json!({"aUint64": u64::MAX, "aInt64": i64::MIN.to_string()});
    assert_eq!(
        canonical(&largest),
        r#"{"aInt64":"-9223372036854775808","aUint64":"18446744073709551615"}"#
    );
    for (json, message) in [
        (json!(0.5), "0.5 does not fit an integer of 32 bits"),
        (
            json!(2_147_483_648u32),
            "2147483648 does not fit an integer of 32 bits",
        ),
        (json!("1e10"), "1e10 does not fit an integer of 32 bits"),
        (json!(" 1"), "expected an integer of 32 bits, found ` 1`"),
        (json!("+1"), "expected an integer of 32 bits, found `+1`"),
        (json!("inf"), "expected an integer of 32 bits, found `inf`"),
        (
            json!(true),
            "expected an integer of 32 bits, found a boolean",
        ),
    ] {
        assert_eq!(
            refused(&json!({"aInt32": json})),
            format!("`aInt32`: {message}")
        );
    }
    refused(&json!({"aUint32": -1}));
    refused(&json!({"aUint64": 18_446_744_073_709_551_616.0}));
}

#[test]
fn floats_have_names_where_json_has_no_number() {
    let special = json!({"aFloat": "-Infinity", "aDouble": "NaN", "doubles": ["Infinity", "1.5"]});
    assert_eq!(
        canonical(&special),
        r#"{"aFloat":"-Infinity","aDouble":"NaN","doubles":["Infinity",1.5]}"#
    );
    assert_eq!(canonical(&json!({"aFloat": 0.1})), r#"{"aFloat":0.1}"#);
    assert_eq!(canonical(&json!({"aFloat": 3})), r#"{"aFloat":3}"#);
    refused(&json!({"aFloat": 1e39}));
    refused(&json!({"aDouble": "1e309"}));
    refused(&json!({"aDouble": "inf"}));
    refused(&json!({"aDouble": "nan"}));
    refused(&json!({"aDouble": ""}));
}

#[test]
fn bytes_are_base64_of_either_alphabet() {
    for text in ["-_8=", "-_8", "+/8=", "+/8"] {
        assert_eq!(canonical(&json!({"aBytes": text})), r#"{"aBytes":"+/8="}"#);
    }
    assert_eq!(
        refused(&json!({"aBytes": "?"})),
        "`aBytes`: expected base64, found `?`"
    );
}

#[test]
fn enums_are_names_or_numbers() {
    let red = Val::Variant("color-red".into(), None);
    assert_eq!(get(&rich(&json!({"aColor": "COLOR_RED"})), "a-color"), &red);
    assert_eq!(get(&rich(&json!({"aColor": 1})), "a-color"), &red);
    assert_eq!(canonical(&json!({"aColor": 9})), r#"{"aColor":9}"#);
    assert_eq!(
        refused(&json!({"aColor": "color_red"})),
        "`aColor`: `rich.Color` has no value `color_red`"
    );
    let closed = OLD.from_json(&json!({"id": 1, "size": 9})).unwrap_err();
    assert_eq!(closed.to_string(), "`size`: `old.Size` has no value 9");
}

#[test]
fn null_is_no_value_but_where_it_is_one() {
    let nothing = json!({
        "aInt32": null, "maybeInt32": null, "int32s": null, "stringMap": null,
        "anInner": null, "chosenString": null, "wrappedBool": null, "timestamp": null,
        "aStruct": null, "aListValue": null,
    });
    assert_eq!(canonical(&nothing), "{}");
    assert_eq!(
        canonical(&json!({"aValue": null, "chosenNull": null, "values": [null]})),
        r#"{"chosenNull":null,"aValue":null,"values":[null]}"#
    );
    assert_eq!(
        refused(&json!({"int32s": [1, null]})),
        "`int32s[1]`: expected a value, found `null`"
    );
    refused(&json!({"stringMap": {"a": null}}));
}

#[test]
fn a_oneof_has_one_member() {
    assert_eq!(
        get(&rich(&json!({"chosenInt64": "0"})), "choice"),
        &some(variant("chosen-int64", Val::S64(0)))
    );
    assert_eq!(
        refused(&json!({"chosenColor": 1, "chosenString": ""})),
        "`chosenString`: another field of the oneof `choice` is given already"
    );
    assert_eq!(
        canonical(&json!({"chosenInt64": null, "chosenString": ""})),
        r#"{"chosenString":""}"#
    );
}

#[test]
fn keys_of_maps_are_strings() {
    let maps = json!({
        "boolMap": {"true": 1}, "innerMap": {"-3": {}, "2": {"count": 0}},
        "colorMap": {"18446744073709551615": "COLOR_GREEN"},
    });
    assert_eq!(
        canonical(&maps),
        r#"{"innerMap":{"-3":{},"2":{"count":0}},"boolMap":{"true":1},"colorMap":{"18446744073709551615":"COLOR_GREEN"}}"#
    );
    assert_eq!(
        refused(&json!({"boolMap": {"yes": 1}})),
        "`boolMap[yes]`: expected `true` or `false`, found `yes`"
    );
    assert_eq!(
        refused(&json!({"innerMap": {"1": {}, "1.0": {}}})),
        "`innerMap`: the field is given twice"
    );
}

#[test]
fn well_known_types_have_a_form_of_their_own() {
    let json = json!({
        "timestamp": "2030-01-31T13:00:00.5+01:00",
        "duration": "-1.5s",
        "fieldMask": "user.displayName,photo",
        "aStruct": {"a": 1.0, "b": [true, null]},
        "aValue": "text",
        "aListValue": [1, {"x": 0.25}],
        "anEmpty": {},
        "wrappedDouble": "NaN",
        "wrappedInt64": 5,
        "wrappedBool": false,
        "wrappedString": "",
        "wrappedBytes": "AA==",
        "durations": ["3s"],
        "wrappedInt32s": [0, "1"],
        "valueMap": {"k": null},
    });
    assert_eq!(
        canonical(&json),
        concat!(
            r#"{"timestamp":"2030-01-31T12:00:00.500Z","duration":"-1.500s","#,
            r#""fieldMask":"user.displayName,photo","aStruct":{"a":1,"b":[true,null]},"#,
            r#""aValue":"text","aListValue":[1,{"x":0.25}],"anEmpty":{},"#,
            r#""wrappedDouble":"NaN","wrappedInt64":"5","wrappedBool":false,"#,
            r#""wrappedString":"","wrappedBytes":"AA==","durations":["3s"],"#,
            r#""wrappedInt32s":[0,1],"valueMap":{"k":null}}"#,
        )
    );
    let value = rich(&json);
    let mask = ["user.display_name", "photo"].map(string).to_vec();
    assert_eq!(get(&value, "field-mask"), &some(Val::List(mask)));
    assert_eq!(get(&value, "a-value"), &some(string("\"text\"")));
    assert_eq!(get(&value, "wrapped-bool"), &some(Val::Bool(false)));

    for (json, field) in [
        (json!({"timestamp": "yesterday"}), "`timestamp`"),
        (json!({"duration": "1"}), "`duration`"),
        (json!({"fieldMask": "a_b"}), "`fieldMask`"),
        (json!({"aStruct": []}), "`aStruct`"),
        (json!({"aListValue": {}}), "`aListValue`"),
        (json!({"wrappedBool": {"value": true}}), "`wrappedBool`"),
        (json!({"anEmpty": {"x": 1}}), "`anEmpty.x`"),
    ] {
        assert!(refused(&json).starts_with(field), "{}", refused(&json));
    }
}

fn newer(json: &Value) -> Result<Val, CodecError> {
    let options = JsonOptions {
        ignore_unknown: true,
        ..JsonOptions::default()
    };
    RICH.read_json(json.to_string().as_bytes(), options)
}

#[test]
fn a_newer_sender_may_say_more() {
    let json = json!({
        "aString": "x",
        "added": {"a": 1},
        "aColor": "COLOR_BLUE",
        "maybeColor": "COLOR_BLUE",
        "chosenColor": "COLOR_BLUE",
        "colors": ["COLOR_RED", "COLOR_BLUE"],
        "colorMap": {"1": "COLOR_BLUE", "2": "COLOR_GREEN"},
        "anInner": {"added": true, "count": 1},
        "tree": {"left": {"added": 1}},
        "anAny": {"@type": "x/rich.Inner", "added": 1, "name": "n"},
    });
    let value = newer(&json).unwrap();
    assert_eq!(
        serde_json::from_str::<Value>(&to_json(&RICH, &value).unwrap()).unwrap(),
        json!({
            "aString": "x",
            "colors": ["COLOR_RED"],
            "colorMap": {"2": "COLOR_GREEN"},
            "anInner": {"count": 1},
            "tree": {"left": {}},
            "anAny": {"@type": "x/rich.Inner", "name": "n"},
        })
    );
    assert_eq!(get(&value, "maybe-color"), &Val::Option(None));
    assert_eq!(get(&value, "choice"), &Val::Option(None));
    for wrong in [json!({"aColor": true}), json!({"aString": 1})] {
        newer(&wrong).unwrap_err();
    }
}

#[test]
fn what_json_cannot_say_is_an_error() {
    let time = |seconds, nanos| {
        some(Val::Record(vec![
            ("seconds".into(), Val::S64(seconds)),
            ("nanos".into(), Val::S32(nanos)),
        ]))
    };
    for (field, wrong, message) in [
        (
            "timestamp",
            time(i64::MAX, 0),
            "`timestamp`: the value has no form in JSON: a `Timestamp` must lie in the years 1 to 9999",
        ),
        (
            "duration",
            time(1, -1),
            "`duration`: the value has no form in JSON: a `Duration` must be within 10,000 years, its parts of one sign",
        ),
        (
            "field-mask",
            some(Val::List(vec![string("fooBar")])),
            "`field_mask`: the value has no form in JSON: a path of a `FieldMask` must come back from lowerCamelCase",
        ),
    ] {
        let mut value = rich(&json!({}));
        if let Val::Record(fields) = &mut value {
            fields
                .iter_mut()
                .find(|(known, _)| known == field)
                .unwrap()
                .1 = wrong;
        }
        assert_eq!(to_json(&RICH, &value).unwrap_err().to_string(), message);
    }
}

#[test]
fn a_component_that_returns_no_json_is_an_error() {
    let mut value = rich(&json!({}));
    if let Val::Record(fields) = &mut value {
        let field = fields.iter_mut().find(|(known, _)| known == "a-struct");
        field.unwrap().1 = some(string("{"));
    }
    assert_eq!(
        to_json(&RICH, &value).unwrap_err().to_string(),
        "`a_struct`: expected JSON, found `{`"
    );
}

#[test]
fn one_field_can_be_the_whole_body() {
    let value = rich(&json!({"int32s": [1, 2], "chosenColor": 1, "anInner": {"name": "x"}}));
    let field = |name: &str| {
        let mut out = Vec::new();
        RICH.write_json_field(&value, name, JsonOptions::default(), &mut out)
            .unwrap();
        String::from_utf8(out).unwrap()
    };
    assert_eq!(field("int32s"), "[1,2]");
    assert_eq!(field("an_inner"), r#"{"name":"x"}"#);
    assert_eq!(field("chosen_color"), r#""COLOR_RED""#);
    assert_eq!(field("chosen_string"), "null");
    assert_eq!(field("maybe_bool"), "null");
    assert_eq!(field("a_string"), "\"\"");
    assert_eq!(field("string_map"), "{}");
    assert!(
        RICH.write_json_field(&value, "nope", JsonOptions::default(), &mut Vec::new())
            .is_err()
    );
}

#[test]
fn a_message_may_be_one_value() {
    assert_eq!(COUNT.request.from_json(&json!("7")), Ok(Val::S64(7)));
    assert_eq!(COUNT.response.from_json(&json!(null)), Ok(string("null")));
    let time = NOTHING
        .response
        .from_json(&json!("1970-01-01T00:00:01Z"))
        .unwrap();
    assert_eq!(get(&time, "seconds"), &Val::S64(1));
    assert!(NOTHING.request.from_json(&json!([])).is_err());
    assert!(OLD.from_json(&json!({})).is_err());
}

#[test]
fn nesting_has_a_limit() {
    let mut deep = json!(1);
    for _ in 0..60 {
        deep = json!([deep]);
    }
    assert!(refused(&json!({"aValue": deep})).starts_with("`aValue`: "));
}
