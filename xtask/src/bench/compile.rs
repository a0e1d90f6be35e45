//! Compile and plan: CPU time of N services.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context as _, bail};
use vimana_compiler::source::{RepoPath, WorkTree};
use vimana_compiler::{Options, compile};
use vimana_interface::Interface;
use vimana_proto::{Generation, Kind};
use vimana_reconciler::{DesiredState, Live, PlanOptions, plan};

use super::cpu;
use super::table::Table;

/// The cluster of a repository that names none.
const CLUSTER: &str = "local";

/// Compiles and plans a repository of `services` generated services.
pub(super) fn measure(services: usize, table: &mut Table) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    generate(folder.path(), services)?;

    let ((), protox) = timed(|| protobuf_alone(folder.path(), services))?;
    let (desired, compiled) = timed(|| {
        let source = WorkTree::open(folder.path())?;
        compile(&source, &Options::default())
            .checked()
            .map_err(|compilation| anyhow::anyhow!("{:?}", compilation.diagnostics.first()))
    })?;
    let memory = Some(cpu::peak_memory_mib("self")?);
    table.compare(
        format!("compile {services} services"),
        compiled,
        "s",
        ("protox alone", protox),
        memory,
    );

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

/// What the compiler cannot do without: every `.proto` resolved once.
fn protobuf_alone(root: &Path, services: usize) -> anyhow::Result<()> {
    let resolver = {
        let mut chain = protox::file::ChainFileResolver::new();
        chain.add(protox::file::IncludeFileResolver::new(root.to_owned()));
        chain.add(protox::file::IncludeFileResolver::new(
            crate::process::root().join("proto"),
        ));
        chain.add(protox::file::GoogleFileResolver::new());
        chain
    };
    let mut compiler = protox::Compiler::with_file_resolver(resolver);
    for index in 0..services {
        compiler.open_file(format!("{}/service.proto", name(index)))?;
    }
    Ok(())
}

fn name(index: usize) -> String {
    format!("service{index:05}")
}

/// Writes `services` service folders: a definition of some 60 lines, a deployment
/// configuration and a component each.
pub(super) fn generate(root: &Path, services: usize) -> anyhow::Result<()> {
    std::fs::write(
        root.join("vimana.toml"),
        "[workspace]\nname = \"bench\"\ndomain = \"example.com\"\n",
    )?;
    for index in 0..services {
        let folder = root.join(name(index));
        std::fs::create_dir(&folder)?;
        std::fs::write(folder.join("service.proto"), definition(index))?;
        std::fs::write(
            folder.join("service.txtpb"),
            "target: LATENCY\nlimits { timeout: \"2s\" }\n",
        )?;
        std::fs::write(folder.join("service-1.0.0.wasm"), component(root, index)?)?;
    }
    Ok(())
}

fn definition(index: usize) -> String {
    let name = name(index);
    let mut text = format!(
        "syntax = \"proto3\";\n\npackage {name};\n\nimport \"vimana/options.proto\";\n\n\
         // Keeps things.\nservice Things {{\n  option (vimana.service) = {{\n    id: \"00000000-0000-4000-8000-{index:012}\"\n    version: \"1.0.0\"\n  }};\n"
    );
    for method in ["Get", "List", "Create", "Update", "Delete"] {
        let _ = write!(
            text,
            "\n  // {method}s a thing.\n  rpc {method}Thing({method}ThingRequest) returns (Thing) {{\n    option (vimana.http) = {{ post: \"/v1/{name}/things:{}\" body: \"*\" }};\n  }}\n",
            method.to_lowercase()
        );
    }
    text.push_str("}\n\nenum State {\n  STATE_UNSPECIFIED = 0;\n  READY = 1;\n  GONE = 2;\n}\n\n");
    text.push_str("message Thing {\n  string name = 1;\n  State state = 2;\n  repeated string tags = 3;\n  map<string, int64> counts = 4;\n  optional double weight = 5;\n}\n");
    for method in ["Get", "List", "Create", "Update", "Delete"] {
        let _ = write!(
            text,
            "\nmessage {method}ThingRequest {{\n  string name = 1;\n  int32 size = 2;\n  Thing thing = 3;\n}}\n"
        );
    }
    text
}

/// A component that has the service's functions and traps in each.
fn component(root: &Path, index: usize) -> anyhow::Result<Vec<u8>> {
    let source = WorkTree::open(root)?;
    let path: RepoPath = format!("{}/service.proto", name(index)).parse()?;
    let interface: Interface = vimana_compiler::interfaces(&source, &path, &[])
        .interfaces
        .pop()
        .context("the generated definition has one service")?;
    let mut resolve = wit_parser::Resolve::default();
    resolve.push_str("service.wit", vimana_interface::SERVICE_WIT)?;
    let package = resolve.push_str("generated.wit", &interface.to_wit())?;
    let world = resolve.select_world(&[package], Some(interface.world_name()))?;
    let mut module =
        wit_component::dummy_module(&resolve, world, wit_parser::ManglingAndAbi::Standard32);
    wit_component::embed_component_metadata(
        &mut module,
        &resolve,
        world,
        wit_component::StringEncoding::UTF8,
    )?;
    wit_component::ComponentEncoder::default()
        .module(&module)?
        .encode()
}
