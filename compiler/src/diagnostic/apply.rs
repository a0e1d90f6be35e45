use std::collections::BTreeMap;
use std::ops::Range;

use super::{Diagnostic, Edit, Fix, Safety};
use crate::source::RepoPath;

/// Which fixes are applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// Whether also those that are only the likeliest.
    pub unsafe_fixes: bool,
    /// Of which rules; empty for all.
    pub rules: Vec<&'static str>,
}

impl Selection {
    /// The fix of `diagnostic` that would be applied: its first, if that is
    /// selected.
    #[must_use]
    pub fn fix<'d>(&self, diagnostic: &'d Diagnostic) -> Option<&'d Fix> {
        let is_selected = self.rules.is_empty() || self.rules.contains(&diagnostic.code);
        diagnostic
            .fixes
            .first()
            .filter(|fix| is_selected && (self.unsafe_fixes || fix.safety == Safety::Safe))
    }
}

/// The outcome of [`apply`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Applied {
    /// The files that changed, with their new text.
    pub texts: BTreeMap<RepoPath, String>,
    /// The diagnostics whose fix was applied, as indices.
    pub fixed: Vec<usize>,
    /// Those whose fix would touch what another one changes, as indices.
    pub deferred: Vec<usize>,
}

/// Applies the selected fix of each diagnostic, in their order. One that touches
/// what an earlier one changes is deferred, whole. One that does not fit its
/// file is passed over. `text` gives the text that the spans are in.
pub fn apply<'t>(
    diagnostics: &[Diagnostic],
    selection: &Selection,
    text: impl Fn(&RepoPath) -> Option<&'t str>,
) -> Applied {
    let mut applied = Applied::default();
    let mut accepted: BTreeMap<&RepoPath, Edits<'_>> = BTreeMap::new();
    for (index, diagnostic) in diagnostics.iter().enumerate() {
        let Some(fix) = selection.fix(diagnostic) else {
            continue;
        };
        let fits = |edit: &Edit| {
            text(&edit.span.file).is_some_and(|text| text.get(edit.span.range.clone()).is_some())
        };
        if fix.edits.is_empty() || !fix.edits.iter().all(fits) {
            continue;
        }
        let is_there = |edit: &Edit| {
            let edits = accepted.get(&edit.span.file);
            edits.is_some_and(|edits| edits.has(edit))
        };
        if fix.edits.iter().all(is_there) {
            // Another finding at the same place has the same remedy.
            applied.fixed.push(index);
            continue;
        }
        if insert(&mut accepted, &fix.edits) {
            applied.fixed.push(index);
        } else {
            applied.deferred.push(index);
        }
    }
    for (file, edits) in accepted {
        if let Some(before) = text(file) {
            let after = edits.replace(before);
            if after != before {
                applied.texts.insert(file.clone(), after);
            }
        }
    }
    applied
}

/// Accepts all of `edits`, or none where one of them touches what is accepted.
fn insert<'d>(accepted: &mut BTreeMap<&'d RepoPath, Edits<'d>>, edits: &'d [Edit]) -> bool {
    for (done, edit) in edits.iter().enumerate() {
        if accepted.entry(&edit.span.file).or_default().insert(edit) {
            continue;
        }
        for undone in &edits[..done] {
            accepted
                .entry(&undone.span.file)
                .or_default()
                .remove(undone);
        }
        return false;
    }
    true
}

/// Edits of one file by where they begin; no two touch the same bytes.
#[derive(Debug, Clone, Default)]
struct Edits<'d>(BTreeMap<(usize, usize), &'d str>);

impl<'d> Edits<'d> {
    fn has(&self, edit: &Edit) -> bool {
        let Range { start, end } = edit.span.range;
        self.0.get(&(start, end)) == Some(&edit.replacement.as_str())
    }

    /// False where the edit touches what another one changes.
    fn insert(&mut self, edit: &'d Edit) -> bool {
        let range = &edit.span.range;
        let before = self.0.range(..=(range.start, usize::MAX)).next_back();
        let after = self.0.range((range.start, 0)..).next();
        let touches = |other: Option<(&(usize, usize), &&str)>| {
            other.is_some_and(|((start, end), _)| touch(range, &(*start..*end)))
        };
        if touches(before) || touches(after) {
            return false;
        }
        self.0.insert((range.start, range.end), &edit.replacement);
        true
    }

    fn remove(&mut self, edit: &Edit) {
        self.0.remove(&(edit.span.range.start, edit.span.range.end));
    }

    fn replace(&self, text: &str) -> String {
        let mut replaced = String::with_capacity(text.len());
        let mut at = 0;
        for ((start, end), replacement) in &self.0 {
            replaced.push_str(&text[at..*start]);
            replaced.push_str(replacement);
            at = *end;
        }
        replaced.push_str(&text[at..]);
        replaced
    }
}

/// Whether two ranges have a byte in common. An insertion has none, but its
/// place must be clear: it may not be within another range, nor at its edge.
fn touch(a: &Range<usize>, b: &Range<usize>) -> bool {
    if a.is_empty() || b.is_empty() {
        a.start <= b.end && b.start <= a.end
    } else {
        a.start < b.end && b.start < a.end
    }
}

#[cfg(test)]
mod tests;
