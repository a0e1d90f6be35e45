//! Mending: the fixes that diagnostics carry, applied until none is left.

use std::collections::BTreeMap;

use crate::compile::{Options, compile};
use crate::desired::Compilation;
use crate::diagnostic::{Diagnostic, LineColumn, Selection, SourceFile, apply};
use crate::source::{Overlay, RepoPath, Source};

/// How often a repository is compiled at most: one fix may make way for another.
const MAX_ROUNDS: usize = 100;

/// What [`mend`] would change.
#[derive(Debug)]
pub struct Mended {
    /// The files that change.
    pub changes: BTreeMap<RepoPath, Change>,
    /// What is fixed, in the order in which it was.
    pub fixed: Vec<Fixed>,
    /// What the repository compiles to with the changes.
    pub compilation: Compilation,
    /// Whether no fix is left; false where fixes undo one another.
    pub is_settled: bool,
}

/// The text of a file before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// As it was read.
    pub before: String,
    /// With all fixes.
    pub after: String,
}

/// A finding that was fixed.
#[derive(Debug, Clone)]
pub struct Fixed {
    /// The finding.
    pub diagnostic: Diagnostic,
    /// Where it was, in the text of its round.
    pub place: Option<LineColumn>,
    /// What its fix does.
    pub title: String,
}

/// Compiles `source` and applies the selected fixes, again and again until there
/// are none. Writes nothing.
pub fn mend(source: &dyn Source, options: &Options, selection: &Selection) -> Mended {
    let mut overlay = Overlay::new(source);
    let mut changes: BTreeMap<RepoPath, Change> = BTreeMap::new();
    let mut fixed = Vec::new();
    let mut round = 0;
    loop {
        let compilation = compile(&overlay, options);
        let files = &compilation.files;
        let applied = apply(&compilation.diagnostics, selection, |path| {
            files
                .get(path)
                .filter(|file| !file.is_binary())
                .map(SourceFile::text)
        });
        let is_settled = applied.texts.is_empty();
        if is_settled || round == MAX_ROUNDS {
            changes.retain(|_, change| change.before != change.after);
            return Mended {
                changes,
                fixed,
                compilation,
                is_settled,
            };
        }
        fixed.extend(applied.fixed.iter().filter_map(|index| {
            let diagnostic = compilation.diagnostics.get(*index)?;
            let place = diagnostic.primary().and_then(|at| files.line_column(at));
            Some(Fixed {
                title: selection.fix(diagnostic)?.title.clone(),
                place,
                diagnostic: diagnostic.clone(),
            })
        }));
        for (path, after) in applied.texts {
            overlay.insert(path.clone(), &after);
            let before = || files.get(&path).map_or("", |file| file.text()).to_owned();
            changes
                .entry(path.clone())
                .and_modify(|change| change.after.clone_from(&after))
                .or_insert_with(|| Change {
                    before: before(),
                    after,
                });
        }
        round += 1;
    }
}
