//! SARIF 2.1.0 (OASIS), for code scanning: the rules with their pages, and the
//! findings with places, related places, fixes and fingerprints.

mod schema;

use std::collections::{BTreeMap, BTreeSet};

use self::schema::{
    ArtifactChange, ArtifactLocation, BaseId, Configuration, Driver, Fix, Fragment, Help, Location,
    Log, Message, PhysicalLocation, Properties, Region, Replacement, Result, Rule, Run, Tool,
};
use super::fingerprint::Fingerprints;
use super::{Settings, place, word};
use crate::diagnostic::{self, Diagnostic, Edit, Label, SourceFiles, Span};
use crate::rules;

/// The name of the base that paths are relative to.
const ROOT: &str = "SRCROOT";

/// The log of `diagnostics`.
#[must_use]
pub fn render(diagnostics: &[Diagnostic], files: &SourceFiles, settings: &Settings) -> String {
    let mut fingerprints = Fingerprints::default();
    let codes: BTreeSet<&str> = diagnostics.iter().map(|found| found.code).collect();
    let found: BTreeMap<&str, usize> = codes.into_iter().zip(0..).collect();
    let results = diagnostics.iter().map(|diagnostic| Result {
        rule_id: diagnostic.code,
        rule_index: found.get(diagnostic.code).copied().unwrap_or_default(),
        level: word(diagnostic.severity),
        message: Message::plain(message(diagnostic)),
        locations: locations(diagnostic, files, settings),
        related_locations: related(diagnostic, files, settings),
        partial_fingerprints: BTreeMap::from([("vimana/v1", fingerprints.of(diagnostic, files))]),
        fixes: diagnostic
            .fixes
            .iter()
            .map(|found| fix(found, files, settings))
            .collect(),
    });
    let log = Log {
        schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        version: "2.1.0",
        runs: [Run {
            results: results.collect(),
            tool: Tool {
                driver: Driver {
                    name: "vimana",
                    semantic_version: env!("CARGO_PKG_VERSION"),
                    rules: found.keys().map(|code| rule(code)).collect(),
                },
            },
            column_kind: "unicodeCodePoints",
            original_uri_base_ids: BTreeMap::from([(ROOT, base(settings))]),
        }],
    };
    let mut text = serde_json::to_string_pretty(&log)
        .expect("a log has string keys and nothing that fails to serialize");
    text.push('\n');
    text
}

/// Where paths start: the root of the version-controlled tree.
fn base(settings: &Settings) -> BaseId {
    let root = settings.root.as_deref();
    let folder = place::uri(&settings.folder);
    BaseId {
        uri: root.map(|root| root.strip_suffix(&folder).unwrap_or(root).to_owned()),
        description: Message::plain("the root of the repository".to_owned()),
    }
}

fn rule(code: &str) -> Rule {
    let Some(rule) = rules::Rule::find(code) else {
        return Rule {
            id: code.to_owned(),
            ..Rule::default()
        };
    };
    let page = rule.page();
    Rule {
        id: code.to_owned(),
        name: Some(pascal_case(&rule.name())),
        short_description: Some(Message::plain(rule.title())),
        full_description: Some(Message::plain(rule.summary())),
        help: Some(Help {
            text: page.clone(),
            markdown: page,
        }),
        default_configuration: Some(Configuration {
            level: word(rule.severity()),
        }),
        properties: Some(Properties {
            tags: vec![rule.group().name().to_owned()],
        }),
    }
}

/// `InvalidProgram`, as SARIF has its rules named.
fn pascal_case(name: &str) -> String {
    let words = name.split(' ').map(|word| {
        let (first, rest) = word.split_at(word.len().min(1));
        first.to_uppercase() + rest
    });
    words.collect()
}

/// The message as a sentence, and what else there is to know.
fn message(diagnostic: &Diagnostic) -> String {
    let mut message = diagnostic.message.clone();
    let label = diagnostic.labels.iter().find(|label| label.primary);
    let label = label
        .map(|label| &label.text)
        .filter(|text| !text.is_empty());
    let notes = diagnostic.notes.iter().map(|note| ("note: ", note));
    let help = diagnostic.help.iter().map(|help| ("help: ", help));
    for (word, text) in label
        .map(|text| ("", text))
        .into_iter()
        .chain(notes)
        .chain(help)
    {
        message.push('\n');
        message.push_str(word);
        message.push_str(text);
    }
    message
}

/// A place is expected: what concerns no file is said of the settings.
fn locations(diagnostic: &Diagnostic, files: &SourceFiles, settings: &Settings) -> [Location; 1] {
    let physical_location = match diagnostic.primary() {
        Some(span) => physical(span, files, settings),
        None => PhysicalLocation {
            artifact_location: artifact("vimana.toml", settings),
            region: None,
        },
    };
    [Location {
        id: None,
        physical_location,
        message: None,
    }]
}

fn related(diagnostic: &Diagnostic, files: &SourceFiles, settings: &Settings) -> Vec<Location> {
    let primary = diagnostic.labels.iter().position(|label| label.primary);
    let primary = primary.unwrap_or(0);
    let others = diagnostic.labels.iter().enumerate();
    let others: Vec<&Label> = others
        .filter(|(index, _)| *index != primary)
        .map(|(_, label)| label)
        .collect();
    let locations = others
        .into_iter()
        .enumerate()
        .map(|(index, label)| Location {
            id: Some(index + 1),
            physical_location: physical(&label.span, files, settings),
            message: (!label.text.is_empty()).then(|| Message::plain(label.text.clone())),
        });
    locations.collect()
}

fn physical(span: &Span, files: &SourceFiles, settings: &Settings) -> PhysicalLocation {
    PhysicalLocation {
        artifact_location: artifact(span.file.as_str(), settings),
        region: region(span, files),
    }
}

fn artifact(file: &str, settings: &Settings) -> ArtifactLocation {
    ArtifactLocation {
        uri: place::uri(&format!("{}{file}", settings.folder)),
        uri_base_id: ROOT,
    }
}

fn region(span: &Span, files: &SourceFiles) -> Option<Region> {
    place::region(span, files).map(|region| Region {
        start_line: region.start.line,
        start_column: region.start.column,
        end_line: region.end.line,
        end_column: region.end.column,
    })
}

fn fix(fix: &diagnostic::Fix, files: &SourceFiles, settings: &Settings) -> Fix {
    let mut by_file: BTreeMap<&str, Vec<&Edit>> = BTreeMap::new();
    for edit in &fix.edits {
        by_file
            .entry(edit.span.file.as_str())
            .or_default()
            .push(edit);
    }
    let changes = by_file.into_iter().map(|(file, edits)| {
        let replacements = edits.iter().filter_map(|edit| {
            Some(Replacement {
                deleted_region: region(&edit.span, files)?,
                inserted_content: Fragment {
                    text: edit.replacement.clone(),
                },
            })
        });
        ArtifactChange {
            artifact_location: artifact(file, settings),
            replacements: replacements.collect(),
        }
    });
    Fix {
        description: Message::plain(fix.title.clone()),
        artifact_changes: changes
            .filter(|change| !change.replacements.is_empty())
            .collect(),
    }
}
