//! A report for people: a line for each service that has changed.

use std::fmt::Write as _;

use super::bump;
use super::report::{Accepted, Report, ReportedChange, ServiceReport, Status, VersionReport};

impl Report {
    /// The report as text, with a line break behind each line.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        let commit = self.base_commit.as_deref().map(|commit| {
            let short = commit.get(..12).unwrap_or(commit);
            format!(", commit {short}")
        });
        let commit = commit.unwrap_or_default();
        let count = self.services.len();
        line(
            &mut text,
            0,
            format_args!(
                "compared with `{}`{commit}: {} changed, {} unchanged",
                self.base,
                services(count),
                self.unchanged
            ),
        );
        for service in &self.services {
            service_lines(&mut text, service);
        }
        text
    }
}

fn services(count: usize) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} service{plural}")
}

fn line(text: &mut String, indent: usize, content: std::fmt::Arguments<'_>) {
    let _ = writeln!(text, "{:indent$}{content}", "", indent = indent * 2);
}

fn service_lines(text: &mut String, service: &ServiceReport) {
    let name = &service.service;
    match service.status {
        Status::Added => line(text, 1, format_args!("{name}: new")),
        Status::Removed => line(text, 1, format_args!("{name}: removed")),
        Status::NotCompared => line(
            text,
            1,
            format_args!("{name}: not compared, since one side does not compile"),
        ),
        Status::Changed => {}
    }
    if let Some(old) = &service.renamed_from {
        line(text, 1, format_args!("{name}: was {old}"));
    }
    for version in &service.versions {
        version_lines(text, name, version);
    }
    if !service.removed_versions.is_empty() {
        let versions = service.removed_versions.join(", ");
        line(text, 1, format_args!("{name} {versions}: removed"));
    }
    for consumer in &service.broken_consumers {
        let (who, what, why) = (&consumer.consumer, &consumer.interface, &consumer.reason);
        line(
            text,
            2,
            format_args!("breaks {who}, which imports {what}, {why}"),
        );
    }
}

fn version_lines(text: &mut String, name: &str, version: &VersionReport) {
    let (from, to) = (&version.from, &version.to);
    let breaks = if version.breaks.is_empty() {
        "breaks nobody".to_owned()
    } else {
        let classes: Vec<_> = version.breaks.iter().map(|class| class.as_str()).collect();
        format!("breaks {}", classes.join(", "))
    };
    let verdict = match &version.needed {
        None => "no new version needed".to_owned(),
        Some(needed) if version.sufficient && needed == to => format!("{to} is enough"),
        Some(needed) if version.sufficient => format!("{to} is enough, as is {needed}"),
        Some(needed) => match part(from, needed) {
            Some(part) => format!("needs a {part} bump, {from} -> {needed}"),
            None => format!("needs {from} -> {needed}"),
        },
    };
    line(
        text,
        1,
        format_args!("{name} {from} -> {to}: {breaks}; {verdict}"),
    );
    for change in &version.changes {
        accepted_line(text, to, change);
    }
}

fn part(from: &str, needed: &str) -> Option<&'static str> {
    Some(bump::part(&from.parse().ok()?, &needed.parse().ok()?))
}

/// What is accepted is told here alone; all else has a finding.
fn accepted_line(text: &mut String, to: &str, change: &ReportedChange) {
    let by = match &change.accepted {
        None => return,
        Some(Accepted::Version) => format!("accepted by the version {to}"),
        Some(Accepted::Allowance { reason }) => format!("accepted: {reason}"),
    };
    let (code, message) = (&change.code, &change.message);
    line(text, 2, format_args!("{code} {message} ({by})"));
}
