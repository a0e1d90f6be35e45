//! A line a finding, `FILE:LINE:COLUMN: SEVERITY[CODE]: MESSAGE`, as editors and
//! `grep` read it.

use std::fmt::Write as _;

use super::place::region;
use super::visible::visible;
use super::word;
use crate::diagnostic::{Diagnostic, SourceFiles};

/// The lines of `diagnostics`. What concerns no file has no place before it; a
/// file that is no text is meant from its beginning.
#[must_use]
pub fn render(diagnostics: &[Diagnostic], files: &SourceFiles) -> String {
    let mut text = String::new();
    for diagnostic in diagnostics {
        if let Some(span) = diagnostic.primary() {
            let (line, column) = match region(span, files) {
                Some(region) => (region.start.line, region.start.column),
                None => (1, 1),
            };
            let _ = write!(text, "{}:{line}:{column}: ", visible(span.file.as_str()));
        }
        let severity = word(diagnostic.severity);
        let message = visible(&diagnostic.message);
        let _ = writeln!(text, "{severity}[{}]: {message}", diagnostic.code);
    }
    text
}
