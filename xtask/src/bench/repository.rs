//! A config repository of as many services as one likes, the same each time.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, bail};
use vimana_compiler::source::{RepoPath, WorkTree};
use vimana_interface::Interface;

/// How many services import the same file.
const SHARING: usize = 10;

/// The service whose component those of all others are made of.
const TEMPLATE: usize = 0;

/// The package of a service. All names are of one length, so that one stands in a
/// component where another stood.
pub(super) fn name(index: usize) -> String {
    format!("service{index:05}")
}

/// The file that defines a service.
pub(super) fn definition_file(index: usize) -> String {
    format!("{}/service.proto", name(index))
}

/// Writes `services` service folders: a definition of some 60 lines that imports
/// one of the shared files, a deployment configuration and a component each.
pub(super) fn generate(root: &Path, services: usize) -> anyhow::Result<()> {
    std::fs::write(
        root.join("vimana.toml"),
        "[workspace]\nname = \"bench\"\ndomain = \"example.com\"\n",
    )?;
    std::fs::create_dir(root.join("shared"))?;
    for index in 0..services.div_ceil(SHARING) {
        std::fs::write(root.join(shared_file(index)), shared(index))?;
    }
    for index in 0..services {
        let folder = root.join(name(index));
        std::fs::create_dir(&folder)?;
        std::fs::write(root.join(definition_file(index)), definition(index))?;
        std::fs::write(
            folder.join("service.txtpb"),
            "target: LATENCY\nlimits { timeout: \"2s\" }\n",
        )?;
    }
    let template = component(root)?;
    for index in 0..services {
        let component = renamed(&template, index);
        std::fs::write(root.join(name(index)).join("service-1.0.0.wasm"), component)?;
    }
    Ok(())
}

/// Makes the folder a git repository with all that is in it committed.
pub(super) fn commit(root: &Path) -> anyhow::Result<()> {
    let git = |arguments: &[&str]| -> anyhow::Result<()> {
        let status = Command::new("git")
            .args([
                "-c",
                "user.name=bench",
                "-c",
                "user.email=bench@example.com",
            ])
            .args(["-c", "commit.gpgsign=false", "-c", "core.autocrlf=false"])
            .args(arguments)
            .current_dir(root)
            .status()
            .context("cannot start git")?;
        if !status.success() {
            bail!("git {}: {status}", arguments.join(" "));
        }
        Ok(())
    };
    git(&["init", "--quiet"])?;
    git(&["add", "."])?;
    git(&["commit", "--quiet", "--message", "Generate services"])
}

fn shared_file(index: usize) -> String {
    format!("shared/common{index:05}.proto")
}

fn shared(index: usize) -> String {
    format!(
        "syntax = \"proto3\";\n\npackage common{index:05};\n\n\
         // Where a list goes on.\nmessage Page {{\n  int32 size = 1;\n  string token = 2;\n}}\n\n\
         // Who did something, and when.\nmessage Audit {{\n  string actor = 1;\n  int64 at = 2;\n  repeated string roles = 3;\n}}\n"
    )
}

fn definition(index: usize) -> String {
    let name = name(index);
    let shared = index / SHARING;
    let mut text = format!(
        "syntax = \"proto3\";\n\npackage {name};\n\n\
         import \"{}\";\nimport \"google/api/annotations.proto\";\nimport \"vimana/options.proto\";\n\n\
         // Keeps things.\nservice Things {{\n  option (vimana.service) = {{\n    id: \"00000000-0000-4000-8000-{index:012}\"\n    version: \"1.0.0\"\n  }};\n",
        shared_file(shared)
    );
    for (method, option) in [
        ("Get", "google.api.http"),
        ("List", "google.api.http"),
        ("Update", "vimana.http"),
    ] {
        let _ = write!(
            text,
            "\n  // {method}s a thing.\n  rpc {method}Thing({method}ThingRequest) returns (Thing) {{\n    option ({option}) = {{ post: \"/v1/{name}/things:{}\" body: \"*\" }};\n  }}\n",
            method.to_lowercase()
        );
    }
    text.push_str("}\n\nenum State {\n  STATE_UNSPECIFIED = 0;\n  READY = 1;\n  GONE = 2;\n}\n\n");
    let _ = write!(
        text,
        "message Thing {{\n  string name = 1;\n  State state = 2;\n  repeated string tags = 3;\n  map<string, int64> counts = 4;\n  optional double weight = 5;\n  common{shared:05}.Audit changed = 6;\n}}\n"
    );
    for method in ["Get", "List", "Update"] {
        let _ = write!(
            text,
            "\nmessage {method}ThingRequest {{\n  string name = 1;\n  common{shared:05}.Page page = 2;\n  Thing thing = 3;\n}}\n"
        );
    }
    text
}

/// The component of another service, with the names of this one.
fn renamed(template: &[u8], index: usize) -> Vec<u8> {
    let from = name(TEMPLATE);
    let to = name(index);
    let mut component = template.to_vec();
    let mut at = 0;
    while at + from.len() <= component.len() {
        if component[at..].starts_with(from.as_bytes()) {
            component[at..at + to.len()].copy_from_slice(to.as_bytes());
            at += to.len();
        } else {
            at += 1;
        }
    }
    component
}

/// A component that has the functions of the first service and traps in each.
fn component(root: &Path) -> anyhow::Result<Vec<u8>> {
    let source = WorkTree::open(root)?;
    let path: RepoPath = definition_file(TEMPLATE).parse()?;
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
