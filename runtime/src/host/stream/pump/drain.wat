  ;; guest --stream.read--> drain --next--> host

  (core func $read (canon stream.read $stream async (memory $memory) (realloc $realloc)))
  (core func $return (canon task.return (result (tuple $list u32)) (memory $memory)))

  (core module $code
    (import "heap" "memory" (memory 1))
    (import "heap" "bump" (global $bump (mut i32)))
    (import "heap" "reserve" (func $reserve (param i32)))
    (import "abi" "set-new" (func $set-new (result i32)))
    (import "abi" "join" (func $join (param i32 i32)))
    (import "abi" "read" (func $read (param i32 i32 i32) (result i32)))
    (import "abi" "return" (func $return (param i32 i32 i32)))

    (global $set (mut i32) (i32.const 0))
    (global $readable (mut i32) (i32.const 0))
    (global $max (mut i32) (i32.const 0))
    (global $arena (mut i32) (i32.const 0)) ;; behind the elements themselves
    (global $ended (mut i32) (i32.const 0)) ;; whether the guest dropped its end

    (func (export "attach") (param $stream i32)
      (global.set $readable (local.get $stream))
      (global.set $set (call $set-new))
      (call $join (global.get $readable) (global.get $set)))

    (func (export "next") (param $max i32) (result i32)
      (global.set $max (local.get $max))
      ;; The elements lie at 64, which suits every alignment; strings and lists that
      ;; hang off them go through realloc to the arena behind.
      (global.set $arena (i32.add (i32.const 64)
        (i32.and
          (i32.add (i32.mul (local.get $max) (i32.const {SIZE})) (i32.const 7))
          (i32.const -8))))
      (global.set $bump (global.get $arena))
      (call $reserve (global.get $arena))
      (call $run))

    (func $run (result i32)
      (local $status i32)
      (loop $again
        (if (global.get $ended) (then (return (call $answer (i32.const 0)))))
        (local.set $status
          (call $read (global.get $readable) (i32.const 64) (global.get $max)))
        (if (i32.eq (local.get $status) (i32.const -1)) (then
          (return (i32.or (i32.const 2) (i32.shl (global.get $set) (i32.const 4))))))
        (call $note-end (local.get $status))
        ;; A write of nothing is no end.
        (br_if $again (i32.eqz (i32.shr_u (local.get $status) (i32.const 4)))))
      (call $answer (i32.shr_u (local.get $status) (i32.const 4))))

    (func $note-end (param $status i32)
      (if (i32.eq (i32.and (local.get $status) (i32.const 15)) (i32.const 1))
        (then (global.set $ended (i32.const 1)))))

    (func $answer (param $count i32) (result i32)
      (call $return (i32.const 64) (local.get $count)
        (i32.add
          (i32.mul (local.get $count) (i32.const {SIZE}))
          (i32.sub (global.get $bump) (global.get $arena))))
      (i32.const 0))

    (func (export "resume") (param $event i32) (param $who i32) (param $code i32) (result i32)
      (call $note-end (local.get $code))
      (if (result i32) (i32.shr_u (local.get $code) (i32.const 4))
        (then (call $answer (i32.shr_u (local.get $code) (i32.const 4))))
        (else (call $run)))))

  (core instance $drain (instantiate $code
    (with "heap" (instance $heap))
    (with "abi" (instance
      (export "set-new" (func $set-new))
      (export "join" (func $join))
      (export "read" (func $read))
      (export "return" (func $return))))))

  ;; What `next` is to read.
  (func (export "attach") (param "input" $stream)
    (canon lift (core func $drain "attach")))
  ;; At most `max` elements, empty at the end; and the bytes that they take.
  (func (export "next") async (param "max" u32) (result (tuple $list u32))
    (canon lift (core func $drain "next") async (memory $memory) (callback (core func $drain "resume"))))
