  ;; host --pull--> source --stream.write--> guest

  ;; What has arrived, at least one element; empty at the end.
  (import "pull" (func $pull async (result $list)))
  ;; Nothing more will be pulled.
  (import "closed" (func $closed))

  (core func $pull' (canon lower (func $pull) async (memory $memory) (realloc $realloc)))
  (core func $closed' (canon lower (func $closed)))
  (core func $set-drop (canon waitable-set.drop))
  (core func $subtask-drop (canon subtask.drop))
  (core func $subtask-cancel (canon subtask.cancel))
  (core func $new (canon stream.new $stream))
  (core func $write (canon stream.write $stream async (memory $memory)))
  (core func $cancel-write (canon stream.cancel-write $stream))
  (core func $drop-writable (canon stream.drop-writable $stream))
  (core func $return (canon task.return (result $stream)))

  (core module $code
    (import "heap" "memory" (memory 1))
    (import "heap" "bump" (global $bump (mut i32)))
    (import "abi" "pull" (func $pull (param i32) (result i32)))
    (import "abi" "closed" (func $closed))
    (import "abi" "set-new" (func $set-new (result i32)))
    (import "abi" "set-drop" (func $set-drop (param i32)))
    (import "abi" "join" (func $join (param i32 i32)))
    (import "abi" "subtask-drop" (func $subtask-drop (param i32)))
    (import "abi" "subtask-cancel" (func $subtask-cancel (param i32) (result i32)))
    (import "abi" "new" (func $new (result i64)))
    (import "abi" "write" (func $write (param i32 i32 i32) (result i32)))
    (import "abi" "cancel-write" (func $cancel-write (param i32) (result i32)))
    (import "abi" "drop-writable" (func $drop-writable (param i32)))
    (import "abi" "return" (func $return (param i32)))

    (global $set (mut i32) (i32.const 0))
    (global $writable (mut i32) (i32.const 0))
    (global $pulling (mut i32) (i32.const 0)) ;; the subtask of a pull under way
    (global $writing (mut i32) (i32.const 0)) ;; whether a write is under way
    (global $at (mut i32) (i32.const 0))      ;; the first element not yet written
    (global $left (mut i32) (i32.const 0))    ;; how many are not yet written

    (func (export "open") (result i32)
      (local $ends i64)
      (global.set $set (call $set-new))
      (local.set $ends (call $new))
      (global.set $writable
        (i32.wrap_i64 (i64.shr_u (local.get $ends) (i64.const 32))))
      (call $join (global.get $writable) (global.get $set))
      ;; Answers at once, and goes on in the background.
      (call $return (i32.wrap_i64 (local.get $ends)))
      (call $run))

    (func $wait (result i32)
      (i32.or (i32.const 2) (i32.shl (global.get $set) (i32.const 4))))

    ;; Pulls and writes until something blocks or the stream is over.
    (func $run (result i32)
      (local $status i32)
      (loop $again
        (if (i32.eqz (global.get $left)) (then
          (global.set $bump (i32.const 64))
          (local.set $status (call $pull (i32.const 16)))
          (if (i32.ne (i32.and (local.get $status) (i32.const 15)) (i32.const 2)) (then
            (global.set $pulling (i32.shr_u (local.get $status) (i32.const 4)))
            (call $join (global.get $pulling) (global.get $set))
            (return (call $wait))))
          (call $pulled)
          (if (i32.eqz (global.get $left)) (then (return (call $finish))))))
        (local.set $status
          (call $write (global.get $writable) (global.get $at) (global.get $left)))
        (if (i32.eq (local.get $status) (i32.const -1)) (then
          (global.set $writing (i32.const 1))
          (return (call $wait))))
        (call $wrote (local.get $status))
        (if (i32.eq (i32.and (local.get $status) (i32.const 15)) (i32.const 1))
          (then (return (call $finish))))
        (br $again))
      unreachable)

    (func $pulled
      (global.set $at (i32.load (i32.const 16)))
      (global.set $left (i32.load (i32.const 20))))

    (func $wrote (param $status i32)
      (local $count i32)
      (local.set $count (i32.shr_u (local.get $status) (i32.const 4)))
      (global.set $at
        (i32.add (global.get $at) (i32.mul (local.get $count) (i32.const {SIZE}))))
      (global.set $left (i32.sub (global.get $left) (local.get $count))))

    (func (export "resume") (param $event i32) (param $who i32) (param $code i32) (result i32)
      (if (i32.eq (local.get $event) (i32.const 1)) (then        ;; subtask
        (if (i32.ne (local.get $code) (i32.const 2)) (then (return (call $wait))))
        (call $subtask-drop (local.get $who))
        (global.set $pulling (i32.const 0))
        (call $pulled)
        (if (i32.eqz (global.get $left)) (then (return (call $finish))))
        (return (call $run))))
      (if (i32.eq (local.get $event) (i32.const 3)) (then        ;; stream-write
        (if (global.get $writing) (then
          (global.set $writing (i32.const 0))
          (call $wrote (local.get $code))))
        ;; That the reader is gone may also be told while a pull is under way.
        (if (i32.eq (i32.and (local.get $code) (i32.const 15)) (i32.const 1))
          (then (return (call $finish))))
        (if (global.get $pulling) (then (return (call $wait))))
        (return (call $run))))
      (call $finish))                                            ;; cancelled

    (func $finish (result i32)
      ;; A cancellation that blocks traps for what is in a set: out of it first.
      (call $join (global.get $writable) (i32.const 0))
      (if (global.get $writing) (then
        (drop (call $cancel-write (global.get $writable)))
        (global.set $writing (i32.const 0))))
      (call $drop-writable (global.get $writable))
      (if (global.get $pulling) (then
        (call $join (global.get $pulling) (i32.const 0))
        (drop (call $subtask-cancel (global.get $pulling)))
        (call $subtask-drop (global.get $pulling))
        (global.set $pulling (i32.const 0))))
      (call $set-drop (global.get $set))
      (global.set $left (i32.const 0))
      (call $closed)
      (i32.const 0)))

  (core instance $source (instantiate $code
    (with "heap" (instance $heap))
    (with "abi" (instance
      (export "pull" (func $pull'))
      (export "closed" (func $closed'))
      (export "set-new" (func $set-new))
      (export "set-drop" (func $set-drop))
      (export "join" (func $join))
      (export "subtask-drop" (func $subtask-drop))
      (export "subtask-cancel" (func $subtask-cancel))
      (export "new" (func $new))
      (export "write" (func $write))
      (export "cancel-write" (func $cancel-write))
      (export "drop-writable" (func $drop-writable))
      (export "return" (func $return))))))

  ;; A stream of what is pulled.
  (func (export "open") async (result $stream)
    (canon lift (core func $source "open") async (callback (core func $source "resume"))))
