//! What is valid, and probably not what was meant.

use vimana_compiler::diagnostic::render::{Format, Settings, render};

use crate::repo::{FOO, SETTINGS, compiled, component, definition, findings, repo, text};

fn vpods(text_of_file: &str, programs: &[(&str, &str)]) -> String {
    let mut files = vec![
        ("vimana.toml", text(SETTINGS)),
        ("vpods.yml", text(text_of_file)),
    ];
    files.extend(
        programs
            .iter()
            .map(|(path, program)| (*path, text(program))),
    );
    findings(&compiled(&repo(files)))
}

#[test]
fn who_reaches_whom_is_checked() {
    let file = r#"sessions:
  - name: a
    containers:
      - { name: client, network: x, source: a.js, launcher: JSModul, reachableVPods: [agregator, client, evaluator, Evaluator, api.example.com, kleint-gateway, printer] }
      - { name: evaluator, network: y, source: b.js, launcher: Javascript, reachableVPods: ["7"] }
      - { name: "7", source: b.js, launcher: Javascript }
  - name: b
    containers:
      - { name: aggregator, source: b.js, launcher: Deno }
"#;
    let found = vpods(file, &[("a.js", ""), ("b.js", "")]);
    snapbox::assert_data_eq!(
        found,
        snapbox::str![[r#"
vpods.yml:4:61 W VM0084 there is no launcher `JSModul`
    help: did you mean `JSModule`?
vpods.yml:4:87 W VM0085 no vpod is named `agregator`
    help: did you mean `aggregator`?
vpods.yml:4:98 W VM0086 `client` lists itself as reachable
    help: take it from the list
vpods.yml:4:106 W VM0101 `evaluator` is on the network `y`, not on `x`
    at vpods.yml:5:37: this vpod
    help: set `network: x` in `evaluator`, or take it from the list
vpods.yml:4:117 W VM0109 `Evaluator` is listed twice
    at vpods.yml:4:106: first listed here
    help: take it from the list
vpods.yml:4:161 W VM0085 no vpod is named `printer`
    help: if it is a host of the network, silence this rule here
vpods.yml:5:93 W VM0101 `http://7/` is the URL of an IP address, not of a vpod
    help: rename the vpod, so that its name does not end in a number between dots
vpods.yml:9:53 W VM0084 there is no launcher `Deno`
    help: the launchers are `Javascript` and `JSModule`

"#]]
    );
}

#[test]
fn calls_are_checked_against_what_is_reachable_and_exported() {
    let file = r#"sessions:
  - name: a
    containers:
      - name: client
        source: client.js
        launcher: JSModule
        environment: { URL: "http://aggregator/agregate", BOARD: "http://board/record" }
        reachableVPods: [aggregator]
      - { name: aggregator, source: aggregator.js, launcher: Javascript, reachableVPods: [client] }
      - { name: board, source: board.js, launcher: Javascript }
"#;
    let client = "globalThis.client = {};
fetch('http://aggregator/sum/1');
fetch('http://aggregator/model');
fetch('http://evaluator/x');
fetch('http://board/x');
fetch('vpod://main/callback');
";
    let aggregator = "export const aggregate = async () => fetch('http://aggregator/own');
export function model() {}
fetch('http://client/anything');
";
    let board = "export * from './more.js';\n";
    let programs = [
        ("client.js", client),
        ("aggregator.js", aggregator),
        ("board.js", board),
    ];
    snapbox::assert_data_eq!(
        vpods(file, &programs),
        snapbox::str![[r#"
aggregator.js:1:52 W VM0088 `aggregator` exports no function `own`
    at vpods.yml:9:37: looked for in this program
    help: it exports `aggregate` and `model`
client.js:2:15 W VM0088 `aggregator` exports no function `sum`
    at vpods.yml:9:37: looked for in this program
    help: it exports `aggregate` and `model`
vpods.yml:7:29 W VM0088 `aggregator` exports no function `agregate`
    at vpods.yml:9:37: looked for in this program
    help: did you mean `aggregate`?
vpods.yml:7:66 W VM0087 `client` calls `board`, which it may not reach
    at vpods.yml:4:15: `reachableVPods` does not list `board`
    help: add `board` to `reachableVPods` of `client`

"#]]
    );
}

#[test]
fn launchers_and_urls_are_checked() {
    let file = r#"sessions:
  - name: a
    containers:
      - { name: a, source: module.js, launcher: JSModule, resourcesUrl: "http:/cdn.example.com" }
      - { name: b, source: script.js, launcher: JSModule, resourcesUrl: resources/b }
      - { name: c, source: module.js, launcher: Javascript, resourcesUrl: "https://cdn.example.com/my files" }
"#;
    let programs = [
        ("module.js", "export {};"),
        ("script.js", "var client = 1;"),
    ];
    snapbox::assert_data_eq!(
        vpods(file, &programs),
        snapbox::str![[r#"
vpods.yml:4:49 W VM0100 `module.js` is a module, and `JSModule` runs scripts
    help: launch it with `Javascript`, or bundle it to a script that sets `globalThis.client`
vpods.yml:4:73 E VM0089 `http:/cdn.example.com` is no URL: `http:` is followed by `//`
    help: write `https://HOST/PATH`, or a path such as `resources/client`
vpods.yml:6:75 E VM0089 `https://cdn.example.com/my files` is no URL: a space is written `%20`
    help: write `https://HOST/PATH`, or a path such as `resources/client`

"#]]
    );
}

#[test]
fn secrets_are_found_and_never_shown() {
    let token = ["ghp_", "aB3dE5gH7jK9mN1pQ2sT4vW6yZ8xC0bV2nM4"].concat();
    let file = format!(
        "sessions:
  - name: a
    containers:
      - name: a
        source: a.js
        launcher: Javascript
        environment:
          ENDPOINT: https://{token}@api.example.com
          API_TOKEN: 9f8e7d6c5b4a39281706f5e4
          TOKEN_URL: https://example.com/9f8e7d6c5b4a39281706f5e4
          EPOCHS: \"20\"
"
    );
    let foo = FOO.replace(
        "Basic ${GRAFANA_TOKEN}",
        "Basic dXNlcjpwYXNzd29yZDEyMw==,x=${GRAFANA_TOKEN}",
    );
    let source = repo([
        ("vimana.toml", text(SETTINGS)),
        ("vpods.yml", text(&file)),
        ("a.js", text("")),
        ("foo/foo.proto", text(&foo)),
        ("foo/foo-1.0.0.wasm", component(FOO)),
    ]);
    let compilation = compiled(&source);
    let shown = render(
        Format::Text,
        &compilation.diagnostics,
        &compilation.files,
        &Settings::default(),
    );
    assert!(shown.contains("ENDPOINT: ***"), "{shown}");
    let found = findings(&compilation);
    for text in [&shown, &found] {
        assert!(!text.contains("ghp_") && !text.contains("9f8e") && !text.contains("dXNl"));
    }
    snapbox::assert_data_eq!(
        found,
        snapbox::str![[r#"
foo/foo.proto:21:3 W VM0045 options of vimana are used without an import
    help: add `import "vimana/options.proto";`, which other tools need
foo/foo.proto:34:16 W VM0103 the header `Authorization` looks like credentials
    help: write `${NAME}` instead, and declare `[variable.NAME]` with `secret = true` in `vimana.toml`
vpods.yml:8:21 E VM0102 `ENDPOINT` of the vpod `a` holds a token of GitHub
    help: keep it in a service that the vpod calls: whoever opens the page can read the environment
    note: revoke it: it stays in the history of the repository
vpods.yml:9:22 W VM0103 `API_TOKEN` of the vpod `a` looks like a secret
    help: keep it in a service that the vpod calls: whoever opens the page can read the environment

"#]]
    );
}

#[test]
fn what_goes_over_the_network_is_checked() {
    let settings = SETTINGS.replace("secret = true", "").replace(
        "[cluster.local]",
        "[cluster.prod]\nendpoint = \"http://vimana.example.com:7700\"\n\n[cluster.local]\nendpoint = \"http://10.0.0.1:7700\"",
    );
    let foo = FOO.replace("https://otlp", "http://otlp");
    let source = repo([
        ("vimana.toml", text(&settings)),
        ("foo/foo.proto", text(&foo)),
        ("foo/foo-1.0.0.wasm", component(FOO)),
    ]);
    snapbox::assert_data_eq!(
        findings(&compiled(&source)),
        snapbox::str![[r#"
foo/foo.proto:21:3 W VM0045 options of vimana are used without an import
    help: add `import "vimana/options.proto";`, which other tools need
foo/foo.proto:33:17 W VM0108 `http://otlp-gateway-prod-eu-west-0.grafana.net/otlp` goes over the network in clear
    help: write `https://`
foo/foo.proto:34:37 W VM0104 `GRAFANA_TOKEN` goes into a header, and is no secret
    help: add `secret = true` to `[variable.GRAFANA_TOKEN]` in `vimana.toml`
vimana.toml:6:12 W VM0108 `http://vimana.example.com:7700` goes over the network in clear
    help: reach it through a tunnel: `ssh -L 7700:127.0.0.1:7700 HOST`, and `http://127.0.0.1:7700`

"#]]
    );
}

#[test]
fn selectors_that_do_nothing_are_told() {
    let config = "regional {
  regions: [\"aws/us-east-1\", \"/us-east\", \"/us-east\", \"aws/us\"]
  failover: true
}
";
    let proto = definition("a", 1, "1.0.0", "/a");
    let source = repo([
        ("vimana.toml", text(SETTINGS)),
        ("a/a.proto", text(&proto)),
        ("a/a-1.0.0.wasm", component(&proto)),
        ("a/service.txtpb", text(config)),
    ]);
    snapbox::assert_data_eq!(
        findings(&compiled(&source)),
        snapbox::str![[r#"
a/service.txtpb:2:13 W VM0106 `/us-east` selects all that `aws/us-east-1` does
    at a/service.txtpb:2:30: selects the same regions
    help: take it from the list
a/service.txtpb:2:42 W VM0106 `/us-east` is listed twice
    at a/service.txtpb:2:30: selects the same regions
    help: take it from the list
a/service.txtpb:3:13 W VM0107 there is no region to fail over to: `aws/us-east-1` is the only one
    help: add a selector of another region, or take `failover` away

"#]]
    );
}

#[test]
fn remote_components_are_pinned() {
    let digest = "0123456789abcdef".repeat(4);
    let config = format!(
        "version {{ version: \"1.0.0\" component: \"oci://ghcr.io/acme/a:1@sha256:{digest}\" weight: 1 }}
version {{ version: \"1.0.1\" component: \"oci://ghcr.io/acme/a:1@sha256:0123\" interface: \"a.proto\" }}
"
    );
    let source = repo([
        ("vimana.toml", text(SETTINGS)),
        ("a/a.proto", text(&definition("a", 1, "1.0.0", "/a"))),
        ("a/service.txtpb", text(&config)),
    ]);
    snapbox::assert_data_eq!(
        findings(&compiled(&source)),
        snapbox::str![[r#"
a/service.txtpb:1:39 E VM0036 a component from a registry is not supported yet
    help: pull it into the repository, and name the file
a/service.txtpb:2:39 E VM0036 a component from a registry is not supported yet
    help: pull it into the repository, and name the file
a/service.txtpb:2:39 E VM0105 `oci://ghcr.io/acme/a:1` is not pinned to a digest
    help: write `oci://ghcr.io/acme/a:1@sha256:DIGEST`

"#]]
    );
}
