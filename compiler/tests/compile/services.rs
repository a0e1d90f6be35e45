use std::fmt::Write as _;

use vimana_compiler::Compilation;
use vimana_proto::state::v1::spec;

use crate::repo::{
    SETTINGS, compiled, component, component_of_wit, definition, findings, module_of_wit, repo,
    text, wit,
};

fn targets(compilation: &Compilation, route: &str) -> Vec<(String, u32)> {
    let node = compilation.graph().node(&route.parse().unwrap()).unwrap();
    match node.spec().kind {
        Some(spec::Kind::Route(route)) => route
            .targets
            .iter()
            .map(|target| (target.version.clone(), target.weight))
            .collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn several_versions_stand_side_by_side_each_with_its_definition() {
    let old = definition("a", 1, "1.0.0", "/a");
    let new = definition("a", 1, "1.1.0", "/a").replace("string text", "bytes text");
    let config = "version { version: \"1.0.0\" weight: 90 }\nversion { version: \"1.1.0\" weight: 10 }\nversion { version: \"1.0.1\" interface: \"a-1.0.0.proto\" component: \"a-1.0.0.wasm\" }\n";
    let source = repo([
        ("vimana.toml", text(SETTINGS)),
        ("a/a-1.0.0.proto", text(&old)),
        ("a/a.proto", text(&new)),
        ("a/a-1.0.0.wasm", component(&old)),
        ("a/a-1.1.0.wasm", component(&new)),
        ("a/service.txtpb", text(config)),
    ]);
    let compilation = compiled(&source);
    assert_eq!(findings(&compilation), "");
    assert_eq!(
        targets(&compilation, "route/example.com:a.Things"),
        [("1.1.0".to_owned(), 10), ("1.0.0".to_owned(), 90)]
    );
    let origin = |address: &str| {
        let node = compilation.graph().node(&address.parse().unwrap()).unwrap();
        node.origin.to_string()
    };
    assert_eq!(
        origin("version/example.com:a.Things@1.1.0"),
        "a/service.txtpb:2:1"
    );
    assert_eq!(
        origin("version/example.com:a.Things@1.0.1"),
        "a/service.txtpb:3:1"
    );
    assert_eq!(
        origin("interface/example.com:a.Things@1.1.0"),
        "a/a.proto:4:9"
    );
    assert!(
        compilation
            .graph()
            .node(&"interface/example.com:a.Things@1.0.1".parse().unwrap())
            .is_none()
    );
}

#[test]
fn a_core_module_with_metadata_is_stored_as_the_component_that_it_becomes() {
    let definition = definition("a", 1, "1.0.0", "/a");
    let source = repo([
        ("vimana.toml", text(SETTINGS)),
        ("a/a.proto", text(&definition)),
        ("a/a-1.0.0.wasm", module_of_wit(&wit(&definition))),
    ]);
    let compilation = compiled(&source);
    assert_eq!(findings(&compilation), "");
    let desired = compilation.checked().unwrap();
    let (digest, file) = desired.components.first_key_value().unwrap();
    let bytes = module_of_wit(&wit(&definition));
    let adapted = vimana_interface::adapt(&bytes).unwrap();
    assert_eq!(*digest, vimana_proto::Digest::of(&adapted));
    assert_eq!(file.size, adapted.len() as u64);
}

#[test]
fn what_a_component_has_and_lacks_is_told_at_the_definition() {
    let one = definition("a", 1, "1.0.0", "/a");
    let more = one.replace(
        "  rpc Get(",
        "  rpc Put(Request) returns (Response) {}\n  rpc Get(",
    );
    let other = one.replace("string text", "bytes text");
    let files = |proto: &str, wasm: Vec<u8>| {
        repo([
            ("vimana.toml", text(SETTINGS)),
            ("a/a.proto", text(proto)),
            ("a/a-1.0.0.wasm", wasm),
        ])
    };
    let mut found = String::new();
    for (case, source) in [
        ("lacks a function", files(&more, component(&one))),
        ("exports more", files(&one, component(&more))),
        ("another type", files(&other, component(&one))),
        ("truncated", files(&one, component(&one)[..200].to_vec())),
        ("no component", files(&one, b"\0asm\x01\0\0\0".to_vec())),
        ("text", files(&one, text("(module)"))),
        ("empty", files(&one, Vec::new())),
        (
            "network",
            files(
                &one,
                component_of_wit(&format!(
                    "{}\npackage x:y {{ interface z {{ f: func(); }} }}\n",
                    wit(&one).replace("world things {", "world things {\n  import x:y/z;")
                )),
            ),
        ),
    ] {
        let _ = write!(found, "# {case}\n{}", findings(&compiled(&source)));
    }
    snapbox::assert_data_eq!(
        found,
        snapbox::str![[r#"
# lacks a function
a/a.proto:9:3 E VM0058 `a/a-1.0.0.wasm`: the component does not export `put`, which `a.Things.Put` needs; found none
    at a/a.proto:7:14: for this version
    help: `vimana wit` prints what the component should export
# exports more
a/a.proto:7:14 W VM0059 `a/a-1.0.0.wasm`: the component exports the function `put`, which the interface does not have; nothing calls it
    help: remove the export, or add the method to the service
# another type
a/a.proto:14:20 E VM0058 `a/a-1.0.0.wasm`: function `get`: `response.text` should be `list<u8>`, found `string` (`a.Response.text`)
    at a/a.proto:7:14: for this version
    help: `vimana wit` prints what the component should export
# truncated
a/a.proto:7:14 E VM0057 `a/a-1.0.0.wasm` is no component: the WebAssembly is truncated: it ends at byte 200, inside the part that starts at byte 11
    help: build it again as a component; `vimana wit` prints what it should export
# no component
a/a.proto:7:14 E VM0057 `a/a-1.0.0.wasm` is no component: a core module without WIT metadata, not a component; build it with a component target (Rust: `--target wasm32-wasip2`), or embed its world with `wasm-tools component embed`
    help: build it again as a component; `vimana wit` prints what it should export
# text
a/a.proto:7:14 E VM0057 `a/a-1.0.0.wasm` is no component: not WebAssembly: expected a file that starts with `/0asm`, found text; is it WebAssembly text (`.wat`)? `wasm-tools parse` makes it binary
    help: build it again as a component; `vimana wit` prints what it should export
# empty
a/a.proto:7:14 E VM0057 `a/a-1.0.0.wasm` is no component: not WebAssembly: expected a file that starts with `/0asm`, found an empty file
    help: build it again as a component; `vimana wit` prints what it should export
# network
a/a.proto:7:14 E VM0058 `a/a-1.0.0.wasm`: nothing satisfies the import `x:y/z`: compose the component with one that exports it

"#]]
    );
}

#[test]
fn what_is_wrong_with_a_folder_is_told() {
    let a = |version: &str| definition("a", 1, version, "/a");
    let toml = ("vimana.toml", text(SETTINGS));
    let mut found = String::new();
    for (case, source) in [
        (
            "missing component",
            repo([
                toml.clone(),
                ("a/a.proto", text(&a("1.0.0"))),
                ("a/a-1.0.1.wasm", Vec::new()),
            ]),
        ),
        (
            "no component at all",
            repo([toml.clone(), ("a/foo-1.0.0.proto", text(&a("1.0.0")))]),
        ),
        (
            "two components",
            repo([
                toml.clone(),
                ("a/a.proto", text(&a("1.0.0"))),
                ("a/a-1.0.0.wasm", Vec::new()),
                ("a/b-1.0.0.wasm", Vec::new()),
            ]),
        ),
        (
            "two versions",
            repo([
                toml.clone(),
                ("a/a.proto", text(&a("1.1.0"))),
                ("a/a-1.0.0.proto", text(&a("1.0.0"))),
                ("a/a-1.0.0.wasm", Vec::new()),
                ("a/a-1.1.0.wasm", Vec::new()),
            ]),
        ),
        (
            "one version twice",
            repo([
                toml.clone(),
                ("a/a.proto", text(&a("1.0.0"))),
                ("a/b.proto", text(&a("1.0.0"))),
            ]),
        ),
        (
            "entries",
            repo([
                toml.clone(),
                ("a/a.proto", text(&a("1.0.0"))),
                ("a/a-1.0.0.wasm", component(&a("1.0.0"))),
                (
                    "a/service.txtpb",
                    text(
                        "version { version: \"1.1.0\" weight: 1 }\nversion { version: \"1.0.0\" interface: \"b.proto\" component: \"a-1.0.wasm\" }\nversion { version: \"1.2.0\" interface: \"a.proto\" component: \"oci://x/y:1\" }\nversion { version: \"1.3.0\" interface: \"a.proto\" component: \"../../x.wasm\" }\n",
                    ),
                ),
            ]),
        ),
        (
            "options",
            repo([
                toml.clone(),
                (
                    "a/a.proto",
                    text(&a("1.0").replace("00000000-0000", "0000")),
                ),
                (
                    "b/b.proto",
                    text(
                        &definition("b", 2, "", "/b")
                            .replace("id: \"00000000-0000-4000-8000-000000000002\"", ""),
                    ),
                ),
                (
                    "c/c.proto",
                    text(&definition("c", 3, "1.0.0", "/c").replace(
                        "version:",
                        "otlp: { protocol: \"udp\" headers: \"a=${NOPE}\" }\n    version:",
                    )),
                ),
            ]),
        ),
        (
            "two services",
            repo([
                toml.clone(),
                (
                    "a/a.proto",
                    text(
                        &(a("1.0.0")
                            + "service More { option (vimana.service) = { id: \"x\" }; }\n"),
                    ),
                ),
                ("b/a.proto", text(&definition("b", 2, "1.0.0", "/b"))),
                ("b/b.proto", text(&definition("c", 3, "1.0.0", "/c"))),
            ]),
        ),
        (
            "configuration alone",
            repo([toml.clone(), ("a/service.txtpb", text("global {}\n"))]),
        ),
        (
            "no domain",
            repo([
                ("vimana.toml", text("[workspace]\nname = \"x\"\n")),
                ("a/a.proto", text(&a("1.0.0"))),
            ]),
        ),
    ] {
        let _ = write!(found, "# {case}\n{}", findings(&compiled(&source)));
    }
    snapbox::assert_data_eq!(
        found,
        snapbox::str![[r##"
# missing component
a/a.proto:7:14 E VM0055 version `1.0.0` has no component
    help: rename `a-1.0.1.wasm` to `a-1.0.0.wasm`, or name it: `version { version: "1.0.0" component: "a-1.0.1.wasm" }`
    note: expected a file `a-1.0.0.wasm` in `a`
    note: found `a-1.0.1.wasm`
# no component at all
a/foo-1.0.0.proto:7:14 E VM0055 version `1.0.0` has no component
    help: build the component and put it there as `foo-1.0.0.wasm`
    note: expected a file `foo-1.0.0.wasm` in `a`
    note: found no `.wasm` file there
# two components
a/a.proto:7:14 E VM0056 several components are for version `1.0.0`: `a-1.0.0.wasm` and `b-1.0.0.wasm`
    help: name one in `service.txtpb`: `version { version: "1.0.0" component: "a-1.0.0.wasm" }`
# two versions
a/a.proto:7:14 E VM0056 there are components for the versions `1.0.0` and `1.1.0`, and nothing says how they share the traffic
    help: write into `service.txtpb`:
          version { version: "1.0.0" weight: 1 }
          version { version: "1.1.0" weight: 1 }
# one version twice
a/a.proto:7:14 E VM0055 version `1.0.0` has no component
    help: build the component and put it there as `a-1.0.0.wasm`
    note: expected a file `a-1.0.0.wasm` in `a`
    note: found no `.wasm` file there
a/b.proto:7:14 E VM0051 version `1.0.0` is defined twice
    at a/a.proto:7:14: first defined here
    help: give one of the definitions another version, or remove it
# entries
a/service.txtpb:1:20 E VM0054 no `.proto` file of this folder has version `1.1.0`
    help: add a definition at that version, or name one with `interface`: `a.proto (1.0.0)`
a/service.txtpb:1:20 E VM0055 version `1.1.0` has no component
    help: rename `a-1.0.0.wasm` to `a-1.1.0.wasm`, or name it: `version { version: "1.1.0" component: "a-1.0.0.wasm" }`
    note: expected a file `a-1.1.0.wasm` in `a`
    note: found `a-1.0.0.wasm`
a/service.txtpb:2:39 E VM0054 `b.proto` is no `.proto` file of this folder that defines the service
    help: did you mean `a.proto`?
a/service.txtpb:2:60 E VM0055 there is no component `a-1.0.wasm`
    help: did you mean `a-1.0.0.wasm`?
a/service.txtpb:3:60 E VM0036 a component from a registry is not supported yet
    help: pull it into the repository, and name the file
a/service.txtpb:3:60 E VM0105 `oci://x/y:1` is not pinned to a digest
    help: write `oci://x/y:1@sha256:DIGEST`
a/service.txtpb:4:60 E VM0055 `../../x.wasm` is outside of the repository
    help: put the component into the repository, and name it from the folder of this file
# options
a/a.proto:6:9 E VM0051 `0000-4000-8000-000000000001` is no UUID
    help: `uuidgen` makes one
a/a.proto:7:14 E VM0018 `1.0` is no semantic version
    help: write `"1.0.0"`
b/b.proto:5:3 E VM0051 `(vimana.service)` has no `id`
    help: add `id: "..."` with a UUID of your own; `uuidgen` makes one
b/b.proto:5:3 E VM0051 `(vimana.service)` has no `version`
    help: add `version: "1.0.0"`
c/c.proto:7:11 E VM0051 `otlp` has no `endpoint`
    help: add `endpoint: "https://HOST/PATH"`
c/c.proto:7:23 E VM0051 `udp` is no OTLP protocol
    help: use `http/protobuf` or `grpc`
c/c.proto:8:14 E VM0055 version `1.0.0` has no component
    help: build the component and put it there as `c-1.0.0.wasm`
    note: expected a file `c-1.0.0.wasm` in `c`
    note: found no `.wasm` file there
# two services
a/a.proto:7:14 E VM0055 version `1.0.0` has no component
    help: build the component and put it there as `a-1.0.0.wasm`
    note: expected a file `a-1.0.0.wasm` in `a`
    note: found no `.wasm` file there
a/a.proto:15:9 E VM0050 `a.More` is in the folder of `a.Things`; a folder holds one service
    at a/a.proto:4:9: the other service
    help: move one of them into a folder of its own
b/a.proto:7:14 E VM0055 version `1.0.0` has no component
    help: build the component and put it there as `a-1.0.0.wasm`
    note: expected a file `a-1.0.0.wasm` in `b`
    note: found no `.wasm` file there
b/b.proto:4:9 E VM0050 `c.Things` is in the folder of `b.Things`; a folder holds one service
    at b/a.proto:4:9: the other service
    help: move one of them into a folder of its own
# configuration alone
a/service.txtpb:1:1 E VM0063 no `.proto` file of this folder has a service with `(vimana.service)`
    help: add `option (vimana.service) = { id: "..." version: "1.0.0" };` to the service, or remove this file
# no domain
a/a.proto:4:9 E VM0052 the service `a.Things` has no domain
    help: add `domain = "example.com"` to `[workspace]` of `vimana.toml`, or `domain: "example.com"` to `service.txtpb`

"##]]
    );
}

#[test]
fn services_that_get_in_each_others_way_are_told_apart() {
    let a = definition("a", 1, "1.0.0", "/v1/{name}/x");
    let b = definition("b", 1, "1.0.0", "/v1/b/{name}");
    let c = definition("a", 3, "1.0.0", "/c");
    let source = repo([
        ("vimana.toml", text(SETTINGS)),
        ("a/a.proto", text(&a)),
        ("a/a-1.0.0.wasm", component(&a)),
        ("b/b.proto", text(&b)),
        ("b/b-1.0.0.wasm", component(&b)),
        ("c/c.proto", text(&c)),
        ("c/c-1.0.0.wasm", component(&c)),
    ]);
    snapbox::assert_data_eq!(
        findings(&compiled(&source)),
        snapbox::str![[r#"
b/b.proto:6:9 E VM0053 `example.com:b.Things` has the id `00000000-0000-4000-8000-000000000001`, which is that of `example.com:a.Things`
    at a/a.proto:6:9: first used here
    help: give the new service an id of its own; `uuidgen` makes one
b/b.proto:10:35 E VM0062 `a.Things.Get` and `b.Things.Get` both match `GET /v1/b/x`
    at a/a.proto:10:35: `GET /v1/{name}/x`
    help: change one of the paths
c/c.proto:4:9 E VM0053 there are two services `example.com:a.Things`
    at a/a.proto:4:9: first defined here
    help: rename one of them, or keep all versions of the service in one folder

"#]]
    );
}

#[test]
fn services_of_two_domains_may_have_the_same_paths() {
    let a = definition("a", 1, "1.0.0", "/x");
    let b = definition("b", 2, "1.0.0", "/x");
    let source = repo([
        ("vimana.toml", text(SETTINGS)),
        ("a/a.proto", text(&a)),
        ("a/a-1.0.0.wasm", component(&a)),
        ("b/b.proto", text(&b)),
        ("b/b-1.0.0.wasm", component(&b)),
        ("b/service.txtpb", text("domain: \"example.org\"\n")),
    ]);
    let compilation = compiled(&source);
    assert_eq!(findings(&compilation), "");
    let domain = compilation
        .graph()
        .node(&"domain/example.org".parse().unwrap())
        .unwrap();
    assert_eq!(domain.origin.to_string(), "b/service.txtpb:1:9");
}

#[test]
fn an_overlap_is_found_among_many_rules() {
    let mut files = vec![("vimana.toml".to_owned(), text(SETTINGS))];
    for index in 0..40 {
        let path = format!("/v1/{{name}}/things{index}");
        let path = if index == 17 {
            "/v1/fix/things23".to_owned()
        } else {
            path
        };
        let proto = definition(&format!("p{index}"), index, "1.0.0", &path);
        files.push((format!("s{index}/a-1.0.0.wasm"), component(&proto)));
        files.push((format!("s{index}/a.proto"), text(&proto)));
    }
    let source = vimana_compiler::source::Memory::from_files(files).unwrap();
    let compilation = compiled(&source);
    assert_eq!(
        compilation.diagnostics.len(),
        1,
        "{}",
        findings(&compilation)
    );
    assert!(findings(&compilation).contains("GET /v1/fix/things23"));
}
