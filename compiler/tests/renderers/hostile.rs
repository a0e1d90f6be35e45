use proptest::prelude::*;
use vimana_compiler::diagnostic::render::{Format, Settings, render};
use vimana_compiler::diagnostic::{Diagnostic, Fix, SourceFiles, Span};

use crate::findings::{ALL, path, settings};

const HOSTILE: &str = "a\n::error::b\r\n]]> ``` ````\u{1b}[31m\u{202e}\u{0}\u{7f}<script>&amp; | @all %0A é 日本 [x](y)";

fn hostile(name: &str) -> (Vec<Diagnostic>, SourceFiles) {
    let mut files = SourceFiles::new();
    files.insert(path(name), HOSTILE.replace('\0', "0").as_bytes());
    files.insert(path("b"), b"```\n::error::\n");
    let span = Span::new(path(name), 0..HOSTILE.len());
    let found = Diagnostic::error("VM0099", HOSTILE)
        .at(span.clone(), HOSTILE)
        .also(Span::new(path("b"), 0..4), HOSTILE)
        .help(HOSTILE)
        .note(HOSTILE)
        .fix(Fix::safe(HOSTILE, span, HOSTILE));
    (vec![found], files)
}

#[test]
fn nothing_in_a_finding_ends_what_stands_around_it() {
    let (found, files) = hostile("a b,c:d%é`|\u{1b}");
    for (format, name) in ALL {
        let text = render(format, &found, &files, &settings());
        let controls = |char: char| char < ' ' && char != '\n';
        let is_linked = format == Format::Text;
        assert!(is_linked || !text.contains(controls), "{name}: {text:?}");
        match format {
            Format::Concise | Format::Jsonl | Format::Github => {
                assert_eq!(text.lines().count(), 1, "{name}: {text}");
            }
            Format::Json | Format::Gitlab | Format::Sarif => {
                serde_json::from_str::<serde_json::Value>(&text).unwrap();
            }
            Format::Junit => assert!(!text.contains("<script>") && !text.contains("]]>")),
            Format::Markdown => {
                let fences = text.lines().filter(|line| line.starts_with("`````"));
                assert_eq!(fences.count(), 2, "{text}");
                let outside = text.split("`````").step_by(2).collect::<String>();
                assert!(!outside.contains(['<', '@', '`']), "{outside}");
            }
            Format::Text => {}
        }
    }
    let commands = render(Format::Github, &found, &files, &settings());
    let properties = commands.split("::").nth(1).unwrap();
    assert_eq!(properties.split(',').count(), 4, "{properties}");
}

/// Texts of every kind, none of them nice.
fn text() -> impl Strategy<Value = String> {
    const PARTS: &[&str] = &[
        "é", "\n", "\r\n", "\t", "`", "::", "]]>", "\u{1b}", "\0", "日", "a", " ", "",
    ];
    prop::collection::vec(prop::sample::select(PARTS), 0..12).prop_map(|parts| parts.concat())
}

fn span() -> impl Strategy<Value = Span> {
    let file = prop::sample::select(&["a", "empty", "binary", "x/not read"][..]);
    (file, 0..40_usize, 0..40_usize)
        .prop_map(|(file, start, end)| Span::new(path(file), start..end))
}

fn diagnostic() -> impl Strategy<Value = Diagnostic> {
    let labels = prop::collection::vec((span(), text(), any::<bool>()), 0..4);
    let fixes = prop::collection::vec((span(), text(), text()), 0..2);
    let word = (text(), any::<bool>(), prop::option::of(text()));
    (word, labels, fixes).prop_map(|((message, is_error, help), labels, fixes)| {
        let mut diagnostic = if is_error {
            Diagnostic::error("VM0083", message)
        } else {
            Diagnostic::warning("VM9999", message)
        };
        for (span, text, is_primary) in labels {
            diagnostic = if is_primary {
                diagnostic.at(span, text)
            } else {
                diagnostic.also(span, text)
            };
        }
        diagnostic.help = help;
        for (span, title, replacement) in fixes {
            diagnostic = diagnostic.fix(Fix::likely(title, span, replacement));
        }
        diagnostic
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_finding_can_be_rendered(
        found in prop::collection::vec(diagnostic(), 0..5),
        content in text(),
        max_bytes in prop::option::of(0..6_000_usize),
    ) {
        let mut files = SourceFiles::new();
        files.insert(path("a"), content.as_bytes());
        files.insert(path("empty"), b"");
        files.insert(path("binary"), b"\0\xff\n");
        let settings = Settings { max_bytes, ..settings() };
        for (format, _) in ALL {
            let text = render(format, &found, &files, &settings);
            let is_list = matches!(format, Format::Text | Format::Concise | Format::Jsonl | Format::Github);
            prop_assert!(is_list || text.ends_with('\n'));
            if is_list && format != Format::Text {
                prop_assert_eq!(text.lines().count(), found.len());
            }
        }
    }
}
