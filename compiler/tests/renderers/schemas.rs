use serde_json::Value;
use vimana_compiler::diagnostic::SourceFiles;
use vimana_compiler::diagnostic::render::{Format, Settings, json, render};

use crate::findings::rendered;

fn schema(name: &str) -> Value {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schemas");
    let text = std::fs::read_to_string(folder.join(name)).unwrap();
    // A `]` that closes nothing is a mistake in SARIF's schema, which JavaScript
    // forgives and other dialects of regular expressions do not.
    let text = text.replace("[a-zA-Z]{2}]?$", "[a-zA-Z]{2}\\\\]?$");
    serde_json::from_str(&text).unwrap()
}

/// Fails with every error.
fn validate(schema: &Value, document: &str) {
    let validator = jsonschema::validator_for(schema).unwrap();
    let document: Value = serde_json::from_str(document).unwrap();
    let errors: Vec<_> = validator
        .iter_errors(&document)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
}

fn with_and_without_findings(format: Format) -> [String; 2] {
    let none = render(format, &[], &SourceFiles::new(), &Settings::default());
    [rendered(format), none]
}

#[test]
fn sarif_is_valid() {
    let schema = schema("sarif-2.1.0-rtm.5.json");
    for document in with_and_without_findings(Format::Sarif) {
        validate(&schema, &document);
    }
}

#[test]
fn the_schema_of_sarif_is_heeded() {
    let schema = schema("sarif-2.1.0-rtm.5.json");
    let validator = jsonschema::validator_for(&schema).unwrap();
    let wrong = rendered(Format::Sarif).replace("\"startLine\": 2", "\"startLine\": 0");
    assert!(!validator.is_valid(&serde_json::from_str(&wrong).unwrap()));
}

#[test]
fn gitlab_is_valid() {
    let schema = schema("gitlab-code-quality.json");
    for document in with_and_without_findings(Format::Gitlab) {
        validate(&schema, &document);
    }
}

#[test]
fn json_and_each_line_of_jsonl_are_valid() {
    let mut schema: Value = serde_json::from_str(&json::schema()).unwrap();
    for document in with_and_without_findings(Format::Json) {
        validate(&schema, &document);
    }
    // A line is one of the findings.
    let finding = schema["properties"]["diagnostics"]["items"].take();
    let finding = serde_json::json!({ "$defs": schema["$defs"].take(), "allOf": [finding] });
    let lines = rendered(Format::Jsonl);
    assert_eq!(lines.lines().count(), 6);
    for line in lines.lines() {
        validate(&finding, line);
    }
}

#[test]
fn fingerprints_stay_when_lines_move_and_differ_between_findings() {
    let (found, files) = crate::findings::findings();
    let fingerprints = |files: &SourceFiles, found: &[_]| -> Vec<String> {
        let text = render(Format::Gitlab, found, files, &Settings::default());
        let issues: Vec<Value> = serde_json::from_str(&text).unwrap();
        let prints = issues.iter().map(|issue| &issue["fingerprint"]);
        prints
            .map(|print| print.as_str().unwrap().to_owned())
            .collect()
    };
    let before = fingerprints(&files, &found);
    let twice: Vec<_> = found.iter().chain(&found).cloned().collect();
    let mut all = fingerprints(&files, &twice);
    assert_eq!(all[..before.len()], before);
    all.sort();
    all.dedup();
    assert_eq!(all.len(), twice.len());

    let mut moved = files.clone();
    let shift = "# one line more\n";
    let mut shifted = found.clone();
    for (path, file) in files.iter() {
        if !file.is_binary() {
            moved.insert(path.clone(), format!("{shift}{}", file.text()).as_bytes());
        }
    }
    for label in shifted.iter_mut().flat_map(|found| &mut found.labels) {
        label.span.range.start += shift.len();
        label.span.range.end += shift.len();
    }
    assert_eq!(fingerprints(&moved, &shifted), before);
}
