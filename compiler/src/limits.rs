//! Holds the page on limits against the limits.

use std::collections::BTreeMap;

use vimana_interface::http::{MAX_BINDINGS, MAX_FIELD_NAMES, MAX_SEGMENTS, MAX_TEMPLATE_BYTES};

use crate::compile::Options;
use crate::document::yaml;
use crate::rules::Rule;
use crate::source::{MAX_DEPTH, MAX_LINKS, MAX_LISTED};
use crate::textproto;

const PAGE: &str = include_str!("../../docs/src/reference/limits.md");

/// A number as people read it.
fn count(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn bytes(number: u64) -> String {
    match number {
        _ if number.is_multiple_of(1 << 30) => format!("{} GiB", number >> 30),
        _ => format!("{} MiB", number >> 20),
    }
}

#[test]
fn the_page_on_limits_says_what_the_limits_are() {
    let options = Options::default();
    let expected = BTreeMap::from([
        ("files in a repository", count(options.max_files)),
        (
            "files that are listed before vimana gives up",
            count(MAX_LISTED),
        ),
        ("folders in each other", count(MAX_DEPTH)),
        ("bytes of one text file", bytes(options.max_text_bytes)),
        (
            "bytes of one component, or of one program of a vpod",
            bytes(options.max_component_bytes),
        ),
        (
            "bytes of all texts that are read",
            bytes(options.max_total_text_bytes),
        ),
        (
            "bytes of all components that are read",
            bytes(options.max_total_component_bytes),
        ),
        (
            "symbolic links that one path passes through",
            count(MAX_LINKS),
        ),
        (
            "findings of one rule that are told; the last one counts the rest",
            count(options.max_findings_per_rule),
        ),
        (
            "messages and lists in each other, in `service.txtpb`",
            count(textproto::MAX_DEPTH),
        ),
        (
            "syntax errors of one `service.txtpb` that are told",
            count(textproto::MAX_ERRORS),
        ),
        (
            "values in each other, in `vpods.yml`",
            count(yaml::MAX_DEPTH),
        ),
        ("values in one `vpods.yml`", count(yaml::MAX_NODES)),
        ("aliases in one `vpods.yml`", count(yaml::MAX_ALIASES)),
        (
            "files that one definition imports, itself included",
            count(options.max_imports),
        ),
        ("bytes of a path template", count(MAX_TEMPLATE_BYTES)),
        ("segments of a path template", count(MAX_SEGMENTS)),
        (
            "names in the field path of a variable",
            count(MAX_FIELD_NAMES),
        ),
        ("bindings of a method", count(MAX_BINDINGS)),
    ]);
    let mut found = BTreeMap::new();
    // What a node bounds is no matter of the compiler.
    let compiled = PAGE.lines().take_while(|line| *line != "## What runs");
    for row in compiled.filter(|line| line.starts_with("| ")) {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [limit, value, code] = cells[..] else {
            panic!("{row}");
        };
        if limit == "limit" {
            continue;
        }
        assert!(code.is_empty() || Rule::find(code).is_some(), "{row}");
        found.insert(limit, value.to_owned());
    }
    assert_eq!(found, expected);
}
