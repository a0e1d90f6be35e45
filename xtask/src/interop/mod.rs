//! gRPC's interop tests: the cases that its implementations test each other with, of
//! three clients against `tests/repos/interop` as `vimana up` serves it.
//!
//! Ruby's is gRPC's own, as Debian packages it. The others are ours by the
//! descriptions of the cases, over stacks that are not: grpcio and grpc-js.

mod clients;
mod server;

use std::collections::BTreeMap;

use anyhow::bail;

use crate::process::{cargo, step};
use clients::Verdict;
use server::Server;

/// What each client says of each case.
type Column = BTreeMap<String, Verdict>;

/// Builds the binary and runs the cases.
pub(crate) fn run() -> anyhow::Result<()> {
    step(
        "cargo build (vimana)",
        &mut cargo(["build", "--quiet", "--locked", "--package=vimana"]),
    )?;
    check()
}

/// Runs the cases against the binary that has been built, and prints one line a case.
pub(crate) fn check() -> anyhow::Result<()> {
    let clients = clients::install()?;
    println!("==> gRPC interop");
    let server = Server::start()?;
    let mut columns = Vec::new();
    for client in &clients {
        columns.push((client.title(), client.run(&server)?));
    }
    drop(server);
    print!("{}", table(&columns));
    let failures: Vec<String> = columns
        .iter()
        .flat_map(|(title, column)| {
            column
                .iter()
                .filter_map(move |(case, verdict)| match verdict {
                    Verdict::Ok => None,
                    Verdict::Failed(why) => Some(format!("{case} ({title}): {why}")),
                })
        })
        .collect();
    if !failures.is_empty() {
        bail!("gRPC interop:\n{}", failures.join("\n"));
    }
    Ok(())
}

/// The cases in the order of gRPC's descriptions.
const CASES: [&str; 23] = [
    "empty_unary",
    "cacheable_unary",
    "large_unary",
    "client_compressed_unary",
    "server_compressed_unary",
    "client_streaming",
    "client_compressed_streaming",
    "server_streaming",
    "server_compressed_streaming",
    "ping_pong",
    "empty_stream",
    "half_duplex",
    "custom_metadata",
    "status_code_and_message",
    "special_status_message",
    "unimplemented_method",
    "unimplemented_service",
    "cancel_after_begin",
    "cancel_after_first_response",
    "timeout_on_sleeping_server",
    "rpc_soak",
    "channel_soak",
    "concurrent_large_unary",
];

fn table(columns: &[(&str, Column)]) -> String {
    let line = |case: &str, cells: Vec<&str>| {
        let cells: Vec<String> = cells.iter().map(|cell| format!("{cell:<14}")).collect();
        let line = format!("    {case:<28} {}", cells.join(" "));
        line.trim_end().to_owned() + "\n"
    };
    let mut table = line("case", columns.iter().map(|(title, _)| *title).collect());
    for case in CASES {
        let cell = |(_, column): &(&str, Column)| match column.get(case) {
            Some(Verdict::Ok) => "ok",
            Some(Verdict::Failed(_)) => "FAILED",
            None => "-",
        };
        table += &line(case, columns.iter().map(cell).collect());
    }
    table
}
