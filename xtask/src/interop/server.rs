//! `vimana up` over the config repository of the test service.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, bail};

use crate::process::{root, target};

/// The repository that is served.
pub(super) const REPOSITORY: &str = "tests/repos/interop";

/// A node that serves until it is dropped.
pub(super) struct Server {
    process: Child,
    pub(super) address: SocketAddr,
    _state: tempfile::TempDir,
}

impl Server {
    /// Starts the node, and waits until the repository is applied.
    pub(super) fn start() -> anyhow::Result<Self> {
        let state = tempfile::tempdir()?;
        let mut process = Command::new(target().join("debug/vimana"))
            .arg("up")
            .arg(root().join(REPOSITORY))
            .args(["--listen", "127.0.0.1:0", "--control", "127.0.0.1:0"])
            .arg("--state")
            .arg(state.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("cannot start `vimana up`")?;
        let stdout = process.stdout.take().context("a pipe was asked for")?;
        let mut said = BufReader::new(stdout).lines();
        let mut wait = |beginning: &str| {
            for line in &mut said {
                let line = line?;
                if let Some(rest) = line.strip_prefix(beginning) {
                    return Ok(rest.to_owned());
                }
            }
            bail!("`vimana up {REPOSITORY}` ended before it said `{beginning}`")
        };
        let serving = wait("Serving on http://")?;
        let address = serving.split(',').next().unwrap_or_default().parse()?;
        wait("Apply complete")?;
        // Nobody reads on, but the pipe must not break.
        std::thread::spawn(move || said.for_each(drop));
        Ok(Self {
            process,
            address,
            _state: state,
        })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
