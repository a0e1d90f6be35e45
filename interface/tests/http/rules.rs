use prost_reflect::DescriptorPool;
use vimana_interface::http::{Body, Verb, rules};

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
    let full = compile(include_str!("library.proto"));
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

/// The messages that a method's options give rise to, with their help.
fn findings(signature: &str, option: &str) -> Vec<String> {
    let text = format!(
        r#"
        syntax = "proto3";
        package library;
        import "google/api/annotations.proto";
        import "google/protobuf/timestamp.proto";
        import "google/protobuf/struct.proto";
        import "vimana/options.proto";
        service Library {{ rpc Do{signature} {{ {option} }} }}
        message A {{
            string name = 1; B b = 2; repeated string many = 3; map<string, B> map = 4;
            google.protobuf.Timestamp time = 5; repeated B bs = 6;
        }}
        message B {{ string id = 1; }}
        "#
    );
    let pool = compile(&text);
    match rules(&method_of(&pool, "Do")) {
        Ok(rules) => panic!("no finding in {rules:?}"),
        Err(findings) => findings
            .into_iter()
            .map(|finding| {
                assert_eq!(finding.file, "library.proto");
                assert_eq!(finding.path[..5], [6, 0, 2, 0, 4]);
                match finding.help {
                    Some(help) => format!("{}; {help}", finding.kind),
                    None => finding.kind.to_string(),
                }
            })
            .collect(),
    }
}

#[test]
fn mistakes_are_findings() {
    for (option, expected) in [
        (
            r#"option (vimana.http) = { get: "/a" }; option (google.api.http) = { get: "/a" };"#,
            "the method `library.Library.Do` has both `vimana.http` and `google.api.http`, \
             which are one option; remove one of them",
        ),
        (
            r#"option (vimana.http) = { body: "*" };"#,
            "an HTTP rule of the method `library.Library.Do` has no HTTP method and path; \
             add one of `get`, `put`, `post`, `delete`, `patch` and `custom`, \
             e.g. `get: \"/v1/books/{id}\"`",
        ),
        (
            r#"option (vimana.http) = { get: "/v1/{name" };"#,
            "in the path template `/v1/{name`: expected `}` before the end at byte 4; \
             write segments behind slashes, as in `/v1/{name=shelves/*}/books`",
        ),
        (
            r#"option (vimana.http) = { custom { kind: "A B" path: "/" } };"#,
            "`A B` is no HTTP method; write a method like `HEAD`, or `*` for every method",
        ),
        (
            r#"option (vimana.http) = { get: "/{nome}" };"#,
            "the path variable `nome` is no field of `library.A`; \
             `library.A` has `name`, `b`, `many`, `map`, `time`, `bs`",
        ),
        (
            r#"option (vimana.http) = { get: "/{b.nome}" };"#,
            "the path variable `b.nome` is no field of `library.B`; `library.B` has `id`",
        ),
        (
            r#"option (vimana.http) = { get: "/{b}" };"#,
            "the path variable `b` is a message, `library.B`, \
             expected a singular field that is no message",
        ),
        (
            r#"option (vimana.http) = { get: "/{many}" };"#,
            "the path variable `many` is a repeated field, \
             expected a singular field that is no message",
        ),
        (
            r#"option (vimana.http) = { get: "/{map.id}" };"#,
            "the path variable `map.id` is a map, expected a singular field that is no message",
        ),
        (
            r#"option (vimana.http) = { get: "/{bs.id}" };"#,
            "the path variable `bs.id` is a repeated field, \
             expected a singular field that is no message",
        ),
        (
            r#"option (vimana.http) = { get: "/{name.x}" };"#,
            "the path variable `name.x` is a scalar, `string`, \
             expected a singular field that is no message",
        ),
        (
            r#"option (vimana.http) = { get: "/{time.seconds}" };"#,
            "the path variable `time.seconds` is a field of `google.protobuf.Timestamp`, \
             which JSON spells as one value",
        ),
        (
            r#"option (vimana.http) = { get: "/a" body: "*" };"#,
            "`GET /a` has a body, and a GET request has none; \
             remove `body`: fields that are not in the path are query parameters",
        ),
        (
            r#"option (vimana.http) = { post: "/a" body: "b.id" };"#,
            "the body `b.id` is no field of `library.A`; \
             `library.A` has `name`, `b`, `many`, `map`, `time`, `bs`",
        ),
        (
            r#"option (vimana.http) = { post: "/{name}" body: "name" };"#,
            "the field `name` is both in the path and the body; remove it from one of them",
        ),
        (
            r#"option (vimana.http) = { get: "/a" response_body: "name" };"#,
            "the response body `name` is no field of `library.B`; `library.B` has `id`",
        ),
        (
            r#"option (vimana.http) = {
                 get: "/a" additional_bindings { get: "/b" additional_bindings { get: "/c" } }
               };"#,
            "an additional binding of the method `library.Library.Do` has bindings of its own; \
             move it to the `additional_bindings` of the method's own rule",
        ),
    ] {
        assert_eq!(findings("(A) returns (B)", option), [expected]);
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
fn a_method_whose_client_streams_has_no_rules() {
    let option = r#"option (vimana.http) = { get: "/a" };"#;
    assert_eq!(
        findings("(stream A) returns (B)", option),
        [
            "the method `library.Library.Do` takes a stream, and an HTTP request holds one message; \
          remove the rule: the method is served over gRPC"
        ]
    );
    let only_the_server = r#"option (vimana.http) = { delete: "/a" body: "*" };"#;
    let text = format!(
        "syntax = \"proto3\"; package library; import \"vimana/options.proto\";
         service S {{ rpc Do(A) returns (stream A) {{ {only_the_server} }} }} message A {{}}"
    );
    assert_eq!(rules(&method_of(&compile(&text), "Do")).unwrap().len(), 1);
}
