//! The main job: `vimana up` on the example repository.
#![allow(clippy::unwrap_used)]

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;

mod support;

use support::process::{Running, addresses, get, http, run, vimana};

/// Adds text to a file of the repository.
fn append(root: &Path, file: &str, text: &str) {
    let mut file = OpenOptions::new()
        .append(true)
        .open(root.join(file))
        .unwrap();
    file.write_all(text.as_bytes()).unwrap();
}

#[test]
fn the_example_is_served_over_json_and_grpc() {
    let (_folder, root) = support::example();
    let mut up = Running::up(&root);
    let (data, control) = addresses(&up.line_with("Serving on"));
    up.line_with("curl");
    assert!(up.seen.contains("to create"), "{}", up.seen);
    assert!(
        up.seen.contains("vpod"),
        "the plan says what this node cannot run:\n{}",
        up.seen
    );

    let (status, body) = get(data, "/say-hi?name=Ada");
    assert_eq!(status, 200, "{body}");
    assert!(body.contains("\"enthusiasm\""), "{body}");
    assert_eq!(get(control, "/readyz").0, 200);
    assert_eq!(get(data, "/v1/shelves/nowhere").0, 404);

    let client = |proto: &Path, service: &str, method: &str, request: &str| {
        run(Command::new("node")
            .arg(support::workspace().join("tests/clients/node/client.mjs"))
            .arg(data.to_string())
            .arg(proto)
            .args([service, method, request]))
    };
    let proto = root.join("walkthrough/foo.proto");
    let hello = client(&proto, "bar.FooService", "SayHello", "{\"name\":\"Ada\"}");
    assert_eq!(hello.code, 0, "{hello:?}");
    let over_grpc: serde_json::Value = serde_json::from_str(&hello.stdout).unwrap();
    let over_json: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert_eq!(over_grpc["enthusiasm"], over_json["enthusiasm"]);

    up.signal("INT");
    assert_eq!(up.end(), 0);
}

#[test]
fn commands_in_the_repository_find_the_node_and_see_what_changed() {
    let (folder, root) = support::example();
    let mut up = Running::up(&root);
    let (data, _) = addresses(&up.line_with("Serving on"));
    up.line_with("curl");
    let plan = |arguments: &[&str]| {
        run(vimana(["plan"])
            .args(arguments)
            .current_dir(root.join("library")))
    };

    let unchanged = plan(&["--detailed-exitcode"]);
    assert_eq!(unchanged.code, 0, "{unchanged:?}");
    assert!(unchanged.stdout.contains("No changes"), "{unchanged:?}");

    // A second checkout of the same workspace, so that the watch does not apply it.
    let copy = folder.path().join("copy");
    support::copy(&root, &copy);
    append(
        &copy,
        "walkthrough/service.txtpb",
        "version { version: \"1.0.0\" weight: 50 }\n",
    );
    let endpoint = std::fs::read_to_string(root.join(".vimana/up.json")).unwrap();
    let endpoint: serde_json::Value = serde_json::from_str(&endpoint).unwrap();
    let there = |arguments: &[&str]| {
        run(vimana([])
            .args(arguments)
            .current_dir(&copy)
            .env("VIMANA_ENDPOINT", endpoint["control"].as_str().unwrap()))
    };
    let changed = there(&["plan", "--detailed-exitcode", "--out", "weight.plan"]);
    assert_eq!(changed.code, 2, "{changed:?}");
    assert!(changed.stdout.contains("1 to update"), "{changed:?}");
    assert!(
        changed.stdout.contains("walkthrough/service.txtpb:"),
        "{changed:?}"
    );
    assert_eq!(there(&["show", "weight.plan"]).stdout, changed.stdout);

    let applied = there(&["apply"]);
    assert_eq!(applied.code, 0, "{applied:?}");
    let stale = there(&["apply", "weight.plan"]);
    assert_eq!(stale.code, 4, "{stale:?}");
    assert!(stale.stderr.contains("vimana plan --out"), "{stale:?}");

    let status = there(&["status", "example.com:bar.FooService"]);
    assert_eq!(status.code, 0, "{status:?}");
    assert!(status.stdout.contains("100 % of traffic"), "{status:?}");
    assert!(
        status.stdout.contains("walkthrough/service.txtpb:"),
        "{status:?}"
    );
    assert_eq!(get(data, "/say-hi?name=Ada").0, 200);
}

#[test]
fn a_change_of_the_work_tree_is_applied_and_a_mistake_is_not() {
    let (_folder, root) = support::example();
    let mut up = Running::up(&root);
    let (data, _) = addresses(&up.line_with("Serving on"));
    up.line_with("curl");

    let proto = root.join("walkthrough/foo.proto");
    let text = std::fs::read_to_string(&proto).unwrap();
    std::fs::write(&proto, text.replace("/say-hi", "/say-hello")).unwrap();
    up.line_with("Apply complete");
    assert_eq!(get(data, "/say-hello?name=Ada").0, 200);
    assert_eq!(get(data, "/say-hi?name=Ada").0, 404);

    // A mistake keeps what serves; the next good state is applied.
    std::fs::write(&proto, text.replace("float", "flaot")).unwrap();
    std::fs::write(root.join("library/unrelated.txt"), "").unwrap();
    assert_eq!(get(data, "/say-hello?name=Ada").0, 200);
    std::fs::write(&proto, &text).unwrap();
    up.line_with("Apply complete");
    assert_eq!(get(data, "/say-hi?name=Ada").0, 200);
}

#[test]
fn a_node_that_starts_again_serves_what_was_applied() {
    let (_folder, root) = support::example();
    let mut up = Running::up(&root);
    up.line_with("curl");
    up.signal("KILL");
    up.end();

    let mut serve = Running::start(
        vimana([
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--control",
            "127.0.0.1:0",
            "--state",
            ".vimana/node",
        ])
        .current_dir(&root)
        .env("VIMANA_LOG", "warn"),
    );
    let (data, control) = addresses(&serve.line_with("Serving on"));
    let found = run(vimana(["plan", "--detailed-exitcode"])
        .current_dir(&root)
        .env("VIMANA_ENDPOINT", format!("http://{control}")));
    assert_eq!(found.code, 0, "{found:?}");
    assert_eq!(get(data, "/say-hi?name=Ada").0, 200);
    let book = "{\"title\":\"Notes\",\"authors\":[{\"name\":\"Ada\"}],\"genre\":\"SCIENCE\"}";
    let (status, body) = http(data, "POST", "/v1/shelves/science/books", book);
    assert!(status == 200 || status == 404, "{status} {body}");
}
