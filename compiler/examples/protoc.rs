//! The descriptors that the compiler links, beside those that protoc links.
//!
//! Takes folders of `.proto` files. Of a large one, every so many-th file is linked,
//! with all that it imports. Every file that both link must have one descriptor,
//! whatever the order of its fields and of the entries of its maps. Behind
//! `--verdicts` is a folder of small files, each of which both must accept or both
//! refuse. Prints a tally and the files that differ; `cargo xtask googleapis` runs it.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use prost::Message as _;
use prost_reflect::{DescriptorPool, DynamicMessage, ReflectMessage as _, Value};
use prost_types::FileDescriptorProto;
use vimana_compiler::interfaces;
use vimana_compiler::source::{RepoPath, WorkTree};

/// How many files of one folder are linked, besides what they import.
const SAMPLE: usize = 800;

/// The encoded descriptors of files, by the names that they are imported by, and the
/// pool that knows their options.
type Linked = BTreeMap<String, (DescriptorPool, Vec<u8>)>;

/// A `google.protobuf.FileDescriptorSet`, whose files keep their options.
#[derive(Clone, PartialEq, prost::Message)]
struct Set {
    #[prost(bytes = "vec", repeated, tag = "1")]
    file: Vec<Vec<u8>>,
}

fn main() -> ExitCode {
    let (mut compared, mut differing) = (0, 0);
    let mut folders = std::env::args_os().skip(1).map(PathBuf::from);
    while let Some(root) = folders.next() {
        if root.as_os_str() == "--verdicts" {
            differing += folders.next().map_or(1, |root| verdicts(&root));
            continue;
        }
        let names = sample(&root);
        let ours = link(&root, &names);
        let entries: Vec<&String> = names
            .iter()
            .filter(|name| ours.contains_key(*name))
            .collect();
        let theirs = match protoc(&root, &entries) {
            Ok(theirs) => theirs,
            Err(error) => {
                eprintln!("{}: {error}", root.display());
                return ExitCode::FAILURE;
            }
        };
        let before = (compared, differing);
        for theirs in &theirs {
            let name = FileDescriptorProto::decode(theirs.as_slice())
                .map(|file| file.name().to_owned())
                .unwrap_or_default();
            // Each tool has these by heart, of a release of its own.
            if name.starts_with("google/protobuf/") {
                continue;
            }
            let Some((pool, ours)) = ours.get(&name) else {
                println!("{name}: linked by protoc only");
                differing += 1;
                continue;
            };
            compared += 1;
            if let Some(difference) = difference(pool, ours, theirs) {
                println!("{name}: {difference}");
                differing += 1;
            }
        }
        println!(
            "{}: {} files linked of {} asked for; {} compared with protoc's, {} differ",
            root.file_name().unwrap_or_default().display(),
            ours.len(),
            names.len(),
            compared - before.0,
            differing - before.1
        );
    }
    if compared > 0 && differing == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// How many of the files below `root` only one of both accepts.
fn verdicts(root: &Path) -> usize {
    let mut names = Vec::new();
    protos(root, root, &mut names);
    names.sort();
    let (mut accepted, mut differing) = (0, 0);
    for name in &names {
        let ours = accepts(root, name);
        let theirs = protoc(root, &[name]);
        accepted += usize::from(ours.is_ok() && theirs.is_ok());
        let difference = match (ours, theirs) {
            (Ok(()), Err(theirs)) => format!("accepted, though protoc says: {}", theirs.trim()),
            (Err(ours), Ok(_)) => format!("refused, though protoc accepts it: {ours}"),
            (Ok(()), Ok(_)) | (Err(_), Err(_)) => continue,
        };
        println!("{name}: {difference}");
        differing += 1;
    }
    println!(
        "{}: {accepted} files accepted by both, {} refused by both, {differing} differ",
        root.file_name().unwrap_or_default().display(),
        names.len() - accepted - differing,
    );
    if names.is_empty() { 1 } else { differing }
}

/// Whether a file and all that it imports are Protobuf, as the compiler sees it.
fn accepts(root: &Path, name: &str) -> Result<(), String> {
    let source = WorkTree::open(root).map_err(|error| error.to_string())?;
    let path = RepoPath::new(name).map_err(|error| error.to_string())?;
    let found = interfaces(&source, &path, &[]);
    let refused = found
        .diagnostics
        .iter()
        .find(|found| found.code == "VM0040");
    refused.map_or(Ok(()), |refused| Err(refused.message.clone()))
}

/// The files below `root`, as many as will do.
fn sample(root: &Path) -> Vec<String> {
    let mut names = Vec::new();
    protos(root, root, &mut names);
    names.sort();
    let step = names.len().div_ceil(SAMPLE).max(1);
    names.into_iter().step_by(step).collect()
}

fn protos(root: &Path, folder: &Path, out: &mut Vec<String>) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            protos(root, &path, out);
        } else if path
            .extension()
            .is_some_and(|extension| extension == "proto")
            && let Ok(name) = path.strip_prefix(root)
        {
            out.push(name.to_string_lossy().replace('\\', "/"));
        }
    }
}

/// What the compiler links of these files and of those that they import.
fn link(root: &Path, names: &[String]) -> Linked {
    let Ok(source) = WorkTree::open(root) else {
        return Linked::new();
    };
    let mut linked = Linked::new();
    for name in names {
        let Ok(path) = RepoPath::new(name) else {
            continue;
        };
        let found = interfaces(&source, &path, &[]);
        for refused in found
            .diagnostics
            .iter()
            .filter(|found| found.code == "VM0040")
        {
            // Where protoc refuses it too, it says so when it is run.
            println!("{name}: refused: {}", refused.message);
            linked.remove(name);
        }
        let Some(pool) = found.pool else {
            continue;
        };
        for file in pool.files() {
            if !linked.contains_key(file.name()) {
                linked.insert(file.name().to_owned(), (pool.clone(), file.encode_to_vec()));
            }
        }
    }
    linked
}

/// What protoc links of the same.
fn protoc(root: &Path, names: &[&String]) -> Result<Vec<Vec<u8>>, String> {
    let output = std::env::temp_dir().join(format!("vimana-protoc-{}.pb", std::process::id()));
    let run = Command::new("protoc")
        .arg("--proto_path")
        .arg(root)
        .arg("--include_imports")
        .arg("--descriptor_set_out")
        .arg(&output)
        .args(names)
        .output()
        .map_err(|error| format!("cannot start protoc: {error}"))?;
    let bytes = std::fs::read(&output);
    let _ = std::fs::remove_file(&output);
    if !run.status.success() {
        return Err(String::from_utf8_lossy(&run.stderr).into_owned());
    }
    let bytes = bytes.map_err(|error| error.to_string())?;
    let set = Set::decode(bytes.as_slice()).map_err(|error| error.to_string())?;
    Ok(set.file)
}

/// Takes away options that are there and say nothing: protoc has them for `rpc ... {}`.
fn without_empty_options(message: &mut DynamicMessage) {
    let is_empty = |value: &Value| match value {
        Value::Message(options) => {
            options.fields().next().is_none() && options.extensions().next().is_none()
        }
        _ => false,
    };
    if message
        .get_field_by_name("options")
        .is_some_and(|options| is_empty(&options))
    {
        message.clear_field_by_name("options");
    }
    for (_, value) in message.fields_mut() {
        let Value::List(items) = value else {
            continue;
        };
        for item in items {
            if let Value::Message(message) = item {
                without_empty_options(message);
            }
        }
    }
}

/// How two descriptors of one file differ, the places of its elements aside.
fn difference(pool: &DescriptorPool, ours: &[u8], theirs: &[u8]) -> Option<String> {
    let descriptor = pool
        .get_message_by_name("google.protobuf.FileDescriptorProto")
        .unwrap_or_else(|| FileDescriptorProto::default().descriptor());
    let decode = |bytes| DynamicMessage::decode(descriptor.clone(), bytes);
    let (Ok(mut ours), Ok(mut theirs)) = (decode(ours), decode(theirs)) else {
        return Some("it cannot be decoded".to_owned());
    };
    for message in [&mut ours, &mut theirs] {
        message.clear_field_by_name("source_code_info");
        without_empty_options(message);
    }
    let named: Vec<String> = descriptor
        .fields()
        .filter(|field| ours.get_field(field) != theirs.get_field(field))
        .map(|field| {
            let (ours, theirs) = (ours.get_field(&field), theirs.get_field(&field));
            let (ours, theirs) = (ours.to_string(), theirs.to_string());
            let same = ours
                .bytes()
                .zip(theirs.bytes())
                .take_while(|(ours, theirs)| ours == theirs)
                .count();
            let from = |text: &str| {
                let text: String = text.chars().skip(same.saturating_sub(60)).collect();
                text.chars().take(160).collect::<String>()
            };
            format!(
                "`{}`: ours {}, protoc's {}",
                field.name(),
                from(&ours),
                from(&theirs)
            )
        })
        .collect();
    if named.is_empty() {
        (ours != theirs).then(|| "in what neither names".to_owned())
    } else {
        Some(named.join("; "))
    }
}
