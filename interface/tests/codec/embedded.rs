//! The JSON of messages that a component has as bytes: in an `Any`, and recursive.

use serde_json::{Value, json};
use vimana_interface::codec::CodecErrorKind;
use wasmtime::component::Val;

use crate::json::{canonical, refused, rich};
use crate::protobuf::delimited;
use crate::schema::{RICH, get, string, to_json};

#[test]
fn only_an_any_has_a_type() {
    assert_eq!(
        refused(&json!({"anInner": {"@type": "x/rich.Inner"}})),
        "`anInner.@type`: `rich.Inner` has no such field"
    );
}

#[test]
fn a_message_of_any_type_is_resolved() {
    let any = json!({"anAny": {"@type": "type.googleapis.com/rich.Inner", "count": 3}});
    let value = rich(&any);
    let Val::Option(Some(record)) = get(&value, "an-any") else {
        panic!("absent");
    };
    assert_eq!(
        get(record, "type-url"),
        &string("type.googleapis.com/rich.Inner")
    );
    assert_eq!(
        get(record, "value"),
        &Val::List(vec![Val::U8(0x10), Val::U8(3)])
    );
    assert_eq!(
        serde_json::from_str::<Value>(&to_json(&RICH, &value).unwrap()).unwrap(),
        any
    );
    assert_eq!(canonical(&json!({"anAny": {}})), r#"{"anAny":{}}"#);
}

#[test]
fn an_any_holds_messages_of_every_form() {
    let held = |name: &str, value: Value| json!({"@type": format!("type.googleapis.com/google.protobuf.{name}"), "value": value});
    let inner = json!({"@type": "x/rich.Inner", "name": "n"});
    for any in [
        held("Duration", json!("1s")),
        held("Timestamp", json!("1970-01-01T00:00:00Z")),
        held("FieldMask", json!("a,b.cD")),
        held("Struct", json!({"a": [1, null]})),
        held("Value", Value::Null),
        held("ListValue", json!([])),
        held("Int64Value", json!("-1")),
        held("DoubleValue", json!("NaN")),
        held("DoubleValue", json!("-Infinity")),
        held("FloatValue", json!(0)),
        held("BytesValue", json!("AQI=")),
        held("Any", inner.clone()),
        held("Any", held("Any", json!({}))),
        json!({"@type": "type.googleapis.com/google.protobuf.Empty"}),
        json!({"@type": "x/rich.Tree", "left": {"children": [{"label": "leaf"}, {}]}}),
        json!({"@type": "x/old.Old", "id": 1, "part": {"code": "c"}}),
        inner,
    ] {
        let message = json!({"anAny": any});
        let text = canonical(&message);
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), message);
    }
    let empty = json!({"@type": "x/google.protobuf.Empty", "value": {}});
    let text = r#"{"anAny":{"@type":"x/google.protobuf.Empty"}}"#;
    assert_eq!(canonical(&json!({"anAny": empty})), text);
}

#[test]
fn an_any_that_says_no_message_is_refused() {
    let any = |json: Value| refused(&json!({"anAny": json}));
    assert_eq!(
        any(json!({"@type": "x/no.Such"})),
        "`anAny.@type`: no message is known by `x/no.Such`"
    );
    assert_eq!(
        any(json!({"@type": "rich.Inner"})),
        "`anAny.@type`: expected a type URL like `type.googleapis.com/a.Message`, found `rich.Inner`"
    );
    assert_eq!(
        any(json!({"@type": 1})),
        "`anAny.@type`: expected a type URL, found a number"
    );
    assert_eq!(
        any(json!({"name": "n"})),
        "`anAny`: the `@type` of the message is missing"
    );
    assert_eq!(
        any(json!({"@type": "x/google.protobuf.Duration"})),
        "`anAny.value`: the required field is not set"
    );
    assert_eq!(
        any(json!({"@type": "x/google.protobuf.Duration", "value": "1s", "more": 1})),
        "`anAny.more`: `google.protobuf.Any` has no such field"
    );
    assert_eq!(
        any(json!({"@type": "x/rich.Inner", "nome": 1})),
        "`anAny.nome`: `rich.Inner` has no such field"
    );
    assert_eq!(
        any(json!({"@type": "x/old.Old"})),
        "`anAny.id`: the required field is not set"
    );
}

#[test]
fn messages_in_messages_have_a_limit_in_json_too() {
    let mut any = json!({});
    for _ in 0..200 {
        any = json!({"@type": "x/google.protobuf.Any", "value": any});
    }
    assert!(refused(&json!({"anAny": any})).ends_with("nested deeper than 100 levels"));
    let mut tree = json!({});
    for _ in 0..200 {
        tree = json!({"left": tree});
    }
    assert!(refused(&json!({"tree": tree})).ends_with("nested deeper than 100 levels"));

    let mut encoded = Vec::new();
    for _ in 0..200 {
        let url = b"x/google.protobuf.Any";
        let any = [delimited(1, url), delimited(2, &encoded)].concat();
        encoded = any;
    }
    let value = RICH.from_protobuf(&delimited(78, &encoded)).unwrap();
    let error = to_json(&RICH, &value).unwrap_err();
    assert_eq!(error.kind(), &CodecErrorKind::TooDeep);
}

#[test]
fn numbers_that_json_has_not_are_kept_behind_a_recursive_field() {
    let nan = json!({"@type": "x/google.protobuf.DoubleValue", "value": "NaN"});
    let json = json!({"ring": {"next": {"number": "NaN", "wrapped": "Infinity", "any": nan}}});
    let text = canonical(&json);
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), json);
}
