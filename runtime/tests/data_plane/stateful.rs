//! Guests of `bar.FooService` that keep something from one call to the next.

use crate::guest::{ANSWER_NAME, component, core, proto, wit};

/// Answers with the number of calls that this instance has served, as one digit; traps
/// for `trap`, computes without an end for `spins`, and asks for too much memory, in
/// vain, for `grows!`.
pub(crate) fn counter() -> Vec<u8> {
    let (wit, world) = wit(&proto(""), "bar.FooService");
    let items = format!(
        r#"{COUNT}
        (func (export "say-hello")
          (param $ctx i32) (param $name i32) (param $name_len i32) (result i32)
          (call $count (local.get $name_len))
          (i32.store (i32.const 4) (i32.const 1024))
          (i32.store (i32.const 8) (i32.const 1))
          (i32.const 0))"#
    );
    component(&wit, &world, &core("", &items))
}

/// Leaves the digit of [`counter`] at 1024.
const COUNT: &str = r#"
    (global $calls (mut i32) (i32.const 48))
    (func $count (param $len i32)
      (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
      (if (i32.eq (local.get $len) (i32.const 4)) (then unreachable))
      (if (i32.eq (local.get $len) (i32.const 5)) (then (loop $ever (br $ever))))
      (if (i32.eq (local.get $len) (i32.const 6))
        (then (drop (memory.grow (i32.const 60000)))))
      (i32.store8 (i32.const 1024) (global.get $calls)))"#;

/// The same from a function that is lifted async.
pub(crate) fn async_counter() -> Vec<u8> {
    let (wit, world) = wit(&proto(""), "bar.FooService");
    let asynchronous = wit.replace("say-hello: func", "say-hello: async func");
    assert_ne!(asynchronous, wit, "the function is sync by default");
    let imports = r#"(import "[export]$root" "[task-return]say-hello"
          (func $return (param i32 i32 i32 i32 i32 i32)))"#;
    let items = format!(
        r#"{COUNT}
        (func (export "[async-lift]say-hello")
          (param $ctx i32) (param $name i32) (param $name_len i32) (result i32)
          (call $count (local.get $name_len))
          (call $return (i32.const 0) (i32.const 1024) (i32.const 1)
            (i32.const 0) (i32.const 0) (i32.const 0))
          (i32.const 0))
        (func (export "[callback][async-lift]say-hello") (param i32 i32 i32) (result i32)
          unreachable)"#
    );
    component(&asynchronous, &world, &core(imports, &items))
}

/// Asks the context of its first call for the method, in every call, and answers with
/// the name.
pub(crate) fn keeps_its_first_context() -> Vec<u8> {
    let imports = r#"
        (import "vimana:service/types@1.0.0" "[method]context.method"
          (func $method (param i32 i32)))"#;
    let (wit, world) = wit(&proto(""), "bar.FooService");
    let items = format!(
        r#"(global $first (mut i32) (i32.const 0))
        (func (export "say-hello")
          (param $ctx i32) (param $name i32) (param $name_len i32) (result i32)
          (if (i32.eqz (global.get $first)) (then (global.set $first (local.get $ctx))))
          (call $method (global.get $first) (i32.const 64))
          {ANSWER_NAME})"#
    );
    component(&wit, &world, &core(imports, &items))
}

/// Writes the name to the standard output that it asked for in its first call, without
/// an end of the line, and answers with it.
pub(crate) fn keeps_its_stdout() -> Vec<u8> {
    let (wit, world) = wit(&proto(""), "bar.FooService");
    let head = format!("world {world} {{");
    let with_wasi = wit.replace(&head, &format!("{head} import wasi:cli/stdout@0.2.0;"));
    let imports = r#"
        (import "wasi:cli/stdout@0.2.0" "get-stdout" (func $stdout (result i32)))
        (import "wasi:io/streams@0.2.0" "[method]output-stream.blocking-write-and-flush"
          (func $write (param i32 i32 i32 i32)))"#;
    let items = format!(
        r#"(global $stdout (mut i32) (i32.const -1))
        (func (export "say-hello")
          (param $ctx i32) (param $name i32) (param $name_len i32) (result i32)
          (if (i32.eq (global.get $stdout) (i32.const -1))
            (then (global.set $stdout (call $stdout))))
          (call $write (global.get $stdout) (local.get $name) (local.get $name_len)
            (i32.const 64))
          (if (i32.load8_u (i32.const 64)) (then unreachable))
          {ANSWER_NAME})"#
    );
    component(&with_wasi, &world, &core(imports, &items))
}
