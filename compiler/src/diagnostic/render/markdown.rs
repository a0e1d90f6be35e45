//! Markdown, for a comment on a pull request: how many findings there are by rule
//! and by file, and each in detail.
//!
//! With a limit on its size, details are left out, the least grave first, and what
//! is left out is said. The counts stay: where even they do not fit, files are
//! counted by folder.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::place::region;
use super::text::{self, Style};
use super::{count, word};
use crate::diagnostic::{Diagnostic, Severity, SourceFiles};
use crate::rules::Rule;

/// The smallest limit that everything which always stands there fits into.
pub const LEAST_BYTES: usize = 4_096;

/// The document of `diagnostics`, of at most `max_bytes` and at least
/// [`LEAST_BYTES`], if there is a limit.
#[must_use]
pub fn render(diagnostics: &[Diagnostic], files: &SourceFiles, max_bytes: Option<usize>) -> String {
    let limit = max_bytes.map_or(usize::MAX, |limit| limit.max(LEAST_BYTES));
    let mut found: Vec<&Diagnostic> = diagnostics.iter().collect();
    found.sort_by_key(|diagnostic| diagnostic.severity);

    let mut text = heading(diagnostics);
    // What is said of what is left out.
    let reserve = left_out(&found).len();
    let mut room = limit.saturating_sub(text.len() + reserve);
    for table in [rules_table, files_table] {
        let table = table(&found, room / 2);
        text.push_str(&table);
        room = room.saturating_sub(table.len());
    }
    for (at, diagnostic) in found.iter().enumerate() {
        let detail = detail(diagnostic, files);
        let is_last = at + 1 == found.len();
        if detail.len() > room + if is_last { reserve } else { 0 } {
            text.push_str(&left_out(&found[at..]));
            break;
        }
        room = room.saturating_sub(detail.len());
        text.push_str(&detail);
    }
    text
}

fn heading(diagnostics: &[Diagnostic]) -> String {
    let (errors, warnings) = (
        count(diagnostics, Severity::Error),
        count(diagnostics, Severity::Warning),
    );
    let what = match errors + warnings {
        0 => "nothing found".to_owned(),
        _ => format!(
            "{}, {}",
            counted(errors, "error"),
            counted(warnings, "warning")
        ),
    };
    format!("### vimana check: {what}\n")
}

/// What is left out: `2 errors and 5 warnings`.
fn left_out(found: &[&Diagnostic]) -> String {
    if found.is_empty() {
        return String::new();
    }
    let of = |severity| {
        found
            .iter()
            .filter(|found| found.severity == severity)
            .count()
    };
    let (errors, warnings) = (of(Severity::Error), of(Severity::Warning));
    let errors = (errors > 0).then(|| counted(errors, "error"));
    let warnings = (warnings > 0).then(|| counted(warnings, "warning"));
    let counts: Vec<_> = errors.into_iter().chain(warnings).collect();
    format!(
        "\n_{} left out here for length; `vimana check` shows all._\n",
        counts.join(" and ")
    )
}

/// The counts by rule; without the titles where they would take more than `room`.
fn rules_table(found: &[&Diagnostic], room: usize) -> String {
    let mut rules: BTreeMap<(Severity, &str), usize> = BTreeMap::new();
    for diagnostic in found {
        let rule = (diagnostic.severity, diagnostic.code);
        *rules.entry(rule).or_default() += 1;
    }
    if rules.is_empty() {
        return String::new();
    }
    let mut table = "\n| rule | | findings |\n|---|---|--:|\n".to_owned();
    for ((severity, code), count) in &rules {
        let title = Rule::find(code).map(Rule::title).unwrap_or_default();
        let (severity, title) = (word(*severity), escape(&title));
        let _ = writeln!(table, "| {severity} {code} | {title} | {count} |");
    }
    if table.len() <= room {
        return table;
    }
    let counts = rules
        .iter()
        .map(|((_, code), count)| format!("{code}: {count}"));
    let counts: Vec<_> = counts.collect();
    format!("\n{}\n", counts.join(", "))
}

/// The counts by file; by folder where they would take more than `room`.
fn files_table(found: &[&Diagnostic], room: usize) -> String {
    let mut counts: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for diagnostic in found {
        let file = diagnostic.primary().map(|span| span.file.as_str());
        let count = counts
            .entry(file.unwrap_or("no file").to_owned())
            .or_default();
        match diagnostic.severity {
            Severity::Error => count.0 += 1,
            Severity::Warning => count.1 += 1,
        }
    }
    loop {
        let table = table_of(&counts);
        let deepest = counts.keys().map(|path| depth(path)).max().unwrap_or(0);
        if table.len() <= room || deepest == 0 {
            return table;
        }
        let mut coarser: BTreeMap<String, (usize, usize)> = BTreeMap::new();
        for (path, (errors, warnings)) in counts {
            let path = if depth(&path) == deepest {
                parent(&path)
            } else {
                path
            };
            let count = coarser.entry(path).or_default();
            count.0 += errors;
            count.1 += warnings;
        }
        counts = coarser;
    }
}

fn table_of(counts: &BTreeMap<String, (usize, usize)>) -> String {
    let mut table = String::new();
    for (path, (errors, warnings)) in counts {
        if table.is_empty() {
            table.push_str("\n| file | errors | warnings |\n|---|--:|--:|\n");
        }
        let _ = writeln!(table, "| {} | {errors} | {warnings} |", escape(path));
    }
    table
}

/// The folder that stands for `path`: `a/b/` for `a/b/c.txt` and for `a/b/c/`.
fn parent(path: &str) -> String {
    match path.trim_end_matches('/').rfind('/') {
        Some(at) => path[..=at].to_owned(),
        None => "./".to_owned(),
    }
}

/// How often [`parent`] can be taken.
fn depth(path: &str) -> usize {
    match path {
        "./" => 0,
        path => path.trim_end_matches('/').matches('/').count() + 1,
    }
}

fn detail(diagnostic: &Diagnostic, files: &SourceFiles) -> String {
    let mut text = format!("\n**{} {}**", word(diagnostic.severity), diagnostic.code);
    if let Some(span) = diagnostic.primary() {
        let mut place = span.file.to_string();
        if let Some(region) = region(span, files) {
            let _ = write!(place, ":{}:{}", region.start.line, region.start.column);
        }
        let _ = write!(text, " at {}", escape(&place));
    }
    let shown = text::render(std::slice::from_ref(diagnostic), files, Style::default());
    let shown = shown.trim_end();
    let fence = fence(shown);
    let _ = write!(text, "\n\n{fence}text\n{shown}\n{fence}\n");
    text
}

/// A fence that nothing in `text` closes.
fn fence(text: &str) -> String {
    let runs = text.split(|char| char != '`').map(str::len);
    "`".repeat(runs.max().unwrap_or(0).max(2) + 1)
}

fn counted(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}

/// Text as it is: nothing in it is markup, a mention, or the end of a cell.
fn escape(text: &str) -> String {
    let text = super::visible::visible(text);
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        if char.is_alphanumeric() || matches!(char, ' ' | '/' | '.' | '-' | ':' | ',') {
            escaped.push(char);
        } else {
            let _ = write!(escaped, "&#{};", u32::from(char));
        }
    }
    escaped
}
