use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;
use crate::protobuf::scan::Outline;

/// One of everything.
const GOOD: &str = r#"syntax = "proto3";

// The package.
package a.b;

import "google/protobuf/descriptor.proto";
import public "other.proto";

option java_package = "com.example";

extend google.protobuf.MessageOptions {
  string note = 50000;
}

/* A request. */
message Request {
  option (note) = "}{;";
  reserved 7, 9 to 11;
  reserved "old", "older";
  string name = 1;
  repeated int32 numbers = 2 [packed = true, deprecated = false];
  map<string, Part> parts = 3;
  oneof choice {
    string text = 4;
    Part part = 5;
  }
  message Part {
    optional bytes data = 1;
    enum Kind {
      KIND_UNSPECIFIED = 0;
      KIND_OTHER = -1 [deprecated = true];
    }
    Kind kind = 2;
  }
  Mode mode = 6;
}

enum Mode {
  option allow_alias = true;
  MODE_UNSPECIFIED = 0;
  MODE_ZERO = 0;
}

message Response {}

service Things {
  option (vimana.service) = {
    id: "00000000-0000-4000-8000-000000000001"
    version: "1.0.0"
    otlp { endpoint: "https://example.com" }
  };
  rpc Get(Request) returns (Response) {
    option (google.api.http) = {
      get: "/v1/{name}"
      additional_bindings { post: "/v1" body: "*" }
    };
  }
  rpc List(stream Request) returns (stream Response);
}
"#;

fn found(text: &str) -> Vec<Diagnostic> {
    let path = RepoPath::new("a.proto").unwrap();
    match protox_parse::parse("a.proto", text) {
        Ok(_) => Vec::new(),
        Err(first) => errors(&path, text, &first),
    }
}

/// `LINE:COLUMN MESSAGE` of each error, with help, places and fixes below.
fn listed(text: &str) -> String {
    let place = |at: usize| {
        let before = &text[..at];
        let line = before.matches('\n').count() + 1;
        format!(
            "{line}:{}",
            at - before.rfind('\n').map_or(0, |at| at + 1) + 1
        )
    };
    let mut out = String::new();
    for diagnostic in found(text) {
        let at = diagnostic.primary().unwrap().range.start;
        let _ = writeln!(out, "{} {}", place(at), diagnostic.message);
        for label in diagnostic.labels.iter().filter(|label| !label.primary) {
            let _ = writeln!(
                out,
                "    at {}: {}",
                place(label.span.range.start),
                label.text
            );
        }
        if let Some(help) = &diagnostic.help {
            let _ = writeln!(out, "    help: {help}");
        }
        for fix in &diagnostic.fixes {
            let edit = &fix.edits[0];
            let _ = writeln!(
                out,
                "    fix ({:?}): {} -> `{}{}`",
                fix.safety,
                fix.title,
                &text[text[..edit.span.range.start]
                    .rfind('\n')
                    .map_or(0, |at| at + 1)..edit.span.range.start]
                    .trim_start(),
                edit.replacement.replace('\n', "⏎"),
            );
        }
    }
    out
}

#[test]
fn the_good_file_is_good() {
    assert_eq!(listed(GOOD), "");
}

#[test]
fn a_file_that_lacks_any_one_token_has_one_error_at_most() {
    let outline = Outline::new(GOOD);
    let mut wrong = String::new();
    for token in &outline.tokens {
        let mut text = GOOD.to_owned();
        text.replace_range(token.range.clone(), "");
        let found = listed(&text);
        let errors = found.lines().filter(|line| !line.starts_with(' ')).count();
        if errors > 1 {
            let line = GOOD[..token.range.start].matches('\n').count() + 1;
            let _ = writeln!(
                wrong,
                "without `{}` of line {line}:\n{found}",
                &GOOD[token.range.clone()]
            );
        }
    }
    assert!(wrong.is_empty(), "{}", &wrong[..wrong.len().min(3000)]);
}

#[test]
fn a_file_with_any_one_token_twice_or_another_instead_has_one_error_at_most() {
    let outline = Outline::new(GOOD);
    let mut wrong = String::new();
    for token in &outline.tokens {
        let written = &GOOD[token.range.clone()];
        for other in [
            format!("{written} {written}"),
            "?".to_owned(),
            "x".to_owned(),
            "=".to_owned(),
        ] {
            let mut text = GOOD.to_owned();
            text.replace_range(token.range.clone(), &other);
            let found = listed(&text);
            let errors = found.lines().filter(|line| !line.starts_with(' ')).count();
            if errors > 1 {
                let line = GOOD[..token.range.start].matches('\n').count() + 1;
                let _ = writeln!(wrong, "`{other}` for `{written}` of line {line}:\n{found}");
            }
        }
    }
    assert!(wrong.is_empty(), "{}", &wrong[..wrong.len().min(3000)]);
}

/// Statements of a message that the grammar refuses, each in a way of its own.
const BROKEN: &[&str] = &[
    "string a;",
    "string a = ;",
    "string = 1;",
    "string a = b;",
    "string a = 1",
    "string a = 1 [deprecated];",
    "string a = 1 [deprecated = ];",
    "string a 1;",
    "map<string> a = 1;",
    "map<string, string a = 1;",
    "map<double, string> a = 1;",
    "repeated map<string, string> a = 1;",
    "optional optional string a = 1;",
    "required string a = 1;",
    "string a = 0;",
    "string a = 536870912;",
    "string a = 99999999999999999999;",
    "string a = 1 [default = \"b\"];",
    "string größe = 1;",
    "reserved 1 to;",
    "reserved;",
    "reserved a;",
    "oneof a { }",
    "oneof a { repeated string b = 1; }",
    "oneof { string b = 1; }",
    "enum { A = 0; }",
    "enum E { A; }",
    "enum E { A = ; }",
    "message { string b = 1; }",
    "option = 1;",
    "option a 1;",
    "option a = \"b;",
    "#",
    "string a = 1f;",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn each_of_several_broken_statements_is_an_error_where_it_is(
        broken in prop::collection::vec(0..BROKEN.len(), 1..8),
        good in prop::collection::vec(any::<bool>(), 8),
    ) {
        let mut text = String::from("syntax = \"proto3\";\npackage a;\n");
        let mut lines = Vec::new();
        for (index, (statement, is_spaced)) in broken.iter().zip(good).enumerate() {
            let _ = writeln!(text, "message M{index} {{\n  string before = 100;");
            if is_spaced {
                text.push_str("  // A comment: {\n\n");
            }
            lines.push(text.matches('\n').count() + 1);
            let _ = writeln!(text, "  {}\n  string after = 101;\n}}", BROKEN[*statement]);
        }
        let found = found(&text);
        let places: Vec<usize> = found
            .iter()
            .map(|found| text[..found.primary().unwrap().range.start].matches('\n').count() + 1)
            .collect();
        prop_assert_eq!(places.len(), lines.len(), "{}\n{}", text, listed(&text));
        // The parser meets what follows a statement that is not ended on the next line.
        for line in lines {
            prop_assert!(
                places.contains(&line) || places.contains(&(line + 1)),
                "line {} in\n{}\n{}", line, text, listed(&text)
            );
        }
    }

    #[test]
    fn no_text_makes_the_recovery_panic(
        edits in prop::collection::vec((any::<prop::sample::Index>(), "[{}\\[\\]();=\"'a1ö\n]{0,3}"), 1..6),
    ) {
        let mut text = GOOD.to_owned();
        for (index, replacement) in edits {
            let at = index.index(text.len());
            if text.is_char_boundary(at) && text.is_char_boundary(at + 1) {
                text.replace_range(at..=at, &replacement);
            }
        }
        let errors = found(&text);
        prop_assert!(errors.len() <= LIMIT);
    }
}

#[test]
fn errors_of_all_kinds_say_what_to_type() {
    let mut out = String::new();
    for text in [
        "message A (\n  string a = 1;\n}\nmessage B { string b; }\n",
        "x",
        "message größe {}",
        "message A {\n  message B {\n    int32 c = 1;\n}\nmessage C {}\n",
        "mesage A {\n  string a;\n}\n",
        "syntax = \"proto3\";\nmessage A {\n  string a = 1\n  string b = 2;\n  repeatd string c = 3;\n  string d;\n  oneof e { string f; }\n  string g = 1 [deprecated];\n  reserved foo;\n}\n",
        "syntax = \"proto3\";\nservice S {\n  rpc A(B) retuns (C);\n  rpc D(E);\n  rcp F(G) returns (H);\n}\n",
        "syntax = \"proto3\";\nenum E {\n  A = 0;\n  B;\n  C = 2\n}\n}\n",
        "message A {\n  string a = 1;\n  string b = 2;\n}\n",
        "syntax = \"proto3\";\nmessage A {\n  required string a = 1;\n  string b = 2 [default = \"\"];\n  optional group C = 3 {}\n  map<float, string> d = 4;\n  string e = 0;\n}\n",
        "syntax = \"proto4\";\nmessage A { string a = 1; string b; }\n",
        "syntax = \"proto3\";\nmessage A {\n  string a = 1;\n\nservice S {}\n",
        "syntax = \"proto3\";\nimport a.proto;\npackage ;\npackage x;\npackage y;\nimport \"a\\\\b\";\noption a = \"x;\n",
    ] {
        let _ = writeln!(out, "# {}\n{}", text.replace('\n', "⏎"), listed(text));
    }
    snapbox::assert_data_eq!(out, snapbox::file!["listing.txt"]);
}

#[test]
fn what_a_safe_fix_writes_is_accepted() {
    let text = "syntax = \"proto3\";\nmessage A {\n  string a = 1\n  string b = 2;\n}\nservice S { rpc A(A) retuns (A); }\n";
    let mut mended = text.to_owned();
    for diagnostic in found(text).iter().rev() {
        let edit = &diagnostic.fixes[0].edits[0];
        mended.replace_range(edit.span.range.clone(), &edit.replacement);
    }
    assert_eq!(listed(&mended), "", "{mended}");
}
