use vimana_compiler::breaking::{Accepted, Class, Level};

use crate::{compared, findings, repository, things};

const TWO: &str = "string name = 1; int32 age = 2;";
const ONE: &str = "string name = 1;";

#[test]
fn equal_states_have_nothing_to_tell() {
    let source = repository(&[things("1.0.0", TWO)], "");
    let outcome = compared(&source, &source);
    assert_eq!(findings(&outcome), "");
    assert_eq!(outcome.report.unchanged, 1);
    assert!(outcome.report.services.is_empty());
}

#[test]
fn comments_and_spaces_may_change_in_any_version() {
    let base = repository(&[things("1.0.0", TWO)], "");
    let head = repository(&[things("1.0.0", &format!("// Who.\n  {TWO}"))], "");
    let outcome = compared(&base, &head);
    assert_eq!(findings(&outcome), "");
    assert_eq!(outcome.report.unchanged, 1);
}

#[test]
fn a_breaking_change_in_an_unchanged_version_is_an_error_that_offers_the_bump() {
    let base = repository(&[things("1.2.0", TWO)], "");
    let head = repository(&[things("1.2.0", ONE)], "");
    let outcome = compared(&base, &head);
    assert_eq!(
        findings(&outcome),
        "VM0271 error a/a-1.2.0.proto:4: components that were built against `get` no longer fit\n\
         VM0200 error a/a-1.2.0.proto:7: `example.com:a.Things` is changed since `main` and still has the version `1.2.0`; expected `2.0.0`\n\
         VM0240 error a/a-1.2.0.proto:11: field `age` of `a.Request` is removed\n"
    );
    let fix = &outcome.diagnostics[1].fixes[0];
    let edit = &fix.edits[0];
    let text = outcome.files.get(&edit.span.file).unwrap().text();
    assert_eq!(&text[edit.span.range.clone()], "\"1.2.0\"");
    assert_eq!(edit.replacement, "\"2.0.0\"");

    let version = &outcome.report.services[0].versions[0];
    assert_eq!(version.needed.as_deref(), Some("2.0.0"));
    assert_eq!(version.level, Some(Level::Major));
    assert_eq!(version.breaks, [Class::Source, Class::Wire, Class::Json]);
    assert!(!version.sufficient);
}

#[test]
fn an_addition_needs_a_minor_version() {
    let base = repository(&[things("1.2.0", ONE)], "");
    for (version, expected) in [
        (
            "1.2.0",
            "VM0200 error a/a-1.2.0.proto:7: `example.com:a.Things` is changed since `main` and still has the version `1.2.0`; expected `1.3.0`",
        ),
        (
            "1.2.1",
            "VM0201 error a/a-1.2.1.proto:7: `example.com:a.Things` goes from `1.2.0` at `main` to `1.2.1`; expected at least `1.3.0`",
        ),
    ] {
        let head = repository(&[things(version, TWO)], "");
        let found = findings(&compared(&base, &head));
        assert!(found.contains(expected), "{found}");
        assert!(found.contains("VM0271"), "{found}");
    }
    let head = repository(&[things("1.3.0", TWO)], "");
    let outcome = compared(&base, &head);
    assert_eq!(findings(&outcome), "");
    let service = &outcome.report.services[0];
    assert_eq!(service.removed_versions, ["1.2.0"]);
    let version = &service.versions[0];
    assert_eq!(version.additions, ["field `age` of `a.Request`"]);
    assert!(version.sufficient);
    assert!(version.breaks.is_empty());
}

#[test]
fn a_new_major_version_accepts_what_breaks_and_the_report_says_so() {
    let base = repository(&[things("1.2.0", TWO)], "");
    let head = repository(&[things("2.0.0", ONE)], "");
    let outcome = compared(&base, &head);
    assert_eq!(findings(&outcome), "");
    let version = &outcome.report.services[0].versions[0];
    assert_eq!(version.breaks, [Class::Source, Class::Wire, Class::Json]);
    assert!(version.sufficient);
    let accepted: Vec<_> = version
        .changes
        .iter()
        .map(|change| (change.code.as_str(), change.accepted.clone()))
        .collect();
    let by_version = Some(Accepted::Version);
    assert_eq!(
        accepted,
        [("VM0240", by_version.clone()), ("VM0271", by_version)]
    );
    assert_eq!(
        outcome.report.to_text(),
        "compared with `main`: 1 service changed, 0 unchanged\n  \
           example.com:a.Things 1.2.0 -> 2.0.0: breaks source, wire, json; 2.0.0 is enough\n    \
             VM0240 field `age` of `a.Request` is removed (accepted by the version 2.0.0)\n    \
             VM0271 components that were built against `get` no longer fit (accepted by the version 2.0.0)\n  \
           example.com:a.Things 1.2.0: removed\n"
    );
}

#[test]
fn before_the_first_major_version_the_minor_one_counts_as_it() {
    let base = repository(&[things("0.2.0", TWO)], "");
    for (version, is_enough) in [("0.2.1", false), ("0.3.0", true), ("1.0.0", true)] {
        let head = repository(&[things(version, ONE)], "");
        let found = findings(&compared(&base, &head));
        assert_eq!(found.is_empty(), is_enough, "{version}: {found}");
    }
    let base = repository(&[things("0.2.0", ONE)], "");
    let head = repository(&[things("0.2.1", TWO)], "");
    assert_eq!(findings(&compared(&base, &head)), "");
}

#[test]
fn each_version_is_compared_with_itself_and_a_new_one_with_the_one_below_it() {
    let config =
        "version { version: \"1.0.0\" weight: 1 }\nversion { version: \"2.0.0\" weight: 1 }\n";
    let base = repository(&[things("1.0.0", TWO), things("2.0.0", ONE)], config);

    // 1.1.0 goes on from 1.0.0, not from 2.0.0, of which it lacks nothing.
    let config = format!("{config}version {{ version: \"1.1.0\" weight: 1 }}\n");
    let more = format!("{TWO} bool old = 3;");
    let definitions = [
        things("1.0.0", TWO),
        things("1.1.0", &more),
        things("2.0.0", ONE),
    ];
    let outcome = compared(&base, &repository(&definitions, &config));
    assert_eq!(findings(&outcome), "");
    let versions: Vec<_> = outcome.report.services[0]
        .versions
        .iter()
        .map(|version| (version.from.as_str(), version.to.as_str()))
        .collect();
    assert_eq!(versions, [("1.0.0", "1.1.0")]);

    // Both versions of old are held to what they said.
    let changed = [
        things("1.0.0", ONE),
        things("1.1.0", &more),
        things("2.0.0", "bytes name = 1;"),
    ];
    let found = findings(&compared(&base, &repository(&changed, &config)));
    let codes: Vec<_> = found.lines().map(|line| &line[..6]).collect();
    assert_eq!(
        codes,
        ["VM0271", "VM0200", "VM0240", "VM0271", "VM0200", "VM0244"]
    );
}

#[test]
fn a_version_that_goes_back_behind_what_others_use_is_too_small() {
    let base = repository(&[things("1.2.0", TWO)], "");
    let head = repository(&[things("1.1.0", ONE)], "");
    let found = findings(&compared(&base, &head));
    assert!(
        found.contains("VM0201 error a/a-1.1.0.proto:7: `example.com:a.Things` goes from `1.2.0` at `main` to `1.1.0`; expected at least `2.0.0`"),
        "{found}"
    );
}

#[test]
fn what_does_not_compile_in_the_base_is_said_and_the_rest_is_compared() {
    let base = repository(&[things("1.2.0", TWO)], "");
    let mut broken = repository(&[things("1.2.0", TWO)], "limits { memory: \"lots\" }");
    let head = repository(&[things("1.2.0", ONE)], "");
    let found = findings(&compared(&broken, &head));
    assert!(
        found.starts_with(
            "VM0207 warning -: `main` has an error: only what compiles there is compared\n"
        ),
        "{found}"
    );
    assert!(found.contains("VM0240"), "{found}");

    let a_component = things("1.2.0", TWO);
    let mut files = repository(&[a_component], "");
    let path = "a/a-1.2.0.proto".parse().unwrap();
    files.insert(path, things("1.2.0", "oops"));
    broken = files;
    let outcome = compared(&broken, &base);
    assert_eq!(
        outcome.report.to_text(),
        "compared with `main`: 1 service changed, 0 unchanged\n  \
           example.com:a.Things: not compared, since one side does not compile\n"
    );
}
