(component
  (import "wasi:cli/environment@0.2.0" (instance (export "get-environment" (func (result (list (tuple string string)))))))
  (import "other:thing/api@1.2.3" (instance (export "x" (type (sub resource)))))
  (import "f" (func (param "a" (stream u8)) (result (future string)))))
