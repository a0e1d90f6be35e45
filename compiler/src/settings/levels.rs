use super::shape;
use crate::diagnostic::{Diagnostic, Fix, Span};
use crate::document::{Data, Fields, Table};
use crate::policy::{Level, Levels};
use crate::rules::{Rule, fixed_rule, invalid_value, list, nearest, unknown_rule};
use crate::source::RepoPath;

/// Reads `[check.rules]` of `vimana.toml`.
pub(super) fn read(file: &RepoPath, root: &Table, out: &mut Vec<Diagnostic>) -> Levels {
    let mut levels = Levels::default();
    let Some((key, value)) = root.get("check") else {
        return levels;
    };
    let Some(mut check) = Fields::of(file, "`[check]`", key.range.clone(), value, out) else {
        return levels;
    };
    check.allow(&shape::CHECK, out);
    let Some(value) = check.get("rules") else {
        return levels;
    };
    let Data::Table(rules) = &value.data else {
        check.wrong_type::<()>("rules", value, "a table", &value.data, out);
        return levels;
    };
    let span = |range: &std::ops::Range<usize>| Span::new(file.clone(), range.clone());
    for (key, value) in &rules.entries {
        let Some(rule) = Rule::find(&key.text) else {
            out.push(unknown_rule::diagnostic(span(&key.range), &key.text));
            continue;
        };
        if !rule.configurable() {
            out.push(fixed_rule::set(span(&key.range), rule));
            continue;
        }
        let Data::String(name) = &value.data else {
            out.push(invalid_value::wrong_type(
                span(&value.range),
                &format!("`{}` of `[check.rules]`", key.text),
                "a string",
                value.data.describe(),
            ));
            continue;
        };
        match Level::find(name) {
            Some(level) => levels.set(rule, level),
            None => out.push(bad_level(span(&value.range), name)),
        }
    }
    levels
}

fn bad_level(span: Span, name: &str) -> Diagnostic {
    let names = Level::ALL.map(Level::as_str);
    let diagnostic =
        invalid_value::diagnostic(span.clone(), format!("`{name}` is no level of a rule"));
    match nearest(name, names) {
        Some(near) => diagnostic
            .help(format!("did you mean `{near}`?"))
            .fix(Fix::likely(
                format!("write `\"{near}\"`"),
                span,
                format!("\"{near}\""),
            )),
        None => diagnostic.help(format!("the levels are {}", list(&names))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::toml;

    fn levels(text: &str) -> (Levels, Vec<Diagnostic>) {
        let (table, errors) = toml::parse(text);
        assert_eq!(errors, []);
        let mut out = Vec::new();
        let file = RepoPath::new("vimana.toml").unwrap();
        (read(&file, &table, &mut out), out)
    }

    #[test]
    fn rules_are_set_by_their_codes() {
        let (levels, out) = levels("[check.rules]\nVM0045 = \"off\"\nvm0059 = \"error\"\n");
        assert_eq!(out, []);
        assert_eq!(levels.get("VM0045"), Some(Level::Off));
        assert_eq!(levels.get("VM0059"), Some(Level::Error));
        assert_eq!(levels.get("VM0060"), None);
    }

    #[test]
    fn what_cannot_be_set_is_reported_at_its_place() {
        let text =
            "[check.rules]\nVM0045 = \"of\"\nVM9999 = \"off\"\nVM0040 = \"off\"\nVM0059 = 1\n";
        let (levels, out) = levels(text);
        assert_eq!(levels, Levels::default());
        let found: Vec<_> = out
            .iter()
            .map(|found| (found.code, &text[found.primary().unwrap().range.clone()]))
            .collect();
        let expected = [
            ("VM0034", "\"of\""),
            ("VM0092", "VM9999"),
            ("VM0093", "VM0040"),
            ("VM0034", "1"),
        ];
        assert_eq!(found, expected);
        assert_eq!(out[0].help.as_deref(), Some("did you mean `off`?"));
    }

    #[test]
    fn what_is_no_table_is_reported() {
        for text in ["check = 1", "[check]\nrules = []", "[check]\nrule = {}"] {
            assert_eq!(levels(text).1.len(), 1, "{text}");
        }
    }
}
