//! The binary under test as a process.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

/// How long a test waits for an event before it fails.
const LIMIT: Duration = Duration::from_secs(120);

/// `vimana` with arguments, untouched by the environment of whoever tests.
pub fn vimana<const N: usize>(arguments: [&str; N]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vimana"));
    command
        .args(arguments)
        .env("COLUMNS", "100")
        .env("NO_COLOR", "1")
        .env_remove("VIMANA_ENDPOINT")
        .env_remove("VIMANA_TOKEN_FILE")
        .env_remove("VIMANA_STATE")
        .stdin(Stdio::null());
    command
}

/// Runs a command to its end.
pub fn run(command: &mut Command) -> Finished {
    Finished::from(command.output().unwrap())
}

/// What a command has printed, and its exit code.
#[derive(Debug)]
pub struct Finished {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl From<Output> for Finished {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// A process that goes on until this value is dropped.
pub struct Running {
    child: Child,
    lines: Receiver<String>,
    pub seen: String,
}

impl Running {
    /// Starts a command; `line_with` sees its stdout.
    pub fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let (sender, lines) = channel();
        pump(child.stdout.take().unwrap(), sender);
        Self {
            child,
            lines,
            seen: String::new(),
        }
    }

    /// Starts a command; `line_with` sees its stdout and its log.
    pub fn start_with_log(command: &mut Command) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (sender, lines) = channel();
        pump(child.stdout.take().unwrap(), sender.clone());
        pump(child.stderr.take().unwrap(), sender);
        Self {
            child,
            lines,
            seen: String::new(),
        }
    }

    /// Starts a command that is talked to; `line_with` sees its stdout.
    pub fn talking(command: &mut Command) -> (Self, ChildStdin) {
        let mut running = Self::start(command.stdin(Stdio::piped()));
        let stdin = running.child.stdin.take().unwrap();
        (running, stdin)
    }

    /// `vimana up` in a repository, on free ports.
    pub fn up(root: &Path) -> Self {
        let mut command = vimana(["up", "--listen", "127.0.0.1:0", "--control", "127.0.0.1:0"]);
        // By a relative path, as people type it.
        let (parent, name) = (root.parent().unwrap(), root.file_name().unwrap());
        Self::start(
            command
                .arg(name)
                .current_dir(parent)
                .env("VIMANA_LOG", "warn"),
        )
    }

    /// Waits for a line of stdout that holds `text`, and gives that line.
    pub fn line_with(&mut self, text: &str) -> String {
        loop {
            match self.lines.recv_timeout(LIMIT) {
                Ok(line) => {
                    self.seen.push_str(&line);
                    self.seen.push('\n');
                    if line.contains(text) {
                        return line;
                    }
                }
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    panic!("no line with {text:?} came; stdout was:\n{}", self.seen)
                }
            }
        }
    }

    pub fn signal(&self, name: &str) {
        let status = Command::new("kill")
            .args([&format!("-{name}"), &self.child.id().to_string()])
            .status();
        assert!(status.unwrap().success());
    }

    /// Waits for the process to end; its exit code, or -1 where a signal ended it.
    pub fn end(mut self) -> i32 {
        self.child.wait().unwrap().code().unwrap_or(-1)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // One that has ended cannot be ended again.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends each line of a pipe, until either side ends.
fn pump(pipe: impl std::io::Read + Send + 'static, sender: Sender<String>) {
    std::thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                break;
            }
        }
    });
}

/// The addresses in `Serving on http://A, control API on http://B`.
pub fn addresses(line: &str) -> (SocketAddr, SocketAddr) {
    let mut found = line.split("http://").skip(1).map(|rest| {
        let end = rest.find([',', ' ']).unwrap_or(rest.len());
        rest[..end].parse().unwrap()
    });
    (found.next().unwrap(), found.next().unwrap())
}

/// One HTTP/1.1 request; the status and the body.
pub fn http(address: SocketAddr, method: &str, path: &str, body: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(LIMIT)).unwrap();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let status = answer[9..12].parse().unwrap();
    let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    (status, body.to_owned())
}

pub fn get(address: SocketAddr, path: &str) -> (u16, String) {
    http(address, "GET", path, "")
}
