use vimana_compiler::diagnostic::render::markdown::{self, LEAST_BYTES};
use vimana_compiler::diagnostic::{Diagnostic, Severity, SourceFiles, Span};

use crate::findings::path;

/// `files` files in some folders, each with an error and two warnings.
fn many(count: usize) -> (Vec<Diagnostic>, SourceFiles) {
    let mut files = SourceFiles::new();
    let mut found = Vec::new();
    for number in 0..count {
        let file = path(&format!(
            "a/b{}/c{}/file-{number}.txt",
            number % 3,
            number % 7
        ));
        files.insert(file.clone(), "línea ```\nzwei\n".as_bytes());
        let span = Span::new(file, 0..5);
        found.push(Diagnostic::warning("VM0082", format!("odd {number}")).at(span.clone(), ""));
        found.push(Diagnostic::error("VM0083", format!("wrong {number}")).at(span.clone(), ""));
        found.push(Diagnostic::warning("VM0045", format!("strange {number}")).at(span, "日本"));
    }
    (found, files)
}

/// The sum of a column of the table with this header.
fn sum(text: &str, header: &str, column: usize) -> usize {
    let rows = text
        .lines()
        .skip_while(|line| !line.starts_with(header))
        .skip(2);
    let rows = rows.take_while(|line| line.starts_with('|'));
    rows.map(|row| {
        row.split('|')
            .nth(column)
            .unwrap()
            .trim()
            .parse::<usize>()
            .unwrap()
    })
    .sum()
}

#[test]
fn a_limit_is_kept_and_no_count_is_lost() {
    for count in [1, 4, 50, 400] {
        let (found, files) = many(count);
        for limit in [LEAST_BYTES, 5_000, 10_000, 65_536] {
            let text = markdown::render(&found, &files, Some(limit));
            assert!(
                text.len() <= limit,
                "{count} files: {} > {limit}",
                text.len()
            );
            assert_eq!(sum(&text, "| rule", 3), 3 * count, "{text}");
            assert_eq!(sum(&text, "| file", 2), count, "{text}");
            assert_eq!(sum(&text, "| file", 3), 2 * count, "{text}");
            // Every fence that is opened is closed.
            let fences = text.lines().filter(|line| line.starts_with("````"));
            assert!(fences.count().is_multiple_of(2), "{text}");
        }
    }
}

#[test]
fn the_least_grave_details_are_left_out_first() {
    let (found, files) = many(20);
    let whole = markdown::render(&found, &files, None);
    assert!(!whole.contains("left out"));
    for limit in (LEAST_BYTES..whole.len() + 500).step_by(100) {
        let text = markdown::render(&found, &files, Some(limit));
        assert!(text.len() <= limit);
        let shown = |severity: &str| text.matches(&format!("\n**{severity} ")).count();
        let (errors, warnings) = (shown("error"), shown("warning"));
        assert!(
            errors == 20 || warnings == 0,
            "{errors} errors, {warnings} warnings"
        );
        let left_out = 60 - errors - warnings;
        assert_eq!(text.contains("left out here"), left_out > 0);
    }
}

#[test]
fn what_is_left_out_is_said() {
    let (found, files) = many(40);
    let text = markdown::render(&found, &files, Some(LEAST_BYTES));
    let errors = text.matches("\n**error ").count();
    let said = format!("_{} errors and 80 warnings left out here", 40 - errors);
    assert!(text.contains(&said), "{text}");
    let of = |severity| {
        found
            .iter()
            .filter(|found| found.severity == severity)
            .count()
    };
    assert_eq!((of(Severity::Error), of(Severity::Warning)), (40, 80));
}
