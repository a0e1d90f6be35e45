// The snapshots are as snapbox writes them.
#![allow(clippy::needless_raw_string_hashes)]

use proptest::prelude::*;
use snapbox::{IntoData as _, assert_data_eq, str};

use super::{FormatError, Language};
use crate::document::{Data, yaml};
use crate::source::RepoPath;

fn format(text: &str) -> Result<String, FormatError> {
    Language::Yaml.format(&RepoPath::new("vpods.yml").unwrap(), text)
}

#[test]
fn a_file_has_the_language_of_its_name() {
    let of = |path: &str| Language::of(&RepoPath::new(path).unwrap());
    assert_eq!(of("a/service.txtpb"), Some(Language::TextFormat));
    assert_eq!(of("a/other.txtpb"), Some(Language::TextFormat));
    assert_eq!(of("vpods.yml"), Some(Language::Yaml));
    assert_eq!(of("other.yml"), None);
    assert_eq!(of("vimana.toml"), None);
}

#[test]
fn yaml_is_laid_out_and_keeps_its_comments() {
    assert_data_eq!(
        format(
            "# top\nsessions:\n- name:   client # the first\n  limitConnections: 1\n\n\n  containers:\n  # above\n  - {name: client,   source: a.js}   \n  - name: 'x'\n    environment:\n      A:   \"20\"\n      B: |\n        # no comment\n         text\n    reachableVPods: [ a,b ]\n    # last\n"
        )
        .unwrap(),
        str![[r##"
# top
sessions:
  - name: client # the first
    limitConnections: 1

    containers:
      # above
      - { name: client, source: a.js }
      - name: "x"
        environment:
          A: "20"
          B: |
            # no comment
             text
        reachableVPods: [a, b]
        # last

"##]]
        .raw()
    );
}

#[test]
fn what_the_example_says_is_formatted_as_it_stands() {
    let text = include_str!("../../../examples/repo/vpods/vpods.yml");
    assert_eq!(format(text).as_deref(), Ok(text));
}

#[test]
fn line_breaks_marks_and_ends_are_those_of_the_style() {
    assert_eq!(format("a: 1\r\nb:   2").as_deref(), Ok("a: 1\r\nb: 2\r\n"));
    assert_eq!(format("\u{feff}a:   1\n").as_deref(), Ok("a: 1\n"));
    assert_eq!(format("# only\n").as_deref(), Ok("# only\n"));
}

#[test]
fn what_is_no_yaml_is_reported() {
    let error = format("a: [1\nb: 2\n").unwrap_err();
    assert!(matches!(error, FormatError::Invalid(ref found) if found[0].code == "VM0032"));
    let deep = format(&"[".repeat(100_000)).unwrap_err();
    assert!(matches!(deep, FormatError::Invalid(_)));
}

#[test]
fn deep_and_large_texts_are_formatted() {
    for (open, close) in [("[", "]"), ("{a: ", "}")] {
        let deep = format!("a: {}{}\n", open.repeat(20), close.repeat(20));
        let formatted = format(&deep).unwrap();
        assert_eq!(format(&formatted), Ok(formatted.clone()));
    }
    let pod = "      - name:   client # a comment\n        source: 'client.js'\n";
    let large = format!(
        "sessions:\n  - name: s\n    containers:\n{}",
        pod.repeat(19_000)
    );
    assert!(large.len() > 1 << 20);
    assert_eq!(
        format(&large).unwrap().matches("# a comment").count(),
        19_000
    );
}

/// A `vpods.yml` as people write it: block and flow style, quotes of all kinds,
/// block scalars, comments and blank lines anywhere.
fn vpods() -> impl Strategy<Value = String> {
    let scalar = prop::sample::select(vec![
        "a",
        "'it''s'",
        "\"a b\"",
        "20",
        "\"20\"",
        "true",
        "\"é: #\"",
        "./a.js",
        "",
        "~",
        "http://aggregator/x?a=b#c",
        "'1.0'",
        "|\n            text\n             # no comment",
        ">-\n            folded\n            text",
    ]);
    let flow = prop::sample::select(vec![
        "[]",
        "[a, b]",
        "[ a,b , ]",
        "[a, # c\n          b]",
        "{}",
        "{a: b}",
        "{ a: 'b',c: \"d\" }",
        "\n          - a\n          # between\n          - b",
        "\n        - a",
        " # none",
    ]);
    let comment = prop::sample::select(vec![
        "",
        "",
        "",
        "",
        " # behind",
        "\n",
        "\n\n\n",
        "\n# far left",
        "\n        # above",
        "  \n",
    ]);
    let key = prop::sample::select(vec![
        "name",
        "source",
        "reachableVPods",
        "environment",
        "'q'",
    ]);
    let entry = (key, prop_oneof![scalar, flow], comment);
    let pod = prop::collection::vec(entry, 1..5);
    let session = prop::collection::vec(pod, 0..3);
    prop::collection::vec(session, 0..3).prop_map(|sessions| {
        let mut text = String::from("# top\nsessions:\n");
        for pods in sessions {
            text.push_str("  - name: s # session\n    containers:\n");
            for (index, entries) in pods.iter().enumerate() {
                for (at, (key, value, comment)) in entries.iter().enumerate() {
                    text.push_str(if at == 0 { "      - " } else { "        " });
                    // No key stands twice.
                    text.push_str(
                        &format!("{key}{index}{at}: {value}{comment}\n").replace("'q'", "q"),
                    );
                }
            }
        }
        text
    })
}

fn data(text: &str) -> Option<Data> {
    Some(yaml::parse(text).ok()?.data)
}

fn texts(data: &Data, found: &mut Vec<String>) {
    match data {
        Data::List(items) => items.iter().for_each(|item| texts(&item.data, found)),
        Data::Table(table) => {
            for (key, value) in &table.entries {
                found.push(key.text.clone());
                texts(&value.data, found);
            }
        }
        scalar => found.push(format!("{scalar:?}")),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn vpods_are_formatted_once_and_say_what_they_said(text in vpods()) {
        prop_assume!(data(&text).is_some());
        let formatted = format(&text);
        prop_assert!(formatted.is_ok(), "{:?}\n{}", formatted, text);
        let formatted = formatted.unwrap();
        prop_assert_eq!(format(&formatted), Ok(formatted.clone()));
        let [mut before, mut after] = [vec![], vec![]];
        texts(&data(&text).unwrap(), &mut before);
        texts(&data(&formatted).unwrap(), &mut after);
        prop_assert_eq!(before, after);
        for comment in ["# top", "# session", "# behind", "# between", "# above", "# far left"] {
            prop_assert_eq!(text.matches(comment).count(), formatted.matches(comment).count());
        }
    }

    #[test]
    fn any_text_is_formatted_or_refused(text in any::<String>()) {
        if let Ok(formatted) = format(&text) {
            prop_assert_eq!(format(&formatted), Ok(formatted.clone()));
        }
    }

    #[test]
    fn any_pieces_of_yaml_are_formatted_or_refused(
        pieces in prop::collection::vec(prop::sample::select(vec![
            "a", ":", ": ", "- ", "\n", "  ", "[", "]", "{", "}", ",", "#", " # c", "'", "\"", "&x ",
            "*x", "!t ", "|", ">", "?", "? ", "---", "...", "%", "\t", "\r\n", "é", "<<: ", "\n  - ", "-",
        ]), 0..40)
    ) {
        if let Ok(formatted) = format(&pieces.concat()) {
            prop_assert_eq!(format(&formatted), Ok(formatted.clone()));
        }
    }
}
