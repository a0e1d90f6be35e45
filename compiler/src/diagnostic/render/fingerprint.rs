use std::collections::BTreeMap;
use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use crate::diagnostic::{Diagnostic, SourceFiles};

/// What tells a finding from others and stays the same while the file around it
/// changes: its rule, file and message, the text of its line, and which it is of
/// several that have all these in common. No line number is part of it.
#[derive(Debug, Default)]
pub(super) struct Fingerprints {
    seen: BTreeMap<String, usize>,
}

impl Fingerprints {
    pub(super) fn of(&mut self, diagnostic: &Diagnostic, files: &SourceFiles) -> String {
        let mut hash = Sha256::new();
        let mut part = |text: &str| {
            hash.update(text.len().to_le_bytes());
            hash.update(text);
        };
        part(diagnostic.code);
        part(&diagnostic.message);
        if let Some(span) = diagnostic.primary() {
            part(span.file.as_str());
            if let Some(file) = files.get(&span.file) {
                let range = file.clamp(&span.range);
                let line = file.line_range(file.line_index(range.start));
                part(file.text()[line].trim());
            }
        }
        let mut hex = String::with_capacity(40);
        for byte in &hash.finalize()[..16] {
            let _ = write!(hex, "{byte:02x}");
        }
        let count = self.seen.entry(hex.clone()).or_default();
        *count += 1;
        if *count > 1 {
            let _ = write!(hex, "-{count}");
        }
        hex
    }
}
