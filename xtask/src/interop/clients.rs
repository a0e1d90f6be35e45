//! The clients, and how each tells of a case.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};

use super::Column;
use super::server::{REPOSITORY, Server};
use crate::install;
use crate::process::{root, target};

const NODE: &str = "tests/clients/node";
const PYTHON: &str = "tests/clients/python";

/// How a case went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    Ok,
    Failed(String),
}

/// A client that is installed.
pub(super) enum Client {
    /// gRPC's own in Ruby, over gRPC's core.
    Ruby { script: PathBuf },
    /// Over grpcio, which is gRPC's core as well, of a later version.
    Python { packages: PathBuf },
    /// Over grpc-js, an implementation of its own.
    Node,
}

/// The cases that gRPC's client in Ruby has, but for those of Google's accounts.
const RUBY_CASES: [&str; 15] = [
    "empty_unary",
    "large_unary",
    "client_compressed_unary",
    "client_streaming",
    "client_compressed_streaming",
    "server_streaming",
    "ping_pong",
    "empty_stream",
    "custom_metadata",
    "status_code_and_message",
    "unimplemented_method",
    "unimplemented_service",
    "cancel_after_begin",
    "cancel_after_first_response",
    "timeout_on_sleeping_server",
];

/// Installs the clients; Ruby's is only to be had on Debian.
pub(super) fn install() -> anyhow::Result<Vec<Client>> {
    install::node_packages(NODE)?;
    let mut clients = vec![python()?, Client::Node];
    match install::ruby_grpc()? {
        Some(script) => clients.insert(0, Client::Ruby { script }),
        None => println!("    gRPC's own client in Ruby is not to be had for this machine"),
    }
    Ok(clients)
}

fn python() -> anyhow::Result<Client> {
    let packages = target().join("tools/grpcio");
    let requirements = root().join(PYTHON).join("requirements.txt");
    let modified = |path: &Path| std::fs::metadata(path)?.modified();
    let is_current = modified(&packages.join(install::STAMP))
        .and_then(|stamp| Ok(stamp >= modified(&requirements)?))
        .unwrap_or(false);
    if !is_current {
        install::python_packages(&requirements, &packages)?;
    }
    Ok(Client::Python { packages })
}

impl Client {
    pub(super) fn title(&self) -> &'static str {
        match self {
            Self::Ruby { .. } => "ruby (stock)",
            Self::Python { .. } => "grpcio",
            Self::Node => "grpc-js",
        }
    }

    /// Runs all cases that the client has.
    pub(super) fn run(&self, server: &Server) -> anyhow::Result<Column> {
        let folders = format!(
            "{},{}",
            root().join(REPOSITORY).display(),
            root().join("proto").display()
        );
        let mut command = match self {
            Self::Ruby { script } => return ruby(script, server),
            Self::Python { packages } => {
                let mut command = Command::new("python3");
                command
                    .env("PYTHONPATH", packages)
                    .arg(root().join(PYTHON).join("interop.py"));
                command
            }
            Self::Node => {
                let mut command = Command::new("node");
                command.arg(root().join(NODE).join("interop.mjs"));
                command
            }
        };
        command.arg(server.address.to_string()).arg(folders);
        lines(self.title(), &mut command)
    }
}

/// A client that says `CASE ok` or `CASE failed: WHY`.
fn lines(title: &str, command: &mut Command) -> anyhow::Result<Column> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot start {}", command.get_program().display()))?;
    let said = String::from_utf8_lossy(&output.stdout);
    let column: Column = said
        .lines()
        .filter_map(|line| {
            let (case, verdict) = line.split_once(' ')?;
            let verdict = match verdict.strip_prefix("failed: ") {
                Some(why) => Verdict::Failed(why.to_owned()),
                None if verdict == "ok" => Verdict::Ok,
                None => return None,
            };
            Some((case.to_owned(), verdict))
        })
        .collect();
    let has_failed = column.values().any(|verdict| *verdict != Verdict::Ok);
    // Silence is no success, and neither is a crash behind the last line.
    if column.is_empty() || has_failed == output.status.success() {
        bail!(
            "{title} ended with {}:\n{said}{}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(column)
}

/// gRPC's own client takes one case at a time, and ends with 0 where it went well.
fn ruby(script: &Path, server: &Server) -> anyhow::Result<Column> {
    let mut column = Column::new();
    for case in RUBY_CASES {
        let output = Command::new("ruby")
            .arg(script)
            .args(["--server_host", &server.address.ip().to_string()])
            .args(["--server_port", &server.address.port().to_string()])
            .args(["--test_case", case])
            .stdin(Stdio::null())
            .output()
            .context("cannot start ruby")?;
        let said = String::from_utf8_lossy(&output.stdout);
        let verdict = if output.status.success() && said.contains(&format!("OK: {case}")) {
            Verdict::Ok
        } else {
            let why = String::from_utf8_lossy(&output.stderr);
            Verdict::Failed(why.lines().next().unwrap_or_default().to_owned())
        };
        column.insert(case.to_owned(), verdict);
    }
    Ok(column)
}
