//! What fixes make of whole repositories.

use snapbox::{IntoData as _, assert_data_eq, str};
use vimana_compiler::diagnostic::{Safety, Selection};
use vimana_compiler::source::{Memory, RepoPath};
use vimana_compiler::{Mended, Options, mend};

use crate::repo::{FOO, FOO_CONFIG, SETTINGS, component, repo, text};

fn mended(source: &Memory, unsafe_fixes: bool) -> Mended {
    let selection = Selection {
        unsafe_fixes,
        rules: Vec::new(),
    };
    let mended = mend(source, &Options::default(), &selection);
    assert!(mended.is_settled);
    let is_left = |safety| {
        let mut found = mended.compilation.diagnostics.iter();
        found.any(|found| found.fixes.first().is_some_and(|fix| fix.safety == safety))
    };
    assert!(
        !is_left(Safety::Safe),
        "{:#?}",
        mended.compilation.diagnostics
    );
    assert!(!unsafe_fixes || !is_left(Safety::Unsafe));
    mended
}

fn after<'m>(mended: &'m Mended, path: &str) -> &'m str {
    &mended.changes[&RepoPath::new(path).unwrap()].after
}

fn broken() -> Memory {
    let proto = FOO.replace(
        "package bar;",
        "package bar;\nimport \"google/protobuf/empty.proto\";\nimport \"google/protobuf/empty.proto\";\nimport 'google/protobuf/empty.proto'; // why",
    );
    let config = format!("{FOO_CONFIG}\nversion {{ version = 1.0.0 wieght: \"1\" }}\n")
        .replace("LATENCY", "latency");
    repo([
        (
            "vimana.toml",
            text(&SETTINGS.replace("[workspace]", "[workspace]\ndefault_cluster = \"locl\"")),
        ),
        ("walkthrough/foo.proto", text(&proto)),
        ("walkthrough/service.txtpb", text(&config)),
        ("walkthrough/foo-1.0.0.wasm", component(FOO)),
    ])
}

#[test]
fn a_repository_is_mended_until_nothing_is_left_to_fix() {
    let source = broken();
    let mended = mended(&source, true);
    assert!(
        mended.compilation.diagnostics.is_empty(),
        "{:#?}",
        mended.compilation.diagnostics
    );
    assert_data_eq!(
        after(&mended, "walkthrough/service.txtpb")
            .lines()
            .last()
            .unwrap_or_default()
            .to_owned(),
        str![[r#"version { version : "1.0.0" weight: 1 }"#]].raw()
    );
    assert_data_eq!(
        after(&mended, "walkthrough/foo.proto")
            .lines()
            .take(9)
            .map(|line| format!("{line}\n"))
            .collect::<String>(),
        str![[r#"
syntax = "proto3";

package bar;
import "google/protobuf/empty.proto";
 // why
import "vimana/options.proto";

service FooService {


"#]]
        .raw()
    );
    assert!(after(&mended, "vimana.toml").contains("default_cluster = \"local\"\n"));
}

#[test]
fn a_safe_fix_takes_nothing_for_granted() {
    let source = broken();
    let mended = mended(&source, false);
    let fixed: Vec<_> = mended
        .fixed
        .iter()
        .map(|fixed| fixed.diagnostic.code)
        .collect();
    assert_data_eq!(fixed.join(" "), str!["VM0044 VM0044 VM0045 VM0014 VM0010"]);
    assert!(
        !mended
            .changes
            .contains_key(&RepoPath::new("vimana.toml").unwrap())
    );
}

#[test]
fn what_vimana_brings_along_is_imported_where_it_is_used() {
    let proto = FOO.replace(
        "service FooService {",
        "message Now { google.protobuf.Timestamp at = 1; }\nservice FooService {",
    );
    let source = repo([
        ("vimana.toml", text(SETTINGS)),
        ("walkthrough/foo.proto", text(&proto)),
        ("walkthrough/service.txtpb", text(FOO_CONFIG)),
        ("walkthrough/foo-1.0.0.wasm", component(FOO)),
    ]);
    let mended = mended(&source, false);
    let proto = after(&mended, "walkthrough/foo.proto");
    assert!(proto.contains("\nimport \"google/protobuf/timestamp.proto\";\n"));
    assert!(!mended.compilation.has_errors());
}

#[test]
fn only_the_rules_that_are_selected_are_applied() {
    let selection = Selection {
        unsafe_fixes: true,
        rules: vec!["VM0045"],
    };
    let mended = mend(&broken(), &Options::default(), &selection);
    assert!(
        mended
            .fixed
            .iter()
            .all(|fixed| fixed.diagnostic.code == "VM0045")
    );
    let changed: Vec<_> = mended.changes.keys().map(RepoPath::as_str).collect();
    assert_eq!(changed, ["walkthrough/foo.proto"]);
}

#[test]
fn what_is_right_is_left_as_it_is() {
    let source = repo([
        ("vimana.toml", text(SETTINGS)),
        (
            "walkthrough/foo.proto",
            text(&FOO.replace(
                "package bar;",
                "package bar;\nimport \"vimana/options.proto\";",
            )),
        ),
        ("walkthrough/service.txtpb", text(FOO_CONFIG)),
        ("walkthrough/foo-1.0.0.wasm", component(FOO)),
    ]);
    let mended = mended(&source, true);
    assert!(mended.changes.is_empty() && mended.fixed.is_empty());
}
