//! HTTP rules.

use super::{Claim, compare, definition, found};

const FRAME: &str = r#"syntax = "proto3";
package t;
import "vimana/options.proto";
service S {
  rpc Get(M) returns (M) { option (vimana.http) = { RULE }; }
  rpc Find(M) returns (M) { FIND }
}
message M { string id = 1; string name = 2; N part = 3; }
message N { string text = 1; }
"#;

fn http(rule: &str, find: &str) -> String {
    let find = if find.is_empty() {
        String::new()
    } else {
        format!("option (vimana.http) = {{ {find} }};")
    };
    FRAME.replace("RULE", rule).replace("FIND", &find)
}

#[test]
fn rules_that_are_gone_or_changed_break_json() {
    let post = "post: \"/a/{id}\" body: \"part\"";
    let cases: &[(&str, &str, &[&str])] = &[
        ("get: \"/a/{id}\"", "get: \"/b/{id}\"", &["VM0225 json"]),
        ("get: \"/a/{id}\"", "delete: \"/a/{id}\"", &["VM0225 json"]),
        ("get: \"/a/{id}\"", "get: \"/a/{name}\"", &["VM0228 json"]),
        (
            "get: \"/a/{id}\"",
            "get: \"/a/{id}\" response_body: \"part\"",
            &["VM0227 json"],
        ),
        (post, "post: \"/a/{id}\" body: \"*\"", &["VM0226 json"]),
        (post, "post: \"/a/{id}\"", &["VM0226 json"]),
        (
            "get: \"/a\" additional_bindings { get: \"/b\" }",
            "get: \"/a\"",
            &["VM0225 json"],
        ),
        (
            "get: \"/a\"",
            "get: \"/b\" additional_bindings { get: \"/a\" }",
            &[],
        ),
        (
            "get: \"/a\"",
            "get: \"/a\" additional_bindings { get: \"/b\" }",
            &[],
        ),
    ];
    for (base, head, expected) in cases {
        let (base, head) = (definition(&http(base, "")), definition(&http(head, "")));
        assert_eq!(found(&compare(&base, &head, &[])), *expected);
    }
}

#[test]
fn a_request_that_another_method_answers_now_is_told_with_an_example() {
    let base = definition(&http("get: \"/a/{id}\"", ""));
    let head = definition(&http("get: \"/b/{id}\"", "get: \"/a/{name}\""));
    let differences = compare(&base, &head, &[]);
    assert_eq!(found(&differences), ["VM0229 json"]);
    assert_eq!(
        differences.changes[0].message,
        "`GET /a/x` was answered by `t.S.Get`, and is now by `t.S.Find`"
    );

    let claim = Claim {
        service: "u.Other".to_owned(),
        method: "u.Other.Take".to_owned(),
        rule: vimana_interface::http::Rule {
            verb: vimana_interface::http::Verb::Get,
            template: "/a/*".parse().unwrap(),
            body: vimana_interface::http::Body::None,
            response_body: None,
        },
    };
    let head = definition(&http("get: \"/b/{id}\"", ""));
    let differences = compare(&base, &head, &[claim]);
    assert_eq!(found(&differences), ["VM0229 json"]);
}
