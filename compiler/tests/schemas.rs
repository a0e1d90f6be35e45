//! The committed JSON Schemas, and the reference of the rules, are those of the
//! code; `BLESS=1` writes them anew.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use vimana_compiler::{diagnostic, graph, rules, schemas};

fn check(name: &str, schema: &str) {
    check_file(&format!("schemas/{name}"), schema);
}

fn check_file(path: &str, schema: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, schema).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == schema,
        "{} is out of date: run the tests with BLESS=1",
        path.display()
    );
}

#[test]
fn the_schema_of_diagnostics_is_that_of_the_code() {
    check(
        "diagnostics.schema.json",
        &diagnostic::render::json::schema(),
    );
}

#[test]
fn the_schema_of_the_settings_is_that_of_the_code() {
    check("vimana.toml.schema.json", &schemas::settings());
}

#[test]
fn the_schema_of_vpods_is_that_of_the_code() {
    check("vpods.yml.schema.json", &schemas::vpods());
}

#[test]
fn the_schema_of_the_graph_is_that_of_the_code() {
    check("graph.schema.json", &graph::render::json::schema());
}

#[test]
fn the_schema_of_explanations_is_that_of_the_code() {
    check("explain.schema.json", &rules::render::json::schema());
}

#[test]
fn the_reference_of_the_rules_is_that_of_the_code() {
    check_file(
        "docs/src/reference/rules.md",
        &rules::render::markdown::render(),
    );
}
