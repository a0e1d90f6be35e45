//! Virtual pods of both sides. They have no versions, so every break is told.

use super::change::Change;
use super::judge::{base_place, reported};
use super::report::ReportedChange;
use super::state::{Place, PodState, State};
use crate::diagnostic::{Diagnostic, SourceFiles, Span};
use crate::rules::{
    session_removed, vpod_function_removed, vpod_network_changed, vpod_parameters_changed,
    vpod_removed,
};
use crate::source::{MAX_FILE_BYTES, RepoPath, read_text};
use crate::vpods::{ExportKind, Signature};

/// Compares the sessions and vpods of both sides.
pub(super) fn compare(
    base: &State<'_>,
    head: &State<'_>,
    files: &mut SourceFiles,
    out: &mut Vec<Diagnostic>,
) -> Vec<ReportedChange> {
    // What the head says wrongly is not there, and is told as such.
    if head.errors > 0 && head.pods.is_empty() {
        return Vec::new();
    }
    let mut vpods = Comparison {
        base,
        head,
        files,
        out,
        reported: Vec::new(),
    };
    for (name, place) in &base.sessions {
        if !head.sessions.contains_key(name) {
            let around = place.file.clone().map(|file| (file, 0));
            vpods.report(session_removed::change(name), place, around);
        }
    }
    for ((session, name), pod) in &base.pods {
        let key = (session.clone(), name.clone());
        match (head.sessions.get(session), head.pods.get(&key)) {
            (Some(_), Some(new)) => vpods.both(pod, new),
            (Some(around), None) => {
                let around = around.file.clone().map(|file| (file, around.line));
                vpods.report(vpod_removed::change(session, name), &pod.place, around);
            }
            // With its session, which is told.
            (None, _) => {}
        }
    }
    vpods.reported
}

struct Comparison<'c, 's> {
    base: &'c State<'s>,
    head: &'c State<'s>,
    files: &'c mut SourceFiles,
    out: &'c mut Vec<Diagnostic>,
    reported: Vec<ReportedChange>,
}

impl Comparison<'_, '_> {
    fn both(&mut self, old: &PodState, new: &PodState) {
        let name = format!("{}/{}", new.pod.session, new.pod.name);
        let at = new.place.file.clone().map(|file| (file, new.place.line));
        if old.pod.network != new.pod.network {
            let networks = [old.pod.network.as_str(), new.pod.network.as_str()];
            let change = vpod_network_changed::change(&name, networks);
            self.report(change, &old.place, at);
        }
        self.functions(&name, old, new);
    }

    /// Compares the functions that others call.
    fn functions(&mut self, name: &str, old: &PodState, new: &PodState) {
        if old.pod.source_digest == new.pod.source_digest {
            return;
        }
        let (Some((old_path, was)), Some((path, is))) =
            (self.base.program(old), self.head.program(new))
        else {
            return;
        };
        let place = Place {
            file: Some(old_path),
            ..Place::default()
        };
        for (export, signature) in was.functions() {
            let found = is.exports.iter().find(|other| other.name == export.name);
            match found.map(|found| (found, &found.kind)) {
                // It may be among what another module exports.
                None if is.exports_more => {}
                None => {
                    let change = vpod_function_removed::change(name, &export.name);
                    self.report_at(change, &place, Some(Span::start_of(path.clone())));
                }
                Some((found, ExportKind::Value)) => {
                    let change = vpod_function_removed::change(name, &export.name);
                    let span = Span::new(path.clone(), found.range.clone());
                    self.report_at(change, &place, Some(span));
                }
                Some((found, ExportKind::Function(now))) if !takes_as_many(now, signature) => {
                    let counts = [count(signature), count(now)];
                    let counts = [counts[0].as_str(), counts[1].as_str()];
                    let change = vpod_parameters_changed::change(name, &export.name, counts);
                    let span = Span::new(path.clone(), found.range.clone());
                    self.report_at(change, &place, Some(span));
                }
                Some((_, ExportKind::Function(_) | ExportKind::Unknown)) => {}
            }
        }
    }

    /// Reports a change at a line of the head; at 0, of the file.
    fn report(&mut self, change: Change, base: &Place, at: Option<(RepoPath, u32)>) {
        let span = at.and_then(|(file, line)| self.line(&file, line));
        self.report_at(change, base, span);
    }

    fn report_at(&mut self, change: Change, base: &Place, span: Option<Span>) {
        self.reported.push(reported(&change, None));
        if let (Some(span), Some(source)) = (&span, self.head.source) {
            // The text is shown; what keeps it from being read is told elsewhere.
            let _ = read_text(source, &span.file, MAX_FILE_BYTES, self.files);
        }
        let mut diagnostic = change
            .rule
            .diagnostic(change.message)
            .note(format!("breaks {}", change.classes))
            .note(format!("it was at {}", base_place(&self.base.label, base)));
        if let Some(help) = change.help {
            diagnostic = diagnostic.help(help);
        }
        if let Some(span) = span {
            diagnostic = diagnostic.at(span, "");
        }
        self.out.push(diagnostic);
    }

    /// What stands on a line of a file of the head.
    fn line(&mut self, path: &RepoPath, line: u32) -> Option<Span> {
        let text = read_text(self.head.source?, path, MAX_FILE_BYTES, self.files).ok()?;
        let index = usize::try_from(line).ok()?.saturating_sub(1);
        let start = match index {
            0 => 0,
            index => text.match_indices('\n').nth(index - 1)?.0 + 1,
        };
        if line == 0 {
            return Some(Span::start_of(path.clone()));
        }
        let rest = text[start..].lines().next().unwrap_or_default();
        let indent = rest.len() - rest.trim_start().len();
        Some(Span::new(
            path.clone(),
            start + indent..start + rest.trim_end().len().max(indent),
        ))
    }
}

/// Whether a function can be called with the arguments of an older one.
fn takes_as_many(now: &Signature, was: &Signature) -> bool {
    now.required <= was.required && most(now) >= most(was)
}

/// How many arguments a function looks at.
fn most(signature: &Signature) -> usize {
    match signature.parameters.last() {
        Some(last) if last.starts_with("...") => usize::MAX,
        _ => signature.parameters.len(),
    }
}

fn count(signature: &Signature) -> String {
    format!("({})", signature.parameters.join(", "))
}
