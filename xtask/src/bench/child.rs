//! What a program costs, as GNU time tells it.

use std::io::Read as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};

/// What a program cost.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cost {
    /// User and system time, in seconds.
    pub(super) cpu: f64,
    /// The most memory that it held.
    pub(super) memory_mib: u64,
}

/// Runs `program` to its end, which is a success; its output goes nowhere.
pub(super) fn cost(program: &Command) -> anyhow::Result<Cost> {
    let (succeeded, cost) = cost_of(program)?;
    if !succeeded {
        bail!("{program:?} failed");
    }
    Ok(cost)
}

/// The same of one that may fail. Whether it succeeded comes first.
pub(super) fn cost_of(program: &Command) -> anyhow::Result<(bool, Cost)> {
    let report = tempfile::NamedTempFile::new()?;
    let mut timed = Command::new("/usr/bin/time");
    timed
        .args(["--quiet", "--format", "%U %S %M", "--output"])
        .arg(report.path())
        .arg(program.get_program())
        .args(program.get_args())
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    if let Some(folder) = program.get_current_dir() {
        timed.current_dir(folder);
    }
    let status = timed.status().context("cannot start GNU time")?;
    let text = std::fs::read_to_string(report.path())?;
    let numbers: Vec<f64> = text
        .split_whitespace()
        .filter_map(|number| number.parse().ok())
        .collect();
    let [user, system, kib] = numbers[..] else {
        bail!("GNU time says `{text}` of {program:?}");
    };
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a number of KiB is a small whole number"
    )]
    let memory_mib = kib as u64 / 1024;
    Ok((
        status.success(),
        Cost {
            cpu: user + system,
            memory_mib,
        },
    ))
}

/// How long it takes until a person sees the first byte of what `program` writes
/// to a terminal. It runs on to its end.
pub(super) fn first_output(program: &Command) -> anyhow::Result<Duration> {
    let words = std::iter::once(program.get_program()).chain(program.get_args());
    let line: Vec<_> = words
        .map(|word| format!("'{}'", word.to_string_lossy()))
        .collect();
    // `script` gives it a terminal of its own.
    let mut script = Command::new("script");
    script
        .args([
            "--quiet",
            "--return",
            "--command",
            &line.join(" "),
            "/dev/null",
        ])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit());
    if let Some(folder) = program.get_current_dir() {
        script.current_dir(folder);
    }
    let start = Instant::now();
    let mut child = script.spawn().context("cannot start script(1)")?;
    let mut output = child.stdout.take().context("its output is piped")?;
    let mut byte = [0];
    output.read_exact(&mut byte)?;
    let first = start.elapsed();
    std::io::copy(&mut output, &mut std::io::sink())?;
    child.wait()?;
    Ok(first)
}
