use vimana_compiler::EdgeKind;
use vimana_proto::state::v1::spec;

use crate::repo::{SETTINGS, compiled, findings, repo, text};

const REAL: &str = r#"sessions:
  - name: client
    containers:
      - name: client
        network: cec
        image: virtualpod
        source: client/bundle.js
        launcher: JSModule
        environment: { AGGREGATOR_URL: "http://aggregator/aggregate", MODEL_SERVER: models, PORT: 8080, DEBUG: true }
        reachableVPods: [aggregator]
  - name: aggregator
    limitConnections: 1
    containers:
      - name: aggregator
        network: cec
        image: virtualpod
        source: aggregator/aggregator.js
        launcher: Javascript
        reachableVPods: [kleint-gateway, client, evaluator]
  - name: evaluator
    containers:
      - name: evaluator
        network: cec
        image: virtualpod
        source: evaluator/bundle.js
        launcher: JSModule
        environment: { MODEL_SERVER: models }
        reachableVPods: [Aggregator]
        resourcesUrl: resources/client
"#;

#[test]
fn a_real_file_becomes_sessions_and_vpods_that_reach_each_other() {
    let source = repo([
        ("vimana.toml", text(SETTINGS)),
        ("pods/vpods.yml", text(REAL)),
        ("pods/client/bundle.js", text("1;")),
        ("pods/aggregator/aggregator.js", text("2")),
        ("pods/evaluator/bundle.js", text("3")),
    ]);
    let compilation = compiled(&source);
    assert_eq!(findings(&compilation), "");
    let graph = compilation.graph();
    let client = graph.node(&"vpod/client/client".parse().unwrap()).unwrap();
    assert_eq!(client.origin.to_string(), "pods/vpods.yml:4:15");
    let Some(spec::Kind::Vpod(client)) = client.spec().kind else {
        panic!("no vpod");
    };
    assert_eq!(client.source, "client/bundle.js");
    assert_eq!(
        client.source_digest,
        vimana_proto::Digest::of(b"1;").to_string()
    );
    assert_eq!(client.environment["PORT"], "8080");
    assert_eq!(client.environment["DEBUG"], "true");
    let session = graph.node(&"session/aggregator".parse().unwrap()).unwrap();
    let Some(spec::Kind::Session(session)) = session.spec().kind else {
        panic!("no session");
    };
    assert_eq!(session.limit_connections, Some(1));
    let reaches: Vec<_> = graph
        .edges()
        .into_iter()
        .filter(|edge| edge.kind == EdgeKind::Reaches)
        .map(|edge| format!("{} {}", edge.from.name(), edge.to.name()))
        .collect();
    assert_eq!(
        reaches,
        [
            "aggregator/aggregator client/client",
            "aggregator/aggregator evaluator/evaluator",
            "client/client aggregator/aggregator",
            "evaluator/evaluator aggregator/aggregator",
        ]
    );
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    let bad = r#"version: 1
sessions:
  - name: client
    limitConections: 1
    limitConnections: "1"
    containers:
      - name: Client
        source: clinet.js
        launcher: Javascript
      - name: client
        source: client.js
        launcher: Javascript
        enviroment: {}
        environment: [A]
        reachableVPods: aggregator
      - name: main
        source: client.js
        launcher: Javascript
      - source: ../../client.js
      - just text
  - name: 12
    limitConnections: 0
    containers: []
  - name: a/b
    containers: {}
"#;
    let again = "sessions:\n  - name: Client\n    limitConnections: -1\n";
    let source = repo([
        ("vimana.toml", text(SETTINGS)),
        ("a/vpods.yml", text(bad)),
        ("a/client.js", text("1;")),
        ("b/vpods.yml", text(again)),
        ("c/vpods.yml", text("sessions:\n  - name: [\n")),
        ("d/vpods.yml", text("sessions:\n\t- name: x\n")),
        ("e/vpods.yml", text("sesions: []\n")),
        ("f/vpods.yml", text("")),
        ("g/vpods.yml", text("sessions:\n  - name: a\n    name: b\n")),
    ]);
    snapbox::assert_data_eq!(
        findings(&compiled(&source)),
        snapbox::str![[r#"
a/vpods.yml:1:1 E VM0033 unknown key `version` in `vpods.yml`
    help: the key is `sessions`
a/vpods.yml:4:5 E VM0033 unknown key `limitConections` in session `client`
    help: did you mean `limitConnections`?
a/vpods.yml:5:23 E VM0034 `limitConnections` of session `client` has the wrong type: expected a whole number, found a string
    help: write a whole number
a/vpods.yml:7:15 W VM0082 the name `Client` has capitals, and URLs have none
    help: rename it to `client`
a/vpods.yml:8:17 E VM0081 there is no file `clinet.js` for the vpod to run
    help: did you mean `client.js`?
a/vpods.yml:10:15 E VM0080 there are two vpods `client`
    at a/vpods.yml:7:15: first defined here
    help: rename one of the vpods
a/vpods.yml:13:9 E VM0033 unknown key `enviroment` in container `client`
    help: did you mean `environment`?
a/vpods.yml:14:22 E VM0034 `environment` has the wrong type: expected a table, found a list
    help: write keys and their values
a/vpods.yml:15:25 E VM0034 `reachableVPods` of container `client` has the wrong type: expected a list, found a string
    help: write items between `[` and `]`
a/vpods.yml:16:15 E VM0034 a vpod cannot be named `main`: that is the page
a/vpods.yml:19:9 E VM0035 a container has no `launcher`
    help: add `launcher: ...`
a/vpods.yml:19:9 E VM0035 a container has no `name`
    help: add `name: ...`
a/vpods.yml:20:9 E VM0034 a container has the wrong type: expected a table, found a string
    help: write keys and their values
a/vpods.yml:21:11 E VM0034 `name` of a session has the wrong type: expected a string, found a number
    help: put it into quotes
a/vpods.yml:22:23 E VM0034 `limitConnections` is 0; expected a whole number from 1
    help: leave it out for any number of connections
a/vpods.yml:24:11 E VM0034 `a/b` is no name of a session
    help: use letters, digits, `-`, `_` and `.`, at most 63
a/vpods.yml:25:17 E VM0034 `containers` of session `a/b` has the wrong type: expected a list, found a table
    help: write items between `[` and `]`
b/vpods.yml:2:11 E VM0080 there are two sessions `Client`
    at a/vpods.yml:3:11: first defined here
    help: rename one of the sessions
b/vpods.yml:3:23 E VM0034 `limitConnections` is -1; expected a whole number from 1
    help: leave it out for any number of connections
c/vpods.yml:2:11 E VM0032 invalid YAML: unclosed bracket `[`
    help: close what is open, and check the indentation and the quotes here
d/vpods.yml:2:2 E VM0032 invalid YAML: tabs disallowed within this context (block indentation)
    help: indent with spaces
e/vpods.yml:1:1 E VM0033 unknown key `sesions` in `vpods.yml`
    help: did you mean `sessions`?
f/vpods.yml:1:1 E VM0034 `vpods.yml` has the wrong type: expected a table, found nothing
    help: write keys and their values
g/vpods.yml:3:5 E VM0032 invalid YAML: duplicate mapping key: name
    help: keep one of the two

"#]]
    );
}

#[test]
fn a_program_that_is_no_javascript_is_told_with_its_place() {
    let vpods = r#"sessions:
  - name: a
    containers:
      - { name: a, source: a.js, launcher: Javascript }
      - { name: b, source: b.ts, launcher: Javascript }
      - { name: c, source: c.js, launcher: JSModule }
      - { name: d, source: d.wasm, launcher: JSModule }
      - { name: e, source: a.js, launcher: Javascript }
"#;
    let source = repo([
        ("vimana.toml", text(SETTINGS)),
        ("pods/vpods.yml", text(vpods)),
        (
            "pods/a.js",
            text("// é\nexport const sum = async (body => {\n};\n"),
        ),
        (
            "pods/b.ts",
            text("export const sum = async (body: string) => 1;\n"),
        ),
        ("pods/c.js", b"// caf\xe9\nlet \xe9 = 1\n".to_vec()),
        ("pods/d.wasm", b"\0asm\x01\0\0\0".to_vec()),
    ]);
    snapbox::assert_data_eq!(
        findings(&compiled(&source)),
        snapbox::str![[r#"
pods/a.js:3:2 E VM0083 `pods/a.js` is no JavaScript: expected `,` or `)` but found `;`
    at pods/a.js:2:26: opened here
    at pods/vpods.yml:4:28: run by this vpod
pods/b.ts:1:31 E VM0083 `pods/b.ts` is no JavaScript: expected `,` or `)` but found `:`
    at pods/b.ts:1:26: opened here
    at pods/vpods.yml:5:28: run by this vpod
    help: bundle it to JavaScript, and name the bundle in `source`
pods/c.js:2:5 E VM0083 `pods/c.js` is no JavaScript: unexpected token
    at pods/vpods.yml:6:28: run by this vpod
pods/vpods.yml:7:28 E VM0083 `pods/d.wasm` is no JavaScript: expected a script, found WebAssembly
    help: name the script that loads it

"#]]
    );
}

#[test]
fn a_program_nested_too_deep_is_not_looked_into() {
    let vpods = "sessions:\n  - name: a\n    containers: [{ name: a, source: a.js, launcher: Javascript }]\n";
    let source = repo([
        ("vimana.toml", text(SETTINGS)),
        ("vpods.yml", text(vpods)),
        ("a.js", text(&"[".repeat(100_000))),
    ]);
    snapbox::assert_data_eq!(
        findings(&compiled(&source)),
        snapbox::str![[r#"
vpods.yml:3:37 W VM0083 `a.js` is too large, or nested too deep, to be checked
    help: bundle it without what it does not use

"#]]
    );
}
