//! What became of an apply, as text.

use std::fmt::Write as _;

use super::palette::{Palette, paint, printable};
use crate::execute::{Entry, Report};
use crate::plan::Action;

/// The report: a line for each change that is not done, and the outcome.
#[must_use]
pub fn render(report: &Report, palette: &Palette) -> String {
    let mut out = String::new();
    let width = [&report.failed, &report.unknown, &report.not_started]
        .into_iter()
        .flatten()
        .map(|entry| entry.address.to_string().chars().count())
        .max()
        .unwrap_or_default();
    let mut section = |style, title: &str, entries: &[Entry]| {
        for entry in entries {
            let title = paint(style, title);
            let address = entry.address.to_string();
            let _ = writeln!(
                out,
                "  {title}  {:width$}  {}",
                printable(&address),
                printable(&entry.detail),
            );
        }
    };
    section(palette.delete, "failed     ", &report.failed);
    section(palette.update, "unknown    ", &report.unknown);
    section(palette.dim, "not started", &report.not_started);
    if !report.is_complete() {
        out.push('\n');
    }
    if let Some(warning) = &report.warning {
        let _ = writeln!(out, "Note: {}", printable(warning));
    }
    let _ = writeln!(out, "{}", paint(palette.strong, &outcome(report)));
    out
}

fn outcome(report: &Report) -> String {
    let Some(generation) = report.generation else {
        return match report.not_started.len() {
            0 => "Apply complete: there was nothing to do.".to_owned(),
            count => format!("Apply interrupted: nothing was changed, {count} not started."),
        };
    };
    let done = |action| {
        let is_it = |entry: &&Entry| entry.action == action;
        report.done.iter().filter(is_it).count()
    };
    if report.is_complete() {
        let replaced = match done(Action::Replace) {
            0 => String::new(),
            count => format!("{count} replaced, "),
        };
        return format!(
            "Apply complete: {} created, {} updated, {replaced}{} deleted (generation {generation}).",
            done(Action::Create),
            done(Action::Update),
            done(Action::Delete),
        );
    }
    let unknown = match report.unknown.len() {
        0 => String::new(),
        count => format!("{count} unknown, "),
    };
    format!(
        "Apply {}: {} done, {} failed, {unknown}{} not started (generation {generation}).",
        if report.interrupted {
            "interrupted"
        } else {
            "incomplete"
        },
        report.done.len(),
        report.failed.len(),
        report.not_started.len(),
    )
}
