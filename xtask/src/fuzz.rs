//! `cargo xtask fuzz`: looks for inputs that break what is promised of them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};

use crate::process::{cargo, root, step, target};

/// How long to look, and where.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Seconds for each target.
    #[arg(long, default_value_t = 120)]
    seconds: u32,
    /// The kinds of input; all where none is named.
    targets: Vec<String>,
}

/// What a run of one target came to.
struct Outcome {
    target: String,
    runs: u64,
    runs_per_second: u64,
    coverage: u64,
    corpus: u64,
    memory_mib: u64,
    /// The inputs that broke something.
    failures: Vec<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let known = known_targets()?;
    for target in &arguments.targets {
        if !known.contains(target) {
            bail!(
                "there is no fuzz target `{target}`; there are {}",
                known.join(", ")
            );
        }
    }
    let chosen = if arguments.targets.is_empty() {
        &known
    } else {
        &arguments.targets
    };
    install()?;
    step("cargo fuzz build", &mut build())?;
    let mut outcomes = Vec::new();
    for target in chosen {
        println!("==> {target}, {} s", arguments.seconds);
        outcomes.push(fuzz(target, arguments.seconds)?);
    }
    print(&outcomes);
    let failures: Vec<_> = outcomes.iter().flat_map(|found| &found.failures).collect();
    for failure in &failures {
        println!("broken by {}", failure.display());
    }
    if !failures.is_empty() {
        bail!("{} inputs broke something", failures.len());
    }
    Ok(())
}

/// The targets, which are the files that cargo-fuzz builds.
fn known_targets() -> anyhow::Result<Vec<String>> {
    let folder = root().join("fuzz/libfuzzer/fuzz_targets");
    let mut targets = Vec::new();
    for entry in
        fs::read_dir(&folder).with_context(|| format!("cannot list {}", folder.display()))?
    {
        let path = entry?.path();
        targets.extend(path.file_stem().map(|stem| stem.display().to_string()));
    }
    targets.sort();
    Ok(targets)
}

fn install() -> anyhow::Result<()> {
    let is_there = Command::new("cargo-fuzz")
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if is_there {
        return Ok(());
    }
    step(
        "cargo install cargo-fuzz",
        &mut cargo(["install", "cargo-fuzz", "--locked"]),
    )
}

/// The folder that the binaries are built in: other flags than everywhere else
/// would have everything built anew each time.
fn folder() -> PathBuf {
    std::env::var_os("VIMANA_FUZZ_TARGET_DIR").map_or_else(|| target().join("fuzz"), PathBuf::from)
}

/// Builds all targets. Coverage needs unstable flags, which the compiler of a
/// release takes when told so. Without `AddressSanitizer`, since no crate of this
/// workspace has unsafe code that reads input, and it costs half of the runs.
fn build() -> Command {
    let mut command = cargo(["fuzz", "build", "--sanitizer", "none"]);
    command
        .args(["--fuzz-dir", "fuzz/libfuzzer"])
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_TARGET_DIR", folder());
    command
}

fn fuzz(target: &str, seconds: u32) -> anyhow::Result<Outcome> {
    let work = root().join("fuzz/libfuzzer");
    let corpus = work.join("corpus").join(target);
    let artifacts = work.join("artifacts").join(target);
    fs::create_dir_all(&corpus)?;
    fs::create_dir_all(&artifacts)?;
    let before = files(&artifacts)?;
    let output = Command::new(binary(target)?)
        .arg(&corpus)
        .arg(root().join("fuzz/seeds").join(target))
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-artifact_prefix={}/", artifacts.display()))
        .args(["-timeout=10", "-rss_limit_mb=2048", "-max_len=16384"])
        .args(["-print_final_stats=1", "-verbosity=1"])
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot start the fuzz target {target}"))?;
    let log = String::from_utf8_lossy(&output.stderr);
    let mut failures = files(&artifacts)?;
    failures.retain(|file| !before.contains(file));
    if !output.status.success() && failures.is_empty() {
        bail!("{target}: {}\n{log}", output.status);
    }
    let mut outcome = outcome(target, &log);
    outcome.failures = failures;
    Ok(outcome)
}

/// The numbers of a run, as libFuzzer prints them.
fn outcome(target: &str, log: &str) -> Outcome {
    let stat = |name: &str| {
        let prefix = format!("stat::{name}:");
        let line = log
            .lines()
            .rev()
            .find_map(|line| line.strip_prefix(&prefix));
        line.and_then(|number| number.trim().parse().ok())
    };
    let last = |name: &str| {
        let words: Vec<&str> = log.split_whitespace().collect();
        let found = words.windows(2).rev().find(|pair| pair[0] == name);
        found.and_then(|pair| pair[1].split('/').next()?.parse().ok())
    };
    Outcome {
        target: target.to_owned(),
        runs: stat("number_of_executed_units").unwrap_or_default(),
        runs_per_second: stat("average_exec_per_sec").unwrap_or_default(),
        coverage: last("cov:").unwrap_or_default(),
        corpus: last("corp:").unwrap_or_default(),
        memory_mib: stat("peak_rss_mb").unwrap_or_default(),
        failures: Vec::new(),
    }
}

fn files(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder)?;
    let mut files: Vec<_> = entries
        .map(|entry| Ok(entry?.path()))
        .collect::<std::io::Result<_>>()?;
    files.sort();
    Ok(files)
}

/// Where cargo-fuzz puts a binary: it always names the platform.
fn binary(target: &str) -> anyhow::Result<PathBuf> {
    let version = Command::new("rustc").arg("-vV").output()?;
    let version = String::from_utf8_lossy(&version.stdout);
    let host = version
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .context("rustc does not say what platform this is")?;
    Ok(folder().join(host).join("release").join(target))
}

fn print(outcomes: &[Outcome]) {
    println!(
        "\n{:<16} {:>12} {:>8} {:>9} {:>8} {:>9} {:>8}",
        "target", "runs", "runs/s", "coverage", "corpus", "peak MiB", "broken"
    );
    for found in outcomes {
        println!(
            "{:<16} {:>12} {:>8} {:>9} {:>8} {:>9} {:>8}",
            found.target,
            found.runs,
            found.runs_per_second,
            found.coverage,
            found.corpus,
            found.memory_mib,
            found.failures.len()
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_of_a_run_are_read() {
        let log = "#2\tINITED cov: 12 ft: 13 corp: 1/1b exec/s: 0 rss: 40Mb\n\
                   #900\tDONE   cov: 345 ft: 678 corp: 90/12Kb lim: 48 exec/s: 450 rss: 50Mb\n\
                   Done 900 runs in 2 second(s)\n\
                   stat::number_of_executed_units: 900\n\
                   stat::average_exec_per_sec:     450\n\
                   stat::peak_rss_mb:              50\n";
        let found = outcome("x", log);
        assert_eq!((found.runs, found.runs_per_second), (900, 450));
        assert_eq!(
            (found.coverage, found.corpus, found.memory_mib),
            (345, 90, 50)
        );
    }
}
