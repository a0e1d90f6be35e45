//! What the path binds, nothing overrides: neither the body nor a query parameter, by
//! whatever name, at whatever depth, nor through another field of the same oneof.

use proptest::prelude::*;
use serde_json::{Value, json};
use vimana_interface::codec::JsonOptions;

use crate::transcoder::{request, request_with};

const LENIENT: JsonOptions = JsonOptions {
    ignore_unknown: true,
    always_print_fields_with_no_presence: false,
    preserve_proto_field_names: false,
    enums_as_integers: false,
};

fn choose(target: &str, body: Option<Value>) -> Result<Value, String> {
    request("Choose", target, body)
}

#[test]
fn a_body_does_not_override_what_the_path_says() {
    for body in [
        json!({"one": "evil"}),
        json!({"one": "path"}),
        json!({"one": null}),
    ] {
        let message = choose("POST /v1/choices/path", Some(body)).unwrap();
        assert_eq!(message, json!({"one": "path"}));
    }
    for body in [
        json!({"inner": {"deep": {"name": "evil", "bytes": 1}}}),
        json!({"inner": {"deep": {"name": null, "size": "1"}}}),
    ] {
        let message = choose("PUT /v1/inner/path", Some(body)).unwrap();
        let expected = json!({"inner": {"deep": {"name": "path", "bytes": "1"}}});
        assert_eq!(message, expected);
    }
    for nothing in [
        json!({}),
        json!({"inner": null}),
        json!({"inner": {"deep": null}}),
    ] {
        let message = choose("PUT /v1/inner/path", Some(nothing)).unwrap();
        assert_eq!(message, json!({"inner": {"deep": {"name": "path"}}}));
    }
    let body = json!({"deep": {"name": "evil"}, "note": ""});
    assert_eq!(
        choose("PATCH /v1/inner/path", Some(body)),
        Ok(json!({"inner": {"deep": {"name": "path"}, "note": ""}}))
    );
}

#[test]
fn another_field_of_the_oneof_is_refused_and_does_not_replace_it() {
    let refused = "`one` cannot be given: another field of the oneof `choice` is";
    for body in [
        json!({"other": 0}),
        json!({"third": {}}),
        json!({"third": {"text": "evil"}}),
    ] {
        let error = choose("POST /v1/choices/path", Some(body)).unwrap_err();
        assert_eq!(error, refused);
    }
    let body = json!({"inner": {"text": "evil"}});
    assert_eq!(
        choose("PUT /v1/inner/path", Some(body)).unwrap_err(),
        "`inner.deep.name` cannot be given: another field of the oneof `kind` is"
    );
    for (query, error) in [
        (
            "other=1",
            "`other` cannot be given: another field of the oneof `choice` is",
        ),
        (
            "third.text=x",
            "`third.text` cannot be given: another field of the oneof `choice` is",
        ),
        (
            "third.note=",
            "`third.note` cannot be given: another field of the oneof `choice` is",
        ),
    ] {
        let found = choose(&format!("GET /v1/choices/path?{query}"), None);
        assert_eq!(found.unwrap_err(), error);
    }
    let found = choose("GET /v1/inner/path?inner.text=x", None);
    assert_eq!(
        found.unwrap_err(),
        "`inner.text` cannot be given: another field of the oneof `kind` is"
    );
}

#[test]
fn a_parameter_of_the_same_field_is_refused_under_each_of_its_names() {
    for name in ["one", "on%65", "%6fne"] {
        for options in [JsonOptions::default(), LENIENT] {
            let target = format!("GET /v1/choices/path?{name}=evil");
            assert_eq!(
                request_with(options, "Choose", &target, None).unwrap_err(),
                "`one` is given by the path, and cannot be a query parameter"
            );
            let target = format!("POST /v1/choices/path?{name}=evil");
            assert_eq!(
                request_with(options, "Choose", &target, None).unwrap_err(),
                "`one` is given by the path, and cannot be a query parameter"
            );
        }
    }
    let found = choose("GET /v1/inner/path?inner.deep.name=evil", None);
    assert!(found.unwrap_err().contains("is given by the path"));
    // A field beside it may be given, in the same message.
    assert_eq!(
        choose("GET /v1/inner/path?inner.deep.size=7&inner.note=n", None),
        Ok(json!({"inner": {"deep": {"name": "path", "bytes": "7"}, "note": "n"}}))
    );
    // The name of one field in JSON is no name of another.
    assert_eq!(
        choose("GET /v1/choices/path?one_=free", None),
        Ok(json!({"one": "path", "one_": "free"}))
    );
}

#[test]
fn unknown_parameters_and_fields_are_refused_unless_they_are_ignored() {
    let body = json!({"nope": {"one": "evil"}});
    assert_eq!(
        choose("POST /v1/choices/path", Some(body.clone())).unwrap_err(),
        "`nope`: `library.Choice` has no such field"
    );
    assert_eq!(
        choose("GET /v1/choices/path?nope=1", None).unwrap_err(),
        "`nope` is no parameter of this method"
    );
    for (target, body) in [
        ("POST /v1/choices/path", Some(body)),
        ("POST /v1/choices/path?free=x&nope=1", None),
        ("GET /v1/choices/path?nope=1&one.x=2", None),
    ] {
        let message = request_with(LENIENT, "Choose", target, body).unwrap();
        assert_eq!(message, json!({"one": "path"}), "{target}");
    }
}

fn json_value() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        "[a-z]{0,4}".prop_map(Value::from),
    ];
    scalar.prop_recursive(4, 24, 4, |inner| {
        let name = prop::sample::select(vec![
            "one",
            "other",
            "third",
            "inner",
            "deep",
            "name",
            "below",
            "text",
            "note",
            "size",
            "bytes",
            "free",
            "one_",
            "nope",
            "Deep",
            "inner.deep.name",
        ]);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::hash_map(name.prop_map(str::to_owned), inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn no_body_and_no_query_changes_what_the_path_says(
        body in json_value(),
        names in prop::collection::vec("(one|other|third|inner|free|one_|nope)(\\.(deep|text|note))?(\\.(name|below|size|bytes))?", 0..3),
        is_lenient in any::<bool>(),
    ) {
        let options = if is_lenient { LENIENT } else { JsonOptions::default() };
        let query: Vec<String> = names.iter().map(|name| format!("{name}=1")).collect();
        let query = query.join("&");
        for (target, pointer) in [
            (format!("POST /v1/choices/path?{query}"), "/one"),
            (format!("PUT /v1/inner/path?{query}"), "/inner/deep/name"),
            (format!("PATCH /v1/inner/path?{query}"), "/inner/deep/name"),
            (format!("GET /v1/choices/path?{query}"), "/one"),
            (format!("GET /v1/inner/path?{query}"), "/inner/deep/name"),
        ] {
            let body = (!target.starts_with("GET")).then(|| body.clone());
            if let Ok(message) = request_with(options, "Choose", &target, body) {
                prop_assert_eq!(message.pointer(pointer), Some(&json!("path")), "{}", target);
            }
        }
    }
}
