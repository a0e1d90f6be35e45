//! Components that are not what their interface says.

use snapbox::{assert_data_eq, str};
use vimana_interface::{Interface, Problem, Verification, verify, verify_link};

use crate::compile::interface;
use crate::guest::component;

const MESSAGES: &str = "
message Request {
  string name = 1;
  optional int32 age = 2;
  repeated Tag tags = 3;
  map<string, Tag> by_name = 4;
  oneof kind { string a = 5; int64 b = 6; }
  Genre genre = 7;
  Empty empty = 8;
}
message Tag { string key = 1; bytes value = 2; }
message Empty {}
enum Genre { NOVEL = 0; POETRY = 1; }
message Response { Tag tag = 1; }
";

fn verified(interface: &Interface, wit: &str) -> Verification {
    verify(interface, &component(wit)).unwrap()
}

/// The messages of what a component with an altered world gets.
fn altered(from: &str, to: &str) -> Vec<String> {
    let interface = interface(MESSAGES);
    let wit = interface.to_wit();
    assert!(wit.contains(from), "{from} in\n{wit}");
    let verification = verified(&interface, &wit.replace(from, to));
    assert_eq!(verification.unsatisfied, []);
    verification
        .differences
        .iter()
        .map(ToString::to_string)
        .collect()
}

const EXPORT: &str = "export do: func(ctx: context, request: request) -> result<response, status>;";

#[test]
fn a_component_of_the_printed_world_is_accepted() {
    let interface = interface(MESSAGES);
    let verification = verified(&interface, &interface.to_wit());
    assert_eq!(verification.differences, []);
    assert_eq!(verification.extras, []);
    assert_eq!(verification.unsatisfied, []);
    assert!(verification.is_accepted());
}

#[test]
fn the_status_may_be_dropped_and_the_function_may_be_async() {
    for to in [
        "export do: func(ctx: context, request: request) -> response;",
        "export do: async func(ctx: context, request: request) -> response;",
        "export do: async func(ctx: context, request: request) -> result<response, status>;",
    ] {
        assert_eq!(altered(EXPORT, to), [""; 0]);
    }
}

#[test]
fn other_names_of_the_same_types_are_accepted() {
    let interface = interface(MESSAGES);
    let wit = interface
        .to_wit()
        .replace("record tag {", "record etikett {")
        .replace("<tag>", "<etikett>")
        .replace("string, tag>", "string, etikett>");
    assert!(verified(&interface, &wit).is_accepted());
}

#[test]
fn a_difference_names_function_field_and_protobuf_element() {
    let cases = [
        ("    name: string,", "    name: u32,"),
        ("    age: option<s32>,", "    age: s32,"),
        ("    age: option<s32>,", ""),
        (
            "    age: option<s32>,",
            "    age: option<s32>,\n    height: f32,",
        ),
        ("    key: string,", "    key: list<string>,"),
        ("list<tuple<string, tag>>", "list<tuple<s32, tag>>"),
        ("list<tuple<string, tag>>", "list<tag>"),
        ("    b(s64),", "    b(u64),"),
        ("    b(s64),", "    c(u64),"),
        ("    b(s64),", "    b,"),
        ("    novel,\n    poetry,", "    poetry,\n    novel,"),
        ("    poetry,", ""),
        ("unrecognized(s32)", "unrecognized(u32)"),
        ("enum empty { empty }", "record empty { x: u8 }"),
        (
            "    name: string,\n    age: option<s32>,",
            "    age: option<s32>,\n    name: string,",
        ),
    ];
    let all: Vec<String> = cases
        .iter()
        .flat_map(|(from, to)| altered(from, to))
        .collect();
    assert_data_eq!(
        all.join("\n"),
        str![[r#"
function `do`: `request.name` should be `string`, found `u32` (`bar.Request.name`)
function `do`: `request.age` should be `option<s32>`, found `s32` (`bar.Request.age`)
function `do`: `request.age` is missing; `bar.Request.age` needs `option<s32>`
function `do`: `request.height` is unknown; `bar.Request` has no such field
function `do`: `request.tags[].key` should be `string`, found `list<string>` (`bar.Tag.key`)
function `do`: `request.by-name[key]` should be `string`, found `s32` (`bar.Request.by_name`)
function `do`: `request.by-name` should be `list<tuple<string, tag>>`, found `list<tag>` (`bar.Request.by_name`)
function `do`: `request.kind.b` should be `s64`, found `u64` (`bar.Request.b`)
function `do`: the cases of `request.kind` differ: expected `b`, found `c`
function `do`: `request.kind.b` should be `s64`, found `nothing` (`bar.Request.b`)
function `do`: the cases of `request.genre` differ: expected `novel`, `poetry`, `unrecognized`, found `poetry`, `novel`, `unrecognized`
function `do`: the cases of `request.genre` differ: expected `poetry`, found no such case
function `do`: `request.genre` should be `unrecognized(s32)`, found `unrecognized(u32)` (`bar.Genre`)
function `do`: `request.empty` should be `enum empty`, found `record empty` (`bar.Request.empty`)
function `do`: the fields of `request` stand in another order: expected `name, age, tags, by-name, kind, genre, empty`, found `age, name, tags, by-name, kind, genre, empty`
"#]]
    );
}

#[test]
fn a_function_that_differs_as_a_whole_says_so() {
    let cases = [
        "",
        "export do: func(request: request) -> response;",
        "export do: func(context: context, request: request) -> response;",
        "export do: func(ctx: string, request: request) -> response;",
        "export do: func(ctx: context, request: response) -> response;",
        "export do: func(ctx: context, request: list<u8>) -> response;",
        "export do: func(ctx: context, request: request);",
        "export do: func(ctx: context, request: request) -> result<response, string>;",
        "export do: func(ctx: context, request: request) -> result<_, status>;",
        "export do: async func(ctx: context, request: stream<request>) -> stream<response>;",
        "export inner: interface { use types.{request, response}; use vimana:service/types@1.0.0.{context}; do: func(ctx: context, request: request) -> response; }",
    ];
    let all: Vec<String> = cases.iter().flat_map(|to| altered(EXPORT, to)).collect();
    assert_data_eq!(
        all.join("\n"),
        str![[r#"
the component does not export `do`, which `bar.FooService.Do` needs; found none
function `do`: expected the parameters `(ctx: context, request: request)`, found `(request: request)`
function `do`: expected the parameters `(ctx: context, request: request)`, found `(context: context, request: request)`
function `do`: `ctx` should be `context`, found `string` (`bar.FooService.Do`)
function `do`: `request.tag` is unknown; `bar.Request` has no such field
function `do`: `request.name` is missing; `bar.Request.name` needs `string`
function `do`: `request.age` is missing; `bar.Request.age` needs `option<s32>`
function `do`: `request.tags` is missing; `bar.Request.tags` needs `list<tag>`
function `do`: `request.by-name` is missing; `bar.Request.by_name` needs `list<tuple<string, tag>>`
function `do`: `request.kind` is missing; `bar.Request.kind` needs `option<request-kind>`
function `do`: `request.genre` is missing; `bar.Request.genre` needs `genre`
function `do`: `request.empty` is missing; `bar.Request.empty` needs `option<empty>`
function `do`: `request` should be `record request`, found `list<u8>` (`bar.FooService.Do`)
function `do`: `response` should be `result<response, status>`, found `nothing` (`bar.FooService.Do`)
function `do`: `response` should be `result<response, status>`, found `result<response, string>` (`bar.FooService.Do`)
function `do`: `response` should be `result<response, status>`, found `result<_, status>` (`bar.FooService.Do`)
function `do`: `request` should be `record request`, found `stream<request>` (`bar.FooService.Do`)
function `do`: `response` should be `record response`, found `stream<response>` (`bar.FooService.Do`)
the component does not export `do`, which `bar.FooService.Do` needs; found one in the interface `inner`; export it from the world itself
"#]]
    );
}

#[test]
fn a_difference_leads_to_the_field_in_the_proto() {
    let interface = interface(MESSAGES);
    let wit = interface
        .to_wit()
        .replace("    key: string,", "    key: u8,");
    let verification = verified(&interface, &wit);
    let request = &verification.differences[0];
    assert_eq!(request.function, "do");
    assert_eq!(request.field, "request.tags[].key");
    assert_eq!(request.problem, Problem::Type);
    assert_eq!(
        (request.expected.as_str(), request.found.as_str()),
        ("string", "u8")
    );
    assert_eq!(request.element.name, "bar.Tag.key");
    assert_eq!(request.element.file, "foo.proto");
    assert_eq!(request.element.path, [4, 1, 2, 0]);
    // The type is met three times, and reported where it is met first.
    assert_eq!(verification.differences.len(), 1);
}

#[test]
fn streams_are_compared_item_by_item() {
    let interface = crate::compile::interface_of(&[(
        "foo.proto",
        "syntax = \"proto3\"; package bar; service S {
           rpc Up(stream M) returns (M);
           rpc Down(M) returns (stream M);
           rpc Both(stream M) returns (stream M);
         } message M { string text = 1; }",
    )]);
    let wit = interface.to_wit();
    assert!(verified(&interface, &wit).is_accepted());
    let infallible = wit.replace("stream<result<m, status>>", "stream<m>");
    assert!(verified(&interface, &infallible).is_accepted());
    let fields = |wit: &str| -> Vec<String> {
        verified(&interface, wit)
            .differences
            .iter()
            .map(|difference| format!("{} {}", difference.function, difference.field))
            .collect()
    };
    assert_eq!(
        fields(&wit.replace("text: string", "text: u8")),
        [
            "up request[].text",
            "down request.text",
            "both request[].text"
        ]
    );
    assert_eq!(
        fields(&wit.replace("stream<result<m, status>>", "result<m, status>")),
        ["down response", "both response"]
    );
}

#[test]
fn more_exports_than_the_interface_has_are_extras() {
    let interface = interface(MESSAGES);
    let wit = interface.to_wit().replace(
        EXPORT,
        &format!("{EXPORT} export other: func(); export more: interface {{ f: func(); }}"),
    );
    let verification = verified(&interface, &wit);
    assert!(verification.is_accepted());
    let extras: Vec<String> = verification
        .extras
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        extras,
        [
            "the component exports the function `other`, which the interface does not have; nothing calls it",
            "the component exports the interface `more`, which the interface does not have; nothing calls it",
        ]
    );
}

/// The verification of a component that imports `functions` of packages that
/// stand below its own.
fn importing(imports: &str, packages: &str) -> Vec<String> {
    let interface = interface(MESSAGES);
    let wit = interface
        .to_wit()
        .replace(EXPORT, &format!("{EXPORT} {imports}"));
    let verification = verified(&interface, &format!("{wit}\n{packages}"));
    assert_eq!(verification.differences, []);
    verification
        .unsatisfied
        .iter()
        .map(ToString::to_string)
        .collect()
}

#[test]
fn imports_that_the_node_has_are_satisfied() {
    let none: [String; 0] = [];
    assert_eq!(
        importing(
            "import wasi:cli/stdout@0.2.9; import wasi:random/random@0.2.0; import wasi:http/outgoing-handler@0.2.6; import other:types/only@9.0.0;",
            "package wasi:cli@0.2.9 { interface stdout { f: func(); } }
             package wasi:http@0.2.6 { interface outgoing-handler { f: func(); } }
             package wasi:random@0.2.0 { interface random { f: func(); } }
             package other:types@9.0.0 { interface only { record r { x: u8 } } }",
        ),
        none
    );
}

#[test]
fn imports_that_nothing_has_say_what_would_satisfy_them() {
    let all = importing(
        "import wasi:http/handler@0.2.0; import wasi:sockets/tcp@0.2.0; import wasi:cli/stdout@0.3.0; import wasi:nn/graph@0.2.0; import wasi:clocks/timezone@0.2.0;
         import vimana:service/types@2.0.0; import bar:other/api@1.0.0; import some:thing/api; import bare: func();",
        "package wasi:http@0.2.0 { interface handler { f: func(); } }
         package wasi:sockets@0.2.0 { interface tcp { f: func(); } }
         package wasi:cli@0.3.0 { interface stdout { f: func(); } }
         package wasi:clocks@0.2.0 { interface timezone { f: func(); } }
         package wasi:nn@0.2.0 { interface graph { f: func(); } }
         package vimana:service@2.0.0 { interface types { f: func(); } }
         package bar:other@1.0.0 { interface api { f: func(); } }
         package some:thing { interface api { f: func(); } }",
    );
    assert_data_eq!(
        all.join("\n"),
        str![[r#"
nothing satisfies the import `wasi:http/handler@0.2.0`: this node has `wasi:cli`, `clocks`, `filesystem`, `io`, `random` and `http/outgoing-handler` of WASI 0.2, not this interface
nothing satisfies the import `wasi:sockets/tcp@0.2.0`: no component has sockets; it sends HTTP requests by `wasi:http/outgoing-handler`
nothing satisfies the import `wasi:cli/stdout@0.3.0`: this node has WASI 0.2
nothing satisfies the import `wasi:nn/graph@0.2.0`: this node has `wasi:cli`, `clocks`, `filesystem`, `io`, `random` and `http/outgoing-handler` of WASI 0.2, not this interface
nothing satisfies the import `wasi:clocks/timezone@0.2.0`: this node has `wasi:cli`, `clocks`, `filesystem`, `io`, `random` and `http/outgoing-handler` of WASI 0.2, not this interface
nothing satisfies the import `vimana:service/types@2.0.0`: this node has `vimana:service` 1.0
nothing satisfies the import `bar:other/api@1.0.0`: compose the component with one that exports it
nothing satisfies the import `some:thing/api`: compose the component with one that exports it
nothing satisfies the import `bare`: a component may import interfaces, not functions by themselves
"#]]
    );
}

/// A world against another release of the platform: its text, altered.
fn against_platform(version: &str, from: &str, to: &str) -> Verification {
    use wit_component::{ComponentEncoder, StringEncoding, dummy_module, embed_component_metadata};
    let interface = interface(MESSAGES);
    let platform = vimana_interface::SERVICE_WIT
        .replace("@1.0.0", &format!("@{version}"))
        .replace(from, to);
    let wit = interface
        .to_wit()
        .replace("types@1.0.0", &format!("types@{version}"))
        .replace("imports@1.0.0", &format!("imports@{version}"));
    let mut resolve = wit_parser::Resolve::new();
    resolve.push_source("service.wit", &platform).unwrap();
    let package = resolve.push_source("package.wit", &wit).unwrap();
    let world = resolve.select_world(&[package], None).unwrap();
    let mangling = wit_parser::ManglingAndAbi::Legacy(wit_parser::LiftLowerAbi::Sync);
    let mut module = dummy_module(&resolve, world, mangling);
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
    let component = ComponentEncoder::default()
        .validate(true)
        .module(&module)
        .unwrap()
        .encode()
        .unwrap();
    verify(&interface, &component).unwrap()
}

#[test]
fn later_releases_of_the_platform_are_compatible_as_far_as_they_agree() {
    assert!(against_platform("1.4.2", "", "").is_accepted());
    let newer = against_platform(
        "1.1.0",
        "request-id: func() -> string;",
        "request-id: func() -> string; region: func() -> string;",
    );
    assert_eq!(
        newer.unsatisfied[0].to_string(),
        "nothing satisfies the import `vimana:service/types@1.1.0`: `[method]context.region` is not, or not so, in `vimana:service` 1.0, which this node has"
    );
    assert!(!against_platform("2.0.0", "", "").is_accepted());
    let other = against_platform(
        "1.0.1",
        "log: func(level: level, message: string);",
        "log: func(message: string);",
    );
    assert!(!other.is_accepted());
}

/// A service `bar.Stock` that others call.
fn stock(rpc: &str) -> Interface {
    crate::compile::interface_of(&[(
        "stock.proto",
        &format!(
            "syntax = \"proto3\"; package bar; service Stock {{ {rpc} }}
             message Item {{ string id = 1; optional int64 count = 2; }}"
        ),
    )])
}

/// A component that calls `stock`, whose text is altered.
fn caller(stock: &Interface, from: &str, to: &str) -> Vec<u8> {
    let interface = interface(MESSAGES);
    let wit = interface
        .to_wit()
        .replace(EXPORT, &format!("{EXPORT} import bar:stock/rpc@1.0.0;"));
    let other = stock.to_wit();
    let other = other[..other.find("/// What an implementation").unwrap()].to_owned();
    assert!(other.contains(from), "{from} in\n{other}");
    let other = other.replace(from, to);
    let (package, rest) = other.split_once(';').unwrap();
    component(&format!("{wit}\n{package} {{ {rest} }}"))
}

#[test]
fn an_import_of_another_service_is_a_link_to_it() {
    let stock = stock("rpc Get(Item) returns (Item); rpc Put(stream Item) returns (Item);");
    let component = caller(&stock, "", "");
    let verification = verify(&interface(MESSAGES), &component).unwrap();
    assert_eq!(verification.unsatisfied, []);
    let links: Vec<_> = verification.links().collect();
    assert_eq!(links.len(), 1);
    assert_eq!(links[0].name, "bar:stock/rpc@1.0.0");
    assert_eq!(links[0].package.as_deref(), Some("bar:stock"));
    assert_eq!(links[0].functions, ["get", "put"]);
    assert!(stock.gives(links[0]));
    assert!(!interface(MESSAGES).gives(links[0]));
    assert_eq!(verify_link(&stock, &component).unwrap(), []);
    assert_eq!(
        verify_link(&interface(MESSAGES), &component).unwrap(),
        [],
        "nothing is imported of this one"
    );
}

#[test]
fn a_caller_that_takes_a_service_for_what_it_is_not_is_told_each_difference() {
    let stock = stock("rpc Get(Item) returns (Item);");
    let get = "get: func(request: item) -> result<item, status>;";
    let cases = [
        ("count: option<s64>", "count: s64"),
        (get, "take: func(request: item) -> result<item, status>;"),
        (
            get,
            "get: func(ctx: u8, request: item) -> result<item, status>;",
        ),
        (get, "get: func(request: item) -> item;"),
        (get, "get: func(request: item) -> result<item, string>;"),
        (get, "get: func(request: string) -> result<string, status>;"),
    ];
    let all: Vec<String> = cases
        .iter()
        .flat_map(|(from, to)| verify_link(&stock, &caller(&stock, from, to)).unwrap())
        .map(|difference| difference.to_string())
        .collect();
    assert_data_eq!(
        all.join("\n"),
        str![[r#"
function `get`: `request.count` should be `option<s64>`, found `s64` (`bar.Item.count`)
the component imports `take`, which `bar.Stock` does not have; it has `get`
function `get`: expected the parameters `(request: item)`, found `(ctx: u8, request: item)`
function `get`: `response` should be `result<item, status>`, found `item` (`bar.Stock.Get`)
function `get`: `response` should be `result<item, status>`, found `result<item, string>` (`bar.Stock.Get`)
function `get`: `request` should be `record item`, found `string` (`bar.Stock.Get`)
function `get`: `response` should be `record item`, found `string` (`bar.Stock.Get`)
"#]]
    );
}
