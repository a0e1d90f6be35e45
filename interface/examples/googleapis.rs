//! Every service and every message of the `.proto` files below the folders that
//! are named: each gives WIT that resolves, or a finding. Prints a tally; fails
//! where neither is so, or where a finding is of a kind that none is expected of.
//!
//! `cargo xtask googleapis` runs it over Google's own definitions.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use prost_reflect::{DescriptorPool, FileDescriptor, MessageDescriptor, ServiceDescriptor};
use prost_types::{FileDescriptorProto, MethodDescriptorProto, ServiceDescriptorProto};
use protox::file::{ChainFileResolver, GoogleFileResolver, IncludeFileResolver};
use vimana_interface::{FindingKind, Interface, SERVICE_WIT};
use wit_parser::Resolve;

/// How many findings of a kind are shown.
const SHOWN: usize = 12;

/// What came of all of it.
#[derive(Default)]
struct Tally {
    files: usize,
    unread: BTreeMap<String, usize>,
    services: usize,
    methods: usize,
    valid_services: usize,
    messages: usize,
    valid_messages: usize,
    wit_bytes: usize,
    findings: BTreeMap<&'static str, Vec<String>>,
    failures: Vec<String>,
}

fn main() -> ExitCode {
    let mut tally = Tally::default();
    for root in std::env::args_os().skip(1) {
        tally.root(Path::new(&root));
    }
    print!("{}", tally.text());
    if tally.failures.is_empty() && tally.services > 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

impl Tally {
    fn root(&mut self, root: &Path) {
        let mut names = Vec::new();
        protos(root, root, &mut names);
        let names: BTreeSet<String> = names.into_iter().collect();
        let pool = self.pool(root, &names);
        let platform = {
            let mut resolve = Resolve::new();
            resolve
                .push_source("service.wit", SERVICE_WIT)
                .expect("the platform's own package resolves");
            resolve
        };
        let mut covered = BTreeSet::new();
        for file in pool.files().filter(|file| names.contains(file.name())) {
            for service in file.services() {
                self.services += 1;
                self.methods += service.methods().len();
                if let Some(interface) = self.interface(&service, &platform) {
                    self.valid_services += 1;
                    covered.extend(reached(&service, &interface));
                }
            }
        }
        self.rest(pool, &names, &covered, &platform);
    }

    /// The pool of all files that can be read.
    fn pool(&mut self, root: &Path, names: &BTreeSet<String>) -> DescriptorPool {
        let mut resolver = ChainFileResolver::new();
        // Those of `google/protobuf/` that the linker knows by heart, as vimana does.
        resolver.add(GoogleFileResolver::new());
        resolver.add(IncludeFileResolver::new(root.to_owned()));
        let mut compiler = protox::Compiler::with_file_resolver(resolver);
        compiler.include_source_info(true).include_imports(true);
        for name in names {
            self.files += 1;
            if let Err(error) = compiler.open_file(name) {
                let text = error.to_string();
                let reason = text.lines().next().unwrap_or_default();
                *self.unread.entry(reason.to_owned()).or_default() += 1;
            }
        }
        compiler.descriptor_pool()
    }

    /// The messages that no service speaks of, by services made up for them.
    fn rest(
        &mut self,
        mut pool: DescriptorPool,
        names: &BTreeSet<String>,
        covered: &BTreeSet<String>,
        platform: &Resolve,
    ) {
        let mut made_up = Vec::new();
        for file in pool.files().filter(|file| names.contains(file.name())) {
            let mut messages = Vec::new();
            for message in file.messages() {
                with_nested(message, &mut messages);
            }
            self.messages += messages.len();
            messages.retain(|message| {
                let is_covered = covered.contains(message.full_name());
                self.valid_messages += usize::from(is_covered);
                !is_covered
            });
            if !messages.is_empty() {
                made_up.push(self::made_up(&file, &messages, made_up.len()));
            }
        }
        let made_up_names: Vec<String> =
            made_up.iter().map(|file| file.name().to_owned()).collect();
        pool.add_file_descriptor_protos(made_up).expect(
            "the services speak of messages that are there, by names that nothing else has",
        );
        for name in made_up_names {
            let file = pool.get_file_by_name(&name).expect("it was added");
            for service in file.services() {
                let is_valid = self.interface(&service, platform).is_some();
                self.valid_messages += usize::from(is_valid);
            }
        }
    }

    /// The interface of a service whose text resolves.
    fn interface(&mut self, service: &ServiceDescriptor, platform: &Resolve) -> Option<Interface> {
        let name = service.full_name().to_owned();
        let made = catch_unwind(AssertUnwindSafe(|| {
            Interface::new(service, &version()).map(|interface| {
                let wit = interface.to_wit();
                (interface, wit)
            })
        }));
        match made {
            Err(_) => self.failures.push(format!("{name}: a panic")),
            Ok(Err(findings)) => {
                for finding in findings {
                    let text = finding.kind.to_string();
                    let text = format!("{}: {text}", finding.file);
                    let found = self.findings.entry(kind(&finding.kind)).or_default();
                    if !found.contains(&text) {
                        found.push(text);
                    }
                    if finding.help.is_none() {
                        self.failures
                            .push(format!("{name}: no help for {:?}", finding.kind));
                    }
                }
            }
            Ok(Ok((interface, wit))) => {
                self.wit_bytes += wit.len();
                let mut resolve = platform.clone();
                match resolve.push_source("package.wit", &wit) {
                    Ok(_) => return Some(interface),
                    Err(error) => {
                        let error = resolve.render_error(&error);
                        self.failures.push(format!("{name}: {error}"));
                    }
                }
            }
        }
        None
    }

    fn text(&self) -> String {
        let mut text = String::new();
        let unread: usize = self.unread.values().sum();
        let _ = writeln!(
            text,
            "files      {:>6}, of which {unread} cannot be read",
            self.files
        );
        for (reason, count) in &self.unread {
            let _ = writeln!(text, "  {count:>4}  {reason}");
        }
        let _ = writeln!(
            text,
            "services   {:>6}, {} methods; valid WIT: {}",
            self.services, self.methods, self.valid_services
        );
        let _ = writeln!(
            text,
            "messages   {:>6}; valid WIT: {}",
            self.messages, self.valid_messages
        );
        let _ = writeln!(text, "WIT        {:>6} KiB resolved", self.wit_bytes / 1024);
        let findings: usize = self.findings.values().map(Vec::len).sum();
        let _ = writeln!(text, "findings   {findings:>6}");
        for (kind, found) in &self.findings {
            let _ = writeln!(text, "  {:>4}  {kind}", found.len());
            for finding in found.iter().take(SHOWN) {
                let _ = writeln!(text, "        {finding}");
            }
        }
        let _ = writeln!(text, "failures   {:>6}", self.failures.len());
        for failure in &self.failures {
            let _ = writeln!(text, "  {failure}");
        }
        text
    }
}

fn version() -> semver::Version {
    semver::Version::new(1, 0, 0)
}

fn kind(kind: &FindingKind) -> &'static str {
    match kind {
        FindingKind::Unspellable { .. } => "a name that WIT cannot spell",
        FindingKind::Collision { .. } => "names that meet",
        FindingKind::NoPackage { .. } => "no package",
        FindingKind::ReservedService { .. } => "a reserved name",
        FindingKind::TooManyMembers { .. } => "too many members",
        FindingKind::TooDeep { .. } => "too deep",
        FindingKind::TooLarge { .. } | FindingKind::ServiceTooLarge { .. } => "too large",
        _ => "another",
    }
}

/// The messages of an interface, and those behind recursive fields, which it has
/// as bytes.
fn reached(service: &ServiceDescriptor, interface: &Interface) -> Vec<String> {
    let mut waiting: Vec<MessageDescriptor> = service
        .methods()
        .flat_map(|method| [method.input(), method.output()])
        .collect();
    let mut seen = BTreeSet::new();
    while let Some(message) = waiting.pop() {
        if interface.message(message.full_name()).is_none()
            || !seen.insert(message.full_name().to_owned())
        {
            continue;
        }
        waiting.extend(message.fields().filter_map(|field| match field.kind() {
            prost_reflect::Kind::Message(entry) if field.is_map() => {
                match entry.map_entry_value_field().kind() {
                    prost_reflect::Kind::Message(value) => Some(value),
                    _ => None,
                }
            }
            prost_reflect::Kind::Message(held) => Some(held),
            _ => None,
        }));
    }
    seen.into_iter().collect()
}

fn with_nested(message: MessageDescriptor, out: &mut Vec<MessageDescriptor>) {
    if message.is_map_entry() {
        return;
    }
    for nested in message.child_messages() {
        with_nested(nested, out);
    }
    out.push(message);
}

/// A file beside `file` with a service for each message.
fn made_up(
    file: &FileDescriptor,
    messages: &[MessageDescriptor],
    number: usize,
) -> FileDescriptorProto {
    let service = |(index, message): (usize, &MessageDescriptor)| {
        let name = format!(".{}", message.full_name());
        ServiceDescriptorProto {
            name: Some(format!("MadeUp{number}Service{index}")),
            method: vec![MethodDescriptorProto {
                name: Some("MadeUp".to_owned()),
                input_type: Some(name.clone()),
                output_type: Some(name),
                ..Default::default()
            }],
            ..Default::default()
        }
    };
    let package = match file.package_name() {
        "" => "nowhere",
        package => package,
    };
    FileDescriptorProto {
        name: Some(format!("made/up/{number}.proto")),
        package: Some(package.to_owned()),
        dependency: vec![file.name().to_owned()],
        service: messages.iter().enumerate().map(service).collect(),
        syntax: Some("proto3".to_owned()),
        ..Default::default()
    }
}

/// The names by which the files below `folder` are imported.
fn protos(root: &Path, folder: &Path, out: &mut Vec<String>) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
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
