//! The page about the rules is made of the rules.

use std::fmt::Write as _;
use std::path::Path;

use vimana_compiler::breaking::Class;
use vimana_compiler::rules::{ALL, Group};

const HEAD: &str = "# Rules about breaking changes

What `vimana check --base REV` and `vimana check --against-live` find, and [whom it breaks](../how-to/breaking-changes.md#whom-it-breaks). Where a cell has an `x`, the rule can find
that class broken; which ones a change breaks, its finding tells. `vimana explain CODE` tells more about each.

| code | finds | source | wire | json |
|---|---|---|---|---|
";

#[test]
fn the_page_lists_every_rule_with_its_classes() {
    let mut page = HEAD.to_owned();
    let rules = ALL.iter().filter(|rule| rule.group() == Group::Breaking);
    for rule in rules.clone().filter(|rule| !rule.breaks().is_empty()) {
        write!(page, "| `{}` | {} |", rule.code(), rule.title()).unwrap();
        for class in Class::ALL {
            let mark = if rule.breaks().has(class) { "x" } else { "" };
            write!(page, " {mark} |").unwrap();
        }
        page.push('\n');
    }
    page.push_str("\nAbout versions and about what is accepted:\n\n| code | finds | severity |\n|---|---|---|\n");
    for rule in rules.filter(|rule| rule.breaks().is_empty()) {
        let severity = format!("{:?}", rule.severity()).to_lowercase();
        writeln!(
            page,
            "| `{}` | {} | {severity} |",
            rule.code(),
            rule.title()
        )
        .unwrap();
    }
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/src/reference/breaking-rules.md");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == page,
        "{} is out of date: run the tests with BLESS=1",
        path.display()
    );
}
