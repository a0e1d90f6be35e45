//! One unary call: server CPU time over gRPC and JSON, beside native servers.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::Context as _;

use super::server::{Server, apply, copy};
use super::table::Table;
use super::{cpu, load};
use crate::process::root;

const METHOD: &str = "echo.v1.EchoService/Echo";

/// How instances serve, and what the service says for it.
const INSTANCES: [(&str, &str); 2] = [
    ("a fresh instance each", ""),
    ("instances used again", "instances: REUSE\n"),
];

/// The native servers: tonic and axum.
pub(super) fn native() -> anyhow::Result<(Server, SocketAddr, SocketAddr)> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["bench", "--native"]);
    let mut server = Server::start(&command)?;
    let line = server.first_line()?;
    let (grpc, json) = line.trim().split_once(' ').context("two addresses")?;
    Ok((server, grpc.parse()?, json.parse()?))
}

/// Serves `tests/repos/echo` with the release binary, and calls it.
pub(super) fn measure(calls: usize, table: &mut Table) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let grpc = |address| {
        let runtime = &runtime;
        move |calls| {
            let paths = [load::path(address, METHOD)?].into();
            runtime.block_on(load::grpc(address, paths, calls))
        }
    };
    let json = |address| {
        let runtime = &runtime;
        move |calls| runtime.block_on(load::json(address, calls))
    };
    let (native, tonic, axum) = native()?;
    let tonic = native.cost(calls, grpc(tonic))?;
    let axum = native.cost(calls, json(axum))?;
    drop(native);
    for (name, setting) in INSTANCES {
        let folder = tempfile::tempdir()?;
        let repository = folder.path().join("repo");
        copy(&root().join("tests/repos/echo"), &repository)?;
        std::fs::write(repository.join("echo/service.txtpb"), setting)?;
        let (up, address) = Server::up(&repository, |address| grpc(address)(1).is_ok())?;
        let over_grpc = up.cost(calls, grpc(address))?;
        let over_json = up.cost(calls, json(address))?;
        let memory = Some(cpu::peak_memory_mib(&up.id())?);
        table.compare(
            format!("unary call over gRPC, {name} ({calls})"),
            over_grpc,
            "us",
            ("native tonic", tonic),
            memory,
        );
        table.compare(
            format!("unary call over JSON, {name} ({calls})"),
            over_json,
            "us",
            ("native axum", axum),
            memory,
        );
    }
    Ok(())
}

/// Measures how long a node with 100 services takes from its start to its
/// readiness, the time that its clients see.
pub(super) fn measure_restart(table: &mut Table) -> anyhow::Result<()> {
    const SERVICES: usize = 100;
    let folder = tempfile::tempdir()?;
    super::repository::generate(folder.path(), SERVICES)?;
    let state: &Path = &folder.path().join("state");
    let (first, _, control) = Server::node(state)?;
    apply(folder.path(), control)?;
    drop(first);

    let began = Instant::now();
    let (second, ..) = Server::node(state)?;
    table.add(
        format!("restart to readiness with {SERVICES} services (wall time)"),
        began.elapsed().as_secs_f64(),
        "s",
        Some(cpu::peak_memory_mib(&second.id())?),
    );
    Ok(())
}
