//! Compile and plan: what `vimana check` costs of N services.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use anyhow::bail;
use vimana_compiler::source::WorkTree;
use vimana_compiler::{Options, compile};
use vimana_proto::{Generation, Kind};
use vimana_reconciler::{DesiredState, Live, PlanOptions, plan};

use super::child::{cost, cost_of, first_output};
use super::repository::{commit, definition_file, generate};
use super::table::Table;
use super::{cpu, repository};
use crate::process::{root, target};

/// The cluster of a repository that names none.
const CLUSTER: &str = "local";

/// How often what takes little time is measured; the mean counts.
const REPEATS: u32 = 5;

/// Checks a repository of `services` generated services in every way.
pub(super) fn measure(services: usize, table: &mut Table) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let folder = folder.path();
    generate(folder, services)?;
    commit(folder)?;

    let protoc = protoc(folder, services)?;
    let mut row = |what: &str, cpu: f64, memory: Option<u64>| {
        let reference = ("protoc of the same files", protoc);
        table.compare(
            format!("{services} services: {what}"),
            cpu,
            "s",
            reference,
            memory,
        );
    };
    let cold = cost(&check(folder, &["--no-cache"]))?;
    row("check, without a cache", cold.cpu, Some(cold.memory_mib));
    let cold = cost(&check(folder, &[]))?;
    row("check, cold", cold.cpu, Some(cold.memory_mib));
    let (cpu, memory) = mean(&check(folder, &[]))?;
    row("check, warm", cpu, Some(memory));

    let mut cpu = 0.0;
    let mut memory = 0;
    for _ in 0..REPEATS {
        change(&folder.join(definition_file(services / 2)))?;
        let changed = cost(&check(folder, &[]))?;
        cpu += changed.cpu / f64::from(REPEATS);
        memory = memory.max(changed.memory_mib);
    }
    row("check, warm, one file changed", cpu, Some(memory));

    let based = ["--base", "HEAD"];
    let all = [based[0], based[1], "--no-cache"];
    let (_, breaking) = cost_of(&check(folder, &all))?;
    row(
        "check and breaking check, without a cache",
        breaking.cpu,
        Some(breaking.memory_mib),
    );
    let (_, breaking) = cost_of(&check(folder, &based))?;
    row(
        "check and breaking check, warm",
        breaking.cpu,
        Some(breaking.memory_mib),
    );
    let first = first_output(&check(folder, &["--no-cache"]))?;
    table.add(
        format!("{services} services: first output of check on a terminal (wall time)"),
        first.as_secs_f64(),
        "s",
        None,
    );

    for index in 0..services {
        let component = folder
            .join(repository::name(index))
            .join("service-1.0.0.wasm");
        std::fs::remove_file(component)?;
    }
    // Each service then has the one error that its component is missing.
    let (_, without) = cost_of(&check(folder, &["--no-cache", "-o", "concise"]))?;
    let reference = ("protoc of the same files", protoc);
    table.compare(
        format!("{services} services: check without components, without a cache"),
        without.cpu,
        "s",
        reference,
        Some(without.memory_mib),
    );
    Ok(())
}

/// The CPU time of protoc for every definition and all that it imports.
fn protoc(folder: &Path, services: usize) -> anyhow::Result<f64> {
    let files: String = (0..services)
        .map(|index| definition_file(index) + "\n")
        .collect();
    let list = tempfile::NamedTempFile::new()?;
    std::fs::write(list.path(), files)?;
    // Debian's release knows no `debug_redact` yet.
    let mended = tempfile::tempdir()?;
    let options = std::fs::read_to_string(root().join("proto/vimana/options.proto"))?;
    std::fs::create_dir(mended.path().join("vimana"))?;
    std::fs::write(
        mended.path().join("vimana/options.proto"),
        options.replace(" [debug_redact = true]", ""),
    )?;
    let mut protoc = Command::new("protoc");
    protoc
        .arg(format!("--proto_path={}", folder.display()))
        .arg(format!("--proto_path={}", mended.path().display()))
        .arg(format!("--proto_path={}", root().join("proto").display()))
        .args(["--descriptor_set_out=/dev/null", "--include_imports"])
        .arg(format!("@{}", list.path().display()))
        .current_dir(folder);
    Ok(cost(&protoc)?.cpu)
}

fn check(folder: &Path, arguments: &[&str]) -> Command {
    let mut check = Command::new(target().join("release/vimana"));
    check.arg("check").args(arguments).current_dir(folder);
    check
}

fn mean(program: &Command) -> anyhow::Result<(f64, u64)> {
    let mut cpu = 0.0;
    let mut memory = 0;
    for _ in 0..REPEATS {
        let once = cost(program)?;
        cpu += once.cpu / f64::from(REPEATS);
        memory = memory.max(once.memory_mib);
    }
    Ok((cpu, memory))
}

fn change(file: &Path) -> anyhow::Result<()> {
    let mut file = OpenOptions::new().append(true).open(file)?;
    Ok(file.write_all(b"// changed\n")?)
}

/// Plans the creation of `services` generated services, and that nothing is to do.
pub(super) fn measure_plan(services: usize, table: &mut Table) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    generate(folder.path(), services)?;
    let source = WorkTree::open(folder.path())?;
    let desired = compile(&source, &Options::default())
        .checked()
        .map_err(|compilation| anyhow::anyhow!("{:?}", compilation.diagnostics.first()))?;

    let desired = DesiredState::of(&desired, CLUSTER);
    let supported_kinds: Vec<Kind> = Kind::ALL
        .into_iter()
        .filter(|kind| kind.is_applied())
        .collect();
    let nothing = Live {
        generation: Generation(0),
        resources: Vec::new(),
        supported_kinds: supported_kinds.clone(),
    };
    let everything = Live {
        generation: Generation(1),
        resources: desired
            .resources
            .iter()
            .map(|resource| (**resource).clone())
            .collect(),
        supported_kinds,
    };
    let resources = desired.resources.len();
    let (_, first) = timed(|| Ok(plan(&desired, CLUSTER, &nothing, &PlanOptions::default())?))?;
    table.add(
        format!("plan {resources} resources, all to create"),
        first,
        "s",
        None,
    );
    let (unchanged, none) = timed(|| {
        Ok(plan(
            &desired,
            CLUSTER,
            &everything,
            &PlanOptions::default(),
        )?)
    })?;
    if !unchanged.is_empty() {
        bail!("a plan of what is live has changes");
    }
    table.add(
        format!("plan {resources} resources, none changed"),
        none,
        "s",
        None,
    );
    Ok(())
}

fn timed<T>(work: impl FnOnce() -> anyhow::Result<T>) -> anyhow::Result<(T, f64)> {
    let before = cpu::time("self")?;
    let result = work()?;
    Ok((
        result,
        cpu::time("self")?.saturating_sub(before).as_secs_f64(),
    ))
}
