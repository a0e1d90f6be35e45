use std::collections::{BTreeMap, BTreeSet};

use super::{Levels, Silencer, scan};
use crate::diagnostic::{Diagnostic, Fix, Severity, SourceFiles, Span};
use crate::rules::{Group, Rule, bare_silencer, fixed_rule, unknown_rule, unused_silencer};
use crate::source::RepoPath;

/// The silencers of a repository, by file.
#[derive(Debug, Default)]
pub(crate) struct Silencers {
    by_file: BTreeMap<RepoPath, Vec<Silencer>>,
}

/// A silencer, and one of the codes that it names, by their indices.
type Use<'a> = (&'a RepoPath, usize, usize);

impl Silencers {
    /// Those of `files`.
    pub(crate) fn of(files: &SourceFiles) -> Self {
        let mut silencers = Self::default();
        for (path, file) in files.iter() {
            silencers.add(path, scan(path, file.text()));
        }
        silencers
    }

    /// Adds those of a file.
    pub(crate) fn add(&mut self, file: &RepoPath, silencers: Vec<Silencer>) {
        if !silencers.is_empty() {
            self.by_file.insert(file.clone(), silencers);
        }
    }

    /// What silences `diagnostic`: every silencer that does, not the first alone,
    /// since each is of use if the others go.
    fn uses(&self, diagnostic: &Diagnostic) -> Vec<Use<'_>> {
        let mut uses = Vec::new();
        let Some(span) = diagnostic.primary() else {
            return uses;
        };
        let Some((file, silencers)) = self.by_file.get_key_value(&span.file) else {
            return uses;
        };
        if !Rule::find(diagnostic.code).is_some_and(Rule::silenceable) {
            return uses;
        }
        for (index, silencer) in silencers.iter().enumerate() {
            if !silencer.has_reason || !silencer.covers(span.range.start) {
                continue;
            }
            for (code, named) in silencer.codes.iter().enumerate() {
                if named.code.eq_ignore_ascii_case(diagnostic.code) {
                    uses.push((file, index, code));
                }
            }
        }
        uses
    }

    /// Those of each file that has any.
    pub(crate) fn by_file(&self) -> impl Iterator<Item = (&RepoPath, &[Silencer])> {
        self.by_file
            .iter()
            .map(|(path, silencers)| (path, silencers.as_slice()))
    }

    /// Takes in those of `other`.
    pub(crate) fn extend(&mut self, other: Self) {
        self.by_file.extend(other.by_file);
    }

    fn iter(&self) -> impl Iterator<Item = (&RepoPath, usize, &Silencer)> {
        self.by_file.iter().flat_map(|(file, silencers)| {
            silencers
                .iter()
                .enumerate()
                .map(move |(index, silencer)| (file, index, silencer))
        })
    }
}

/// Brings silencers and levels to bear on the findings of a compilation, and adds
/// what is wrong with the silencers themselves.
pub(crate) fn apply(diagnostics: &mut Vec<Diagnostic>, silencers: &Silencers, levels: &Levels) {
    let mut used = BTreeSet::new();
    diagnostics.retain(|diagnostic| {
        let uses = silencers.uses(diagnostic);
        let is_silenced = !uses.is_empty();
        used.extend(uses);
        !is_silenced
    });
    // What an error keeps from being looked at may well need its silencer.
    let is_complete = !diagnostics.iter().any(is_required_error);
    for (file, index, silencer) in silencers.iter() {
        check(file, silencer, diagnostics);
        if is_complete && silencer.has_reason {
            let is_used = |code| used.contains(&(file, index, code));
            diagnostics.extend(unused(file, silencer, is_used));
        }
    }
    levels.apply(diagnostics);
}

/// Brings silencers and levels to bear on what a comparison found. The
/// compilation has said what is wrong with the silencers themselves.
pub(crate) fn apply_to_changes(
    diagnostics: &mut Vec<Diagnostic>,
    silencers: &Silencers,
    levels: &Levels,
) {
    diagnostics.retain(|diagnostic| silencers.uses(diagnostic).is_empty());
    levels.apply(diagnostics);
}

fn is_required_error(diagnostic: &Diagnostic) -> bool {
    diagnostic.severity == Severity::Error
        && Rule::find(diagnostic.code).is_none_or(|rule| !rule.configurable())
}

/// Reports what is wrong with a silencer as it is written.
fn check(file: &RepoPath, silencer: &Silencer, out: &mut Vec<Diagnostic>) {
    let span = |range| Span::new(file.clone(), range);
    if silencer.codes.is_empty() {
        out.push(unknown_rule::none(span(silencer.comment.clone())));
        return;
    }
    for named in &silencer.codes {
        match Rule::find(&named.code) {
            None => out.push(unknown_rule::diagnostic(
                span(named.range.clone()),
                &named.code,
            )),
            Some(rule) if !rule.silenceable() => {
                out.push(fixed_rule::silenced(span(named.range.clone()), rule));
            }
            Some(_) => {}
        }
    }
    if !silencer.has_reason {
        out.push(bare_silencer::diagnostic(span(silencer.comment.clone())));
    }
}

/// What to say about the codes of a silencer that silence nothing.
fn unused(
    file: &RepoPath,
    silencer: &Silencer,
    is_used: impl Fn(usize) -> bool,
) -> Option<Diagnostic> {
    let (mut unused, mut kept) = (Vec::new(), Vec::new());
    for (index, named) in silencer.codes.iter().enumerate() {
        // What breaks since a base is found where there is one alone.
        let is_known = Rule::find(&named.code)
            .is_some_and(|rule| rule.silenceable() && rule.group() != Group::Breaking);
        let to = if is_known && !is_used(index) {
            &mut unused
        } else {
            &mut kept
        };
        to.push(named.code.as_str());
    }
    if unused.is_empty() {
        return None;
    }
    let fix = if kept.is_empty() {
        let span = Span::new(file.clone(), silencer.removal.clone());
        Fix::safe("remove the silencer", span, "")
    } else {
        let span = Span::new(file.clone(), silencer.codes_range());
        Fix::safe("name the other rules alone", span, kept.join(", "))
    };
    let span = Span::new(file.clone(), silencer.comment.clone());
    Some(unused_silencer::diagnostic(span, &unused, fix))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Level;
    use crate::rules::{extra_export, implicit_options, invalid_proto};

    const FILE: &str = "a.proto";

    /// What is left of a finding of `code` at `needle`, as codes.
    fn left(text: &str, found: &[(&str, &str)], levels: &Levels) -> Vec<Diagnostic> {
        let file = RepoPath::new(FILE).unwrap();
        let mut files = SourceFiles::new();
        files.insert(file.clone(), text.as_bytes());
        let mut diagnostics: Vec<_> = found
            .iter()
            .map(|(code, needle)| {
                let rule = Rule::find(code).unwrap();
                let start = text.find(needle).unwrap();
                let span = Span::new(file.clone(), start..start + needle.len());
                let mut diagnostic = Diagnostic::warning(rule.code(), "found").at(span, "");
                diagnostic.severity = rule.severity();
                diagnostic
            })
            .collect();
        apply(&mut diagnostics, &Silencers::of(&files), levels);
        diagnostics
    }

    fn codes(diagnostics: &[Diagnostic]) -> Vec<&str> {
        diagnostics
            .iter()
            .map(|diagnostic| diagnostic.code)
            .collect()
    }

    fn fixed(text: &str, diagnostic: &Diagnostic) -> String {
        let [fix] = diagnostic.fixes.as_slice() else {
            panic!("{diagnostic:?} has not one fix");
        };
        let [edit] = fix.edits.as_slice() else {
            panic!("{fix:?} has not one edit");
        };
        let mut text = text.to_owned();
        text.replace_range(edit.span.range.clone(), &edit.replacement);
        text
    }

    const IMPLICIT: &str = implicit_options::RULE.code;
    const EXTRA: &str = extra_export::RULE.code;
    const INVALID: &str = invalid_proto::RULE.code;

    #[test]
    fn a_finding_at_the_line_of_a_silencer_or_below_it_is_left_out() {
        for text in [
            "x here; // vimana:allow VM0045 only vimana reads it\n",
            "// vimana:allow VM0045 only vimana reads it\nx here;\n",
            "// vimana:allow vm0059, vm0045 only vimana reads it\nx here;\n",
        ] {
            let found = [(IMPLICIT, "here"), (EXTRA, "here")];
            let found = if text.contains("vm0059") {
                &found[..]
            } else {
                &found[..1]
            };
            assert_eq!(
                codes(&left(text, found, &Levels::default())),
                [""; 0],
                "{text}"
            );
        }
    }

    #[test]
    fn a_silencer_without_a_reason_silences_nothing() {
        let text = "x here; // vimana:allow VM0045\n";
        let left = left(text, &[(IMPLICIT, "here")], &Levels::default());
        assert_eq!(codes(&left), [IMPLICIT, "VM0091"]);
    }

    #[test]
    fn a_silencer_that_silences_nothing_can_be_removed() {
        let text = "a; // vimana:allow VM0045 once\n  // vimana:allow VM0045 twice\nx;\n";
        let left = left(text, &[], &Levels::default());
        assert_eq!(codes(&left), ["VM0090", "VM0090"]);
        assert_eq!(
            fixed(text, &left[0]),
            "a;\n  // vimana:allow VM0045 twice\nx;\n"
        );
        assert_eq!(
            fixed(text, &left[1]),
            "a; // vimana:allow VM0045 once\nx;\n"
        );
    }

    #[test]
    fn of_a_silencer_that_is_of_some_use_only_the_rest_goes() {
        let text = "here; // vimana:allow VM0059,VM0045  why\n";
        let left = left(text, &[(IMPLICIT, "here")], &Levels::default());
        assert_eq!(codes(&left), ["VM0090"]);
        assert_eq!(fixed(text, &left[0]), "here; // vimana:allow VM0045  why\n");
    }

    #[test]
    fn a_silencer_is_not_called_unused_where_an_error_may_hide_what_it_is_for() {
        let text = "here; // vimana:allow VM0045 why\n";
        let left = left(text, &[(INVALID, "here")], &Levels::default());
        assert_eq!(codes(&left), [INVALID]);
    }

    #[test]
    fn an_error_without_which_there_is_no_graph_cannot_be_silenced() {
        let text = "here; // vimana:allow VM0040, VM0090 why\n";
        let left = left(text, &[(INVALID, "here")], &Levels::default());
        assert_eq!(codes(&left), [INVALID, "VM0093", "VM0093"]);
    }

    #[test]
    fn a_silencer_of_an_unknown_rule_offers_the_nearest() {
        let text = "here; // vimana:allow VM0047, implicit-options why\n// vimana:allow\n";
        let left = left(text, &[], &Levels::default());
        assert_eq!(codes(&left), ["VM0092", "VM0092", "VM0092"]);
        assert_eq!(
            left[0].help.as_deref(),
            Some("did you mean `VM0046`, invalid interface?")
        );
        assert_eq!(
            left[1].help.as_deref(),
            Some("did you mean `VM0045`, implicit options?")
        );
    }

    #[test]
    fn levels_hold_for_what_is_found_and_for_what_is_said_about_silencers() {
        let text = "here;\nthere; // vimana:allow VM0059 why\n";
        let mut levels = Levels::default();
        levels.set(Rule::find("VM0045").unwrap(), Level::Error);
        levels.set(Rule::find("VM0090").unwrap(), Level::Off);
        let left = left(text, &[(IMPLICIT, "here"), (EXTRA, "here")], &levels);
        let expected = [(IMPLICIT, Severity::Error), (EXTRA, Severity::Warning)];
        let found: Vec<_> = left
            .iter()
            .map(|found| (found.code, found.severity))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_silencer_of_a_rule_that_is_off_is_not_unused() {
        let text = "here; // vimana:allow VM0045 why\n";
        let mut levels = Levels::default();
        levels.set(Rule::find("VM0045").unwrap(), Level::Off);
        assert_eq!(codes(&left(text, &[(IMPLICIT, "here")], &levels)), [""; 0]);
    }
}
