  ;; What both pumps begin with: the element's type, and a memory with an arena.
  ;; Nothing is freed one by one, which would need to know the elements; the whole
  ;; arena is given up before each batch.
  {TYPES}
  (type $list (list {ELEMENT}))
  (type $stream (stream {ELEMENT}))

  (core module $heap-code
    (memory (export "memory") 1)
    (global $bump (export "bump") (mut i32) (i32.const 64))
    (func $reserve (export "reserve") (param $end i32)
      (local $pages i32)
      (local.set $pages (i32.sub
        (i32.add
          (i32.shr_u (local.get $end) (i32.const 16))
          (i32.ne (i32.and (local.get $end) (i32.const 65535)) (i32.const 0)))
        (memory.size)))
      (if (i32.gt_s (local.get $pages) (i32.const 0)) (then
        (if (i32.eq (memory.grow (local.get $pages)) (i32.const -1))
          (then unreachable)))))
    (func (export "realloc")
      (param $old i32) (param $old-len i32) (param $align i32) (param $len i32)
      (result i32)
      (local $at i32)
      (local.set $at (i32.and
        (i32.add (global.get $bump) (i32.sub (local.get $align) (i32.const 1)))
        (i32.sub (i32.const 0) (local.get $align))))
      ;; Not beyond the address space.
      (if (i32.or
            (i32.lt_u (local.get $at) (global.get $bump))
            (i32.lt_u (i32.add (local.get $at) (local.get $len)) (local.get $at)))
        (then unreachable))
      (global.set $bump (i32.add (local.get $at) (local.get $len)))
      (call $reserve (global.get $bump))
      (if (local.get $old-len) (then
        (memory.copy (local.get $at) (local.get $old)
          (select (local.get $old-len) (local.get $len)
            (i32.lt_u (local.get $old-len) (local.get $len))))))
      (local.get $at)))
  (core instance $heap (instantiate $heap-code))
  (alias core export $heap "memory" (core memory $memory))
  (alias core export $heap "realloc" (core func $realloc))

  (core func $set-new (canon waitable-set.new))
  (core func $join (canon waitable.join))
