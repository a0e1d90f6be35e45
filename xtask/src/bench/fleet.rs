//! A node with very many services, each with an interface and a component of its own,
//! beside a node with one.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::ensure;
use http::Uri;
use tokio::runtime::Runtime;

use super::server::{Server, apply};
use super::table::Table;
use super::{cpu, load};
use crate::process::root;

/// What the package of the echo service is called in Protobuf, and in WIT.
const PROTO: &str = "echo.v1";
const WIT: &str = "echo-v1";

/// Services that are called for the first time, and those that are called again.
const FIRST: usize = 2000;
const AGAIN: usize = 100;

/// As long as [`WIT`], so that one name stands where the other stood.
fn package(index: usize) -> String {
    format!("e{index:05}x")
}

/// Writes a repository of so many echo services.
fn generate(folder: &Path, services: usize) -> anyhow::Result<()> {
    ensure!(services <= 100_000, "there are names for 100000 services");
    let template = root().join("tests/repos/echo/echo");
    let definition = std::fs::read_to_string(template.join("echo.proto"))?;
    let component = std::fs::read(template.join("echo-1.0.0.wasm"))?;
    std::fs::create_dir_all(folder)?;
    std::fs::write(
        folder.join("vimana.toml"),
        "[workspace]\nname = \"fleet\"\ndomain = \"example.com\"\n",
    )?;
    for index in 0..services {
        let name = package(index);
        let service = folder.join(&name);
        std::fs::create_dir(&service)?;
        let definition = definition
            .replace(PROTO, &name)
            .replace("/v1/echo", &format!("/v1/{name}"))
            .replace("6a1f6a3f7c10", &format!("{index:012}"));
        std::fs::write(service.join("echo.proto"), definition)?;
        let component = renamed(&component, WIT.as_bytes(), name.as_bytes());
        std::fs::write(service.join("echo-1.0.0.wasm"), component)?;
    }
    Ok(())
}

fn renamed(component: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut component = component.to_vec();
    let mut at = 0;
    while at + from.len() <= component.len() {
        if component[at..].starts_with(from) {
            component[at..at + to.len()].copy_from_slice(to);
            at += to.len();
        } else {
            at += 1;
        }
    }
    component
}

/// Measures a node of so many services.
pub(super) fn measure(services: usize, calls: usize, table: &mut Table) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let folder = tempfile::tempdir()?;

    let (one, address, _) = served(folder.path(), "one", 1)?;
    let alone = one.cost(calls, drive(&runtime, address, 0..1)?)?;
    drop(one);

    let (many, _, spent) = served(folder.path(), "many", services)?;
    table.add(
        format!("put one of {services} services, its component compiled"),
        per(spent, services) / 1e3,
        "ms",
        Some(cpu::peak_memory_mib(&many.id())?),
    );
    drop(many);

    let (many, address, _) = Server::node(&folder.path().join("many-state"))?;
    table.add(
        format!("start of a node with {services} services, which is idle then"),
        many.time()?.as_secs_f64(),
        "s",
        Some(cpu::memory_mib(&many.id())?),
    );
    let first = FIRST.min(services);
    table.compare(
        format!("first call of each of {first} services of {services}"),
        many.cost_cold(first, drive(&runtime, address, 0..first)?)?,
        "us",
        ("one service", alone),
        Some(cpu::memory_mib(&many.id())?),
    );
    let again = first.saturating_sub(AGAIN)..first;
    table.compare(
        format!("call of one of {AGAIN} services of {services}"),
        many.cost(calls, drive(&runtime, address, again)?)?,
        "us",
        ("one service", alone),
        Some(cpu::memory_mib(&many.id())?),
    );
    Ok(())
}

/// A node to which so many services were applied, where it serves, and the time that it
/// spent on that.
fn served(
    folder: &Path,
    name: &str,
    services: usize,
) -> anyhow::Result<(Server, SocketAddr, Duration)> {
    let repository = folder.join(name);
    generate(&repository, services)?;
    let (node, address, control) = Server::node(&folder.join(format!("{name}-state")))?;
    let before = node.time()?;
    apply(&repository, control)?;
    let spent = node.time()?.saturating_sub(before);
    Ok((node, address, spent))
}

fn drive(
    runtime: &Runtime,
    address: SocketAddr,
    services: std::ops::Range<usize>,
) -> anyhow::Result<impl Fn(usize) -> anyhow::Result<()>> {
    let paths: Vec<Uri> = services
        .map(|index| load::path(address, &format!("{}.EchoService/Echo", package(index))))
        .collect::<Result<_, _>>()?;
    let paths: Arc<[Uri]> = paths.into();
    Ok(move |calls| runtime.block_on(load::grpc(address, Arc::clone(&paths), calls)))
}

#[allow(
    clippy::cast_precision_loss,
    reason = "a count of services is far below 2^52"
)]
fn per(spent: Duration, services: usize) -> f64 {
    spent.as_secs_f64() * 1e6 / services as f64
}
