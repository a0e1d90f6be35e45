//! Guests of `bar.FooService`, each with one behaviour.

use std::path::Path;

use vimana_interface::{Interface, SERVICE_WIT};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

/// What a guest is compiled against. `extra` are further methods that the
/// published interface has, as streaming ones, which no guest here implements.
pub(crate) fn proto(extra: &str) -> String {
    format!(
        r#"
        syntax = "proto3";
        package bar;
        import "google/api/annotations.proto";
        service FooService {{
          rpc SayHello(HelloRequest) returns (HelloResponse) {{
            option (google.api.http) = {{
              get: "/say-hi"
              additional_bindings {{ post: "/say-hi" body: "*" }}
              additional_bindings {{ get: "/greetings/{{name}}" response_body: "text" }}
            }};
          }}
          {extra}
        }}
        message HelloRequest {{ string name = 1; }}
        message HelloResponse {{ string text = 1; }}
        message Ping {{}}
        "#
    )
}

/// Compiles a `.proto` with all its imports.
pub(crate) fn descriptor_set(proto: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap_or(Path::new("/"))).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write("google/api/http.proto", vimana_proto::GOOGLE_HTTP_PROTO);
    write(
        "google/api/annotations.proto",
        vimana_proto::GOOGLE_ANNOTATIONS_PROTO,
    );
    write("vimana/options.proto", vimana_proto::OPTIONS_PROTO);
    write("service.proto", proto);
    protox::Compiler::new([folder.path()])
        .unwrap()
        .include_imports(true)
        .open_file("service.proto")
        .unwrap()
        .encode_file_descriptor_set()
}

pub(crate) fn wit(proto: &str, service: &str) -> (String, String) {
    let pool = prost_reflect::DescriptorPool::decode(&*descriptor_set(proto)).unwrap();
    let service = pool.get_service_by_name(service).unwrap();
    let interface = Interface::new(&service, &semver::Version::new(1, 0, 0)).unwrap();
    (interface.to_wit(), interface.world_name().to_owned())
}

/// Makes a component of a core module for a world.
pub(crate) fn component(wit: &str, world: &str, core: &str) -> Vec<u8> {
    let mut resolve = Resolve::default();
    resolve.push_str("service.wit", SERVICE_WIT).unwrap();
    for package in WASI {
        resolve.push_str("wasi.wit", package).unwrap();
    }
    let package = resolve.push_str("world.wit", wit).unwrap();
    let world = resolve.select_world(&[package], Some(world)).unwrap();
    let mut core = wat::parse_str(core).unwrap();
    embed_component_metadata(&mut core, &resolve, world, StringEncoding::UTF8).unwrap();
    ComponentEncoder::default()
        .validate(true)
        .module(&core)
        .unwrap()
        .encode()
        .unwrap()
}

/// A core module with memory, an allocator that never frees, and `items`.
pub(crate) fn core(imports: &str, items: &str) -> String {
    format!(
        r#"(module
          {imports}
          (memory (export "memory") 40)
          (global $heap (mut i32) (i32.const 4096))
          (func (export "cabi_realloc")
            (param $old i32) (param $old_size i32) (param $align i32) (param $size i32)
            (result i32) (local $at i32)
            (local.set $at
              (i32.and
                (i32.add (global.get $heap) (i32.sub (local.get $align) (i32.const 1)))
                (i32.sub (i32.const 0) (local.get $align))))
            (global.set $heap (i32.add (local.get $at) (local.get $size)))
            (local.get $at))
          {items})"#
    )
}

/// `say-hello` with the given body, which leaves a pointer to a
/// `result<hello-response, status>`: a flag at 0, the text's pointer and length at
/// 4 and 8, or the code at 4, the message at 8 and 12 and the details at 16 and 20.
pub(crate) fn say_hello(imports: &str, body: &str) -> Vec<u8> {
    let (wit, world) = wit(&proto(""), "bar.FooService");
    let function = format!(
        r#"(func (export "say-hello")
          (param $ctx i32) (param $name i32) (param $name_len i32) (result i32)
          {body})"#
    );
    component(&wit, &world, &core(imports, &function))
}

pub(crate) const ANSWER_NAME: &str = "
    (i32.store8 (i32.const 0) (i32.const 0))
    (i32.store (i32.const 4) (local.get $name))
    (i32.store (i32.const 8) (local.get $name_len))
    (i32.const 0)";

/// Answers with the name itself.
pub(crate) fn echo() -> Vec<u8> {
    say_hello("", ANSWER_NAME)
}

/// Answers with a fixed text.
pub(crate) fn answers(text: &str) -> Vec<u8> {
    let (wit, world) = wit(&proto(""), "bar.FooService");
    let len = text.len();
    let items = format!(
        r#"(data (i32.const 1024) "{text}")
        (func (export "say-hello") (param i32 i32 i32) (result i32)
          (i32.store (i32.const 4) (i32.const 1024))
          (i32.store (i32.const 8) (i32.const {len}))
          (i32.const 0))"#
    );
    component(&wit, &world, &core("", &items))
}

/// Answers with the name, without a `result` around it.
pub(crate) fn infallible_echo() -> Vec<u8> {
    let (wit, world) = wit(&proto(""), "bar.FooService");
    let plain = without_status(&wit);
    let items = r#"(func (export "say-hello")
          (param $ctx i32) (param $name i32) (param $name_len i32) (result i32)
          (i32.store (i32.const 0) (local.get $name))
          (i32.store (i32.const 4) (local.get $name_len))
          (i32.const 0))"#;
    component(&plain, &world, &core("", items))
}

/// Gives the stream of pings back that it was given, in a function that is not async
/// and whose pings cannot fail. Greets as [`echo`] does.
pub(crate) fn hands_pings_back() -> Vec<u8> {
    let proto = proto("rpc PingPong(stream Ping) returns (stream Ping);");
    let (wit, world) = wit(&proto, "bar.FooService");
    let plain = wit
        .replace("ping-pong: async func", "ping-pong: func")
        .replace("stream<result<ping, status>>", "stream<ping>");
    assert!(
        plain.contains("request: stream<ping>) -> stream<ping>"),
        "{plain}"
    );
    let items = format!(
        r#"(func (export "say-hello")
          (param $ctx i32) (param $name i32) (param $name_len i32) (result i32)
          {ANSWER_NAME})
        (func (export "ping-pong") (param $ctx i32) (param $pings i32) (result i32)
          (local.get $pings))"#
    );
    component(&plain, &world, &core("", &items))
}

/// The function without its error, in the world alone.
fn without_status(wit: &str) -> String {
    let plain = wit.replace("result<hello-response, status>", "hello-response");
    assert_ne!(plain, wit, "the function returns a result");
    plain
}

/// Answers with the name from a function that is lifted async.
pub(crate) fn async_echo() -> Vec<u8> {
    let (wit, world) = wit(&proto(""), "bar.FooService");
    let asynchronous = wit.replace("say-hello: func", "say-hello: async func");
    assert_ne!(asynchronous, wit, "the function is sync by default");
    let imports = r#"(import "[export]$root" "[task-return]say-hello"
          (func $return (param i32 i32 i32 i32 i32 i32)))"#;
    let items = r#"
        (func (export "[async-lift]say-hello")
          (param $ctx i32) (param $name i32) (param $name_len i32) (result i32)
          (call $return (i32.const 0) (local.get $name) (local.get $name_len)
            (i32.const 0) (i32.const 0) (i32.const 0))
          (i32.const 0))
        (func (export "[callback][async-lift]say-hello") (param i32 i32 i32) (result i32)
          unreachable)"#;
    component(&asynchronous, &world, &core(imports, items))
}

/// Fails with `NOT_FOUND`, `no shelf`, and one detail.
pub(crate) fn not_found() -> Vec<u8> {
    let (wit, world) = wit(&proto(""), "bar.FooService");
    let items = r#"
        (data (i32.const 1024) "no shelf")
        (data (i32.const 1040) "type.googleapis.com/bar.Ping")
        ;; A detail: its type's pointer and length, its value's pointer and length.
        (data (i32.const 1080) "\10\04\00\00\1c\00\00\00\00\04\00\00\02\00\00\00")
        (func (export "say-hello") (param i32 i32 i32) (result i32)
          (i32.store8 (i32.const 0) (i32.const 1))
          (i32.store8 (i32.const 4) (i32.const 4))
          (i32.store (i32.const 8) (i32.const 1024))
          (i32.store (i32.const 12) (i32.const 8))
          (i32.store (i32.const 16) (i32.const 1080))
          (i32.store (i32.const 20) (i32.const 1))
          (i32.const 0))"#;
    component(&wit, &world, &core("", items))
}

pub(crate) fn trap() -> Vec<u8> {
    say_hello("", "unreachable")
}

/// Takes memory until it gets none, then gives up as allocators do.
pub(crate) fn hog() -> Vec<u8> {
    let body = "
        (loop $more
          (br_if $more (i32.ne (memory.grow (i32.const 16)) (i32.const -1))))
        unreachable";
    say_hello("", body)
}

pub(crate) fn spin() -> Vec<u8> {
    say_hello("", "(loop $ever (br $ever)) unreachable")
}

/// Claims a response of 2 MiB.
pub(crate) fn large_answer() -> Vec<u8> {
    let body = "
        (drop (memory.grow (i32.const 40)))
        (i32.store (i32.const 4) (i32.const 4096))
        (i32.store (i32.const 8) (i32.const 2097152))
        (i32.const 0)";
    say_hello("", body)
}

/// Sends the metadata `x-tag` back as header `x-reply`, trailer `x-trail-bin` and text.
pub(crate) fn tag_echo() -> Vec<u8> {
    let imports = r#"
        (import "vimana:service/types@1.0.0" "[method]context.get-metadata"
          (func $get (param i32 i32 i32 i32)))
        (import "vimana:service/types@1.0.0" "[method]context.add-header"
          (func $header (param i32 i32 i32 i32 i32 i32)))
        (import "vimana:service/types@1.0.0" "[method]context.add-trailer"
          (func $trailer (param i32 i32 i32 i32 i32 i32)))
        (import "vimana:service/types@1.0.0" "[resource-drop]context"
          (func $drop (param i32)))"#;
    let (wit, world) = wit(&proto(""), "bar.FooService");
    let items = r#"
        (data (i32.const 1024) "x-tag")
        (data (i32.const 1040) "x-reply")
        (data (i32.const 1060) "x-trail-bin")
        (func (export "say-hello") (param $ctx i32) (param i32 i32) (result i32)
          (local $value i32) (local $len i32)
          (call $get (local.get $ctx) (i32.const 1024) (i32.const 5) (i32.const 64))
          ;; The list at 64 has one element at least.
          (if (i32.eqz (i32.load (i32.const 68))) (then unreachable))
          (local.set $value (i32.load (i32.load (i32.const 64))))
          (local.set $len (i32.load offset=4 (i32.load (i32.const 64))))
          (call $header (local.get $ctx) (i32.const 1040) (i32.const 7)
            (local.get $value) (local.get $len) (i32.const 80))
          (if (i32.load8_u (i32.const 80)) (then unreachable))
          (call $trailer (local.get $ctx) (i32.const 1060) (i32.const 11)
            (local.get $value) (local.get $len) (i32.const 80))
          (if (i32.load8_u (i32.const 80)) (then unreachable))
          ;; A name that the protocol keeps for itself is refused.
          (call $header (local.get $ctx) (i32.const 1024) (i32.const 0)
            (local.get $value) (local.get $len) (i32.const 80))
          (if (i32.ne (i32.load8_u (i32.const 80)) (i32.const 1)) (then unreachable))
          (call $drop (local.get $ctx))
          (i32.store (i32.const 4) (local.get $value))
          (i32.store (i32.const 8) (local.get $len))
          (i32.const 0))"#;
    component(&wit, &world, &core(imports, items))
}

/// Answers with what the context says the method is, and fails where no time is left.
pub(crate) fn method_name() -> Vec<u8> {
    let imports = r#"
        (import "vimana:service/types@1.0.0" "[method]context.method"
          (func $method (param i32 i32)))
        (import "vimana:service/types@1.0.0" "[method]context.time-remaining"
          (func $remaining (param i32) (result i64)))"#;
    let body = "
        (if (i64.eqz (call $remaining (local.get $ctx))) (then unreachable))
        (call $method (local.get $ctx) (i32.const 64))
        (i32.store (i32.const 4) (i32.load (i32.const 64)))
        (i32.store (i32.const 8) (i32.load (i32.const 68)))
        (i32.const 0)";
    say_hello(imports, body)
}

/// Logs the name at level `warn`, then answers with it.
pub(crate) fn logger() -> Vec<u8> {
    let imports = r#"(import "vimana:service/logging@1.0.0" "log"
          (func $log (param i32 i32 i32)))"#;
    let body = format!(
        "(call $log (i32.const 3) (local.get $name) (local.get $name_len))
        {ANSWER_NAME}"
    );
    say_hello(imports, &body)
}

/// As much of WASI as guests here import.
const WASI: [&str; 6] = [
    "package wasi:io@0.2.0;
    interface error { resource error; }
    interface poll { resource pollable { block: func(); } }
    interface streams {
      use error.{error};
      variant stream-error { last-operation-failed(error), closed }
      resource output-stream {
        blocking-write-and-flush: func(contents: list<u8>) -> result<_, stream-error>;
      }
    }",
    "package wasi:cli@0.2.0;
    interface environment { get-environment: func() -> list<tuple<string, string>>; }
    interface stdout {
      use wasi:io/streams@0.2.0.{output-stream};
      get-stdout: func() -> output-stream;
    }",
    "package wasi:clocks@0.2.0;
    interface monotonic-clock {
      use wasi:io/poll@0.2.0.{pollable};
      subscribe-duration: func(when: u64) -> pollable;
    }
    interface wall-clock {
      record datetime { seconds: u64, nanoseconds: u32 }
      now: func() -> datetime;
    }",
    "package wasi:http@0.2.0;
    interface types {
      use wasi:io/poll@0.2.0.{pollable};
      variant scheme { HTTP, HTTPS, other(string) }
      record DNS-error-payload { rcode: option<string>, info-code: option<u16> }
      record TLS-alert-received-payload {
        alert-id: option<u8>, alert-message: option<string>
      }
      record field-size-payload { field-name: option<string>, field-size: option<u32> }
      variant error-code {
        DNS-timeout, DNS-error(DNS-error-payload), destination-not-found,
        destination-unavailable, destination-IP-prohibited, destination-IP-unroutable,
        connection-refused, connection-terminated, connection-timeout,
        connection-read-timeout, connection-write-timeout, connection-limit-reached,
        TLS-protocol-error, TLS-certificate-error,
        TLS-alert-received(TLS-alert-received-payload), HTTP-request-denied,
        HTTP-request-length-required, HTTP-request-body-size(option<u64>),
        HTTP-request-method-invalid, HTTP-request-URI-invalid, HTTP-request-URI-too-long,
        HTTP-request-header-section-size(option<u32>),
        HTTP-request-header-size(option<field-size-payload>),
        HTTP-request-trailer-section-size(option<u32>),
        HTTP-request-trailer-size(field-size-payload), HTTP-response-incomplete,
        HTTP-response-header-section-size(option<u32>),
        HTTP-response-header-size(field-size-payload),
        HTTP-response-body-size(option<u64>),
        HTTP-response-trailer-section-size(option<u32>),
        HTTP-response-trailer-size(field-size-payload),
        HTTP-response-transfer-coding(option<string>),
        HTTP-response-content-coding(option<string>), HTTP-response-timeout,
        HTTP-upgrade-failed, HTTP-protocol-error, loop-detected, configuration-error,
        internal-error(option<string>)
      }
      resource fields { constructor(); }
      resource request-options;
      resource incoming-response { status: func() -> u16; }
      resource future-incoming-response {
        subscribe: func() -> pollable;
        get: func() -> option<result<result<incoming-response, error-code>>>;
      }
      resource outgoing-request {
        constructor(headers: fields);
        set-scheme: func(scheme: option<scheme>) -> result;
        set-authority: func(authority: option<string>) -> result;
        set-path-with-query: func(path: option<string>) -> result;
      }
    }
    interface outgoing-handler {
      use types.{outgoing-request, request-options, future-incoming-response, error-code};
      handle: func(request: outgoing-request, options: option<request-options>)
        -> result<future-incoming-response, error-code>;
    }",
    "package wasi:random@0.2.0;
    interface random { get-random-bytes: func(len: u64) -> list<u8>; }",
    "package wasi:filesystem@0.2.0;
    interface types { resource descriptor; }
    interface preopens {
      use types.{descriptor};
      get-directories: func() -> list<tuple<descriptor, string>>;
    }",
];

/// Traps where it finds an environment, a folder or a clock that runs; else
/// writes the name to standard output and answers with it.
pub(crate) fn wasi_user() -> Vec<u8> {
    let (wit, world) = wit(&proto(""), "bar.FooService");
    let head = format!("world {world} {{");
    let with_wasi = wit.replace(
        &head,
        &format!(
            "{head}
            import wasi:cli/environment@0.2.0;
            import wasi:cli/stdout@0.2.0;
            import wasi:clocks/wall-clock@0.2.0;
            import wasi:filesystem/preopens@0.2.0;"
        ),
    );
    assert_ne!(with_wasi, wit, "the world begins as expected");
    let imports = r#"
        (import "wasi:cli/environment@0.2.0" "get-environment"
          (func $environment (param i32)))
        (import "wasi:filesystem/preopens@0.2.0" "get-directories"
          (func $directories (param i32)))
        (import "wasi:clocks/wall-clock@0.2.0" "now" (func $now (param i32)))
        (import "wasi:cli/stdout@0.2.0" "get-stdout" (func $stdout (result i32)))
        (import "wasi:io/streams@0.2.0" "[method]output-stream.blocking-write-and-flush"
          (func $write (param i32 i32 i32 i32)))"#;
    let items = format!(
        r#"(func (export "say-hello")
          (param $ctx i32) (param $name i32) (param $name_len i32) (result i32)
          (call $environment (i32.const 64))
          (if (i32.load (i32.const 68)) (then unreachable))
          (call $directories (i32.const 64))
          (if (i32.load (i32.const 68)) (then unreachable))
          (call $now (i32.const 64))
          (if (i64.ne (i64.load (i32.const 64)) (i64.const 0)) (then unreachable))
          (call $write (call $stdout) (local.get $name) (local.get $name_len) (i32.const 64))
          (if (i32.load8_u (i32.const 64)) (then unreachable))
          {ANSWER_NAME})"#
    );
    component(&with_wasi, &world, &core(imports, &items))
}

/// Answers with the subject of the caller, or nothing where nobody is known; fails
/// where it sees the caller's token.
pub(crate) fn who() -> Vec<u8> {
    let (wit, world) = wit(&proto(""), "bar.FooService");
    let imports = r#"
        (import "vimana:service/types@1.0.0" "[method]context.get-metadata"
          (func $get (param i32 i32 i32 i32)))
        (import "vimana:service/types@1.0.0" "[method]context.caller"
          (func $caller (param i32 i32)))"#;
    let items = r#"
        (data (i32.const 1024) "authorization")
        (func (export "say-hello")
          (param $ctx i32) (param $name i32) (param $name_len i32) (result i32)
          (call $get (local.get $ctx) (i32.const 1024) (i32.const 13) (i32.const 64))
          (if (i32.load (i32.const 68)) (then unreachable))
          (call $caller (local.get $ctx) (i32.const 128))
          (i32.store (i32.const 4) (i32.const 1024))
          (i32.store (i32.const 8) (i32.const 0))
          (if (i32.load8_u (i32.const 128)) (then
            (i32.store (i32.const 4) (i32.load (i32.const 140)))
            (i32.store (i32.const 8) (i32.load (i32.const 144)))))
          (i32.const 0))"#;
    component(&wit, &world, &core(imports, items))
}
