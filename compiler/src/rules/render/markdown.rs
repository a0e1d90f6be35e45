//! The reference of all rules, as `docs/src/reference/rules.md` holds it.

use std::fmt::Write as _;

use crate::diagnostic::Severity;
use crate::rules::{ALL, Group, Rule};

/// The whole page: a table of each group, then the rules.
#[must_use]
pub fn render() -> String {
    let mut page = String::from(
        "# Rules\n\n\
         Everything that `vimana check` can find. `vimana explain CODE` prints a rule, and\n\
         `vimana explain --list` all of them. A *fixed* rule is an error without which there is\n\
         no valid graph; the others can be [set or silenced](../how-to/set-and-silence-rules.md).\n",
    );
    for group in Group::ALL {
        write_table(&mut page, *group);
    }
    for rule in ALL {
        write_rule(&mut page, rule);
    }
    page
}

fn write_table(page: &mut String, group: Group) {
    let _ = write!(
        page,
        "\n{}\n\n| code | | rule |\n|---|---|---|\n",
        group.about()
    );
    for rule in ALL.iter().filter(|rule| rule.group() == group) {
        let _ = writeln!(
            page,
            "| [{code}](#{anchor}) | {level} | {title} |",
            code = rule.code(),
            anchor = rule.code().to_lowercase(),
            level = level(rule),
            title = rule.title()
        );
    }
}

/// The rule's own headings become bold: the contents of the page are the rules.
fn write_rule(page: &mut String, rule: &Rule) {
    let anchor = rule.code().to_lowercase();
    let _ = write!(
        page,
        "\n## {}: {} {{#{anchor}}}\n\n*{}, {}*\n",
        rule.code(),
        rule.title(),
        rule.group().name().replace('_', " "),
        level(rule)
    );
    let mut is_code = false;
    for line in rule.page().lines().skip(1) {
        is_code ^= line.starts_with("```");
        match line.strip_prefix("## ") {
            Some(heading) if !is_code => {
                let _ = writeln!(page, "**{heading}**");
            }
            _ => {
                page.push_str(line);
                page.push('\n');
            }
        }
    }
}

fn level(rule: &Rule) -> &'static str {
    match (rule.severity(), rule.configurable()) {
        (Severity::Error, false) => "error, fixed",
        (Severity::Error, true) => "error",
        (Severity::Warning, _) => "warning",
    }
}
