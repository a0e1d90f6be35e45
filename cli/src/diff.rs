//! What would change in a text, as `patch` and `git apply` read it.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use similar::TextDiff;

/// The unified diff of two texts of the file `name`; empty where they are equal.
pub(crate) fn unified(name: &str, before: &str, after: &str, color: bool) -> String {
    let diff = TextDiff::from_lines(before, after);
    let plain = diff
        .unified_diff()
        .header(&format!("a/{name}"), &format!("b/{name}"))
        .to_string();
    if !color {
        return plain;
    }
    let mut coloured = String::with_capacity(plain.len());
    for line in plain.split_inclusive('\n') {
        let style = style(line);
        let text = line.trim_end_matches('\n');
        let _ = write!(coloured, "{style}{text}{style:#}");
        coloured.push_str(&line[text.len()..]);
    }
    coloured
}

fn style(line: &str) -> Style {
    match line.as_bytes() {
        [b'+', b'+', b'+', ..] | [b'-', b'-', b'-', ..] => Style::new().bold(),
        [b'+', ..] => AnsiColor::Green.on_default(),
        [b'-', ..] => AnsiColor::Red.on_default(),
        [b'@', ..] => AnsiColor::Cyan.on_default(),
        _ => Style::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diff_is_one_that_patch_reads() {
        let diff = unified("x/a.txtpb", "a\nb\nc", "a\nB\nc\n", false);
        assert_eq!(
            diff,
            "--- a/x/a.txtpb\n+++ b/x/a.txtpb\n@@ -1,3 +1,3 @@\n a\n-b\n-c\n\\ No newline at end of file\n+B\n+c\n"
        );
        assert_eq!(unified("a", "a\n", "a\n", false), "");
    }

    #[test]
    fn colour_changes_no_text() {
        let plain = unified("a", "a\nb\n", "a\nc\n", false);
        let coloured = unified("a", "a\nb\n", "a\nc\n", true);
        assert_ne!(coloured, plain);
        assert_eq!(anstream::adapter::strip_str(&coloured).to_string(), plain);
    }
}
