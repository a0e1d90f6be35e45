//! `vimana logs` against `vimana up` of the example, whose guest says whom it greets.
#![allow(clippy::unwrap_used)]

use std::net::SocketAddr;
use std::path::Path;

mod support;

use support::process::{Finished, Running, addresses, get, run, vimana};

const SERVICE: &str = "example.com:bar.FooService";

/// A node that serves the example.
struct Node {
    up: Running,
    data: SocketAddr,
}

impl Node {
    fn start(root: &Path) -> Self {
        let mut up = Running::up(root);
        let (data, _) = addresses(&up.line_with("Serving on"));
        up.line_with("curl");
        Self { up, data }
    }

    /// Has the guest write a line.
    fn greet(&self, name: &str) {
        let (status, answer) = get(self.data, &format!("/say-hi?name={name}"));
        assert_eq!(status, 200, "{answer}");
    }
}

fn logs(root: &Path, arguments: &[&str]) -> Finished {
    run(vimana(["logs"]).args(arguments).current_dir(root))
}

fn follow(root: &Path, arguments: &[&str]) -> Running {
    let mut command = vimana(["logs", "--follow"]);
    Running::start_with_log(command.args(arguments).current_dir(root))
}

#[test]
fn what_guests_wrote_is_printed_in_each_form() {
    let (_folder, root) = support::example();
    let node = Node::start(&root);
    for name in ["Ada", "Grace", "Edsger"] {
        node.greet(name);
    }
    let all = logs(&root, &[]);
    assert_eq!(all.code, 0, "{all:?}");
    let lines: Vec<&str> = all.stdout.lines().collect();
    assert_eq!(lines.len(), 3, "{all:?}");
    for (line, name) in lines.iter().zip(["Ada", "Grace", "Edsger"]) {
        let text = format!("INFO  {SERVICE}@1.0.0 SayHello ");
        assert!(line.contains(&text) && line.contains(name), "{line}");
    }
    let last = logs(&root, &[SERVICE, "--tail", "1"]);
    assert_eq!(last.stdout.lines().count(), 1, "{last:?}");
    assert!(last.stdout.contains("Edsger"), "{last:?}");
    let version = logs(&root, &[&format!("{SERVICE}@1.0.0"), "--since", "1h"]);
    assert_eq!(version.stdout.lines().count(), 3, "{version:?}");
    assert!(
        !version.stdout.contains(SERVICE),
        "the name says it: {version:?}"
    );
    let grave = logs(&root, &[SERVICE, "--level", "warn"]);
    assert_eq!((grave.code, &*grave.stdout), (0, ""), "{grave:?}");

    let jsonl = logs(&root, &["-o", "jsonl", "--tail", "1"]);
    let line: serde_json::Value = serde_json::from_str(&jsonl.stdout).unwrap();
    assert_eq!(line["method"], "bar.FooService/SayHello");
    assert_eq!(line["level"], "INFO");
    let json = logs(&root, &["-o", "json"]);
    let document: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(document["format_version"], 1);
    assert_eq!(document["lines"].as_array().unwrap().len(), 3);

    let refused = logs(&root, &["-f", "-o", "json"]);
    assert_eq!(refused.code, 3, "{refused:?}");
    assert!(refused.stderr.contains("jsonl"), "{refused:?}");
    drop(node.up);
}

#[test]
fn a_name_that_is_not_there_is_told_with_one_that_is() {
    let (_folder, root) = support::example();
    let _node = Node::start(&root);
    for (name, near) in [
        ("example.com:bar.FoService", SERVICE),
        ("FooService", SERVICE),
    ] {
        let unknown = logs(&root, &[name]);
        assert_eq!((unknown.code, &*unknown.stdout), (3, ""), "{unknown:?}");
        assert!(
            unknown.stderr.contains(&format!("did you mean `{near}`?")),
            "{unknown:?}"
        );
    }
    let domain = logs(&root, &["domain/example.com"]);
    assert_eq!(domain.code, 3, "{domain:?}");
    assert!(domain.stderr.contains("writes no log"), "{domain:?}");
}

#[test]
fn lines_are_followed_across_the_end_of_the_node_until_interrupted() {
    let (_folder, root) = support::example();
    let node = Node::start(&root);
    node.greet("Ada");
    let mut following = follow(&root, &[SERVICE]);
    following.line_with("Ada");
    node.greet("Grace");
    following.line_with("Grace");

    node.up.signal("TERM");
    assert_eq!(node.up.end(), 0);
    following.line_with("note: the node is gone");
    let mut up = Running::up(&root);
    let (data, _) = addresses(&up.line_with("Serving on"));
    up.line_with("No changes");
    following.line_with("note: the node is back");
    let node = Node { up, data };
    node.greet("Edsger");
    following.line_with("Edsger");
    for name in ["Ada", "Grace", "Edsger"] {
        assert_eq!(
            following.seen.matches(name).count(),
            1,
            "{}",
            following.seen
        );
    }
    following.signal("INT");
    assert_eq!(following.end(), 130);
}

#[test]
fn a_reader_that_has_enough_ends_the_following() {
    let (_folder, root) = support::example();
    let node = Node::start(&root);
    node.greet("Ada");
    let mut command = std::process::Command::new("bash");
    let binary = env!("CARGO_BIN_EXE_vimana");
    let script = format!(
        "set -o pipefail; '{binary}' logs -f | (head -n 1; exec 0<&-; echo enough; sleep 0)"
    );
    let mut piped = Running::start(command.args(["-c", &script]).current_dir(&root));
    piped.line_with("enough");
    node.greet("Grace");
    assert_eq!(piped.end(), 0);
}
