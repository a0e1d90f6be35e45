//! One mutation of each kind, and what is found of it.

use super::{definition_of, differences, found};

const FRAME: &str = r#"syntax = "proto3";
package t;
import "vimana/options.proto";
service S {
  rpc Do(M) returns (N) {}
  rpc Other(N) returns (N) { option idempotency_level = NO_SIDE_EFFECTS; }
}
message M {
  string a = 1;
  BODY
}
message N {}
message E1 { string key = 1; int32 value = 2; }
enum Kind { KIND_UNSPECIFIED = 0; KIND_ONE = 1; }
enum Kind2 { KIND2_UNSPECIFIED = 0; }
TOP
"#;

fn proto3(body: &str, top: &str) -> String {
    FRAME.replace("BODY", body).replace("TOP", top)
}

fn proto2(body: &str, top: &str) -> String {
    let text = proto3(body, top).replace("proto3", "proto2");
    text.replace("  string a = 1;", "  optional string a = 1;")
        .replace(
            "string key = 1; int32",
            "optional string key = 1; optional int32",
        )
}

fn check(base: &str, head: &str, expected: &[&str], what: &str) {
    assert_eq!(found(&differences(base, head)), expected, "{what}");
    // The same on both sides is no change, on either side.
    for side in [base, head] {
        let same = differences(side, side);
        assert!(same.changes.is_empty(), "{what}: {:?}", same.changes);
        assert!(same.additions.is_empty(), "{what}: {:?}", same.additions);
    }
}

#[test]
fn fields_of_proto3() {
    let cases: &[(&str, &str, &[&str])] = &[
        ("int32 b = 2;", "", &["VM0240 source, wire, json"]),
        ("int32 b = 2;", "reserved 2;", &["VM0240 source, json"]),
        ("int32 b = 2;", "reserved \"b\";", &["VM0240 source, wire"]),
        (
            "int32 b = 2;",
            "reserved 2; reserved \"b\";",
            &["VM0240 source"],
        ),
        (
            "int32 b = 2;",
            "string c = 2;",
            &["VM0240 source, wire, json", "VM0241 source, wire, json"],
        ),
        ("int32 b = 2;", "int32 c = 2;", &["VM0242 source, json"]),
        (
            "int32 b = 2;",
            "int32 c = 2 [json_name = \"b\"];",
            &["VM0242 source"],
        ),
        ("int32 b = 2;", "int32 b = 3;", &["VM0243 wire"]),
        (
            "int32 b = 2; int32 c = 3;",
            "int32 c = 2; int32 b = 3;",
            &["VM0243 wire", "VM0243 wire"],
        ),
        ("int32 b = 2;", "int64 b = 2;", &["VM0244 source, json"]),
        ("int32 b = 2;", "uint32 b = 2;", &["VM0244 source"]),
        ("int32 b = 2;", "sint32 b = 2;", &["VM0244 source, wire"]),
        ("int32 b = 2;", "bool b = 2;", &["VM0244 source, json"]),
        ("int32 b = 2;", "Kind b = 2;", &["VM0244 source, json"]),
        (
            "int32 b = 2;",
            "string b = 2;",
            &["VM0244 source, wire, json"],
        ),
        ("string b = 2;", "bytes b = 2;", &["VM0244 source, json"]),
        ("fixed32 b = 2;", "sfixed32 b = 2;", &["VM0244 source"]),
        ("float b = 2;", "double b = 2;", &["VM0244 source, wire"]),
        ("N b = 2;", "E1 b = 2;", &["VM0244 source, wire, json"]),
        (
            "Kind b = 2;",
            "Kind2 b = 2;",
            &["VM0244 source, wire, json"],
        ),
        (
            "string b = 2;",
            "repeated string b = 2;",
            &["VM0245 source, json"],
        ),
        (
            "int32 b = 2;",
            "repeated int32 b = 2;",
            &["VM0245 source, wire, json"],
        ),
        (
            "map<string, int32> b = 2;",
            "repeated E1 b = 2;",
            &["VM0245 source, json"],
        ),
        (
            "map<string, int32> b = 2;",
            "repeated N b = 2;",
            &["VM0245 source, wire, json"],
        ),
        (
            "map<string, int32> b = 2;",
            "map<string, int64> b = 2;",
            &["VM0244 source, json"],
        ),
        (
            "map<string, int32> b = 2;",
            "map<bool, int32> b = 2;",
            &["VM0244 source, wire, json"],
        ),
        ("optional int32 b = 2;", "int32 b = 2;", &["VM0246 source"]),
        ("int32 b = 2;", "optional int32 b = 2;", &["VM0246 source"]),
        (
            "string b = 2;",
            "oneof o { string b = 2; }",
            &["VM0248 source"],
        ),
        (
            "oneof o { string x = 3; } string b = 2;",
            "oneof o { string x = 3; string b = 2; }",
            &["VM0248 source, wire, json"],
        ),
        (
            "oneof o { string x = 3; }",
            "oneof p { string x = 3; }",
            &["VM0232 source", "VM0248 source"],
        ),
        (
            "string b = 2;",
            "string b = 2 [json_name = \"c\"];",
            &["VM0249 json"],
        ),
        (
            "int64 b = 2;",
            "int64 b = 2 [jstype = JS_STRING];",
            &["VM0251 source"],
        ),
        (
            "string b = 2;",
            "string b = 2 [ctype = CORD];",
            &["VM0251 source"],
        ),
        ("reserved 5 to 9;", "reserved 5, 7 to 9;", &["VM0233 wire"]),
        ("reserved \"x\";", "", &["VM0233 json"]),
        (
            "repeated int32 b = 2;",
            "repeated int32 b = 2 [packed = false];",
            &[],
        ),
        ("", "string b = 2;", &[]),
        ("", "oneof o { string b = 2; }", &[]),
    ];
    for (base, head, expected) in cases {
        let what = format!("{base} -> {head}");
        check(&proto3(base, ""), &proto3(head, ""), expected, &what);
    }
}

#[test]
fn fields_of_proto2() {
    let cases: &[(&str, &str, &[&str])] = &[
        (
            "required int32 b = 2;",
            "optional int32 b = 2;",
            &["VM0247 source, wire, json"],
        ),
        (
            "optional int32 b = 2;",
            "required int32 b = 2;",
            &["VM0247 source, wire, json"],
        ),
        ("", "required int32 b = 2;", &["VM0252 source, wire, json"]),
        ("", "optional int32 b = 2;", &[]),
        (
            "optional int32 b = 2 [default = 1];",
            "optional int32 b = 2 [default = 2];",
            &["VM0250 source, wire, json"],
        ),
        (
            "optional int32 b = 2 [default = 1];",
            "optional int32 b = 2;",
            &["VM0250 source, wire, json"],
        ),
        (
            "extensions 100 to 199;",
            "extensions 100 to 149;",
            &["VM0234 source, wire"],
        ),
        ("extensions 100 to 199;", "extensions 100 to max;", &[]),
        (
            "optional group G = 2 { optional int32 x = 1; }",
            "message G { optional int32 x = 1; } optional G g = 2;",
            &["VM0244 source, wire"],
        ),
    ];
    for (base, head, expected) in cases {
        let what = format!("{base} -> {head}");
        check(&proto2(base, ""), &proto2(head, ""), expected, &what);
    }
    let set = proto2(
        "option message_set_wire_format = true; extensions 4 to max;",
        "",
    )
    .replace("  optional string a = 1;", "");
    let unset = set.replace("option message_set_wire_format = true;", "");
    check(
        &set,
        &unset,
        &["VM0231 wire", "VM0234 source, wire"],
        "message set",
    );
}

#[test]
fn extensions() {
    let with = |extension: &str| {
        let top = format!("extend M {{ {extension} }}");
        proto2("extensions 100 to 199;", &top)
    };
    let base = with("optional int32 x = 100;");
    let cases: &[(&str, &[&str])] = &[
        ("optional int32 x = 101;", &["VM0243 wire"]),
        ("optional string x = 100;", &["VM0244 source, wire, json"]),
        ("optional int32 y = 100;", &["VM0240 source, wire, json"]),
    ];
    for (head, expected) in cases {
        check(&base, &with(head), expected, head);
    }
}

#[test]
fn messages_enums_and_their_values() {
    let cases: &[(&str, &str, &[&str])] = &[
        ("message X {}", "", &["VM0230 source"]),
        (
            "message X { message Y {} }",
            "message X {}",
            &["VM0230 source"],
        ),
        ("enum X { A = 0; }", "", &["VM0260 source"]),
        (
            "enum X { A = 0; B = 1; }",
            "enum X { A = 0; }",
            &["VM0261 source, wire, json"],
        ),
        (
            "enum X { A = 0; B = 1; }",
            "enum X { A = 0; reserved 1; }",
            &["VM0261 source, json"],
        ),
        (
            "enum X { A = 0; B = 1; }",
            "enum X { A = 0; reserved 1; reserved \"B\"; }",
            &["VM0261 source"],
        ),
        (
            "enum X { option allow_alias = true; A = 0; B = 0; }",
            "enum X { A = 0; }",
            &["VM0261 source, json"],
        ),
        (
            "enum X { A = 0; B = 1; }",
            "enum X { A = 0; C = 1; }",
            &["VM0262 source, json"],
        ),
        (
            "enum X { A = 0; B = 1; }",
            "enum X { A = 0; B = 2; }",
            &["VM0263 wire"],
        ),
        (
            "enum X { A = 0; reserved 4 to 9; }",
            "enum X { A = 0; reserved 4 to 8; }",
            &["VM0233 wire"],
        ),
        (
            "enum X { A = 0; reserved \"Z\"; }",
            "enum X { A = 0; }",
            &["VM0233 json"],
        ),
        ("", "message X {} enum Y { YA = 0; }", &[]),
        ("enum X { A = 0; }", "enum X { A = 0; B = 1; }", &[]),
    ];
    for (base, head, expected) in cases {
        let what = format!("{base} -> {head}");
        check(&proto3("", base), &proto3("", head), expected, &what);
    }
    check(
        &proto2("", "enum X { A = 1; B = 2; }"),
        &proto2("", "enum X { B = 2; A = 1; }"),
        &["VM0264 source, wire, json"],
        "first value",
    );
}

#[test]
fn methods() {
    let base = proto3("", "");
    let cases: &[(&str, &str, &[&str])] = &[
        (
            "  rpc Do(M) returns (N) {}\n",
            "",
            &["VM0220 source, wire, json"],
        ),
        ("rpc Do(M)", "rpc Do(E1)", &["VM0221 source, wire, json"]),
        (
            "(M) returns (N)",
            "(M) returns (E1)",
            &["VM0222 source, wire, json"],
        ),
        (
            "(M) returns (N)",
            "(stream M) returns (N)",
            &["VM0223 source, wire, json"],
        ),
        (
            "(M) returns (N)",
            "(M) returns (stream N)",
            &["VM0223 source, wire, json"],
        ),
        ("NO_SIDE_EFFECTS", "IDEMPOTENT", &["VM0224 wire, json"]),
        (
            "(M) returns (N) {}",
            "(M) returns (N) { option idempotency_level = IDEMPOTENT; }",
            &[],
        ),
        ("service S {", "service S { rpc New(M) returns (M);", &[]),
    ];
    for (old, new, expected) in cases {
        check(&base, &base.replace(old, new), expected, new);
    }
}

#[test]
fn files_and_packages() {
    let base = proto3(
        "",
        "option go_package = \"a/b\"; option java_multiple_files = true;",
    );
    let cases: &[(&str, &str, &[&str])] = &[
        ("a/b", "a/c", &["VM0216 source"]),
        (
            " option java_multiple_files = true;",
            "",
            &["VM0216 source"],
        ),
        ("package t;", "package t; option swift_prefix = \"T\";", &[]),
        ("service S ", "service Z ", &["VM0211 source, wire, json"]),
        ("package t;", "package u;", &["VM0211 source, wire, json"]),
    ];
    for (old, new, expected) in cases {
        check(&base, &base.replace(old, new), expected, new);
    }
    check(
        &proto2("", "").replace("optional string a = 1;", "repeated string a = 1;"),
        &proto3("", "")
            .replace("string a = 1;", "repeated string a = 1;")
            .replace(
                "message E1 { string key = 1; int32 value = 2; }",
                "message E1 { optional string key = 1; optional int32 value = 2; }",
            ),
        &[
            "VM0217 source",
            "VM0265 source, wire",
            "VM0265 source, wire",
        ],
        "syntax",
    );
}

#[test]
fn names_in_wit() {
    check(
        &proto3("string b = 2;", ""),
        &proto3("string b = 2 [(vimana.wit_name) = \"c\"];", ""),
        &["VM0270 source"],
        "a field",
    );
    check(
        &proto3("", ""),
        &proto3("", "").replace(
            "rpc Do(M) returns (N) {}",
            "rpc Do(M) returns (N) { option (vimana.method_wit_name) = \"make\"; }",
        ),
        &["VM0270 source"],
        "a method",
    );
}

#[test]
fn a_type_of_another_file_is_found_there_and_a_move_is_told() {
    let entry = |import: &str, top: &str| {
        format!(
            "syntax = \"proto3\"; package t; {import} service S {{ rpc Do(t.M) returns (t.M); }} {top}"
        )
    };
    let shared = "syntax = \"proto3\"; package t; message M { string a = 1; } message P {}";
    let base_text = entry("import \"shared.proto\";", "message Q {}");
    let base = [("shared.proto", shared), ("t.proto", base_text.as_str())];

    let changed = shared.replace("string a", "bytes a");
    let head = [("shared.proto", changed.as_str()), base[1]];
    let compare = |base: &[(&str, &str)], head: &[(&str, &str)]| {
        let base = definition_of(base.iter().copied());
        super::compare(&base, &definition_of(head.iter().copied()), &[])
    };
    let differences = compare(&base, &head);
    assert_eq!(found(&differences), ["VM0244 source, json"]);
    let spot = differences.changes[0].head.as_ref().unwrap();
    assert_eq!(spot.file, "shared.proto");

    let less = shared.replace("message P {}", "");
    let more = entry("import \"shared.proto\";", "message Q {} message P {}");
    let head = [("shared.proto", less.as_str()), ("t.proto", more.as_str())];
    assert_eq!(found(&compare(&base, &head)), ["VM0215 source"]);

    let renamed = shared.replace("package t;", "package v;");
    let entry = base_text.replace("t.M", "v.M");
    let head = [
        ("shared.proto", renamed.as_str()),
        ("t.proto", entry.as_str()),
    ];
    assert_eq!(found(&compare(&base, &head)), ["VM0214 source, wire, json"]);
}

#[test]
fn the_functions_that_a_component_no_longer_fits_are_named_with_the_reason() {
    let differences = differences(&proto3("", ""), &proto3("string b = 2;", ""));
    let [change] = differences.changes.as_slice() else {
        panic!("{:?}", differences.changes);
    };
    assert_eq!(change.rule.code, "VM0271");
    assert_eq!(change.level, crate::breaking::Level::Minor);
    assert_eq!(
        change.notes,
        ["`do`: in the request, the field `b` of `m` is new"]
    );
    assert_eq!(differences.additions, ["field `b` of `t.M`"]);
}
