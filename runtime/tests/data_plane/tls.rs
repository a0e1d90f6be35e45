//! TLS, with `curl` as the client and certificates by `openssl`.

use std::path::Path;
use std::time::Duration;

use tokio::io::AsyncReadExt as _;
use tokio::process::Command;
use vimana_runtime::{ClientCertificates, TlsFiles};

use crate::guest;
use crate::issuer::certificate;
use crate::node::{LIMITS, Node, Version};

const FOO: &str = "example.com:bar.FooService";

fn files(folder: &Path, clients: Option<bool>) -> TlsFiles {
    TlsFiles {
        certificate: folder.join("localhost.pem"),
        key: folder.join("localhost.key"),
        clients: clients.map(|optional| ClientCertificates {
            authorities: folder.join("authority.pem"),
            optional,
        }),
    }
}

async fn serving(files: TlsFiles) -> Node {
    let node = Node::start_secured(files).await;
    let version = Version::new("1.0.0", guest::who(), 1);
    node.put(FOO, LIMITS, vec![version]).await;
    node
}

/// What curl prints: the version of HTTP and the status, then the body.
async fn curl(node: &Node, folder: &Path, arguments: &[&str]) -> Result<String, String> {
    let url = format!("https://localhost:{}/say-hi", node.address.port());
    let output = Command::new("curl")
        .args(["-sS", "--noproxy", "*", "--max-time", "60"])
        .args([
            "-H",
            "host: example.com",
            "-w",
            " %{http_version} %{http_code}",
        ])
        .args([
            "--resolve",
            &format!("localhost:{}:127.0.0.1", node.address.port()),
        ])
        .args(arguments)
        .arg(url)
        .current_dir(folder)
        .output()
        .await
        .unwrap();
    if output.status.success() {
        return Ok(String::from_utf8(output.stdout).unwrap());
    }
    Err(String::from_utf8(output.stderr).unwrap())
}

#[tokio::test]
async fn http_2_and_1_are_spoken_over_tls_1_3_and_1_2_and_no_less() {
    let folder = tempfile::tempdir().unwrap();
    certificate(folder.path(), "localhost", None);
    let node = serving(files(folder.path(), None)).await;
    let get = async |arguments: &[&str]| {
        let arguments = [&["--cacert", "localhost.pem"][..], arguments].concat();
        curl(&node, folder.path(), &arguments).await
    };
    // Nobody in particular calls.
    let body = "{}";
    assert_eq!(
        get(&["--http2", "--tlsv1.3"]).await.unwrap(),
        format!("{body} 2 200")
    );
    assert_eq!(
        get(&["--http1.1"]).await.unwrap(),
        format!("{body} 1.1 200")
    );
    assert_eq!(
        get(&["--tls-max", "1.2"]).await.unwrap(),
        format!("{body} 2 200")
    );
    let old = ["--tls-max", "1.1", "--ciphers", "DEFAULT@SECLEVEL=0"];
    assert!(get(&old).await.is_err());
    let stranger = curl(&node, folder.path(), &[]).await;
    assert!(stranger.unwrap_err().contains("certificate"));
}

#[tokio::test]
async fn a_new_certificate_is_taken_and_a_broken_one_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    certificate(path, "localhost", None);
    std::fs::copy(path.join("localhost.pem"), path.join("first.pem")).unwrap();
    let node = serving(files(path, None)).await;
    let trusting = async |name: &str| curl(&node, path, &["--cacert", name]).await;
    trusting("first.pem").await.unwrap();

    // A certificate without its key, and then no certificate at all.
    certificate(path, "other", None);
    for broken in ["other.pem", "other.key"] {
        std::fs::copy(path.join(broken), path.join("localhost.pem")).unwrap();
        trusting("first.pem").await.unwrap();
    }

    std::fs::copy(path.join("other.key"), path.join("localhost.key")).unwrap();
    std::fs::copy(path.join("other.pem"), path.join("next.pem")).unwrap();
    std::fs::rename(path.join("next.pem"), path.join("localhost.pem")).unwrap();
    let taken = async {
        while trusting("other.pem").await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), taken)
        .await
        .unwrap();
    assert!(trusting("first.pem").await.is_err());
}

#[tokio::test]
async fn clients_show_certificates_and_the_guest_learns_who_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    certificate(path, "localhost", None);
    certificate(path, "authority", None);
    certificate(path, "ada", Some("authority"));
    certificate(path, "stranger", None);
    let as_client = |name: &str| {
        let (pem, key) = (format!("{name}.pem"), format!("{name}.key"));
        ["--cacert", "localhost.pem", "--cert", &pem, "--key", &key].map(str::to_owned)
    };
    for optional in [false, true] {
        let node = serving(files(path, Some(optional))).await;
        let get = async |arguments: &[String]| {
            let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
            curl(&node, path, &arguments).await
        };
        assert_eq!(
            get(&as_client("ada")).await.unwrap(),
            r#"{"text":"CN=ada,O=Acme"} 2 200"#
        );
        assert!(get(&as_client("stranger")).await.is_err());
        let nobody = get(&as_client("ada")[..2]).await;
        if optional {
            assert_eq!(nobody.unwrap(), "{} 2 200");
        } else {
            assert!(nobody.is_err());
        }
    }
}

#[tokio::test]
async fn who_does_not_speak_tls_is_not_answered() {
    let folder = tempfile::tempdir().unwrap();
    certificate(folder.path(), "localhost", None);
    let node = serving(files(folder.path(), None)).await;
    let mut stream = tokio::net::TcpStream::connect(node.address).await.unwrap();
    let request = b"GET /say-hi HTTP/1.1\r\nhost: example.com\r\n\r\n";
    tokio::io::AsyncWriteExt::write_all(&mut stream, request)
        .await
        .unwrap();
    let mut answer = Vec::new();
    // It is closed, perhaps with an alert of TLS.
    let _ = stream.read_to_end(&mut answer).await;
    assert!(!answer.starts_with(b"HTTP"), "{answer:?}");
}

#[tokio::test]
async fn files_that_cannot_be_used_are_told_of_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    certificate(path, "localhost", None);
    certificate(path, "other", None);
    let error = async |certificate: &str, key: &str| {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let files = TlsFiles {
            certificate: path.join(certificate),
            key: path.join(key),
            clients: None,
        };
        let secured = vimana_runtime::Listener::secured(listener, files).await;
        secured.unwrap_err().to_string()
    };
    assert!(
        error("gone.pem", "localhost.key")
            .await
            .starts_with("cannot read")
    );
    assert!(
        error("localhost.key", "localhost.key")
            .await
            .contains("no certificate")
    );
    assert!(
        error("localhost.pem", "localhost.pem")
            .await
            .contains("no private key")
    );
    assert!(
        error("localhost.pem", "other.key")
            .await
            .contains("cannot be used together")
    );
}
