use std::fmt::Write as _;

use snapbox::{Data, assert_data_eq};
use vimana_compiler::diagnostic::SourceFiles;
use vimana_compiler::diagnostic::render::text::Style;
use vimana_compiler::diagnostic::render::{Format, Settings, render};

use crate::findings::{ALL, findings, rendered, settings};

fn expected(name: &str) -> Data {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/renderers/expected");
    Data::read_from(&folder.join(name), Some(snapbox::data::DataFormat::Text)).raw()
}

#[test]
fn each_format_is_as_expected() {
    for (format, name) in ALL {
        let text = match format {
            // The escapes of links are in a snapshot of their own.
            Format::Text => {
                let (found, files) = findings();
                render(format, &found, &files, &Settings::default())
            }
            format => rendered(format),
        };
        assert_data_eq!(text, expected(name));
    }
}

#[test]
fn on_a_terminal_text_has_colours_and_files_are_links() {
    let (found, files) = findings();
    for (color, name) in [(false, "links.txt"), (true, "links-and-colours.txt")] {
        let settings = Settings {
            style: Style { color, width: 80 },
            ..settings()
        };
        let text = render(Format::Text, &found, &files, &settings);
        let links = text.matches("\u{1b}]8;;file:///work/tree/config/").count();
        assert_eq!(links, 6, "{text}");
        assert_eq!(text.matches("\u{1b}]8;;\u{1b}\\").count(), links);
        assert_data_eq!(text.replace('\u{1b}', "ESC"), expected(name));
    }
}

#[test]
fn without_findings_each_format_is_still_a_document() {
    let mut all = String::new();
    for (format, name) in ALL {
        let text = render(format, &[], &SourceFiles::new(), &Settings::default());
        let _ = write!(all, "== {name}\n{text}");
    }
    assert_data_eq!(all, expected("nothing.txt"));
}
