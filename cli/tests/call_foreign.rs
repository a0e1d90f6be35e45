//! `vimana call` against a gRPC server of somebody else, by what it says of itself.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command};

mod support;

use support::process::{Finished, Running, run, vimana};

/// A server that goes on until it is dropped.
struct Server {
    url: String,
    _running: Running,
    _stdin: ChildStdin,
    folder: tempfile::TempDir,
}

impl Server {
    fn start() -> Self {
        Self::start_with("http", &[])
    }

    fn start_with(scheme: &str, arguments: &[&Path]) -> Self {
        let server = support::workspace().join("tests/servers/python/server.py");
        let mut command = Command::new("python3");
        command
            .arg(server)
            .args(arguments)
            .env("PYTHONPATH", packages());
        let (mut running, stdin) = Running::talking(&mut command);
        let line = running.line_with("port ");
        let port = line.trim_start_matches("port ");
        Self {
            url: format!("{scheme}://localhost:{port}"),
            _running: running,
            _stdin: stdin,
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// Calls from a folder that is no repository.
    fn call(&self, arguments: &[&str]) -> Finished {
        run(vimana(["call", "--server", &self.url])
            .args(arguments)
            .current_dir(self.folder.path()))
    }
}

/// Installs what the server needs, unless it is there.
fn packages() -> PathBuf {
    let requirements = support::workspace().join("tests/servers/python/requirements.txt");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("grpc-server-python");
    let lock = std::fs::File::create(folder.with_extension("lock")).unwrap();
    lock.lock().unwrap();
    if !folder.join("grpc_reflection").is_dir() {
        let installed = run(Command::new("python3")
            .args(["-m", "pip", "install", "--quiet", "--no-deps"])
            .args(["--disable-pip-version-check", "--target"])
            .arg(&folder)
            .arg("--requirement")
            .arg(requirements));
        assert_eq!(installed.code, 0, "{installed:?}");
    }
    folder
}

#[test]
fn every_arity_is_called_by_reflection() {
    let server = Server::start();
    let listed = server.call(&["--list"]);
    assert_eq!(
        listed.stdout, "demo.v1.Demo\ngrpc.reflection.v1alpha.ServerReflection\n",
        "{listed:?}"
    );
    for (method, data, printed) in [
        (
            "Get",
            r#"{"text":"x","itemCount":"9007199254740993","kind":"KIND_ROUND","child":{"child":{}}}"#,
            "{\"text\":\"x\",\"itemCount\":\"9007199254740993\",\"kind\":\"KIND_ROUND\",\"child\":{\"child\":{}}}\n",
        ),
        (
            "Split",
            r#"{"text":"a b"}"#,
            "{\"text\":\"a\"}\n{\"text\":\"b\"}\n",
        ),
        (
            "Join",
            r#"{"text":"a"}{"text":"b"}"#,
            "{\"text\":\"a b\"}\n",
        ),
        (
            "Chat",
            r#"{"text":"a"}{"text":"b"}"#,
            "{\"text\":\"A\"}\n{\"text\":\"B\"}\n",
        ),
    ] {
        let called = server.call(&[&format!("demo.v1.Demo/{method}"), "-d", data]);
        assert_eq!((called.code, &*called.stdout), (0, printed), "{called:?}");
    }
    let empty = server.call(&["demo.v1.Demo/Get"]);
    assert_eq!((empty.code, &*empty.stdout), (0, "{}\n"), "{empty:?}");
}

#[test]
fn messages_that_only_the_server_knows_are_asked_for() {
    let server = Server::start();
    let any = server.call(&["demo.v1.Demo/Get", "-d", r#"{"text":"any"}"#]);
    assert_eq!(
        any.stdout,
        "{\"text\":\"any\",\"any\":{\"@type\":\"type.googleapis.com/demo.v1.Reason\",\"why\":\"because\"}}\n",
        "{any:?}"
    );
    let failed = server.call(&["demo.v1.Demo/Get", "-d", r#"{"text":"fail"}"#]);
    assert_eq!((failed.code, &*failed.stdout), (1, ""), "{failed:?}");
    snapbox::assert_data_eq!(
        failed.stderr,
        snapbox::str![[r#"
error: demo.v1.Demo/Get answered FAILED_PRECONDITION: no, says the server
  detail demo.v1.Reason: {
    "why": "it was asked to"
  }

"#]]
    );
}

#[test]
fn metadata_goes_there_and_comes_back_and_a_deadline_ends_the_call() {
    let server = Server::start();
    let tagged = server.call(&[
        "demo.v1.Demo/Get",
        "-v",
        "-H",
        "x-tag: blue",
        "-H",
        "x-raw-bin: AQI",
    ]);
    for part in [
        "> authority: localhost:",
        "< x-tag-seen: blue",
        "< x-raw-seen: 0102",
        "< x-trailer: last",
    ] {
        assert!(tagged.stderr.contains(part), "{part}: {tagged:?}");
    }
    let late = server.call(&[
        "demo.v1.Demo/Get",
        "-d",
        r#"{"text":"sleep"}"#,
        "--timeout",
        "200ms",
    ]);
    assert_eq!(late.code, 1, "{late:?}");
    assert!(
        late.stderr.contains("answered DEADLINE_EXCEEDED"),
        "{late:?}"
    );
}

#[test]
fn names_that_are_not_there_are_told_with_those_that_are() {
    let server = Server::start();
    let method = server.call(&["demo.v1.Demo/Gett"]);
    assert_eq!(method.code, 1, "{method:?}");
    assert!(
        method.stderr.contains("did you mean `demo.v1.Demo/Get`?"),
        "{method:?}"
    );
    let service = server.call(&["demo.v1.Demmo/Get"]);
    assert!(
        service.stderr.contains("did you mean `demo.v1.Demo`?"),
        "{service:?}"
    );
    let field = server.call(&["demo.v1.Demo/Get", "-d", r#"{"item_conut": 1}"#]);
    assert!(
        field.stderr.contains("error: -d:1:2: `item_conut`")
            && field.stderr.contains("`itemCount`"),
        "{field:?}"
    );
}

#[test]
fn a_secured_server_is_believed_by_its_authority_only() {
    let folder = tempfile::tempdir().unwrap();
    vimana_runtime::SelfSigned::open(folder.path()).unwrap();
    let certificate = vimana_runtime::SelfSigned::certificate_in(folder.path());
    let key = folder.path().join("key.pem");
    let server = Server::start_with("https", &[&certificate, &key]);
    let ca = certificate.to_str().unwrap();
    let called = server.call(&["demo.v1.Demo/Get", "--ca", ca]);
    assert_eq!((called.code, &*called.stdout), (0, "{}\n"), "{called:?}");
    let stranger = server.call(&["demo.v1.Demo/Get"]);
    assert_eq!((stranger.code, &*stranger.stdout), (3, ""), "{stranger:?}");
    assert!(stranger.stderr.contains("cannot reach"), "{stranger:?}");
    let other = server.call(&[
        "demo.v1.Demo/Get",
        "--ca",
        ca,
        "--authority",
        "other.example",
    ]);
    assert_eq!(other.code, 3, "{other:?}");
}
