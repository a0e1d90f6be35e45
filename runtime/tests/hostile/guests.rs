//! Guests that mean harm, each with one behaviour.

use crate::guest::{ANSWER_NAME, component, core, proto, say_hello, wit};

const LOG: &str = r#"(import "vimana:service/logging@1.0.0" "log"
    (func $log (param i32 i32 i32)))"#;

/// Logs the name for ever.
pub(crate) fn log_flood() -> Vec<u8> {
    let body = "
        (loop $ever
          (call $log (i32.const 2) (local.get $name) (local.get $name_len))
          (br $ever))
        unreachable";
    say_hello(LOG, body)
}

/// Calls itself for ever.
pub(crate) fn stack_overflow() -> Vec<u8> {
    let (wit, world) = wit(&proto(""), "bar.FooService");
    let items = r#"
        (func $deeper (param $depth i64) (result i64)
          (i64.add
            (call $deeper (i64.add (local.get $depth) (i64.const 1)))
            (local.get $depth)))
        (func (export "say-hello") (param i32 i32 i32) (result i32)
          (drop (call $deeper (i64.const 0)))
          (i32.const 0))"#;
    component(&wit, &world, &core("", items))
}

/// Computes for some tens of milliseconds, then answers with the name.
pub(crate) fn computes() -> Vec<u8> {
    let body = format!(
        "(local $left i64)
        (local.set $left (i64.const 200000000))
        (loop $more
          (local.set $left (i64.sub (local.get $left) (i64.const 1)))
          (br_if $more (i64.ne (local.get $left) (i64.const 0))))
        {ANSWER_NAME}"
    );
    say_hello("", &body)
}

/// Waits for an hour, and computes nothing meanwhile.
pub(crate) fn never_returns() -> Vec<u8> {
    let imports = r#"
        (import "wasi:clocks/monotonic-clock@0.2.0" "subscribe-duration"
          (func $subscribe (param i64) (result i32)))
        (import "wasi:io/poll@0.2.0" "[method]pollable.block" (func $block (param i32)))"#;
    let items = format!(
        r#"(func (export "say-hello")
          (param $ctx i32) (param $name i32) (param $name_len i32) (result i32)
          (call $block (call $subscribe (i64.const 3600000000000)))
          {ANSWER_NAME})"#
    );
    let (wit, world) =
        world_importing(&["wasi:clocks/monotonic-clock@0.2.0", "wasi:io/poll@0.2.0"]);
    component(&wit, &world, &core(imports, &items))
}

/// Asks for more random bytes than a machine has memory.
pub(crate) fn random_hog() -> Vec<u8> {
    let imports = r#"(import "wasi:random/random@0.2.0" "get-random-bytes"
          (func $random (param i64 i32)))"#;
    let items = format!(
        r#"(func (export "say-hello")
          (param $ctx i32) (param $name i32) (param $name_len i32) (result i32)
          (call $random (i64.const 1099511627776) (i32.const 64))
          {ANSWER_NAME})"#
    );
    let (wit, world) = world_importing(&["wasi:random/random@0.2.0"]);
    component(&wit, &world, &core(imports, &items))
}

/// Grows its table until it may not.
pub(crate) fn table_hog() -> Vec<u8> {
    let (wit, world) = wit(&proto(""), "bar.FooService");
    let items = r#"
        (table $table 1 funcref)
        (func (export "say-hello") (param i32 i32 i32) (result i32)
          (loop $more
            (br_if $more (i32.ne
              (table.grow $table (ref.null func) (i32.const 1000))
              (i32.const -1))))
          unreachable)"#;
    component(&wit, &world, &core("", items))
}

/// Sends a request to the host that the name says, in clear, and answers with the
/// status, or with `e` and the number of the error.
pub(crate) fn sends_request() -> Vec<u8> {
    let imports = r#"
        (import "wasi:http/types@0.2.0" "[constructor]fields" (func $fields (result i32)))
        (import "wasi:http/types@0.2.0" "[constructor]outgoing-request"
          (func $request (param i32) (result i32)))
        (import "wasi:http/types@0.2.0" "[method]outgoing-request.set-scheme"
          (func $scheme (param i32 i32 i32 i32 i32) (result i32)))
        (import "wasi:http/types@0.2.0" "[method]outgoing-request.set-authority"
          (func $authority (param i32 i32 i32 i32) (result i32)))
        (import "wasi:http/types@0.2.0" "[method]outgoing-request.set-path-with-query"
          (func $path (param i32 i32 i32 i32) (result i32)))
        (import "wasi:http/outgoing-handler@0.2.0" "handle"
          (func $handle (param i32 i32 i32 i32)))
        (import "wasi:http/types@0.2.0" "[method]future-incoming-response.subscribe"
          (func $subscribe (param i32) (result i32)))
        (import "wasi:io/poll@0.2.0" "[method]pollable.block" (func $block (param i32)))
        (import "wasi:http/types@0.2.0" "[method]future-incoming-response.get"
          (func $get (param i32 i32)))
        (import "wasi:http/types@0.2.0" "[method]incoming-response.status"
          (func $status (param i32) (result i32)))"#;
    let items = r#"
        (data (i32.const 1100) "/")
        ;; Leaves a letter and three digits at 1024.
        (func $answer (param $letter i32) (param $number i32) (result i32)
          (i32.store8 (i32.const 1024) (local.get $letter))
          (i32.store8 (i32.const 1025)
            (i32.add (i32.const 48) (i32.div_u (local.get $number) (i32.const 100))))
          (i32.store8 (i32.const 1026)
            (i32.add (i32.const 48)
              (i32.rem_u (i32.div_u (local.get $number) (i32.const 10)) (i32.const 10))))
          (i32.store8 (i32.const 1027)
            (i32.add (i32.const 48) (i32.rem_u (local.get $number) (i32.const 10))))
          (i32.store8 (i32.const 0) (i32.const 0))
          (i32.store (i32.const 4) (i32.const 1024))
          (i32.store (i32.const 8) (i32.const 4))
          (i32.const 0))
        (func (export "say-hello")
          (param $ctx i32) (param $name i32) (param $name_len i32) (result i32)
          (local $request i32) (local $future i32)
          (local.set $request (call $request (call $fields)))
          (drop (call $scheme (local.get $request)
            (i32.const 1) (i32.const 0) (i32.const 0) (i32.const 0)))
          (if (call $authority (local.get $request)
                (i32.const 1) (local.get $name) (local.get $name_len))
            (then unreachable))
          (drop (call $path (local.get $request)
            (i32.const 1) (i32.const 1100) (i32.const 1)))
          (call $handle (local.get $request) (i32.const 0) (i32.const 0) (i32.const 64))
          (if (i32.load8_u (i32.const 64))
            (then (return (call $answer (i32.const 101) (i32.load8_u (i32.const 72))))))
          (local.set $future (i32.load (i32.const 72)))
          (call $block (call $subscribe (local.get $future)))
          (call $get (local.get $future) (i32.const 128))
          ;; There, taken for the first time, and a response.
          (if (i32.eqz (i32.load8_u (i32.const 128))) (then unreachable))
          (if (i32.load8_u (i32.const 136)) (then unreachable))
          (if (i32.load8_u (i32.const 144))
            (then (return (call $answer (i32.const 101) (i32.load8_u (i32.const 152))))))
          (call $answer (i32.const 115) (call $status (i32.load (i32.const 152)))))"#;
    let (wit, world) = world_importing(&[
        "wasi:io/poll@0.2.0",
        "wasi:http/types@0.2.0",
        "wasi:http/outgoing-handler@0.2.0",
    ]);
    component(&wit, &world, &core(imports, items))
}

/// The world of the plain service with further imports.
fn world_importing(interfaces: &[&str]) -> (String, String) {
    let (wit, world) = wit(&proto(""), "bar.FooService");
    (importing(&wit, &world, interfaces), world)
}

/// A world with further imports.
pub(crate) fn importing(wit: &str, world: &str, interfaces: &[&str]) -> String {
    let head = format!("world {world} {{");
    let imports: Vec<String> = interfaces
        .iter()
        .map(|interface| format!("import {interface};"))
        .collect();
    let imports = imports.join("\n");
    let with = wit.replace(&head, &format!("{head}\n{imports}"));
    assert_ne!(with, wit, "the world begins as expected");
    with
}
