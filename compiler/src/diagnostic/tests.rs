// The snapshots are as snapbox writes them.
#![allow(clippy::needless_raw_string_hashes)]

use snapbox::{IntoData as _, assert_data_eq, str};

use super::render::text::Style;
use super::{Diagnostic, SourceFiles, Span, render, sort};
use crate::source::RepoPath;

fn path(text: &str) -> RepoPath {
    RepoPath::new(text).unwrap()
}

fn files(contents: &[(&str, &[u8])]) -> SourceFiles {
    let mut files = SourceFiles::new();
    for (file, bytes) in contents {
        files.insert(path(file), bytes);
    }
    files
}

fn span_of(file: &str, text: &str, part: &str) -> Span {
    let start = text.find(part).unwrap();
    Span::new(path(file), start..start + part.len())
}

fn text(diagnostic: Diagnostic, files: &SourceFiles) -> String {
    render::text::render(&[diagnostic], files, Style::default())
}

const A: &str = "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\n";
const B: &str = "alpha\nbeta\n";

#[test]
fn several_places_in_several_files_are_one_diagnostic() {
    let files = files(&[("a.txt", A.as_bytes()), ("b/c.txt", B.as_bytes())]);
    let diagnostic = Diagnostic::error("VM0099", "`seven` is not `beta`")
        .also(span_of("b/c.txt", B, "beta"), "this is")
        .at(span_of("a.txt", A, "seven"), "this is not")
        .also(span_of("a.txt", A, "two"), "nor is this")
        .note("there are eight of them")
        .help("write `beta`");
    assert_data_eq!(
        text(diagnostic, &files),
        str![[r#"
error[VM0099]: `seven` is not `beta`
 --> a.txt:7:1
  |
2 | two
  | --- nor is this
...
7 | seven
  | ^^^^^ this is not
  |
 ::: b/c.txt:2:1
  |
2 | beta
  | ---- this is
  |
  = note: there are eight of them
  = help: write `beta`


"#]]
        .raw()
    );
}

#[test]
fn what_has_no_place_and_what_has_no_text_are_shown_too() {
    let files = files(&[("a.wasm", b"\0asm secret")]);
    let nowhere = Diagnostic::warning("VM0098", "something is odd");
    let binary = Diagnostic::error("VM0099", "`a.wasm` is broken")
        .at(Span::new(path("a.wasm"), 3..5), "here");
    let unread = Diagnostic::error("VM0099", "`b` is broken").at(Span::start_of(path("b")), "");
    let all = [nowhere, binary, unread];
    let shown = render::text::render(&all, &files, Style::default());
    assert!(!shown.contains("secret"));
    assert_data_eq!(
        shown,
        str![[r#"
warning[VM0098]: something is odd

error[VM0099]: `a.wasm` is broken
--> a.wasm:1:1

error[VM0099]: `b` is broken
--> b:1:1


"#]]
        .raw()
    );
}

#[test]
fn a_long_line_is_cut_about_the_label() {
    let line = format!("{}here{}", "a".repeat(100_000), "é".repeat(100_000));
    let files = files(&[("a.txt", line.as_bytes())]);
    let diagnostic = Diagnostic::error("VM0099", "long").at(span_of("a.txt", &line, "here"), "x");
    let shown = text(diagnostic.clone(), &files);
    assert!(
        shown.lines().all(|line| line.chars().count() <= 110),
        "{shown}"
    );
    assert!(shown.contains("a.txt:1:100001"), "{shown}");
    assert!(shown.contains("here"), "{shown}");
    assert!(!shown.contains(":::"), "{shown}");

    let whole = diagnostic.also(Span::new(path("a.txt"), 0..line.len()), "all");
    assert!(text(whole, &files).len() < 2_000);
}

#[test]
fn control_characters_do_not_reach_the_terminal() {
    let source = "a \u{1b}[31m red \u{202e}";
    let files = files(&[("a.txt", source.as_bytes())]);
    let diagnostic = Diagnostic::error("VM0099", "title \u{1b}[31m")
        .at(span_of("a.txt", source, "red"), "label \u{1b}[31m")
        .also(Span::start_of(path("b\u{1b}[31m")), "")
        .help("help \u{1b}[31m");
    let shown = text(diagnostic, &files);
    assert!(!shown.contains(['\u{1b}', '\u{202e}']), "{shown:?}");
}

#[test]
fn colour_is_as_asked() {
    let files = files(&[("a.txt", A.as_bytes())]);
    let diagnostic = [Diagnostic::error("VM0099", "x").at(span_of("a.txt", A, "two"), "")];
    let show = |color| render::text::render(&diagnostic, &files, Style { color, width: 80 });
    assert!(show(true).contains('\u{1b}'));
    assert!(!show(false).contains('\u{1b}'));
}

#[test]
fn any_span_can_be_shown() {
    let files = files(&[("a.txt", "é\n\né".as_bytes()), ("empty", b"")]);
    for file in ["a.txt", "empty"] {
        for start in 0..9 {
            for end in 0..9 {
                let span = Span::new(path(file), start..end);
                let also = Span::new(path(file), end..start);
                let diagnostic = Diagnostic::error("VM0099", "x")
                    .at(span, "")
                    .also(also, "y");
                assert!(!text(diagnostic.clone(), &files).is_empty());
                assert!(!render::json::render(&[diagnostic], &files).is_empty());
            }
        }
    }
}

#[test]
fn json_has_lines_columns_and_bytes() {
    let files = files(&[("b/c.txt", B.as_bytes())]);
    let diagnostic = Diagnostic::error("VM0099", "no").at(span_of("b/c.txt", B, "beta"), "here");
    let warning = Diagnostic::warning("VM0098", "odd").help("do").note("so");
    assert_data_eq!(
        render::json::render(&[diagnostic, warning], &files),
        str![[r#"
{
  "format_version": 1,
  "errors": 1,
  "warnings": 1,
  "diagnostics": [
    {
      "code": "VM0099",
      "severity": "error",
      "message": "no",
      "labels": [
        {
          "file": "b/c.txt",
          "start": {
            "line": 2,
            "column": 1
          },
          "end": {
            "line": 2,
            "column": 5
          },
          "start_byte": 6,
          "end_byte": 10,
          "text": "here",
          "primary": true
        }
      ],
      "help": null,
      "notes": [],
      "fixes": []
    },
    {
      "code": "VM0098",
      "severity": "warning",
      "message": "odd",
      "labels": [],
      "help": "do",
      "notes": [
        "so"
      ],
      "fixes": []
    }
  ]
}

"#]]
        .raw()
    );
}

#[test]
fn diagnostics_are_sorted_by_place_and_are_there_once() {
    let at = |file, offset| {
        Diagnostic::error("VM0099", "x").at(Span::new(path(file), offset..offset), "")
    };
    let nowhere = Diagnostic::error("VM0001", "x");
    let mut diagnostics = vec![
        at("b", 1),
        at("a", 9),
        at("b", 1),
        nowhere.clone(),
        at("a", 2),
    ];
    sort(&mut diagnostics);
    assert_eq!(diagnostics, [nowhere, at("a", 2), at("a", 9), at("b", 1)]);
}
