//! A JSON document a line, one a finding, as soon as it is known; each is one of
//! the `diagnostics` of [`super::json`].

use super::json;
use crate::diagnostic::{Diagnostic, SourceFiles};

/// The lines of `diagnostics`.
#[must_use]
pub fn render(diagnostics: &[Diagnostic], files: &SourceFiles) -> String {
    let mut text = String::new();
    for diagnostic in diagnostics {
        let finding = json::finding(diagnostic, files);
        let line = serde_json::to_string(&finding)
            .expect("a finding has string keys and nothing that fails to serialize");
        text.push_str(&line);
        text.push('\n');
    }
    text
}
