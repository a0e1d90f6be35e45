//! Processes that are measured.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};

use super::cpu;
use crate::process::target;

/// The processor of what is measured, and that of the load.
const SERVER: &str = "0";
const LOAD: &str = "1";

/// Has this process, which makes the load, on a processor of its own, where there are
/// two.
pub(super) fn pin_load() {
    let id = std::process::id().to_string();
    let pinned = Command::new("taskset")
        .args(["--cpu-list", "--pid", LOAD, &id])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    if !pinned.is_ok_and(|status| status.success()) {
        println!("there is no second processor for the load");
    }
}

/// A process that is ended with this value.
pub(super) struct Server {
    process: Child,
}

impl Server {
    /// Starts a program on the servers' processor.
    pub(super) fn start(command: &Command) -> anyhow::Result<Self> {
        let mut pinned = Command::new("taskset");
        pinned
            .args(["--cpu-list", SERVER])
            .arg(command.get_program())
            .args(command.get_args());
        let process = pinned
            // Where it is set, errors that are no failures look at the whole stack.
            .env_remove("RUST_BACKTRACE")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("cannot start {}", command.get_program().display()))?;
        Ok(Self { process })
    }

    /// Serves a repository with the release binary, until it answers `ready`.
    pub(super) fn up(
        repository: &Path,
        ready: impl Fn(SocketAddr) -> bool,
    ) -> anyhow::Result<(Self, SocketAddr)> {
        let mut command = Command::new(target().join("release/vimana"));
        command.arg("up").arg(repository).args([
            "--listen",
            "127.0.0.1:0",
            "--control",
            "127.0.0.1:0",
        ]);
        let server = Self::start(&command)?;
        let notice = repository.join(".vimana/up.json");
        let address = wait("`vimana up`", || {
            let text = std::fs::read_to_string(&notice).ok()?;
            data_in(&text).filter(|address| ready(*address))
        })?;
        Ok((server, address))
    }

    /// A node with its state in a folder. The addresses are those of its services and
    /// of its control API, which is ready.
    pub(super) fn node(state: &Path) -> anyhow::Result<(Self, SocketAddr, SocketAddr)> {
        let mut command = Command::new(target().join("release/vimana"));
        command
            .args(["serve", "--listen", "127.0.0.1:0"])
            .args(["--control", "127.0.0.1:0", "--state"])
            .arg(state);
        let mut server = Self::start(&command)?;
        let line = server.first_line()?;
        let mut addresses = line.split("http://").skip(1).map(|rest| {
            let end = rest.find([',', '\n']).unwrap_or(rest.len());
            rest[..end].trim().parse()
        });
        let mut next = || -> anyhow::Result<SocketAddr> {
            let address = addresses.next();
            Ok(address.context("`vimana serve` prints its addresses")??)
        };
        let (data, control) = (next()?, next()?);
        wait("`vimana serve`", || {
            responds(control, "/readyz").then_some(())
        })?;
        Ok((server, data, control))
    }

    /// The process, for the system's own accounts of it.
    pub(super) fn id(&self) -> String {
        self.process.id().to_string()
    }

    pub(super) fn first_line(&mut self) -> anyhow::Result<String> {
        let stdout = self.process.stdout.take().context("stdout is piped")?;
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        Ok(line)
    }

    /// CPU time of the server so far.
    pub(super) fn time(&self) -> anyhow::Result<Duration> {
        cpu::time(&self.id())
    }

    /// CPU microseconds of the server for each call, after a tenth of the calls to
    /// warm up.
    pub(super) fn cost(
        &self,
        calls: usize,
        drive: impl Fn(usize) -> anyhow::Result<()>,
    ) -> anyhow::Result<f64> {
        drive(calls / 10)?;
        self.cost_cold(calls, drive)
    }

    /// The same without any call before.
    pub(super) fn cost_cold(
        &self,
        calls: usize,
        drive: impl Fn(usize) -> anyhow::Result<()>,
    ) -> anyhow::Result<f64> {
        let before = self.time()?;
        drive(calls)?;
        let spent = self.time()?.saturating_sub(before);
        #[allow(
            clippy::cast_precision_loss,
            reason = "a count of calls is far below 2^52"
        )]
        Ok(spent.as_secs_f64() * 1e6 / calls as f64)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // One that has ended by itself cannot be ended again.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Applies a repository to a node.
pub(super) fn apply(repository: &Path, control: SocketAddr) -> anyhow::Result<()> {
    let applied = Command::new(target().join("release/vimana"))
        .arg("apply")
        .current_dir(repository)
        .env("VIMANA_ENDPOINT", format!("http://{control}"))
        .stdin(Stdio::null())
        .output()?;
    if !applied.status.success() {
        bail!("apply: {}", String::from_utf8_lossy(&applied.stderr));
    }
    Ok(())
}

/// What `look` finds within two minutes.
pub(super) fn wait<T>(what: &str, look: impl Fn() -> Option<T>) -> anyhow::Result<T> {
    let limit = Instant::now() + Duration::from_mins(2);
    while Instant::now() < limit {
        if let Some(found) = look() {
            return Ok(found);
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    bail!("{what} did not serve within two minutes")
}

/// The address behind `"data": "http://..."`.
pub(super) fn data_in(notice: &str) -> Option<SocketAddr> {
    let (_, rest) = notice.split_once("\"data\": \"http://")?;
    rest.split('"').next()?.parse().ok()
}

/// Whether a GET is answered with 200.
pub(super) fn responds(address: SocketAddr, path: &str) -> bool {
    use std::io::{Read as _, Write as _};

    let ask = || -> std::io::Result<String> {
        let mut stream = std::net::TcpStream::connect(address)?;
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n"
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    };
    ask().is_ok_and(|answer| answer.starts_with("HTTP/1.1 200"))
}

pub(super) fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_name() == ".vimana" {
            continue;
        }
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
