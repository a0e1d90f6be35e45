//! `vimana call` against `vimana up` of `tests/repos/streams`: every arity, as a shell
//! and as a person would.
#![allow(clippy::unwrap_used)]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;

mod support;

use snapbox::{assert_data_eq, str};
use support::process::{Finished, Running, addresses, run, vimana};

const SERVICE: &str = "streams.v1.StreamService";

fn repository() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap().join("streams");
    support::copy(&support::workspace().join("tests/repos/streams"), &root);
    (folder, root)
}

fn up(root: &Path) -> Running {
    let mut up = Running::up(root);
    up.line_with("Apply complete");
    up
}

fn call(root: &Path, arguments: &[&str]) -> Finished {
    run(vimana(["call"]).args(arguments).current_dir(root))
}

#[test]
fn every_arity_is_called_by_the_repository_and_by_reflection() {
    let (_folder, root) = repository();
    let _up = up(&root);
    for source in ["--repository", "--reflection"] {
        let count = ["StreamService/Count", "-d", r#"{"to": 3}"#, source];
        let count = call(
            &root,
            &[
                &format!("streams.v1.{}", count[0]),
                count[1],
                count[2],
                count[3],
            ],
        );
        assert_eq!(
            count.stdout, "{\"value\":1}\n{\"value\":2}\n{\"value\":3}\n",
            "{count:?}"
        );
        assert_eq!((count.code, &*count.stderr), (0, ""), "{count:?}");

        let sum = call(
            &root,
            &[
                &format!("streams.example:{SERVICE}/Sum"),
                "-d",
                r#"{"value": 1} {"value": 2}{"value": 39}"#,
                source,
            ],
        );
        assert_eq!(sum.stdout, "{\"sum\":\"42\",\"count\":3}\n", "{sum:?}");

        let echo = call(
            &root,
            &[
                &format!("{SERVICE}.Echo"),
                "-d",
                "{\"number\":1,\"tags\":[\"a\"]}\n{\"text\":\"é\"}",
                source,
            ],
        );
        assert_eq!(
            echo.stdout, "{\"number\":1,\"tags\":[\"a\"]}\n{\"text\":\"é\"}\n",
            "{echo:?}"
        );
    }
    let health = call(&root, &["grpc.health.v1.Health/Check", "-d", "{}"]);
    assert_eq!(health.stdout, "{\"status\":\"SERVING\"}\n", "{health:?}");
}

#[test]
fn a_dialogue_is_answered_message_by_message() {
    let (_folder, root) = repository();
    let _up = up(&root);
    let mut command = vimana(["call"]);
    command
        .args([&format!("{SERVICE}/Echo"), "-d", "-"])
        .current_dir(&root)
        .stdin(Stdio::piped());
    let (mut talking, mut stdin) = Running::talking(&mut command);
    for number in 1..=3 {
        writeln!(stdin, "{{\"number\": {number}}}").unwrap();
        // Before the next is sent, and while the stream is open.
        talking.line_with(&format!("{{\"number\":{number}}}"));
    }
    drop(stdin);
    assert_eq!(talking.end(), 0);
}

#[test]
fn answers_are_printed_in_each_form() {
    let (_folder, root) = repository();
    let _up = up(&root);
    let form = |extra: &[&str]| {
        let method = format!("{SERVICE}/Echo");
        let data = r#"{"number": 7, "tags": ["a", "b"]}"#;
        let echo = call(&root, &[&[&*method, "-d", data], extra].concat());
        assert_eq!(echo.code, 0, "{echo:?}");
        echo.stdout
    };
    assert_data_eq!(
        form(&["-o", "json"]),
        str![[r#"
{
  "number": 7,
  "tags": [
    "a",
    "b"
  ]
}

"#]]
    );
    assert_data_eq!(
        form(&["-o", "text-format"]),
        str![[r#"
number: 7
tags: ["a", "b"]

"#]]
    );
    assert_data_eq!(
        form(&["--emit-defaults"]),
        str![[r#"
{"number":7,"text":"","tags":["a","b"]}

"#]]
    );
    let gzip = form(&["--gzip"]);
    assert_eq!(gzip, "{\"number\":7,\"tags\":[\"a\",\"b\"]}\n");
}

#[test]
fn what_can_be_called_is_listed_and_described() {
    let (_folder, root) = repository();
    // Needs no node.
    let services = call(&root, &["--list"]);
    assert_data_eq!(
        services.stdout,
        str![[r#"
streams.example:streams.v1.StreamService

"#]]
    );
    let methods = call(&root, &["--list", SERVICE]);
    assert_data_eq!(
        methods.stdout,
        str![[r#"
streams.v1.StreamService/Count(streams.v1.CountRequest) returns (stream streams.v1.Number)
streams.v1.StreamService/Sum(stream streams.v1.Number) returns (streams.v1.Total)
streams.v1.StreamService/Echo(stream streams.v1.Note) returns (stream streams.v1.Note)

"#]]
    );
    let example = call(&root, &["--describe", &format!("{SERVICE}/Echo")]);
    assert_data_eq!(
        example.stdout,
        str![[r#"
{
  "number": 1,
  "text": "text",
  "weight": 0.5,
  "tags": [
    "text"
  ],
  "link": "text"
}

"#]]
    );
}

#[test]
fn mistakes_are_told_with_what_was_probably_meant() {
    let (_folder, root) = repository();
    std::fs::write(
        root.join("notes.json"),
        "{\"number\": 1}\n{\"number\": 2,\n \"txt\": \"x\"}\n",
    )
    .unwrap();
    let _up = up(&root);
    let told = |arguments: &[&str], code: i32| {
        let told = call(&root, arguments);
        assert_eq!(told.code, code, "{told:?}");
        told.stderr
    };
    let echo = format!("{SERVICE}/Echo");
    let count = format!("{SERVICE}/Count");
    assert_data_eq!(
        told(&[&echo, "-d", "@notes.json"], 1),
        str![[r#"
error: notes.json:3:2: `txt`: `streams.v1.Note` has no such field
help: did you mean `text`?

"#]]
    );
    assert_data_eq!(
        told(&[&count, "-d", r#"{"ending": "ENDING_TRIP"}"#], 1),
        str![[r#"
error: -d:1:12: `ending`: `streams.v1.Ending` has no value `ENDING_TRIP`
help: did you mean `ENDING_TRAP`?

"#]]
    );
    assert_data_eq!(
        told(&[&count, "-d", r#"{"to": "many"}"#], 1),
        str![[r#"
error: -d:1:8: `to`: expected an unsigned integer of 32 bits, found `many`

"#]]
    );
    assert_data_eq!(
        told(&[&count, "-d", r#"{"to": 1"#], 1),
        str![[r#"
error: -d:1:9: the JSON is invalid: neither `,` nor `}` behind a member

"#]]
    );
    assert_data_eq!(
        told(&[&count, "-d", "{} {}"], 1),
        str![[r#"
error: `streams.v1.StreamService.Count` takes one message, and the data holds more

"#]]
    );
    assert_data_eq!(
        told(&[&format!("{SERVICE}/Cuont")], 1),
        str![[r#"
error: `streams.v1.StreamService` has no method `Cuont`
help: did you mean `streams.v1.StreamService/Count`?

"#]]
    );
    assert_data_eq!(
        told(&["streams.v1.StreamServce/Count"], 1),
        str![[r#"
error: the repository has no service `streams.v1.StreamServce`
help: did you mean `streams.v1.StreamService`?

"#]]
    );
    assert_data_eq!(
        told(&[SERVICE], 1),
        str![[r#"
error: `streams.v1.StreamService` is a service; expected one of its methods
help: it has `Count`, `Sum`, `Echo`

"#]]
    );
}

#[test]
fn a_status_is_told_and_so_is_that_nobody_answers() {
    let (_folder, root) = repository();
    let node = up(&root);
    let count = format!("{SERVICE}/Count");
    let aborted = call(
        &root,
        &[&count, "-d", r#"{"to": 1, "ending": "ENDING_STATUS"}"#],
    );
    assert_eq!(aborted.code, 1, "{aborted:?}");
    assert_eq!(aborted.stdout, "{\"value\":1}\n", "{aborted:?}");
    assert!(
        aborted
            .stderr
            .starts_with("error: streams.v1.StreamService/Count answered ABORTED"),
        "{aborted:?}"
    );
    let late = call(
        &root,
        &[
            &count,
            "-d",
            r#"{"to": 1, "ending": "ENDING_HANG"}"#,
            "--timeout",
            "300ms",
        ],
    );
    assert_eq!(
        (late.code, &*late.stdout),
        (1, "{\"value\":1}\n"),
        "{late:?}"
    );
    assert!(
        late.stderr.contains("answered DEADLINE_EXCEEDED"),
        "{late:?}"
    );

    let shown = call(
        &root,
        &[
            &count,
            "-d",
            r#"{"to": 1}"#,
            "-v",
            "-H",
            "x-tag: blue",
            "-H",
            "authorization: Bearer secret",
        ],
    );
    for part in [
        "> /streams.v1.StreamService/Count",
        "> authority: streams.example",
        "> x-tag: blue",
        "> authorization: (not shown)",
        "< count-to: 1",
        "* ",
    ] {
        assert!(shown.stderr.contains(part), "{part}: {shown:?}");
    }
    assert!(!shown.stderr.contains("secret"), "{shown:?}");

    drop(node);
    let gone = call(&root, &["--server", "http://127.0.0.1:9", &count]);
    assert_eq!((gone.code, &*gone.stdout), (3, ""), "{gone:?}");
    assert!(
        gone.stderr.contains("cannot reach `http://127.0.0.1:9`"),
        "{gone:?}"
    );
}

#[test]
fn a_node_with_a_certificate_of_its_own_is_called_without_a_word() {
    let (_folder, root) = repository();
    let mut command = vimana([
        "up",
        "--tls",
        "--listen",
        "127.0.0.1:0",
        "--control",
        "127.0.0.1:0",
    ]);
    let mut up = Running::start(command.current_dir(&root).env("VIMANA_LOG", "warn"));
    up.line_with("Apply complete");
    let count = call(&root, &[&format!("{SERVICE}/Count"), "-d", r#"{"to": 1}"#]);
    assert_eq!(
        (count.code, &*count.stdout),
        (0, "{\"value\":1}\n"),
        "{count:?}"
    );
}

#[test]
fn the_control_api_says_where_the_services_are() {
    let (_folder, root) = repository();
    let mut node = Running::up(&root);
    let (_, control) = addresses(&node.line_with("Serving on"));
    node.line_with("Apply complete");
    let elsewhere = tempfile::tempdir().unwrap();
    let endpoint = format!("http://{control}");
    let count = run(vimana(["call"])
        .args([
            "--endpoint",
            &endpoint,
            &format!("{SERVICE}/Count"),
            "-d",
            "{\"to\":1}",
        ])
        .current_dir(elsewhere.path()));
    assert_eq!(
        (count.code, &*count.stdout),
        (0, "{\"value\":1}\n"),
        "{count:?}"
    );
}
