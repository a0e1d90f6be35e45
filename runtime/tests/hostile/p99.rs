//! How long a neighbour waits with an attack and without: `cargo xtask bench hostile`.
//!
//! The node, the attacker and the neighbour's client are processes of their own. A
//! figure of a shared machine proves nothing by itself, so none is asserted.
#![allow(clippy::print_stdout, reason = "the table")]

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use futures::future::join_all;
use tokio::time::Instant;
use vimana_runtime::Limits;

use crate::client::GrpcClient;
use crate::neighbour::Neighbour;
use crate::node::{LIMITS, Node, Version};
use crate::{attackers, guest, guests, streaming};

const ROLE: &str = "VIMANA_HOSTILE_ROLE";
const ADDRESS: &str = "VIMANA_HOSTILE_ADDRESS";

/// Calls of one figure, and how often one begins.
const CALLS: u32 = 600;
const PERIOD: Duration = Duration::from_millis(5);

type Maker = fn() -> Vec<u8>;

/// Guests, by the first label of their domain.
const GUESTS: [(&str, Maker); 7] = [
    ("endless-loop", guest::spin),
    ("memory-hog", guest::hog),
    ("log-flood", guests::log_flood),
    ("stack-overflow", guests::stack_overflow),
    ("never-returns", guests::never_returns),
    ("table-hog", guests::table_hog),
    ("computes", guests::computes),
];

/// Guests with a method that streams.
const STREAMING: [&str; 2] = ["fork-of-streams", "slow-trickle"];

const CLIENTS: [&str; 10] = [
    "slowloris",
    "slow-bodies",
    "header-bomb",
    "continuation-flood",
    "compression-bomb",
    "rapid-reset",
    "many-streams",
    "idle-10000",
    "garbage",
    "ping-flood",
];

#[test]
#[ignore = "it measures; `cargo xtask bench hostile` runs it"]
fn the_neighbour_waits_no_longer() {
    match std::env::var(ROLE).as_deref() {
        Ok("node") => runtime().block_on(serve()),
        Ok(attack) => runtime().block_on(harm(attack)),
        Err(_) => runtime().block_on(measure()),
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap()
}

/// This program in another role.
pub(crate) fn role(role: &str, address: &str) -> Child {
    // An attacker is on a machine of its own; here it must not take the node's.
    let priority = if role == "node" { "0" } else { "19" };
    Command::new("nice")
        .args(["-n", priority])
        .arg(std::env::current_exe().unwrap())
        .args(["p99::the_neighbour_waits_no_longer", "--exact"])
        .args(["--ignored", "--nocapture"])
        .env(ROLE, role)
        .env(ADDRESS, address)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// The node: says where it is, and serves until it is ended.
async fn serve() {
    crate::clients::raise_file_limit();
    let node = Node::start().await;
    let guests = GUESTS.map(|(name, make)| (name, Version::new("1.0.0", make(), 1)));
    let streaming = STREAMING.map(|name| (name, streaming::version()));
    for (name, version) in guests.into_iter().chain(streaming) {
        let limits = Limits {
            timeout: Duration::from_secs(1),
            cpu_time: Duration::from_millis(500),
            ..LIMITS
        };
        let service = format!("{name}.example:bar.FooService");
        node.put(&service, limits, vec![version]).await;
    }
    let _neighbour = Neighbour::beside(&node).await;
    println!("\nnode {}", node.address);
    std::future::pending::<()>().await;
}

/// An attacker, until it is ended.
async fn harm(attack: &str) {
    crate::clients::raise_file_limit();
    let address: SocketAddr = std::env::var(ADDRESS).unwrap().parse().unwrap();
    loop {
        match attack {
            "slowloris" => attackers::slowloris(address).await,
            "slow-bodies" => attackers::slow_bodies(address).await,
            "header-bomb" => attackers::header_bomb(address).await,
            "continuation-flood" => attackers::continuation_flood(address).await,
            "compression-bomb" => compression_bomb(address).await,
            "rapid-reset" => drop(attackers::rapid_reset(address).await),
            "many-streams" => drop(attackers::many_streams(address).await),
            "idle-10000" => {
                let idle = attackers::idle(address, 10_000).await;
                println!("\nidle {}", idle.len());
                std::future::pending::<()>().await;
            }
            "garbage" => attackers::garbage(address).await,
            "ping-flood" => attackers::ping_flood(address).await,
            "slow-trickle" => {
                let streams = (0..200).map(|_| streaming::trickle(address, "slow-trickle.example"));
                join_all(streams).await;
            }
            guest => crowd(address, guest).await,
        }
    }
}

/// As many calls of a guest as its service runs and lets wait, again and again.
async fn crowd(node: SocketAddr, guest: &str) {
    let client = GrpcClient::connect_to(node, &format!("{guest}.example")).await;
    join_all((0..200).map(|_| async {
        loop {
            let _ = client.say_hello("harm").await;
        }
    }))
    .await;
}

async fn compression_bomb(node: SocketAddr) {
    let bomb = attackers::bomb("gzip", 256 << 20);
    loop {
        crate::clients::send_bomb(node, "never-returns.example", "gzip", bomb.clone()).await;
    }
}

async fn measure() {
    println!(
        "\n{:<20} {:>10} {:>10} {:>7} {:>11} {:>11}",
        "attack", "p99 alone", "attacked", "ratio", "MiB before", "MiB after"
    );
    let names = GUESTS.map(|(name, _)| name);
    for attack in names.into_iter().chain(STREAMING).chain(CLIENTS) {
        row(attack).await;
    }
}

/// A node of its own for each attack, so that none profits from the last one's end.
async fn row(attack: &str) {
    let mut node = role("node", "");
    let output = BufReader::new(node.stdout.take().unwrap());
    let address: SocketAddr = output
        .lines()
        .find_map(|line| line.unwrap().strip_prefix("node ").map(str::to_owned))
        .unwrap()
        .parse()
        .unwrap();
    let neighbour = Neighbour::at(address).await;
    neighbour.keeps_answering(200).await;
    let alone = p99(&neighbour).await;
    let before = resident(node.id());
    let mut attacker = role(attack, &address.to_string());
    tokio::time::sleep(Duration::from_secs(2)).await;
    let attacked = p99(&neighbour).await;
    attacker.kill().unwrap();
    attacker.wait().unwrap();
    // Calls that are there end within their second.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let after = resident(node.id());
    node.kill().unwrap();
    node.wait().unwrap();
    println!(
        "{attack:<20} {:>7.2} ms {:>7.2} ms {:>7.1} {:>11} {:>11}",
        alone.as_secs_f64() * 1e3,
        attacked.as_secs_f64() * 1e3,
        attacked.as_secs_f64() / alone.as_secs_f64(),
        before >> 20,
        after >> 20
    );
}

/// Calls that begin at a fixed pace, whatever becomes of the last one.
async fn p99(neighbour: &Neighbour) -> Duration {
    let start = Instant::now();
    let mut times = join_all((0..CALLS).map(|index| async move {
        let begin = start + PERIOD * index;
        tokio::time::sleep_until(begin).await;
        neighbour.answers().await;
        begin.elapsed()
    }))
    .await;
    times.sort_unstable();
    times[times.len() * 99 / 100]
}

fn resident(process: u32) -> usize {
    let statm = std::fs::read_to_string(format!("/proc/{process}/statm")).unwrap();
    let pages: usize = statm.split(' ').nth(1).unwrap().parse().unwrap();
    pages * 4096
}
