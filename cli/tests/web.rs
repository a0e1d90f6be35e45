//! Stock clients of the web's protocols against `vimana up`: Connect's own, and `buf`.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

mod support;

use snapbox::{assert_data_eq, str};
use support::process::{Finished, Running, addresses, run};

fn clients() -> PathBuf {
    support::workspace().join("tests/clients/web")
}

/// The repository of gRPC's test service, with a method that is free of side effects
/// and one web page that may call.
struct Served {
    root: PathBuf,
    address: SocketAddr,
    up: Running,
    _folder: tempfile::TempDir,
}

impl Served {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap().join("repo");
        support::copy(&support::workspace().join("tests/repos/interop"), &root);
        let proto = root.join("grpc/testing/test.proto");
        let text = fs::read_to_string(&proto).unwrap();
        let safe = text.replace(
            "rpc CacheableUnaryCall(SimpleRequest) returns (SimpleResponse);",
            "rpc CacheableUnaryCall(SimpleRequest) returns (SimpleResponse) {
               option idempotency_level = NO_SIDE_EFFECTS;
             }",
        );
        assert_ne!(safe, text, "the method is there");
        fs::write(proto, safe).unwrap();
        let mut up = Running::up(&root);
        let (address, _) = addresses(&up.line_with("Serving on"));
        up.line_with("Apply complete");
        Self {
            root,
            address,
            up,
            _folder: folder,
        }
    }

    fn end(self) {
        self.up.signal("INT");
        assert_eq!(self.up.end(), 0);
    }
}

/// `buf` of npm.
fn buf(folder: &Path, arguments: &[&str]) -> Finished {
    run(
        Command::new(clients().join("node_modules/@bufbuild/buf-linux-x64/bin/buf"))
            .current_dir(folder)
            // It keeps what it downloads, which is nothing here.
            .env("BUF_CACHE_DIR", folder.join(".cache"))
            .args(arguments),
    )
}

#[test]
fn connects_own_clients_call_every_kind_of_method_over_every_protocol() {
    let served = Served::start();
    // What vimana brings along, other tools must be given.
    let options = served.root.join("vimana");
    fs::create_dir(&options).unwrap();
    let source = support::workspace().join("proto/vimana/options.proto");
    fs::copy(source, options.join("options.proto")).unwrap();
    let built = buf(
        &served.root,
        &["build", "-o", "set.binpb", "--as-file-descriptor-set"],
    );
    assert_eq!(built.code, 0, "{built:?}");

    let called = run(Command::new("node")
        .args(["--test", "--test-reporter=tap", "calls.test.mjs"])
        .current_dir(clients())
        .env("ADDRESS", served.address.to_string())
        .env("DESCRIPTORS", served.root.join("set.binpb")));
    assert_eq!(called.code, 0, "{}\n{}", called.stdout, called.stderr);
    served.end();
}

#[test]
fn buf_curl_learns_by_reflection_and_calls_over_every_protocol() {
    let served = Served::start();
    let folder = tempfile::tempdir().unwrap();
    let host = format!("http://{}", served.address);
    let url = |method: &str| format!("{host}/grpc.testing.TestService/{method}");
    for protocol in ["grpc", "grpcweb", "connect"] {
        let curl = |arguments: &[&str]| {
            let common = ["curl", "--protocol", protocol, "--http2-prior-knowledge"];
            buf(folder.path(), &[&common, arguments].concat())
        };
        let listed = curl(&["--list-methods", &host]);
        assert_eq!(listed.code, 0, "{protocol}: {listed:?}");
        for method in [
            "grpc.testing.TestService/UnaryCall",
            "grpc.health.v1.Health/Check",
        ] {
            assert!(listed.stdout.contains(method), "{protocol}: {listed:?}");
        }
        let unary = curl(&["-d", r#"{"responseSize": 3}"#, &url("UnaryCall")]);
        assert_eq!(unary.code, 0, "{protocol}: {unary:?}");
        assert!(unary.stdout.contains("AAAA"), "{protocol}: {unary:?}");
        let stream = curl(&[
            "-d",
            r#"{"responseParameters": [{"size": 3}, {"size": 6}]}"#,
            &url("StreamingOutputCall"),
        ]);
        assert_eq!(stream.code, 0, "{protocol}: {stream:?}");
        assert!(stream.stdout.contains("AAAAAAAA"), "{protocol}: {stream:?}");
        let failed = curl(&[
            "-d",
            r#"{"responseStatus": {"code": 5, "message": "no such thing"}}"#,
            &url("UnaryCall"),
        ]);
        assert_ne!(failed.code, 0, "{protocol}");
        assert!(
            failed.stderr.contains("not_found"),
            "{protocol}: {failed:?}"
        );
        assert!(
            failed.stderr.contains("no such thing"),
            "{protocol}: {failed:?}"
        );
    }
    served.end();
}

#[test]
fn grpcs_python_clients_are_told_what_is_served_and_how_it_fares() {
    let served = Served::start();
    let clients = support::workspace().join("tests/clients/describe");
    // `cargo xtask test` puts the packages beside what cargo builds.
    let target = Path::new(env!("CARGO_BIN_EXE_vimana")).parent().unwrap();
    let packages = target.parent().unwrap().join("tools/describe");
    let described = run(Command::new("python3")
        .arg(clients.join("describe.py"))
        .arg(served.address.to_string())
        .args(["interop.example", "grpc.testing.TestService"])
        .env("PYTHONPATH", packages));
    assert_eq!(described.code, 0, "{described:?}");
    assert_data_eq!(
        described.stdout,
        str![[r#"
services grpc.health.v1.Health grpc.reflection.v1.ServerReflection grpc.reflection.v1alpha.ServerReflection grpc.testing.TestService
EmptyCall grpc.testing.Empty grpc.testing.Empty
UnaryCall grpc.testing.SimpleRequest grpc.testing.SimpleResponse
CacheableUnaryCall grpc.testing.SimpleRequest grpc.testing.SimpleResponse
StreamingOutputCall grpc.testing.StreamingOutputCallRequest grpc.testing.StreamingOutputCallResponse
StreamingInputCall grpc.testing.StreamingInputCallRequest grpc.testing.StreamingInputCallResponse
FullDuplexCall grpc.testing.StreamingOutputCallRequest grpc.testing.StreamingOutputCallResponse
HalfDuplexCall grpc.testing.StreamingOutputCallRequest grpc.testing.StreamingOutputCallResponse
UnimplementedCall grpc.testing.Empty grpc.testing.Empty
extension vimana.service 51700 vimana/options.proto
health '' SERVING
health 'grpc.testing.TestService' SERVING
health 'no.Such' NOT_FOUND
watch 'no.Such' SERVICE_UNKNOWN
list SERVING

"#]]
    );
    served.end();
}
