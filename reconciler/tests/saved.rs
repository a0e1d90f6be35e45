//! Plans in files.
#![allow(clippy::unwrap_used)]

mod fixtures;

use std::fs;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use fixtures::*;
use prost::Message as _;
use tempfile::TempDir;
use vimana_proto::Digest;
use vimana_reconciler::{LoadError, Plan, PlanOptions};

fn plan() -> Plan {
    let (mut desired, mut live) = (desired(walkthrough_at_two_versions()), live(walkthrough()));
    live.resources.push(variable("OLD", "OLD"));
    desired.commit = Some("5be3a1f0".to_owned());
    vimana_reconciler::plan(&desired, "local", &live, &PlanOptions::default()).unwrap()
}

fn saved() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.json");
    plan().save(&path).unwrap();
    (folder, path)
}

fn message(error: &LoadError) -> String {
    error.to_string()
}

/// What loading says once `edit` has changed the file.
fn load_edited(edit: impl Fn(String) -> String) -> LoadError {
    let (_folder, path) = saved();
    let text = edit(fs::read_to_string(&path).unwrap());
    fs::write(&path, text).unwrap();
    Plan::load(&path).unwrap_err()
}

#[test]
fn a_saved_plan_loads_as_it_was_with_all_that_executing_needs() {
    let (_folder, path) = saved();
    let loaded = Plan::load(&path).unwrap();
    assert_eq!(loaded, plan());
    for change in loaded.pending() {
        assert_eq!(change.resource().is_some(), change.action.puts());
    }
}

#[test]
fn equal_plans_are_equal_files() {
    let (_a, a) = saved();
    let (_b, b) = saved();
    assert_eq!(fs::read(a).unwrap(), fs::read(b).unwrap());
}

#[test]
fn saving_replaces_the_file_and_leaves_nothing_beside_it() {
    let (folder, path) = saved();
    plan().save(&path).unwrap();
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_a_saved_plan() {
    use std::os::unix::fs::PermissionsExt as _;
    let (_folder, path) = saved();
    let mode = fs::metadata(path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn an_edited_plan_is_refused() {
    let error =
        load_edited(|text| text.replacen("\"parent_generation\":3", "\"parent_generation\":4", 1));
    assert!(matches!(error, LoadError::Damaged { .. }), "{error}");
    assert!(message(&error).contains("damaged or edited"), "{error}");
    assert!(message(&error).contains("vimana plan --out"), "{error}");
}

/// Gives the file the digest of its content, as somebody would who means harm.
fn with_digest_that_fits(text: &str) -> String {
    let start = text.find("\"content\":").unwrap() + "\"content\":".len();
    let content = text[start..].trim_end().strip_suffix('}').unwrap();
    let digest = Digest::of(content.as_bytes());
    format!("{{\"format_version\":1,\"digest\":\"{digest}\",\"content\":{content}}}\n")
}

#[test]
fn resources_that_are_not_those_of_the_changes_are_refused_even_if_the_digest_fits() {
    let (_folder, path) = saved();
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(with_digest_that_fits(&text), text);

    let route = format!("\"route/{SERVICE}\":\"");
    let swapped = load_edited(|text| {
        let at = text.find(&route).unwrap() + route.len();
        let end = at + text[at..].find('"').unwrap();
        let other = BASE64.encode(fixtures::route(&[("1.1.0", 100)]).encode_to_vec());
        with_digest_that_fits(&format!("{}{other}{}", &text[..at], &text[end..]))
    });
    assert!(
        message(&swapped).contains("not what the change says"),
        "{swapped}"
    );

    let removed = load_edited(|text| {
        let at = text.find(&route).unwrap();
        let end = at + route.len() + text[at + route.len()..].find('"').unwrap() + 2;
        with_digest_that_fits(&format!("{}{}", &text[..at], &text[end..]))
    });
    assert!(message(&removed).contains("it lacks"), "{removed}");

    let summary = load_edited(|text| {
        with_digest_that_fits(&text.replacen("\"create\":2", "\"create\":0", 1))
    });
    assert!(message(&summary).contains("summary"), "{summary}");
}

#[test]
fn a_truncated_plan_is_refused() {
    let error = load_edited(|text| text[..text.len() / 2].to_owned());
    assert!(matches!(error, LoadError::NotAPlan { .. }), "{error}");
}

#[test]
fn what_is_no_plan_is_refused() {
    for text in ["", "[]", "{}", "not even JSON", "{\"format_version\": 1}"] {
        let error = load_edited(|_| text.to_owned());
        assert!(matches!(error, LoadError::NotAPlan { .. }), "{error}");
        assert!(message(&error).contains("vimana plan --out"), "{error}");
    }
}

#[test]
fn a_plan_of_a_newer_format_is_refused_whatever_else_it_holds() {
    let error = load_edited(|_| r#"{"format_version": 2, "quantum": true}"#.to_owned());
    assert!(matches!(error, LoadError::TooNew { found: 2, .. }));
    assert!(
        message(&error).contains("newer version of vimana"),
        "{error}"
    );
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let error = Plan::load("no/such/plan.json".as_ref()).unwrap_err();
    assert_eq!(message(&error), "cannot read the plan `no/such/plan.json`");
    let error = plan().save("no/such/plan.json".as_ref()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot write the plan to `no/such/plan.json`"
    );
}
