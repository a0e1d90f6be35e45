//! What `vimana wit` prints.

use snapbox::{assert_data_eq, file, str};

use crate::compile::{foo, interface, interface_of};
use crate::guest::{component, resolve};

/// `examples/repo` has the walkthrough's file word for word.
const WALKTHROUGH: &str = include_str!("../../../examples/repo/walkthrough/foo.proto");

fn walkthrough() -> String {
    format!("{WALKTHROUGH}import \"vimana/options.proto\";")
}

#[test]
fn the_walkthrough_has_the_world_of_the_walkthrough() {
    let wit = interface_of(&[("foo.proto", &walkthrough())]).to_wit();
    assert_data_eq!(wit.clone(), file!["golden/walkthrough.wit"]);
    let (resolve, package) = resolve(&wit);
    let world = resolve.select_world(&[package], None).unwrap();
    let exports: Vec<String> = resolve.worlds[world]
        .exports
        .keys()
        .map(|key| resolve.name_world_key(key))
        .collect();
    assert_eq!(exports, ["say-hello", "ping-pong"]);
    component(&wit);
}

#[test]
fn every_row_of_the_table_has_its_type() {
    let files = [
        ("table.proto", include_str!("proto/table.proto")),
        ("other.proto", include_str!("proto/other.proto")),
        ("closed.proto", include_str!("proto/closed.proto")),
    ];
    let wit = interface_of(&files).to_wit();
    assert_data_eq!(wit.clone(), file!["golden/table.wit"]);
    component(&wit);
}

#[test]
fn all_arities_stream_where_the_methods_do() {
    let interface = interface_of(&[(
        "foo.proto",
        r#"syntax = "proto3";
package foo.v1;
import "google/protobuf/wrappers.proto";
service Chat {
  rpc Send(Line) returns (Line);
  rpc Upload(stream Line) returns (Line);
  rpc Listen(Line) returns (stream Line);
  rpc Talk(stream Line) returns (stream google.protobuf.StringValue);
}
message Line { string text = 1; }
"#,
    )]);
    assert_eq!(interface.package_name(), "foo-v1:chat@1.0.0");
    let wit = interface.to_wit();
    component(&wit);
    let world = &wit[wit.find("/// What an implementation").unwrap()..];
    assert_data_eq!(
        world,
        str![[r#"
/// What an implementation of `foo.v1.Chat` exports.
world chat {
  include vimana:service/imports@1.0.0;

  use vimana:service/types@1.0.0.{context, status};
  use types.{line};

  export send: func(ctx: context, request: line) -> result<line, status>;

  export upload: async func(ctx: context, request: stream<line>) -> result<line, status>;

  export listen: async func(ctx: context, request: line) -> stream<result<line, status>>;

  export talk: async func(ctx: context, request: stream<line>) -> stream<result<string, status>>;
}

"#]]
    );
}

#[test]
fn messages_that_are_named_like_functions_or_the_platforms_types_get_an_alias() {
    let wit = interface_of(&[(
        "foo.proto",
        r#"syntax = "proto3";
package foo;
service Health {
  rpc Ping(Ping) returns (Status);
  rpc Context(Context) returns (Status);
}
message Ping {}
message Status { bool up = 1; }
message Context {}
"#,
    )])
    .to_wit();
    component(&wit);
    assert!(wit.contains("use vimana:service/types@1.0.0.{context as platform-context, status};"));
    assert!(wit.contains(
        "use types.{context as context-message, ping as ping-message, status as status-message};"
    ));
    assert!(wit.contains(
        "export ping: func(ctx: platform-context, request: ping-message) -> result<status-message, status>;"
    ));
}

#[test]
fn an_imported_message_bears_its_package_only_where_names_meet() {
    let wit = interface_of(&[
        (
            "foo.proto",
            &format!(
                "{}import \"a.proto\"; import \"b.proto\";",
                foo("message Request { a.v1.Money a = 1; b.Money b = 2; a.v1.Unit unit = 3; Zone z = 4; b.Zone bz = 5; } message Response {} message Zone {}")
            ),
        ),
        (
            "a.proto",
            "syntax = \"proto3\"; package a.v1; message Money { int64 units = 1; } message Unit {}",
        ),
        (
            "b.proto",
            "syntax = \"proto3\"; package b; message Money { int64 units = 1; } message Zone {}",
        ),
    ])
    .to_wit();
    component(&wit);
    for line in [
        "a: option<a-v1-money>,",
        "b: option<b-money>,",
        "unit: option<unit>,",
        "z: option<zone>,",
        "bz: option<b-zone>,",
    ] {
        assert!(wit.contains(line), "{line} in\n{wit}");
    }
}

#[test]
fn imported_types_that_meet_in_their_own_package_say_what_they_are() {
    let wit = interface_of(&[
        (
            "foo.proto",
            &format!(
                "{}import \"a.proto\";",
                foo("message Request { a.v1.Job job = 1; } message Response {}")
            ),
        ),
        (
            "a.proto",
            "syntax = \"proto3\"; package a.v1; message Job { oneof metadata { JobMetadata data = 1; } } message JobMetadata { string name = 1; }",
        ),
    ])
    .to_wit();
    component(&wit);
    for line in [
        "metadata: option<a-v1-job-metadata-oneof>,",
        "variant a-v1-job-metadata-oneof {",
        "data(a-v1-job-metadata-message),",
        "record a-v1-job-metadata-message {",
    ] {
        assert!(wit.contains(line), "{line} in\n{wit}");
    }
}

#[test]
fn keywords_are_escaped_everywhere() {
    let wit = interface_of(&[(
        "foo.proto",
        r#"syntax = "proto3";
package stream.interface;
service World {
  rpc List(Record) returns (Enum);
  rpc Async(Type) returns (Result);
}
message Record {
  string type = 1;
  oneof with { string from = 2; Enum as = 3; }
  Variant variant = 4;
}
message Enum {}
message Type { map<string, Record> map = 1; }
message Result { repeated Type list = 1; }
enum Variant { own = 0; borrow = 1; }
"#,
    )])
    .to_wit();
    assert!(
        wit.starts_with("package stream-interface:%world@1.0.0;"),
        "{wit}"
    );
    component(&wit);
}

#[test]
fn recursion_is_the_same_wherever_one_starts() {
    let body = "
        message A { string name = 1; B b = 2; }
        message B { repeated A list = 1; map<string, B> map = 2; oneof kind { A a = 3; } }
        message C { A a = 1; }";
    let from_a = interface(&format!(
        "message Request {{ A a = 1; B b = 2; }} message Response {{ C c = 1; }} {body}"
    ));
    let from_b = interface(&format!(
        "message Request {{ C c = 1; }} message Response {{ B b = 2; }} {body}"
    ));
    let record = |wit: &str, start: &str| {
        let start = wit.find(start).unwrap();
        let end = start + wit[start..].find('}').unwrap();
        wit[start..end].to_owned()
    };
    let (from_a, from_b) = (from_a.to_wit(), from_b.to_wit());
    component(&from_a);
    for name in ["record a {", "record b {", "record c {", "variant b-kind {"] {
        assert_eq!(record(&from_a, name), record(&from_b, name));
    }
    assert_data_eq!(
        record(&from_a, "record b {"),
        str![[r#"
record b {
    /// An encoded `bar.A`, since WIT has no recursive types.
    %list: list<list<u8>>,
    /// An encoded `bar.B`, since WIT has no recursive types.
    %map: list<tuple<string, list<u8>>>,
    kind: option<b-kind>,
  
"#]]
    );
}

#[test]
fn the_options_name_what_they_stand_on() {
    let wit = interface_of(&[(
        "foo.proto",
        r#"syntax = "proto3";
package bar;
import "vimana/options.proto";
service FooService {
  rpc Do(Request) returns (Response) { option (vimana.method_wit_name) = "perform"; }
}
message Request {
  option (vimana.message_wit_name) = "ask";
  string _1 = 1 [(vimana.wit_name) = "first"];
  oneof kind {
    option (vimana.oneof_wit_name) = "sort";
    string a = 2 [(vimana.wit_name) = "alpha"];
  }
  message Inner { Level level = 1; }
  Inner inner = 3;
}
message Response {}
enum Level {
  option (vimana.enum_wit_name) = "height";
  LOW = 0 [(vimana.enum_value_wit_name) = "ground"];
}
"#,
    )])
    .to_wit();
    component(&wit);
    for text in [
        "export perform: func(ctx: context, request: ask)",
        "record ask {",
        "first: string,",
        "sort: option<ask-sort>,",
        "alpha(string),",
        "record ask-inner {",
        "variant height {",
        "ground,",
    ] {
        assert!(wit.contains(text), "{text} in\n{wit}");
    }
}

#[test]
fn any_semantic_version_can_stand_in_the_package_name() {
    let service = crate::compile::service(&[(
        "foo.proto",
        &foo("message Request { string a = 1; } message Response {}"),
    )]);
    for version in [
        "0.0.0",
        "1.0.0-rc.1",
        "1.0.0-alpha-1.x-y",
        "1.0.0-0.3.7",
        "1.0.0+build.7",
        "1.2.3-rc.1+build-5",
    ] {
        let interface =
            vimana_interface::Interface::new(&service, &version.parse().unwrap()).unwrap();
        component(&interface.to_wit());
    }
}
