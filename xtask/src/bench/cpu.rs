//! CPU time and memory of a process, as Linux tells them (proc(5)).

use std::time::Duration;

use anyhow::Context as _;

/// Linux counts in hundredths of a second on every architecture that we run on.
const TICKS_PER_SECOND: u64 = 100;

/// User and system time of a process, or of this one for `self`.
pub(super) fn time(process: &str) -> anyhow::Result<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    // The name in parentheses may hold spaces.
    let (_, fields) = stat
        .rsplit_once(')')
        .context("proc(5): stat has a name in parentheses")?;
    let ticks: u64 = fields
        .split_whitespace()
        .skip(11)
        .take(2)
        .map(|field| field.parse::<u64>().unwrap_or(0))
        .sum();
    Ok(Duration::from_millis(ticks * 1000 / TICKS_PER_SECOND))
}

/// The most memory that a process has held, in MiB.
pub(super) fn peak_memory_mib(process: &str) -> anyhow::Result<u64> {
    field_mib(process, "VmHWM:")
}

/// The memory that a process holds, in MiB.
pub(super) fn memory_mib(process: &str) -> anyhow::Result<u64> {
    field_mib(process, "VmRSS:")
}

fn field_mib(process: &str, name: &str) -> anyhow::Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let kib: u64 = status
        .lines()
        .find_map(|line| line.strip_prefix(name))
        .and_then(|rest| rest.split_whitespace().next())
        .and_then(|number| number.parse().ok())
        .with_context(|| format!("proc(5): status has {name}"))?;
    Ok(kib / 1024)
}
