//! One unary call: server CPU time over gRPC and JSON, beside native tonic.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use http::uri::PathAndQuery;
use http_body_util::{BodyExt as _, Empty};
use hyper_util::rt::TokioIo;
use tokio::task::JoinSet;
use tonic::client::Grpc;
use tonic::transport::Endpoint;
use tonic_prost::ProstCodec;

use super::cpu;
use super::native::{HelloRequest, HelloResponse};
use super::table::Table;
use crate::process::{root, target};

/// As many as a small pool of clients would open.
const CONNECTIONS: usize = 16;

/// Serves `examples/repo` with the release binary and calls its walkthrough.
pub(super) fn measure(calls: usize, table: &mut Table) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;

    let mut native =
        Server::start(Command::new(std::env::current_exe()?).args(["bench", "--native"]))?;
    let line = native.first_line()?;
    let reference = native.cost(calls, |calls| {
        runtime.block_on(grpc(line.trim().parse()?, calls))
    })?;

    let folder = tempfile::tempdir()?;
    let repository = folder.path().join("repo");
    copy(&root().join("examples/repo"), &repository)?;
    let up = Server::start(
        Command::new(target().join("release/vimana"))
            .arg("up")
            .arg(&repository)
            .args(["--listen", "127.0.0.1:0", "--control", "127.0.0.1:0"])
            .stderr(Stdio::null()),
    )?;
    let address = Server::data_address(&repository)?;
    let over_grpc = up.cost(calls, |calls| runtime.block_on(grpc(address, calls)))?;
    let over_json = up.cost(calls, |calls| runtime.block_on(json(address, calls)))?;
    let memory = Some(cpu::peak_memory_mib(&up.id())?);

    table.compare(
        format!("unary call over gRPC, a fresh instance each ({calls})"),
        over_grpc,
        "us",
        ("native tonic", reference),
        memory,
    );
    table.compare(
        format!("unary call over JSON, a fresh instance each ({calls})"),
        over_json,
        "us",
        ("native tonic", reference),
        memory,
    );
    Ok(())
}

/// Measures how long a node with 100 services takes from its start to its
/// readiness, the time that its clients see.
pub(super) fn measure_restart(table: &mut Table) -> anyhow::Result<()> {
    const SERVICES: usize = 100;
    let folder = tempfile::tempdir()?;
    super::repository::generate(folder.path(), SERVICES)?;
    let vimana = target().join("release/vimana");
    let start = || {
        Server::start(
            Command::new(&vimana)
                .args([
                    "serve",
                    "--listen",
                    "127.0.0.1:0",
                    "--control",
                    "127.0.0.1:0",
                    "--state",
                ])
                .arg(folder.path().join("state"))
                .stderr(Stdio::null()),
        )
    };
    let mut first = start()?;
    let control = control_in(&first.first_line()?)?;
    let applied = Command::new(&vimana)
        .arg("apply")
        .current_dir(folder.path())
        .env("VIMANA_ENDPOINT", format!("http://{control}"))
        .stdin(Stdio::null())
        .output()?;
    if !applied.status.success() {
        bail!("apply: {}", String::from_utf8_lossy(&applied.stderr));
    }
    drop(first);

    let began = Instant::now();
    let mut second = start()?;
    let control = control_in(&second.first_line()?)?;
    let limit = began + Duration::from_secs(60);
    while !responds(control, "/readyz") {
        if Instant::now() > limit {
            bail!("a node that was started again is not ready within a minute");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    let memory = Some(cpu::peak_memory_mib(&second.process.id().to_string())?);
    table.add(
        format!("restart to readiness with {SERVICES} services (wall time)"),
        began.elapsed().as_secs_f64(),
        "s",
        memory,
    );
    Ok(())
}

/// The control address in what `vimana serve` prints first.
fn control_in(line: &str) -> anyhow::Result<SocketAddr> {
    let (_, address) = line
        .rsplit_once("http://")
        .context("`vimana serve` prints its addresses")?;
    Ok(address.trim().parse()?)
}

/// A process that is ended with this value.
pub(super) struct Server {
    process: Child,
}

impl Server {
    pub(super) fn start(command: &mut Command) -> anyhow::Result<Self> {
        let process = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {}", command.get_program().display()))?;
        Ok(Self { process })
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

    /// Where the data plane of an `up` is, once the walkthrough answers.
    fn data_address(repository: &Path) -> anyhow::Result<SocketAddr> {
        let limit = Instant::now() + Duration::from_secs(60);
        let notice = repository.join(".vimana/up.json");
        while Instant::now() < limit {
            if let Some(address) = std::fs::read_to_string(&notice)
                .ok()
                .and_then(|text| data_in(&text))
                && responds(address, "/say-hi?name=Ada")
            {
                return Ok(address);
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        bail!("`vimana up` did not serve within a minute")
    }

    /// CPU microseconds of the server for each call, after a tenth of the calls to
    /// warm up.
    pub(super) fn cost(
        &self,
        calls: usize,
        drive: impl Fn(usize) -> anyhow::Result<()>,
    ) -> anyhow::Result<f64> {
        let process = self.process.id().to_string();
        drive(calls / 10)?;
        let before = cpu::time(&process)?;
        drive(calls)?;
        let spent = cpu::time(&process)?.saturating_sub(before);
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

/// The address behind `"data": "http://..."`.
pub(super) fn data_in(notice: &str) -> Option<SocketAddr> {
    let (_, rest) = notice.split_once("\"data\": \"http://")?;
    rest.split('"').next()?.parse().ok()
}

/// Whether a GET is answered with 200.
fn responds(address: SocketAddr, path: &str) -> bool {
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

async fn grpc(address: SocketAddr, calls: usize) -> anyhow::Result<()> {
    let mut clients = JoinSet::new();
    for _ in 0..CONNECTIONS {
        let channel = Endpoint::from_shared(format!("http://{address}"))?
            .connect()
            .await?;
        clients.spawn(async move {
            let mut client = Grpc::new(channel);
            let path = PathAndQuery::from_static("/bar.FooService/SayHello");
            for _ in 0..calls / CONNECTIONS {
                client.ready().await?;
                let request = tonic::Request::new(HelloRequest {
                    name: "Ada!".to_owned(),
                });
                let codec = ProstCodec::<HelloRequest, HelloResponse>::default();
                client.unary(request, path.clone(), codec).await?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(client) = clients.join_next().await {
        client??;
    }
    Ok(())
}

async fn json(address: SocketAddr, calls: usize) -> anyhow::Result<()> {
    let mut clients = JoinSet::new();
    for _ in 0..CONNECTIONS {
        let stream = tokio::net::TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        clients.spawn(async move {
            for _ in 0..calls / CONNECTIONS {
                let request = http::Request::get("/say-hi?name=Ada!")
                    .header("host", "example.com")
                    .body(Empty::<hyper::body::Bytes>::new())?;
                let response = sender.send_request(request).await?;
                if !response.status().is_success() {
                    bail!("the walkthrough answered {}", response.status());
                }
                response.into_body().collect().await?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(client) = clients.join_next().await {
        client??;
    }
    Ok(())
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
