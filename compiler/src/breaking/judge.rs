//! Which changes of a pair of definitions are errors, and which version would do.

use semver::Version;

use super::bump;
use super::change::{Change, Class, Classes, Level, Spot};
use super::compare::{self, Claim, Definition, Differences};
use super::locate::Locator;
use super::report::{Accepted, ReportedChange, VersionReport};
use super::state::Place;
use crate::diagnostic::{Diagnostic, Span};
use crate::rules::{
    insufficient_version, unused_allowance, unversioned_change, wit_signature_changed,
};
use crate::service_config::{Allowance, ServiceConfig};
use crate::source::RepoPath;

/// The name of a service's configuration.
const CONFIG: &str = "service.txtpb";

/// How many additions a finding names.
const NAMED: usize = 3;

/// Decides on changes, and says where they are.
pub(super) struct Judge<'j, 's> {
    pub(super) base_label: &'j str,
    pub(super) head_files: &'j mut Locator<'s>,
    pub(super) base_files: Option<&'j mut Locator<'s>>,
    pub(super) out: &'j mut Vec<Diagnostic>,
}

/// Two definitions of a service.
pub(super) struct Subject<'j> {
    pub(super) service: &'j str,
    pub(super) from: &'j Definition,
    pub(super) to: &'j Definition,
    pub(super) from_place: &'j Place,
    pub(super) to_place: &'j Place,
    /// Whether `to` is the newest definition of the head.
    pub(super) is_newest: bool,
}

impl Judge<'_, '_> {
    /// Compares two definitions and reports what is wrong; none where nothing
    /// changed that anybody sees. `more` are changes that definitions do not show.
    pub(super) fn pair(
        &mut self,
        subject: &Subject<'_>,
        claims: &[Claim],
        more: Vec<Change>,
    ) -> Option<VersionReport> {
        let mut found = compare::compare(subject.from, subject.to, claims);
        found.changes.splice(0..0, more);
        let (from, to) = (&subject.from.version, &subject.to.version);
        if found.changes.is_empty() && found.additions.is_empty() && from == to {
            return None;
        }
        let accepted = self.accept(subject, &found);
        let level = needed_level(&found, &accepted);
        let needed = level.map(|level| bump::needed(from, level));
        let sufficient = level.is_none_or(|level| bump::suffices(from, to, level));
        for (change, accepted) in found.changes.iter().zip(&accepted) {
            if accepted.is_none() {
                let diagnostic = self.diagnostic(subject, change);
                self.out.push(diagnostic);
            }
        }
        if let (false, Some(needed)) = (sufficient, &needed) {
            self.wrong_version(subject, needed, &found);
        }
        Some(report(subject, &found, accepted, level, needed, sufficient))
    }

    /// Why each of the changes is no error.
    fn accept(&mut self, subject: &Subject<'_>, found: &Differences) -> Vec<Option<Accepted>> {
        let (from, to) = (&subject.from.version, &subject.to.version);
        let entries = self.allowances(subject);
        let mut is_used = vec![false; entries.len()];
        let mut accepted: Vec<Option<Accepted>> = found
            .changes
            .iter()
            .map(|change| {
                // An entry is used even where the version would do without it.
                let entry = entries.iter().position(|entry| entry.accepts(change, to));
                if let Some(index) = entry {
                    is_used[index] = true;
                }
                if bump::suffices(from, to, change.level) {
                    return Some(Accepted::Version);
                }
                entry.map(|index| Accepted::Allowance {
                    reason: entries[index].reason.clone(),
                })
            })
            .collect();
        accept_consequence(found, &mut accepted);
        for (entry, is_used) in entries.iter().zip(is_used) {
            if !is_used && entry.version.as_ref().is_none_or(|version| version == to) {
                self.out.push(unused_allowance::diagnostic(
                    entry.span.clone(),
                    entry.entry.clone(),
                    self.base_label,
                ));
            }
        }
        accepted
    }

    /// The entries `breaking` beside a definition that can be about it.
    fn allowances(&mut self, subject: &Subject<'_>) -> Vec<Allowance> {
        let path = subject.to_place.folder().join(CONFIG);
        let Some((path, text)) = path
            .ok()
            .and_then(|path| Some((path.clone(), self.head_files.text(&path)?)))
        else {
            return Vec::new();
        };
        // What is wrong with the file, the compilation has told.
        let (config, _) = ServiceConfig::read(&path, &text);
        let to = &subject.to.version;
        config
            .allowances()
            .iter()
            .filter(|entry| match &entry.version {
                Some(version) => version == to,
                None => subject.is_newest,
            })
            .cloned()
            .collect()
    }

    fn diagnostic(&mut self, subject: &Subject<'_>, change: &Change) -> Diagnostic {
        let mut diagnostic = change.rule.diagnostic(&change.message);
        let folder = subject.to_place.folder();
        let span = change
            .head
            .as_ref()
            .and_then(|spot| span(self.head_files, &folder, spot))
            .or_else(|| subject.to_place.file.clone().map(Span::start_of));
        if let Some(span) = span {
            diagnostic = diagnostic.at(span, &change.label);
        }
        diagnostic = diagnostic.note(format!("breaks {}", change.classes));
        if let Some(spot) = &change.base {
            let folder = subject.from_place.folder();
            let line = self
                .base_files
                .as_deref_mut()
                .and_then(|files| line(files, &folder, spot));
            let place = match line {
                Some(line) => format!("`{}:{line}`", self.base_label),
                None => base_place(self.base_label, subject.from_place),
            };
            diagnostic = diagnostic.note(format!("it was `{}`, at {place}", change.was));
        }
        for note in &change.notes {
            diagnostic = diagnostic.note(note);
        }
        match &change.help {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        }
    }

    /// Says which version would do.
    fn wrong_version(&mut self, subject: &Subject<'_>, needed: &Version, found: &Differences) {
        let (from, to) = (&subject.from.version, &subject.to.version);
        let span = subject.to_place.file.as_ref().and_then(|path| {
            self.head_files
                .service_option(path, &subject.to.service, "version")
        });
        let part = bump::part(from, needed);
        let mut diagnostic = if from == to {
            unversioned_change::diagnostic(
                span,
                subject.service,
                self.base_label,
                [to, needed],
                part,
            )
        } else {
            let versions = [from, to, needed];
            insufficient_version::diagnostic(span, subject.service, self.base_label, versions, part)
        };
        if !found.additions.is_empty() {
            let (named, rest) = found.additions.split_at(found.additions.len().min(NAMED));
            let named = named.join(", ");
            diagnostic = diagnostic.note(match rest.len() {
                0 => format!("new: {named}"),
                rest => format!("new: {named} and {rest} more"),
            });
        }
        if from.major == 0 && from.pre.is_empty() {
            diagnostic = diagnostic
                .note("before 1.0.0 the minor version counts as the major one, the patch version as the minor one");
        }
        self.out.push(diagnostic);
    }
}

/// That components have to be built anew follows from changes that are all
/// accepted, where nothing is new.
fn accept_consequence(found: &Differences, accepted: &mut [Option<Accepted>]) {
    let is_consequence = |change: &Change| change.rule.code == wit_signature_changed::RULE.code;
    let others_accepted = found
        .changes
        .iter()
        .zip(accepted.iter())
        .all(|(change, accepted)| is_consequence(change) || accepted.is_some());
    let reason = accepted
        .iter()
        .flatten()
        .find(|accepted| matches!(accepted, Accepted::Allowance { .. }))
        .cloned();
    let Some(reason) = reason.filter(|_| others_accepted && found.additions.is_empty()) else {
        return;
    };
    for (change, accepted) in found.changes.iter().zip(accepted) {
        if is_consequence(change) && accepted.is_none() {
            *accepted = Some(reason.clone());
        }
    }
}

/// How far the changes reach, those left out that an entry accepts.
fn needed_level(found: &Differences, accepted: &[Option<Accepted>]) -> Option<Level> {
    let changes = found
        .changes
        .iter()
        .zip(accepted)
        .filter(|(_, accepted)| !matches!(accepted, Some(Accepted::Allowance { .. })))
        .map(|(change, _)| change.level);
    let additions = (!found.additions.is_empty()).then_some(Level::Minor);
    changes.chain(additions).max()
}

fn report(
    subject: &Subject<'_>,
    found: &Differences,
    accepted: Vec<Option<Accepted>>,
    level: Option<Level>,
    needed: Option<Version>,
    sufficient: bool,
) -> VersionReport {
    let breaks = found
        .changes
        .iter()
        .filter(|change| change.level == Level::Major)
        .fold(Classes::NONE, |all, change| all.and(change.classes));
    VersionReport {
        from: subject.from.version.to_string(),
        to: subject.to.version.to_string(),
        level,
        needed: needed.map(|version| version.to_string()),
        sufficient,
        breaks: breaks.iter().collect::<Vec<Class>>(),
        changes: found
            .changes
            .iter()
            .zip(accepted)
            .map(|(change, accepted)| reported(change, accepted))
            .collect(),
        additions: found.additions.clone(),
    }
}

pub(super) fn reported(change: &Change, accepted: Option<Accepted>) -> ReportedChange {
    ReportedChange {
        code: change.rule.code.to_owned(),
        level: change.level,
        breaks: change.classes.iter().collect(),
        element: change.element.clone(),
        message: change.message.clone(),
        accepted,
    }
}

/// Where a resource of the base is written.
pub(super) fn base_place(label: &str, place: &Place) -> String {
    match &place.commit {
        Some(_) => place.describe(),
        None => format!("`{label}`, {}", place.describe()),
    }
}

fn span(files: &mut Locator<'_>, folder: &RepoPath, spot: &Spot) -> Option<Span> {
    match &spot.service {
        Some((service, field)) => {
            let path = RepoPath::new(&spot.file).ok()?;
            files.service_option(&path, service, field.unwrap_or_default())
        }
        None => files.span(folder, spot),
    }
}

fn line(files: &mut Locator<'_>, folder: &RepoPath, spot: &Spot) -> Option<String> {
    let span = span(files, folder, spot)?;
    files.line(&span)
}
