//! Components that call other services of the repository.

use std::fmt::Write as _;

use vimana_compiler::graph::EdgeKind;
use vimana_compiler::source::Memory;
use vimana_proto::state::v1::spec;
use vimana_proto::{Address, Kind};

use crate::repo::{
    SETTINGS, compiled, component, component_of_wit, definition, findings, repo, text, wit,
};

/// A component of `caller` that calls `callee`, whose text is altered.
pub fn calling(caller: &str, callee: &str, from: &str, to: &str) -> Vec<u8> {
    let other = wit(callee);
    let end = other.find("/// What an implementation").unwrap();
    let other = &other[..end];
    assert!(other.contains(from), "{from} in\n{other}");
    let other = other.replace(from, to);
    let (package, rest) = other.split_once(';').unwrap();
    let name = package.rsplit(' ').next().unwrap();
    let (name, version) = name.split_once('@').unwrap();
    let world = wit(caller).replace(
        "  include vimana:service/imports@1.0.0;",
        &format!("  include vimana:service/imports@1.0.0;\n  import {name}/rpc@{version};"),
    );
    component_of_wit(&format!("{world}\n{package} {{{rest}}}\n"))
}

fn files(callee: &str, caller: &str, component_of_caller: Vec<u8>) -> Memory {
    repo([
        ("vimana.toml", text(SETTINGS)),
        ("a/a.proto", text(caller)),
        ("a/a-1.0.0.wasm", component_of_caller),
        ("b/b.proto", text(callee)),
        ("b/b-1.2.0.wasm", component(callee)),
    ])
}

#[test]
fn a_component_may_call_a_service_of_the_repository_and_is_known_as_its_caller() {
    let caller = definition("a", 1, "1.0.0", "/a");
    let callee = definition("b", 2, "1.2.0", "/b");
    // It was built against an older release.
    let wasm = calling(&caller, &callee, "@1.2.0", "@1.1.0");
    let compilation = compiled(&files(&callee, &caller, wasm));
    snapbox::assert_data_eq!(
        findings(&compilation),
        snapbox::str![[r#"
a/a.proto:7:14 W VM0110 `a/a-1.0.0.wasm` imports `b:things/rpc@1.1.0`, which `example.com:b.Things@1.2.0` gives; nodes of this release do not link services to one another
    at b/b.proto:4:9: this is what it calls
    help: compose the component with one that exports the interface, to run it today

"#]]
    );
    let version = Address::new(Kind::Version, "example.com:a.Things@1.0.0");
    let interface = Address::new(Kind::Interface, "example.com:b.Things@1.2.0");
    assert!(compilation.graph().edges().iter().any(|edge| {
        edge.kind == EdgeKind::Calls && *edge.from == version && *edge.to == interface
    }));
    let node = compilation.graph().node(&version).unwrap();
    let Some(spec::Kind::Version(version)) = node.spec().kind else {
        panic!("{node:?}");
    };
    assert_eq!(version.imports.len(), 1);
    assert_eq!(version.imports[0].interface, "b:things/rpc@1.1.0");
    assert_eq!(version.imports[0].functions, ["get"]);
}

#[test]
fn services_may_call_each_other_in_a_circle() {
    let a = definition("a", 1, "1.0.0", "/a");
    let b = definition("b", 2, "1.0.0", "/b");
    let source = repo([
        ("vimana.toml", text(SETTINGS)),
        ("a/a.proto", text(&a)),
        ("a/a-1.0.0.wasm", calling(&a, &b, "", "")),
        ("b/b.proto", text(&b)),
        ("b/b-1.0.0.wasm", calling(&b, &a, "", "")),
    ]);
    assert!(!compiled(&source).has_errors());
}

#[test]
fn what_a_caller_takes_for_granted_and_is_not_so_is_told_at_the_service_that_it_calls() {
    let caller = definition("a", 1, "1.0.0", "/a");
    let callee = definition("b", 2, "1.2.0", "/b");
    let mut found = String::new();
    for (case, from, to) in [
        ("another type", "name: string", "name: u64"),
        ("a function that is not there", "  get: func", "  put: func"),
        ("two differences", "string,", "bool,"),
        ("a newer release", "@1.2.0", "@1.3.0"),
        ("another major release", "@1.2.0", "@2.0.0"),
        ("another service", "package b:things", "package b:thing"),
    ] {
        let wasm = calling(&caller, &callee, from, to);
        let compilation = compiled(&files(&callee, &caller, wasm));
        let _ = write!(found, "# {case}\n{}", findings(&compilation));
    }
    snapbox::assert_data_eq!(
        found,
        snapbox::str![[r#"
# another type
b/b.proto:13:19 E VM0058 `a/a-1.0.0.wasm` imports `b:things/rpc@1.2.0`, which is otherwise: function `get`: `request.name` should be `string`, found `u64` (`b.Request.name`)
    at a/a.proto:7:14: the component is for this version
    help: `vimana wit` of this file prints what a caller should import; build the component against that
# a function that is not there
b/b.proto:4:1 E VM0058 `a/a-1.0.0.wasm` imports `b:things/rpc@1.2.0`, which is otherwise: the component imports `put`, which `b.Things` does not have; it has `get`
    at a/a.proto:7:14: the component is for this version
    help: `vimana wit` of this file prints what a caller should import; build the component against that
# two differences
b/b.proto:13:19 E VM0058 `a/a-1.0.0.wasm` imports `b:things/rpc@1.2.0`, which is otherwise: function `get`: `request.name` should be `string`, found `bool` (`b.Request.name`)
    at a/a.proto:7:14: the component is for this version
    help: `vimana wit` of this file prints what a caller should import; build the component against that
b/b.proto:14:20 E VM0058 `a/a-1.0.0.wasm` imports `b:things/rpc@1.2.0`, which is otherwise: function `get`: `response.text` should be `string`, found `bool` (`b.Response.text`)
    at a/a.proto:7:14: the component is for this version
    help: `vimana wit` of this file prints what a caller should import; build the component against that
# a newer release
a/a.proto:7:14 E VM0058 `a/a-1.0.0.wasm`: nothing satisfies the import `b:things/rpc@1.3.0`: `example.com:b.Things` is here at `1.2.0`, which is no compatible version
    at b/b.proto:7:14: this version is here
    help: build the component against one of these, add that version of the service, or compose the component with one that exports it
# another major release
a/a.proto:7:14 E VM0058 `a/a-1.0.0.wasm`: nothing satisfies the import `b:things/rpc@2.0.0`: `example.com:b.Things` is here at `1.2.0`, which is no compatible version
    at b/b.proto:7:14: this version is here
    help: build the component against one of these, add that version of the service, or compose the component with one that exports it
# another service
a/a.proto:7:14 E VM0058 `a/a-1.0.0.wasm`: nothing satisfies the import `b:thing/rpc@1.2.0`: no service of this repository is `b:thing` in WIT; did you mean `b:things`?
    help: add the definition of that service, or compose the component with one that exports it

"#]]
    );
}
