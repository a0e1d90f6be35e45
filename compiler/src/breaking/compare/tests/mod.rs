//! Comparisons of definitions in memory.

mod http;
mod mutations;
mod properties;

use super::{Claim, Definition, Differences, compare};

/// The definition that `text` is, whose service is `t.S`.
fn definition(text: &str) -> Definition {
    definition_of([("t.proto", text)])
}

/// The same of several files, dependencies first.
fn definition_of<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Definition {
    let mut pool = vimana_proto::descriptor_pool().clone();
    let mut service = None;
    for (name, text) in files {
        let file =
            protox_parse::parse(name, text).unwrap_or_else(|error| panic!("{error}: {text}"));
        let package = file.package().to_owned();
        let found = file.service.first().map(|found| found.name().to_owned());
        service = found.map(|name| format!("{package}.{name}")).or(service);
        pool.add_file_descriptor_proto(file)
            .unwrap_or_else(|error| panic!("{error}: {text}"));
    }
    Definition {
        pool,
        service: service.expect("a file defines a service"),
        version: semver::Version::new(1, 0, 0),
        bindings: Vec::new(),
    }
}

fn differences(base: &str, head: &str) -> Differences {
    compare(&definition(base), &definition(head), &[])
}

/// The changes but for those of WIT signatures: `VM0240 source, wire`.
fn found(differences: &Differences) -> Vec<String> {
    let mut found: Vec<String> = differences
        .changes
        .iter()
        .filter(|change| change.rule.code != "VM0271")
        .map(|change| format!("{} {}", change.rule.code, change.classes))
        .collect();
    found.sort();
    found
}
