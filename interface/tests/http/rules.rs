use prost_reflect::DescriptorPool;
use vimana_interface::http::{Body, MAX_BINDINGS, Verb, check_rules, rules};

use crate::schema::{compile, method, method_of};

fn texts(name: &str) -> Vec<String> {
    let rules = rules(&method(name)).unwrap();
    rules.iter().map(ToString::to_string).collect()
}

#[test]
fn both_options_are_read_with_their_additional_bindings() {
    assert_eq!(
        texts("GetBook"),
        ["GET /v1/{name=shelves/*/books/*}", "GET /v1/books/{id}"]
    );
    let update = &rules(&method("UpdateBook")).unwrap()[0];
    assert_eq!(update.verb, Verb::Patch);
    assert_eq!(update.body, Body::Field("book".into()));
    assert_eq!(update.response_body.as_deref(), Some("title"));
    let create = &rules(&method("CreateBook")).unwrap()[0];
    assert_eq!(create.verb, Verb::Custom("MAKE".into()));
    assert_eq!(create.template.verb(), Some("make"));
    assert_eq!(rules(&method("Plain")).unwrap(), []);
}

#[test]
fn options_are_read_where_the_pool_does_not_know_them() {
    let is_option = |name: &str| name.starts_with("vimana/") || name.starts_with("google/api/");
    // Bodies are messages like any other, which this pool has to know.
    let text = include_str!("library.proto").split("service Files").next();
    let full = compile(text.unwrap());
    let mut pool = DescriptorPool::new();
    for file in full.files().filter(|file| !is_option(file.name())) {
        // The raw bytes, since a parsed file would have lost the options.
        let encoded = without_imports(&file.encode_to_vec());
        pool.decode_file_descriptor_proto(encoded.as_slice())
            .unwrap();
    }
    let get = method_of(&pool, "GetBook");
    assert_eq!(rules(&get).unwrap().len(), 2);
}

/// Drops field 3, `dependency`, where it names a file of options.
fn without_imports(encoded: &[u8]) -> Vec<u8> {
    let mut kept = Vec::new();
    let mut rest = encoded;
    while let [tag, after @ ..] = rest {
        // Every top-level field of these files is delimited, and has a short tag.
        assert_eq!(tag & 7, 2);
        let mut length = 0usize;
        let mut used = 0;
        for byte in after {
            length |= usize::from(byte & 0x7f) << (7 * used);
            used += 1;
            if byte & 0x80 == 0 {
                break;
            }
        }
        let (field, next) = rest.split_at(1 + used + length);
        let body = String::from_utf8_lossy(&field[1 + used..]);
        let is_option = body.starts_with("vimana/") || body.starts_with("google/api/");
        if !(*tag == 0x1a && is_option) {
            kept.extend_from_slice(field);
        }
        rest = next;
    }
    kept
}

/// The messages that a method's options give rise to, each behind its place: the
/// path within the option, and the part of the text that is meant.
fn findings(signature: &str, option: &str) -> Vec<String> {
    let text = format!(
        r#"
        syntax = "proto3";
        package library;
        import "google/api/annotations.proto";
        import "google/protobuf/timestamp.proto";
        import "google/protobuf/struct.proto";
        import "google/protobuf/wrappers.proto";
        import "vimana/options.proto";
        service Library {{ rpc Do{signature} {{ {option} }} }}
        message A {{
            string name = 1; B b = 2; repeated string many = 3; map<string, B> map = 4;
            google.protobuf.Timestamp time = 5; repeated B bs = 6;
            google.protobuf.StringValue wrapped = 7;
        }}
        message B {{ string id = 1; }}
        "#
    );
    let pool = compile(&text);
    let method = method_of(&pool, "Do");
    let checked = check_rules(&method);
    let errors = checked
        .findings
        .iter()
        .filter(|found| found.error.is_error());
    match rules(&method) {
        Ok(_) => assert_eq!(errors.count(), 0),
        Err(found) => assert!(found.iter().eq(errors)),
    }
    let show = checked.findings.into_iter().map(|finding| {
        assert!(!finding.error.help().is_empty());
        let mark = if finding.error.is_error() {
            ""
        } else {
            "warning "
        };
        let text = finding.text.as_ref().map(|range| format!(" {range:?}"));
        let path = &finding.path[1..];
        format!("{path:?}{} {mark}{finding}", text.unwrap_or_default())
    });
    show.collect()
}

#[test]
fn mistakes_are_findings_with_their_places() {
    for (option, expected) in [
        (
            r#"option (vimana.http) = { get: "/a" }; option (google.api.http) = { get: "/a" };"#,
            "[] the method `library.Library.Do` has both `vimana.http` and `google.api.http`, \
             which are one option",
        ),
        (
            r#"option (vimana.http) = { body: "*" };"#,
            "[] an HTTP rule of the method `library.Library.Do` has no HTTP method and path",
        ),
        (
            r#"option (vimana.http) = { post: "/a" additional_bindings { body: "*" } };"#,
            "[11, 0] an HTTP rule of the method `library.Library.Do` has no HTTP method and path",
        ),
        (
            r#"option (vimana.http) = { get: "/v1/{name" };"#,
            "[2] 4..9 in the path template `/v1/{name`: expected `}` before the end",
        ),
        (
            r#"option (vimana.http) = { put: "/a" additional_bindings { patch: "/\u00e9 b" } };"#,
            "[11, 0, 6] 3..4 in the path template `/\u{e9} b`: unexpected ` `",
        ),
        (
            r#"option (vimana.http) = { get: "/{name}/{name=x}" };"#,
            "[2] 9..13 in the path template `/{name}/{name=x}`: the variable `name` occurs twice",
        ),
        (
            r#"option (vimana.http) = { custom { kind: "A B" path: "/" } };"#,
            "[8, 1] `A B` is no HTTP method",
        ),
        (
            r#"option (vimana.http) = { custom { kind: "" path: "/" } };"#,
            "[8, 1] `` is no HTTP method",
        ),
        (
            r#"option (vimana.http) = { custom { kind: "HEAD" path: "" } };"#,
            "[8, 2] 0..0 in the path template ``: expected `/`",
        ),
        (
            r#"option (vimana.http) = { custom { kind: "head" path: "/" } };"#,
            "[8, 1] warning `head` is not the HTTP method `HEAD`: case matters",
        ),
        (
            r#"option (vimana.http) = { custom { kind: "POST" path: "/" } };"#,
            "[8, 1] warning `custom` with the kind `POST` is another spelling of `post`",
        ),
        (
            r#"option (vimana.http) = { get: "/{nome}" };"#,
            "[2] 2..6 the path variable `nome` is no field of `library.A`",
        ),
        (
            r#"option (vimana.http) = { get: "/{b.nome}" };"#,
            "[2] 4..8 the path variable `b.nome` is no field of `library.B`",
        ),
        (
            r#"option (vimana.http) = { get: "/{b}" };"#,
            "[2] 2..3 the path variable `b` is a message, `library.B`, \
             expected a singular field that is no message",
        ),
        (
            r#"option (vimana.http) = { get: "/{wrapped}" };"#,
            "[2] 2..9 the path variable `wrapped` is a message, `google.protobuf.StringValue`, \
             expected a singular field that is no message",
        ),
        (
            r#"option (vimana.http) = { get: "/{many}" };"#,
            "[2] 2..6 the path variable `many` is a repeated field, \
             expected a singular field that is no message",
        ),
        (
            r#"option (vimana.http) = { get: "/{map.id}" };"#,
            "[2] 2..5 the path variable `map.id` is a map, \
             expected a singular field that is no message",
        ),
        (
            r#"option (vimana.http) = { get: "/{bs.id}" };"#,
            "[2] 2..4 the path variable `bs.id` is a repeated field, \
             expected a singular field that is no message",
        ),
        (
            r#"option (vimana.http) = { get: "/{name.x}" };"#,
            "[2] 2..6 the path variable `name.x` is a scalar, `string`, \
             expected a singular field that is no message",
        ),
        (
            r#"option (vimana.http) = { get: "/{time.seconds}" };"#,
            "[2] 7..14 the path variable `time.seconds` is a field of \
             `google.protobuf.Timestamp`, which JSON spells as one value",
        ),
        (
            r#"option (vimana.http) = { get: "/a" body: "*" };"#,
            "[7] `GET /a` has a body, and a GET request has none",
        ),
        (
            r#"option (vimana.http) = { custom { kind: "HEAD" path: "/a" } body: "b" };"#,
            "[7] `HEAD /a` has a body, and a HEAD request has none",
        ),
        (
            r#"option (vimana.http) = { delete: "/a" body: "*" };"#,
            "[7] warning `DELETE /a` has a body, which clients and proxies may drop",
        ),
        (
            r#"option (vimana.http) = { post: "/a" body: "b.id" };"#,
            "[7] the body `b.id` is a field within a field, and only one of `library.A` can be",
        ),
        (
            r#"option (vimana.http) = { post: "/a" body: "c.id" };"#,
            "[7] the body `c.id` is no field of `library.A`",
        ),
        (
            r#"option (vimana.http) = { post: "/{name}" body: "name" };"#,
            "[7] the field `name` is both in the path and the body",
        ),
        (
            r#"option (vimana.http) = { get: "/a" response_body: "name" };"#,
            "[12] the response body `name` is no field of `library.B`",
        ),
        (
            r#"option (vimana.http) = { selector: "library.Library.Do" get: "/a" };"#,
            "[1] warning the HTTP rule of the method `library.Library.Do` has a `selector`, \
             which means nothing here",
        ),
        (
            r#"option (vimana.http) = {
                 get: "/a" additional_bindings { get: "/b" additional_bindings { get: "/c" } }
               };"#,
            "[11, 0, 11, 0] an additional binding of the method `library.Library.Do` \
             has bindings of its own",
        ),
        (
            r#"option (vimana.http) = {
                 get: "/a/{name}" additional_bindings { get: "/a/*" }
               };"#,
            "[11, 0, 2] warning `GET /a/*` matches what an earlier binding of the method \
             `library.Library.Do` matches",
        ),
    ] {
        assert_eq!(findings("(A) returns (B)", option), [expected], "{option}");
    }
}

#[test]
fn a_rule_may_bind_what_is_a_message_to_the_body() {
    for option in [
        r#"post: "/a" body: "b""#,
        r#"post: "/a" body: "bs""#,
        r#"post: "/a" body: "map""#,
        r#"patch: "/{b.id}" body: "b""#,
        r#"custom { kind: "*" path: "/a" } body: "*""#,
        r#"get: "/a" response_body: "id""#,
    ] {
        let option = format!("option (google.api.http) = {{ {option} }};");
        assert_eq!(findings("(A) returns (B)", &option), [""; 0], "{option}");
    }
}

#[test]
fn all_mistakes_of_a_method_are_found() {
    let option = r#"option (google.api.http) = {
        get: "/{x}" body: "y" additional_bindings { put: "/{z" }
    };"#;
    assert_eq!(findings("(A) returns (B)", option).len(), 4);
}

#[test]
fn a_method_has_a_limited_number_of_bindings() {
    let option = |bindings: usize| {
        let further: Vec<String> = (1..bindings)
            .map(|index| format!(r#"additional_bindings {{ get: "/{index}" }}"#))
            .collect();
        let further = further.join(" ");
        format!(r#"option (vimana.http) = {{ get: "/0" {further} }};"#)
    };
    assert_eq!(findings("(A) returns (B)", &option(MAX_BINDINGS)), [""; 0]);
    assert_eq!(
        findings("(A) returns (B)", &option(MAX_BINDINGS + 1)),
        ["[] the method `library.Library.Do` has 101 HTTP bindings; at most 100 are read"]
    );
}

#[test]
fn a_method_whose_client_streams_has_no_rules() {
    let option = r#"option (vimana.http) = { get: "/a" };"#;
    for signature in ["(stream A) returns (B)", "(stream A) returns (stream B)"] {
        assert_eq!(
            findings(signature, option),
            ["[] the method `library.Library.Do` takes a stream, \
                 and an HTTP request holds one message"]
        );
    }
    let only_the_server = r#"option (vimana.http) = { post: "/a" body: "*" };"#;
    assert_eq!(findings("(A) returns (stream B)", only_the_server), [""; 0]);
}
